"""Every page for everyone who sees it: no barrier that axe finds, nothing wider than a phone, no English.

Each page is opened once and looked at in four ways: wide and narrow, light and dark. Where only colours change,
only contrast is asked again. axe comes with its own licence beside it (vendor/).
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve
from playwright.sync_api import BrowserContext, Page

from tests.browser import addresses, pages, prepared
from tests.browser.conftest import sign_in
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
FOUND = """async (options) => (await axe.run(document, options)).violations.map((found) =>
  `${found.impact} ${found.id}: ${found.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ")}`)"""

#: English words that are no words in Indonesian.
ENGLISH = re.compile(
    r"\b(the|is|are|was|your|you|this|that|with|from|not|yet|has|have|submit|save|saved|cancel|close|search"
    r"|download|upload|next|previous|please|sign|of)\b",
    re.IGNORECASE,
)
WORDS = """() => [document.title, document.body.innerText, ...[...document.querySelectorAll(
  "[aria-label], [title], [alt], [placeholder]")].flatMap((one) =>
  ["aria-label", "title", "alt", "placeholder"].map((name) => one.getAttribute(name) ?? ""))].join("\\n")"""
#: Entries of the bar that its edge cuts; on a phone they are folded away until the fold is opened.
CUT = """() => { const bar = document.querySelector(".topbar__nav"), edge = bar?.getBoundingClientRect();
  const fold = bar?.querySelector("details"); if (fold) fold.open = true;
  const cut = [...(bar?.querySelectorAll(".topbar__pages a") ?? [])].filter((entry) => {
    const box = entry.getBoundingClientRect();
    const whole = box.width && entry.scrollWidth <= entry.clientWidth + 1;
    return !whole || box.left < edge.left - 1 || box.right > edge.right + 1; });
  if (fold) fold.open = false;
  return cut.map((entry) => entry.textContent.trim()); }"""
#: What sticks to the lower edge covers whatever happens to lie below it, until a person scrolls.
LOOSE = """() => document.querySelectorAll(".moves").forEach((bar) => { bar.style.position = "static"; })"""
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def look(open_browser: Callable[..., BrowserContext], watch: Watch) -> Callable[[str], Page]:
    """Return a function that opens the sweep's browser for an account; axe is in every page of it."""

    def open_for(username: str) -> Page:
        # axe is given to the page from outside, past the policy that the portal itself keeps.
        context = open_browser(reduced_motion="reduce")
        context.add_init_script(AXE)
        if username:
            sign_in(context, username)
        return context.new_page()

    return open_for


@pytest.mark.parametrize("username", pages.viewers(), ids=lambda name: name or "nobody")
def test_no_barrier_on_any_page(username: str, look: Callable[[str], Page], watch: Watch) -> None:
    """What axe, a narrow screen and a reader without English would stumble over: nothing."""
    prepared.prepare()
    page, found = look(username), []
    for path in pages.pages_of(username):
        expected = pages.refused(username).get(path, 200)
        watch.allow(f"^{expected}: GET .*{re.escape(path)}$") if expected != 200 else None
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == expected, path
        found += [f"{path} {mistake}" for mistake in _mistakes(page)]
    assert not found, "\n".join(found)


def test_the_sweep_sees_what_is_put_in_its_way(look: Callable[[str], Page]) -> None:
    """A sweep that finds nothing proves something only when it finds what is there."""
    page = look("operator.disbudpar")
    page.goto("/quick-wins/")
    page.evaluate(
        """() => { document.querySelector("main").insertAdjacentHTML("beforeend",
        '<input name="x"><p class="muted">Please wait</p><svg width="500" height="5"></svg>');
        const bar = document.querySelector(".topbar__pages");
        bar.insertAdjacentHTML("beforeend", '<a href="#x">Laporan triwulan yang tidak muat di bilah halaman</a>');
        bar.lastElementChild.style.whiteSpace = "nowrap"; }"""
    )
    found = "\n".join(_mistakes(page))
    for part in (
        "critical label: input",
        "360: ",
        "English: 'Please'",
        "360 the bar cuts 'Laporan triwulan yang",
    ):
        assert part in found


def test_every_address_with_a_page_is_looked_at(portal: str) -> None:
    """A new page that is missing in the list fails here."""
    prepared.prepare()
    seen = {
        resolve(path.partition("?")[0]).view_name
        for username in pages.viewers()
        for path in pages.pages_of(username)
        if path != "/tidak-ada/"
    }
    assert addresses.names_of_addresses() - seen - addresses.NOT_A_PAGE == set()


def _mistakes(page: Page) -> list[str]:
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light")
    found = _axe(page, "1280 light", ALL) + _cut(page, "1280")
    page.emulate_media(color_scheme="dark")
    found += _axe(page, "1280 dark", COLOUR)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.evaluate(LOOSE)
    found += _axe(page, "360 dark", ALL)
    page.emulate_media(color_scheme="light")
    found += _axe(page, "360 light", COLOUR) + _cut(page, "360")
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > NARROW["width"]:
        found.append(f"360: {width} px wide")
    words = page.evaluate(WORDS)
    return found + [f"English: {match[0]!r} in {_around(words, match)}" for match in ENGLISH.finditer(words)]


def _axe(page: Page, view: str, options: dict[str, Any]) -> list[str]:
    return [f"{view} {found}" for found in page.evaluate(FOUND, options)]


def _cut(page: Page, view: str) -> list[str]:
    return [f"{view} the bar cuts {entry!r}" for entry in page.evaluate(CUT)]


def _around(words: str, match: re.Match[str]) -> str:
    return words[max(0, match.start() - 30) : match.end() + 30].replace("\n", " / ")
