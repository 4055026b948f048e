"""The stories' stage: the seeded city, the portal on a port, and a watched Chromium.

`page_as("operator.disbudpar", "/workspace/")` opens a page as that account; a story fails
when any of its pages had an error. A phone, the dark theme or no JavaScript are arguments.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django import DjangoDbBlocker

from opd.models import User
from tests.browser.city import SeededCity
from tests.browser.server import Server, collect, static_settings
from tests.browser.watch import Watch

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]
PATIENCE = 15_000  # milliseconds: two cores are shared with the rest of the suite


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all stories.

    Playwright keeps an event loop in this thread; Django would take it for asynchronous code and refuse the
    database, so it is told otherwise for as long as the loop is there.
    """
    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def seeded_city(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> SeededCity:
    """The demonstration, lived through once for all stories."""
    city = SeededCity(tmp_path_factory.mktemp("city"))
    with django_db_blocker.unblock():
        city.seed()
    return city


@pytest.fixture(scope="session")
def static_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as production serves them."""
    folder = tmp_path_factory.mktemp("static")
    collect(folder)
    return folder


@pytest.fixture(scope="session")
def server(django_db_setup: None, static_folder: Path) -> Iterator[Server]:
    """The portal, listening."""
    made = Server(static_folder)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def portal(
    server: Server,
    seeded_city: SeededCity,
    static_folder: Path,
    transactional_db: None,
    private_files: Path,
    settings: Any,
) -> Iterator[str]:
    """The portal's address, with the seeded city in it; the next story finds the city untouched."""
    for name, value in static_settings(static_folder).items():
        setattr(settings, name, value)
    seeded_city.put_back(settings.PORTAL_EVIDENCE_ROOT)
    yield server.url
    seeded_city.clear()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the browsers of this story complain about; anything that was not allowed fails the story."""
    made = Watch()
    yield made
    assert made.mistakes == []


@pytest.fixture
def open_browser(chromium: Browser, portal: str, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """Return a function that opens another browser: its own cookies, its own memory."""
    opened: list[BrowserContext] = []

    def open_one(
        *, width: int = 1280, height: int = 900, script: bool = True, **options: Any
    ) -> BrowserContext:
        context = chromium.new_context(
            base_url=portal,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale="id-ID",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture
def page_as(open_browser: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """Return a function that opens a page of the portal as an account of the demonstration."""

    def open_page(username: str, path: str = "/", **options: Any) -> Page:
        context = open_browser(**options)
        sign_in(context, username)
        page = context.new_page()
        page.goto(path)
        return page

    return open_page


def sign_in(context: BrowserContext, username: str) -> None:
    """Give the browser a session of the account, without the form (its own story tries the form)."""
    client = Client()
    client.force_login(User.objects.get(username=username))
    name = django_settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "domain": "127.0.0.1", "path": "/"}
    context.add_cookies([cookie])  # type: ignore[list-item]
