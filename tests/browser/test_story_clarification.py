"""Story: a clarification from question to answer, the answer given on a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evaluations.models import Clarification
from tests.browser.steps import begins, document, heading, photo, press, t

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 740}
QUESTION = "Laporan menyebut 30 lokasi. Lokasi mana yang dibina tahun ini?"
ANSWER = "Dua belas lokasi di halaman 2; fotonya terlampir."


def test_from_the_question_to_the_answer_on_a_phone(page_as: Callable[..., Page], tmp_path: Path) -> None:
    """An assessor asks from the score sheet; the operator finds it in the workspace of a phone with the time that is
    left, types (saved by itself), drops two files at once and sends; the receipt is there, nothing can be changed
    any more, and the assessor reads the answer beside the question.
    """
    assessor = page_as("asesor1", "/sheets/")
    _ask(assessor)
    item = Clarification.objects.get(text=QUESTION)
    operator = page_as(_operator(item), "/workspace/", **PHONE)
    _answer(operator, item, tmp_path)

    assessor.reload()
    desk = assessor.locator("#desk")
    expect(desk).to_contain_text(ANSWER)
    expect(desk.get_by_text(t("Answered"), exact=True)).to_be_visible()
    expect(desk.locator(".evidence__name")).to_have_text(["loket", "Laporan layanan"])


def _operator(item: Clarification) -> str:
    """The account that answers for the agency the portal proposed."""
    held = item.opd.memberships.filter(role="operator").select_related("user").order_by("pk")[0]
    return held.user.username


def _ask(page: Page) -> None:
    press(page, "Continue scoring", role="link")
    page.locator("table a").first.click()
    press(page, "Ask the city", role="link")
    page.get_by_label(t("What is not clear")).fill(QUESTION)
    press(page, "Ask, 24 hours from now")
    expect(page.get_by_role("status").first).to_contain_text("KL-")
    expect(page.locator("#desk")).to_contain_text(QUESTION)
    expect(page.locator("#desk time[data-countdown]")).to_contain_text(
        t("{h} hours {m} minutes left").split()[-1]
    )


def _answer(page: Page, item: Clarification, folder: Path) -> None:
    task = page.get_by_role("region", name=t("Questions of assessors")).get_by_role("listitem")
    row = task.filter(has_text=QUESTION)
    expect(row).to_contain_text("WIB")
    row.get_by_role("link").click()
    heading(page, t("An assessor asks, your agency answers"))
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_label(t("Answer"), exact=True).fill(ANSWER)
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")
    page.locator("input[type=file][multiple]:visible, #upload-file").first.set_input_files(
        [photo(folder), document(folder)]
    )
    expect(page.locator("#reply-files .evidence__name")).to_have_text(["loket", "Laporan layanan"])
    page.reload()
    expect(page.get_by_label(t("Answer"), exact=True)).to_have_value(ANSWER)
    press(page, "Send the answer")
    heading(page, t("The question is answered"))
    expect(page.get_by_role("status").first).to_contain_text(f"JK-{item.window.year}-{item.pk:04d}")
    expect(page.get_by_role("textbox", name=t("Answer"), exact=True)).to_have_count(0)
    expect(page.locator(".receipt")).to_contain_text("WIB")
    page.goto("/workspace/")
    expect(page.get_by_role("link", name=begins(item.number))).to_have_count(0)
