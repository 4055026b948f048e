"""The score workbook of one's own seat: take it along, bring it back, look at every row, consent.

Nothing of an upload is kept on the server: the rows that were looked at travel in the page, signed, and what is
saved are those rows and no others.
"""

from dataclasses import asdict, replace
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from evaluations import actions, rules
from evaluations.access import seat_or_404
from evaluations.actions.score_book import Overtaken, note_taken, save_scores
from evaluations.models import Seat, Snapshot
from evaluations.score_book import layout, writing
from evaluations.score_book.comparing import SAVABLE, Entry, compare
from evaluations.score_book.reading import BookRefused, ReadRow, read
from evaluations.views.score_book_page import book_page, preview_page
from opd.access import person
from smartcity.lib import clock
from smartcity.lib.workflow import WrongStatus

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PAGE_LASTS = 12 * 3600  # seconds a preview may wait for its consent


@require_http_methods(["GET", "POST"])
def score_book(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook to download, the form for a filled one; POST: what saving it would do, row by row."""
    seat = seat_or_404(request, pk)
    if not rules.may_look(person(request), seat, clock.now()):
        return redirect("evaluations:declare", pk)
    snapshot = seat.window.snapshot()
    if request.method == "GET" or snapshot is None or seat.handed_in_at:
        return render(request, "evaluations/score_book.html", book_page(seat, snapshot))
    upload = request.FILES.get("file")
    if upload is None:
        return _refused(request, seat, snapshot, _("Choose the filled workbook first. [BOOK-NONE]"))
    try:
        with upload.open() as file:  # closed at once: a large upload's temporary file goes with it
            note, rows = read(file, upload.name or "", seat, snapshot)  # type: ignore[arg-type]
    except BookRefused as refusal:
        return _refused(request, seat, snapshot, str(refusal))
    if not rows:
        return _refused(request, seat, snapshot, _("The workbook holds no row. [BOOK-EMPTY]"))
    return _preview(request, seat, note, rows)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook of one's own seat with what is scored so far; that it was taken is written down."""
    seat = seat_or_404(request, pk)
    if not rules.may_look(person(request), seat, clock.now()):
        raise PermissionDenied
    snapshot = seat.window.snapshot()
    if snapshot is None:
        return redirect("evaluations:score_book", pk)
    note_taken(seat=seat, by=person(request))
    response = HttpResponse(writing.book_of(seat, snapshot), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{writing.file_name(seat)}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Save the chosen rows of what was looked at: all of them in one transaction, once."""
    seat = seat_or_404(request, pk)
    if not rules.may_look(person(request), seat, clock.now()):
        raise PermissionDenied
    if "rows" not in request.POST:
        raise BadRequest("the form came without its rows")
    held = _held(request.POST["rows"], seat)
    if held is None:
        messages.error(
            request, _("This preview is too old or not yours. Upload the workbook again. [BOOK-OLD]")
        )
        return redirect("evaluations:score_book", pk)
    note, rows, seen = held
    chosen = set(request.POST.getlist("row"))
    entries = [row for row in compare(seat, note, rows) if row.code in chosen]
    if not entries:
        messages.error(request, _("No row was chosen. Nothing was saved. [BOOK-CHOICE]"))
        return _preview(request, seat, note, rows, status=422)
    return _save(request, seat, note, rows, [_as_seen(row, seen) for row in entries])


def _save(
    request: HttpRequest, seat: Seat, note: layout.Note, rows: list[ReadRow], entries: list[Entry]
) -> HttpResponse:
    """Save, or answer with the sentence that says why not; a row that was overtaken is shown beside the newer one."""
    if any(entry.why for entry in entries):
        return _preview(request, seat, note, rows, status=422)
    try:
        count = save_scores(seat=seat, rows=entries, by=person(request))
    except Overtaken as error:
        text = _(
            "Nothing was saved: %(codes)s changed in the portal meanwhile. Look at both values. [VER-STALE]"
        )
        messages.error(request, text % {"codes": ", ".join(error.codes)})
        return _preview(request, seat, note, rows, status=409)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return _preview(request, seat, note, rows, status=422)
    except (actions.TooLate, WrongStatus) as refusal:
        messages.error(request, str(refusal))
        return redirect("evaluations:sheet", seat.window_id)
    text = ngettext(
        "%(count)s score was saved from the workbook.",
        "%(count)s scores were saved from the workbook.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("evaluations:sheet", seat.window_id)


def _refused(request: HttpRequest, seat: Seat, snapshot: Snapshot | None, error: str) -> HttpResponse:
    context = book_page(seat, snapshot) | {"error": error}
    return render(request, "evaluations/score_book.html", context, status=422)


def _preview(
    request: HttpRequest, seat: Seat, note: layout.Note, rows: list[ReadRow], *, status: int = 200
) -> HttpResponse:
    """Every row with what saving it would do; the signed rows are what consent is about."""
    entries = compare(seat, note, rows)
    held = {
        "seat": seat.pk,
        "note": asdict(note),
        "rows": [asdict(row) for row in rows],
        "seen": {entry.code: entry.version for entry in entries if entry.outcome in SAVABLE},
    }
    context = preview_page(seat, entries) | {
        "held": signing.dumps(held, salt=layout.PAGE_SALT, compress=True)
    }
    return render(request, "evaluations/score_book_check.html", context, status=status)


def _held(text: str, seat: Seat) -> tuple[layout.Note, list[ReadRow], dict[str, int]] | None:
    """The rows of a preview of this very seat; None when they are too old, changed, or another's."""
    try:
        held: dict[str, Any] = signing.loads(text, salt=layout.PAGE_SALT, max_age=PAGE_LASTS)
    except signing.BadSignature:
        return None
    if held["seat"] != seat.pk:
        return None
    note = layout.Note(
        **(held["note"] | {"rows": {code: tuple(row) for code, row in held["note"]["rows"].items()}})
    )
    return note, [ReadRow(**row) for row in held["rows"]], held["seen"]


def _as_seen(entry: Entry, seen: dict[str, int]) -> Entry:
    """The row with the version its reader had before the eyes, so that a newer score is never overwritten unseen."""
    return replace(entry, version=seen.get(entry.code, 0))
