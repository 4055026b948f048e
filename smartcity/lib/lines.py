"""Long tables: the template of a line is drawn once, then filled in for each row like a form letter.

A template that is run for each of fifty rows is most of what a list page costs. Here it is run once, with a mark
in the place of each value; every row then costs an escape and a join. So a line's template decides nothing:
what differs between rows comes as a value, already drawn when it is more than text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from html import escape
from typing import NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_MARK = re.compile("\x02([a-z_]+)\x03")


def draw(template: str, rows: Iterable[Mapping[str, str]]) -> SafeString:
    """Return the lines of `rows`, each drawn by `template` as `row`; text is escaped, safe strings are kept.

    All rows have the same keys. Raises TypeError when the template asks whether a value is there.
    """
    rows = list(rows)
    if not rows:
        return SafeString()
    pieces = _pieces(template, tuple(rows[0]))
    return mark_safe("".join(_fill(pieces, row) for row in rows))  # noqa: S308 - each value is escaped in _fill


def letter(template: str, *names: str) -> Callable[[Mapping[str, str]], SafeString]:
    """Return what draws one row after another: for cells of several kinds that come in any order.

    Every row has at least `names`. The template is asked for once, not for each cell; it speaks the language of the
    moment, so a letter is kept no longer than a page.
    """
    pieces = _pieces(template, names)
    return lambda row: mark_safe(_fill(pieces, row))  # noqa: S308 - each value is escaped in _fill


def _pieces(template: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return _drawn(template, names) if settings.DEBUG else _kept(template, names, get_language())


def _fill(pieces: tuple[str, ...], row: Mapping[str, str]) -> str:
    filled = list(pieces)
    for place in range(1, len(pieces), 2):
        value = row[pieces[place]]
        filled[place] = value if isinstance(value, SafeString) else escape(value)
    return "".join(filled)


@lru_cache(maxsize=64)
def _kept(template: str, names: tuple[str, ...], language: str | None) -> tuple[str, ...]:
    return _drawn(template, names)


def _drawn(template: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fixed text and the names between, in turn."""
    text = render_to_string(template, {"row": {name: _Mark(name) for name in names}})
    return tuple(_MARK.split(text))


class _Mark:
    """Stands for a value that is not known yet."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __html__(self) -> str:
        return f"\x02{self.name}\x03"

    __str__ = __html__

    def __bool__(self) -> NoReturn:
        raise TypeError(
            f"The template of a line cannot decide by {self.name}: let the view hand it over drawn."
        )
