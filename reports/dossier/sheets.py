"""The tables of a dossier as workbooks: the index of files, and what the city answered."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from evaluations.structure import QuestionFacts, Structure
from opd.models import EvidenceKind
from opd.presentation.quick_wins import field_rows
from reports.dossier.contents import Contents, Folder, Piece, asked_about
from smartcity.lib.spreadsheets.fixed import put_text, workbook_bytes

HEAD = PatternFill("solid", fgColor="E5E9F0")
LINE = Border(bottom=Side("thin", color="C9D2DC"))
TOP = Alignment(vertical="top", wrap_text=True)
LINK = Font(color="0B5563", underline="single")
DAY = "dd/mm/yyyy"

type Value = str | int | Decimal | date | None


def index_book(contents: Contents) -> bytes:
    """Every piece of evidence: what it shows, what is said of it, where it lies, and its digest."""
    book = Workbook()
    page = book.active
    columns = [
        (_("Question or quick win"), 16), (_("Title"), 46), (_("Asked about in"), 22), (_("Evidence"), 40),
        (_("Kind"), 16), (_("Document date"), 14), (_("Page to look at"), 14), (_("File or address"), 60),
        (_("Original file name"), 34), (_("Size in bytes"), 14), ("SHA-256", 68), (_("Note"), 14),
    ]  # fmt: skip
    _begin(page, _("Index"), columns)
    for number, piece in enumerate(contents.pieces, 2):
        facts = piece.facts
        day = facts["document_date"]
        _row(
            page,
            number,
            [
                piece.owner, piece.owner_title, piece.questions, facts["title"], _kind(facts["kind"]),
                date.fromisoformat(day) if day else None, facts["page"], _place(piece), facts["file_name"],
                piece.size if piece.sha256 else None, piece.sha256, _("example") if facts["sample"] else "",
            ],
        )  # fmt: skip
        if piece.sha256:
            _link(page, number, 8, piece.path)
    return _file(book, _("Index of the evidence"), contents)


def answers_book(contents: Contents) -> bytes:
    """Every question with rubric, what the city answered and which evidence it gave; then the quick wins."""
    book = Workbook()
    page = book.active
    columns = [
        (_("Section"), 16), (_("Code"), 14), (_("Question"), 60), (_("Rubric"), 52), (_("Self-score"), 12),
        (_("Meaning of the score"), 24), (_("Respondents"), 12), (_("Reason and explanation"), 60),
        (_("Answered by"), 16), (_("Evidence"), 60), (_("Note"), 14),
    ]  # fmt: skip
    _begin(page, _("Answers"), columns)
    material, number = contents.material, 2
    for section in material.structure.sections:
        for question in section.questions:
            answer = material.answers.get(question.code, {})
            folder = contents.by_owner[question.code]
            _row(page, number, [str(section.name), *_answer(question, answer, folder, material.structure)])
            number += 1
    _quick_wins(book.create_sheet(), contents)
    return _file(book, _("Answers of the city"), contents)


def _answer(question: QuestionFacts, answer: Any, folder: Folder, structure: Structure) -> Sequence[Value]:
    steps = structure.rubrics.get(question.rubric, ())
    score = answer.get("self_score")
    labels = {str(step.score): str(step.label) for step in steps}
    return [
        question.code,
        str(question.text),
        "\n".join(f"{step.score} {step.label}: {step.meaning}" for step in sorted(steps, key=_by_score)),
        None if score is None else Decimal(score),
        labels.get(score or "", ""),
        answer.get("respondents"),
        answer.get("text", ""),
        answer.get("opd", ""),
        _evidence(folder),
        _("example") if answer.get("sample") else "",
    ]


def _by_score(step: Any) -> int:
    return int(step.score)


def _quick_wins(page: Worksheet, contents: Contents) -> None:
    """One row for each field of each quick win: 18 columns of long text could not be read."""
    columns = [
        (_("Code"), 14), (_("Quick win"), 34), (_("Lead agency"), 34), (_("Dimension"), 22),
        (_("Asked about in"), 22), (_("Field"), 26), (_("Content"), 80), (_("Note"), 22),
    ]  # fmt: skip
    _begin(page, _("Quick wins"), columns)
    number, material = 2, contents.material
    found = [folder for code, folder in contents.by_owner.items() if code in material.quick_wins]
    for folder, payload in zip(found, _in_order(contents), strict=True):
        asked = ", ".join(question.code for question in asked_about(payload, material.structure))
        head = [
            payload["code"],
            payload["title"],
            payload["opd"]["name"],
            payload["dimension"]["name"],
            asked,
        ]
        doubt = "" if payload["opd"]["confirmed"] else _("lead agency not confirmed")
        rows = [(row["label"], row["text"], row["sample"]) for row in field_rows(payload, skip=["dimension"])]
        for label, text, sample in [*rows, (_("Evidence"), _evidence(folder), False)]:
            if text:
                note = ", ".join(filter(None, [_("example") if sample else "", doubt]))
                _row(page, number, [*head, label, text, note])
                number += 1


def _in_order(contents: Contents) -> Iterable[Any]:
    wins = contents.material.quick_wins
    return [wins[code] for code in contents.by_owner if code in wins]


def _evidence(folder: Folder) -> str:
    return "\n".join(f"{piece.facts['title']} ({_place(piece)})" for piece in folder.pieces)


def _place(piece: Piece) -> str:
    return piece.path if piece.sha256 else str(piece.facts["url"])


def _kind(kind: str) -> str:
    return str(EvidenceKind(kind).label) if kind in EvidenceKind.values else kind


# --- the workbook --------------------------------------------------------------------------------


def _begin(page: Worksheet, title: str, columns: Sequence[tuple[str, int]]) -> None:
    page.title = title
    page.freeze_panes = "A2"
    for index, (heading, width) in enumerate(columns, 1):
        cell = page.cell(1, index)
        put_text(cell, heading)
        cell.font, cell.fill, cell.alignment = Font(bold=True), HEAD, TOP
        page.column_dimensions[cell.column_letter].width = width
    page.auto_filter.ref = f"A1:{page.cell(1, len(columns)).column_letter}1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = "1:1"


def _row(page: Worksheet, number: int, values: Sequence[Value]) -> None:
    for index, value in enumerate(values, 1):
        cell = page.cell(number, index)
        cell.alignment, cell.border = TOP, LINE
        if isinstance(value, str):
            put_text(cell, value)
        elif value is not None:
            cell.value = value
            if isinstance(value, date):
                cell.number_format = DAY


def _link(page: Worksheet, row: int, column: int, path: str) -> None:
    """The place inside the dossier, relative to the index: made of plain letters, never of typed text."""
    cell = page.cell(row, column)
    cell.hyperlink = path
    cell.font = LINK


def _file(book: Workbook, title: str, contents: Contents) -> bytes:
    material = contents.material
    return workbook_bytes(book, title=f"{title}: {material.title}", moment=material.taken_at)
