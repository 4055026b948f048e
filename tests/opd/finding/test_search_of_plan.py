"""The search box and the plan: programmes, their reports, lists; and queries nobody should send."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from opd import actions
from opd.models import Finding, PlanStatus, Program, User
from smartcity.lib.search import LONGEST_QUERY
from tests import scenarios
from tests.opd.imports.conftest import Desk
from tests.opd.imports.lists import ROW, checked, saved
from tests.opd.plan.conftest import Make
from tests.opd.progress import reports
from tests.scenarios import House, fresh

As = Callable[..., Client]

AGENCY = {"operator", "head"}
CITY = {"reviewer", "planner", "auditor"}


def finders(cast: dict[str, User], query: str) -> set[str]:
    """Who finds anything."""
    return {
        name for name, user in cast.items() if Finding.objects.visible_to(fresh(user)).finding(query).exists()
    }


def page(as_: As, user: User, query: str) -> Any:
    return as_(user).get("/search/", {"q": query})


def rename(program: Program, by: User, **values: Any) -> None:
    actions.save_program(pk=program.pk, values=values, version=program.version, by=fresh(by))


# --- programmes


@pytest.mark.parametrize(
    ("status", "seen"),
    [
        (PlanStatus.DRAFT, AGENCY),
        (PlanStatus.SUBMITTED, AGENCY | CITY),
        (PlanStatus.RETURNED, AGENCY | CITY),
        (PlanStatus.APPROVED, AGENCY | CITY | {"leader"}),
    ],
)
def test_who_finds_a_programme(
    status: str,
    seen: set[str],
    make: Make,
    cast: dict[str, User],
    as_: As,
) -> None:
    program = make(status=status, name="Kami melayani KENARIJUDUL", note="Catatan KENARICATATAN")
    for query in ("KENARIJUDUL", "pelayanan", "KENARICATATAN", program.code):
        assert finders(cast, query) == seen, query
    for name in seen:
        answer = page(as_, cast[name], "pelayanan")
        (row,) = answer.context["groups"][0]["rows"]
        assert "<mark>melayani</mark>" in answer.text
        assert as_(cast[name]).get(row["url"]).status_code == 200, name


def test_a_supporting_agency_finds_it_once_it_is_approved(
    make: Make,
    cast: dict[str, User],
    opds: dict[str, Any],
) -> None:
    make(status=PlanStatus.SUBMITTED, name="KENARIDIAJUKAN", supporting=[opds["DISHUB"]])
    make(status=PlanStatus.APPROVED, name="KENARIDISETUJUI", supporting=[opds["DISHUB"]])
    assert "operator_elsewhere" not in finders(cast, "KENARIDIAJUKAN")
    assert "operator_elsewhere" in finders(cast, "KENARIDISETUJUI")


def test_words_of_a_returned_programme_stay_in_the_agency(
    make: Make,
    cast: dict[str, User],
    house: House,
    as_: As,
) -> None:
    program = make(status=PlanStatus.RETURNED, name="Pelayanan KENARILAMA")
    rename(program, house.operator, name="Pelayanan KENARIBARU", note="KENARIISI", indicator="KENARIUKUR")
    for canary in ("KENARIBARU", "KENARIISI", "KENARIUKUR"):
        assert finders(cast, canary) == AGENCY, canary
    assert finders(cast, "KENARILAMA") == CITY
    # The reason of the return is found by both; its title tells nobody else the words being written.
    for name in AGENCY | CITY:
        for query in ("melayani", "dilengkapi", "P-001"):
            text = page(as_, cast[name], query).text
            assert ("KENARIBARU" in text) <= (name in AGENCY), (name, query)
    actions.move_program(pk=program.pk, name="submit", by=fresh(house.submitter))
    assert finders(cast, "KENARIBARU") == AGENCY | CITY
    assert finders(cast, "KENARILAMA") == set()


# --- reports of progress


def test_evidence_of_a_report_by_the_name_it_was_submitted_with(
    house: House, cast: dict[str, User], as_: As
) -> None:
    report = reports.complete(house)
    piece = reports.link(report, house, title="Foto KENARIBUKTI")
    assert finders(cast, "KENARIBUKTI") == AGENCY
    report = reports.move(reports.again(report), "submit", house.submitter)
    assert finders(cast, "KENARIBUKTI") == AGENCY | CITY
    report = reports.move(report, "return", house.decider, "Mohon KENARIALASAN.")
    assert finders(cast, "KENARIALASAN") == AGENCY | CITY
    piece.refresh_from_db()
    actions.change_evidence(
        pk=piece.pk, values={"title": "Foto KENARIGANTI"}, version=piece.version, by=fresh(house.operator)
    )
    assert finders(cast, "KENARIGANTI") == AGENCY
    assert finders(cast, "KENARIBUKTI") == CITY
    for name in CITY:
        assert "KENARIGANTI" not in page(as_, cast[name], "KENARIBUKTI").text, name


def test_notes_on_a_report_are_between_the_agency_and_the_verifiers(
    house: House, cast: dict[str, User]
) -> None:
    report = reports.submitted(house)
    actions.write_note(owner=report, field="value", text="KENARIBELUM", by=house.decider)
    assert finders(cast, "KENARIBELUM") == set()
    reports.move(report, "return", house.decider)
    assert finders(cast, "KENARIBELUM") == AGENCY | CITY
    actions.reply_to_note(note=report.notes.get(), reply="KENARIJAWAB", by=fresh(house.operator))
    assert finders(cast, "KENARIJAWAB") == AGENCY


def test_who_never_searches(house: House, cast: dict[str, User], as_: As) -> None:
    """Assessors read what was frozen for them; the box of the records is not theirs."""
    scenarios.verified(house, problem="KENARI")
    for name in ("assessor", "administrator", "without_role"):
        answer = page(as_, cast[name], "KENARI")
        assert answer.status_code == 403
        assert "KENARI" not in answer.text.replace("q=KENARI", "")


# --- lists


def test_what_a_list_made_or_changed_is_found(house: House, cast: dict[str, User], plan: Any) -> None:
    row = ROW | {
        "dimension": "GOV",
        "sub_dimension": "GOV-A",
        "code": "GOV-A-01",
        "name": "Antrean KENARIDAFTAR",
    }
    desk = Desk(house.operator)
    saved(desk, row)
    assert finders(cast, "KENARIDAFTAR") == AGENCY
    desk.save(checked(desk, row | {"activity": "Melayani KENARIUBAH"}))
    assert finders(cast, "KENARIUBAH") == AGENCY
    assert finders(cast, "pelayanan") == AGENCY
    assert Finding.objects.filter(kind="program").count() == 1


# --- queries nobody should send


@pytest.mark.parametrize(
    "query",
    [
        "kata " * 5000,
        "k" * 100_000,
        "dan yang di ke dari untuk",
        "' OR 1=1 --",
        '"', '""', "'", "\\", "\\'", "%", "%%%", "_", "*", "a*", "^", "(", ")", "()", "!", "&", "|", "<->", ":*", "-x",
        "NEAR(a b)", "a AND", "OR", "NOT", "terms:", "{terms}: a", "\0", "a\0b", "\x1b[0m", "\u202e", "\ud7ff", "😀",
        "İ", "ß", "ﬁ", "e\u0301" * 60, "１２３", "<script>alert(1)</script>", "{{ 7*7 }}", "%s %d", "\r\n",
    ],
)  # fmt: skip
def test_hostile_queries(query: str, house: House, as_: As) -> None:
    scenarios.draft(house, name="Kalender acara", problem="")
    for kind in ("", "program", "x' OR 1=1"):
        answer = as_(house.operator).get("/search/", {"q": query, "kind": kind})
        assert answer.status_code == 200
        assert len(answer.context["query"]) <= LONGEST_QUERY
        assert [group["rows"] for group in answer.context["groups"]] == []
        assert "<script>alert" not in answer.text


def test_stop_words_do_not_hide_what_is_meant(house: House) -> None:
    scenarios.draft(house, name="Layanan untuk warga dan tamu", problem="")
    found = Finding.objects.visible_to(fresh(house.operator))
    for query in ("pelayanan untuk warga", "dan pelayanan", "warga & pelayanan!"):
        assert found.finding(query).count() == 1, query
