"""Saving a filled workbook: every row by the rule of the sheet, all of them or none."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import transaction

from evaluations import rules
from evaluations.actions.panel import save_score
from evaluations.actions.steps import TooLate, audit, locked_seat
from evaluations.models import LateEntry, Seat
from evaluations.structure import structure_of
from opd.models import User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion


class ScoreRow(Protocol):
    """A row to save: the question, what is given, and the version of the score it was compared with."""

    @property
    def code(self) -> str: ...
    @property
    def value(self) -> int | None: ...
    @property
    def remark(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def version(self) -> int: ...


class Overtaken(Exception):
    """A score was saved elsewhere since the rows were looked at; nothing of the workbook was saved."""

    def __init__(self, codes: Collection[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


def save_scores(*, seat: Seat, rows: Sequence[ScoreRow], by: User) -> int:
    """Save the rows of a workbook in one transaction and return how many.

    Raises Overtaken (nothing is saved), PermissionDenied, ValidationError, WrongStatus after the hand-in; TooLate when
    the window does not accept scores any more: then every row is in the late box, once, as from the sheet.
    """
    with transaction.atomic():
        locked, now = locked_seat(seat), clock.now()
        if locked.window.accepts_scores(now):
            _save_all(locked, rows, by, now)
            audit(locked.window, "seat.workbook", by, locked)  # no digest: it would tell what was given
            return len(rows)
    return _keep_late(seat, rows, by)


def note_taken(*, seat: Seat, by: User) -> None:
    """Write down that the assessor took the workbook along. Raises PermissionDenied."""
    if not rules.may_look(by, seat, clock.now()):
        raise PermissionDenied
    with transaction.atomic():
        audit(seat.window, "seat.workbook_taken", by, seat)


def _save_all(seat: Seat, rows: Sequence[ScoreRow], by: User, now: datetime) -> None:
    """One moment for all rows: the window cannot close in the middle, its row is locked."""
    overtaken = []
    for row in rows:
        try:
            save_score(
                seat=seat, question_code=row.code, value=row.value, remark=row.remark, reason=row.reason,
                version=row.version, by=by, now=now,
            )  # fmt: skip
        except StaleVersion:
            overtaken.append(row.code)
    if overtaken:
        raise Overtaken(overtaken)


def _keep_late(seat: Seat, rows: Sequence[ScoreRow], by: User) -> int:
    """Offer each row as the sheet would; the refusal of the last one is told. A second press keeps nothing twice."""
    refusal: TooLate | None = None
    questions = structure_of(seat.window.instrument).questions
    kept = {
        (late.question_id, late.value, late.remark, late.reason)
        for late in LateEntry.objects.filter(window=seat.window, user=by)
    }
    for row in rows:
        if (questions[row.code].pk, row.value, row.remark, row.reason) in kept:
            continue
        try:
            save_score(
                seat=seat, question_code=row.code, value=row.value, remark=row.remark, reason=row.reason,
                version=row.version, by=by,
            )  # fmt: skip
        except TooLate as late:
            refusal = late
    if refusal is None:
        first = LateEntry.objects.filter(window=seat.window, user=by).first()
        refusal = TooLate(seat.window, clock.now(), first)
    raise refusal
