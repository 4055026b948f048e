"""What the dashboard shows. Totals come from the summary table: the cost does not grow with the records.

No assessed value of a window that is not closed ever passes here: only the city's own series, and results
that are published.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dimensions.models import SmartDimension
from evaluations.models import EvaluationWindow, Result
from evaluations.presentation import badge, deadline, short_name
from evaluations.results import self_card
from evaluations.scoring import Card, improvement
from evaluations.structure import structure_of
from opd.models import City, QuickWin, Tally, User
from smartcity.lib import charts, clock, dates, decimals, lines

SHOWN_OPDS, SHOWN_UNSURE = 12, 5
COUNTED = ("draft", "proposed", "submitted", "returned", "verified", "filled", "total")


@dataclass
class Sum:
    """Totals of one dimension, one agency or one cell."""

    draft: int = 0
    proposed: int = 0
    submitted: int = 0
    returned: int = 0
    verified: int = 0
    filled: int = 0
    total: int = 0
    quick_wins: int = field(default=0)

    def add(self, row: Mapping[str, int]) -> None:
        # Written out: in a loop over names this is a tenth of what the page of forty agencies costs.
        self.draft += row["draft"]
        self.proposed += row["proposed"]
        self.submitted += row["submitted"]
        self.returned += row["returned"]
        self.verified += row["verified"]
        self.filled += row["filled"]
        self.total += row["total"]
        self.quick_wins += (
            row["draft"] + row["proposed"] + row["submitted"] + row["returned"] + row["verified"]
        )

    @property
    def with_agency(self) -> int:
        """Not submitted yet, or returned: the agency has to act."""
        return self.draft + self.proposed + self.returned

    @property
    def percent(self) -> int | None:
        """Whole per cent, rounded down: 99,5 is not complete."""
        return self.filled * 100 // self.total if self.total else None


def city_page(user: User, city: City, wanted: str) -> dict[str, Any]:
    """Return the context of evaluations/city.html."""
    now = clock.now()
    windows = list(EvaluationWindow.objects.of_city(city.pk).for_page().newest_first())
    years = sorted({window.year for window in windows} | {city.evaluation_year}, reverse=True)
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else city.evaluation_year
    window = _window_of(windows, year, now)
    dimensions = list(
        SmartDimension.objects.of_set(window.instrument.dimension_set if window else city.dimension_set)
    )
    cells = list(
        Tally.objects.visible_to(user)
        .of_year(city.pk, year)
        .values("opd_id", "opd__short", "opd__official_name", "dimension__code", *COUNTED)
    )
    whole, by_dimension, by_opd = _sums(cells)
    late = _late(by_opd, window, now)
    results = _results(user, city)
    card = self_card(window) if window else None
    return {
        "year": str(year),
        "years": [{"year": str(row), "current": row == year} for row in years] if len(years) > 1 else [],
        "window": window,
        "status": badge(window, now) if window else None,
        "window_deadline": deadline(window, now) if window else None,
        "heading": _heading(whole, late, window),
        "lead": _lead(dimensions, by_dimension),
        "figures": _figures(whole, card, results, window, year),
        "dimensions": [_dimension_row(row, by_dimension.get(row.code, Sum())) for row in dimensions],
        "filled": str(whole.filled),
        "total": str(whole.total),
        "radar": _radar(dimensions, card, results, year),
        "radar_rows": _radar_rows(dimensions, card, results, year),
        "before_year": str(_year_before(results, year) or ""),
        "heat": _heat(dimensions, cells, late),
        "legend": _legend(),
        "late": late,
        "decisions": _decisions(user, city, year, window),
        "missing": _missing(window, by_dimension, dimensions),
        "composition": _composition(window, card),
        "sample": bool(window and window.sample),
    }


def _window_of(windows: Iterable[EvaluationWindow], year: int, now: Any) -> EvaluationWindow | None:
    """The window of the year that matters now: the running or next one, else the last one closed."""
    rows = [window for window in windows if window.year == year]
    ahead = [window for window in rows if window.closes_at > now and not window.is_published()]
    return min(ahead, key=lambda window: window.closes_at) if ahead else next(iter(rows), None)


def _sums(cells: Iterable[dict[str, Any]]) -> tuple[Sum, dict[str, Sum], dict[str, Sum]]:
    whole = Sum()
    by_dimension: dict[str, Sum] = {}
    by_opd: dict[str, Sum] = {}
    for cell in cells:
        by_dimension.setdefault(cell["dimension__code"], Sum()).add(cell)
        by_opd.setdefault(cell["opd__official_name"], Sum()).add(cell)
    for total in by_dimension.values():
        whole.add(vars(total))
    return whole, by_dimension, by_opd


def _late(by_opd: dict[str, Sum], window: EvaluationWindow | None, now: Any) -> list[dict[str, str]]:
    """Agencies that still have something to do after the inputs were due."""
    if window is None or now < window.inputs_due_at or window.is_published():
        return []
    ago = dates.duration(now - window.inputs_due_at)
    rows = []
    for name, total in by_opd.items():
        if total.with_agency:
            count = ngettext(
                "%(count)s quick win is still with it",
                "%(count)s quick wins are still with it",
                total.with_agency,
            )
            rows.append({"name": name, "text": count % {"count": total.with_agency}, "ago": ago})
    return sorted(rows, key=lambda row: row["name"])


def _heading(whole: Sum, late: list[dict[str, str]], window: EvaluationWindow | None) -> str:
    if not whole.quick_wins:
        return _("No quick win is entered for this year yet")
    percent = whole.percent or 0
    if late:
        text = ngettext(
            "%(percent)s%% complete, %(count)s agency is late",
            "%(percent)s%% complete, %(count)s agencies are late",
            len(late),
        )
        return text % {"percent": percent, "count": len(late)}
    if window and window.is_published():
        return _("%(percent)s%% complete, the evaluation is closed") % {"percent": percent}
    return _("%(percent)s%% complete, nobody is late") % {"percent": percent}


def _lead(dimensions: list[SmartDimension], by_dimension: dict[str, Sum]) -> str:
    """Which dimension lags most, in a sentence."""
    rows = [
        (by_dimension[row.code], row)
        for row in dimensions
        if row.code in by_dimension and by_dimension[row.code].total
    ]
    if not rows:
        return ""
    last, dimension = min(rows, key=lambda pair: pair[0].filled / pair[0].total)
    if last.filled == last.total:
        return _("Every dimension is complete.")
    text = _("Furthest behind: %(dimension)s, %(filled)s of %(total)s fields.")
    return text % {"dimension": dimension, "filled": last.filled, "total": last.total}


def _figures(
    whole: Sum, card: Card | None, results: list[Result], window: EvaluationWindow | None, year: int
) -> dict[str, Any]:
    """The four figures at the top."""
    own = (card.index if card.index is not None else card.provisional) if card else None
    answered = sum(level.given for level in card.questions.values()) if card else 0
    asked = len(card.questions) if card else 0
    published = next((row for row in results if row.window.year <= year), None)
    before = next((row for row in results if published and row.window.year < published.window.year), None)
    surveyed, expected = _respondents(window) if window else (0, 0)
    return {
        "own": decimals.display(own),
        "own_provisional": bool(card and card.index is None and own is not None),
        "answered": _("%(answered)s of %(asked)s questions answered")
        % {"answered": answered, "asked": asked},
        "result": decimals.display(published.index) if published else decimals.UNKNOWN,
        "result_of": str(published.window) if published else "",
        "result_url": reverse("evaluations:result", args=[published.window_id]) if published else "",
        "improvement": decimals.signed(improvement(published.index, before.index))
        if published and before
        else "",
        "verified": str(whole.verified),
        "quick_wins": str(whole.quick_wins),
        "states": _("%(submitted)s submitted, %(returned)s returned, %(draft)s with the agencies")
        % {"submitted": whole.submitted, "returned": whole.returned, "draft": whole.draft + whole.proposed},
        "respondents": decimals.display(Decimal(surveyed), 0),
        "respondents_of": decimals.display(Decimal(expected), 0),
    }


def _respondents(window: EvaluationWindow) -> tuple[int, int]:
    """Respondents of the impact survey so far, and how many are asked for.

    One person answers for all sub-dimensions of a dimension (joint form): it counts its largest number.
    """
    by_dimension: dict[str, int] = {}
    for code, people in window.answers.surveyed().values_list("question__dimension__code", "respondents"):
        by_dimension[code] = max(by_dimension.get(code, 0), people or 0)
    structure = structure_of(window.instrument)
    asked = {row.dimension for row in structure.questions.values() if not row.scored}
    return sum(by_dimension.values()), len(asked) * window.instrument.respondents


def _dimension_row(dimension: SmartDimension, total: Sum) -> dict[str, Any]:
    percent = total.percent
    tone = "" if percent is None or percent >= 75 else "warn" if percent >= 50 else "bad"
    if not total.quick_wins:
        text = _("no quick win yet")
    else:
        text = _("%(filled)s of %(total)s fields, %(verified)s of %(quick_wins)s quick wins verified") % {
            "filled": total.filled, "total": total.total,
            "verified": total.verified, "quick_wins": total.quick_wins,
        }  # fmt: skip
    return {
        "name": str(dimension),
        "letter": dimension.letter,
        "hue": str(dimension.hue),
        "percent": "–" if percent is None else f"{percent}%",
        "value": str(total.filled),
        "max": str(total.total or 1),
        "tone": tone,
        "text": text,
    }


def _results(user: User, city: City) -> list[Result]:
    """Published results, newest year first."""
    rows = Result.objects.visible_to(user).filter(window__city=city).select_related("window")
    return list(rows.order_by("-window__year", "-window__closes_at"))


def _year_before(results: list[Result], year: int) -> int | None:
    return next((row.window.year for row in results if row.window.year < year), None)


def _self_before(results: list[Result], year: int) -> dict[str, Any]:
    """The city's own profile of the last earlier year with a result."""
    row = next((row for row in results if row.window.year < year), None)
    return row.payload["self"]["dimensions"] if row else {}


