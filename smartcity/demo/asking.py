"""The questions of the plan and of the quick wins are asked of agencies, which answer with the evidence they have.

Every answer is invented and says so; the files are those of the agencies' quick wins.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from decimal import Decimal

from evaluations import actions
from evaluations.models import Answer, EvaluationWindow
from opd.models import Evidence, Opd, Role, User
from smartcity.demo import bank
from smartcity.demo.cast import of_opd, person
from smartcity.demo.judging import REASONS, drawn, figures_of
from smartcity.lib import clock

#: Which agency answers for which dimension: the one that carries its quick win.
OWNERS = {
    "GOV": "BKPSDM",
    "BRD": "DISBUDPAR",
    "ECO": "BPPRD",
    "LIV": "PKM-BATU10",
    "SOC": "BAPPELITBANG",
    "ENV": "DLH",
}
SECTIONS = ("OUTCOME", "QUICK_WIN")
NOTE = "Sebutkan dokumen, tanggal, dan halaman yang membuktikan nilai ini."
#: How far the answers of a window in preparation are, one after the other.
ON_THE_WAY = ("accepted", "submitted", "accepted", "returned", "submitted", "draft", "", "")


def ask(window: EvaluationWindow, by: User) -> list[str]:
    """Ask the owner of each dimension; return the codes that were asked."""
    asked: list[str] = []
    questions = window.instrument.questions.filter(section__code__in=SECTIONS).exclude(dimension=None)
    for dimension, short in OWNERS.items():
        codes = list(questions.filter(dimension__code=dimension).values_list("code", flat=True))
        opd = Opd.objects.get(city=window.city, short=short)
        moved, _left = actions.assign_questions(window=window, codes=codes, opd=opd, by=by)
        asked += moved
    return asked


def answer_everything(window: EvaluationWindow, at: datetime, *, leave: Collection[str] = ()) -> None:
    """Every agency that has not answers, its head hands in, the secretariat accepts; one answer goes back once.

    Agencies in `leave` take their time.
    """
    rows = [
        row for row in _asked(window) if row.status == "draft" and str(row.opd and row.opd.short) not in leave
    ]
    for number, row in enumerate(rows):
        moment = at + timedelta(minutes=5 * number)
        _walk(row, "accepted", moment, mend=number == 0 and bool(leave))


def answer_some(window: EvaluationWindow, at: datetime) -> None:
    """As it looks in the middle of the work: accepted, waiting, returned, being written, untouched."""
    for number, row in enumerate(_asked(window)):
        _walk(row, ON_THE_WAY[number % len(ON_THE_WAY)], at + timedelta(minutes=5 * number))


def _asked(window: EvaluationWindow) -> list[Answer]:
    return list(window.answers.exclude(opd=None).for_page().order_by("opd__short", "question__order"))


def _walk(row: Answer, status: str, at: datetime, *, mend: bool = False) -> None:
    if not status:
        return
    assert row.opd is not None
    operator = of_opd(row.opd.short, Role.OPD_OPERATOR)
    head = of_opd(row.opd.short, Role.OPD_HEAD) or operator
    assert operator is not None
    assert head is not None
    with clock.at(at):
        _write(row, operator)
        if status == "draft":
            return
        actions.move_answer(pk=row.pk, name="submit", by=head)
    with clock.at(at + timedelta(hours=20)):
        if status == "returned" or mend:
            actions.move_answer(pk=row.pk, name="return", by=person("pemeriksa"), note=NOTE)
        if mend:
            actions.move_answer(pk=row.pk, name="submit", by=head)
        if status == "accepted":
            actions.move_answer(pk=row.pk, name="accept", by=person("pemeriksa"))


def _write(row: Answer, operator: User) -> None:
    code, window = row.question.code, row.window
    score = drawn(f"{window.year}:{code}", (2, 3, 3, 3, 4))
    saved = actions.save_answer(
        window=window,
        question_code=code,
        self_score=Decimal(score),
        text=REASONS[score],
        figures=figures_of(window.year, code),
        version=row.version,
        by=operator,
        sample=True,
    )
    pieces = Evidence.objects.of_opd(saved.opd_id or 0).filter(quick_win__year=window.year)
    if row.question.section.code == "QUICK_WIN" and (piece := pieces.for_list().first()):
        assert piece.document is not None
        bank.show(saved, piece.document, operator, page=piece.page, title=piece.title)
