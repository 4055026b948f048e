"""People change: a role passes on in one step, history stays, the newcomer finds what is owed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.test import Client

from opd import audit
from opd.models import AuditEvent, Membership, User
from smartcity.lib import clock
from tests import scenarios
from tests.scenarios import House, fresh

As = Callable[..., Client]
Count = Callable[[Callable[[], object]], int]
NOW = datetime(2022, 9, 1, 3, 0, tzinfo=UTC)


def held(user: User) -> Membership:
    return Membership.objects.get(user=user)


def hand_over(client: Client, row: Membership, to: User, at: str, **more: str) -> object:
    return client.post(f"/people/{row.pk}/hand-over/", {"to": to.pk, "at": at, "until": "", **more})


def test_an_acting_head_takes_over_on_a_day(house: House, cast: dict[str, User], as_: As) -> None:
    head, newcomer = cast["head"], cast["without_role"]
    with clock.at(NOW):
        waiting = scenarios.proposed(house)
        for _press in range(2):
            answer = hand_over(
                as_(cast["administrator"]),
                held(head),
                newcomer,
                "2022-09-10",
                acting="on",
                until="2022-12-31",
            )
            assert answer.status_code == 302  # type: ignore[attr-defined]
    assert held(newcomer).acting
    with clock.at(NOW + timedelta(days=3)):
        assert fresh(head).opds() == {house.opd.pk}
        assert fresh(newcomer).opds() == set()
    with clock.at(NOW + timedelta(days=20)):
        assert fresh(head).opds() == set()
        assert fresh(newcomer).has_role("head", opd_id=house.opd.pk)
        answer = as_(newcomer).post(f"/quick-wins/{waiting.pk}/moves/submit/", {})
        waiting.refresh_from_db()
        assert waiting.status == "submitted"
        assert as_(head).get(f"/quick-wins/{waiting.pk}/").status_code in (403, 404)
    with clock.at(datetime(2022, 12, 31, 17, 1, tzinfo=UTC)):
        assert fresh(newcomer).opds() == set()
    actions = AuditEvent.objects.filter(action__startswith="membership").values_list("action", flat=True)
    assert list(actions) == ["membership.ended", "membership.granted"]
    assert list(audit.contradictions()) == []


def test_today_means_from_now_on(house: House, cast: dict[str, User], as_: As) -> None:
    with clock.at(NOW):
        hand_over(as_(cast["administrator"]), held(cast["operator"]), cast["without_role"], "2022-09-01")
        assert fresh(cast["without_role"]).opds() == {house.opd.pk}
        assert fresh(cast["operator"]).opds() == set()


def test_what_does_not_fit_is_said_and_changes_nothing(cast: dict[str, User], as_: As) -> None:
    admin, row = as_(cast["administrator"]), held(cast["operator"])
    before = list(Membership.objects.order_by("pk").values())
    with clock.at(NOW):
        for to, at, until in (
            (cast["without_role"], "2022-08-31", ""),
            (cast["without_role"], "2022-09-10", "2022-09-09"),
            (cast["without_role"], "kemarin dulu", ""),
            (cast["operator"], "2022-09-10", ""),
            (cast["disabled"], "2022-09-10", ""),
            (cast["administrator"], "2022-09-10", ""),
        ):
            answer = admin.post(f"/people/{row.pk}/hand-over/", {"to": to.pk, "at": at, "until": until})
            assert answer.status_code == 200, (to, at)
            assert "invalid" in answer.text or "error" in answer.text, (to, at)
    assert list(Membership.objects.order_by("pk").values()) == before
    assert not AuditEvent.objects.exists()


def test_who_may(cast: dict[str, User], as_: As) -> None:
    row = held(cast["operator"])
    for name in ("reviewer", "planner", "head", "operator", "auditor", "leader", "assessor"):
        client = as_(cast[name])
        assert client.get("/people/").status_code == (200 if name == "reviewer" else 403), name
        assert hand_over(client, row, cast["without_role"], "2030-01-01").status_code == 403, name  # type: ignore[attr-defined]
    seat = held(cast["assessor"])
    assert as_(cast["administrator"]).get(f"/people/{seat.pk}/hand-over/").status_code == 403


def test_the_newcomer_finds_what_is_owed(house: House, houses: dict[str, House], as_: As) -> None:
    scenarios.returned(house, name="Kalender kembali", notes={"problem": "Sebutkan jumlahnya."})
    scenarios.draft(houses["DISHUB"], name="KENARILAIN")
    page = as_(house.operator).get("/handover/")
    assert "Sebutkan jumlahnya." in page.text
    assert "KENARILAIN" not in page.text
    house.opd.city.__class__.objects.update(evaluation_year=2023)
    page = as_(house.operator).get("/handover/")
    assert "KALA" in page.text


def test_costs(
    house: House, houses: dict[str, House], cast: dict[str, User], as_: As, count_queries: Count
) -> None:
    operator, admin, seen = as_(house.operator), as_(cast["administrator"]), []
    operator.get("/handover/")
    admin.get("/people/")
    for wave in (1, 4):
        for number in range(wave):
            scenarios.returned(house, notes={"problem": "Mana?"})
            user = User.objects.create(username=f"baru-{wave}-{number}")
            scenarios.grant(user, "operator", house.opd.city, houses["DISHUB"].opd)
        seen.append(
            (count_queries(lambda: operator.get("/handover/")), count_queries(lambda: admin.get("/people/")))
        )
    assert seen[0] == seen[1]
