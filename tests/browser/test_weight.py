"""What a page weighs on the line: under 150 KB the first time, under 30 KB when the portal is known."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page

from evaluations.models import EvaluationWindow
from opd.models import QuickWin
from tests.browser import pages, prepared
from tests.browser.conftest import sign_in

pytestmark = pytest.mark.browser
KB = 1024
FIRST, LATER = 150 * KB, 30 * KB


class Scale:
    """Weighs what a page fetches. Pages themselves leave the server plain; nginx compresses them on the way."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sizes: dict[str, float] = {}
        self.urls: dict[str, str] = {}
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        line.on("Network.responseReceived", self._received)
        line.on("Network.loadingFinished", self._finished)

    def weigh(self, path: str) -> dict[str, float]:
        """Open the page and return bytes by address; what came from the browser's own store weighs nothing."""
        self.sizes, self.urls = {}, {}
        answer = self.page.goto(path, wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, path
        body = answer.body()
        weights = {self.urls[key]: size for key, size in self.sizes.items() if key in self.urls}
        weights[answer.url] = weights[answer.url] - len(body) + len(gzip.compress(body, 6))
        return weights

    def _received(self, event: dict[str, Any]) -> None:
        self.urls[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        self.sizes[event["requestId"]] = event["encodedDataLength"]


@pytest.fixture
def heavy_pages(portal: str) -> list[tuple[str, str]]:
    """The pages people open all day, the longest of them among these."""
    prepared.prepare()
    window = EvaluationWindow.objects.get(status="open")
    edit = reverse("opd:quick_win_edit", args=[QuickWin.objects.get(status="returned").pk])
    review = reverse("opd:review", args=[QuickWin.objects.filter(status="submitted")[0].pk])
    return [
        ("operator.disbudpar", reverse("opd:workspace")),
        ("operator.disbudpar", edit),
        ("pemeriksa", reverse("opd:queue")),
        ("pemeriksa", review),
        ("pemeriksa", reverse("evaluations:city")),
        ("pemeriksa", reverse("evaluations:answers", args=[window.pk])),
        ("pemeriksa", reverse("reports:reports")),
        ("asesor5", reverse("evaluations:sheet", args=[window.pk])),
        ("asesor5", reverse("evaluations:score", args=[window.pk, "QW-LIV-1"])),
        ("pimpinan", f"{reverse('evaluations:city')}?year=2022"),
        ("pimpinan", reverse("evaluations:result", args=[EvaluationWindow.objects.get(status="closed").pk])),
    ]


def test_pages_are_light(
    heavy_pages: list[tuple[str, str]], open_browser: Callable[..., BrowserContext]
) -> None:
    """Each page in a browser that never saw the portal, and once more in the same one."""
    too_heavy = []
    for username, path in [(pages.NOBODY, reverse("account_login")), *heavy_pages]:
        context = open_browser()
        if username:
            sign_in(context, username)
        scale = Scale(context.new_page())
        for limit in (FIRST, LATER):
            weights = scale.weigh(path)
            total = sum(weights.values())
            print(f"{username} {path}: {total / KB:.0f} KB")  # noqa: T201
            if total > limit:
                heaviest = sorted(weights.items(), key=lambda pair: -pair[1])[:5]
                too_heavy.append(f"{username} {path}: {total / KB:.0f} KB, {heaviest}")
        context.close()
    assert not too_heavy, "\n".join(too_heavy)
