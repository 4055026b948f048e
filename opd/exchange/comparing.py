"""What saving a row would do: make a record, change one, nothing, or nothing because it may not.

An empty cell never empties a field: offices send lists in which half the columns are blank.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from opd import rules
from opd.exchange import shapes
from opd.exchange.reference import World
from opd.imports import Answer, Kind, RowAnswer, header_of
from opd.imports.fields import CHOICES, QUARTERS
from opd.imports.lookups import folded
from opd.models import Opd, Outcome, Program, QuickWin, State
from smartcity.lib import decimals

LONGEST_SCHEDULE = 2000

_SENTENCES: Mapping[str, Promise] = {
    "FOREIGN_OPD": _(
        "'%(value)s' is not your OPD. Each OPD brings in its own rows; leave this one to it. [IMP-FOREIGN]"
    ),
    "ENDED_OPD": _(
        "'%(value)s' no longer exists since %(since)s. Write the OPD that follows it. [IMP-ENDED]"
    ),
    "OTHER_OWNER": _(
        "in the portal this record is led by %(opd)s. A list does not change the lead agency; ask the "
        "planner. [IMP-OWNER]"
    ),
    "LOCKED": _(
        "this record is %(status)s and differs in: %(fields)s. Ask %(whom)s to open it for correction, then "
        "bring the list in again. [IMP-LOCKED-ROW]"
    ),
    "NO_PLAN": _("the city has no masterplan yet. Ask the planner to enter it first. [IMP-PLAN]"),
    "TWICE": _(
        "row %(also_row)s already says what becomes of this record. Leave one of the two. [IMP-TWICE]"
    ),
    "STOPPED_REASON": _(
        "a stopped programme needs its reason. Write it in the column %(note)s. [IMP-STOPPED]"
    ),
    "TOO_LONG": _("the text has %(length)d characters; at most %(limit)d are kept. Shorten it. [IMP-LONG]"),
    "REPORTED": _(
        "a verified report says %(kept)s; that stays, and '%(value)s' is not taken over. [IMP-REPORTED]"
    ),
}
_KEPT = frozenset({"REPORTED"})


@dataclass(slots=True)
class Verdict:
    """What is to become of a row. `before` holds the stored value of each field that would change."""

    outcome: str
    answers: list[Answer]
    values: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    record: Program | QuickWin | None = None

    @property
    def draft(self) -> bool:
        return self.outcome == Outcome.CREATE and any(said.code == "INCOMPLETE" for said in self.answers)


class Judge:
    """Decides the rows of one file, in the order in which they come."""

    def __init__(self, world: World, places: Mapping[str, tuple[str, str]]) -> None:
        """`places`: field -> letter and heading of its column."""
        self._world, self._places = world, places
        self._plan = world.kind == Kind.ACTION_PLAN
        self._owner = "lead_opd" if self._plan else "owner_opd"
        self._rows: dict[int, int] = {}  # record -> the row that is about it

    def judge(self, row: RowAnswer) -> Verdict:
        answers = [*row.errors, *row.warnings]
        verdict = Verdict(Outcome.REFUSED, answers, dict(row.values))
        self._check_owner(row, verdict)
        self._check_schedule(row, verdict)
        if row.errors or not self._good(verdict):
            return verdict
        record = self._record(row)
        if record is None:
            self._new(row, verdict)
        else:
            self._known(row, verdict, record)
        return verdict

    @staticmethod
    def _good(verdict: Verdict) -> bool:
        return all(said.warning for said in verdict.answers)

    def _record(self, row: RowAnswer) -> Program | QuickWin | None:
        if self._plan:
            return self._world.programs.get(folded(row.values["code"])) if row.existing else None  # type: ignore[arg-type]
        key = (row.values["year"], row.values["dimension"], folded(str(row.values["name"])))
        return self._world.quick_wins.get(key)  # type: ignore[arg-type]

    def _check_owner(self, row: RowAnswer, verdict: Verdict) -> None:
        short = row.values.get(self._owner)
        if short is None:
            return
        opd = self._world.opds[str(short)]
        if not self._world.may_bring_in(opd):
            self._say(verdict, row, "FOREIGN_OPD", self._owner, row.typed[self._owner])

    def _check_schedule(self, row: RowAnswer, verdict: Verdict) -> None:
        if any(name in row.values for name in QUARTERS):
            length = len(shapes.schedule_text(row.values))
            if length > LONGEST_SCHEDULE:
                name = next(name for name in QUARTERS if name in row.values)
                self._say(verdict, row, "TOO_LONG", name, "", length=length, limit=LONGEST_SCHEDULE)

    def _new(self, row: RowAnswer, verdict: Verdict) -> None:
        opd = self._world.opds[str(row.values[self._owner])]
        if opd.valid_to:
            self._say(
                verdict,
                row,
                "ENDED_OPD",
                self._owner,
                row.typed[self._owner],
                since=f"{opd.valid_to:%d/%m/%Y}",
            )
        if self._plan and self._world.plan is None:
            self._say(verdict, row, "NO_PLAN", "code", "")
        self._check_stopped(row, verdict, row.values)
        if self._good(verdict):
            verdict.outcome = Outcome.CREATE

    def _check_stopped(self, row: RowAnswer, verdict: Verdict, values: Mapping[str, Any]) -> None:
        if self._plan and values.get("status") == State.STOPPED and not row.values.get("note"):
            self._say(verdict, row, "STOPPED_REASON", "status", "", note=header_of(Kind.ACTION_PLAN, "note"))

    # --- a record that is there already

    def _known(self, row: RowAnswer, verdict: Verdict, record: Program | QuickWin) -> None:
        verdict.record = record
        first = self._rows.setdefault(record.pk, row.row)
        if first != row.row:
            self._say(verdict, row, "TWICE", "code" if self._plan else "name", "", also_row=first)
            return
        stored = self._stored(record)
        changed = self._changed(row.values, stored, record)
        self._keep_reported(row, verdict, changed, stored, record)
        if self._owner in changed:
            self._say(verdict, row, "OTHER_OWNER", self._owner, "", opd=record.opd.official_name)
            return
        # A note or a quarter does not make a draft of what was complete before.
        verdict.answers = [
            said for said in verdict.answers if said.code != "INCOMPLETE" or said.field not in stored
        ]
        if not changed:
            verdict.outcome = Outcome.SAME
            return
        if not self._may_edit(record):
            self._refuse_locked(row, verdict, changed, record)
            return
        self._check_stopped(row, verdict, {name: row.values[name] for name in changed})
        if self._good(verdict):
            verdict.outcome = Outcome.CHANGE
            verdict.before = {name: stored.get(name) for name in changed}

    def _stored(self, record: Program | QuickWin) -> dict[str, Any]:
        if isinstance(record, Program):
            return shapes.program_values(record, record.years.all(), self._world.year)
        return shapes.quick_win_values(record)

    def _changed(
        self, values: Mapping[str, Any], stored: Mapping[str, Any], record: Program | QuickWin
    ) -> list[str]:
        changed = [name for name, value in values.items() if not self._same(name, stored.get(name), value)]
        if isinstance(record, QuickWin) and any(name.startswith("schedule") for name in changed):
            # One text: compared whole, so that a schedule written otherwise is not counted five times.
            whole = shapes.schedule_text({**_schedule(stored), **_schedule(values)})
            if _words(whole) == _words(record.schedule):
                changed = [name for name in changed if not name.startswith("schedule")]
        return changed

    def _same(self, name: str, stored: Any, value: Any) -> bool:
        if isinstance(value, list):
            kept = {self._world.lookups.opd(part) or part for part in stored or ()}
            return kept == set(value)
        if isinstance(value, str) and isinstance(stored, str):
            return _words(stored) == _words(value)
        return bool(stored == value)

    def _keep_reported(
        self,
        row: RowAnswer,
        verdict: Verdict,
        changed: list[str],
        stored: Mapping[str, Any],
        record: Program | QuickWin,
    ) -> None:
        """What verified reports told stays: said as a warning, and left out of what is saved."""
        if not isinstance(record, Program):
            return
        for name in list(changed):
            year = self._world.year if name == "status" else _year_of(name, "actual")
            if year and (record.pk, year) in self._world.reported and name in stored:
                kept = _told(name, stored[name])
                self._say(verdict, row, "REPORTED", name, row.typed.get(name, ""), kept=kept)
                changed.remove(name)
                del verdict.values[name]

    def _may_edit(self, record: Program | QuickWin) -> bool:
        if isinstance(record, Program):
            return rules.may_edit_program(self._world.by, record)
        return rules.may_edit(self._world.by, record)

    def _refuse_locked(
        self, row: RowAnswer, verdict: Verdict, changed: list[str], record: Program | QuickWin
    ) -> None:
        whom = _t("the planner (Bappelitbang)") if self._plan else _t("the reviewer (Kominfo)")
        if record.status == "proposed":
            whom = _t("the OPD head")
        self._say(
            verdict, row, "LOCKED", "code" if self._plan else "name", "",
            status=str(record.get_status_display()).lower(), whom=whom,
            fields=", ".join(self._header(name) for name in changed[:6]),
        )  # fmt: skip

    # --- sentences

    def _header(self, name: str) -> str:
        return self._places[name][1] if name in self._places else header_of(self._world.kind, name)

    def _say(
        self,
        verdict: Verdict,
        row: RowAnswer,
        code: str,
        name: str,
        value: str,
        *,
        also_row: int | None = None,
        **details: object,
    ) -> None:
        column = self._places[name][0] if name in self._places else ""
        header = self._header(name)
        what = str(_SENTENCES[code]) % {
            "value": " ".join(value.split())[:80],
            "also_row": also_row,
            **details,
        }
        sentence = _t("Row %(row)s, column %(column)s: %(what)s") % {
            "row": row.row,
            "column": header,
            "what": what,
        }
        verdict.answers.append(
            Answer(code, sentence, name, column, header, row.row, value[:80], code in _KEPT)
        )


def owner_of(world: World, values: Mapping[str, Any]) -> Opd:
    """Return the agency a row belongs to."""
    return world.opds[values["lead_opd" if world.kind == Kind.ACTION_PLAN else "owner_opd"]]


def _told(name: str, value: Any) -> str:
    """What a report told, as it stands in a sheet."""
    return CHOICES["status"].get(value, value) if name == "status" else decimals.exact(value)


def _year_of(name: str, base: str) -> int | None:
    head, _sep, year = name.rpartition("_")
    return int(year) if head == base else None


def _words(text: str) -> str:
    return " ".join(text.split())


def _schedule(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name.startswith("schedule")}
