"""Every page of the portal, by who looks at it: the list the sweeps go through.

An account sees a page in the states that look different: with data and empty, before and after, its own and
another's. `NOT_A_PAGE` names the addresses without a page of their own; every other one must be in the list.
"""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from evaluations.models import Answer, Clarification, EvaluationWindow, InstrumentDraft, OfficialResult
from opd.models import (
    City,
    Decision,
    Evidence,
    ImportJob,
    Meeting,
    Membership,
    Opd,
    Program,
    Progress,
    QuickWin,
    Submission,
)
from reports.models import Report
from surveys.models import Round
from tests.browser.prepared import NEWCOMER, WITHOUT_ROLE

NOT_A_PAGE = {
    # a redirect, a file, a part of a page, the machine's own addresses
    "opd:home",
    "opd:evidence_file",
    "opd:evidence_preview",
    "evaluations:snapshot_file",
    "evaluations:snapshot_preview",
    "evaluations:clarification_file",
    "evaluations:clarification_preview",
    "reports:report_status",
    "reports:report_download",
    "opd:calendar_feed",
    "healthz",
    "readyz",
    # they take a form; the page is the one the form is on
    "opd:quick_win_section",
    "opd:quick_win_move",
    "opd:quick_win_continue",
    "opd:year_confirm",
    "opd:evidence_add",
    "opd:evidence_link",
    "opd:evidence_delete",
    "opd:note_save",
    "opd:note_reply",
    "opd:program_section",
    "opd:program_move",
    "opd:program_new_year",
    "opd:progress_start",
    "opd:progress_move",
    "opd:progress_evidence",
    "opd:progress_link",
    "opd:progress_note",
    "opd:progress_reply",
    "opd:theme",
    "opd:import_save",
    "opd:import_again",
    "opd:import_refused",
    "opd:export",
    "opd:template",
    "opd:notifications_read",
    "opd:decision_add",
    "opd:decision_move",
    "evaluations:window_move",
    "evaluations:window_extend",
    "evaluations:seat_remove",
    "evaluations:hand_in",
    "evaluations:instrument_copy",
    "evaluations:instrument_load",
    "evaluations:instrument_file",
    "evaluations:instrument_draft_file",
    "evaluations:clarification_reply",
    "evaluations:clarification_attach",
    "evaluations:clarification_file_remove",
    "evaluations:clarification_withdraw",
    "evaluations:clarification_extend",
    "evaluations:clarification_pass_on",
    "evaluations:official_scan",
    "evaluations:official_file",
    "evaluations:official_correct",
    "evaluations:official_move",
    "evaluations:answer_move",
    "evaluations:exhibit_add",
    "evaluations:exhibit_link",
    "evaluations:exhibit_delete",
    "evaluations:exhibit_file",
    "evaluations:exhibit_preview",
    "surveys:qr",
    "surveys:round_move",
    "surveys:confirm",
    "surveys:take_over",
    "reports:report_create",
    "reports:report_retry",
    # allauth's, for accounts that people open themselves; here the secretariat does
    "account_confirm_email",
    "account_confirm_login_code",
    "account_email",
    "account_email_verification_sent",
    "account_reauthenticate",
    "account_set_password",
}
NOBODY = ""


def pages_of(username: str) -> list[str]:
    """The addresses of the pages this account looks at."""
    return [path for name, path in _all() if name == username]


def viewers() -> tuple[str, ...]:
    """The accounts of the sweep: each sees something that no other sees, or sees it otherwise."""
    return (
        NOBODY,
        WITHOUT_ROLE,
        NEWCOMER,
        "operator.disbudpar",
        "operator.disdagin",
        "operator.bpprd",
        "kepala.dispusip",
        "pemeriksa",
        "perencana",
        "asesor1",
        "asesor2",
        "asesor3",
        "asesor5",
        "pimpinan",
        "inspektorat",
        "admin",
    )


def names_of_addresses() -> set[str]:
    """The names of all addresses of the portal but those of Django's administration."""
    return {name for name in _names(get_resolver()) if not name.startswith("admin:")}


