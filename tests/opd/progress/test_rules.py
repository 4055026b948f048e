"""Who may move a report from where, how quarters make a year, corrections, and what is late."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.test import Client

from opd import audit, invariants, tallies
from opd.models import Progress, ProgressTally, QuickWin, User
from opd.presentation.progress import figures
from opd.workflow import PROGRESS
from smartcity.lib import clock
from smartcity.lib.workflow import WrongStatus
from tests.opd.progress import reports
from tests.opd.progress.reports import DUE, again
from tests.opd.test_moves import ALLOWED
from tests.scenarios import House, fresh, grant

As = Callable[..., Client]
SECOND = timedelta(seconds=1)


def agrees() -> None:
    assert list(audit.contradictions()) == []
    assert list(tallies.contradictions()) == []
    assert list(invariants.contradictions()) == []


def at_status(house: House, agency: str, status: str) -> Progress:
    if (agency, status) != ("DISKOMINFO", "proposed"):
        return reports.BY_STATUS[status](house)
    report = reports.complete(house)  # sent by an operator who has left since
    operator = User.objects.create(username="operator-kominfo-lama")
    membership = grant(operator, "operator", house.opd.city, house.opd)
    reports.move(report, "propose", operator)
    membership.delete()
    return again(report)


@pytest.mark.parametrize(("agency", "status"), [*product(ALLOWED, reports.BY_STATUS)])
def test_no_other_move_exists(
    agency: str, status: str, houses: dict[str, House], cast: dict[str, User]
) -> None:
    """Every triple of status, move and person, against the table of the quick wins: the way is the same."""
    report = at_status(houses[agency], agency, status)
    possible = set()
    for move, (name, user) in product(PROGRESS.moves, cast.items()):
        here = transaction.savepoint_create()
        try:
            moved = reports.move(report, move, fresh(user), "Mohon dilengkapi.")
        except (WrongStatus, PermissionDenied):
            assert again(report).version == report.version
            continue
        assert moved.status == PROGRESS.moves[move].target
        possible.add((status, move, name))
        transaction.savepoint_rollback(here)
    assert possible == {triple for triple in ALLOWED[agency] if triple[0] == status}


# --- quarters make a year ---------------------------------------------------------------------------


def tell(house: House, program: object, *told: str) -> None:
    """Report and verify the quarters one after another."""
    for quarter, value in enumerate(told, start=1):
        reports.verified(house, of=program, quarter=quarter, values={"value": Decimal(value)})


@pytest.mark.parametrize(
    ("measure", "told", "actual"),
    [
        ("cumulative", ["10", "30", "55"], "55"),
        ("per_period", ["10", "30", "55"], "95"),
        ("cumulative", ["40", "35"], "35"),
        ("per_period", ["0", "0.5"], "0.5"),
    ],
)
def test_the_year_follows_its_quarters(measure: str, told: list[str], actual: str, house: House) -> None:
    program = reports.program(house, measure=measure)
    tell(house, program, *told)
    assert program.years.get().actual == Decimal(actual)
    agrees()


def test_a_report_that_is_not_verified_changes_no_figure_of_the_year(house: House) -> None:
    program = reports.program(house)
    reports.submitted(house, of=program)
    assert program.years.get().actual is None


@pytest.mark.parametrize(
    ("better", "value", "shown"),
    [("up", "125", "125,0%"), ("up", "0", "0,0%"), ("down", "80", "120,0%"), ("down", "250", "-50,0%")],
)
def test_the_achievement_is_shown_as_it_is(
    better: str, value: str, shown: str, house: House, as_: As
) -> None:
    report = reports.complete(house, better=better, values={"value": Decimal(value)})
    assert figures(report)["achievement"] == shown
    assert shown in as_(house.operator).get(f"/progress/{report.pk}/edit/").text


def test_added_quarters_count_with_the_one_being_written(house: House) -> None:
    program = reports.program(house, measure="per_period")
    tell(house, program, "10", "20")
    report = reports.complete(house, of=program, quarter=3, values={"value": Decimal(30)})
    assert figures(report)["so_far"] == "60 layanan"


# --- corrections ------------------------------------------------------------------------------------


def test_a_correction_keeps_the_old_figure_and_shows_the_reason(house: House, as_: As) -> None:
    program = reports.program(house, measure="per_period")
    tell(house, program, "10", "20")
    first = Progress.objects.get(quarter=1)
    reports.move(first, "reopen", house.decider, "Dihitung dua kali.")
    assert program.years.get().actual == 30, "the verified figure stands while it is being corrected"
    reports.verified(house, of=program, quarter=3, values={"value": Decimal(5)})
    assert program.years.get().actual == 35, "another quarter's report does not lose the one being corrected"
    agrees()
    corrected = reports.fill(first, house, value=Decimal(4))
    corrected = reports.move(corrected, "submit", house.submitter)
    reports.move(corrected, "verify", house.decider)
    assert program.years.get().actual == 29
    old, new = first.submissions.order_by("sequence")
    assert (old.payload["values"]["value"], new.payload["values"]["value"]) == ("10", "4")
    page = as_(house.operator).get(f"/progress/{first.pk}/").text
    for text in ("Dihitung dua kali.", "10 layanan", "4 layanan", "Dikoreksi"):
        assert text in page
    assert ProgressTally.objects.get(quarter=1).corrected == 1
    agrees()


def test_a_correction_needs_a_reason(house: House, as_: As) -> None:
    report = reports.verified(house)
    as_(house.decider).post(f"/progress/{report.pk}/moves/reopen/", {"note": " "})
    assert again(report).status == "verified"


@pytest.mark.parametrize("change", [{"value": 41}, {"absorbed": 1}, {"state": "DONE"}, {"value": None}])
def test_the_database_refuses_a_silent_change(change: dict[str, object], house: House) -> None:
    report = reports.verified(house)
    with pytest.raises(DatabaseError), transaction.atomic():
        Progress.objects.filter(pk=report.pk).update(**change)
    assert again(report).value == 40


def test_the_invariants_find_a_changed_year_and_receipt(house: House) -> None:
    report = reports.verified(house)
    report.program.years.update(actual=41)
    Progress.objects.filter(pk=report.pk).update(filled=0)
    found = list(invariants.contradictions())
    assert len(found) == 2


# --- late -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("moment", "late"), [(-SECOND, False), (0 * SECOND, True), (SECOND, True)])
def test_late_is_decided_at_the_second(moment: timedelta, late: bool, house: House) -> None:
    reports.period(house)
    report = reports.complete(house)
    with clock.at(DUE + moment):
        assert reports.move(report, "submit", house.submitter).late is late
    assert ProgressTally.objects.get(quarter=3).late == late


def test_a_late_report_says_by_how_much_and_a_return_makes_none_late(house: House, as_: As) -> None:
    reports.period(house)
    intime, late = reports.complete(house), reports.complete(house)
    with clock.at(DUE - SECOND):
        reports.move(intime, "submit", house.submitter)
        reports.move(intime, "return", house.decider, "Mohon diperiksa.")
    with clock.at(DUE + timedelta(days=5)):
        for report in (intime, late):
            reports.move(report, "submit", house.submitter)
    assert (again(intime).late, again(late).late) == (False, True)
    page = as_(house.operator).get(f"/progress/{late.pk}/").text
    assert "terlambat 5 hari" in page
    assert "terlambat" not in as_(house.operator).get(f"/progress/{intime.pk}/").text
    assert as_(house.operator).get("/progress/?year=2022").text.count("terlambat 5 hari") == 1


# --- desks ------------------------------------------------------------------------------------------


def test_the_bar_counts_what_the_lists_show(houses: dict[str, House], cast: dict[str, User]) -> None:
    """The summary agrees with the rows, for everyone: an agency's hands and each decider's desk."""
    for house in houses.values():
        for make in reports.BY_STATUS.values():
            if (house.opd.short, make) != ("DISKOMINFO", reports.proposed):
                make(house)
    for name, user in cast.items():
        person = fresh(user)
        city = houses["DISHUB"].opd.city
        assert ProgressTally.objects.reports_with(person) == Progress.objects.with_person(person).count(), (
            name
        )
        waiting = Progress.objects.decided_by(person).count()
        assert ProgressTally.objects.reports_waiting_for(person, city.pk) == waiting, name
    assert Progress.objects.decided_by(fresh(cast["reviewer"])).count() == 4
    assert Progress.objects.decided_by(fresh(cast["planner"])).count() == 2, "Kominfo's own, and its unit's"
    assert QuickWin.objects.count() == 0


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("operator", "/progress/?year=2022"),
        ("head", "/progress/approve/?year=2022&quarter=3"),
        ("operator", "/workspace/"),
        ("reviewer", "/queue/?kind=progress"),
        ("reviewer", "/progress/?year=2022"),
    ],
)
def test_a_list_costs_the_same_with_two_and_with_twenty(
    who: str, address: str, house: House, cast: dict[str, User], as_: As, count_queries: Callable[..., int]
) -> None:
    reports.period(house)
    client, seen = as_(cast[who]), []
    with clock.at(DUE):
        for wave in (1, 9):
            for _number in range(wave):
                reports.returned(house, notes={"value": "Per tahun?"})
                reports.proposed(house)
                reports.submitted(house)
            client.get(address)
            seen.append(count_queries(lambda: client.get(address)))
    assert seen[0] == seen[1]
