"""Story: the report of a quarter, from the operator's form to the reviewer's desk, and the head approves at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from opd.models import City, Progress
from tests.browser.steps import t

pytestmark = pytest.mark.browser


def test_a_quarter_is_told_approved_and_verified(page_as: Callable[..., Page]) -> None:
    """The operator types, sees the achievement follow, and sends it; the head approves what waits in one press;
    the reviewer verifies and stands at once before the next report.
    """
    year = City.objects.get().evaluation_year
    reports = Progress.objects.filter(opd__short="DISBUDPAR", year=year, quarter=3)
    draft = reports.filter(status="draft")[0]
    operator = page_as("operator.disbudpar", f"/progress/{draft.pk}/edit/")
    figures = operator.locator("#part-figures")
    before = figures.inner_text()
    operator.get_by_label(t("Running"), exact=True).check()
    operator.locator("[name=value]").fill("1.234,5")
    operator.locator("[name=absorbed]").fill("1.000.000")
    operator.locator("[name=next_step]").fill("Dinas membuka layanan kedua.")
    operator.get_by_role("button", name=t("Send to the OPD head")).click()
    expect(operator.get_by_role("status").first).to_contain_text(t("Sent to the OPD head"))
    operator.goto(f"/progress/{draft.pk}/")
    expect(operator.locator("main")).to_contain_text("1.234,5")
    assert operator.locator("main").inner_text() != before

    head = page_as("kepala.disbudpar", f"/progress/approve/?year={year}&quarter=3")
    head.get_by_role("button", name=t("Approve and submit the chosen ones")).click()
    expect(head.locator("main")).to_contain_text("TW3-")
    draft.refresh_from_db()
    assert draft.status == "submitted"

    reviewer = page_as("pemeriksa", "/queue/?kind=progress")
    reviewer.locator("tbody a").first.click()
    first = reviewer.url
    reviewer.get_by_role("button", name=t("Verify"), exact=True).click()
    expect(reviewer.get_by_role("status").first).to_contain_text(t("Verified"))
    assert "/review/" in reviewer.url
    assert reviewer.url != first
