"""Bringing in a question list: upload or copy, mend, look, consent. Nothing counts before it is loaded."""

import copy
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from evaluations import rules
from evaluations.instrument_file import InstrumentRefused, check, read
from evaluations.instrument_plain import Plain, ignored_keys, plain, plain_of, written
from evaluations.instrument_sheet import read_sheet
from evaluations.loading import load_plain, refusals
from evaluations.models import Instrument, InstrumentDraft, Origin
from opd import audit
from opd.models import City, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, digest_of
from smartcity.lib.workflow import WrongStatus

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0"
IGNORED_LIMIT = 30


class BaseChanged(Exception):
    """What the draft was compared with is another one now: the person has to look again before consenting."""


def start_draft(*, by: User, city: City, name: str, source: bytes, key: str | None) -> InstrumentDraft:
    """Read an uploaded file and keep what it says, or why it is refused. The same `key` gives the first draft."""
    if not rules.may_load_instruments(by, city.pk):
        raise PermissionDenied
    draft = InstrumentDraft(city=city, by=by, name=name[:255], idempotency_key=key)
    draft.origin = Origin.XLSX if source.startswith((ZIP, OLE)) else Origin.YAML
    try:
        if draft.origin == Origin.XLSX:
            draft.content = plain(read_sheet(source, name))
        else:
            data = read(source)
            draft.content, ignored = plain(data), ignored_keys(data)
            draft.ignored = [path[:120] for path in ignored if path.isprintable()][:IGNORED_LIMIT]
    except InstrumentRefused as refusal:
        draft.problems = refusal.problems
    return _kept(draft)


def copy_draft(*, by: User, instrument: Instrument, city: City, key: str | None) -> InstrumentDraft:
    """Begin a new version from an existing one: the same content under the next free number."""
    if not rules.may_load_instruments(by, city.pk):
        raise PermissionDenied
    newest = Instrument.objects.of_code(instrument.code).first() or instrument
    content = plain_of(instrument)
    content["instrument"]["version"] = newest.version + 1
    name = f"{instrument.code}-{newest.version + 1}"
    return _kept(
        InstrumentDraft(city=city, by=by, name=name, origin=Origin.COPY, content=content, idempotency_key=key)
    )


@transaction.atomic
def mend_draft(
    *, pk: int, by: User, version: int, changes: Mapping[str, Any], question: str = ""
) -> InstrumentDraft:
    """Change a draft: `changes` are keys of a question, or dotted paths ("instrument.title_id", "weight.OUTPUT").

    Raises InstrumentRefused with what would be wrong, StaleVersion, WrongStatus when it was loaded already.
    """
    draft = _locked(pk, by)
    if draft.version != version:
        raise StaleVersion(draft)
    content: Plain = copy.deepcopy(draft.content or {})
    if question:
        _question(content, question).update(changes)
    for path, value in () if question else changes.items():
        part, _dot, name = path.partition(".")
        if part == "weight":
            next(row for row in content["sections"] if row["code"] == name)["weight"] = value
        else:
            content[part][name] = value
    data = written(content)
    check(data)
    before = digest_of(draft.content or {})
    draft.content, draft.problems = plain(data), []
    draft.version, draft.updated_at = draft.version + 1, clock.now()
    draft.save()
    _noted(draft, by, "instrument.mend", before=before)
    return draft


def load_draft(*, pk: int, by: User, seen: str) -> Instrument:
    """Consent: load a draft, once however often it is pressed. `seen`: what it was compared with (`base_mark`).

    Raises InstrumentRefused when it cannot be loaded, BaseChanged, PermissionDenied.
    """
    try:
        return _load(pk, by, seen)
    except IntegrityError:  # at the same moment somebody loaded this version, or a window began to use it
        raise BaseChanged from None


@transaction.atomic
def _load(pk: int, by: User, seen: str) -> Instrument:
    rows = InstrumentDraft.objects.select_for_update(of=("self",)).select_related("city", "loaded")
    draft = rows.get(pk=pk)
    if draft.by_id != by.pk or not rules.may_load_instruments(by, draft.city_id):
        raise PermissionDenied
    if draft.loaded:
        return draft.loaded
    if draft.content is None:
        raise InstrumentRefused(list(draft.problems))
    if base_mark(draft.content) != seen:
        raise BaseChanged
    known = _known(draft.content)
    before = known.digest if known else ""
    instrument = load_plain(draft.content)
    draft.loaded, draft.updated_at = instrument, clock.now()
    draft.version += 1
    draft.save()
    _noted(draft, by, "instrument.load", before=before)
    return instrument


def base_of(content: Plain) -> Instrument | None:
    """What a draft is compared with: the same version when there is one, else the newest of the same code."""
    return _known(content) or Instrument.objects.of_code(content["instrument"]["code"]).first()


def base_mark(content: Plain) -> str:
    """A text that changes when what the draft was compared with, or whether it may be loaded, changes."""
    base = base_of(content)
    held = f"{base.pk}-{base.edition.hex}" if base else "none"
    return f"{digest_of(content)[:16]}-{held}-{len(refusals(content))}"


def _known(content: Plain) -> Instrument | None:
    head = content["instrument"]
    return Instrument.objects.filter(code=head["code"], version=head["version"]).first()


def _question(content: Plain, code: str) -> Plain:
    for section in content["sections"]:
        for row in section["questions"]:
            if row["code"] == code:
                found: Plain = row
                return found
    raise WrongStatus


def _kept(draft: InstrumentDraft) -> InstrumentDraft:
    key, by = draft.idempotency_key, draft.by
    if key and (first := InstrumentDraft.objects.filter(idempotency_key=key, by=by).first()):
        return first
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            _noted(draft, by, "instrument.draft")
    except IntegrityError:
        first = InstrumentDraft.objects.filter(idempotency_key=key, by=by).first() if key else None
        if first is None:
            raise
        return first  # two clicks at once: the other one made the row
    return draft


def _locked(pk: int, by: User) -> InstrumentDraft:
    rows = InstrumentDraft.objects.select_for_update(of=("self",)).select_related("city")
    draft = rows.get(pk=pk)
    if draft.by_id != by.pk or not rules.may_load_instruments(by, draft.city_id):
        raise PermissionDenied
    if draft.loaded_id or draft.content is None:
        raise WrongStatus
    return draft


def _noted(draft: InstrumentDraft, by: User, action: str, *, before: str = "") -> None:
    """Instruments belong to no city: what is done to one is in the audit trail of the city of who did it."""
    after = digest_of(draft.content) if draft.content else ""
    city = draft.city
    audit.record(
        by=by,
        action=action,
        obj=draft,
        city_id=city.pk,
        year=city.evaluation_year,
        before=before,
        after=after,
    )
