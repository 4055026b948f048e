"""Story 4: an operator brings in a list from a telephone: columns, rows, consent; and mends what was refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import heading, press, t

pytestmark = pytest.mark.browser

LIST = (
    "Daftar quick win 2024;;;;\n"
    "Tahun;Dimensi;Nama Progam;OPD Pengampu;Rencana Waktu TW I\n"
    "2024;Smart Governance;Halte ramah difabel;Dinas Perhubungan;Survei\n"
    "2024;Smart Living;Puskesmas keliling;Dinas Kesehatan Kota Seberang;Survei\n"
)


@pytest.mark.parametrize("with_script", [True, False])
def test_a_list_from_the_telephone(page_as: Callable[..., Page], tmp_path: Path, with_script: bool) -> None:
    """The operator corrects a heading the portal does not know, sees a good and a refused row, and saves one."""
    page = page_as(
        "operator.dishub",
        "/imports/",
        width=360,
        height=740,
        script=with_script,
    )
    name = f"Halte ramah difabel {'dengan' if with_script else 'tanpa'} skrip"
    file = tmp_path / "quick-win-2024.csv"
    text = LIST.replace("Halte ramah difabel", name)
    if not with_script:
        text = text.replace("Nama Progam", "Nama Progam kita")
    file.write_text(text, encoding="utf-8")
    page.get_by_label("Quick win", exact=True).check()
    page.get_by_label(t("Year"), exact=True).fill("2024")
    page.locator("#id_file").set_input_files(file)
    press(page, "Upload and look at it")

    heading(page, t("What do the columns hold?"))
    fits(page)
    expect(page.get_by_text(t("A needed column was not found"))).to_be_visible()
    page.locator("select[name=c-C]").select_option("name")
    press(page, "Check the rows")

    heading(page, "1 baru, 0 berubah, 0 tanpa perubahan, 1 ditolak")
    fits(page)
    expect(page.get_by_text("Baris 4, kolom OPD Pengampu")).to_be_visible()
    press(page, "Simpan 1 baris")

    heading(page, "Tersimpan: 1 baru, 0 berubah")
    fits(page)
    page.get_by_role("link", name=name).click()
    heading(page, name)
    expect(page.get_by_text("TW I: Survei")).to_be_visible()


def fits(page: Page) -> None:
    """Nothing sticks out at the side of the screen."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
