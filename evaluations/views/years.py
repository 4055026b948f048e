"""The city's index over the years: the official one where a letter is published, else the computed one, each labelled.

Other cities' published results stand in a table of their own; none of them enters a number of the city.
"""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaluations import rules
from evaluations.models import OfficialResult, Result
from evaluations.others import Published, published_by_others
from evaluations.views.official_page import as_given, badge, gain
from opd.access import city_of, person
from opd.models import City, User
from opd.trend import gathered, index_note
from smartcity.lib import charts, dates, decimals

OFFICIAL_TONE, COMPUTED_TONE = "h4", "h2"


@require_GET
def years(request: HttpRequest) -> HttpResponse:
    """The history of years, and below it what other cities published of the year asked for (`?year=`)."""
    user, city = person(request), city_of(request)
    if not rules.may_read_years(user):
        raise PermissionDenied
    rows = history(user, city)
    context = {
        "rows": rows,
        "computed": any(not row["official"] for row in rows),
        "chart": _chart(rows),
        "note": index_note(gathered((row["year"], row["set"]) for row in rows)),
        "legend": _legend(rows),
        "drafts": _drafts(user, city),
        "may_enter": rules.may_enter_official(user, city.pk),
        "of_the_city": rules.may_see_dashboard(user),
    }
    return render(request, "evaluations/years.html", context | _others(request.GET.get("year", ""), rows))


def history(user: User, city: City) -> list[dict[str, Any]]:
    """Every round with a number, newest first: its letter when one is published, else what the portal computed."""
    letters = list(
        OfficialResult.objects.visible_to(user).of_city(city.pk).published().for_page().newest_first()
    )
    spoken = {row.window_id for row in letters if row.window_id}
    results = (
        Result.objects.visible_to(user).of_city(city.pk).select_related("window__instrument__dimension_set")
    )
    computed = {row.window_id: row for row in results}
    rows = [_official_row(row, computed.get(row.window_id)) for row in letters]
    rows += [_computed_row(row) for pk, row in computed.items() if pk not in spoken]
    return sorted(rows, key=lambda row: row["order"], reverse=True)


def _official_row(row: OfficialResult, computed: Result | None) -> dict[str, Any]:
    return {
        "order": (row.year, row.letter_date),
        "year": row.year,
        "name": str(row),
        "official": True,
        "label": _("official"),
        "value": row.index,
        "index": as_given(row.index),
        "gain": gain(row),
        "computed": decimals.display(computed.index) if computed and computed.index is not None else "",
        "instrument": str(row.instrument.label),
        "set": str(row.instrument.dimension_set),
        "letter": row.letter_number,
        "letter_date": dates.long_date(row.letter_date),
        "rank": decimals.display(row.rank_national, 0) if row.rank_national else "",
        "cohort": row.cohort,
        "url": row.get_absolute_url(),
        "sample": row.sample,
    }


def _computed_row(row: Result) -> dict[str, Any]:
    value = row.index if row.index is not None else row.provisional
    return {
        "order": (row.window.year, row.window.closes_at.date()),
        "year": row.window.year,
        "name": str(row.window),
        "official": False,
        "label": _("computed in the portal")
        if row.index is not None
        else _("computed in the portal, provisional"),
        "value": value,
        "index": decimals.display(value),
        "gain": None,
        "computed": "",
        "instrument": str(row.window.instrument.label),
        "set": str(row.window.instrument.dimension_set),
        "letter": "",
        "letter_date": "",
        "rank": "",
        "cohort": "",
        "url": reverse("evaluations:result", args=[row.window_id]),
        "sample": row.window.sample,
    }


def _chart(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as bars, oldest first; "" while there is nothing to compare."""
    if not rows:
        return ""
    bars = [
        charts.Bar(
            label=_("%(name)s, %(label)s") % {"name": row["name"], "label": row["label"]},
            value=row["value"],
            tone=OFFICIAL_TONE if row["official"] else COMPUTED_TONE,
        )
        for row in reversed(rows)
    ]
    return charts.bars(
        bars,
        title=_("Index of each year"),
        description=charts.describe(_("Index"), [(bar.label, bar.value) for bar in bars]),
        key="years",
    )


def _legend(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = {row["official"] for row in rows}
    shown = [
        (True, OFFICIAL_TONE, _("official, by letter")),
        (False, COMPUTED_TONE, _("computed in the portal")),
    ]
    return [{"swatch": charts.swatch(tone), "text": text} for kind, tone, text in shown if kind in kinds]


def _drafts(user: User, city: City) -> list[dict[str, Any]]:
    """Letters that wait for the second person; the queryset shows them to nobody else."""
    found = OfficialResult.objects.visible_to(user).of_city(city.pk).drafts().newest_first()
    return [{"name": str(row), "url": row.get_absolute_url(), "status": badge(row)} for row in found]


def _others(asked: str, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What other cities published of one year: the one asked for, else the latest with a number of one's own."""
    found = published_by_others()
    known = sorted({row.year for row in found}, reverse=True)
    own = [row["year"] for row in rows if row["official"] and row["year"] in known]
    year = int(asked) if asked.isdecimal() and int(asked) in known else next(iter(own), known[0])
    shown = [row for row in found if row.year == year]
    return {
        "others_year": str(year),
        "others_years": [{"year": str(row), "here": row == year} for row in known],
        "others": [_other_row(row) for row in shown],
        "others_values": any(value is not None for row in shown for value in row.values),
        "own_that_year": [row for row in rows if row["official"] and row["year"] == year],
    }


def _other_row(row: Published) -> dict[str, Any]:
    return {
        "region": row.region,
        "index": as_given(row.index),
        "values": [as_given(value) for value in row.values] if any(row.values) else [],
        "place": row.place,
        "cohort": row.cohort,
        "note": row.note,
        "sources": row.sources,
    }