def _names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _names(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}"


def _all() -> Iterator[tuple[str, str]]:
    for name in ("login", "signup", "inactive", "reset_password", "reset_password_done"):
        yield NOBODY, reverse(f"account_{name}")
    yield NOBODY, reverse("account_reset_password_from_key", args=["1", "lama"])
    yield NOBODY, reverse("account_reset_password_from_key_done")
    yield WITHOUT_ROLE, reverse("opd:home")
    yield WITHOUT_ROLE, reverse("account_change_password")
    yield WITHOUT_ROLE, reverse("account_logout")
    yield from _agencies()
    yield from _plan()
    yield from _reviewers()
    yield from _imports()
    yield from _board()
    yield from _evaluations()
    yield from _instruments()
    yield from _desk()
    yield from _answers()
    yield from _reports_read()
    yield from _finding()
    yield from _meetings()
    yield from _surveys()


def _surveys() -> Iterator[tuple[str, str]]:
    """A round in each state for who keeps it and for an owner; the public form running, full and over."""
    year = City.objects.get().evaluation_year
    found = {row.dimension.code: row for row in Round.objects.in_year(year).select_related("dimension")}
    running, full = found["GOV"].sheets.get(), found["BRD"].sheets.order_by("pk")[0]
    for sheet in (running, full, found["ENV"].sheets.get()):
        yield NOBODY, reverse("surveys:answer", args=[sheet.code])
    for username in ("pemeriksa", "operator.disbudpar", "pimpinan", NEWCOMER):
        yield username, reverse("surveys:rounds")
    yield "inspektorat", f"{reverse('surveys:rounds')}?year=2022"
    yield "perencana", f"{reverse('surveys:rounds')}?year=2030"
    for code in ("GOV", "BRD", "LIV", "ENV"):
        yield "pemeriksa", found[code].get_absolute_url()
    yield "operator.disbudpar", found["BRD"].get_absolute_url()
    yield "pemeriksa", reverse("surveys:round_create")
    yield "pemeriksa", reverse("surveys:round_edit", args=[found["LIV"].pk])
    yield "pemeriksa", reverse("surveys:service", args=[found["LIV"].pk, "LIV-HLT"])
    for survey in (found["BRD"], found["ENV"]):
        yield "pemeriksa", reverse("surveys:recap", args=[survey.services.order_by("pk")[0].pk])
    for name in ("print", "help"):
        yield "pemeriksa", reverse(f"surveys:{name}", args=[running.code])


def _meetings() -> Iterator[tuple[str, str]]:
    """The list and the form for who keeps them, a meeting with an open task for its owner, the agenda."""
    meeting = Meeting.objects.newest_first()[0]
    for name in ("opd:meetings", "opd:meeting_create", "opd:agenda", "opd:decisions", "opd:changes"):
        yield "pemeriksa", reverse(name)
    yield "pemeriksa", f"{reverse('opd:changes')}?since=2022-01-01&what=verified"
    task = Decision.objects.open().for_list()[0]
    for name in ("opd:decision", "opd:decision_edit"):
        yield "pemeriksa", reverse(name, args=[task.pk])
    for name in ("opd:meeting", "opd:meeting_edit"):
        yield "pemeriksa", reverse(name, args=[meeting.pk])
    yield "operator.disbudpar", reverse("opd:meeting", args=[meeting.pk])
    yield "pimpinan", reverse("opd:agenda")
    for query in ("", "?year=2022"):
        yield "pimpinan", f"{reverse('evaluations:city_plan')}{query}"


