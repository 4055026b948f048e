"""The portal's own scripts in a real browser: nothing typed is lost, whatever the line or the server does."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import Desk, serve

pytestmark = pytest.mark.browser


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    server = serve(desk)
    context = chromium.new_context(base_url=f"http://127.0.0.1:{server.server_port}")
    page = context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    page.goto("/")
    yield page
    context.close()
    server.shutdown()
    server.server_close()
    assert mistakes == []


def _kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('portal:7')).length"))


def _wait_for(page: Page, state: str) -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", state, timeout=8000)


def test_typing_is_kept_at_once_and_saved_after_a_pause(page: Page, desk: Desk) -> None:
    page.fill("#unit", "permohonan")
    assert _kept(page) == 1
    _wait_for(page, "saved")
    expect(page.locator("[data-saved-text]")).to_have_text("Tersimpan 14.08 WIB")
    assert desk.stored["unit"] == "permohonan"
    assert _kept(page) == 0
    assert {field.input_value() for field in page.locator("input[data-version]").all()} == {"4"}


def test_without_a_line_the_words_wait_and_go_by_themselves(page: Page, desk: Desk) -> None:
    page.context.set_offline(True)
    page.fill("#unit", "permohonan")
    _wait_for(page, "unsent")
    page.get_by_role("button", name="Simpan bagian").click()
    assert "sent" not in page.url
    page.context.set_offline(False)
    _wait_for(page, "saved")
    assert desk.stored["unit"] == "permohonan"


def test_a_reload_brings_back_what_the_server_never_got(page: Page, desk: Desk) -> None:
    desk.mood = "broken"
    page.fill("#unit", "permohonan")
    _wait_for(page, "unsent")
    page.reload()
    expect(page.locator("#unit")).to_have_value("permohonan")
    expect(page.locator(".notice")).to_contain_text("Yang Anda ketik terakhir kali belum terkirim")
    desk.mood = ""
    _wait_for(page, "saved")
    assert desk.stored["unit"] == "permohonan"


def test_discarding_takes_the_servers_text(page: Page, desk: Desk) -> None:
    desk.mood = "broken"
    page.fill("#unit", "permohonan")
    _wait_for(page, "unsent")
    page.reload()
    page.locator(".notice button").click()
    expect(page.locator("#unit")).to_have_value("berkas")
    assert _kept(page) == 0


def test_signed_out_keeps_the_words_and_shows_the_way_back(page: Page, desk: Desk) -> None:
    desk.mood = "signed out"
    page.fill("#unit", "permohonan")
    _wait_for(page, "signedout")
    expect(page.locator(".notice a")).to_have_attribute("href", "/accounts/login/?next=%2F")
    assert _kept(page) == 1


def test_an_unreadable_field_says_so_and_stays(page: Page, desk: Desk) -> None:
    page.fill("#target", "1,250.5")
    _wait_for(page, "invalid")
    expect(page.locator("[data-error-for=target]")).to_have_text("Angka belum terbaca.")
    expect(page.locator("#target")).to_have_attribute("aria-invalid", "true")
    assert _kept(page) == 1
    page.fill("#target", "1.250,5")
    _wait_for(page, "saved")
    expect(page.locator("[data-error-for=target]")).to_be_hidden()
    assert desk.stored["target"] == "1.250,5"


def test_a_change_by_somebody_else_stops_saving_and_shows_both(page: Page, desk: Desk) -> None:
    desk.version = 9
    page.fill("#unit", "permohonan")
    _wait_for(page, "conflict")
    expect(page.get_by_text("Dua orang mengubah isian yang sama")).to_be_focused()
    page.fill("#unit", "permohonan 2")
    page.wait_for_timeout(1600)
    assert desk.stored["unit"] == "berkas"
    assert _kept(page) == 1


def test_a_move_waits_for_what_was_typed(page: Page, desk: Desk) -> None:
    page.fill("#unit", "permohonan")
    page.locator(".move-note summary").click()
    page.get_by_label("Yang harus diperbaiki").fill("Perbaiki target.")
    page.locator(".move-note button").click()
    page.wait_for_url("**/?sent")
    assert [path for path, _ in desk.posts][-2:] == [
        "/save",
        reverse("opd:quick_win_move", args=[42, "return"]),
    ]
    assert desk.stored["unit"] == "permohonan"


def test_a_reason_leads_into_its_field(page: Page) -> None:
    blocked = page.get_by_role("button", name="Ajukan")
    expect(blocked).to_have_attribute("aria-disabled", "true")
    page.locator("#why-submit a").click()
    expect(page.locator("#target")).to_be_focused()


def test_files_go_one_after_another_and_refusals_stay_in_sight(
    page: Page, desk: Desk, tmp_path: Path
) -> None:
    for name, size in (("rekap.pdf", 1000), ("alat.exe", 1000), ("besar.pdf", 1_500_000)):
        (tmp_path / name).write_bytes(b"x" * size)
    page.set_input_files("#upload-file", [tmp_path / name for name in ("rekap.pdf", "alat.exe", "besar.pdf")])
    expect(page.locator("#list")).to_have_text("rekap.pdf")
    rows = page.locator("[data-upload-rows] li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("alat.exe bukan jenis yang diterima.")
    expect(rows.nth(1)).to_contain_text("lebih besar dari 1 MB")
    assert sum(path == "/upload" for path, _ in desk.posts) == 2


def test_keys_score_rest_while_typing_and_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("3")
    expect(page.get_by_role("radio", name="3")).to_be_checked()
    page.keyboard.press("c")
    page.keyboard.type("1j?")
    expect(page.locator("[data-remark]")).to_have_value("1j?")
    expect(page.get_by_role("radio", name="3")).to_be_checked()
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_label("Pakai pintasan di perangkat ini").uncheck()
    page.get_by_role("button", name="Tutup").click()
    page.reload()
    page.keyboard.press("1")
    expect(page.get_by_role("radio", name="1")).not_to_be_checked()
