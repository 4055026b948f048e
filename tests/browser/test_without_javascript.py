"""Story 1 once more in a browser without JavaScript: plain forms, and still nothing is lost."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from opd.models import QuickWin
from tests.browser.city import PASSWORD
from tests.browser.steps import TYPED, begins, control, document, heading, missing, photo, press, section, t
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser
NAME = "Perpustakaan perahu"


def test_enter_prove_submit_and_verify(page_as: Callable[..., Page], tmp_path: Path) -> None:
    """The operator enters a quick win with "Simpan bagian ini", sends files with the plain form and adds a link;
    the head submits; the reviewer verifies. Every button does what it does with scripts.
    """
    page = page_as("operator.dispusip", "/workspace/", script=False)
    press(page, "Enter another quick win", role="link")
    page.get_by_label(t("Programme name")).fill(NAME)
    page.get_by_label("Smart Society").check()
    press(page, "Begin filling in")
    _fill_in(page)
    _prove(page, tmp_path)
    assert missing(page) == []
    press(page, "Send to the OPD head")
    expect(page.get_by_role("status").first).to_contain_text(t("Sent to the OPD head"))

    head = page_as("kepala.dispusip", "/workspace/", script=False)
    head.get_by_role("link", name=re.compile(f"{t('Check and submit')} {NAME}")).click()
    press(head, "Approve and submit")
    expect(head.get_by_role("status").first).to_contain_text(re.compile(r"QW-\d{4}-\d{4}-1"))

    reviewer = page_as("pemeriksa", "/queue/", script=False)
    reviewer.get_by_role("link", name=NAME).click()
    press(reviewer, "Verify")
    expect(reviewer.get_by_role("status").first).to_contain_text(f"{NAME}: {t('Verified')}")


def test_a_link_that_cannot_be_read_stays_in_its_form(page_as: Callable[..., Page], watch: Watch) -> None:
    """What was typed for a link is still there beside the sentence that says what is wrong with it."""
    watch.allow("^422: POST .*/links/")
    page = page_as("operator.disbudpar", "/workspace/", script=False)
    page.get_by_role("link", name=re.compile("Teh Tarek")).last.click()
    page.get_by_text(t("Add a link"), exact=True).click()
    links = page.locator("#evidence details")
    links.get_by_label(t("Link"), exact=True).fill("javascript:alert(1)")
    links.get_by_label(t("Name"), exact=True).fill("Laman merek")
    press(page, "Add the link")
    links = page.locator("#evidence details")
    expect(links.get_by_label(t("Name"), exact=True)).to_have_value("Laman merek")
    expect(links.locator(".field__error").first).to_be_visible()


def _fill_in(page: Page) -> None:
    heading(page, NAME)
    options = control(page, "sub_dimension").locator("option").all_inner_texts()
    control(page, "sub_dimension").select_option(
        label=next(option for option in options if option.startswith("Society:"))
    )
    page.get_by_role("radio", name=t("New"), exact=True).check()
    _save(page, "identity")
    for name, texts in TYPED.items():
        for field, text in texts.items():
            control(page, field).fill(text)
        if name == "time":
            control(page, "fund_source").select_option("APBD")
        _save(page, name)
        for field, text in texts.items():
            expect(control(page, field)).to_have_value(text)


def _save(page: Page, name: str) -> None:
    section(page, name).get_by_role("button", name=t("Save this section")).click()
    expect(page.get_by_role("status").first).to_contain_text(t("Saved %(at)s.").split()[0])


def _prove(page: Page, folder: Path) -> None:
    page.locator("#upload-file").set_input_files([photo(folder), document(folder)])
    press(page, "Upload")
    pieces = page.locator("#evidence-list > li")
    expect(pieces).to_have_count(2)
    pieces.filter(has_text="Laporan layanan").get_by_role("link", name=begins("Complete it")).click()
    page.get_by_label(t("Document date")).fill("2026-03-31")
    page.get_by_label(t("Page to look at")).fill("2")
    press(page, "Save evidence")
    page.get_by_text(t("Add a link"), exact=True).click()
    links = page.locator("#evidence details")
    links.get_by_label(t("Link"), exact=True).fill("https://perpustakaan.example.go.id/")
    links.get_by_label(t("Name"), exact=True).fill("Jadwal perahu")
    press(page, "Add the link")
    expect(pieces).to_have_count(3)


def test_a_form_sent_after_the_session_ended(page_as: Callable[..., Page], watch: Watch) -> None:
    """The words stand on the answer; the person signs in in another tab, comes back, checks and sends them."""
    watch.allow(r"^403: POST .*/sections/continuation/")
    quick_win = QuickWin.objects.get(acronym="Teh Tarek", status="draft")
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/", script=False)
    Session.objects.all().delete()
    control(page, "sustainability").fill(TYPED["continuation"]["sustainability"])
    section(page, "continuation").get_by_role("button", name=t("Save this section")).click()
    heading(page, t("Your text is not saved yet"))
    words = page.get_by_label(t("Sustainability plan"))
    expect(words).to_have_value(TYPED["continuation"]["sustainability"])
    expect(words).not_to_be_editable()

    with page.expect_popup() as opened:
        press(page, "Sign in in a new tab", role="link")
    gate = opened.value
    gate.get_by_label(t("User name or office e-mail")).fill("operator.disbudpar")
    gate.get_by_label(t("Password"), exact=True).fill(PASSWORD)
    press(gate, "Sign in")
    gate.wait_for_url("**/edit/")
    gate.close()

    press(page, "I am signed in again, go on")
    expect(words).to_be_editable()
    words.fill(f"{TYPED['continuation']['sustainability']} Sesudah itu dinilai.")
    press(page, "Send once more")
    expect(page.get_by_role("status").first).to_contain_text(t("Saved %(at)s.").split()[0])
    expect(control(page, "sustainability")).to_have_value(re.compile(r"Sesudah itu dinilai\.$"))