def _agencies() -> Iterator[tuple[str, str]]:
    returned, draft, bare = (
        _quick_win("Paket wisata"),
        _quick_win("Layanan Terpadu"),
        _quick_win("Pengendalian"),
    )
    for username in (NEWCOMER, "operator.disbudpar", "operator.disdagin", "kepala.dispusip"):
        yield username, reverse("opd:workspace")
        yield username, reverse("opd:quick_wins")
    yield NEWCOMER, reverse("opd:quick_win_create")
    for row in (returned, draft):
        yield "operator.disbudpar", reverse("opd:quick_win", args=[row.pk])
        yield "operator.disbudpar", reverse("opd:quick_win_edit", args=[row.pk])
    yield "operator.disbudpar", f"{reverse('opd:quick_wins')}?q=tidakada"
    yield "operator.disbudpar", reverse("opd:evidence_edit", args=[_evidence(returned).pk])
    yield "operator.disbudpar", reverse("opd:receipt", args=[_receipt(returned).number])
    yield "operator.disdagin", reverse("opd:quick_win_edit", args=[bare.pk])
    proposed = _quick_win("Perpustakaan keliling")
    yield "kepala.dispusip", reverse("opd:quick_win", args=[proposed.pk])
    yield "kepala.dispusip", reverse("opd:quick_win_edit", args=[proposed.pk])
    yield from _progress()
    yield "kepala.dispusip", "/tidak-ada/"
    yield "kepala.dispusip", reverse("opd:queue")


def _progress() -> Iterator[tuple[str, str]]:
    """Quarterly reports: the list, a draft, a returned one, one with the head, one to review, a receipt."""
    year = City.objects.get().evaluation_year
    for username in ("operator.disbudpar", "pemeriksa", "pimpinan"):
        yield username, reverse("opd:progress_list")
    yield "operator.disbudpar", f"{reverse('opd:progress_list')}?q=tidakada"
    yield "operator.disbudpar", f"{reverse('opd:progress_approve')}?year={year}&quarter=3"
    reports = Progress.objects.filter(opd__short="DISBUDPAR", year=year).order_by("pk")
    for status in ("draft", "returned"):
        yield "operator.disbudpar", reverse("opd:progress_edit", args=[reports.filter(status=status)[0].pk])
    verified, waiting = reports.filter(status="verified")[0], reports.filter(status="submitted")[0]
    yield "operator.disbudpar", reverse("opd:progress", args=[verified.pk])
    yield "operator.disbudpar", reverse("opd:receipt", args=[verified.submissions.all()[0].number])
    yield "pemeriksa", f"{reverse('opd:queue')}?kind=progress"
    yield "pemeriksa", reverse("opd:progress_review", args=[waiting.pk])
    yield "pemeriksa", reverse("opd:progress", args=[verified.pk])


def _plan() -> Iterator[tuple[str, str]]:
    approved, opened = (
        Program.objects.filter(status=status).order_by("pk")[0] for status in ("approved", "returned")
    )
    for username in ("operator.disbudpar", "pemeriksa", "perencana", "pimpinan", NEWCOMER):
        yield username, reverse("opd:plan")
        yield username, reverse("opd:programs")
    yield "pimpinan", f"{reverse('opd:plan')}?year=2030"
    yield "perencana", f"{reverse('opd:programs')}?q=tidakada"
    yield "perencana", reverse("opd:plan_edit")
    yield "perencana", reverse("opd:city_budget", args=[2022])
    for username, name in (
        ("perencana", "program"),
        ("operator.disbudpar", "program_edit"),
        ("perencana", "program_edit"),
    ):
        yield username, reverse(f"opd:{name}", args=[opened.pk])
    yield "operator.disbudpar", reverse("opd:program_year", args=[opened.pk, 2022])
    yield "operator.disbudpar", reverse("opd:program_create")
    yield "pemeriksa", reverse("opd:program", args=[approved.pk])


def _reviewers() -> Iterator[tuple[str, str]]:
    waiting, own_house = _quick_win("Lampu jalan"), _quick_win("Tanjungpinang Aktual")
    for username in ("pemeriksa", "perencana", "inspektorat"):
        yield username, reverse("opd:queue")
        yield username, reverse("opd:quick_wins")
        yield username, reverse("opd:review", args=[own_house.pk])
    yield "pemeriksa", f"{reverse('opd:queue')}?q=tidakada"
    yield "pemeriksa", reverse("opd:review", args=[waiting.pk])
    yield "pemeriksa", reverse("opd:quick_win", args=[_quick_win("Presensi").pk])
    yield "pimpinan", reverse("opd:quick_wins")
    yield "pimpinan", reverse("opd:quick_win", args=[_quick_win("Presensi").pk])


