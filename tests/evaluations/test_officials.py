"""The Ministry's letter: who enters, who publishes, what nobody rewrites, and every (status, move, role)."""

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from evaluations import actions as evaluation
from evaluations.actions import officials as actions
from evaluations.models import OfficialEvent, OfficialResult, OfficialStatus
from evaluations.workflow import OFFICIAL
from opd.models import AuditEvent, Membership, Notification, Role, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady, WrongStatus
from tests.evaluations.builders import CLOSES, LONG_AGO, raw_refused

AFTER = datetime(2023, 1, 20, 3, tzinfo=UTC)
ROLES = (
    "operator", "head", "reviewer", "planner", "auditor", "leader", "administrator", "assessor", "colleague",
    "outsider", "foreign_reviewer",
)  # fmt: skip
ALLOWED = {
    ("draft", "publish", "planner"), ("draft", "discard", "reviewer"), ("published", "withdraw", "planner"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _after_the_window():
    with clock.at(AFTER):
        yield


def letter(**values):
    return {
        "letter_number": "B-1477/DJAI/AI.01.02/11/2022",
        "letter_date": date(2022, 12, 15),
        "index": Decimal("3.10"),
        "values": {"BASE": "3.20", "IMPACT": "3.00", "QW": "3.10"},
        "dimension_values": {"GOV": "3.30"},
        "rank_national": 60,
        "rank_province": 2,
        "cohort": "141 daerah",
    } | values


@pytest.fixture
def enter(city, instrument, cast):
    def make(year=2022, stage="Tahap II", by="reviewer", key=None, **values):
        facts = letter(**values) | {"year": year, "stage": stage, "instrument": instrument}
        return actions.enter_official(by=cast[by], city=city, values=facts, key=key)

    return make


@pytest.fixture
def official(enter):
    return enter()


def moved(row, name, by, note="Alasan."):
    row.refresh_from_db()
    return actions.move_official(pk=row.pk, name=name, by=by, version=row.version, note=note)


@pytest.fixture
def published(official, cast):
    return moved(official, "publish", cast["planner"])


def in_status(row, status, cast):
    if status == "withdrawn":
        moved(row, "discard", cast["reviewer"])
    elif status != "draft":
        moved(row, "publish", cast["planner"])
    if status == "replaced":
        draft = actions.correct_official(pk=row.pk, by=cast["reviewer"], reason="Salah ketik.")
        moved(draft, "publish", cast["planner"])


@pytest.mark.parametrize(("status", "move", "role"), [*product(OfficialStatus.values, OFFICIAL.moves, ROLES)])
def test_no_other_move_exists(status, move, role, official, cast):
    in_status(official, status, cast)
    events = OfficialEvent.objects.count()
    allowed = (status, move, role) in ALLOWED
    refused = nullcontext() if allowed else pytest.raises((WrongStatus, PermissionDenied))
    with refused:
        moved(official, move, cast[role])
    official.refresh_from_db()
    assert OfficialEvent.objects.count() == events + allowed
    assert official.status == (OFFICIAL.moves[move].target if allowed else status)


def test_who_wrote_it_does_not_publish_it(official, city, cast):
    """Nor whoever changed a digit of it, whatever further roles they hold."""
    for name in ("reviewer", "planner"):
        role = Role.PLANNER if name == "reviewer" else Role.REVIEWER
        Membership.objects.create(user=cast[name], role=role, city=city, valid_from=LONG_AGO)
    both = {name: User.objects.get(pk=cast[name].pk) for name in ("reviewer", "planner")}
    with pytest.raises(PermissionDenied):
        moved(official, "publish", both["reviewer"])
    actions.change_official(
        pk=official.pk, by=both["planner"], values=letter(index=Decimal("3.11")), version=official.version
    )
    with pytest.raises(PermissionDenied):
        moved(official, "publish", both["planner"])
    official.refresh_from_db()
    assert official.status == "draft"


def test_the_database_knows_two_persons(official, cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficialResult.objects.filter(pk=official.pk).update(
            status="published", published_at=AFTER, published_by=cast["reviewer"]
        )


def test_numbers_that_changed_after_they_were_read_are_not_published(official, cast):
    read = official.version
    actions.change_official(
        pk=official.pk, by=cast["reviewer"], values=letter(index=Decimal("1.10")), version=read
    )
    with pytest.raises(StaleVersion):
        actions.move_official(pk=official.pk, name="publish", by=cast["planner"], version=read)


def test_a_correction_replaces_and_both_stay(published, cast):
    draft = actions.correct_official(pk=published.pk, by=cast["reviewer"], reason="Salah ketik.")
    assert actions.correct_official(pk=published.pk, by=cast["reviewer"], reason="Lagi.").pk == draft.pk
    actions.change_official(
        pk=draft.pk, by=cast["reviewer"], values=letter(index=Decimal("3.12")), version=draft.version
    )
    published.refresh_from_db()
    assert published.status == "published"  # until the second person looked
    moved(draft, "publish", cast["planner"])
    rows = OfficialResult.objects.order_by("revision").values_list("revision", "status", "index")
    assert [*rows] == [(1, "replaced", Decimal("3.1")), (2, "published", Decimal("3.12"))]
    assert published.events.get(move="replace").note == "Salah ketik."
    assert AuditEvent.objects.filter(action="official.replace", reason="Salah ketik.").count() == 1


def test_a_correction_needs_a_reason_and_a_published_letter(published, cast):
    with pytest.raises(NotReady):
        actions.correct_official(pk=published.pk, by=cast["reviewer"], reason=" ")
    with pytest.raises(PermissionDenied):
        actions.correct_official(pk=published.pk, by=cast["planner"], reason="Salah.")
    moved(published, "withdraw", cast["planner"])
    with pytest.raises(WrongStatus):
        actions.correct_official(pk=published.pk, by=cast["reviewer"], reason="Salah.")


def test_a_withdrawal_and_a_discard_need_a_reason(official, cast):
    with pytest.raises(NotReady):
        moved(official, "discard", cast["reviewer"], note=" ")
    moved(official, "publish", cast["planner"])
    with pytest.raises(NotReady):
        moved(official, "withdraw", cast["planner"], note="")


def test_one_round_has_one_letter(enter, published, cast):
    with pytest.raises(NotReady):
        enter(stage="tahap ii")
    moved(published, "withdraw", cast["planner"])
    assert enter(stage="tahap ii").revision == 1


def test_pressing_twice_is_one_letter(enter):
    assert enter(key="a" * 64).pk == enter(key="a" * 64).pk
    assert OfficialResult.objects.count() == 1


def test_a_letter_comes_after_its_window(enter, open_window, cast):
    """A round the portal holds is never entered past its window, however it is typed."""
    with clock.at(CLOSES - timedelta(hours=1)), pytest.raises(NotReady):
        enter(letter_date=date(2022, 10, 5))
    evaluation.close_window(open_window)
    assert enter(stage="TAHAP II").window == open_window


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"index": Decimal("4.01")}, "index"),
        ({"index": Decimal("-0.01")}, "index"),
        ({"values": {"BASE": "4.0001"}}, "value_BASE"),
        ({"dimension_values": {"GOV": "-1"}}, "dimension_GOV"),
        ({"rank_national": 0}, "rank_national"),
        ({"letter_date": date(2023, 1, 21)}, "letter_date"),
        ({"letter_date": date(2021, 12, 31)}, "letter_date"),
        ({"letter_number": ""}, "letter_number"),
    ],
)
def test_what_no_letter_says_is_refused_at_its_field(enter, values, field):
    with pytest.raises(ValidationError) as refusal:
        enter(**values)
    assert field in refusal.value.message_dict
    assert not OfficialResult.objects.exists()


