"""Plain rows for pages: what a template shows of a quick win, its evidence and its history.

Templates query nothing and decide nothing; every text here is ready to print.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from dimensions.models import SmartDimension
from opd.completeness import FIELDS, NOTED, SECTIONS, Field, missing
from opd.models import (
    Claim,
    Document,
    EvidenceKind,
    Note,
    ProgressEvent,
    ProgressNote,
    ProgressSubmission,
    QuickWin,
    QuickWinEvent,
    Role,
    Status,
    Submission,
)
from opd.payload import validity_payload
from opd.workflow import INTERNAL, QUICK_WIN
from smartcity.lib import dates, decimals

BADGES = {
    Status.DRAFT: ("draf", "pencil"),
    Status.PROPOSED: ("diajukan", "user"),
    Status.SUBMITTED: ("diajukan", "send"),
    Status.RETURNED: ("dikembalikan", "back"),
    Status.VERIFIED: ("terverifikasi", "ok"),
    Status.RECORDED: ("terkunci", "lock"),
}
EVENT_CSS = {
    "return": "is-returned",
    "send_back": "is-returned",
    "reopen": "is-returned",
    "propose": "is-sent",
    "submit": "is-sent",
    "verify": "is-ok",
}
MEBIBYTE = Decimal(1024 * 1024)


def badge(status: str) -> dict[str, str]:
    """Return css, icon and label of a status for status_badge.html."""
    css, icon = BADGES[Status(status)]
    return {"css": css, "icon": icon, "label": str(Status(status).label)}


def badge_html(status: str) -> SafeString:
    """Return the badge itself: a long list shows the same six again and again."""
    return _badge_html(Status(status), get_language())


@lru_cache(maxsize=32)
def _badge_html(status: Status, language: str | None) -> SafeString:
    return render_to_string("components/status_badge.html", {"status": badge(status)})


def tile_html(dimension: SmartDimension) -> SafeString:
    """Return the tile of a dimension with its short name."""
    return _tile_html(dimension.hue, dimension.letter, dimension.short_name)


@lru_cache(maxsize=64)
def _tile_html(hue: int, letter: str, name: str) -> SafeString:
    dimension = {"hue": hue, "letter": letter, "name": name}
    return render_to_string("components/dim.html", {"dimension": dimension, "with_name": True})


def small_html(text: str) -> SafeString:
    """Return the grey text below another one."""
    return format_html("<small>{}</small>", text)


def shown(name: str, values: Mapping[str, str]) -> str:
    """Return one value of a payload as people read it: numbers with their unit, money in rupiah."""
    value = values.get(name, "")
    if value == "":
        return ""
    if name in ("baseline", "target", "realisation"):
        return f"{decimals.exact(Decimal(value))} {values.get('unit', '')}".strip()
    if name == "budget":
        return decimals.money(Decimal(value))
    if name == "status_kind":
        return str(QuickWin.Kind(value).label)
    if name == "fund_source":
        return str(QuickWin.Fund(value).label)
    return value


def field_rows(payload: Mapping[str, Any], *, skip: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return name, label, text and sample mark of every typed field of a payload."""
    hidden, invented = {"evidence", *skip}, set(payload.get("sample_fields", ()))
    return [
        {
            "name": field.name,
            "label": str(field.label),
            "text": shown(field.name, payload["values"]),
            "sample": field.name in invented,
        }
        for field in FIELDS
        if field.name not in hidden
    ]


def missing_rows(fields: Iterable[Field], base_url: str = "") -> list[dict[str, str]]:
    """Return what is missing as links to the fields, for missing.html."""
    titles = {section.name: str(section.title) for section in SECTIONS}
    return [
        {
            "label": str(field.label),
            "section": titles.get(field.section, ""),
            "url": f"{base_url}{field.anchor}",
        }
        for field in fields
    ]


def missing_of(quick_win: QuickWin, *, evidence: int | None = None) -> list[Field]:
    """Every field that is still asked of a quick win, whatever the step."""
    return missing(quick_win.filled_values(evidence=evidence))


