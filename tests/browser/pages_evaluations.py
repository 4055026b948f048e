"""The evaluation's pages in the sweeps: windows, sheets, question lists, the desk, the self-assessment, letters."""

from collections.abc import Iterator

from django.urls import reverse

from evaluations.models import (
    Answer,
    Clarification,
    EvaluationWindow,
    InstrumentDraft,
    OfficialResult,
    Recommendation,
)
from tests.browser.prepared import NEWCOMER


def all_pages() -> Iterator[tuple[str, str]]:
    """Every page of this part: who looks at it, its address."""
    yield from _evaluations()
    yield from _instruments()
    yield from _desk()
    yield from _answers()
    yield from _interviews()
    yield from _recommendations()
    yield from _rehearsals()


def _evaluations() -> Iterator[tuple[str, str]]:
    closed, running, ahead = (EvaluationWindow.objects.get(status=s) for s in ("closed", "open", "draft"))
    for username in ("pemeriksa", "perencana", "pimpinan", "inspektorat"):
        yield username, reverse("evaluations:city")
        yield username, f"{reverse('evaluations:city')}?year={closed.year}"
        yield username, reverse("evaluations:result", args=[closed.pk])
    for username in ("pemeriksa", "inspektorat"):
        yield username, reverse("evaluations:windows")
        for window in (closed, running, ahead):
            yield username, reverse("evaluations:window", args=[window.pk])
            yield username, reverse("evaluations:answers", args=[window.pk])
        for window, code in ((running, "OP-1"), (ahead, "OP-1"), (ahead, "IM-GOV-1")):
            yield username, reverse("evaluations:answer", args=[window.pk, code])
    for username in ("pemeriksa", "perencana", "pimpinan"):
        for window in (closed, running, ahead):
            yield username, reverse("evaluations:submission", args=[window.pk])
    receipt = closed.last_submission()
    assert receipt is not None
    yield "perencana", reverse("evaluations:submission_receipt", args=[receipt.number])
    letter = OfficialResult.objects.published().newest_first().first()
    draft = OfficialResult.objects.drafts().first()
    for username in ("pemeriksa", "pimpinan", "inspektorat", "operator.disbudpar"):
        yield username, reverse("evaluations:years")
        yield username, reverse("evaluations:official", args=[letter.pk])
    yield "perencana", reverse("evaluations:official", args=[draft.pk])
    yield "pemeriksa", reverse("evaluations:official_edit", args=[draft.pk])
    yield "pemeriksa", reverse("evaluations:official_create")
    yield (
        "pemeriksa",
        f"{reverse('evaluations:official_create')}?year=2019&stage=Tahap+I&instrument={closed.instrument_id}",
    )
    yield "pemeriksa", reverse("evaluations:window_create")
    yield "pemeriksa", reverse("evaluations:window_edit", args=[ahead.pk])
    yield "pemeriksa", reverse("evaluations:seats", args=[running.pk])
    yield "pemeriksa", reverse("evaluations:seats", args=[ahead.pk])
    yield "pemeriksa", reverse("evaluations:result", args=[running.pk])
    yield "pemeriksa", reverse("evaluations:material", args=[running.pk])
    yield "asesor3", reverse("evaluations:declare", args=[running.pk])
    for username in ("asesor1", "asesor3"):
        yield username, reverse("evaluations:sheets")
    for username, code in (("asesor1", "OP-1"), ("asesor2", "QW-GOV-1"), ("asesor5", "QW-LIV-1")):
        yield username, reverse("evaluations:sheet", args=[running.pk])
        yield username, reverse("evaluations:score_book", args=[running.pk])
        yield username, reverse("evaluations:score", args=[running.pk, code])
    for name in ("material", "declare", "result"):
        yield "asesor1", reverse(f"evaluations:{name}", args=[running.pk])


def _rehearsals() -> Iterator[tuple[str, str]]:
    """The closed one of 2022 beside the panel, for the city and for who played; a new one of the window ahead."""
    held = EvaluationWindow.with_rehearsals.rehearsals().get(status="closed")
    ahead = EvaluationWindow.objects.get(status="draft")
    for username in ("pemeriksa", "perencana", "pimpinan"):
        for name in ("rehearsal", "rehearsal_comparison", "material"):
            yield username, reverse(f"evaluations:{name}", args=[held.pk])
    for username in ("pemeriksa", "pimpinan", "operator.dishub"):
        yield username, reverse("evaluations:rehearsals")
    yield "pemeriksa", reverse("evaluations:rehearsal_create", args=[ahead.pk])
    for window in EvaluationWindow.with_rehearsals.rehearsals().filter(status="draft"):
        yield "pemeriksa", reverse("evaluations:rehearsal_edit", args=[window.pk])
        yield "pemeriksa", reverse("evaluations:seats", args=[window.pk])


