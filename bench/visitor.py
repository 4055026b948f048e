"""A person at a keyboard, over HTTP: cookies, forms, and how long every answer took. Standard library only."""

import http.client
import json
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Refused(Exception):
    """An answer that is not the one a person waits for."""


@dataclass
class Answer:
    status: int
    body: str
    location: str

    def json(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.body)
        return found


@dataclass
class Seconds:
    """How long answers took, by the name of what was asked; shared by many people."""

    by_name: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def worst_of(self, name: str, share: float) -> float:
        """The value that `share` of the answers (0.95: 95 of 100) did not exceed, in seconds."""
        values = sorted(self.by_name[name])
        return values[min(len(values) - 1, int(share * len(values)))]


class Person:
    """One browser at 127.0.0.1: a connection a request, as behind a proxy that keeps none."""

    def __init__(self, port: int, seconds: Seconds) -> None:
        self.port, self.seconds, self.cookies = port, seconds, SimpleCookie()

    def get(self, path: str, name: str) -> str:
        """Open a page and return its HTML; a redirect or an error is Refused."""
        answer = self._ask("GET", path, name)
        if answer.status != 200:
            raise Refused(f"{name}: {answer.status} for {path}")
        return answer.body

    def post(
        self, path: str, name: str, values: dict[str, str], *, page: str, autosave: bool = False
    ) -> Answer:
        """Send a form of `page`; 200 and a redirect are what a person waits for."""
        found = TOKEN.search(page)
        if found is None:
            raise Refused(f"{name}: the page holds no form")
        headers = {"X-Requested-With": "autosave"} if autosave else {}
        body = urlencode({"csrfmiddlewaretoken": found[1], **values})
        answer = self._ask("POST", path, name, body=body, headers=headers)
        if answer.status not in (200, 302):
            raise Refused(f"{name}: {answer.status} for {path}")
        return answer

    def sign_in(self, username: str, password: str) -> None:
        page = self.get("/accounts/login/", "sign-in page")
        answer = self.post(
            "/accounts/login/", "sign-in", {"login": username, "password": password}, page=page
        )
        if answer.status != 302:
            raise Refused(f"sign-in: {username} was not let in")

    def _ask(
        self,
        method: str,
        path: str,
        name: str,
        *,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        sent = {"Cookie": "; ".join(f"{key}={value.value}" for key, value in self.cookies.items())}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.monotonic()
        try:
            line.request(method, path, body=body, headers={**sent, **(headers or {})})
            response = line.getresponse()
            text = response.read().decode()
        except OSError as broken:
            raise Refused(f"{name}: {broken}") from broken
        finally:
            line.close()
        self.seconds.by_name[name].append(time.monotonic() - start)
        for cookie in response.headers.get_all("Set-Cookie") or ():
            self.cookies.load(cookie)
        return Answer(response.status, text, response.headers.get("Location", ""))
