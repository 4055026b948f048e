"""The workbook of one seat: its questions with the rubric beside them, what is scored so far, and whose it is."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from evaluations.actions import REMARK_NEEDED
from evaluations.models import Score, Seat, Snapshot, SnapshotItem
from evaluations.score_book import layout
from evaluations.structure import QuestionFacts, Structure, asked_of, structure_of
from smartcity.lib import clock, dates
from smartcity.lib.spreadsheets.fixed import put_text, workbook_bytes

HEAD = PatternFill("solid", fgColor="E5E9F0")
OPEN = PatternFill("solid", fgColor="FFF9E5")
WANTED = PatternFill("solid", bgColor="F4C7B0")
LINE = Border(bottom=Side("thin", color="C9D2DC"))
TOP = Alignment(vertical="top", wrap_text=True)
_WIDTHS = (13, 20, 46, 46, 40, 9, 48, 40)


def headings() -> list[str]:
    """The first row of the sheet, in the portal's language; reading compares it."""
    with translation.override(settings.LANGUAGE_CODE):
        return [
            _("Code"), _("Section"), _("Question"), _("Rubric"), _("The city's answer"), _("Score"), _("Remark"),
            _("Why it is not scored"),
        ]  # fmt: skip


def book_of(seat: Seat, snapshot: Snapshot) -> bytes:
    """Return the workbook of a seat as it stands now: XLSX."""
    with translation.override(settings.LANGUAGE_CODE):
        structure = structure_of(seat.window.instrument)
        asked = asked_of(seat, set(seat.areas.values_list("code", flat=True)))
        scores = {score.question_id: score for score in Score.objects.of_seat(seat)}
        answers = snapshot.items.of_kind(SnapshotItem.Kind.ANSWER).payloads()
        book = Workbook()
        _scores(book.active, asked, scores, answers, structure)
        _guide(book.create_sheet(layout.GUIDE), seat, snapshot, len(asked))
        _note(book.create_sheet(layout.NOTE), seat, snapshot, asked, scores)
        return workbook_bytes(
            book, title=_("Score workbook: %(window)s") % {"window": seat.window}, moment=clock.now()
        )


def file_name(seat: Seat) -> str:
    """The name of the download: year, region and seat, nothing a person typed."""
    word = "GLADI" if seat.window.is_rehearsal else "NILAI"
    return f"{word}-{seat.window.year}-{seat.window.city.code.replace('.', '')}-K{seat.pk}.xlsx"


def _scores(
    page: Worksheet,
    asked: list[QuestionFacts],
    scores: Mapping[int, Score],
    answers: Mapping[str, Mapping[str, Any]],
    structure: Structure,
) -> None:
    page.title = layout.SHEET
    page.freeze_panes = "D2"
    for index, (title, width) in enumerate(zip(headings(), _WIDTHS, strict=True), 1):
        cell = page.cell(1, index)
        put_text(cell, title)
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, TOP
        page.column_dimensions[cell.column_letter].width = width
    names = {section.code: str(section.name) for section in structure.sections}
    for row, question in enumerate(asked, 2):
        score = scores.get(question.pk)
        texts = {
            layout.CODE: question.code,
            layout.SECTION: names[question.section],
            layout.QUESTION: str(question.text),
            layout.RUBRIC: _rubric(question, structure),
            layout.OWN: _own(answers.get(question.code)),
            layout.REMARK: score.remark if score else "",
            layout.REASON: score.reason if score else "",
        }
        for index in range(1, len(_WIDTHS) + 1):
            cell = page.cell(row, index)
            cell.alignment, cell.border = TOP, LINE
            if index in texts:
                put_text(cell, texts[index])
            elif score is not None and score.value is not None:
                cell.value = score.value
            if index >= layout.VALUE:
                cell.fill, cell.protection = OPEN, Protection(locked=False)
    _rules(page, asked, structure)


def _rubric(question: QuestionFacts, structure: Structure) -> str:
    steps = structure.rubrics.get(question.rubric, ())
    return "\n".join(f"{step.score} {step.label}: {step.meaning}" for step in steps)