def _interviews() -> Iterator[tuple[str, str]]:
    """One that was held and one that is planned, for the panel and for the city's people."""
    held, planned = (EvaluationWindow.objects.get(status=status) for status in ("closed", "open"))
    for username in ("asesor1", "pemeriksa", "pimpinan"):
        yield username, reverse("evaluations:interview", args=[planned.pk])
    for window in (held, planned):
        yield "pemeriksa", reverse("evaluations:interview_slot", args=[window.pk, "dimension-LIV"])
    for key in ("dimension-LIV", "opening"):
        yield "asesor1", reverse("evaluations:interview_slot", args=[planned.pk, key])
    yield "pemeriksa", reverse("evaluations:interview", args=[held.pk])
    for name in ("interview_plan", "interview_print"):
        yield "pemeriksa", reverse(f"evaluations:{name}", args=[planned.pk])
    for username in ("pemeriksa", "pimpinan"):
        yield username, reverse("evaluations:consensus", args=[held.pk])
    yield "pemeriksa", f"{reverse('evaluations:consensus', args=[held.pk])}?show=flagged&section=BASELINE"
    yield "pemeriksa", reverse("evaluations:consensus_question", args=[held.pk, "OP-1"])
    for username in ("asesor1", "asesor2", "pemeriksa"):
        yield username, reverse("evaluations:consensus", args=[planned.pk])


def _instruments() -> Iterator[tuple[str, str]]:
    """Question lists: to look at, a draft with a change, one that is refused, and the years under one version."""
    closed = EvaluationWindow.objects.get(status="closed")
    for username in ("pemeriksa", "pimpinan"):
        yield username, reverse("evaluations:instruments")
        yield username, reverse("evaluations:instrument", args=[closed.instrument_id])
        yield username, f"{reverse('evaluations:trend')}?under={closed.instrument_id}"
    yield "pemeriksa", reverse("evaluations:instrument_compare", args=[closed.instrument_id])
    yield "pemeriksa", reverse("evaluations:instrument_upload")
    for draft in InstrumentDraft.objects.order_by("pk"):
        yield "pemeriksa", draft.get_absolute_url()
        if draft.content:
            yield "pemeriksa", reverse("evaluations:instrument_mend", args=[draft.pk])
            yield "pemeriksa", reverse("evaluations:instrument_mend_question", args=[draft.pk, "IM-GOV-4"])


def _desk() -> Iterator[tuple[str, str]]:
    """The desk for each side; an open item for who answers, asks and watches, the closed ones of 2022."""
    running = EvaluationWindow.objects.get(status="open")
    waiting = Clarification.objects.get(window=running)
    for username in ("operator.bpprd", "operator.disdagin", "pemeriksa", "pimpinan", "asesor1", "asesor2"):
        yield username, reverse("evaluations:clarifications")
    yield "operator.bpprd", reverse("opd:workspace")
    for username in ("operator.bpprd", "pemeriksa", "asesor2"):
        yield username, reverse("evaluations:clarification", args=[waiting.pk])
    for item in Clarification.objects.exclude(pk=waiting.pk).order_by("pk"):
        yield "pemeriksa", reverse("evaluations:clarification", args=[item.pk])
    yield "asesor1", reverse("evaluations:clarification_ask", args=[running.pk, "OP-1"])


def _answers() -> Iterator[tuple[str, str]]:
    """The self-assessment as its secretariat and an agency with answers in every state see it."""
    ahead = EvaluationWindow.objects.get(status="draft")
    yield "pemeriksa", f"{reverse('evaluations:answers_assign', args=[ahead.pk])}?dimension=BRD"
    for username in ("pemeriksa", "pimpinan", "operator.disbudpar"):
        yield username, reverse("evaluations:forecast", args=[ahead.pk])
    for username in (NEWCOMER, "operator.disbudpar"):
        yield username, reverse("evaluations:own_answers")
    yield "operator.disbudpar", reverse("evaluations:answers", args=[ahead.pk])
    own = Answer.objects.filter(window=ahead, opd__short="DISBUDPAR").select_related("question")
    for row in {row.status: row for row in own.order_by("pk")}.values():
        for username in ("operator.disbudpar", "pemeriksa"):
            yield username, reverse("evaluations:answer", args=[ahead.pk, row.question.code])
    writing = own.filter(status__in=["draft", "returned"], exhibits__isnull=False).first() or own.first()
    assert writing is not None
    yield "operator.disbudpar", reverse("evaluations:bank_choose", args=["answer", writing.pk])
    for piece in writing.exhibits.all()[:1]:
        yield "operator.disbudpar", reverse("evaluations:exhibit_edit", args=[piece.pk])


def _recommendations() -> Iterator[tuple[str, str]]:
    """The register as the secretariat, leadership and an agency see it; one in work, one closed, one carried over."""
    for username in ("operator.disbudpar", "pemeriksa", "pimpinan", NEWCOMER):
        yield username, reverse("evaluations:recommendations")
    yield "pemeriksa", f"{reverse('evaluations:recommendations')}?q=tidakada"
    yield "pemeriksa", reverse("evaluations:recommendation_create")
    for status in ("running", "closed", "carried"):
        row = Recommendation.objects.filter(status=status).order_by("pk")[0]
        yield "pemeriksa", reverse("evaluations:recommendation", args=[row.pk])
    own = Recommendation.objects.filter(status="running", opd__short="DISBUDPAR").order_by("pk")[0]
    yield "operator.disbudpar", reverse("evaluations:recommendation", args=[own.pk])
    yield "pemeriksa", reverse("evaluations:recommendation_edit", args=[own.pk])
