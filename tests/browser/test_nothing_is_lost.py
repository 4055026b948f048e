"""What is typed survives: two people at once, a line that breaks, a session that ends, an upload called off."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from opd.models import Evidence, QuickWin
from tests.browser.city import PASSWORD
from tests.browser.steps import Line, control, photo, press, section, t, wait_saved
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser
TITLE = "Teh Tarek"
OFFLINE = (
    "The connection is lost. What you typed is safe on this device and is sent by itself as soon as there is "
    "a connection."
)
PLAN = "Tahun depan dilanjutkan dengan dana APBD."


@pytest.fixture
def quick_win(portal: str) -> QuickWin:
    """A draft of DISBUDPAR, to which the operator and the head may both write."""
    return QuickWin.objects.get(acronym=TITLE, status="draft")


def _plan(quick_win: QuickWin) -> str:
    quick_win.refresh_from_db()
    return quick_win.sustainability


def _kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('portal:')).length"))


def test_two_people_write_in_one_section(
    page_as: Callable[..., Page], watch: Watch, quick_win: QuickWin
) -> None:
    """The operator and the head have the same section open. Who saves second sees both texts side by side and
    decides; until then the first text stands on the server and the second in the browser.
    """
    watch.allow(r"^409: POST .*/sections/continuation/")
    path = f"{quick_win.get_absolute_url()}edit/"
    first, second = page_as("operator.disbudpar", path), page_as("kepala.disbudpar", path)
    control(first, "sustainability").fill(PLAN)
    wait_saved(section(first, "continuation"))

    control(second, "sustainability").fill("Dihentikan, diganti program lain.")
    box = second.get_by_role("region", name=t("Two people changed the same form"))
    expect(box).to_be_focused()
    expect(box.locator("ins")).to_have_text(PLAN)
    mine = box.get_by_role("textbox")
    expect(mine).to_have_value("Dihentikan, diganti program lain.")
    assert _plan(quick_win) == PLAN

    mine.fill(f"{PLAN} Sesudah itu diganti program lain.")
    press(second, "Use my text")
    expect(control(second, "sustainability")).to_have_value(f"{PLAN} Sesudah itu diganti program lain.")
    assert _plan(quick_win) == f"{PLAN} Sesudah itu diganti program lain."
    assert _kept(second) == 0


def test_the_line_breaks_while_typing(
    page_as: Callable[..., Page], watch: Watch, quick_win: QuickWin
) -> None:
    """Without a line the page says so and keeps the words; when the line is back they go by themselves."""
    watch.allow("net::ERR_INTERNET_DISCONNECTED")
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/")
    page.context.set_offline(True)
    control(page, "sustainability").fill(PLAN)
    status = section(page, "continuation").locator("[data-saved]")
    expect(status).to_have_attribute("data-state", "unsent")
    expect(status).to_contain_text(t(OFFLINE))
    assert (_kept(page), _plan(quick_win)) == (1, "")

    page.context.set_offline(False)
    wait_saved(section(page, "continuation"))
    assert (_kept(page), _plan(quick_win)) == (0, PLAN)


def test_the_session_ends_while_typing(
    page_as: Callable[..., Page], watch: Watch, quick_win: QuickWin
) -> None:
    """Signed out by the clock in the middle of a sentence: the words wait on the device, a link leads to the
    sign-in and back, and they are sent from there.
    """
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/")
    Session.objects.all().delete()
    control(page, "sustainability").fill(PLAN)
    page.get_by_role("link", name=t("Sign in again")).click()
    page.get_by_label(t("User name or office e-mail")).fill("operator.disbudpar")
    page.get_by_label(t("Password"), exact=True).fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/edit/**")
    expect(control(page, "sustainability")).to_have_value(PLAN)
    wait_saved(section(page, "continuation"))
    assert (_kept(page), _plan(quick_win)) == (0, PLAN)


def test_what_cannot_be_read_stays_and_says_so(page_as: Callable[..., Page], quick_win: QuickWin) -> None:
    """A number typed the English way is kept with its sentence, also after the page is opened anew."""
    path = f"{quick_win.get_absolute_url()}edit/"
    page = page_as("operator.disbudpar", path)
    control(page, "target").fill("1,250.5")
    field = page.locator("#f-target")
    expect(field.locator(".field__error")).to_contain_text("1.250,5")
    expect(control(page, "target")).to_have_attribute("aria-invalid", "true")
    page.goto("/workspace/")
    page.goto(path)
    expect(control(page, "target")).to_have_value("1,250.5")
    expect(field.locator(".field__error")).to_be_visible()
    control(page, "target").fill("1.250,5")
    wait_saved(section(page, "target"))
    quick_win.refresh_from_db()
    assert str(quick_win.target) == "1250.5000"


def test_an_upload_is_called_off_and_sent_again(
    page_as: Callable[..., Page], quick_win: QuickWin, tmp_path: Path
) -> None:
    """While a large photo is on its way the form may be filled in; called off, nothing of it is kept; the same
    file can be chosen again.
    """
    picture = photo(tmp_path, "besar.jpg", (2400, 1800))
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/")
    before = Evidence.objects.filter(quick_win=quick_win).count()
    line = Line(page)
    line.upload_speed(40_000)
    choose = page.get_by_label(t("Choose files")).first
    choose.set_input_files(picture)
    row = _uploading(page, "besar.jpg")
    expect(row.get_by_role("progressbar")).not_to_have_attribute("value", "0")
    row.get_by_role("button", name=t("Cancel")).click()
    expect(row).to_contain_text(t("Cancelled. Nothing of this file was kept."))
    expect(choose).to_be_focused()
    assert Evidence.objects.filter(quick_win=quick_win).count() == before

    line.upload_speed(-1)
    choose.set_input_files(picture)
    expect(page.locator("#evidence-list > li").filter(has_text="besar")).to_be_visible()
    assert Evidence.objects.filter(quick_win=quick_win).count() == before + 1


def test_a_refused_file_says_why(
    page_as: Callable[..., Page], watch: Watch, quick_win: QuickWin, tmp_path: Path
) -> None:
    """A program with the name of a picture is refused by its content, and the sentence stays in sight."""
    watch.allow(r"^422: POST .*/evidence/")
    disguised = tmp_path / "foto.jpg"
    disguised.write_bytes(b"MZ\x90\x00" + b"\x00" * 2000)
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/")
    page.get_by_label(t("Choose files")).first.set_input_files(disguised)
    row = _uploading(page, "foto.jpg")
    expect(row).to_contain_text("foto.jpg")
    expect(row.locator("[data-stage]")).to_contain_text("[FILE-")
    expect(page.locator("#evidence-list > li.muted")).to_have_count(0 if quick_win.evidence.exists() else 1)


def _uploading(page: Page, name: str) -> Locator:
    return page.locator("[data-upload-rows] li").filter(has_text=name)
