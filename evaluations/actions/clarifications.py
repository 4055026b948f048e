"""The clarification desk: answering, passing on, extending, withdrawing, and what the clock closes.

Whether an item takes anything is asked of the clock with its row locked, never of a status somebody had to write.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions import desk_alerts
from evaluations.actions.exhibits import document_of_exhibit, terms_of
from evaluations.actions.steps import audit, locked_window
from evaluations.models import (
    Clarification,
    ClarificationReceipt,
    ClarificationStatus,
    EvaluationWindow,
    Exhibit,
    KeptReply,
)
from evaluations.models.clarification import file_facts
from evaluations.workflow import CLARIFICATION
from opd import audit as trail
from opd import storage
from opd.models import EvidenceKind, Opd, StoredFile, User
from opd.payload import validity_payload
from smartcity.lib import clock, files
from smartcity.lib.dates import wib
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus


class ReplyTooLate(Exception):
    """The item is not open any more; `kept` holds what was sent, None when nothing was."""

    def __init__(self, item: Clarification, kept: KeptReply | None) -> None:
        self.item, self.kept = item, kept
        text = _(
            "The time for this answer was over on %(time)s. What you sent is kept, it does not count. [KL-LATE]"
        )
        if kept is None:
            text = _("The time for this answer was over on %(time)s. [KL-LATE]")
        super().__init__(text % {"time": wib(item.due_at, item.window.city.timezone)})


def save_reply(*, pk: int, text: str, version: int, by: User) -> Clarification:
    """Keep the answer in the making. Raises StaleVersion, PermissionDenied, WrongStatus, ReplyTooLate (words kept)."""
    with transaction.atomic():
        item = locked_item(pk)
        _ask_may_reply(item, by)
        if item.is_open(clock.now()):
            return _write(item, text, version, by)
        kept = _keep_late(item, text, by)
    raise ReplyTooLate(item, kept)


def send_reply(*, pk: int, text: str, version: int, by: User, key: str | None = None) -> ClarificationReceipt:
    """Send the answer and return its receipt; pressing twice returns the first one.

    Raises as `save_reply` does, and NotReady for an empty answer. What comes too late makes the item late; it is kept.
    """
    with transaction.atomic():
        item = locked_item(pk)
        if not rules.may_reply(by, item):
            raise PermissionDenied
        if first := _sent_by(item, by, text, key):
            return first
        _ask_may_reply(item, by)
        if item.is_open(clock.now()):
            return _send(_write(item, text, version, by), by, key)
        kept = _keep_late(item, text, by)
        _arrive(item, by)
    raise ReplyTooLate(item, kept)


def add_file(*, pk: int, accepted: files.Accepted, by: User, sample: bool = False) -> Exhibit:
    """Put an inspected upload into the answer; the same bytes twice are one file. Bytes that come too late are kept.

    Raises files.Refused when there is no room, and what `save_reply` raises.
    """
    photo = accepted.media_type.startswith("image/")
    values = {
        "kind": EvidenceKind.PHOTO if photo else EvidenceKind.DOCUMENT,
        "title": Path(accepted.name).stem[:200] or accepted.name[:200],
        "original_name": accepted.name[:255],
        "sample": sample,
    }
    return _put(pk, values, by, accepted=accepted)


def add_stored(*, pk: int, stored: StoredFile, values: Mapping[str, Any], by: User) -> Exhibit:
    """Put a file the bank has already into the answer; nothing is copied, and nothing kept when it is too late.

    Raises as `add_file` does.
    """
    return _put(pk, values, by, stored=stored)


def _put(
    pk: int,
    values: Mapping[str, Any],
    by: User,
    *,
    accepted: files.Accepted | None = None,
    stored: StoredFile | None = None,
) -> Exhibit:
    """One of the two goes into the locked item, or what was uploaded into the late box."""
    with transaction.atomic():
        item = locked_item(pk)
        _ask_may_reply(item, by)
        sha256 = accepted.sha256 if accepted else stored.pk if stored else ""
        if first := item.exhibits.filter(stored_file=sha256).first():
            return first
        attached = Exhibit.objects.of_opd(item.opd_id).filter(stored_file__isnull=False)
        storage.room_for(item.exhibits.count(), attached.values("stored_file"), accepted or stored)
        if accepted:
            stored = storage.keep(accepted)
        assert stored is not None  # the desk takes files, no links
        if item.is_open(clock.now()):
            piece: Exhibit = item.exhibits.create(
                stored_file=stored,
                document=document_of_exhibit(item, stored, values),
                terms=terms_of(values),
                uploaded_by=by,
                created_at=clock.now(),
                **values,
            )
            _audited(item, "file", by, after=stored.sha256)
            return piece
        if accepted is None:
            raise ReplyTooLate(item, None)  # nothing is lost: the bank has it
        facts = file_facts(stored, title=values["title"], name=values["original_name"])
        kept = _keep_late(item, "", by, [facts])
        _arrive(item, by)
    raise ReplyTooLate(item, kept)


@transaction.atomic
def remove_file(*, pk: int, file_pk: int, by: User) -> None:
    """Take a file out of an open answer. Raises WrongStatus after its time; Exhibit.DoesNotExist when it is gone."""
    item = locked_item(pk)
    _ask_may_reply(item, by)
    piece = item.exhibits.get(pk=file_pk)
    if not item.is_open(clock.now()):
        raise WrongStatus
    _audited(item, "file_off", by, before=piece.stored_file_id or "")
    piece.delete()


def locked_item(pk: int) -> Clarification:
    """The item's row as it is now, locked until the transaction ends: clock and colleagues wait for it."""
    rows = Clarification.objects.select_for_update(of=("self",))
    return rows.select_related("window__city", "seat", "opd", "question").get(pk=pk)


