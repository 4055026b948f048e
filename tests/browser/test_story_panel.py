"""Story: a panel of two, from blind scoring to consensus, and the city that reads it and makes the minutes."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from evaluations.models import Area, EvaluationWindow, Reconciliation, Seat
from reports.models import Minutes
from reports.tasks import build_minutes
from smartcity.lib import clock
from tests.browser.steps import heading, press, t, wait_saved
from tests.browser.workers import let_its_time_pass, worker

pytestmark = pytest.mark.browser

#: Two questions, so that the story stays short: the policies of the city.
AREA, APART, AGREED = "kebijakan", "OP-1", "OP-2"
LEAD, COLLEAGUE = "asesor3", "asesor5"
REMARKS = {LEAD: "Baru berupa rancangan.", COLLEAGUE: "Sudah ditetapkan wali kota."}
SCORES = {LEAD: "1", COLLEAGUE: "4"}
REASON = "Naskahnya dibuka bersama: ditetapkan, belum dijalankan."


def test_from_blind_scoring_to_consensus(page_as: Callable[..., Page], tmp_path: Path) -> None:
    """Two assessors score the same two questions, and until both have handed in neither reads a word of the other.
    The lead lays the scores side by side, sees self-score, spread and flag, writes the agreed value with its reason
    and closes. The city reads nothing of it until the window is closed; then it reads the table and the reason, makes
    the minutes, watches them being built and downloads a file with the SHA-256 that the page names.
    """
    window = _panel_of_two()
    lead = page_as(LEAD, "/sheets/")
    _score(lead, LEAD)
    _hand_in(lead, window)

    colleague = page_as(COLLEAGUE, "/sheets/")
    _score(colleague, COLLEAGUE)
    _reads_nothing_of(LEAD, colleague, window)
    _reads_nothing_of(COLLEAGUE, lead, window)
    expect(lead.get_by_role("button", name=t("Lay the scores side by side"))).to_have_count(0)
    _hand_in(colleague, window)

    _agree(lead, window)
    city = page_as("pemeriksa", f"/windows/{window.pk}/consensus/")
    heading(city, t("There is no consensus to read yet"))
    expect(city.locator("main")).not_to_contain_text(REASON)
    let_its_time_pass(window)
    _city_reads(city, window)
    _make_minutes(city, tmp_path)


def _panel_of_two() -> EvaluationWindow:
    """The open window with two seats that judge the policies; the other seats have a conflict and judge nothing."""
    window = EvaluationWindow.objects.get(status="open")
    area = Area.objects.get(instrument=window.instrument_id, code=AREA)
    two = window.seats.filter(user__username__in=(LEAD, COLLEAGUE))
    window.seats.exclude(pk__in=two).update(declared_at=clock.now(), conflict="Saudara kepala dinas.")
    for seat in two:
        seat.areas.set([area])
    return window


def _score(page: Page, username: str) -> None:
    """Declare, then both questions: far apart on the first, alike on the second."""
    press(page, "Declare and begin", role="link")
    page.get_by_role(
        "radio", name=t("I have no conflict of interest with this city or its agencies.")
    ).check()
    press(page, "Declare")
    press(page, "To the next empty question", role="link")
    page.wait_for_url(f"**/questions/{APART}/")
    page.get_by_role("radio", name=SCORES[username]).check()
    page.get_by_label(t("Remark")).fill(REMARKS[username])
    wait_saved(page.locator("[data-score]"))
    page.locator("[data-next]").click()
    page.wait_for_url(f"**/questions/{AGREED}/")
    page.get_by_role("radio", name="3").check()
    wait_saved(page.locator("[data-score]"))


def _hand_in(page: Page, window: EvaluationWindow) -> None:
    page.goto(f"/sheets/{window.pk}/")
    press(page, "Hand in all scores")
    heading(page, t("Your scores are handed in"))


def _reads_nothing_of(other: str, page: Page, window: EvaluationWindow) -> None:
    """Every page that could tell: the sheet, the question, the table of the consensus, the result, the interview."""
    seat = Seat.objects.get(window=window, user__username=other)
    number = list(window.seats.order_by("pk")).index(seat) + 1
    for address in (
        f"/sheets/{window.pk}/",
        f"/sheets/{window.pk}/questions/{APART}/",
        f"/windows/{window.pk}/result/",
        f"/windows/{window.pk}/interview/",
        f"/windows/{window.pk}/consensus/",
    ):
        page.goto(address)
        main = page.locator("main")
        expect(main).to_be_visible()
        expect(main).not_to_contain_text(REMARKS[other])
        expect(main).not_to_contain_text(t("Assessor %(number)s") % {"number": number} + ":")


def _line(page: Page) -> Locator:
    """The line of the question the two do not agree on."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=APART, exact=True))


def _agree(page: Page, window: EvaluationWindow) -> None:
    page.reload()
    press(page, "Lay the scores side by side")
    line = _line(page)
    expect(line).to_contain_text(t("Assessor %(number)s") % {"number": 3} + ": 1")
    expect(line).to_contain_text(t("Assessor %(number)s") % {"number": 5} + ": 4")
    expect(line).to_contain_text(t("assessors %(spread)s apart") % {"spread": 3})
    expect(line.locator(f"[data-label='{t('Self', 'column')}']")).to_have_text("3")
    expect(line.locator(f"[data-label='{t('Mean')}']")).to_have_text("2,50")
    expect(page.get_by_role("button", name=t("Close the consensus"))).to_have_count(0)

    line.get_by_role("link", name=APART, exact=True).click()
    for remark in REMARKS.values():
        expect(page.locator("main")).to_contain_text(remark)
    page.get_by_label(t("Consensus")).fill("2")
    page.get_by_label(t("Reason")).fill(REASON)
    wait_saved(page.locator("form[data-autosave]"))
    page.goto(f"/windows/{window.pk}/consensus/")
    press(page, "Close the consensus")
    heading(page, t("The panel's consensus is closed"))
    expect(page.get_by_role("status").first).to_contain_text(Reconciliation.objects.get(window=window).number)


def _city_reads(page: Page, window: EvaluationWindow) -> None:
    page.goto(f"/windows/{window.pk}/result/")
    press(page, "To the table of the consensus", role="link")
    heading(page, t("The panel's consensus is closed"))
    expect(_line(page)).to_contain_text("2,00")
    expect(_line(page)).to_contain_text(REASON)


def _make_minutes(page: Page, folder: Path) -> None:
    """The one thing to do on the page of a closed consensus."""
    press(page, "Make the minutes")
    paper = page.get_by_role("region", name=t("Minutes, version %(version)s") % {"version": 1})
    expect(paper).to_contain_text(t("Waiting for its turn"))
    with worker(build_minutes, Minutes.objects.get().pk):
        ready = paper.get_by_role("link", name=t("Download the minutes"))
        expect(ready).to_be_visible(timeout=60_000)
    with page.expect_download() as download:
        ready.click()
    file = folder / "berita-acara.pdf"
    download.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    expect(paper).to_contain_text(hashlib.sha256(content).hexdigest())
