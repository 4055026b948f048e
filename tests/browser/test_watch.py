"""The watch itself: what a page does wrong must not pass unseen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.watch import Watch

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            "document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')",
            "policy: style-src",
        ),
        (
            "document.head.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "policy: script-src",
        ),
        ("setTimeout(() => { throw new Error('kaput') })", "script: .*kaput"),
        ("fetch('/tidak-ada/')", "404: GET .*/tidak-ada/"),
        ("console.error('salah')", "console: salah"),
    ],
    ids=["inline style", "inline script", "exception", "missing address", "console"],
)
def test_a_mistake_is_told(page_as: Callable[..., Page], watch: Watch, wrong: str, told: str) -> None:
    page = page_as("operator.disbudpar", "/quick-wins/")
    assert watch.mistakes == []
    page.evaluate(f"() => {{ {wrong} }}")
    page.wait_for_timeout(300)
    assert any(re.search(told, mistake) for mistake in watch.mistakes), watch.mistakes
    watch.mistakes.clear()
