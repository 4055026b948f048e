"""Keeping the index of the search box: the texts of one record, written in the transaction of its change.

Every text is kept for its agency as it stands now, and for others as it was last submitted: a returned item that
is being mended is found by its old words until it is submitted again. A programme leaves no receipt, so what others
find of one that was returned is what stood here when it left for the planner.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from opd.models import Evidence, Finding, FindingQuerySet, Program, Progress, QuickWin, Status
from opd.workflow import INTERNAL, WITH_OPD

OWN, SENT = Finding.Audience.OWN, Finding.Audience.SENT
QUICK_WIN_TEXTS = (
    "name", "acronym", "problem", "description", "beneficiaries", "partners", "indicator", "schedule", "legal_basis",
    "linked_program", "sub_activity_code", "sustainability",
)  # fmt: skip
PROGRAM_TEXTS = (
    "code", "strategy", "activity", "sub_activity", "sub_activity_code", "indicator", "partners", "note",
)  # fmt: skip
YEARS_END = 9999

type Record = Program | QuickWin | Progress


def refresh(record: Record, action: str) -> None:
    """Bring the index up to a change: of the text alone, of the evidence, of the talk, or of all after a move."""
    if not transaction.get_connection(record._state.db).in_atomic_block:
        raise RuntimeError("finding.refresh runs inside the transaction of the change")
    what, own = action.rpartition(".")[2], _stored(record).filter(audience=OWN)
    if what in ("created", "saved", "year_saved"):
        if isinstance(record, Progress):
            return
        # What is being written is with the agency: what others find changes with a move only.
        wanted, stored = [_text(record)], own.filter(source=_kind(record))
        if any(row.title != wanted[0].title for row in stored):  # its notes go by its name
            wanted, stored = [row for row in _everything(record) if row.audience == OWN], own
    elif action.startswith("evidence."):
        wanted, stored = _pieces(record), own.filter(kind=Finding.Kind.EVIDENCE)
    elif action.startswith("note."):
        wanted, stored = _notes(record), _stored(record).filter(source__startswith="note-")
    else:
        wanted, stored = _everything(record), _stored(record)
    _write(wanted, {(row.audience, row.source): row for row in stored}, _kept(record))


def refresh_texts(records: Sequence[Program | QuickWin]) -> None:
    """Bring the agency's own index up to records of one kind that were made or saved, in a few statements for all."""
    if not records:
        return
    kind = _kind(records[0])
    rows = Finding.objects.filter(**{f"{kind}__in": [row.pk for row in records]}, audience=OWN, source=kind)
    stored = {getattr(row, f"{kind}_id"): row for row in rows.defer("terms")}
    fresh, changed = [], []
    for record in records:
        row = _text(record)
        old = stored.get(getattr(row, f"{kind}_id"))
        if old is None:
            fresh.append(row)
        elif old.title != row.title:
            refresh(record, "saved")
        elif old.values() != row.values():
            row.pk = old.pk
            changed.append(row)
    Finding.objects.bulk_create(fresh)
    # Rows with their keys go in as one INSERT that updates: bulk_update writes a CASE for each cell.
    Finding.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["opd", "place", "title", "text", "terms"],
    )


def rebuild(city_id: int) -> int:
    """Write the index of a city anew and return how many records it holds; each in a transaction of its own."""
    done = 0
    for model in (Program, QuickWin, Progress):
        rows: Any = model._default_manager
        found = rows.of_city(city_id)
        if model is Progress:  # most reports have nothing but figures
            found = found.with_words()
        for pk in found.order_by("pk").values_list("pk", flat=True).iterator():
            with transaction.atomic():
                refresh(rows.select_related("opd", "city").select_for_update(of=("self",)).get(pk=pk), "all")
            done += 1
    return done


def _write(wanted: list[Finding], stored: dict[tuple[str, str], Finding], kept: set[tuple[str, str]]) -> None:
    """Make the stored rows what is wanted, touching only what differs."""
    fresh, changed = [], []
    for row in wanted:
        old = stored.pop((row.audience, row.source), None)
        if old is None:
            fresh.append(row)
        elif old.values() != row.values():
            row.pk = old.pk
            changed.append(row)
    gone = [row.pk for key, row in stored.items() if key not in kept]
    if gone:
        Finding.objects.filter(pk__in=gone).delete()
    if fresh:
        Finding.objects.bulk_create(fresh)
    for row in changed:
        row.save()


def _kept(record: Record) -> set[tuple[str, str]]:
    """What stays although it cannot be told again: a programme's text as it was submitted."""
    away = isinstance(record, Program) and record.status == "returned"
    return {(str(SENT), "program")} if away else set()


def _stored(record: Record) -> FindingQuerySet:
    return Finding.objects.of(_kind(record), record.pk)


def _kind(record: Record) -> str:
    """The column that points at the record, and the source of its own text."""
    return "quick_win" if isinstance(record, QuickWin) else str(record._meta.model_name)


