"""How values are read on a page: units, money, sizes, and lines that say nothing they do not know."""

from datetime import date

import pytest
from django.utils import translation

from opd.models import Status
from opd.presentation.quick_wins import (
    BADGES,
    badge,
    badge_html,
    file_size,
    meta_line,
    meter,
    missing_rows,
    shown,
)
from opd.workflow import QUICK_WIN

VALUES = {
    "target": "1250.5",
    "baseline": "0",
    "unit": "acara",
    "budget": "85000000",
    "status_kind": "CONTINUED",
    "fund_source": "CSR",
    "problem": "1250.5",
}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("target", "1.250,5 acara"),
        ("baseline", "0 acara"),
        ("realisation", ""),
        ("budget", "Rp85.000.000,00"),
        ("status_kind", "Lanjutan"),
        ("fund_source", "CSR"),
        ("problem", "1250.5"),
        ("nothing", ""),
    ],
)
def test_a_value_is_written_as_people_read_it(name: str, text: str) -> None:
    assert shown(name, VALUES) == text


def test_a_number_without_a_unit_ends_without_a_space() -> None:
    assert shown("target", {"target": "12", "unit": ""}) == "12"


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (1, "1 KB"),
        (1024, "1 KB"),
        (421_888, "412 KB"),
        (1024**2, "1,0 MB"),
        (1_887_437, "1,8 MB"),
        (25 * 1024**2, "25,0 MB"),
    ],
)
def test_a_size_is_rounded(size: int, text: str) -> None:
    assert file_size(size) == text


def test_a_line_names_only_what_is_known() -> None:
    whole = meta_line(kind="report", document_date=date(2022, 8, 31), page="3", size=421_888, pages=7)
    assert whole == "Laporan · 31/08/2022 · lihat halaman 3 · 7 halaman · 412 KB"
    assert meta_line(kind="link", document_date=None, page="", size=0, pages=None) == "Tautan"


def test_the_meter_says_what_it_measures() -> None:
    assert meter(5, 18) == {"value": 5, "max": 18, "label": "5 dari 18 isian lengkap"}


def test_every_status_has_its_badge_in_the_language_of_the_reader() -> None:
    assert set(BADGES) == set(Status)
    for status in Status:
        assert badge(status)["label"] in badge_html(status)
    with translation.override("en"):
        assert "Verified" in badge_html("verified")
    assert "Terverifikasi" in badge_html("verified")


def test_what_is_missing_leads_to_its_field() -> None:
    from opd.completeness import BY_NAME

    (row,) = missing_rows([BY_NAME["target"]], "/quick-wins/7/edit/")
    assert row == {"label": "Target", "section": "Sasaran dan capaian", "url": "/quick-wins/7/edit/#f-target"}
    assert missing_rows([BY_NAME["evidence"]])[0]["url"] == "#evidence"


def test_every_move_has_a_name_and_a_line_for_the_history() -> None:
    for move in QUICK_WIN.moves.values():
        assert str(move.label)
        assert str(move.past)
        assert move.target in Status.values
        assert move.sources <= set(Status.values)