def _profile(
    dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int
) -> list[tuple[SmartDimension, Decimal | None, Decimal | None]]:
    before = _self_before(results, year)
    rows = []
    for row in dimensions:
        level = card.dimensions.get(row.code) if card else None
        old = before.get(row.code, {}).get("value")
        rows.append((row, level.value if level else None, Decimal(old) if old else None))
    return rows


def _radar(dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int) -> str:
    rows = _profile(dimensions, card, results, year)
    if not 3 <= len(rows) <= 8 or all(value is None for _row, value, _old in rows):
        return ""
    axes = [
        charts.Axis(
            letter=row.letter, hue=row.hue, name=short_name({"name": str(row)}), value=value, before=old
        )
        for row, value, old in rows
    ]
    return charts.radar(
        axes,
        title=_("Self-assessed value of each dimension, %(year)s") % {"year": year},
        description=charts.describe(str(year), [(axis.name, axis.value) for axis in axes]),
        key="city",
    )


def _radar_rows(
    dimensions: list[SmartDimension], card: Card | None, results: list[Result], year: int
) -> list[dict[str, str]]:
    return [
        {"name": str(row), "value": decimals.display(value), "before": decimals.display(old)}
        for row, value, old in _profile(dimensions, card, results, year)
    ]


def _heat(
    dimensions: list[SmartDimension], cells: list[dict[str, Any]], late: list[dict[str, str]]
) -> dict[str, Any]:
    """Agency by dimension, per cent of fields complete; a dot where nothing is assigned."""
    late_names = {row["name"] for row in late}
    by_cell = {(cell["opd_id"], cell["dimension__code"]): cell for cell in cells}
    opds = sorted({(cell["opd__short"], cell["opd_id"], cell["opd__official_name"]) for cell in cells})
    nothing = format_html(
        '<span aria-hidden="true">·</span><span class="visually-hidden">{}</span>', _("not assigned")
    )
    is_late = format_html('<span class="visually-hidden"> {}</span>', _("late"))
    rows = []
    for short, opd_id, name in opds:
        told = is_late if name in late_names else ""
        found = [by_cell.get((opd_id, dimension.code)) for dimension in dimensions]
        cells = [_heat_cell(cell, told) if cell and cell["total"] else _no_cell(nothing) for cell in found]
        rows.append(
            {"short": short, "name": name, "cells": lines.draw("evaluations/parts/heat_cell.html", cells)}
        )
    columns = [{"letter": row.letter, "hue": str(row.hue), "name": str(row)} for row in dimensions]
    return {
        "columns": columns,
        "rows": lines.draw("evaluations/parts/heat_line.html", rows[:SHOWN_OPDS]),
        "more": lines.draw("evaluations/parts/heat_line.html", rows[SHOWN_OPDS:]),
        "more_count": len(rows[SHOWN_OPDS:]),
    }


