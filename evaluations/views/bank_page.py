"""What the pages of the evidence bank show: lines of the list, one document, its uses, its history."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations import bank, follow_up
from evaluations.bank import Use
from evaluations.forms.bank import ValidityForm
from evaluations.models import Answer, Clarification, Recommendation
from evaluations.presentation import answer_badge
from opd import rules
from opd.claims import conflicts
from opd.exchange.listing import BATCH, Listing
from opd.models import City, Document, DocumentEvent, Progress, QuickWin, User, Validity
from opd.payload import validity_payload
from opd.presentation.quick_wins import badge, file_size, meta_line, newer_url, validity_line
from smartcity.lib import dates
from smartcity.lib.spreadsheets import OutColumn

TONES = {
    Validity.VALID: ("terverifikasi", "ok"),
    Validity.EXPIRING: ("diajukan", "late"),
    Validity.EXPIRED: ("dikembalikan", "warn"),
    Validity.ENDED: ("dikembalikan", "warn"),
    Validity.UNCONFIRMED: ("diajukan", "warn"),
    Validity.UNDATED: ("draf", "warn"),
}


#: What nobody has answered yet, or what an answer may mend.
ASKED = (Validity.UNCONFIRMED, Validity.UNDATED, Validity.EXPIRED, Validity.EXPIRING)


def validity_badge(document: Document, year: int, today: date) -> dict[str, str]:
    """Css, icon and label of what is known of a document's validity."""
    state = document.validity(year, today)
    css, icon = TONES[state]
    return {"css": css, "icon": icon, "label": str(state.label)}


def line_of(user: User, document: Any, year: int, today: date) -> dict[str, Any]:
    """One line of the list."""
    return {
        "url": document.get_absolute_url(),
        "title": bank.name_for(user, document),
        "meta": " · ".join(filter(None, [meta_of(document), covers(document)])),
        "note": document.note,
        "opd": document.opd.short if document.opd else _("Secretariat"),
        "validity": validity_badge(document, year, today),
        "until": dates.short_date(document.valid_until) if document.valid_until else "",
        "uses": str(document.uses),
        "number": document.uses,
        "replaced": document.replaced_by_id is not None,
        "sample": document.sample,
        "thumb_url": preview_url(document),
        "tile": document.stored_file.tile if document.stored_file else "URL",
    }


def meta_of(document: Document) -> str:
    """Kind, date, pages and size in one line."""
    stored = document.stored_file
    return meta_line(
        kind=document.kind,
        document_date=document.document_date,
        page="",
        size=stored.size if stored else 0,
        pages=stored.pages if stored else None,
    )


def covers(document: Document) -> str:
    """The period a document is about, in the words of a line; "" when none is said."""
    period = period_of(document)
    return _("covers %(period)s") % {"period": period} if period else ""


def preview_url(document: Document) -> str:
    shown = document.stored_file and document.stored_file.has_preview
    return reverse("evaluations:document_preview", args=[document.pk]) if shown else ""


def document_page(user: User, city: City, document: Any, today: date) -> dict[str, Any]:
    """Return the context of evaluations/document.html."""
    year, stored = city.evaluation_year, document.stored_file
    uses = bank.uses_of(user, document)
    return {
        "document": document,
        "title": bank.name_for(user, document),
        "opd": document.opd.official_name if document.opd else _("Secretariat"),
        "meta": meta_of(document),
        "facts": facts_of(document),
        "digest": " ".join(stored.sha256[at : at + 4] for at in range(0, 64, 4)) if stored else "",
        "tile": stored.tile if stored else "URL",
        "thumb_url": preview_url(document),
        "open_url": reverse("evaluations:document_file", args=[document.pk]) if stored else document.url,
        "validity": validity_badge(document, year, today),
        "year": year,
        "doubts": [*said_of_age(document, year), *doubts_of(document)],
        "uses": [use_row(use, uses) for use in uses],
        "versions": versions_of(user, document),
        "may_keep": rules.may_keep_document(user, document),
        "follow_url": _follow_url(user, document, uses),
        "may_replace": rules.may_keep_document(user, document) and not document.replaced_by_id,
        "validity_form": ValidityForm(),
        "asks_validity": document.validity(year, today) in ASKED and not document.replaced_by_id,
        "history": history_of(document, city),
    }


