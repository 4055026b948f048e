"""Entering, correcting, publishing and withdrawing what the Ministry's letter says.

Two persons stand for a published number: who wrote it never publishes it, and neither can do it alone.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions import official_lines
from evaluations.models import EvaluationWindow, OfficialEvent, OfficialResult, OfficialStatus
from evaluations.workflow import OFFICIAL
from opd import audit as trail
from opd import storage
from opd.models import City, User
from smartcity.lib import clock, files
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import NotReady, Problem, WrongStatus, acting_role

#: What is typed off the letter.
TYPED = (
    "letter_number", "letter_date", "index", "values", "dimension_values", "rank_national", "rank_province", "cohort",
)  # fmt: skip
#: What a correction takes over from the revision it corrects.
KEPT = ("city", "window", "year", "stage", "instrument", *TYPED, "scan", "scan_name", "sample")
#: The moves a person makes by a button; a letter is replaced only by publishing its correction.
BY_BUTTON = ("publish", "discard", "withdraw")


@transaction.atomic
def enter_official(
    *,
    by: User,
    city: City,
    values: Mapping[str, Any],
    window: EvaluationWindow | None = None,
    key: str | None = None,
    sample: bool = False,
) -> OfficialResult:
    """Enter a letter as a draft: of a closed `window`, or of a year and stage the portal held no window for.

    `values`: TYPED, and year, stage and instrument where there is no window. The same `key` gives the first draft.
    Raises ValidationError by field, NotReady when the round has a letter already or its window is not closed.
    """
    if not rules.may_enter_official(by, city.pk):
        raise PermissionDenied
    if key and (first := OfficialResult.objects.filter(idempotency_key=key).first()):
        return first
    row = OfficialResult(city=city, entered_by=by, idempotency_key=key, **values)
    row.window = window or _window_of(row)
    if row.window:
        row.year, row.stage, row.instrument = row.window.year, row.window.stage, row.window.instrument
    row.sample = sample or bool(row.window and row.window.sample)
    _check_round(row)
    _checked(row)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # two presses at the same moment, or two persons with the same letter
        first = OfficialResult.objects.filter(idempotency_key=key).first() if key else None
        if first is None:
            raise WrongStatus from None
        return first
    _told(row, "enter", by)
    official_lines.told_waiting(row, by)
    _audited(row, "enter", by)
    return row


@transaction.atomic
def change_official(*, pk: int, by: User, values: Mapping[str, Any], version: int) -> OfficialResult:
    """Change a draft that was read at `version`. Raises ValidationError by field, StaleVersion, WrongStatus."""
    row = _draft(pk, by)
    before = digest_of(row.facts())
    changed = OfficialResult(**{name: values.get(name, getattr(row, name)) for name in TYPED})
    if all(getattr(row, name) == getattr(changed, name) for name in TYPED):
        return row  # saved already: the answer to the first attempt may have been lost on its way
    if row.version != version:
        raise StaleVersion(row)
    for name in TYPED:
        setattr(row, name, getattr(changed, name))
    _checked(row)
    _saved(row)
    _told(row, "edit", by)
    _audited(row, "edit", by, before=before)
    return row


@transaction.atomic
def keep_scan(*, pk: int, by: User, accepted: files.Accepted) -> OfficialResult:
    """Keep the inspected scan of the letter with a draft, in place of an earlier one. Raises files.Refused."""
    row = _draft(pk, by)
    if row.scan_id == accepted.sha256:
        return row
    others = OfficialResult.objects.of_city(row.city_id).filter(scan__isnull=False)
    storage.room_for(0, others.values("scan"), accepted)
    before = digest_of(row.facts())
    row.scan, row.scan_name = storage.keep(accepted), accepted.name[:255]
    _saved(row)
    _told(row, "scan", by)
    _audited(row, "scan", by, before=before)
    return row


@transaction.atomic
def correct_official(*, pk: int, by: User, reason: str) -> OfficialResult:
    """Begin the next revision of a published letter, with its numbers; the published one stays until the new one is.

    Whoever corrects at the same time works on the same draft. Raises NotReady without a reason, WrongStatus.
    """
    row = _locked(pk)
    if not rules.may_enter_official(by, row.city_id):
        raise PermissionDenied
    if draft := OfficialResult.objects.same_round(row).drafts().first():
        return draft
    if not rules.may_correct_official(by, row):
        raise WrongStatus
    if not reason.strip():
        raise NotReady([Problem(_("Write the reason first."), "#note")])
    draft = OfficialResult(
        **{name: getattr(row, name) for name in KEPT},
        revision=OfficialResult.objects.same_round(row).count() + 1,
        replaces=row,
        reason=reason.strip()[:1000],
        entered_by=by,
    )
    draft.save(force_insert=True)
    _told(draft, "correct", by, note=draft.reason)
    official_lines.told_waiting(draft, by)
    _audited(draft, "correct", by, before=digest_of(row.facts()), reason=draft.reason)
    return draft


@transaction.atomic
def move_official(*, pk: int, name: str, by: User, version: int, note: str = "") -> OfficialResult:
    """Publish, discard or withdraw what was read at `version`; publishing a correction replaces what it corrects.

    Raises PermissionDenied, StaleVersion when the numbers were changed meanwhile, WrongStatus, NotReady.
    """
    row = _locked(pk)
    if name not in BY_BUTTON or not OFFICIAL.moves[name].who(by, row):
        raise PermissionDenied
    if row.status not in OFFICIAL.moves[name].sources:
        raise WrongStatus
    if row.version != version:
        raise StaleVersion(row)
    changes = {"published_at": clock.now(), "published_by": by} if name == "publish" else {}
    if name == "publish" and row.replaces and row.replaces.status == OfficialStatus.PUBLISHED:
        OFFICIAL.make(row.replaces, "replace", by=by, note=row.reason)
        _audited(row.replaces, "replace", by, reason=row.reason)
    OFFICIAL.make(row, name, by=by, note=note, changes=changes)
    official_lines.settle(row)
    _audited(row, name, by, reason=note)
    return row


def _window_of(row: OfficialResult) -> EvaluationWindow | None:
    """The window of the typed year and stage: a letter of a round held here is never a letter without a window."""
    rows = EvaluationWindow.objects.of_city(row.city_id).in_year(row.year).filter(stage__iexact=row.stage)
    return rows.select_related("instrument").first()


def _check_round(row: OfficialResult) -> None:
    if row.window and not row.window.is_published():
        text = _("The window %(window)s is not closed yet. A letter comes after it.")
        raise NotReady([Problem(text % {"window": row.window}, "#id_stage")])
    if OfficialResult.objects.same_round(row).filter(status__in=["draft", "published"]).exists():
        text = _("The letter of %(round)s is entered already. Change or correct that one.")
        raise NotReady([Problem(text % {"round": row}, "#id_stage")])


def _checked(row: OfficialResult) -> None:
    row.full_clean(
        exclude=["city", "window", "instrument", "entered_by"],
        validate_unique=False,
        validate_constraints=False,
    )


def _locked(pk: int) -> OfficialResult:
    rows = OfficialResult.objects.select_for_update(of=("self",))
    return rows.select_related("city", "instrument", "replaces").get(pk=pk)


def _draft(pk: int, by: User) -> OfficialResult:
    row = _locked(pk)
    if not rules.may_enter_official(by, row.city_id):
        raise PermissionDenied
    if not rules.may_change_official(by, row):
        raise WrongStatus
    return row


def _saved(row: OfficialResult) -> None:
    row.version, row.updated_at = row.version + 1, clock.now()
    row.save()


def _told(row: OfficialResult, move: str, by: User, *, note: str = "") -> OfficialEvent:
    return OfficialEvent.objects.create(
        official=row,
        move=move,
        source=row.status,
        target=row.status,
        actor=by,
        role=acting_role(by, row),
        note=note,
        at=clock.now(),
    )


def _audited(row: OfficialResult, what: str, by: User, *, before: str = "", reason: str = "") -> None:
    trail.record(
        by=by,
        action=f"official.{what}",
        obj=row,
        city_id=row.city_id,
        year=row.year,
        before=before,
        after=digest_of(row.facts()),
        reason=reason,
    )
