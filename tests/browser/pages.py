"""Every page of the portal, by who looks at it: the list the sweeps go through.

An account sees a page in the states that look different: with data and empty, before and after, its own and
another's. Every address that `addresses.NOT_A_PAGE` does not name must be in the list. The
evaluation's pages are in pages_evaluations.py.
"""

from collections.abc import Iterator

from django.urls import reverse

from evaluations.models import EvaluationWindow
from opd.models import (
    City,
    Decision,
    Document,
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
from tests.browser import pages_evaluations
from tests.browser.prepared import NEWCOMER, WITHOUT_ROLE

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
    yield from pages_evaluations.all_pages()
    yield from _reports_read()
    yield from _finding()
    yield from _meetings()
    yield from _surveys()
    yield from _bank()


def _bank() -> Iterator[tuple[str, str]]:
    """The evidence bank for an agency, an empty one, the city; a document used often, and one nobody confirmed."""
    for username in (NEWCOMER, "operator.disbudpar", "pemeriksa", "pimpinan"):
        yield username, reverse("evaluations:bank")
    yield "pemeriksa", f"{reverse('evaluations:bank')}?q=tidakada"
    yield "operator.disbudpar", f"{reverse('evaluations:bank')}?state=unconfirmed&sort=name"
    for document in _documents():
        yield "operator.disbudpar", reverse("evaluations:document", args=[document.pk])
        yield "pemeriksa", reverse("evaluations:document", args=[document.pk])
    older, newer = _documents()
    for name in ("document_edit", "document_upload"):
        yield "operator.disbudpar", reverse(f"evaluations:{name}", args=[older.pk])
    yield "operator.disbudpar", reverse("evaluations:document_replace", args=[older.pk, newer.pk])
    draft = QuickWin.objects.filter(opd__short="DISBUDPAR", status="draft").latest("pk")
    choose = reverse("evaluations:bank_choose", args=["quick-win", draft.pk])
    yield "operator.disbudpar", f"{choose}?q=laporan&document={older.pk}"
    yield "operator.disbudpar", f"{choose}?q=tidakada"
    yield "operator.disbudpar", f"{choose}documents/?document={older.pk}&document={newer.pk}"


def _documents() -> list[Document]:
    """The document of DISBUDPAR that is used most among what others may see, and its newest one."""
    rows = Document.objects.filter(opd__short="DISBUDPAR", evidence__progress__status="verified").order_by(
        "pk"
    )
    return [rows[0], rows.reverse()[0]]


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
    for status in ("closed", "open"):
        window = EvaluationWindow.objects.get(status=status)
        yield "pemeriksa", reverse("reports:dossiers", args=[window.pk])
    yield "asesor1", reverse("reports:dossiers", args=[window.pk])
    for username in ("pemeriksa", "inspektorat"):
        yield username, reverse("reports:minutes", args=[EvaluationWindow.objects.get(status="closed").pk])


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
