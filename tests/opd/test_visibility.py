"""What each person sees of a quick win, by its status: rows, pages, receipts; 404 where they must not know."""

import re
from collections.abc import Callable
from datetime import timedelta
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from opd import actions, rules
from opd.models import NO_NOTE, Membership, QuickWin, Role, Status, Submission, Tally, User
from smartcity.lib import clock
from tests import scenarios
from tests.scenarios import BY_STATUS, LONG_AGO, House, fresh, grant, receipt_of

As = Callable[..., Client]
ALL, SENT, DONE = (
    set(Status.values),
    {"submitted", "returned", "verified", "recorded"},
    {"verified", "recorded"},
)

#: By hand: who sees a quick win of DISBUDPAR in which status.
SEES: dict[str, set[str]] = {
    "operator": ALL,
    "head": ALL,
    "reviewer": SENT,
    "planner": SENT,
    "auditor": SENT,
    "leader": DONE,
    "operator_without_head": set(),
    "operator_elsewhere": set(),
    "operator_of_lpse": set(),
    "kominfo": set(),
    "bappelitbang": set(),
    "assessor": set(),
    "administrator": set(),
    "disabled": set(),
    "without_role": set(),
}


@pytest.fixture
def every_status(house: House) -> dict[str, QuickWin]:
    return {status: BY_STATUS[status](house) for status in Status}


def test_the_table_names_everybody(cast: dict[str, User]) -> None:
    assert set(SEES) == set(cast)


def test_rows(every_status: dict[str, QuickWin], cast: dict[str, User], foreign_reviewer: User) -> None:
    by_pk = {row.pk: status for status, row in every_status.items()}
    for name, user in [*cast.items(), ("foreign", foreign_reviewer)]:
        seen = {by_pk[row.pk] for row in QuickWin.objects.visible_to(user)}
        assert seen == SEES.get(name, set()), name


def test_pages(every_status: dict[str, QuickWin], cast: dict[str, User], as_: As) -> None:
    for name, user in cast.items():
        if name == "disabled":
            continue
        client = as_(user)
        for status, row in every_status.items():
            expected = 200 if status in SEES[name] else 404
            assert client.get(f"/quick-wins/{row.pk}/").status_code == expected, (name, status)
            if not SEES[name]:
                continue  # what cannot be read is not edited either: test_autosave
            edit = 404 if status not in SEES[name] else 200 if _edits(name, status) else 403
            assert client.get(f"/quick-wins/{row.pk}/edit/").status_code == edit, (name, status)
            review = 404 if status not in SEES[name] else 200 if _reads_review(name, status) else 403
            assert client.get(f"/quick-wins/{row.pk}/review/").status_code == review, (name, status)


def _edits(name: str, status: str) -> bool:
    return (
        status in ("draft", "returned")
        if name == "operator"
        else name == "head" and status in ("draft", "returned", "proposed")
    )


def _reads_review(name: str, status: str) -> bool:
    return name in ("reviewer", "planner", "auditor") and status != "recorded"


def test_the_list_shows_what_may_be_seen_and_nothing_else(
    every_status: dict[str, QuickWin], cast: dict[str, User], as_: As
) -> None:
    for name, user in cast.items():
        if name in ("disabled", "without_role"):
            continue
        page = as_(user).get("/quick-wins/").text
        shown = {int(pk) for pk in re.findall(r'href="/quick-wins/(\d+)/"', page)}
        assert shown == {row.pk for status, row in every_status.items() if status in SEES[name]}, name


def test_words_of_a_draft_appear_on_no_page_of_others(house: House, cast: dict[str, User], as_: As) -> None:
    """The reviewer may know that a draft exists, not what it says."""
    scenarios.draft(
        house, problem="KENARI-MASALAH", description="KENARI-SOLUSI", indicator="KENARI-INDIKATOR"
    )
    for name in (
        "reviewer",
        "planner",
        "auditor",
        "leader",
        "operator_elsewhere",
        "assessor",
        "administrator",
    ):
        client = as_(cast[name])
        for address in ("/queue/", "/quick-wins/", "/workspace/"):
            answer = client.get(address)
            assert "KENARI" not in answer.text, (name, address)


