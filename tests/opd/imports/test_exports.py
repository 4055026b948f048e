"""Lists go out: with the filters of a page, in the words a person may read, and back in without a difference."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from opd import actions
from opd.exchange import listing
from opd.imports import Kind
from opd.models import (
    City,
    Opd,
    Program,
    Progress,
    QuickWin,
    Role,
    User,
)
from smartcity.lib import clock
from tests.opd.imports.conftest import Desk
from tests.opd.imports.lists import QUICK_WIN, ROW, At, saved
from tests.opd.imports.test_samples import CLEAN


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_programmes_go_out_and_come_back_without_a_difference(
    at_desk: At, operator: User, planner: User, form: str
) -> None:
    desk = at_desk(operator)
    desk.save(desk.confirm(desk.sample(CLEAN[0])))
    nasty = ROW | {
        "note": "=1+1",
        "supporting_opds": ["DISHUB", "+62 811", "Kampus, kota"],
        "start_date": date(2022, 1, 31),
    }
    saved(desk, nasty, ROW | {"code": "GOV-SRV-09", "name": "Lain", "status": "STOPPED", "note": "@alasan"})
    for address in ("export", "template"):
        response = desk.client.get(reverse(f"opd:{address}", args=["programmes"]), {"format": form})
        content = b"".join(response.streaming_content)
        job = desk.confirm(desk.upload(content, f"ekspor.{form}"))
        assert job.rows.count() == 16
        assert [said for row in job.rows.refused() for said in row.answers] == []
        assert list(job.rows.exclude(outcome="same").values_list("number", "before")) == []


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_quick_wins_go_out_and_come_back_without_a_difference(at_desk: At, person: Any, form: str) -> None:
    shorts = ["BPPRD", "BKPSDM", "BAPPELITBANG", "DLH", "PKM-BATU10", "DISBUDPAR"]
    desk = at_desk(person("semua", Role.OPD_OPERATOR, *shorts))
    desk.save(desk.confirm(desk.sample(CLEAN[1], "quick_win")))
    saved(
        desk, QUICK_WIN | {"note": "-5 derajat", "problem": "=cmd()\nbaris dua"},
        {k: v for k, v in QUICK_WIN.items() if "q" not in k} | {"name": "Lain", "schedule": "Mulai\nTW: selesai"},
        kind=Kind.QUICK_WIN,
    )  # fmt: skip
    for address in ("export", "template"):
        response = desk.client.get(reverse(f"opd:{address}", args=["quick-wins"]), {"format": form})
        content = b"".join(response.streaming_content)
        job = desk.confirm(desk.upload(content, f"ekspor.{form}", "quick_win"))
        assert job.rows.count() == 8
        assert list(job.rows.exclude(outcome="same").values_list("number", "before", "answers")) == []


def test_exports_honour_the_filters(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, ROW, ROW | {"code": "GOV-SRV-02", "name": "Peta jalan"})
    response = desk.client.get(reverse("opd:export", args=["programmes"]), {"format": "csv", "q": "peta"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "Peta jalan" in text
    assert "Layanan satu pintu" not in text
    assert response["Content-Disposition"].startswith("attachment")
    assert desk.client.get(reverse("opd:export", args=["rahasia"])).status_code == 404


def test_others_get_what_was_submitted(
    at_desk: At, operator: User, person: Any, opds: dict[str, Opd]
) -> None:
    whole = QUICK_WIN | {
        "status_kind": "NEW", "problem": "Masalah", "description": "Solusi", "beneficiaries": "Warga",
        "indicator": "Loket", "unit": "loket", "baseline": Decimal(1), "realisation": Decimal(2), "budget": Decimal(0),
        "fund_source": "APBD",
    }  # fmt: skip
    saved(at_desk(operator), whole, kind=Kind.QUICK_WIN)
    quick_win = QuickWin.objects.get()
    reviewer = person("pemeriksa", Role.REVIEWER, "DISKOMINFO")
    nothing = at_desk(reviewer).client.get(reverse("opd:export", args=["quick-wins"]), {"format": "csv"})
    assert b"Antrean" not in b"".join(nothing.streaming_content)
    actions.move(pk=quick_win.pk, name="submit", by=operator)
    actions.write_note(owner=quick_win, field="target", text="Periksa", by=reviewer)
    actions.move(pk=quick_win.pk, name="return", by=reviewer)
    quick_win.refresh_from_db()
    actions.save_section(
        pk=quick_win.pk, section="problem", values={"problem": "KANARI"}, unreadable={},
        version=quick_win.section_version("problem"), by=operator,
    )  # fmt: skip
    text = b"".join(
        at_desk(reviewer)
        .client.get(reverse("opd:export", args=["quick-wins"]), {"format": "csv"})
        .streaming_content
    ).decode()
    assert "Antrean daring" in text
    assert "Masalah" in text
    assert "KANARI" not in text
    own = at_desk(operator).client.get(reverse("opd:export", args=["quick-wins"]), {"format": "csv"})
    assert b"KANARI" in b"".join(own.streaming_content)


def test_an_export_costs_the_same_for_every_row(
    at_desk: At, operator: User, city: City, count_queries: Callable[[Callable[[], object]], int]
) -> None:
    desk = at_desk(operator)
    saved(desk, ROW)
    rows = Program.objects.visible_to(operator)

    def export() -> None:
        listing.programs(rows, city, 2022).xlsx().close()

    few = count_queries(export)
    saved(
        desk,
        *(ROW | {"code": f"GOV-SRV-3{n}", "name": f"N {n}", "supporting_opds": ["DISHUB"]} for n in range(9)),
    )
    assert count_queries(export) == few


def test_reports_of_others_are_told_as_they_were_submitted(
    at_desk: At, operator: User, planner: User, person: Any, city: City
) -> None:
    saved(at_desk(operator), ROW | {"horizon": "SHORT", "category": "SERVICE"})
    program = Program.objects.get()
    actions.move_program(pk=program.pk, name="submit", by=operator)
    actions.move_program(pk=program.pk, name="approve", by=planner)
    stamped = {
        "city": city,
        "program": program,
        "opd": program.opd,
        "dimension": program.dimension,
        "year": 2022,
    }
    Progress.objects.create(
        **stamped, quarter=1, status="verified", value=4, state="RUNNING", obstacles="=1+1 hujan", created_by=operator,
        submitted_at=clock.now(), verified_at=clock.now(),
    )  # fmt: skip
    Progress.objects.create(**stamped, quarter=2, value=77, obstacles="KANARI-2", created_by=operator)
    returned = Progress.objects.create(
        **stamped, quarter=3, status="returned", value=88, obstacles="KANARI-3", created_by=operator,
        submitted_at=clock.now(),
    )  # fmt: skip
    address = reverse("opd:export", args=["progress"])
    own = exported(at_desk(operator), address)
    assert "KANARI-2" in own
    assert "'=1+1 hujan" in own
    seen = exported(at_desk(person("pemeriksa", Role.REVIEWER, "DISKOMINFO")), address)
    assert "KANARI" not in seen
    assert "88" not in seen
    assert seen.count(program.code) == 2
    assert returned.pk
    assert program.code not in exported(at_desk(person("dishub", Role.OPD_OPERATOR, "DISHUB")), address)


def exported(desk: Desk, address: str) -> str:
    return b"".join(desk.client.get(address, {"format": "csv"}).streaming_content).decode("utf-8-sig")
