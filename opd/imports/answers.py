"""What an import answers about a column or a cell: a name for tests and programs, a sentence for people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Answer:
    """One mistake or remark. `row` is None for a whole column; `also_row` is the row it collides with."""

    code: str
    sentence: str
    field: str = ""
    column: str = ""  # letter
    header: str = ""
    row: int | None = None
    value: str = ""  # as it stands in the cell, cut in length
    warning: bool = False
    also_row: int | None = None

    @property
    def cell(self) -> str:
        """Return the address of the cell, "G7"; empty for a column or a field without one."""
        return f"{self.column}{self.row}" if self.column and self.row is not None else ""

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain JSON. `from_dict` makes it again."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        return cls(**values)


WARNINGS = frozenset(
    {"INCOMPLETE", "FORMULA_VALUE", "SECOND_QUICK_WIN", "HIDDEN_COLUMN", "HEADER_UNKNOWN", "HEADER_DUPLICATE"}
)

_ABOUT_CELLS: Mapping[str, Promise] = {
    "REQUIRED": _("this cell is empty. Fill it in: without it the row cannot be saved. [IMP-REQUIRED]"),
    "UNKNOWN_DIMENSION": _(
        "'%(value)s' is no dimension.%(hint)s Write its code or name, for example %(example)s. [IMP-DIM]"
    ),
    "UNKNOWN_SUB_DIMENSION": _(
        "'%(value)s' is no sub-dimension.%(hint)s Write its code or name, for example %(example)s. [IMP-SUB]"
    ),
    "SUB_NOT_IN_DIMENSION": _(
        "'%(value)s' does not belong to %(dimension)s. Choose one of: %(example)s. [IMP-SUB-DIM]"
    ),
    "UNKNOWN_OPD": _(
        "'%(value)s' is not in the list of OPDs.%(hint)s Write the short or official name of one OPD, for example "
        "%(example)s. [IMP-OPD]"
    ),
    "MULTIPLE_OPD": _(
        "'%(value)s' names more than one OPD. Leave the one that leads; the others belong in the column of "
        "supporting OPDs or partners. [IMP-OPD-ONE]"
    ),
    "NOT_A_NUMBER": _("read '%(value)s'. %(reason)s [IMP-NUM]"),
    "NEGATIVE": _("read '%(value)s'. This figure is zero or more. [IMP-NEG]"),
    "NOT_A_DATE": _("read '%(value)s'. %(reason)s [IMP-DATE]"),
    "DATE_ORDER": _("'%(value)s' lies before the start, %(start)s. Correct one of the two. [IMP-DATE-ORDER]"),
    "NOT_A_YEAR": _("read '%(value)s'. Write a year of four digits, for example %(example)s. [IMP-YEAR]"),
    "DUPLICATE_CODE": _(
        "code '%(value)s' is already used in row %(also_row)s. Give this row a code of its own. [IMP-CODE]"
    ),
    "TAKEN_CODE": _(
        "code '%(value)s' is already used in the masterplan by '%(name)s'. Give this row a code of its own. [IMP-CODE]"
    ),
    "BAD_CODE": _("'%(value)s' is no sub-activity code. Write it like 2.16.03.2.02.09. [IMP-BUDGET-CODE]"),
    "BAD_URL": _(
        "'%(value)s' is no link that others can open. Write an address that begins with https:// or http://, or "
        "leave the cell empty. [IMP-URL]"
    ),
    "UNKNOWN_STATUS": _(
        "'%(value)s' is no state of implementation. Choose one of: %(example)s. [IMP-STATUS]"
    ),
    "UNKNOWN_CATEGORY": _("'%(value)s' is no category. Choose one of: %(example)s. [IMP-CATEGORY]"),
    "UNKNOWN_HORIZON": _("'%(value)s' is no horizon. Choose one of: %(example)s. [IMP-HORIZON]"),
    "UNKNOWN_FUND": _("'%(value)s' is no source of funds. Choose one of: %(example)s. [IMP-FUND]"),
    "UNKNOWN_KIND": _("'%(value)s' says neither new nor continued. Choose one of: %(example)s. [IMP-KIND]"),
    "FORMULA": _(
        "there is a formula, %(value)s. Replace it by its result (copy, then paste as values). [IMP-FORMULA]"
    ),
    "TOO_LONG": _("the text has %(length)d characters; at most %(limit)d are kept. Shorten it. [IMP-LONG]"),
    "BAD_TEXT": _(
        "a hidden character (U+%(character)s) came with the pasted text. Type that part by hand. [IMP-HIDDEN]"
    ),
    "INCOMPLETE": _("nothing is filled in yet. The row is saved as a draft. [IMP-DRAFT]"),
    "FORMULA_VALUE": _("there is a formula; its stored result %(value)s is read. [IMP-RESULT]"),
    "SECOND_QUICK_WIN": _(
        "there is already a quick win for this dimension in %(year)s: '%(name)s'. Save both only if that is meant. "
        "[IMP-SECOND]"
    ),
}

_ABOUT_COLUMNS: Mapping[str, Promise] = {
    "HEADER_UNKNOWN": _(
        "Column %(column)s (%(header)s) is not known.%(hint)s Choose what it holds, or leave it out. [IMP-HEADER]"
    ),
    "HEADER_DUPLICATE": _(
        "Column %(column)s (%(header)s) repeats a heading; column %(first)s counts. [IMP-HEADER-TWICE]"
    ),
    "HEADER_MISSING": _(
        "No column was found for %(field)s. Choose the column that holds it. [IMP-HEADER-MISSING]"
    ),
    "HIDDEN_COLUMN": _(
        "Column %(column)s (%(header)s) is hidden in the sheet and is left out unless you choose what it holds. "
        "[IMP-HIDDEN-COLUMN]"
    ),
}


def about_cell(
    code: str, *, row: int, field: str, column: str = "", header: str, value: str = "", key: str = "",
    also_row: int | None = None, **values: object,
) -> Answer:  # fmt: skip
    """Return the answer about a cell, its sentence in the language of the page. `key`: another sentence of the code."""
    cut = value if len(value) <= LONGEST_SHOWN else f"{value[: LONGEST_SHOWN - 1]}…"
    shown = " ".join(cut.split())
    what = str(_ABOUT_CELLS[key or code]) % {"value": shown, "hint": "", "also_row": also_row, **values}
    place = {"row": row, "column": header, "what": what}
    return Answer(
        code, _t("Row %(row)s, column %(column)s: %(what)s") % place,
        field, column, header, row, cut, code in WARNINGS, also_row,
    )  # fmt: skip


def about_column(
    code: str, *, column: str = "", header: str = "", field: str = "", **values: object
) -> Answer:
    """Return the answer about a column."""
    sentence = str(_ABOUT_COLUMNS[code]) % {
        "column": column,
        "header": header,
        "field": field,
        "hint": "",
        **values,
    }
    return Answer(code, sentence, field, column, header, warning=code in WARNINGS)


def hint(guess: str) -> str:
    """Return the sentence part that offers what was probably meant; "" without a guess."""
    return " " + _t("Did you mean '%(guess)s'?") % {"guess": guess} if guess else ""
