"""Reading a page as a person does: its cells, their numbers, and the lists they lead to."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.test import Client


@dataclass
class Link:
    """A link of the page: where it leads, and all it says, hidden words included."""

    url: str
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The links of a page, each with the id of the heading of its panel."""

    links: list[tuple[str, Link]] = field(default_factory=list)
    panel: str = ""
    open: Link | None = None

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "section":
            self.panel = named.get("aria-labelledby") or ""
        if tag == "a":
            self.open = Link(named.get("href") or "")
            self.links.append((self.panel, self.open))

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self.open = None
        if tag == "section":
            self.panel = ""

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open.text += data

    def of(self, panel: str) -> list[Link]:
        """The links of a panel."""
        return [link for there, link in self.links if there == panel]


def read(client: Client, url: str) -> Page:
    """Fetch a page and read its links."""
    page = Page()
    page.feed(client.get(url).content.decode())
    return page


def rows_behind(client: Client, url: str) -> int:
    """How many rows a list shows: the number it says it has, checked against its lines."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    html = answer.content.decode()
    said = re.search(r"(\d+) program yang dapat Anda lihat", html)
    lines = html.count('<th role="rowheader" scope="row">')
    assert said is not None, url
    assert int(said[1]) == lines, url
    return lines
