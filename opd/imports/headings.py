"""From what stands above a column to a field: many wordings, none guessed.

A heading is known when its letters and digits are those of a wording in `fields.py`, with a year where the field has
one for each year. A unit in brackets is ignored; a scale such as "(juta Rp)" is not: the figures would be a million
times too small.
"""

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache

from opd.imports.fields import RUNNING_NUMBERS, Kind, field_of, fields_of
from smartcity.lib.spreadsheets import key_of

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_YEAR_WORDS = re.compile(r"\btahun\s+anggaran\b|\btahun\b|\bthn\b|\bth\b|\bta\b|\bt\.a\.?", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_UNIT = re.compile(r"\b(?:rp|rupiah|idr)\b\.?|%", re.IGNORECASE)
_NOT_A_UNIT = re.compile(
    r"ribu|juta|mil[iy]ar|tril[iy]un|000|[0-9]|kode|pendukung|mitra|realisasi|target|awal|akhir|mulai|selesai",
    re.IGNORECASE,
)
_QUARTER = re.compile(r"(?:tw|triwulan|trw|kuartal|kwartal|triw|q)(iv|i{1,3}|[1-4])")
_ROMAN = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
_MONEY = re.compile(r"keuangan|anggaran|belanja|biaya|serapan|pendanaan|dana|pagu")
_SAFE_BELOW_MONEY = frozenset({"budget", "fund_source", "sub_activity_code"})
_CLOSE = 0.82


def resolve(parts: Sequence[str], kind: Kind, year: int) -> str | None:
    """Return the field a heading means, "target_2022", or None. Without a year, `year` is meant."""
    whole = _resolve_text(" ".join(parts), kind, year)
    if whole or len(parts) < 2:
        return whole
    return _resolve_child(parts, kind, year)


def is_running_number(parts: Sequence[str]) -> bool:
    """Tell whether a column only counts the rows."""
    return key_of(" ".join(parts)) in RUNNING_NUMBERS


def guess(parts: Sequence[str], kind: Kind, year: int) -> str:
    """Return the field a misspelt heading probably means, or "". To be offered, never taken."""
    text = " ".join(parts)
    found = _YEAR.search(text)
    key = key_of(_YEAR_WORDS.sub(" ", _YEAR.sub(" ", _without_units(text))))
    close = get_close_matches(key[:60], list(_wordings(kind)), 1, _CLOSE) if key else []
    return _named(_wordings(kind)[close[0]], kind, int(found[1]) if found else year) if close else ""


def _resolve_text(text: str, kind: Kind, year: int) -> str | None:
    wordings = _wordings(kind)
    for variant in (text, _without_units(text)):
        key = key_of(variant)
        if key in wordings:
            return _named(wordings[key], kind, year)
        if kind == Kind.QUICK_WIN and (quarter := _quarter(key)):
            return quarter
        found = _YEAR.search(variant)
        bare = key_of(_YEAR_WORDS.sub(" ", _YEAR.sub(" ", variant)))
        field = wordings.get(bare)
        # A quick win is of one year; its "Target 2022" is its target. Elsewhere a year belongs to a yearly field.
        takes_year = field and (kind == Kind.QUICK_WIN or _is_yearly(field, kind))
        if field and takes_year and (found or bare != key):
            return _named(field, kind, int(found[1]) if found else year)
    return None


def _resolve_child(parts: Sequence[str], kind: Kind, year: int) -> str | None:
    """Return what the lower part of a two-row heading means by itself, where its parent only groups.

    "Kinerja / Satuan" is the unit; "Keuangan / Realisasi" is money spent and no field, "Target / TW I" neither.
    """
    child = _resolve_text(parts[-1], kind, year)
    parent = _resolve_text(parts[0], kind, year)
    if child is None or _quarter(key_of(parts[-1])):
        return child if child and parent == "schedule" else None
    base = _base(child, kind)
    if _MONEY.search(key_of(parts[0])):
        return child if base in _SAFE_BELOW_MONEY else None
    if parent and _is_figure(parent, kind):
        return None
    return _with_parents_year(child, parts[0], kind)


def _with_parents_year(child: str, parent: str, kind: Kind) -> str:
    found = _YEAR.search(parent)
    return _named(_base(child, kind), kind, int(found[1])) if found else child


def _quarter(key: str) -> str | None:
    match = _QUARTER.search(key)
    if match is None or match.end() != len(key):
        return None
    rest = key[: match.start()]
    number = _ROMAN.get(match[1], match[1])
    return f"schedule_q{number}" if not rest or _wordings(Kind.QUICK_WIN).get(rest) == "schedule" else None


def _without_units(text: str) -> str:
    kept = _BRACKETS.sub(lambda match: match[0] if _NOT_A_UNIT.search(match[1]) else " ", text)
    return (
        _UNIT.sub(" ", kept)
        if not re.search(r"ribu|juta|mil[iy]ar|tril[iy]un|000", kept, re.IGNORECASE)
        else kept
    )


def _base(name: str, kind: Kind) -> str:
    return field_of(kind, name)[0].name


def _is_yearly(base: str, kind: Kind) -> bool:
    return any(field.name == base and field.per_year for field in fields_of(kind))


def _is_figure(name: str, kind: Kind) -> bool:
    return field_of(kind, name)[0].type in ("number", "percent", "money")


def _named(base: str, kind: Kind, year: int) -> str:
    return f"{base}_{year}" if _is_yearly(base, kind) else base


@cache
def _wordings(kind: Kind) -> dict[str, str]:
    """Return key -> field, the first to claim a wording keeping it: a field's own heading before any synonym."""
    wordings: dict[str, str] = {}
    for field in fields_of(kind):
        wordings.setdefault(key_of(field.header), field.name)
    for field in fields_of(kind):
        for heading in (field.name, *field.headings):
            wordings.setdefault(key_of(heading), field.name)
    return wordings
