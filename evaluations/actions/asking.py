"""Asking the city: an assessor's doubt becomes an item of the desk.

How the 24 hours and the window fit together: an item always has its 24 hours, and nothing is accepted after the
window closed. So questions are taken until 24 hours before it closes; later ones are refused with that sentence
instead of being given less time. An extension of an item stays inside the window, too; `due_at <= closes_at` holds
for every item, because a window only ever closes later. The reviewer may extend the window first.
"""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions import desk_alerts
from evaluations.actions.steps import TooLate, audit, locked_seat, question_of
from evaluations.models import Clarification, EvaluationWindow, Seat, SnapshotItem
from evaluations.models.clarification import SPAN
from evaluations.structure import QuestionFacts
from opd.models import Membership, Opd, Role, User
from smartcity.lib import clock
from smartcity.lib.dates import wib
from smartcity.lib.models import digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus


@transaction.atomic
def ask(
    *, seat: Seat, question_code: str, text: str, by: User, key: str | None = None, sample: bool = False
) -> Clarification:
    """Ask the city about a question of the seat's own areas; the same idempotency `key` returns the first item.

    Raises PermissionDenied, WrongStatus after the hand-in, TooLate outside the window, NotReady when no 24 hours are
    left or nothing was written.
    """
    question = question_of(seat.window, question_code)
    seat = locked_seat(seat, area=question.area)
    now = clock.now()
    if not question.scored or not rules.may_score(by, seat, seat.covers, now):
        raise PermissionDenied
    if key and (first := seat.clarifications.filter(idempotency_key=key).first()):
        return first
    if not seat.window.accepts_scores(now):
        raise TooLate(seat.window, now, None)
    if not rules.may_ask(by, seat, seat.covers, now):
        raise WrongStatus
    owner = proposed_owner(seat.window, question)
    if problems := _missing_question(seat.window, text, owner, now):
        raise NotReady(problems)
    assert owner is not None  # _missing_question has said so otherwise
    item = Clarification(
        seat=seat,
        window=seat.window,
        question_id=question.pk,
        opd=owner,
        text=text.strip(),
        asked_at=now,
        due_at=now + SPAN,
        sample=sample,
        idempotency_key=key,
    )
    item.clean_fields(exclude=["seat", "window", "question", "opd"])
    item.save(force_insert=True)
    item.events.create(move="ask", target=item.status, actor=by, role=by.role_for(item), at=now)
    audit(item.window, "clarification.ask", by, item, after=digest_of({"text": item.text}))
    desk_alerts.tell(item)
    return item


def last_moment_to_ask(window: EvaluationWindow) -> datetime:
    """Until when, itself included, a question still gets its 24 hours inside the window."""
    return window.closes_at - SPAN


def proposed_owner(window: EvaluationWindow, question: QuestionFacts) -> Opd | None:
    """The agency a doubt goes to: the one that was asked for the answer, the one whose frozen quick win it is about.

    Where neither is known, the secretariat.
    """
    asked = window.answers.filter(question=question.pk, opd__isnull=False).select_related("opd").first()
    if asked is not None and asked.opd is not None:
        return asked.opd.now() or asked.opd
    snapshot = window.snapshot()
    if snapshot is not None and question.dimension:
        frozen = snapshot.items.of_kind(SnapshotItem.Kind.QUICK_WIN).payloads()
        owners = [
            payload["opd"]["id"]
            for _code, payload in sorted(frozen.items(), key=lambda row: _rank(row[1], question))
            if payload["dimension"]["code"] == question.dimension
        ]
        if opd := Opd.objects.filter(pk__in=owners[:1]).first():
            return opd.now() or opd
    return secretariat_of(window)


def _rank(payload: dict[str, Any], question: QuestionFacts) -> bool:
    """Of several quick wins of a dimension the one of the question's sub-dimension comes first."""
    return not question.sub_dimension or payload["dimension"]["sub_code"] != question.sub_dimension


def secretariat_of(window: EvaluationWindow) -> Opd | None:
    """The reviewers' agency (Kominfo): it answers what belongs to no single agency, or passes it on."""
    held = (
        Membership.objects.valid_now()
        .of_roles([Role.REVIEWER])
        .filter(city=window.city_id, opd__isnull=False)
    )
    first = held.select_related("opd").order_by("pk").first()
    return first.opd if first else None


def _missing_question(window: EvaluationWindow, text: str, owner: Opd | None, now: datetime) -> list[Problem]:
    problems = []
    if not text.strip():
        problems.append(Problem(_("Write what is not clear."), "#id_text"))
    if now > last_moment_to_ask(window):
        sentence = _(
            "The city has 24 hours to answer, and the window closes on %(closes)s. Questions were taken until "
            "%(last)s. Write your doubt into the remark, or ask the reviewer to extend the window. [KL-SPAN]"
        )
        zone = window.city.timezone
        facts = {"closes": wib(window.closes_at, zone), "last": wib(last_moment_to_ask(window), zone)}
        problems.append(Problem(sentence % facts, "#id_text"))
    if owner is None:
        problems.append(
            Problem(_("No agency is known that could answer. Tell the reviewer of the city."), "#id_text")
        )
    return problems
