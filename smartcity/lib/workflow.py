"""The one door through which a status changes.

A workflow is a table of moves a city official could read. `make` is the only writer of a status: it
locks the row, asks who, when and what is missing, writes the event and the status, or changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from smartcity.lib import clock


@dataclass(frozen=True)
class Problem:
    """One thing that is missing: a sentence, and the anchor (`#field` or address) of its cure."""

    text: str | Promise
    anchor: str = ""


class NotReady(Exception):
    """The person may, but something is missing; `problems` says what."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem.text) for problem in problems))


class WrongStatus(Exception):
    """The row is not where the person thought: somebody was first. The text is for the person."""

    def __init__(self) -> None:
        super().__init__(
            _("This step was already taken by someone else. Look at the history, then continue. [WF-FIRST]")
        )


def _nothing(obj: Any, note: str) -> list[Problem]:
    return []


@dataclass(frozen=True)
class Move:
    """One row of the table: from where, to where, who may, and what may be missing.

    `needs_note` demands a reason; `takes_note` offers the box and leaves the demand to `missing`. `label_for` gives
    the words on the button where they depend on who presses it.
    """

    name: str
    sources: frozenset[str]
    target: str
    who: Callable[[Any, Any], bool]
    label: str | Promise
    past: str | Promise
    missing: Callable[[Any, str], list[Problem]] = _nothing
    needs_note: bool = False
    takes_note: bool = False
    tone: str = "quiet"
    label_for: Callable[[Any, Any], str | Promise] | None = None


@dataclass(frozen=True)
class Offer:
    """A move shown to a person under `label`; `problems` disables its button and gives the reasons."""

    move: Move
    label: str | Promise
    problems: list[Problem] = field(default_factory=list)


class Workflow:
    """A table of moves over one aggregate's `status`."""

    def __init__(self, *moves: Move) -> None:
        self.moves = {move.name: move for move in moves}

    def offered_to(self, user: Any, obj: Any) -> list[Offer]:
        """Return what the person may do from here; the note is asked when the move is made."""
        possible = (
            move for move in self.moves.values() if obj.status in move.sources and move.who(user, obj)
        )
        return [
            Offer(move, move.label_for(user, obj) if move.label_for else move.label, move.missing(obj, "-"))
            for move in possible
        ]

    @transaction.atomic
    def make(
        self, obj: Any, name: str, *, by: Any, note: str = "", changes: dict[str, Any] | None = None
    ) -> Any:
        """Make the move and return its event, or raise WrongStatus, PermissionDenied or NotReady.

        `changes` are columns that belong to the move (for example `verified_at`) and are written with it.
        """
        move = self.moves[name]
        obj.refresh_from_db(from_queryset=type(obj)._base_manager.select_for_update())
        if not move.who(by, obj):
            raise PermissionDenied
        if obj.status not in move.sources:
            raise WrongStatus
        problems = move.missing(obj, note)
        if move.needs_note and not note.strip():
            problems = [*problems, Problem(_("Write the reason first."), "#note")]
        if problems:
            raise NotReady(problems)
        event: Any = obj.events.create(
            move=name,
            source=obj.status,
            target=move.target,
            actor=by,
            role=acting_role(by, obj),
            note=note,
            at=clock.now(),
        )
        obj.status = move.target
        for column, value in (changes or {}).items():
            setattr(obj, column, value)
        obj.save(update_fields=["status", *_versioned(obj), *(changes or {})])
        return event


def acting_role(by: Any, obj: Any) -> str:
    """The role in which a person acts on a thing, for the history; a system user acts in none."""
    return by.role_for(obj) if by is not None else ""


def _versioned(obj: Any) -> Iterable[str]:
    """A move changes the row, so whoever still edits the old version must be told."""
    if not hasattr(obj, "version"):
        return ()
    obj.version += 1
    return ("version",)
