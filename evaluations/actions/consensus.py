"""Agreeing on the scores: the lead begins, proposes with a reason, closes; a correction is a new revision.

Every action locks the window's row first: a proposal, a note that is being saved and the closing wait for each other.
"""

from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import consensus, minutes, rules
from evaluations.actions.steps import audit, locked_window, question_of
from evaluations.models import (
    EvaluationWindow,
    Proposal,
    Reconciliation,
    ReconciliationEvent,
    ReconciliationStatus,
    lead_of,
)
from evaluations.structure import QuestionFacts, structure_of
from evaluations.workflow import RECONCILIATION
from opd.models import User
from smartcity.lib import clock, decimals
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus, acting_role


@transaction.atomic
def begin(*, window: EvaluationWindow, by: User) -> Reconciliation:
    """Lay the scores side by side; a second press returns the first. Raises NotReady while somebody still scores."""
    window = _led(window, by)
    found = Reconciliation.objects.of_window(window).first()
    if found is not None:
        return found
    if problems := consensus.to_begin(window):
        raise NotReady(problems)
    return _new(window, 1, "", by)


@transaction.atomic
def propose(
    *, window: EvaluationWindow, code: str, value: Decimal | None, reason: str, version: int, by: User
) -> Proposal:
    """Write the consensus on one question: `value` None is the mean. `version` is the one read, 0 for the first.

    Raises PermissionDenied, WrongStatus once it is closed, StaleVersion with the proposal as it is now, and
    ValidationError for a value outside the rubric, finer than hundredths, or where nobody gave a score.
    """
    window = _led(window, by)
    question = question_of(window, code)
    reconciliation = _open(window)
    typed = Proposal(
        reconciliation=reconciliation, question_id=question.pk, value=value, reason=reason.strip()
    )
    typed.clean_fields(exclude=["reconciliation", "question"])
    row = reconciliation.proposals.filter(question=question.pk).first()
    if row is None and version == 0:
        row = Proposal(reconciliation=reconciliation, question_id=question.pk, version=0)
    elif row is None or row.version != version:
        if row is not None and (row.value, row.reason) == (typed.value, typed.reason):
            return row  # the same words arrived twice
        raise StaleVersion(row or Proposal(reconciliation=reconciliation, version=0))
    _check(window, reconciliation, question, value)
    row.value, row.reason, row.updated_at = typed.value, typed.reason, clock.now()
    row.version += 1
    row.save()
    reconciliation.version += 1
    reconciliation.updated_at = row.updated_at
    reconciliation.save(update_fields=["version", "updated_at"])
    # No digest and no value in the trail: it would tell the city what is not published yet.
    audit(window, "consensus.propose", by, row)
    return row


@transaction.atomic
def close(*, window: EvaluationWindow, version: int, by: User) -> Reconciliation:
    """Close the consensus: number, digest, frozen. `version` is the one the lead has read; pressed twice it is one.

    Raises StaleVersion when a proposal changed since, NotReady with the questions that still need a reason.
    """
    window = _led(window, by)
    newest = Reconciliation.objects.of_window(window).first()
    if newest is not None and newest.status == ReconciliationStatus.CLOSED and newest.version == version + 1:
        return newest  # a second press, a lost answer
    reconciliation = _open(window)
    if reconciliation.version != version:
        raise StaleVersion(reconciliation)
    number = f"KP-{window.year}-{window.pk:04d}-{reconciliation.revision}"
    if problems := consensus.to_close(window, reconciliation):
        raise NotReady(problems)
    payload = minutes.payload_of(reconciliation, number)
    changes = {
        "closed_at": clock.now(),
        "number": number,
        "payload": payload,
        "digest": digest_of(payload),
    }
    RECONCILIATION.make(reconciliation, "close", by=by, changes=changes)
    audit(window, "consensus.close", by, reconciliation, after=reconciliation.digest)
    return reconciliation


@transaction.atomic
def correct(*, window: EvaluationWindow, reason: str, by: User) -> Reconciliation:
    """Begin a new revision with a reason; it holds the proposals of the closed one, which stays as it is."""
    window = _led(window, by)
    newest = Reconciliation.objects.of_window(window).first()
    if newest is None or newest.status != ReconciliationStatus.CLOSED:
        raise WrongStatus
    if not reason.strip():
        raise NotReady([Problem(_("Write the reason first."), "#note")])
    made = _new(window, newest.revision + 1, reason.strip(), by)
    Proposal.objects.bulk_create(
        Proposal(reconciliation=made, question_id=row.question_id, value=row.value, reason=row.reason)
        for row in newest.proposals.order_by("pk")
    )
    return made


def _led(window: EvaluationWindow, by: User) -> EvaluationWindow:
    """The window's row, locked, for its lead; anybody else is refused."""
    window = locked_window(window)
    if not rules.may_lead(by, window, lead_of(window), clock.now()):
        raise PermissionDenied
    return window


def _open(window: EvaluationWindow) -> Reconciliation:
    """The revision that is being agreed."""
    found = Reconciliation.objects.of_window(window).open().select_for_update().first()
    if found is None:
        raise WrongStatus
    found.window = window
    return found


def _new(window: EvaluationWindow, revision: int, reason: str, by: User) -> Reconciliation:
    made = Reconciliation(window=window, revision=revision, reason=reason, begun_by=by, sample=window.sample)
    made.clean_fields(exclude=["window", "begun_by", "payload"])
    made.save(force_insert=True)
    name = "begin" if revision == 1 else "correct"
    ReconciliationEvent.objects.create(
        reconciliation=made,
        move=name,
        target=made.status,
        actor=by,
        role=acting_role(by, made),
        note=reason,
        at=clock.now(),
    )
    audit(window, f"consensus.{name}", by, made, reason=reason)
    return made


def _check(
    window: EvaluationWindow, reconciliation: Reconciliation, question: QuestionFacts, value: Decimal | None
) -> None:
    """A consensus lies on the rubric's scale, in hundredths at most, and only where a score was given."""
    if not question.scored:
        raise PermissionDenied
    if value is None:
        return
    steps = structure_of(window.instrument).allowed_scores(question)
    line = next(row for row in consensus.lines(window, reconciliation) if row.question.pk == question.pk)
    if line.mean is None:
        raise ValidationError({"value": _("Nobody gave a score here, so there is nothing to agree on.")})
    if not min(steps) <= value <= max(steps) or value != value.quantize(consensus.EVEN):
        text = _("Write a value from %(low)s to %(high)s with at most two decimals, for example 2,5.")
        raise ValidationError(
            {"value": text % {"low": min(steps), "high": decimals.exact(Decimal(max(steps)))}}
        )
