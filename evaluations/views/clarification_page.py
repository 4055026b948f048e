"""What the pages of the clarification desk show: read once per request, handed to templates as plain text."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from evaluations import desk, rules
from evaluations.actions.desk_alerts import offices_of
from evaluations.forms.clarifications import ItemExtendForm, PassOnForm, ReplyForm
from evaluations.models import Clarification, KeptReply
from evaluations.workflow import CLARIFICATION
from opd.models import Opd, Role, User
from smartcity.lib import clock, dates

#: Older ones are found through the question they were about.
MOST_DONE = 100


def board_page(user: User, asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the context of evaluations/clarification_board.html."""
    now = clock.now()
    rows = Clarification.objects.visible_to(user).for_page()
    waiting = [desk.row(item, now) for item in rows.open(now).by_time_left()]
    done = [desk.row(item, now) for item in rows.done(now)[:MOST_DONE]]
    return {
        "open": waiting,
        "done": done,
        "taken_off": desk.taken_off(KeptReply.objects.taken_from(user)[:MOST_DONE]),
        "soon": sum(row["soon"] for row in waiting),
        "answers": bool(user.opds()),
        "asks": rules.is_assessor(user),
        "full": len(done) == MOST_DONE,
        "shown": str(MOST_DONE),
    }


def item_page(
    user: User,
    item: Clarification,
    *,
    reply_form: ReplyForm | None = None,
    extend_form: ItemExtendForm | None = None,
    pass_form: PassOnForm | None = None,
) -> dict[str, Any]:
    """Return the context of evaluations/clarification.html; forms that could not be taken come with their errors."""
    now = clock.now()
    zone, is_open, question = item.window.city.timezone, item.is_open(now), desk.question_of(item)
    mine = rules.may_reply(user, item)
    offers = {offer.move.name: offer for offer in CLARIFICATION.offered_to(user, item)} if is_open else {}
    kept = KeptReply.objects.visible_to(user).filter(clarification=item).select_related("user")
    return {
        "item": item,
        "row": desk.row(item, now),
        "question": question,
        "hints": [hint["text"] for hint in question.hints],
        "asked_at": dates.wib(item.asked_at, zone),
        "item_deadline": desk.deadline(item, now),
        "heading": heading(item, is_open, mine),
        "mine": mine,
        "reply_form": (reply_form or ReplyForm(initial={"answer": item.answer}))
        if mine and is_open
        else None,
        "version": str(item.version),
        "saved_at": dates.clock_time(item.updated_at, zone) if item.answer else "",
        "key": uuid.uuid4().hex,
        "draft": item.answer if mine and not is_open and not hasattr(item, "receipt") else "",
        "files": desk.draft_files(item) if mine and not hasattr(item, "receipt") else [],
        "answer": desk.answer_of(item),
        "kept": desk.kept_rows(kept, item),
        "offices": _offices(item.opd),
        "history": desk.history(item.events.select_related("opd"), zone),
        "withdraw": [offers["withdraw"]] if "withdraw" in offers else [],
        "extend_form": _offered(offers, "extend", extend_form, ItemExtendForm, item),
        "pass_form": _offered(offers, "pass_on", pass_form, PassOnForm, item),
    }


def heading(item: Clarification, is_open: bool, mine: bool) -> str:
    """What waits, in a sentence."""
    if is_open:
        return _("An assessor asks, your agency answers") if mine else _("The answer is awaited")
    return {
        "answered": _("The question is answered"),
        "late": _("The answer came too late"),
        "withdrawn": _("The assessor withdrew the question"),
    }.get(item.status, _("The question was not answered in time"))


def _offices(opd: Opd) -> dict[str, Any]:
    """Who answers, who stands in, who heads: offices, no names."""
    found = offices_of(opd)
    operators, heads = found[Role.OPD_OPERATOR], found[Role.OPD_HEAD]
    return {"first": operators[:1], "backup": operators[1:], "head": heads[:1]}


def _offered(
    offers: Mapping[str, Any],
    name: str,
    form: Any,
    kind: type[ItemExtendForm] | type[PassOnForm],
    item: Clarification,
) -> Any:
    """The form of a move, where the person may make it."""
    if name not in offers:
        return None
    initial = {"until": item.due_at} if name == "extend" else {}
    return form or kind(item=item, initial=initial)
