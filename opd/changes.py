"""What changed between two submissions (payloads in, rows out).

The base is the submission that was decided before: every one is verified or returned before the next can
arrive, so it is what the reviewers last looked at, whoever of them it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opd.completeness import FIELDS, Field


@dataclass(frozen=True)
class Change:
    """One field that differs between two payloads; evidence changes name the pieces."""

    field: str
    before: str
    after: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def between(before: dict[str, Any], after: dict[str, Any], fields: Iterable[Field] = FIELDS) -> list[Change]:
    """Return the `fields` that differ between two payloads, in the order of the form."""
    found = []
    for field in fields:
        if field.name == "evidence":
            found += _evidence(before, after)
            continue
        old, new = before["values"].get(field.name, ""), after["values"].get(field.name, "")
        if old != new:
            found.append(Change(field.name, old, new))
    return found


def _evidence(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """A piece is new when its id is new, and changed when what is claimed about it changed.

    That somebody confirmed a document since is no change of what the record claims.
    """
    old, new = _claims(before), _claims(after)
    added = tuple(piece["title"] for pk, piece in new.items() if old.get(pk) != piece)
    removed = tuple(piece["title"] for pk, piece in old.items() if pk not in new)
    return [Change("evidence", "", "", added, removed)] if added or removed else []


def _claims(payload: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {
        piece["id"]: {name: value for name, value in piece.items() if name != "still_valid"}
        for piece in payload["evidence"]
    }