def test_a_reviewer_reads_what_was_submitted_while_it_is_being_mended(house: House, as_: As) -> None:
    quick_win = scenarios.returned(house)
    actions.save_section(
        pk=quick_win.pk,
        section="problem",
        values={"problem": "SETENGAH JADI"},
        unreadable={},
        version=1,
        by=house.operator,
    )
    for path in ("", "review/"):
        page = as_(house.decider).get(f"/quick-wins/{quick_win.pk}/{path}").text
        assert "SETENGAH JADI" not in page
        assert scenarios.TYPED["problem"]["problem"] in page
    assert "SETENGAH JADI" in as_(house.operator).get(f"/quick-wins/{quick_win.pk}/").text


def test_the_new_name_of_a_returned_one_is_the_agency_s_until_it_is_submitted_again(
    house: House, as_: As
) -> None:
    """No list, page, search or workbook of the reviewers says it, and none is found by it."""
    quick_win = scenarios.returned(house, name="Wisata Pulau", acronym="WISPU", note="Wisata mana?")
    actions.save_section(
        pk=quick_win.pk,
        section="identity",
        values={"name": "KENARI PULAU", "acronym": "KENARI"},
        unreadable={},
        version=1,
        by=house.operator,
    )
    desk, own = as_(house.decider), as_(house.operator)
    page = f"/quick-wins/{quick_win.pk}/"
    for address in (
        page,
        f"{page}review/",
        "/quick-wins/",
        "/board/",
        "/workspace/",
        "/exports/quick-wins/?format=csv",
    ):
        answer = desk.get(address, follow=True)
        text = answer.getvalue().decode() if answer.streaming else answer.text
        assert "KENARI" not in text, address
    for address in ("/quick-wins/?q={}", "/exports/quick-wins/?format=csv&q={}", "/search/?q={}"):
        found = {
            word: _text(desk, address.format(word)).count("Wisata Pulau") for word in ("kenari", "wispu")
        }
        assert (found["kenari"], found["wispu"] > 0) == (0, True), address
    assert page in _text(own, "/quick-wins/?q=kenari")
    assert page not in _text(own, "/quick-wins/?q=wispu")
    assert "KENARI PULAU" in _text(own, page)

    scenarios.submit(quick_win, house)
    assert "KENARI PULAU" in _text(desk, page)
    assert page in _text(desk, "/quick-wins/?q=kenari")


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    return answer.getvalue().decode() if answer.streaming else answer.text


def test_receipts_follow_their_quick_win(
    every_status: dict[str, QuickWin], cast: dict[str, User], as_: As
) -> None:
    for status, name in product(("submitted", "returned", "verified"), SEES):
        if name == "disabled":
            continue
        number = receipt_of(every_status[status]).number
        expected = 200 if status in SEES[name] else 404
        assert as_(cast[name]).get(f"/receipts/{number}/").status_code == expected, (name, status)
    assert set(Submission.objects.visible_to(cast["operator_elsewhere"])) == set()
    assert as_(cast["reviewer"]).get("/receipts/QW-2022-9999-1/").status_code == 404


def test_an_absent_one_answers_like_a_hidden_one(draft: QuickWin, cast: dict[str, User], as_: As) -> None:
    """Nobody learns from the answer that there is something."""
    client = as_(cast["operator_elsewhere"])
    own_to_each = re.compile(
        r'<code>[0-9a-f]{12}</code>|[A-Za-z0-9]{64}|/quick-wins/\d+/|"portal-now" content="[^"]+"'
    )
    hidden, absent = (
        own_to_each.sub("", client.get(f"/quick-wins/{pk}/").text) for pk in (draft.pk, draft.pk + 1)
    )
    assert hidden == absent


def test_the_house_of_the_reviewers_reads_its_review_and_decides_nothing(
    houses: dict[str, House], cast: dict[str, User], as_: As
) -> None:
    for short in ("DISKOMINFO", "LPSE"):
        quick_win = scenarios.submitted(houses[short])
        desk = as_(cast["reviewer"])
        page = desk.get(f"/quick-wins/{quick_win.pk}/review/")
        assert page.status_code == 200
        assert page.context["own_house"]
        assert not page.context["offers"]
        for move in ("verify", "return"):
            assert desk.post(f"/quick-wins/{quick_win.pk}/moves/{move}/", {"note": "x"}).status_code == 403
        note = {"field": "target", "text": "Per tahun?", "version": NO_NOTE}
        assert desk.post(f"/quick-wins/{quick_win.pk}/notes/", note).status_code == 403
        assert as_(cast["planner"]).get(f"/quick-wins/{quick_win.pk}/review/").context["may_note"]


# --- roles in time ----------------------------------------------------------------------------------


