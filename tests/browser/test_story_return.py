"""Story 2: an item is returned with notes, mended, submitted again and verified."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import begins, control, heading, press, section, t, wait_saved

pytestmark = pytest.mark.browser
TITLE = "Silajang"
NOTES = {
    "target": "Target 250 untuk setahun? Realisasi menghitung satu semester.",
    "sustainability": "Sebutkan siapa yang merawat sensor tahun depan.",
}
MENDED = {"target": "500", "sustainability": "Tahun depan sensor dirawat Dishub dengan dana APBD."}


def test_two_notes_there_and_back(page_as: Callable[..., Page]) -> None:
    """The reviewer returns an item with a note on two fields; the operator sees exactly these two, mends them
    and sends the item through the head; the reviewer sees only what changed, with the text of before, and
    verifies; the history tells all of it.
    """
    reviewer = page_as("pemeriksa", "/queue/")
    _return_with_notes(reviewer)

    operator = page_as("operator.dishub", "/workspace/")
    _mend(operator)
    press(operator, "Send to the OPD head")
    head = page_as("kepala.dishub", "/workspace/")
    head.get_by_role("link", name=re.compile(f"{t('Check and submit')} {TITLE}")).click()
    press(head, "Approve and submit")
    expect(head.get_by_role("status").first).to_contain_text(re.compile(r"QW-\d{4}-\d{4}-2"))

    reviewer.goto("/queue/")
    row = reviewer.get_by_role("row").filter(has_text=TITLE)
    expect(row).to_contain_text(t("Submitted again"))
    row.get_by_role("link").click()
    _see_what_changed(reviewer)
    press(reviewer, "Verify")
    expect(reviewer.get_by_role("status").first).to_contain_text(f"{TITLE}: {t('Verified')}")

    operator.goto("/quick-wins/")
    operator.get_by_role("link", name=TITLE).click()
    verbs = operator.get_by_role("region", name=t("History")).locator("li strong").all_inner_texts()
    way = ["Verified", "Submitted", "Sent to the OPD head", "Returned"]
    assert verbs == [t(verb) for verb in [*way, "Submitted", "Sent to the OPD head", "Created"]]


def _return_with_notes(page: Page) -> None:
    page.get_by_role("link", name=TITLE).click()
    for field, text in NOTES.items():
        row = page.locator(f"#r-{field}")
        row.get_by_text(t("Write a note")).click()
        row.get_by_role("textbox").fill(text)  # saved by itself; the return waits for the last words
    page.locator("#move-return summary").click()
    page.locator("#move-return").get_by_role("button", name=t("Return"), exact=True).click()
    page.wait_for_url("**/queue/")
    expect(page.get_by_role("link", name=TITLE)).to_have_count(0)


def _mend(page: Page) -> None:
    task = page.get_by_role("article").filter(has_text=TITLE)
    expect(task.locator(".asks a")).to_have_text([t("Target"), t("Sustainability plan")])
    expect(task.locator(".asks small")).to_have_text(list(NOTES.values()))
    send = t("Send to the OPD head")
    task.get_by_role("link", name=t("Target"), exact=True).click()
    expect(control(page, "target")).to_be_focused()
    notes = page.locator("form .note")
    expect(notes).to_have_count(2)
    expect(page.locator("#f-target .note")).to_contain_text(NOTES["target"])
    expect(page.get_by_role("button", name=send)).to_have_attribute("aria-disabled", "true")
    asked = page.locator("#part-missing .missing a")
    for left, (field, text) in zip((1, 0), MENDED.items(), strict=True):
        control(page, field).fill(text)
        wait_saved(section(page, "target" if field == "target" else "continuation"))
        expect(asked).to_have_count(left)
    expect(page.get_by_role("button", name=send)).not_to_have_attribute("aria-disabled", "true")


def _see_what_changed(page: Page) -> None:
    heading(page, TITLE)
    changes = page.get_by_role("region", name=t("Changed since the last review"))
    expect(changes.locator(".review__field")).to_have_count(2)
    target = changes.locator("#r-target")
    expect(target.locator("del")).to_contain_text("250")
    expect(target.locator("ins")).to_contain_text("500")
    expect(target).to_contain_text(t("answers a note"))
    plan = changes.locator("#r-sustainability")
    expect(plan.locator("ins")).to_contain_text(MENDED["sustainability"])
    expect(plan.locator("del")).to_contain_text(begins("Before:"))
