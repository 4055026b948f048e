"""The form by keyboard alone: everything is reached in reading order, seen when reached, and used."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from opd.models import QuickWin
from tests.browser.steps import begins, control, section, t, wait_saved

pytestmark = pytest.mark.browser

#: What has the focus: a name to compare, whether a ring shows it, and whether nothing lies above it.
FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const looks = [one, one.closest("label"), one.parentElement].filter(Boolean);
  const ring = looks.map((part) => getComputedStyle(part)).some((style) =>
    (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none");
  const there = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  const seen = [one, one.closest("label"), one.closest(".drop")].some((part) => there && part?.contains(there));
  return { name: one.id || one.name || one.textContent.trim().slice(0, 40), ring, seen };
}"""
REACHABLE = """() => [...document.querySelectorAll(
  "main a[href], main button, main summary, main input:not([type=hidden]), main select, main textarea")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0)
  .map((one) => one.id || one.name || one.textContent.trim().slice(0, 40))"""


def test_every_control_is_reached_in_order_and_seen(page_as: Callable[..., Page]) -> None:
    """From the skip link Tab goes through everything in reading order; each stop is in sight with its ring, no
    bar lies above it; a choice is made with an arrow key and saved.
    """
    quick_win = QuickWin.objects.get(acronym="Teh Tarek", status="draft")
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/", reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["name"] == t("Skip to the content")
    page.keyboard.press("Enter")
    wanted = page.evaluate(REACHABLE)
    walked = _walk(page, until=t("Save and leave"))
    assert [stop["name"] for stop in walked if not stop["seen"]] == []
    assert [stop["name"] for stop in walked if not stop["ring"]] == []
    names = [stop["name"] for stop in walked]
    # A group of radio buttons is one stop; every other control is one of its own.
    left_out = [name for name in wanted if name not in names and not name.startswith("id_status_kind")]
    assert left_out == []
    fields = [name for name in names if name.startswith("id_")]
    assert fields == [name for name in wanted if name in fields]
    page.locator("#id_status_kind_1").focus()
    page.keyboard.press("ArrowLeft")
    wait_saved(section(page, "identity"))
    expect(page.get_by_role("radio", name=t("New"), exact=True)).to_be_checked()


def test_a_decision_is_made_without_a_mouse(page_as: Callable[..., Page]) -> None:
    """The head comes from the task to the form, to the button at its end, and to the receipt."""
    page = page_as("kepala.dispusip", "/workspace/", reduced_motion="reduce")
    page.get_by_role("link", name=begins("Check and submit")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit/**")
    stops = _walk(page, until=t("Approve and submit"))
    assert [stop["name"] for stop in stops if not stop["seen"]] == []
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/edit/" not in url)
    expect(page.get_by_role("status").first).to_be_focused()


def test_a_reason_leads_to_its_field_and_back_to_work(page_as: Callable[..., Page]) -> None:
    """The missing list is followed with Enter, the field is typed, and the list is one shorter."""
    quick_win = QuickWin.objects.get(acronym="Teh Tarek", status="draft")
    page = page_as("operator.disbudpar", f"{quick_win.get_absolute_url()}edit/")
    asked = page.locator("#part-missing .missing a")
    before = asked.count()
    asked.filter(has_text=t("Sustainability plan")).focus()
    page.keyboard.press("Enter")
    expect(control(page, "sustainability")).to_be_focused()
    page.keyboard.type("Dilanjutkan dengan dana APBD.")
    wait_saved(section(page, "continuation"))
    expect(asked).to_have_count(before - 1)
    expect(control(page, "sustainability")).to_be_focused()


def _walk(page: Page, *, until: str, limit: int = 150) -> list[dict[str, str | bool]]:
    """Press Tab until the control with this text has the focus; return every stop."""
    stops: list[dict[str, str | bool]] = []
    while len(stops) < limit:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop["name"] == until:
            return stops
        stops.append(stop)
    raise AssertionError(f"{until} was not reached: {stops[-3:]}")
