"""What is done with recommendations: entered, corrected, planned in steps, proposed, judged, carried over.

Everything says who acts (`by`) and runs in one transaction with its line in the history and in the audit chain.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions import recommendation_lines as told
from evaluations.actions.exhibits import CLAIMED, add_exhibit
from evaluations.models import Exhibit, Recommendation, RecommendationStep
from evaluations.workflow import RECOMMENDATION
from opd import audit as trail
from opd.actions.ladder import local_day
from opd.actions.records import same
from opd.models import City, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus

#: What the secretariat writes down and may correct.
GIVEN = ("source", "reference", "text", "section", "question", "dimension", "opd", "due_on")
#: What goes along when a recommendation is carried to another year.
KEPT = ("city", "year", "number", *GIVEN, "sample")
FACTS = ("year", "for_year", "number", "source", "reference", "text", "section", "question", "dimension_id",
         "opd_id", "due_on", "status", "done_note")  # fmt: skip
#: The moves a person makes by a button; a whole year is carried at once.
BY_BUTTON = ("start", "propose", "return", "close", "drop", "reopen")


@transaction.atomic
def give(
    *, city: City, values: Mapping[str, Any], by: User, key: str | None = None, sample: bool = False
) -> Recommendation:
    """Write down a recommendation for an agency of the city and tell it; the same `key` returns the first one.

    `values`: GIVEN and `year`, the evaluated year it came from. It is shown in the evaluation worked on, or in the
    one after its own where that is not over yet. Raises PermissionDenied.
    """
    if not rules.may_keep_recommendations(by, city.pk) or values["opd"].city_id != city.pk:
        raise PermissionDenied
    if first := Recommendation.objects.made_with(key):
        return first
    City.objects.select_for_update().get(pk=city.pk)  # no two rows get the same number
    year = values["year"]
    rows = Recommendation.objects.of_city(city.pk).filter(year=year)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            row = Recommendation.objects.create(
                city=city,
                number=number,
                for_year=max(year + 1, city.evaluation_year),
                created_by=by,
                sample=sample,
                idempotency_key=key,
                **values,
            )
    except IntegrityError:  # two clicks at once: the other one made the row
        if first := Recommendation.objects.made_with(key):
            return first
        raise
    _event(row, "give", by)
    _audited(row, "given", by)
    told.told_given(row, by)
    return row


@transaction.atomic
def correct(*, pk: int, values: Mapping[str, Any], reason: str, version: int, by: User) -> Recommendation:
    """Correct what was written down and say why: words, owner, day, what it is about.

    Raises PermissionDenied, StaleVersion, and NotReady without a reason; what is saved already is no conflict.
    """
    row = _locked(pk)
    if not rules.may_correct_recommendation(by, row):
        raise PermissionDenied
    changed = [name for name in GIVEN if not same(getattr(row, name), values.get(name))]
    if not changed:
        return row
    if row.version != version:
        raise StaleVersion(row)
    if not reason.strip():
        raise NotReady([Problem(_("Write the reason first."), "#id_reason")])
    before, words, owner = _digest(row), {}, row.opd_id
    for name in changed:
        words[name] = [_said(getattr(row, name)), _said(values[name])]
        setattr(row, name, values[name])
    _saved(row)
    _event(row, "correct", by, note=reason.strip(), changes=words)
    _audited(row, "corrected", by, before=before, reason=reason.strip())
    if row.opd_id != owner:
        told.told_given(row, by)
    return row


@transaction.atomic
def move(*, pk: int, name: str, by: User, note: str = "", version: int | None = None) -> Recommendation:
    """Make a move of RECOMMENDATION; `version` is that of the text the person read.

    Raises PermissionDenied, WrongStatus, NotReady, and StaleVersion when it was corrected meanwhile. The same press
    twice is one move.
    """
    row, step, words = _locked(pk), RECOMMENDATION.moves[name], note.strip()
    last = row.events.filter(target=row.status).exclude(source=row.status).first()
    if last and row.status == step.target and (last.move, last.actor_id, last.note) == (name, by.pk, words):
        return row
    if version is not None and version != row.version and step.who(by, row) and row.status in step.sources:
        raise StaleVersion(row)
    before, now = _digest(row), clock.now()
    changes: dict[str, Any] = {"closed_at": None, "closed_by": None}
    if name == "propose":
        changes |= {"done_note": words, "proposed_at": now, "proposed_by": by}
    if name == "close":
        changes = {"closed_at": now, "closed_by": by}
    RECOMMENDATION.make(row, name, by=by, note=words, changes=changes)
    _audited(row, name, by, before=before, reason=words)
    told.told_moved(row, name, by)
    return row


@transaction.atomic
def carry_over(*, city: City, by: User) -> list[Recommendation]:
    """Carry what was not closed to the evaluation of the year worked on; return the new rows.

    A carried row keeps its words, steps and evidence; the new one begins with the steps not done and the evidence so
    far. Pressed twice, the second finds nothing left. Raises PermissionDenied.
    """
    if not rules.may_keep_recommendations(by, city.pk):
        raise PermissionDenied
    city = City.objects.select_for_update().get(pk=city.pk)
    rows = Recommendation.objects.of_city(city.pk).to_carry(city.evaluation_year).by_code()
    return [_carried(pk, city, by) for pk in list(rows.values_list("pk", flat=True))]


def _carried(pk: int, city: City, by: User) -> Recommendation:
    old = _locked(pk)
    before = _digest(old)
    RECOMMENDATION.make(old, "carry", by=by)
    told.settle(old)
    _audited(old, "carry", by, before=before)
    new = Recommendation.objects.create(
        **{name: getattr(old, name) for name in KEPT},
        for_year=city.evaluation_year,
        origin=old,
        created_by=by,
    )
    for step in old.steps.filter(done_on__isnull=True):
        new.steps.create(text=step.text, due_on=step.due_on)
    for piece in old.exhibits.for_list():
        kept = (*CLAIMED, "stored_file", "uploaded_by", "document", "terms")
        claims = {name: getattr(piece, name) for name in kept}
        new.exhibits.create(created_at=clock.now(), **claims)
    _event(new, "continue", by, note=_("From %(year)s.") % {"year": old.for_year})
    _audited(new, "continue", by)
    told.told_given(new, by)
    return new


# --- steps -----------------------------------------------------------------------------------------------------


@transaction.atomic
def plan_step(*, pk: int, text: str, due_on: date, by: User, key: str | None = None) -> RecommendationStep:
    """Write down a dated step; the owner's first one begins the follow-up. The same `key` returns the first step."""
    row = _with_owner(pk, by)
    if key and (first := row.steps.filter(idempotency_key=key).first()):
        return first
    step: RecommendationStep = row.steps.create(text=text, due_on=due_on, idempotency_key=key)
    _begun(row, by)
    _event(row, "step", by, note=text)
    _audited(row, "step", by, after=digest_of({"step": text, "due_on": due_on.isoformat()}))
    return step