@pytest.mark.parametrize("index", ["0", "4", "4.00"])
def test_both_ends_of_the_scale_are_values(enter, index):
    assert enter(index=Decimal(index)).index == Decimal(index)


def test_the_day_of_a_letter_is_the_citys_day(enter):
    with clock.at(datetime(2023, 1, 20, 17, 30, tzinfo=UTC)):  # half past midnight in Tanjungpinang
        assert enter(letter_date=date(2023, 1, 21)).pk


def test_a_published_letter_is_written_once(published):
    for sql in (
        'UPDATE evaluations_officialresult SET "index" = 3.99 WHERE id = %s',
        "UPDATE evaluations_officialresult SET \"values\" = '{}' WHERE id = %s",
        "UPDATE evaluations_officialresult SET rank_national = NULL WHERE id = %s",
        "UPDATE evaluations_officialresult SET status = 'draft' WHERE id = %s",
        "DELETE FROM evaluations_officialresult WHERE id = %s",
    ):
        with raw_refused() as cursor:
            cursor.execute(sql, [published.pk])


def test_a_withdrawn_letter_never_comes_back(published, cast):
    moved(published, "withdraw", cast["planner"])
    with raw_refused() as cursor:
        cursor.execute(
            "UPDATE evaluations_officialresult SET status = 'published' WHERE id = %s", [published.pk]
        )