def _everything(record: Record) -> list[Finding]:
    """A report of progress has no name of its own: what is found of it are its evidence and notes."""
    texts = [] if isinstance(record, Progress) else [_text(record), *_sent_text(record)]
    return [*texts, *_pieces(record), *_sent_pieces(record), *_notes(record), *_events(record)]


def _text(record: Program | QuickWin) -> Finding:
    """What the record says now."""
    if isinstance(record, Program):
        said = [getattr(record, name) for name in PROGRAM_TEXTS]
        return _row(record, OWN, Finding.Kind.PROGRAM, "program", record.name, said)
    return _quick_win(record, OWN, {name: getattr(record, name) for name in QUICK_WIN_TEXTS})


def _sent_text(record: Program | QuickWin) -> list[Finding]:
    """What it said when it was submitted; nothing before."""
    if isinstance(record, Program):
        sent = _text(record)
        sent.audience = SENT
        return [sent] if record.status in ("submitted", "approved") else []
    if record.status == Status.RECORDED:
        return [_quick_win(record, SENT, {name: getattr(record, name) for name in QUICK_WIN_TEXTS})]
    values = _submitted(record).get("values")
    return [_quick_win(record, SENT, values)] if values else []


def _quick_win(record: QuickWin, audience: str, values: dict[str, str]) -> Finding:
    title = values["acronym"] or values["name"]
    said = [record.code, *(values.get(name, "") for name in QUICK_WIN_TEXTS)]
    return _row(record, audience, Finding.Kind.QUICK_WIN, "quick_win", title, said)


def _submitted(record: Record) -> dict[str, Any]:
    """What others may read: the payload of the newest receipt; empty before the first."""
    if isinstance(record, Program):
        return {}
    last: dict[str, Any] | None = (
        record.submissions.order_by("-sequence").values_list("payload", flat=True).first()
    )
    return last or {}


def _pieces(record: Record) -> list[Finding]:
    if isinstance(record, Program):
        return []
    rows = Evidence.objects.of(record)
    return [_piece(record, OWN, row.pk, row.title, row.original_name or row.url) for row in rows]


def _sent_pieces(record: Record) -> list[Finding]:
    """Evidence under the names it was submitted with, while it is still there."""
    if isinstance(record, Program):
        return []
    if record.status == Status.RECORDED:
        rows = Evidence.objects.of(record)
        return [_piece(record, SENT, row.pk, row.title, row.original_name or row.url) for row in rows]
    there = set(Evidence.objects.of(record).values_list("pk", flat=True))
    return [
        _piece(record, SENT, sent["id"], sent["title"], sent["file_name"] or sent["url"])
        for sent in _submitted(record).get("evidence", ())
        if sent["id"] in there
    ]


def _piece(record: Record, audience: str, pk: int, title: str, name: str) -> Finding:
    row = _row(record, audience, Finding.Kind.EVIDENCE, f"evidence-{pk}", title, [name])
    row.evidence_id = pk
    return row


def _notes(record: Record) -> list[Finding]:
    """Notes that were sent. An answer goes to the reviewer with the submission, like everything else."""
    if isinstance(record, Program):
        return []
    found, notes, titles = [], record.notes.sent(), _titles(record)
    for note in notes:
        for audience, title in titles.items():
            reply = note.reply if audience == OWN or record.status not in WITH_OPD else ""
            row = _row(record, audience, Finding.Kind.NOTE, f"note-{note.pk}", title, [note.text, reply])
            row.field_note = True
            found.append(row)
    return found


def _titles(record: Record) -> dict[str, str]:
    """What the record is called, by audience: others know it by the name it was last submitted with."""
    if isinstance(record, Program):
        sent = _stored(record).filter(audience=SENT, source="program").values_list("title", flat=True).first()
        away = record.status == "returned" and sent
        return {str(OWN): record.name, str(SENT): str(sent) if away else record.name}
    return {str(OWN): record.title, str(SENT): _submitted(record).get("title", record.title)}


def _events(record: Record) -> Iterator[Finding]:
    """Reasons given with a move; what head and operator tell each other stays in the agency."""
    titles = _titles(record)
    for event in record.events.exclude(note=""):
        for audience, title in titles.items():
            if audience == OWN or event.move not in INTERNAL:
                yield _row(record, audience, Finding.Kind.NOTE, f"event-{event.pk}", title, [event.note])


def _row(record: Record, audience: str, kind: str, source: str, title: str, said: list[str]) -> Finding:
    year = YEARS_END if isinstance(record, Program) else record.year
    text = "\n".join(part for part in said if part)
    return Finding(
        **{_kind(record): record},
        kind=kind,
        audience=audience,
        source=source,
        city_id=record.city_id,
        opd_id=record.opd_id,
        place=f"{YEARS_END - year:04d} {record.code}"[:60],
        title=title[:300],
        text=text,
        terms=f"{title}\n{text}\n{record.opd.short} {record.opd.official_name}",
    )
