"""Story 3: the assessor scores, hands in, the window closes by its time, and the report is built."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evaluations import actions
from evaluations.models import EvaluationWindow, Result, Score, Seat
from evaluations.structure import structure_of
from opd.models import User
from reports.models import Report
from reports.tasks import build_report
from smartcity.lib import decimals
from tests.browser.steps import heading, press, t, wait_saved
from tests.browser.workers import let_its_time_pass, worker

pytestmark = pytest.mark.browser
REMARK = "Diukur setiap triwulan dan diperbaiki."


def test_from_the_declaration_to_the_report(page_as: Callable[..., Page], tmp_path: Path) -> None:
    """The assessor declares to have no conflict and scores with the keyboard; leaving and coming back loses
    nothing; hands in. A colleague sees nothing of it before handing in too. When its time is over the window
    closes by itself, the index is there, and the reviewer asks for the report, watches it being built and
    downloads a file with the SHA-256 that the page names.
    """
    window = EvaluationWindow.objects.get(status="open")
    assessor = page_as("asesor3", "/sheets/")
    _declare(assessor)
    _score_by_keyboard(assessor)
    _score_the_rest(window, "asesor3")
    _hand_in(assessor)

    colleague = page_as("asesor2", f"/sheets/{window.pk}/")
    expect(colleague.locator("main")).not_to_contain_text("Asesor 3")
    _hand_in(colleague)
    expect(colleague.get_by_role("region", name=t("Beside your colleagues"))).to_contain_text("Asesor 3")

    reviewer = page_as("pemeriksa", f"/windows/{window.pk}/result/")
    heading(reviewer, t("There is no result yet"))
    let_its_time_pass(window)
    reviewer.reload()
    result = Result.objects.get(window=window)
    heading(reviewer, re.compile(_shown(result)))

    _report(reviewer, window, tmp_path)


def _declare(page: Page) -> None:
    press(page, "Declare and begin", role="link")
    page.get_by_role(
        "radio", name=t("I have no conflict of interest with this city or its agencies.")
    ).check()
    press(page, "Declare")
    expect(page.get_by_role("status").first).to_be_focused()
    press(page, "To the next empty question", role="link")
    page.wait_for_url("**/questions/**")


def _score_by_keyboard(page: Page) -> None:
    """0 to 4 score, C goes to the remark, J and K to the next and the previous question."""
    meter = page.locator("#part-list .meter-row strong")
    before = meter.inner_text()
    first = page.url
    page.keyboard.press("3")
    wait_saved(page.locator("[data-score]"))
    expect(meter).not_to_have_text(before)
    expect(page.locator("#part-place")).to_contain_text(re.compile(r"\b30\b"))
    page.keyboard.press("j")
    page.wait_for_url(lambda url: url != first)
    second = page.url
    page.keyboard.press("4")
    page.keyboard.press("c")
    page.keyboard.type(REMARK)
    page.keyboard.press("Tab")
    page.keyboard.press("j")  # at once: nothing was waited for
    page.wait_for_url(lambda url: url not in (first, second))
    page.keyboard.press("k")
    page.wait_for_url(second)
    expect(page.get_by_role("radio", name="4")).to_be_checked()
    expect(page.locator("[data-remark]")).to_have_value(REMARK)

    page.goto("/sheets/")
    expect(page.get_by_role("article").filter(has_text="Tahap I")).to_contain_text(
        t("%(done)s of %(total)s scored") % {"done": 2, "total": 31}
    )


def _score_the_rest(window: EvaluationWindow, username: str) -> None:
    """What the keyboard would do thirty times over."""
    by = User.objects.get(username=username)
    seat = Seat.objects.select_related("window", "user").get(window=window, user=by)
    done = set(Score.objects.filter(seat=seat).values_list("question_id", flat=True))
    areas = set(seat.areas.values_list("code", flat=True))
    for question in structure_of(window.instrument).scored_in(areas):
        if question.pk not in done:
            actions.save_score(seat=seat, question_code=question.code, value=2, version=0, by=by)


def _hand_in(page: Page) -> None:
    page.goto(f"/sheets/{EvaluationWindow.objects.get(status='open').pk}/")
    heading(page, t("All scored, ready to hand in"))
    press(page, "Hand in all scores")
    expect(page.get_by_role("status").first).to_contain_text(re.compile(r"NA-\d{4}-\d{4}"))
    heading(page, t("Your scores are handed in"))
    expect(page.get_by_role("button", name=t("Hand in all scores"))).to_have_count(0)


def _shown(result: Result) -> str:
    return (
        decimals.display(result.index) if result.index is not None else t("Incomplete, so there is no index")
    )


def _report(page: Page, window: EvaluationWindow, folder: Path) -> None:
    page.goto("/reports/")
    page.get_by_label(t("State of the data")).select_option(str(window.pk))
    press(page, "Build the report")
    report = Report.objects.get(window=window)
    progress = page.locator(f"#progress-{report.pk}")
    expect(progress).to_contain_text(t("Waiting for its turn"))
    expect(progress.get_by_role("progressbar")).to_have_attribute("value", "0")
    with worker(build_report, report.pk):
        expect(progress.get_by_role("progressbar")).not_to_have_attribute("value", "0")
        expect(progress.locator("[aria-current=step]")).to_be_visible()
        ready = progress.get_by_role("link", name=begins_download(report))
        expect(ready).to_be_visible(timeout=90_000)
    with page.expect_download() as download:
        ready.click()
    file = folder / "laporan.pdf"
    download.value.save_as(file)
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    page.get_by_role("region", name=t("Versions that are ready")).get_by_role(
        "link", name=t("Version %(version)s") % {"version": report.version}
    ).first.click()
    expect(page.get_by_text(hashlib.sha256(content).hexdigest())).to_be_visible()


def begins_download(report: Report) -> re.Pattern[str]:
    """The link to the file of a version."""
    return re.compile(t("Download version %(version)s") % {"version": report.version})
