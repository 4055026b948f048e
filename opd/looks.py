"""What a reviewer saw last, and what changed since (payloads in, rows out)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from opd.completeness import FIELDS
from opd.models import Look, QuickWin, Submission, User
from smartcity.lib import clock


@dataclass(frozen=True)
class Change:
    """One field that differs between two payloads; evidence changes name the pieces."""

    field: str
    before: str
    after: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@transaction.atomic
def look_at(user: User, quick_win: QuickWin, submission: Submission) -> Look:
    """Remember that the person saw `submission`. Opening the page again keeps the same base."""
    look, created = Look.objects.select_for_update().get_or_create(
        user=user, quick_win=quick_win, defaults={"current": submission, "at": clock.now()}
    )
    if not created and look.current_id != submission.pk:
        look.previous, look.previous_at = look.current, look.at
        look.current, look.at = submission, clock.now()
        look.save()
    return look


def seen_at(look: Look) -> datetime | None:
    """When the base of the comparison was seen; None at the first look."""
    return look.previous_at


def changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Return the fields that differ between two payloads, in the order of the form."""
    found = []
    for field in FIELDS:
        if field.name == "evidence":
            found += _evidence_changes(before, after)
            continue
        old, new = before["values"].get(field.name, ""), after["values"].get(field.name, "")
        if old != new:
            found.append(Change(field.name, old, new))
    return found


def _evidence_changes(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """A piece is new when its id is new, and changed when what is claimed about it changed."""
    old = {piece["id"]: piece for piece in before["evidence"]}
    new = {piece["id"]: piece for piece in after["evidence"]}
    added = tuple(piece["title"] for pk, piece in new.items() if old.get(pk) != piece)
    removed = tuple(piece["title"] for pk, piece in old.items() if pk not in new)
    return [Change("evidence", "", "", added, removed)] if added or removed else []