def _follow_url(user: User, document: Document, uses: Iterable[Use]) -> str:
    """Where places that show a replaced document may follow to its newer version; "" when none can."""
    may = rules.may_keep_document(user, document) and any(use.editable for use in uses)
    return newer_url(document) if may else ""


def history_of(document: Document, city: City) -> list[dict[str, Any]]:
    """What people said of the document, for timeline.html, the newest first."""
    css = {DocumentEvent.Move.ENDED: "is-returned", DocumentEvent.Move.CONFIRMED: "is-ok"}
    rows = []
    for event in document.events.select_related("by"):
        said = [event.note] if event.note else []
        if event.valid_until:
            said.append(_("until %(day)s") % {"day": dates.long_date(event.valid_until)})
        if event.move == DocumentEvent.Move.REPLACED:
            moved, kept = (len(event.facts.get(name, ())) for name in ("moved", "kept"))
            said.append(
                _("%(moved)s places moved, %(kept)s kept this version") % {"moved": moved, "kept": kept}
            )
        label = str(event.get_move_display())
        rows.append(
            {
                "css": css.get(event.move, ""),
                "verb": f"{label} ({event.year})" if event.year else label,
                "text": str(event.by),
                "iso": event.at.isoformat(),
                "at": dates.wib(event.at, city.timezone),
                "note": "; ".join(said),
            }
        )
    return rows


def facts_of(document: Document) -> list[dict[str, str]]:
    """What is said of the document, as label and text."""
    stored = document.stored_file
    rows = [
        (_("Kind"), document.get_kind_display()),
        (_("Document date"), dates.long_date(document.document_date) if document.document_date else ""),
        (_("Period covered"), period_of(document)),
        (_("Valid until"), dates.long_date(document.valid_until) if document.valid_until else ""),
        (_("Said of its validity"), validity_line(validity_payload(document))),
        (_("Note"), document.note),
    ]
    if stored:
        rows.append((_("Size"), file_size(stored.size)))
        if stored.pages:
            rows.append((_("Pages"), str(stored.pages)))
    else:
        rows.append((_("Link"), document.url))
    return [{"label": label, "text": text} for label, text in rows]


def period_of(document: Document) -> str:
    start, end = document.period_from, document.period_to
    if start and end:
        return dates.span(start, end)
    if start:
        return _("since %(day)s") % {"day": dates.long_date(start)}
    return _("until %(day)s") % {"day": dates.long_date(end)} if end else ""


def doubts_of(document: Document) -> list[str]:
    """What the inspection of the file found, whatever page a use names."""
    stored = document.stored_file
    if stored is None or not stored.doubts or not stored.pages:
        return []
    found = []
    for name, sentence in (
        ("empty", _("Pages with nothing on them: %(pages)s.")),
        ("faint", _("Pages that can hardly be read: %(pages)s. Scan them again, at 200 dpi or more.")),
    ):
        pages = stored.doubts.get(name) or []
        if pages:
            shown = ", ".join(map(str, pages[:10])) + (" …" if len(pages) > 10 else "")
            found.append(sentence % {"pages": shown})
    return found


def said_of_age(document: Document, year: int) -> list[str]:
    """That a document is older than the evaluated year, while nobody has said whether it still holds."""
    if document.replaced_by_id or not document.asks_validity(year):
        return []
    return [_("Older than the evaluated year %(year)s. Answer whether it still holds.") % {"year": year}]


def use_row(use: Use, uses: Iterable[Use] = ()) -> dict[str, Any]:
    """One place that shows the document: what, where, which page, in which state, and whether it is frozen.

    `uses` are all the reader sees: where the same file is claimed to be something else, both say so.
    """
    piece, owner = use.piece, use.owner
    return {
        "token": use.token,
        "kind": _kind(owner),
        "title": _title(owner),
        "code": _code(owner),
        "year": str(use.year),
        "url": _url(owner),
        "opd": owner.opd.short if owner.opd else _("Secretariat"),
        "status": _status(owner),
        "name": piece.title,
        "page": piece.page,
        "flags": [*piece.flags(use.year), *conflicts(piece, [other.piece for other in uses])],
        "editable": use.editable,
        "frozen": ", ".join(use.frozen),
        "kept": "" if use.editable else _kept(use),
    }