@transaction.atomic
def mark_step(*, pk: int, step_pk: int, done: bool, by: User) -> RecommendationStep:
    """The owner says that a step is done, or that it is not; saying the same again changes nothing."""
    row = _locked(pk)
    if not rules.may_follow_up(by, row):
        raise PermissionDenied
    if not rules.may_work_on(by, row):
        raise WrongStatus
    step = row.steps.select_for_update().get(pk=step_pk)
    if (step.done_on is not None) == done:
        return step
    step.done_on = local_day(row.city, clock.now()) if done else None
    step.done_by = by if done else None
    step.version += 1
    step.save()
    _begun(row, by)
    _event(row, "step_done" if done else "step_open", by, note=step.text)
    _audited(row, "step_done" if done else "step_open", by, after=digest_of({"step": step.text}))
    return step


@transaction.atomic
def remove_step(*, pk: int, step_pk: int, by: User) -> None:
    """Take away a step that is not done; the history keeps that it was planned."""
    row = _with_owner(pk, by)
    step = row.steps.select_for_update().get(pk=step_pk)
    if step.done_on is not None:
        raise NotReady([Problem(_("A step that is done stays."))])
    _event(row, "step_off", by, note=step.text)
    _audited(row, "step_off", by, before=digest_of({"step": step.text}))
    step.delete()


@transaction.atomic
def add_evidence(*, row: Recommendation, by: User, **piece: Any) -> Exhibit:
    """Attach what closes it (the arguments of exhibits.add_exhibit); the owner's first piece begins the follow-up."""
    added = add_exhibit(answer=row, by=by, **piece)
    _begun(_locked(row.pk), by)
    return added


def _begun(row: Recommendation, by: User) -> None:
    if row.status == "open" and rules.may_follow_up(by, row):
        RECOMMENDATION.make(row, "start", by=by)


def _with_owner(pk: int, by: User) -> Recommendation:
    """The locked row while steps may be planned. Raises PermissionDenied, WrongStatus when it has gone on."""
    row = _locked(pk)
    if not (rules.may_follow_up(by, row) or rules.may_keep_recommendations(by, row.city_id)):
        raise PermissionDenied
    if not rules.may_plan_steps(by, row):
        raise WrongStatus
    return row


def _locked(pk: int) -> Recommendation:
    rows = Recommendation.objects.select_for_update(of=("self",))
    return rows.select_related("city", "opd", "dimension").get(pk=pk)


def _saved(row: Recommendation) -> None:
    row.version += 1
    row.updated_at = clock.now()
    row.save()


def _said(value: Any) -> str:
    """A value in words that stay true when the thing is renamed: an agency's short name, a code, a day."""
    return str(getattr(value, "short", None) or getattr(value, "code", None) or value or "")


def _digest(row: Recommendation) -> str:
    return digest_of({name: str(getattr(row, name)) for name in FACTS})


def _event(
    row: Recommendation, name: str, by: User, *, note: str = "", changes: dict[str, Any] | None = None
) -> None:
    row.events.create(
        move=name, source=row.status, target=row.status, actor=by, role=by.role_for(row), note=note,
        changes=changes or {}, at=clock.now(),
    )  # fmt: skip


def _audited(
    row: Recommendation, action: str, by: User, *, before: str = "", after: str = "", reason: str = ""
) -> None:
    trail.record(
        by=by,
        action=f"recommendation.{action}",
        obj=row,
        city_id=row.city_id,
        year=row.city.evaluation_year,
        before=before,
        after=after or _digest(row),
        reason=reason,
    )