def files_of(item: Clarification) -> list[dict[str, Any]]:
    """The files in the answer as plain facts, for receipts and for what is kept."""
    return [
        file_facts(
            piece.stored_file,
            title=piece.title,
            name=piece.original_name,
            sample=piece.sample,
            still_valid=validity_payload(piece.document),
        )
        for piece in item.exhibits.for_list()
        if piece.stored_file
    ]


def _ask_may_reply(item: Clarification, by: User) -> None:
    """Whose item it is; one that was answered or withdrawn takes nothing more, not even into the late box."""
    if not rules.may_reply(by, item):
        raise PermissionDenied
    if item.status in (ClarificationStatus.ANSWERED, ClarificationStatus.WITHDRAWN):
        raise WrongStatus


def _write(item: Clarification, text: str, version: int, by: User) -> Clarification:
    text = text.strip()
    if item.answer == text:
        return item  # saved already: the answer to the first attempt may have been lost on its way
    if item.version != version:
        raise StaleVersion(item)
    before = digest_of({"answer": item.answer})
    item.answer, item.updated_at, item.version = text, clock.now(), item.version + 1
    item.clean_fields(exclude=["seat", "window", "question", "opd"])
    item.save(update_fields=["answer", "updated_at", "version"])
    _audited(item, "save", by, before=before, after=digest_of({"answer": text}))
    return item


def _send(item: Clarification, by: User, key: str | None) -> ClarificationReceipt:
    now = clock.now()
    CLARIFICATION.make(item, "reply", by=by, changes={"answered_at": now, "closed_at": now})
    payload = {
        "schema": 1,
        "clarification": item.number,
        "window": {"id": item.window_id, "year": item.window.year, "stage": item.window.stage},
        "question": item.question.code,
        "asked": item.text,
        "opd": {"id": item.opd_id, "short": item.opd.short},
        "text": item.answer,
        "files": files_of(item),
    }
    receipt = ClarificationReceipt.objects.create(
        clarification=item,
        number=f"JK-{item.window.year}-{item.pk:04d}",
        at=now,
        by=by,
        role=by.role_for(item),
        payload=payload,
        digest=digest_of(payload),
        idempotency_key=key,
    )
    desk_alerts.settle(item)
    _audited(item, "reply", by, after=receipt.digest)
    return receipt


def _sent_by(item: Clarification, by: User, text: str, key: str | None) -> ClarificationReceipt | None:
    """The receipt an earlier press of the same button gave, by its key or by its words."""
    first = ClarificationReceipt.objects.filter(clarification=item.pk, by=by).first()
    if first is None or (first.idempotency_key != key and first.payload["text"] != text.strip()):
        return None
    return first


def _keep_late(
    item: Clarification, text: str, by: User, pieces: list[dict[str, Any]] | None = None
) -> KeptReply | None:
    """Put what came too late aside; the same words twice, or no words, are one row, or none."""
    text = text.strip()
    if not text and not pieces:
        return None
    if not pieces and (last := item.kept.filter(user=by).first()) and last.text == text:
        return last
    kept = KeptReply.objects.create(
        clarification=item,
        opd_id=item.opd_id,
        user=by,
        why=KeptReply.Why.LATE,
        text=text,
        files=pieces or [],
        at=clock.now(),
    )
    _audited(item, "late", by)
    return kept


