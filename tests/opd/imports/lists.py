"""Lists of a few rows, from a workbook to what they leave behind."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from opd import audit, tallies
from opd.imports import Export, Kind
from opd.models import (
    ImportJob,
    User,
)
from smartcity.lib.spreadsheets import write_xlsx
from tests.opd.imports.conftest import Desk
from tests.opd.imports.worlds import reference

type At = Callable[[User], Desk]

ROW = {
    "dimension": "GOV", "sub_dimension": "GOV-SRV", "code": "GOV-SRV-01", "name": "Layanan satu pintu",
    "lead_opd": "DISBUDPAR", "indicator": "Jumlah layanan", "unit": "layanan", "target_2022": Decimal(10),
    "budget_2022": Decimal(1000000), "status": "RUNNING",
}  # fmt: skip
QUICK_WIN = {
    "year": 2022, "dimension": "GOV", "sub_dimension": "GOV-SRV", "name": "Antrean daring",
    "owner_opd": "DISBUDPAR", "schedule_q1": "Menyusun", "schedule_q3": "Membuka", "target": Decimal(5),
    "partners": ["DISKOMINFO", "Bank daerah"],
}  # fmt: skip


def book(*rows: dict[str, Any], kind: Kind = Kind.ACTION_PLAN) -> bytes:
    """A workbook with the columns the rows need, as the portal writes it."""
    export, out = Export(kind, [2021, 2022], reference()), io.BytesIO()
    write_xlsx(out, "Daftar", export.columns(), [export.row(row) for row in rows])
    return out.getvalue()


def saved(desk: Desk, *rows: dict[str, Any], kind: Kind = Kind.ACTION_PLAN) -> ImportJob:
    return desk.save(checked(desk, *rows, kind=kind))


def checked(desk: Desk, *rows: dict[str, Any], kind: Kind = Kind.ACTION_PLAN) -> ImportJob:
    return desk.confirm(desk.upload(book(*rows, kind=kind), "daftar.xlsx", kind.value))


def sound() -> None:
    assert [*audit.contradictions(), *tallies.contradictions()] == []
