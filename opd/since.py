"""What changed in a span of time: every number is counted from the rows its page lists.

A source says where changes of some kinds stand, how to find their dimension and agency, and how one reads as a line.
The numbers come from one grouped query per source, the lines from the same rows; what a person may not see is in
neither.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dimensions.models import SmartDimension
from opd import owing
from opd.models import (
    City,
    Decision,
    DecisionEvent,
    PlanStatus,
    Program,
    ProgramEvent,
    ProgramYear,
    Progress,
    ProgressEvent,
    ProgressSubmission,
    QuickWin,
    QuickWinEvent,
    ReportingPeriod,
    Role,
    State,
    StateChange,
    User,
)
from smartcity.lib import decimals

#: Every kind of change, in the order of the page.
KINDS: Mapping[str, Any] = {
    "verified": gettext_lazy("Quarterly reports verified"),
    "returned": gettext_lazy("Quarterly reports returned"),
    "late": gettext_lazy("Quarterly reports that fell due and were not handed in"),
    "corrections": gettext_lazy("Verified figures opened for correction"),
    "wins-verified": gettext_lazy("Quick wins verified"),
    "wins-returned": gettext_lazy("Quick wins returned"),
    "states": gettext_lazy("Programmes whose state changed"),
    "plan": gettext_lazy("Programmes whose approval changed"),
    "due": gettext_lazy("Decisions that fell due"),
    "done": gettext_lazy("Decisions carried out"),
    "opened-again": gettext_lazy("Decisions opened again"),
}
#: In the place of a dimension's code: what belongs to none.
NOWHERE = "-"


@dataclass(frozen=True)
class Span:
    """After `since`, up to and with `until`; days are those of the city."""

    city: City
    since: datetime
    until: datetime

    def at(self, column: str = "at") -> Q:
        return Q(**{f"{column}__gt": self.since, f"{column}__lte": self.until})

    def days(self, column: str) -> Q:
        """Days that were over at the end of the span and not yet at its beginning."""
        first, last = (moment.astimezone(self.city.zone()).date() for moment in (self.since, self.until))
        return Q(**{f"{column}__gte": first, f"{column}__lt": last})


@dataclass(frozen=True)
class Line:
    """One change as people read it. `when` is a moment or a day."""

    kind: str
    title: str
    code: str
    url: str
    opd: str
    dimension: Any
    said: str
    note: str
    who: str
    when: datetime | date | None


@dataclass(frozen=True)
class Source:
    """Where changes stand. `kinds`: the value of `column` -> kind; `owner`, `place`: paths to agency and dimension."""

    kinds: Mapping[str, str]
    column: str
    owner: str
    place: str
    rows: Callable[[User, Span], QuerySet[Any, Any]]
    line: Callable[[str, Any], Line]
    joins: tuple[str, ...] = ()
    order: tuple[str, ...] = ("at", "pk")

    def found(self, user: User, span: Span) -> QuerySet[Any, Any]:
        return self.rows(user, span).filter(**{f"{self.column}__in": [*self.kinds]})


type Tally = Counter[tuple[str, str, str]]


def tally(user: User, span: Span) -> Tally:
    """Count changes by (kind, code of the dimension, short name of the agency): one query per source."""
    counts: Tally = Counter()
    for source in SOURCES:
        rows = source.found(user, span).order_by()
        groups = rows.values_list(source.column, f"{source.place}__code", f"{source.owner}__short")
        for value, place, opd, number in groups.annotate(number=Count("pk")):
            counts[source.kinds[value], place or NOWHERE, opd] += number
    for row in _late(user, span):
        counts["late", row["dimension__code"], row["opd__short"]] += 1
    return counts


def lines(user: User, span: Span, kind: str, *, dimension: str | None, opd: str | None) -> "Lines":
    """Return the changes of one kind, of a dimension (its code) and agency (its short name) when given."""
    if kind == "late":
        return Lines(_late_lines(user, span, dimension, opd), None)
    source = next(one for one in SOURCES if kind in one.kinds.values())
    rows = source.found(user, span).select_related(*source.joins, source.place, source.owner)
    rows = rows.filter(**{f"{source.column}__in": [value for value, k in source.kinds.items() if k == kind]})
    if dimension:
        code = None if dimension == NOWHERE else dimension
        rows = rows.filter(**{f"{source.place}__code" + ("__isnull" if code is None else ""): code or True})
    if opd:
        rows = rows.filter(**{f"{source.owner}__short": opd})
    place = F(f"{source.place}__order").asc(nulls_last=True)
    return Lines(rows.order_by(place, f"{source.owner}__short", *source.order), partial(source.line, kind))


class Lines:
    """Changes in the order of dimension and agency, made into lines only when they are read; a paginator takes them."""

    def __init__(self, rows: Any, line: Callable[[Any], Line] | None) -> None:
        self._rows, self._line = rows, line

    def __len__(self) -> int:
        return self._rows.count() if self._line else len(self._rows)

    def __getitem__(self, part: slice) -> list[Line]:
        return [self._line(row) if self._line else row for row in self._rows[part]]

    def __iter__(self) -> Iterator[Line]:
        if self._line is None:
            return iter(self._rows)
        return map(self._line, self._rows.iterator(chunk_size=500))


# --- events of records ---------------------------------------------------------------------------


def _of_progress(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = Progress.objects.visible_to(user).of_city(span.city.pk).values("pk")
    return ProgressEvent.objects.filter(span.at(), progress__in=seen)


def _of_quick_wins(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = QuickWin.objects.visible_to(user).of_city(span.city.pk).values("pk")
    return QuickWinEvent.objects.filter(span.at(), quick_win__in=seen)


def _of_programs(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = Program.objects.visible_to(user).of_city(span.city.pk).values("pk")
    return ProgramEvent.objects.filter(span.at(), program__in=seen)


def _of_states(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = Program.objects.visible_to(user).of_city(span.city.pk).values("pk")
    return StateChange.objects.filter(span.at(), program__in=seen).annotate(move=Value("state"))


def _of_decisions(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = Decision.objects.visible_to(user).of_city(span.city.pk).values("pk")
    return DecisionEvent.objects.filter(span.at(), decision__in=seen)


def _due(user: User, span: Span) -> QuerySet[Any, Any]:
    seen = Decision.objects.visible_to(user).of_city(span.city.pk)
    return seen.filter(span.days("due_on")).annotate(move=Value("due"))


def _record_line(kind: str, event: Any) -> Line:
    record = getattr(event, "progress", None) or event.quick_win
    code = record.code if isinstance(record, Progress) else ""
    return _line(kind, event, record, title=record.title, code=code)


def _program_line(kind: str, event: ProgramEvent) -> Line:
    said = _from_to(PlanStatus, event.source, event.target)
    return _line(kind, event, event.program, title=event.program.name, code=event.program.code, said=said)


def _state_line(kind: str, change: StateChange) -> Line:
    said = f"{_from_to(State, change.source, change.target)} ({change.year})"
    program = change.program
    return _line(kind, change, program, title=program.name, code=program.code, said=said, note=change.reason)


def _decision_line(kind: str, event: DecisionEvent) -> Line:
    return _line(kind, event, event.decision, title=event.decision.text)


def _due_line(kind: str, decision: Decision) -> Line:
    return Line(
        kind, decision.text, "", decision.get_absolute_url(), decision.opd.short, _place(decision),
        str(decision.get_status_display()), decision.done_note, "", decision.due_on,
    )  # fmt: skip


def _line(
    kind: str, event: Any, record: Any, *, title: str, code: str = "", said: str = "", note: str | None = None
) -> Line:
    """A line of an event: who made it, in which role, when, and the words that came with it."""
    role = str(Role(event.role).label) if event.role else ""
    return Line(
        kind=kind,
        title=title,
        code=code,
        url=record.get_absolute_url(),
        opd=record.opd.short,
        dimension=_place(record),
        said=said,
        note=event.note if note is None else note,
        who=" · ".join(dict.fromkeys(filter(None, [str(event.actor or ""), role]))),
        when=event.at,
    )


def _place(record: Any) -> Any:
    """The dimension of a record; a decision has that of its programme, if it has one."""
    if isinstance(record, Decision):
        return record.program.dimension if record.program else None
    return record.dimension


def _from_to(names: Any, source: str, target: str) -> str:
    """Both ends of a change in words: "Belum dilaksanakan → Sudah berjalan"."""
    return " → ".join(str(names(value).label) if value else decimals.UNKNOWN for value in (source, target))


SOURCES = (
    Source(
        {"verify": "verified", "return": "returned", "reopen": "corrections"}, "move",
        "progress__opd", "progress__dimension", _of_progress, _record_line, ("progress__program", "actor"),
    ),
    Source(
        {"verify": "wins-verified", "return": "wins-returned"}, "move",
        "quick_win__opd", "quick_win__dimension", _of_quick_wins, _record_line, ("quick_win", "actor"),
    ),
    Source({"state": "states"}, "move", "program__opd", "program__dimension", _of_states, _state_line, ("actor",)),
    Source(
        dict.fromkeys(("submit", "return", "approve", "reopen"), "plan"), "move",
        "program__opd", "program__dimension", _of_programs, _program_line, ("actor",),
    ),
    Source(
        {"due": "due"}, "move", "opd", "program__dimension", _due, _due_line, (), ("due_on", "pk"),
    ),
    Source(
        {"finish": "done", "reopen": "opened-again"}, "move",
        "decision__opd", "decision__program__dimension", _of_decisions, _decision_line, ("actor",),
    ),
)  # fmt: skip


# --- reports that fell due -----------------------------------------------------------------------


def _late(user: User, span: Span) -> list[dict[str, Any]]:
    """Programmes whose quarter fell due in the span and was not handed in until its end: one query for all quarters."""
    seen = Program.objects.visible_to(user).of_city(span.city.pk).approved().order_by()
    parts = [_owing(seen, period, span) for period in _periods(span)]
    if not parts:
        return []
    whole = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    order = ("dimension__order", "opd__short", "year", "quarter", "code")
    return sorted(whole, key=lambda row: tuple(row[name] for name in order))


def _late_lines(user: User, span: Span, dimension: str | None, opd: str | None) -> list[Line]:
    rows = [
        row for row in _late(user, span)
        if dimension in (None, row["dimension__code"]) and opd in (None, row["opd__short"])
    ]  # fmt: skip
    places = SmartDimension.objects.in_bulk({row["dimension_id"] for row in rows})
    due = {(period.year, period.quarter): period.due_at for period in _periods(span)}
    said = _("Quarter %(quarter)s of %(year)s")
    return [
        Line(
            kind="late",
            title=row["name"],
            code=row["code"],
            url=f"{reverse('opd:board_detail', args=[row['opd_id']])}?year={row['year']}&quarter={row['quarter']}",
            opd=row["opd__short"],
            dimension=places[row["dimension_id"]],
            said=said % {"quarter": row["quarter"], "year": row["year"]},
            note="",
            who="",
            when=due[row["year"], row["quarter"]],
        )
        for row in rows
    ]


def _periods(span: Span) -> list[ReportingPeriod]:
    """The quarters whose reports fell due in the span; where no date is set, the usual one, as on the board."""
    years = range(span.since.year - 1, span.until.year + 1)
    known = ReportingPeriod.objects.of_city(span.city.pk).filter(year__in=years)
    rows = {(row.year, row.quarter): row for row in known}
    for year in years:
        for quarter in (1, 2, 3, 4):
            if (year, quarter) not in rows:
                rows[year, quarter] = owing.usual_period(span.city, year, quarter)
    return [row for key, row in sorted(rows.items()) if span.since < row.due_at <= span.until]


def _owing(seen: QuerySet[Program], period: ReportingPeriod, span: Span) -> QuerySet[Any, Any]:
    asked = ProgramYear.objects.filter(program=OuterRef("pk"), year=period.year).exclude(state=State.STOPPED)
    handed_in = ProgressSubmission.objects.filter(
        progress__program=OuterRef("pk"), progress__year=period.year, progress__quarter=period.quarter,
        at__lte=span.until,
    )  # fmt: skip
    rows = seen.filter(Exists(asked), ~Exists(handed_in)).annotate(
        year=Value(period.year), quarter=Value(period.quarter)
    )
    return rows.values(
        "pk", "code", "name", "opd_id", "opd__short", "dimension_id", "dimension__code", "dimension__order",
        "year", "quarter",
    )  # fmt: skip
