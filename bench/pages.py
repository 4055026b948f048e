"""Calling pages without a server: the WSGI handler in this process, with a cookie of somebody signed in."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from opd.models import User

TOKEN = "a" * 32  # of the CSRF cookie and header, which only have to agree

# What a project has that django-admin startproject made: the middleware of the baselines that need a login.
USUAL = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


class _BaselineRequest(WSGIRequest):
    urlconf = "bench.baselines.urls"


class _PlanBaselineRequest(WSGIRequest):
    urlconf = "bench.baselines.plan_urls"


def handler(
    middleware: Sequence[str] | None = None, *, baseline: bool = False, plan: bool = False
) -> WSGIHandler:
    """The portal's handler, or one with other middleware and the baselines' addresses (of the plan: `plan`)."""
    before = settings.MIDDLEWARE
    settings.MIDDLEWARE = before if middleware is None else list(middleware)
    try:
        made = WSGIHandler()
    finally:
        settings.MIDDLEWARE = before
    if baseline:
        made.request_class = _PlanBaselineRequest if plan else _BaselineRequest
    return made


class Visitor:
    """Somebody signed in, in the database of the moment."""

    def __init__(self, user: User) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        self.cookie = f"sessionid={session.session_key}; csrftoken={TOKEN}"

    def get(self, at: WSGIHandler, path: str) -> bytes:
        """Return the body of a page. Raises AssertionError when the answer is not 200."""
        return self._call(at, path, "GET", b"", "200")

    def post(self, at: WSGIHandler, path: str, values: dict[str, Any], *, expect: str = "302") -> bytes:
        return self._call(at, path, "POST", urlencode(values).encode(), expect)

    def _call(self, at: WSGIHandler, path: str, method: str, body: bytes, expect: str) -> bytes:
        address, _, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": address, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "HTTP_COOKIE": self.cookie,
            "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "HTTP_X_CSRFTOKEN": TOKEN,
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "REMOTE_ADDR": "127.0.0.1",
        }  # fmt: skip
        status = []
        response = at(environ, lambda line, headers: status.append(line))
        content = b"".join(response)
        response.close()
        assert status[0].startswith(expect), f"{method} {path}: {status[0]}"
        return content


@dataclass
class Sql:
    """The statements of a stretch of code and the milliseconds the database took, waiting included."""

    statements: int = 0
    ms: float = 0.0


@contextmanager
def sql_of() -> Iterator[Sql]:
    """Count and time every statement of the block."""
    import time

    seen = Sql()

    def timing(execute: Any, *args: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(*args)
        finally:
            seen.statements += 1
            seen.ms += (time.perf_counter() - start) * 1000

    with connection.execute_wrapper(timing):
        yield seen


def statements_of(call: Any) -> int:
    """How many statements one call makes, savepoints included."""
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)