def _imports() -> Iterator[tuple[str, str]]:
    found = {
        row.original_name: row.pk for row in ImportJob.objects.filter(idempotency_key__startswith="sapuan-")
    }
    yield "operator.disbudpar", reverse("opd:imports")
    yield "operator.disbudpar", reverse("opd:import_map", args=[found["kolom.csv"]])
    yield "operator.disbudpar", reverse("opd:import_table", args=[found["kolom.csv"]])
    yield "operator.disbudpar", reverse("opd:import_table", args=[found["asing.csv"]])
    yield "operator.disbudpar", reverse("opd:import_check", args=[found["baris.csv"]])
    yield "operator.disbudpar", reverse("opd:import", args=[found["rusak.csv"]])
    yield "perencana", reverse("opd:imports")


def _board() -> Iterator[tuple[str, str]]:
    late = Opd.objects.get(short="DISHUB", valid_to=None)
    for username in ("operator.disbudpar", "pemeriksa", "pimpinan"):
        yield username, reverse("opd:board")
        yield username, reverse("opd:periods")
        yield username, reverse("opd:notifications")
    yield "pemeriksa", reverse("opd:board_detail", args=[late.pk])
    yield "pemeriksa", f"{reverse('opd:reminder_text', args=[late.pk])}?quarter=3"


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
        yield username, reverse("evaluations:score", args=[running.pk, code])
    for name in ("material", "declare", "result"):
        yield "asesor1", reverse(f"evaluations:{name}", args=[running.pk])


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
    yield "operator.disbudpar", reverse("evaluations:exhibit_reuse", args=[writing.pk])
    for piece in writing.exhibits.all()[:1]:
        yield "operator.disbudpar", reverse("evaluations:exhibit_edit", args=[piece.pk])


def _finding() -> Iterator[tuple[str, str]]:
    for username in ("operator.disbudpar", "pemeriksa", "pimpinan"):
        yield username, f"{reverse('opd:search')}?q=pelayanan"
    for username in ("operator.disbudpar", "asesor1", "pemeriksa"):
        yield username, reverse("opd:calendar")
    for username in (NEWCOMER, "operator.disbudpar"):
        yield username, reverse("opd:handover")
    yield "pemeriksa", reverse("opd:people")
    yield "admin", reverse("opd:people")
    yield (
        "admin",
        reverse("opd:hand_over", args=[Membership.objects.get(user__username="kepala.dispusip").pk]),
    )
    for username in ("operator.disbudpar", "perencana", "pimpinan"):
        yield username, reverse("opd:years")
    yield "perencana", reverse("opd:year_start")
    yield "pemeriksa", reverse("opd:search")
    yield "pemeriksa", f"{reverse('opd:search')}?q=tidakada"


def _reports_read() -> Iterator[tuple[str, str]]:
    for username in ("pemeriksa", "pimpinan", "inspektorat"):
        yield username, reverse("reports:reports")
    for report in Report.objects.order_by("pk"):
        yield "pemeriksa", reverse("reports:report", args=[report.pk])


def _quick_win(name: str) -> QuickWin:
    """The quick win of this evaluation year whose name begins so."""
    return QuickWin.objects.filter(name__istartswith=name).order_by("-year", "-pk")[0]


def _evidence(quick_win: QuickWin) -> Evidence:
    return quick_win.evidence.exclude(kind="photo").order_by("pk")[0]


def _receipt(quick_win: QuickWin) -> Submission:
    return quick_win.submissions.order_by("-sequence")[0]


def refused(username: str) -> dict[str, int]:
    """The addresses this account is refused, with the code: the page that says so is a page too."""
    return {WITHOUT_ROLE: {"/": 403}, "kepala.dispusip": {"/tidak-ada/": 404, reverse("opd:queue"): 403}}.get(
        username, {}
    )
