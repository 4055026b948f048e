"""Getting rows for a person: 404 for what they may not know of, 403 for what they may not do."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from evaluations import bank, rules
from evaluations.models import (
    Answer,
    Clarification,
    EvaluationWindow,
    Exhibit,
    Instrument,
    InstrumentDraft,
    OfficialResult,
    Seat,
    Snapshot,
)
from evaluations.structure import QuestionFacts, structure_of
from opd.access import person
from opd.models import Document


def window_or_404(request: HttpRequest, pk: int, *, rehearsals: bool = False) -> EvaluationWindow:
    """A window the person may see: of the city they serve, or where they are seated.

    A rehearsal is absent unless the page says that it knows rehearsals.
    """
    rows = EvaluationWindow.with_rehearsals if rehearsals else EvaluationWindow.objects
    return get_object_or_404(rows.visible_to(person(request)).for_page(), pk=pk)


def rehearsal_or_404(request: HttpRequest, pk: int) -> EvaluationWindow:
    """A rehearsal the person may see: of the city they serve, or where they are seated."""
    rows = EvaluationWindow.with_rehearsals.rehearsals().visible_to(person(request))
    return get_object_or_404(rows.for_page(), pk=pk)


def city_window_or_404(request: HttpRequest, pk: int, *, rehearsals: bool = False) -> EvaluationWindow:
    """A window of the city the person serves; an assessor has other pages for it (403)."""
    window = window_or_404(request, pk, rehearsals=rehearsals)
    if not rules.may_read_answers(person(request), window):
        raise PermissionDenied
    return window


def answering_window_or_404(request: HttpRequest, pk: int) -> EvaluationWindow:
    """A window whose questions the person answers or reads: their agency was asked, or they serve the city."""
    asked = EvaluationWindow.objects.asked_of(person(request)).for_page().filter(pk=pk).first()
    return asked or city_window_or_404(request, pk)


def answer_or_404(request: HttpRequest, pk: int) -> Answer:
    """An answer the person may know of: of their agency, or of the city they serve."""
    return get_object_or_404(Answer.objects.visible_to(person(request)).for_page(), pk=pk)


def exhibit_or_404(request: HttpRequest, pk: int) -> Exhibit:
    """A piece of evidence of an answer the person may read."""
    seen = Exhibit.objects.visible_to(person(request))
    return get_object_or_404(
        seen.select_related("stored_file", "document", "answer__window__city", "answer__question"), pk=pk
    )


def document_or_404(request: HttpRequest, pk: int) -> Document:
    """A document of the bank the person may know of: of their agency, or shown by something they may see."""
    user = person(request)
    rows = bank.seen_by(user).filter(city__in=[held.city_id for held in user.memberships_now()])
    return get_object_or_404(
        rows.select_related("stored_file", "opd__parent", "city", "replaced_by", "answer__by"), pk=pk
    )


def seat_or_404(request: HttpRequest, pk: int) -> Seat:
    """The seat the person holds in a window, declared or not; one with a conflict is as if absent."""
    rows = Seat.objects.held_by(person(request)).filter(conflict__isnull=True)
    return get_object_or_404(
        rows.select_related("window__city", "window__instrument", "user", "hand_in"), window=pk
    )


def snapshot_or_404(request: HttpRequest, pk: int) -> Snapshot:
    """The newest frozen state of a window, for the city and for usable seats."""
    rows = Snapshot.objects.visible_to(person(request)).filter(window=pk).newest_first()
    snapshot = rows.select_related("window__city", "window__instrument").first()
    if snapshot is None:
        raise Http404
    return snapshot


def instrument_or_404(request: HttpRequest, pk: int) -> Instrument:
    """A version of a question list, for whoever works for a whole city (403 for the others)."""
    if not rules.may_read_instruments(person(request)):
        raise PermissionDenied
    return get_object_or_404(Instrument.objects.select_related("dimension_set"), pk=pk)


def draft_or_404(request: HttpRequest, pk: int) -> InstrumentDraft:
    """One's own draft, while one may still bring in instruments."""
    rows = InstrumentDraft.objects.visible_to(person(request)).select_related("city", "by", "loaded")
    draft = get_object_or_404(rows, pk=pk)
    if not rules.may_load_instruments(person(request), draft.city_id):
        raise PermissionDenied
    return draft


def question_or_404(window: EvaluationWindow, code: str) -> QuestionFacts:
    """A question of the window's instrument."""
    question = structure_of(window.instrument).questions.get(code)
    if question is None:
        raise Http404
    return question


def item_or_404(request: HttpRequest, pk: int) -> Clarification:
    """An item of the clarification desk the person may see."""
    return get_object_or_404(Clarification.objects.visible_to(person(request)).for_page(), pk=pk)


def official_or_404(request: HttpRequest, pk: int) -> OfficialResult:
    """A revision of a result letter the person may read."""
    return get_object_or_404(OfficialResult.objects.visible_to(person(request)).for_page(), pk=pk)


def posted_version(request: HttpRequest) -> int:
    """The version a form carries; a guard that vanishes when a template forgets a field is no guard: 400."""
    version = request.POST.get("version", "")
    if not version.isdecimal() or len(version) > 9:
        raise BadRequest("the form came without its version")
    return int(version)


def by_script(request: HttpRequest) -> bool:
    """Whether autosave asks, so that the answer is JSON."""
    return request.headers.get("X-Requested-With") == "autosave"
