"""The evidence bank of the demonstration: one file in several places and years, confirmed, ended, replaced, waiting.

Every document is invented and says so; everything goes through the functions the pages use.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaluations import bank as reading
from evaluations.actions.bank import fingerprint, replace_document
from evaluations.actions.choosing import show_documents
from evaluations.choosing import Choice, Owner, Place
from evaluations.models import Answer, Recommendation
from opd.actions import documents as actions
from opd.models import City, Document, Evidence, Opd, Progress, QuickWin, Role, Status, User
from smartcity.demo import material, writing
from smartcity.demo.cast import of_opd
from smartcity.lib import clock, files

#: Shown again for what went on from 2022, by agency: its name, the page, and whether it was confirmed.
CARRIED_OVER = {
    "BKPSDM": ("Surat edaran presensi elektronik", "1", True),
    "BPPRD": ("Perjanjian kerja sama dengan bank penerima", "2", True),
    "BAPPELITBANG": ("Notula rapat forum CSR", "2", None),
}
DECREE = "SK Tim Pelaksana Smart City"
TABLE, REPORT = "Rekap permohonan 2022", "Laporan tindak lanjut R-2021-01"


def show(
    owner: Owner, document: Document, by: User, *, page: str = "", title: str = "", holds: bool | None = None
) -> None:
    """Choose a document of the bank for a record, as the page does."""
    year: Any = owner.for_year if isinstance(owner, Recommendation) else getattr(owner, "year", None)
    if year is None:
        year = owner.window.year  # type: ignore[union-attr]
    choice = Choice(
        document=document.pk,
        version=document.version,
        title=title or document.title,
        page=page,
        holds=holds,
    )
    show_documents(place=Place("", owner, year, "", ""), choices=[choice], by=by)


def carry_over(quick_win: QuickWin, operator: User) -> None:
    """What went on from 2022 shows a document of then once more, before it is submitted."""
    name, page, holds = CARRIED_OVER.get(quick_win.opd.short, ("", "", None))
    if name and (found := _named(quick_win.opd, name)):
        show(quick_win, found, operator, page=page, holds=holds)


def of_today(city: City) -> None:
    """DISBUDPAR shows three documents in several places, one of them anew; BKPSDM has one that holds no longer."""
    opd = Opd.objects.get(city=city, short="DISBUDPAR", valid_to=None)
    operator = of_opd("DISBUDPAR", Role.OPD_OPERATOR)
    assert operator is not None
    now = clock.now()
    with clock.at(now - timedelta(hours=9)):
        places = list(_open_places(opd, city.evaluation_year))
        _decree(places, operator, date(city.evaluation_year - 1, 3, 14))
        report = _named(opd, REPORT)
        running = [row for row in places if isinstance(row, Recommendation)]
        if report and running:
            show(running[0], report, operator, page="1")
        _replace_table(opd, [row for row in places if isinstance(row, QuickWin)], operator)
    with clock.at(now - timedelta(hours=5)):
        _end(city)


def _open_places(opd: Opd, year: int) -> Iterable[Owner]:
    """What the agency is still writing: quick wins, quarterly reports, answers, recommendations."""
    with_agency = [Status.DRAFT, Status.RETURNED]
    yield from QuickWin.objects.filter(opd=opd, year=year, status__in=with_agency).order_by("number")
    yield from Progress.objects.filter(opd=opd, year=year, status__in=with_agency).order_by("pk")[:2]
    yield from Answer.objects.filter(opd=opd, window__year=year, status="draft").for_page().order_by("pk")[:1]
    yield from Recommendation.objects.filter(opd=opd, for_year=year, status="running").order_by("pk")


def _decree(places: list[Owner], operator: User, day: date) -> None:
    """One decree of last year, attached once and chosen from the bank everywhere else; confirmed with the first."""
    first, *others = places
    assert isinstance(first, QuickWin)
    row = {"type": "document", "kind": "decree", "name": "sk-tim-smart-city", "pages": 4, "page": "2"}
    writing.attach(first, [row | {"title": DECREE, "date": day}], operator)
    document = Document.objects.get(evidence__quick_win=first, evidence__title=DECREE)
    for place in others:
        document.refresh_from_db()
        show(place, document, operator, page="2", holds=True if document.confirmed_for is None else None)


def _replace_table(opd: Opd, drafts: list[QuickWin], operator: User) -> None:
    """The table of 2022 is shown for what goes on from it; the table of this year takes its place there."""
    old = _named(opd, TABLE)
    if old is None or not drafts:
        return
    show(drafts[-1], old, operator, page="3", title="Rekap permohonan")
    old.refresh_from_db()
    with TemporaryDirectory() as folder:
        name = f"Rekap permohonan {drafts[-1].year}"
        path = material.document(name, 18, Path(folder), "-".join(name.lower().split()))
        with files.inspect_upload(path, path.name, kind=old.kind) as accepted:
            day = date(drafts[-1].year, 6, 30)
            new = actions.keep_file(like=old, accepted=accepted, document_date=day, by=operator)
    uses = reading.uses_of(operator, old)
    replace_document(
        pk=old.pk,
        by_newer=new.pk,
        chosen=[use.token for use in uses if use.editable],
        shown=fingerprint(uses),
        version=old.version,
        by=operator,
    )


def _end(city: City) -> None:
    """The circular of BKPSDM was revoked after the window froze it."""
    opd = Opd.objects.get(city=city, short="BKPSDM", valid_to=None)
    head, found = of_opd("BKPSDM", Role.OPD_HEAD), _named(opd, CARRIED_OVER["BKPSDM"][0])
    if head and found:
        actions.answer_validity(
            pk=found.pk,
            year=city.evaluation_year,
            holds=False,
            note="Dicabut dengan surat edaran baru (contoh).",
            version=found.version,
            by=head,
        )


def _named(opd: Opd, title: str) -> Document | None:
    """The agency's document that was attached under a name; also as what closed a recommendation."""
    piece = Evidence.objects.of_opd(opd.pk).filter(title=title, document__isnull=False).first()
    if piece is not None and piece.document is not None:
        return Document.objects.get(pk=piece.document.pk)
    return Document.objects.filter(opd=opd, exhibits__title=title).order_by("pk").first()
