"""Which fields a quick win and a progress report need, and when (domain guide, sections 8 and 9).

Pure: values in, what is missing out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SAVE, SUBMIT, WINDOW, OPTIONAL = "save", "submit", "window", "optional"


@dataclass(frozen=True)
class Section:
    """A part of the form that saves by itself."""

    name: str
    title: str | Promise


@dataclass(frozen=True)
class Field:
    """One thing asked: in which section, and by which step it must be there."""

    name: str
    section: str
    label: str | Promise
    needed: str = OPTIONAL

    @property
    def anchor(self) -> str:
        """Where the field stands on the form page."""
        return "#evidence" if self.name == "evidence" else f"#f-{self.name}"


SECTIONS = (
    Section("identity", _("Identity")),
    Section("problem", _("Problem and solution")),
    Section("target", _("Target and achievement")),
    Section("time", _("Time and budget")),
    Section("evidence", _("Supporting evidence")),
    Section("continuation", _("Continuation")),
)

FIELDS = (
    Field("dimension", "identity", _("Dimension"), SAVE),
    Field("name", "identity", _("Programme name"), SAVE),
    Field("acronym", "identity", _("Acronym")),
    Field("sub_dimension", "identity", _("Sub-dimension"), SUBMIT),
    Field("status_kind", "identity", _("New or continued"), SUBMIT),
    Field("problem", "problem", _("Problem"), SUBMIT),
    Field("description", "problem", _("Description of the solution"), SUBMIT),
    Field("beneficiaries", "problem", _("Beneficiaries"), SUBMIT),
    Field("partners", "problem", _("Collaboration")),
    Field("indicator", "target", _("Indicator"), SUBMIT),
    Field("unit", "target", _("Unit"), SUBMIT),
    Field("baseline", "target", _("Baseline"), SUBMIT),
    Field("target", "target", _("Target"), SUBMIT),
    Field("realisation", "target", _("Realisation"), SUBMIT),
    Field("schedule", "time", _("Schedule"), SUBMIT),
    Field("budget", "time", _("Budget ceiling"), SUBMIT),
    Field("fund_source", "time", _("Source of funds"), SUBMIT),
    Field("sub_activity_code", "time", _("Sub-activity code")),
    Field("legal_basis", "time", _("Legal basis")),
    Field("link", "time", _("Link")),
    Field("linked_program", "time", _("Masterplan programme")),
    Field("evidence", "evidence", _("Supporting evidence"), WINDOW),
    Field("sustainability", "continuation", _("Sustainability plan"), WINDOW),
)
BY_NAME = {field.name: field for field in FIELDS}
ASKED = tuple(field for field in FIELDS if field.needed != OPTIONAL)


#: A progress report. A reason is asked only where a programme was stopped, see `progress_missing`.
PROGRESS_FIELDS = (
    Field("state", "progress", _("State of implementation"), SUBMIT),
    Field("state_reason", "progress", _("Reason")),
    Field("value", "progress", _("Realisation"), SUBMIT),
    Field("absorbed", "progress", _("Money absorbed"), SUBMIT),
    Field("obstacles", "progress", _("Obstacles")),
    Field("next_step", "progress", _("Next step"), SUBMIT),
    Field("evidence", "progress", _("Supporting evidence"), WINDOW),
)
PROGRESS_BY_NAME = {field.name: field for field in PROGRESS_FIELDS}
PROGRESS_ASKED = tuple(field for field in PROGRESS_FIELDS if field.needed != OPTIONAL)
#: Whatever a note may be about.
NOTED = PROGRESS_BY_NAME | BY_NAME


def fields_of(section: str) -> tuple[Field, ...]:
    """The fields of one section, in the order of the form."""
    return tuple(field for field in FIELDS if field.section == section)


def missing(values: Mapping[str, Any], *, by: Collection[str] = (SAVE, SUBMIT, WINDOW)) -> list[Field]:
    """Return the fields needed by the steps `by` that are empty in `values`.

    `values` maps field names to what is stored; a zero is an answer, an empty text is none;
    "evidence" holds the number of pieces of evidence.
    """
    return [field for field in ASKED if field.needed in by and _is_empty(field, values.get(field.name))]


def progress_missing(
    values: Mapping[str, Any], *, by: Collection[str] = (SAVE, SUBMIT, WINDOW)
) -> list[Field]:
    """Return the fields of a progress report needed by the steps `by` that are empty in `values`.

    What has not begun has no next value to prove: evidence is asked from the states that did something.
    """
    lacking = [
        field for field in PROGRESS_ASKED if field.needed in by and _is_empty(field, values.get(field.name))
    ]
    if values.get("state") == "NOT_STARTED":
        lacking = [field for field in lacking if field.name != "evidence"]
    if (
        SUBMIT in by
        and values.get("state") == "STOPPED"
        and not str(values.get("state_reason") or "").strip()
    ):
        lacking.append(PROGRESS_BY_NAME["state_reason"])
    return lacking


def progress_counted(values: Mapping[str, Any]) -> tuple[int, int]:
    """Return (filled, asked) over the fields a progress report in this state needs."""
    asked = len(PROGRESS_ASKED) - (values.get("state") == "NOT_STARTED") + (values.get("state") == "STOPPED")
    return asked - len(progress_missing(values)), asked


def counted(values: Mapping[str, Any]) -> tuple[int, int]:
    """Return (filled, asked) over every field that is not optional."""
    return len(ASKED) - len(missing(values)), len(ASKED)


def _is_empty(field: Field, value: Any) -> bool:
    if field.name == "evidence":
        return not value
    return value is None or (isinstance(value, str) and not value.strip())
