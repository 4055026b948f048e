"""The impact survey: an officer prints the sheet, citizens answer on small phones without script, the quota grows."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
import segno
from playwright.sync_api import BrowserContext, Page, expect

from surveys.models import Response, Sheet
from tests.browser.steps import heading, press, t

pytestmark = pytest.mark.browser
FINGER = 44  # pixels: what a thumb hits
SENT = "Jawaban Anda sudah diterima"


@pytest.fixture
def sheet(portal: str, settings: Any) -> Sheet:
    """The form of a joint survey that takes answers; the portal knows the address under which it is reached."""
    settings.PORTAL_SITE = portal
    return Sheet.objects.select_related("round").get(round__dimension__code="GOV", round__status="open")


def test_answered_by_the_address_of_the_qr_code_on_a_small_phone_without_script(
    sheet: Sheet, portal: str, page_as: Callable[..., Page], open_browser: Callable[..., BrowserContext]
) -> None:
    """The printed code holds the address; the phone that opens it answers three questions and counts once."""
    before = Response.objects.of_sheet(sheet).count()
    printed = page_as("operator.bkpsdm", sheet.round.get_absolute_url())
    printed.get_by_role("link", name=t("Sheet with QR code to print")).click()
    heading(printed, t("How useful is this service to you?"))
    short = printed.locator("code.survey-address").inner_text()
    address = f"{portal.partition('://')[0]}://{short}/"
    image = printed.request.get(printed.get_by_role("img").get_attribute("src") or "")
    assert image.body() == _drawn(address), "the picture holds the very address that stands below it"

    phone = open_browser(width=360, height=640, script=False).new_page()
    phone.goto(address)
    _fits(phone)
    _choose(phone, 0, "Bermanfaat")
    _choose(phone, 1, "Sangat bermanfaat")
    press(phone, "Send the answer")
    expect(phone.get_by_role("button", name=t("Send the answer"))).to_be_visible()
    assert Response.objects.of_sheet(sheet).count() == before, "the browser itself asks for the third"
    _choose(phone, 2, "Kurang bermanfaat")
    phone.get_by_role("button", name=t("Send the answer")).dblclick()
    heading(phone, t("Thank you"))
    expect(phone.get_by_role("status")).to_contain_text(SENT)
    _fits(phone)
    for _time in range(2):
        phone.reload()
        phone.goto(address)
        expect(phone.get_by_role("status")).to_contain_text(SENT)
    assert Response.objects.of_sheet(sheet).count() == before + 1

    neighbour = open_browser(width=360, height=640, script=False).new_page()
    neighbour.goto(f"{address}?lang=en")
    for place in range(3):
        _choose(neighbour, place, "Very useful")
    neighbour.get_by_role("button", name="Send the answer").click()
    expect(neighbour.get_by_role("heading", level=1, name="Thank you")).to_be_visible()

    reviewer = page_as("pemeriksa", sheet.round.get_absolute_url())
    expect(reviewer.get_by_text(f"{before + 2} dari 50 responden").first).to_be_visible()


def test_an_officer_helps_and_what_is_missing_is_said_by_the_server(
    sheet: Sheet, page_as: Callable[..., Page], watch: Any
) -> None:
    """Where the browser does not ask for what is missing, the page does, and keeps what was chosen."""
    watch.allow("^422: POST .*/help/")
    before = Response.objects.of_sheet(sheet).count()
    officer = page_as("operator.bkpsdm", sheet.round.get_absolute_url(), width=360, height=640, script=False)
    officer.get_by_role("link", name=t("Help a respondent")).click()
    _choose(officer, 0, "Bermanfaat")
    officer.evaluate("document.querySelectorAll('input').forEach(input => input.required = false)")
    press(officer, "Send the answer")
    expect(officer.get_by_role("alert").first).to_contain_text(
        t("Not sent yet. What you chose is still here; still to answer:")
    )
    expect(officer.locator("fieldset").first.get_by_role("radio").nth(2)).to_be_checked()
    for place in (1, 2):
        _choose(officer, place, "Tidak bermanfaat")
    press(officer, "Send the answer")
    expect(officer.get_by_role("status")).to_contain_text(f"{before + 1} dari 50 responden")
    assert Response.objects.of_sheet(sheet).by_source()["helped"] == 1


def _choose(page: Page, place: int, label: str) -> None:
    """Touch an answer where a thumb would: on its words."""
    option = (
        page.locator("fieldset").nth(place).locator("label").filter(has_text=re.compile(rf"\d\s+{label}"))
    )
    box = option.bounding_box()
    assert box is not None
    assert box["height"] >= FINGER
    option.click()
    expect(option.get_by_role("radio")).to_be_checked()


def _fits(page: Page) -> None:
    """Nothing sticks out sideways, and nothing but the page and its two styles was fetched."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    fetched = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    assert all(name.endswith(".css") for name in fetched), fetched
    assert len(fetched) == 2


def _drawn(address: str) -> bytes:
    """The picture of an address, drawn anew."""

    file = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        file, kind="svg", scale=8, border=4, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return file.getvalue()