def _no_cell(nothing: str) -> dict[str, str]:
    return {"css": "none", "text": nothing, "said": ""}


def _heat_cell(cell: dict[str, Any], is_late: str) -> dict[str, str]:
    """A cell of an agency that is late (`is_late` says so) is late where something is still with it."""
    percent = cell["filled"] * 100 // cell["total"]
    late = bool(is_late and cell["draft"] + cell["proposed"] + cell["returned"])
    return {
        "css": f"c{charts.heat_step(percent)}{' late' if late else ''}",
        "text": str(percent),
        "said": is_late if late else "",
    }


def _legend() -> list[dict[str, str]]:
    words = [_("0 to 24"), _("25 to 49"), _("50 to 74"), _("75 to 99"), "100"]
    rows = [{"swatch": charts.swatch(f"h{step}"), "text": text} for step, text in enumerate(words)]
    return [*rows, {"swatch": charts.swatch("h0", late=True), "text": _("late")}]


def _decisions(user: User, city: City, year: int, window: EvaluationWindow | None) -> list[dict[str, str]]:
    """What somebody at the top has to settle."""
    rows = []
    unsure = QuickWin.objects.visible_to(user).of_city(city.pk).in_year(year).filter(owner_confirmed=False)
    # One more than is named, so that there is something to say "and others" about; never all of them.
    names = [f"{row.title} ({row.opd.short})" for row in unsure.select_related("opd")[: SHOWN_UNSURE + 1]]
    if names:
        text = ", ".join(names[:SHOWN_UNSURE])
        if len(names) > SHOWN_UNSURE:
            text = _("%(names)s and others") % {"names": text}
        rows.append({"title": _("Lead agency not confirmed"), "text": text})
    if window and not window.is_published() and (areas := window.uncovered_areas()):
        rows.append({"title": _("No assessor for an area"), "text": ", ".join(areas)})
    if window is None:
        rows.append(
            {"title": _("No review window is prepared"), "text": _("Kominfo sets its dates and instrument.")}
        )
    elif window.is_due(clock.now()):
        rows.append({"title": _("The window has ended"), "text": _("The result is not computed yet.")})
    return rows