def still_valid_rows(evidence: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return what nobody has confirmed for the year, as links to the question, for missing.html."""
    return [
        {
            "label": _("Still valid? %(name)s") % {"name": row["name"]},
            "section": _("Supporting evidence"),
            "url": row["ask_url"],
        }
        for row in evidence
        if row["ask_url"]
    ]


def meter(filled: int, total: int) -> dict[str, Any]:
    """Return value, max and label for meter.html."""
    label = ngettext(
        "%(filled)s of %(total)s field complete", "%(filled)s of %(total)s fields complete", total
    ) % {"filled": filled, "total": total}
    return {"value": filled, "max": total, "label": label}


def evidence_row(
    piece: Claim,
    *,
    year: int,
    editable: bool = False,
    place: str = "opd:evidence",
    more: Iterable[str] = (),
) -> dict[str, Any]:
    """Return one piece of evidence for evidence.html; `place` begins the names of its addresses, `more` are doubts."""
    stored = piece.stored_file
    flags = [*piece.flags(year), *more]
    return {
        "name": piece.title,
        "type": stored.tile if stored else "URL",
        "meta": evidence_meta(piece),
        "thumb_url": reverse(f"{place}_preview", args=[piece.pk]) if stored and stored.has_preview else "",
        "flags": flags,
        "complete": editable and not flags,
        "open_url": reverse(f"{place}_file", args=[piece.pk]) if stored else piece.url,
        "edit_url": reverse(f"{place}_edit", args=[piece.pk]) if editable else "",
        "delete_url": reverse(f"{place}_delete", args=[piece.pk]) if editable else "",
        "ask_url": f"{piece.document.get_absolute_url()}#still-valid"
        if editable and piece.document and piece.asks_validity(year)
        else "",
        "newer_url": newer_url(piece.document) if editable else "",
        # that it holds no longer is one of the flags
        "said": ""
        if piece.document and piece.document.ended
        else validity_line(validity_payload(piece.document)),
        "sample": piece.sample,
    }


def newer_url(document: Document | None) -> str:
    """Return where a newer version may take a document's place; "" when there is none."""
    if document is None or document.replaced_by_id is None:
        return ""
    return reverse("evaluations:document_replace", args=[document.pk, document.replaced_by_id])


def validity_line(said: Mapping[str, Any]) -> str:
    """Return the answer to "still valid?" in one sentence: for which year, by which office, when; "" without one."""
    if not said:
        return ""
    words = {
        "year": said["year"],
        "by": said["by"],
        "day": dates.short_date(datetime.fromisoformat(said["at"])),
    }
    if said["holds"]:
        return _("Still valid for %(year)s, confirmed by %(by)s on %(day)s") % words
    return _("Said to hold no longer by %(by)s on %(day)s") % words


def evidence_meta(piece: Claim) -> str:
    """Return kind, date, page and size in one line: "Laporan · 31/08/2022 · lihat halaman 3"."""
    stored = piece.stored_file
    return meta_line(
        kind=piece.kind,
        document_date=piece.document_date,
        page=piece.page,
        size=stored.size if stored else 0,
        pages=stored.pages if stored else None,
    )


def meta_line(*, kind: str, document_date: date | None, page: str, size: int, pages: int | None) -> str:
    """Return the grey line under a piece of evidence, live or frozen."""
    parts = [str(EvidenceKind(kind).label)]
    if document_date:
        parts.append(dates.short_date(document_date))
    if page:
        parts.append(_("see page %(page)s") % {"page": page})
    if pages:
        parts.append(ngettext("%(count)s page", "%(count)s pages", pages) % {"count": pages})
    if size:
        parts.append(file_size(size))
    return " · ".join(parts)


def file_size(size: int) -> str:
    """Return bytes as people read them: "412 KB", "1,8 MB"."""
    if size < MEBIBYTE:
        return f"{decimals.display(max(Decimal(1), Decimal(size) / 1024), 0)} KB"
    return f"{decimals.display(Decimal(size) / MEBIBYTE, 1)} MB"


def history_rows(
    events: Iterable[QuickWinEvent | ProgressEvent], *, subject: str = "", inside: bool = True
) -> list[dict[str, Any]]:
    """Return the timeline, newest first: verb, role, time, and the note that came with it.

    `inside` is whether the reader is of the agency; others see that an item went back, not what was said.
    """
    rows = []
    for event in events:
        verb = QUICK_WIN.moves[event.move].past if event.move in QUICK_WIN.moves else _("Created")
        rows.append(
            {
                "css": EVENT_CSS.get(event.move, ""),
                "verb": f"{subject}: {verb}" if subject else str(verb),
                "text": str(Role(event.role).label) if event.role else "",
                "iso": event.at.isoformat(),
                "at": dates.wib(event.at),
                "note": event.note if inside or event.move not in INTERNAL else "",
            }
        )
    return rows


def receipt_row(submission: Submission | ProgressSubmission) -> dict[str, str]:
    """Return a receipt for receipt.html; the digest is shown in groups, in full on its own page."""
    digest = submission.digest
    return {
        "number": submission.number,
        "iso": submission.at.isoformat(),
        "at": dates.wib(submission.at),
        "by": str(Role(submission.role).label) if submission.role else "",
        "digest": " ".join(digest[start : start + 4] for start in range(0, 12, 4)),
        "url": submission.get_absolute_url(),
    }


def note_rows(notes: "Iterable[Note | ProgressNote]") -> dict[str, list[dict[str, Any]]]:
    """Return notes by field, for the form and the review: text, by whom, when, whether answered."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for note in notes:
        moment = note.sent_at or note.created_at
        rows.setdefault(note.field, []).append(
            {
                "pk": note.pk,
                "field": note.field,
                "label": str(NOTED[note.field].label) if note.field in NOTED else _("General note"),
                "anchor": NOTED[note.field].anchor if note.field in NOTED else "#note",
                "text": note.text,
                "version": note.version,
                "by": note.author.title,
                "iso": moment.isoformat(),
                "at": dates.wib(moment),
                "sent": note.sent_at is not None,
                "answered": dates.wib(note.answered_at) if note.answered_at else "",
                "reply": note.reply,
            }
        )
    return rows


def days_track(label: str, until: Any, now: Any, span_days: int = 14) -> str:
    """Return the small row of days under a deadline: how many of the last `span_days` are left."""
    from smartcity.lib import charts

    left = max(0, min(span_days, (until - now).days))
    return charts.days_track(span_days, left, label)
