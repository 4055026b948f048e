"""What the dashboard shows. Totals come from the summary table: the cost does not grow with the records.

No assessed value of a window that is not closed ever passes here: only the city's own series, and results
that are published.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dimensions.models import SmartDimension
from evaluations.models import EvaluationWindow
from evaluations.presentation import badge, deadline
from evaluations.results import self_card
from evaluations.structure import structure_of
from evaluations.views.city_figures import figures, quick_wins_url
from evaluations.views.city_index import (
    compared,
    composition,
    published_results,
    radar,
    radar_rows,
    with_official,
)
from evaluations.views.city_sums import COUNTED, Sum, sums
from evaluations.views.heat import Cell, heat, legend
from opd.models import City, QuickWin, Tally, User
from smartcity.lib import charts, clock, dates

SHOWN_UNSURE = 5


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
    whole, by_dimension, by_opd = sums(cells)
    late = _late(by_opd, window, now)
    results = published_results(user, city)
    card = self_card(window) if window else None
    return {
        "year": str(year),
        "years": [{"year": str(row), "current": row == year} for row in years] if len(years) > 1 else [],
        "window": window,
        "status": badge(window, now) if window else None,
        "window_deadline": deadline(window, now) if window else None,
        "heading": _heading(whole, late, window),
        "lead": _lead(dimensions, by_dimension),
        "figures": with_official(
            figures(city, whole, card, results, window, year), user, city, results, year
        ),
        "dimensions": [_dimension_row(row, by_dimension.get(row.code, Sum()), year) for row in dimensions],
        "filled": str(whole.filled),
        "total": str(whole.total),
        "radar": radar(dimensions, card, results, year),
        "radar_rows": radar_rows(dimensions, card, results, year),
        **compared(results, window, year),
        "heat": _heat(dimensions, cells, late, year),
        "legend": _legend(),
        "late": late,
        "decisions": _decisions(user, city, year, window),
        "missing": _missing(window, by_dimension, dimensions),
        "composition": composition(window, card),
        "sample": bool(window and window.sample),
    }


def _window_of(windows: Iterable[EvaluationWindow], year: int, now: Any) -> EvaluationWindow | None:
    """The window of the year that matters now: the running or next one, else the last one closed."""
    rows = [window for window in windows if window.year == year]
    ahead = [window for window in rows if window.closes_at > now and not window.is_published()]
    return min(ahead, key=lambda window: window.closes_at) if ahead else next(iter(rows), None)


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


def _dimension_row(dimension: SmartDimension, total: Sum, year: int) -> dict[str, Any]:
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
        "url": quick_wins_url(year, dimension=dimension.code) if total.quick_wins else "",
        "percent": "–" if percent is None else f"{percent}%",
        "value": str(total.filled),
        "max": str(total.total or 1),
        "tone": tone,
        "text": text,
    }


def _heat(
    dimensions: list[SmartDimension], cells: list[dict[str, Any]], late: list[dict[str, str]], year: int
) -> dict[str, Any]:
    """Agency by dimension, per cent of fields complete."""
    late_names = {row["name"] for row in late}
    found = {(cell["opd_id"], cell["dimension__code"]): cell for cell in cells if cell["total"]}
    agencies = sorted({(cell["opd__short"], cell["opd_id"], cell["opd__official_name"]) for cell in cells})
    names = {opd_id: name for _short, opd_id, name in agencies}

    def cell_of(opd_id: int, dimension: SmartDimension) -> Cell | None:
        cell = found.get((opd_id, dimension.code))
        if cell is None:
            return None
        url = quick_wins_url(year, opd=opd_id, dimension=dimension.code)
        return _cell(cell, url, late=names[opd_id] in late_names)

    return heat(dimensions, agencies, cell_of, nothing=_("not assigned"))


def _cell(cell: dict[str, Any], url: str, *, late: bool) -> Cell:
    """A cell of an agency that is late is late where something is still with it."""
    percent = cell["filled"] * 100 // cell["total"]
    said = _("%(filled)s of %(total)s fields") % {"filled": cell["filled"], "total": cell["total"]}
    with_it = cell["draft"] + cell["proposed"] + cell["returned"]
    return Cell(str(percent), percent, url, said, late=_("late") if late and with_it else "")


def _legend() -> list[dict[str, Any]]:
    return [*legend(), {"swatch": charts.swatch("h0", late=True), "text": _("late")}]


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