def _missing(
    window: EvaluationWindow | None, by_dimension: dict[str, Sum], dimensions: list[SmartDimension]
) -> list[dict[str, str]]:
    """What the evaluation still lacks, as links where the person can look."""
    rows = [
        {"label": _("No quick win in %(dimension)s") % {"dimension": row}, "section": "", "url": ""}
        for row in dimensions
        if row.code not in by_dimension or not by_dimension[row.code].quick_wins
    ]
    if window:
        asked = len(structure_of(window.instrument).questions)
        given = window.answers.scored().count()
        if given < asked:
            label = ngettext(
                "%(count)s question without an answer", "%(count)s questions without an answer", asked - given
            )
            url = reverse("evaluations:answers", args=[window.pk])
            rows.append(
                {"label": label % {"count": asked - given}, "section": _("Self-assessment"), "url": url}
            )
    return rows


def _composition(window: EvaluationWindow | None, card: Card | None) -> dict[str, Any] | None:
    """Where the city's own index comes from: weight, value and share of each section."""
    if window is None or card is None:
        return None
    rows = []
    for section in structure_of(window.instrument).sections:
        level = card.sections[section.code].section
        share = None if level.value is None else level.value * section.weight / 100
        rows.append(
            {
                "name": str(section.name),
                "weight": decimals.exact(section.weight),
                "value": decimals.display(level.value),
                "share": decimals.display(share),
                "partly": _("%(given)s of %(expected)s") % {"given": level.given, "expected": level.expected}
                if not level.complete
                else "",
            }
        )
    own = card.index if card.index is not None else card.provisional
    return {
        "rows": rows,
        "own": decimals.display(own),
        "provisional": card.index is None,
        "label": str(window.instrument.label),
    }