def _arrive(item: Clarification, by: User) -> None:
    """An answer came, but too late: from "not answered" to "answered too late", once."""
    if item.status != ClarificationStatus.LATE:
        CLARIFICATION.make(item, "arrive", by=by, changes={"closed_at": item.closed_at or item.due_at})
        desk_alerts.settle(item)
        _audited(item, "arrive", by)


# --- what others do with an item -------------------------------------------------------------------------------


@transaction.atomic
def withdraw(*, pk: int, reason: str, by: User) -> Clarification:
    """Take a question back, with a reason, while it is open. Raises PermissionDenied, WrongStatus, NotReady."""
    item = locked_item(pk)
    CLARIFICATION.make(item, "withdraw", by=by, note=reason, changes={"closed_at": clock.now()})
    desk_alerts.settle(item)
    _audited(item, "withdraw", by, reason=reason)
    return item


@transaction.atomic
def pass_on(*, pk: int, opd: Opd, reason: str, by: User) -> Clarification:
    """Hand an open item to another agency; the time goes on. What the first one wrote is kept, for it alone.

    Raises as `withdraw` does; NotReady for an agency that cannot be meant.
    """
    item = locked_item(pk)
    words, pieces, old = item.answer, files_of(item), item.opd_id
    event = CLARIFICATION.make(item, "pass_on", by=by, note=reason, changes={"opd": opd, "answer": ""})
    if opd.pk == old or opd.city_id != item.city_id:
        raise NotReady([Problem(_("Choose another agency of the city."), "#id_opd")])
    event.opd = opd
    event.save(update_fields=["opd"])
    if words or pieces:
        author = _last_writer(item) or by
        KeptReply.objects.create(
            clarification=item,
            opd_id=old,
            user=author,
            why=KeptReply.Why.PASSED_ON,
            text=words,
            files=pieces,
            at=clock.now(),
        )
        item.exhibits.all().delete()
    desk_alerts.settle(item)
    desk_alerts.tell(item)
    _audited(item, "pass_on", by, reason=reason)
    return item


@transaction.atomic
def extend(*, pk: int, until: datetime, reason: str, by: User) -> Clarification:
    """Give an open item more time, with a reason, inside its window. Raises as `withdraw` does."""
    window = locked_window(EvaluationWindow.objects.get(clarifications=pk))
    item = locked_item(pk)
    zone, problems = window.city.timezone, []
    if until <= item.due_at:
        problems.append(Problem(_("The new time must be later than the one of now."), "#id_until"))
    elif until > window.closes_at:
        text = _("The window closes on %(time)s. Nothing is accepted after that; extend the window first.")
        problems.append(Problem(text % {"time": wib(window.closes_at, zone)}, "#id_until"))
    # Who may and when comes first: the table answers that, and raises before anything is written.
    event = CLARIFICATION.make(item, "extend", by=by, note=reason, changes={"due_at": until})
    if problems:
        raise NotReady(problems)
    event.until = until
    event.save(update_fields=["until"])
    desk_alerts.settle(item)
    desk_alerts.tell(item)
    _audited(item, "extend", by, reason=reason)
    return item


@transaction.atomic
def remind(item: Clarification) -> None:
    """Tell the stage an open item has reached by now; harmless to call at any time, from anywhere."""
    desk_alerts.tell(locked_item(item.pk))


def lapse(item: Clarification) -> Clarification:
    """Write down that the time is over and nothing came; harmless to call at any time, from anywhere."""
    if item.status == ClarificationStatus.ASKED and clock.now() >= item.due_at:
        try:
            with transaction.atomic():
                item = locked_item(item.pk)
                CLARIFICATION.make(item, "lapse", by=None, changes={"closed_at": item.due_at})
                desk_alerts.settle(item)
                _audited(item, "lapse", None)
        except (WrongStatus, NotReady):
            item.refresh_from_db()  # answered, or extended, at the same moment
    return item


def _last_writer(item: Clarification) -> User | None:
    """Who typed the words last, else who put the last file in."""
    if event := trail.last_to("clarification.save", item):
        return event.actor
    last = item.exhibits.select_related("uploaded_by").order_by("-created_at", "-pk").first()
    return last.uploaded_by if last else None


def _audited(
    item: Clarification, action: str, by: User | None, *, before: str = "", after: str = "", reason: str = ""
) -> None:
    audit(item.window, f"clarification.{action}", by, item, before=before, after=after, reason=reason)