def _kind(owner: Any) -> str:
    return {
        QuickWin: _("Quick win"),
        Progress: _("Quarterly report"),
        Answer: _("Answer"),
        Clarification: _("Clarification"),
        Recommendation: _("Recommendation"),
    }[type(owner)]


def _title(owner: Any) -> str:
    if isinstance(owner, Answer | Clarification):
        return str(owner.question.text)
    return str(owner.text if isinstance(owner, Recommendation) else owner.title)


def _code(owner: Any) -> str:
    if isinstance(owner, Answer):
        return str(owner.question.code)
    return str(owner.number if isinstance(owner, Clarification) else owner.code)


def _url(owner: Any) -> str:
    if isinstance(owner, Answer):
        return reverse("evaluations:answer", args=[owner.window_id, owner.question.code])
    return str(owner.get_absolute_url())


def _status(owner: Any) -> dict[str, str]:
    if isinstance(owner, QuickWin | Progress):
        return badge(owner.status)
    if isinstance(owner, Answer):
        return answer_badge(owner.status)
    if isinstance(owner, Recommendation):
        return follow_up.badge(owner.status)
    css = "terverifikasi" if owner.status == "answered" else "diajukan"
    return {"css": css, "icon": "note", "label": str(owner.get_status_display())}


def _kept(use: Use) -> str:
    """Why a newer version would not take its place here."""
    if use.frozen:
        return _("Frozen in the review; it keeps this version.")
    if isinstance(use.owner, Clarification):
        return _("Sent to an assessor, or on its way; it keeps this version.")
    return _("Handed in; it keeps this version until it is returned.")


def versions_of(user: User, document: Document) -> list[dict[str, Any]]:
    """The chain of versions, the newest first, as far as the person may see them; empty for a single one."""
    chain = bank.chain_of(user, document)
    return [
        {
            "title": bank.name_for(user, row),
            "url": row.get_absolute_url(),
            "current": row.pk == document.pk,
            "newest": row.replaced_by_id is None,
            "at": dates.short_date(row.created_at),
        }
        for row in chain
    ]


def listing(rows: Any, user: User, city: City, today: date) -> Listing:
    """Return the bank as a table to be written."""
    columns = [
        OutColumn(_("Name"), width=48),
        OutColumn(_("Kind"), width=16),
        OutColumn(_("OPD"), width=16),
        OutColumn(_("Document date"), "date"),
        OutColumn(_("Covers from"), "date"),
        OutColumn(_("Covers until"), "date"),
        OutColumn(_("Valid until"), "date"),
        OutColumn(_("Validity"), width=28),
        OutColumn(_("Uses"), "number", 8),
        OutColumn(_("Pages"), "number", 8),
        OutColumn(_("Size in KB"), "number", 12),
        OutColumn(_("Link"), width=32),
        OutColumn(_("SHA-256"), width=66),
        OutColumn(_("Note"), width=40),
        OutColumn(_("Added"), "date"),
        OutColumn(_("Replaced"), width=12),
        OutColumn(_("Example"), width=10),
    ]
    zone, year = city.zone(), city.evaluation_year

    def lines() -> Iterator[list[Any]]:
        found: Iterable[Any] = rows.for_list().iterator(chunk_size=BATCH)
        for row in found:
            stored = row.stored_file
            yield [
                bank.name_for(user, row),
                row.get_kind_display(),
                row.opd.short if row.opd else _("Secretariat"),
                row.document_date,
                row.period_from,
                row.period_to,
                row.valid_until,
                str(row.validity(year, today).label),
                row.uses,
                stored.pages if stored else None,
                -(-stored.size // 1024) if stored else None,
                row.url,
                stored.sha256 if stored else "",
                row.note,
                row.created_at.astimezone(zone).date(),
                _("yes") if row.replaced_by_id else _("no"),
                _("yes") if row.sample else _("no"),
            ]

    return Listing(_("Evidence bank"), columns, lines())