def test_a_role_begins_and_ends_at_its_moments(draft: QuickWin, house: House) -> None:
    begins, ends = LONG_AGO.replace(year=2022, month=3), LONG_AGO.replace(year=2022, month=9)
    acting = User.objects.create(username="plt")
    membership = grant(acting, Role.OPD_HEAD, house.opd.city, house.opd)
    Membership.objects.filter(pk=membership.pk).update(valid_from=begins, valid_to=ends)
    second = timedelta(seconds=1)
    seen = []
    for moment in (begins - second, begins, ends - second, ends):
        with clock.at(moment):
            seen.append(QuickWin.objects.visible_to(fresh(acting)).exists())
    assert seen == [False, True, True, False]


def test_a_disabled_account_is_out_at_its_next_request(draft: QuickWin, house: House, as_: As) -> None:
    browser = as_(house.operator)
    assert browser.get("/workspace/").status_code == 200
    User.objects.filter(pk=house.operator.pk).update(is_active=False)
    answer = browser.get("/workspace/")
    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/accounts/login/")
    assert browser.post(f"/quick-wins/{draft.pk}/moves/propose/").status_code == 302
    assert QuickWin.objects.get(pk=draft.pk).status == "draft"


def test_an_agency_whose_head_account_was_disabled_submits_by_its_operator(house: House) -> None:
    quick_win = scenarios.complete(house)
    User.objects.filter(pk=house.submitter.pk).update(is_active=False)
    actions.move(pk=quick_win.pk, name="submit", by=house.operator)
    assert receipt_of(quick_win).role == "operator"


def test_who_reviews_and_enters_data_elsewhere_acts_in_the_right_role(
    houses: dict[str, House], cast: dict[str, User]
) -> None:
    """A reviewer who is also operator of DISHUB verifies as reviewer, and enters DISHUB's as operator."""
    both = User.objects.create(username="rangkap")
    grant(both, Role.OPD_OPERATOR, houses["DISHUB"].opd.city, houses["DISHUB"].opd)
    grant(both, Role.REVIEWER, houses["DISHUB"].opd.city)
    theirs, own = scenarios.submitted(houses["DISBUDPAR"]), scenarios.complete(houses["DISHUB"])
    actions.move(pk=theirs.pk, name="verify", by=fresh(both))
    actions.move(pk=own.pk, name="submit", by=fresh(both))
    assert (theirs.events.first().role, receipt_of(own).role) == ("reviewer", "operator")  # type: ignore[union-attr]
    with pytest.raises(PermissionDenied):
        actions.move(pk=own.pk, name="verify", by=fresh(both))


def test_who_is_operator_and_head_signs_as_head(houses: dict[str, House]) -> None:
    assert receipt_of(scenarios.submitted(houses["DISKOMINFO"])).role == "head"


def test_a_reviewer_of_a_unit_does_not_judge_its_agency(
    houses: dict[str, House], opds: dict[str, object]
) -> None:
    inside = User.objects.create(username="pemeriksa-labkes")
    grant(inside, Role.REVIEWER, houses["LABKES"].opd.city, houses["LABKES"].opd)
    parent = houses["LABKES"].opd.parent
    assert parent is not None
    operator = User.objects.create(username="operator-dkppkb")
    grant(operator, Role.OPD_OPERATOR, parent.city, parent)
    record = scenarios.submitted(House(parent, operator, None, inside))
    assert not rules.may_verify(fresh(inside), record)
    assert rules.may_verify(fresh(houses["DISHUB"].decider), record)


def test_totals_are_of_ones_city_or_agency(
    every_status: dict[str, QuickWin], cast: dict[str, User], foreign_reviewer: User
) -> None:
    see = {name for name, user in cast.items() if Tally.objects.visible_to(user).exists()}
    assert see == {"operator", "head", "reviewer", "planner", "auditor", "leader", "administrator"}
    assert not Tally.objects.visible_to(foreign_reviewer).exists()


def test_what_the_head_tells_the_operator_stays_in_the_agency(
    house: House, cast: dict[str, User], as_: As
) -> None:
    """Others see in the history that the item went back once, not what was said about it."""
    quick_win = scenarios.proposed(house)
    actions.move(pk=quick_win.pk, name="send_back", by=fresh(house.head), note="Kalimat untuk operator saja.")
    scenarios.submit(quick_win, house)
    for name, reads in (("operator", True), ("reviewer", False), ("auditor", False)):
        text = as_(cast[name]).get(quick_win.get_absolute_url()).content.decode()
        assert ("Kalimat untuk operator saja." in text) is reads, name
        assert "Dikembalikan kepala OPD" in text, name
