"""Story 1: a quick win is entered, submitted by the agency and verified by the city."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.city import PASSWORD
from tests.browser.steps import (
    Line,
    begins,
    control,
    document,
    fill_section,
    heading,
    missing,
    photo,
    press,
    section,
    t,
    wait_saved,
)

pytestmark = pytest.mark.browser
NAME = "Antrean layanan dari rumah"


def test_from_the_empty_form_to_the_verification(
    open_browser: Callable[..., BrowserContext], page_as: Callable[..., Page], tmp_path: Path
) -> None:
    """The operator signs in, enters a quick win section by section and sees what is missing grow less; sends
    it to the head, who approves and submits and gets a receipt; the reviewer finds it in the queue and
    verifies it; the agency reads all of it in the history.
    """
    operator = open_browser().new_page()
    _sign_in(operator, "operator.dishub")
    _begin(operator)
    _fill_in(operator)
    _prove(operator, tmp_path)
    assert missing(operator) == []
    press(operator, "Send to the OPD head")
    heading(operator, NAME)
    expect(operator.get_by_role("status").first).to_contain_text(t("Sent to the OPD head"))

    head = page_as("kepala.dishub")
    number = _approve(head)

    reviewer = page_as("pemeriksa", "/queue/")
    _verify(reviewer)

    operator.goto("/quick-wins/")
    operator.get_by_role("link", name=NAME).click()
    expect(operator.locator("header").get_by_text(t("Verified"), exact=True)).to_be_visible()
    history = operator.get_by_role("region", name=t("History")).locator("li strong")
    assert history.all_inner_texts() == [
        t(verb) for verb in ("Verified", "Submitted", "Sent to the OPD head", "Created")
    ]
    expect(operator.get_by_text(number, exact=True)).to_be_visible()
    operator.get_by_role("link", name=t("Print the receipt")).click()
    heading(operator, re.compile(re.escape(number)))
    expect(operator.get_by_text("1.250,5 menit")).to_be_visible()


def _sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.get_by_label(t("User name or office e-mail")).fill(username)
    page.get_by_label(t("Password"), exact=True).fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/workspace/")


def _begin(page: Page) -> None:
    press(page, "Enter another quick win", role="link")
    page.get_by_label(t("Programme name")).fill(NAME)
    page.get_by_label("Smart Living").check()
    press(page, "Begin filling in")
    heading(page, NAME)


def _fill_in(page: Page) -> None:
    left = [len(missing(page))]
    control(page, "sub_dimension").select_option(label=_first_living(page))
    page.get_by_role("radio", name=t("New"), exact=True).check()
    wait_saved(section(page, "identity"))
    left.append(len(missing(page)))
    for name in ("problem", "target", "time", "continuation"):
        if name == "time":
            control(page, "fund_source").select_option("APBD")
        fill_section(page, name)
        left.append(len(missing(page)))
    assert left == sorted(left, reverse=True)
    assert len(set(left)) == len(left), left
    assert missing(page) == [t("Supporting evidence")]


def _first_living(page: Page) -> str:
    options = control(page, "sub_dimension").locator("option").all_inner_texts()
    return next(option for option in options if option.startswith("Living:"))


def _prove(page: Page, folder: Path) -> None:
    Line(page).upload_speed(300_000)
    page.get_by_label(t("Choose files")).first.set_input_files([photo(folder), document(folder)])
    go_on = t("{percent}, {done} of {total} MB. You may go on filling in.").split(". ")[-1]
    expect(page.get_by_text(go_on)).to_be_visible()
    pieces = page.locator("#evidence-list > li")
    expect(pieces).to_have_count(2, timeout=40_000)
    expect(pieces.filter(has_text="loket").get_by_role("img")).to_be_visible()
    expect(pieces.filter(has_text="Laporan layanan")).to_contain_text("3 halaman")

    pieces.filter(has_text="Laporan layanan").get_by_role("link", name=begins("Complete it")).click()
    page.get_by_label(t("Document date")).fill("2026-03-31")
    page.get_by_label(t("Page to look at")).fill("2")
    press(page, "Save evidence")
    report = page.locator("#evidence-list > li").filter(has_text="Laporan layanan")
    expect(report).to_contain_text("31/03/2026")
    expect(report.get_by_text(t("Complete"), exact=True)).to_be_visible()

    page.get_by_text(t("Add a link"), exact=True).click()
    links = page.locator("#evidence details")
    links.get_by_label(t("Link"), exact=True).fill("https://antrean.example.go.id/")
    links.get_by_label(t("Name"), exact=True).fill("Laman antrean")
    press(page, "Add the link")
    expect(page.locator("#evidence-list > li")).to_have_count(3)


def _approve(page: Page) -> str:
    """The head approves; return the number of the receipt."""
    task = page.get_by_role("article").filter(has_text=NAME)
    task.get_by_role("link", name=begins("Check and submit")).click()
    press(page, "Approve and submit")
    notice = page.get_by_role("status").first
    expect(notice).to_be_focused()
    expect(notice).to_contain_text(re.compile(r"QW-\d{4}-\d{4}-1"))
    found = re.search(r"QW-\d{4}-\d{4}-1", notice.inner_text())
    assert found is not None
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    return found[0]


def _verify(page: Page) -> None:
    page.get_by_role("link", name=NAME).click()
    heading(page, NAME)
    expect(page.get_by_role("img", name="loket")).to_be_visible()
    press(page, "Verify")
    page.wait_for_url("**/queue/")
    expect(page.get_by_role("status").first).to_contain_text(f"{NAME}: {t('Verified')}")
    expect(page.get_by_role("link", name=NAME)).to_have_count(0)