def _own(answer: Mapping[str, Any] | None) -> str:
    """The city's self-score and its words, short enough for a cell beside the question."""
    if not answer:
        return ""
    score = answer["self_score"]
    head = "" if score is None else _("Self-score: %(score)s") % {"score": str(score).replace(".", ",")}
    return "\n".join(filter(None, [head, answer["text"][:3000]]))


def _rules(page: Worksheet, asked: list[QuestionFacts], structure: Structure) -> None:
    """Only the scores of the rubric can be chosen, a wanted remark is coloured, everything else is locked.

    The protection has no password: it keeps from typing in the wrong cell, not from looking.
    """
    by_scores: dict[tuple[int, ...], DataValidation] = {}
    for row, question in enumerate(asked, 2):
        allowed = tuple(sorted(structure.allowed_scores(question)))
        if allowed not in by_scores:
            offered = ",".join(map(str, allowed))
            rule = DataValidation("list", formula1=f'"{offered}"', allow_blank=True, errorStyle="stop")
            rule.errorTitle, rule.error = (
                _("Score"),
                _("Choose one of: %(scores)s.") % {"scores": ", ".join(offered.split(","))},
            )
            by_scores[allowed] = rule
            page.add_data_validation(rule)
        by_scores[allowed].add(f"F{row}")
    for column, longest in (("G", 4000), ("H", 1000)):
        rule = DataValidation(
            "textLength", operator="lessThanOrEqual", formula1=str(longest), allow_blank=True
        )
        rule.error = _("At most %(count)s characters.") % {"count": longest}
        if asked:
            rule.add(f"{column}2:{column}{len(asked) + 1}")
            page.add_data_validation(rule)
    if asked:
        wanted = ",".join(f"$F2={score}" for score in sorted(REMARK_NEEDED))
        colour = FormulaRule(formula=[f'AND($F2<>"",OR({wanted}),$G2="")'], fill=WANTED)
        page.conditional_formatting.add(f"G2:G{len(asked) + 1}", colour)
    page.protection.sheet = True
    page.protection.formatColumns = page.protection.formatRows = False  # "False": allowed


def _guide(page: Worksheet, seat: Seat, snapshot: Snapshot, count: int) -> None:
    window = seat.window
    page.column_dimensions["A"].width = 110
    rehearsed = _("Rehearsal by the city's own staff: nothing of it counts.")
    lines = [
        *([rehearsed] if window.is_rehearsal else []),
        _("Score workbook: %(city)s, %(window)s") % {"city": window.city.name, "window": window},
        _("Areas of this seat: %(areas)s. Questions: %(count)s.")
        % {"areas": ", ".join(seat.areas.order_by("order").values_list("name", flat=True)), "count": count},
        _("Seat %(number)s. Frozen version %(version)s, digest %(digest)s.")
        % {"number": seat.pk, "version": snapshot.version, "digest": snapshot.digest},
        _("Scores are accepted until %(time)s.")
        % {"time": dates.wib(window.closes_at, window.city.timezone)},
        "",
        _(
            "Fill in the yellow cells only: a whole number of the rubric, a remark, or why a question is not scored."
        ),
        _("A score of 0, 1 or 4 needs a remark."),
        _(
            "An empty cell takes nothing away: what the portal holds stays. To delete something, use the portal."
        ),
        _(
            "Upload the workbook in the portal on the page it came from. You see every row before anything is saved."
        ),
        _(
            "It belongs to this seat and this frozen version only. Do not pass it on, and delete it afterwards."
        ),
    ]
    for row, line in enumerate(lines, 1):
        cell = page.cell(row, 1)
        put_text(cell, line)
        cell.alignment = TOP
    page["A1"].font = Font(bold=True)
    page.protection.sheet = True


def _note(
    page: Worksheet, seat: Seat, snapshot: Snapshot, asked: list[QuestionFacts], scores: Mapping[int, Score]
) -> None:
    page.sheet_state = "hidden"
    page.protection.sheet = True
    rows = {}
    for question in asked:
        score = scores.get(question.pk)
        rows[question.code] = (score.version if score else 0, layout.mark_of(seat, score))
    note = layout.Note(seat.pk, seat.window_id, snapshot.digest, clock.now().isoformat(), rows)
    for row, piece in enumerate(layout.sign(note), 1):
        put_text(page.cell(row, 1), piece)