def test_a_draft_may_still_be_changed_but_does_not_go(official):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE evaluations_officialresult SET cohort = 'x' WHERE id = %s", [official.pk])
    with raw_refused() as cursor:
        cursor.execute("DELETE FROM evaluations_officialresult WHERE id = %s", [official.pk])


def test_improvement_is_over_the_previous_evaluated_year(enter, published, cast):
    """Of two rounds of a year the later letter speaks; a draft, and a withdrawn one, never do."""
    moved(
        enter(year=2020, stage="Tahap I", index=Decimal("2.50"), letter_date=date(2020, 12, 1)),
        "publish",
        cast["planner"],
    )
    assert published.previous().index == Decimal("2.50")
    for stage, index, day in (("Tahap I", "2.80", 1), ("Tahap II", "2.87", 20)):
        row = enter(year=2021, stage=stage, index=Decimal(index), letter_date=date(2021, 12, day))
        assert published.previous().year == 2020
        if stage == "Tahap I":
            first = row
        else:
            moved(row, "publish", cast["planner"])
            moved(first, "publish", cast["planner"])
    assert published.previous().index == Decimal("2.87")


def test_who_reads_a_letter(official, cast):
    def readers():
        return {
            name
            for name in ROLES
            if OfficialResult.objects.visible_to(User.objects.get(pk=cast[name].pk)).exists()
        }

    at_work = {"reviewer", "planner"}
    assert readers() == at_work
    moved(official, "publish", cast["planner"])
    assert readers() == at_work | {"auditor", "leader", "operator", "head"}
    moved(official, "withdraw", cast["planner"])
    assert readers() == at_work | {"auditor"}


# --- who is told -------------------------------------------------------------------------------------------


def lines_of(user):
    return list(Notification.objects.of_user(user).unread().values_list("title", flat=True))


def test_the_second_person_is_told_until_the_letter_is_published(enter, cast, city, person):
    colleague = person("bappelitbang-2", Role.PLANNER, city)
    row = enter()
    for planner in (cast["planner"], colleague):
        assert lines_of(planner) == ["Surat hasil menunggu diterbitkan: Tahap II 2022"]
    for name in ("reviewer", "auditor", "leader", "operator", "assessor", "foreign_reviewer"):
        assert lines_of(cast[name]) == []
    moved(row, "publish", colleague)
    assert lines_of(cast["planner"]) == lines_of(colleague) == []


def test_a_correction_asks_again_and_a_discarded_one_does_not(published, cast):
    draft = actions.correct_official(pk=published.pk, by=cast["reviewer"], reason="Angka tertukar.")
    assert len(lines_of(cast["planner"])) == 1
    moved(draft, "discard", cast["reviewer"])
    assert lines_of(cast["planner"]) == []
