"""The sample workbooks through the pages: exactly these rows, and after consent exactly these records."""

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from opd import audit, tallies
from opd.exchange import shapes
from opd.models import (
    AuditEvent,
    ColumnMemory,
    ImportJob,
    ImportRow,
    ImportStatus,
    Opd,
    Program,
    QuickWin,
    Role,
    User,
)
from tests.opd.imports.conftest import Desk
from tests.opd.imports.test_samples import BROKEN, CHOICES, CLEAN, ERRORS
from tests.opd.imports.worlds import SAMPLES

type At = Callable[[User], Desk]


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    return found


def comparable(value: Any) -> Any:
    """Decimals by value, days as ISO, lists as sets: what the answers of the samples are compared by."""
    if isinstance(value, Decimal):
        return value.normalize()
    if isinstance(value, list):
        return frozenset(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def same(stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    typed = {
        name: Decimal(value).normalize() if isinstance(stored.get(name), Decimal) else comparable(value)
        for name, value in wanted.items()
    }
    assert {name: comparable(value) for name, value in stored.items()} == typed


def test_the_clean_action_plan_becomes_fourteen_programmes(at_desk: At, operator: User) -> None:
    desk, answers = at_desk(operator), expected(CLEAN[0])
    job = desk.confirm(desk.sample(CLEAN[0]))
    assert job.status == ImportStatus.CHECKED
    page = desk.check_page(job)
    assert page.context["counts"] == "14 baru, 0 berubah, 0 tanpa perubahan, 0 ditolak"
    assert page.context["save_label"] == "Simpan 14 baris"
    assert Program.objects.count() == 0

    job = desk.save(job)
    assert (job.status, job.created, job.changed) == (ImportStatus.SAVED, 14, 0)
    programs = {row.code: row for row in Program.objects.for_exchange()}
    for row in answers["rows"]:
        stored = programs.pop(row["values"]["code"])
        same(shapes.program_values(stored, stored.years.all(), 2022), row["values"])
        assert stored.status == "draft"
        assert [event.move for event in stored.events.all()] == ["create"]
    assert programs == {}
    warned = [[row.number, said["field"], said["code"]] for row in job.rows.all() for said in row.answers]
    assert warned == [[said["row"], said["field"], said["code"]] for said in answers["warnings"]]
    assert job.rows.filter(draft=True).count() == 2
    assert AuditEvent.objects.get(action="import.saved").object_id == str(job.pk)
    assert [*audit.contradictions(), *tallies.contradictions()] == []
    result = desk.client.get(job.get_absolute_url())
    assert len(result.context["records"]) == 14


def test_quick_wins_of_many_agencies(at_desk: At, person: Any) -> None:
    answers = expected(CLEAN[1])
    shorts = {row["values"]["owner_opd"] for row in answers["rows"]}
    desk = at_desk(person("semua", Role.OPD_OPERATOR, *sorted(shorts)))
    job = desk.save(desk.confirm(desk.sample(CLEAN[1], "quick_win")))
    assert (job.status, job.created) == (ImportStatus.SAVED, 6)
    found = {row.name: row for row in QuickWin.objects.for_exchange()}
    for row in answers["rows"]:
        same(shapes.quick_win_values(found.pop(row["values"]["name"])), row["values"])
    assert found == {}
    assert sorted(QuickWin.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert [*audit.contradictions(), *tallies.contradictions()] == []


def test_an_operator_brings_in_own_rows_only(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.confirm(desk.sample(CLEAN[1], "quick_win"))
    outcomes = dict(job.rows.values_list("values__owner_opd", "outcome"))
    assert {short for short, outcome in outcomes.items() if outcome == "create"} == {"DISBUDPAR"}
    refused = job.rows.refused().first()
    assert refused is not None
    assert "bukan OPD Anda" in refused.answers[0]["sentence"]
    assert desk.save(job).created == 1


def test_every_mistake_is_shown_and_the_good_rows_are_saved(at_desk: At, planner: User) -> None:
    desk = at_desk(planner)
    job = desk.sample(BROKEN)
    page = desk.client.get(reverse("opd:import_map", args=[job.pk]))
    assert page.context["missing"] == ["Program Kerja"]
    unmapped = desk.client.post(
        reverse("opd:import_map", args=[job.pk]), {"sheet": page.context["sheet"], "year": "2022"}
    )
    assert unmapped.status_code == 422

    job = desk.confirm(job, CHOICES)
    found = [
        (row.number, said["field"], f"{said['column']}{said['row']}", said["code"])
        for row in job.rows.order_by("number")
        for said in row.answers
        if not said["warning"]
    ]
    assert found == ERRORS
    assert list(job.rows.good().values_list("number", flat=True)) == [6, 18, 21, 62]
    refusals = desk.check_page(job, "refused").content.decode()
    assert "Baris 7, kolom OPD Penanggung Jawab: &#x27;Dinas Perkebunan dan Kehutanan&#x27;" in refusals
    assert desk.save(job).created == 4
    assert set(Program.objects.values_list("idempotency_key", flat=True)) == {
        f"import-{job.pk}-{number}" for number in (6, 18, 21, 62)
    }


def test_only_ticked_rows_are_saved(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.save(desk.confirm(desk.sample(CLEAN[0])), only=[7, 9])
    assert job.created == 2
    assert sorted(
        int(key.rpartition("-")[2]) for key in Program.objects.values_list("idempotency_key", flat=True)
    ) == [7, 9]


def test_bringing_the_same_list_again_changes_nothing(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    desk.save(desk.confirm(desk.sample(CLEAN[0])))
    again = desk.confirm(desk.sample(CLEAN[0]))
    assert set(again.rows.values_list("outcome", flat=True)) == {"same"}


def test_columns_are_remembered_for_the_agency(at_desk: At, planner: User, operator: User) -> None:
    desk = at_desk(planner)
    desk.confirm(desk.sample(BROKEN), CHOICES)
    assert ColumnMemory.objects.exists()
    page = desk.client.get(reverse("opd:import_map", args=[desk.sample(BROKEN).pk]))
    assert page.context["missing"] == []
    other = at_desk(operator)
    page = other.client.get(reverse("opd:import_map", args=[other.sample(BROKEN).pk]))
    assert page.context["missing"] == ["Program Kerja"]


def test_a_file_that_is_no_workbook_is_refused_with_a_sentence(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = desk.upload(b"PK\x03\x04 bukan buku kerja", "daftar.xlsx")
    assert job.status == ImportStatus.REFUSED
    assert "[IMP-BROKEN]" in desk.client.get(job.get_absolute_url()).content.decode()


def test_the_same_upload_twice_is_one_import(at_desk: At, operator: User) -> None:
    desk, key = at_desk(operator), "0123456789abcdef0123456789abcdef"
    content = (SAMPLES / f"{CLEAN[0]}.xlsx").read_bytes()
    assert desk.upload(content, "a.xlsx", key=key) == desk.upload(content, "a.xlsx", key=key)
    assert ImportJob.objects.count() == 1


def test_nobody_sees_the_list_of_another(at_desk: At, operator: User, person: Any) -> None:
    job = at_desk(operator).confirm(at_desk(operator).sample(CLEAN[0]))
    other = at_desk(person("rekan", Role.OPD_OPERATOR, "DISBUDPAR")).client
    for name in ("import", "import_map", "import_check", "import_refused"):
        assert other.get(reverse(f"opd:{name}", args=[job.pk])).status_code == 404
    assert other.post(reverse("opd:import_save", args=[job.pk])).status_code == 404
    assert Program.objects.count() == 0


def test_refused_rows_can_be_mended_and_brought_in(at_desk: At, planner: User, opds: dict[str, Opd]) -> None:
    desk = at_desk(planner)
    job = desk.confirm(desk.sample(BROKEN), CHOICES)
    response = desk.client.get(reverse("opd:import_refused", args=[job.pk]), {"format": "csv"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert text.count("[IMP-") >= len(ERRORS)
    mended = text.replace("Dinas Perkebunan dan Kehutanan", "DISPUSIP")
    again = desk.confirm(desk.upload(mended.encode(), "perbaikan.csv"))
    # The one that was mended, and the one whose code is no longer taken by a row above.
    assert again.rows.good().count() == 2
    assert again.rows.count() == 13


@pytest.mark.parametrize("show", ["", "create", "refused", "draft"])
def test_the_page_costs_the_same_for_every_row(
    at_desk: At, planner: User, show: str, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    desk = at_desk(planner)
    job = desk.confirm(desk.sample(BROKEN), CHOICES)
    desk.check_page(job, show)
    many = count_queries(lambda: desk.check_page(job, show))
    ImportRow.objects.filter(job=job, number__gt=8).delete()
    assert count_queries(lambda: desk.check_page(job, show)) >= many - 1
    assert many < 20
