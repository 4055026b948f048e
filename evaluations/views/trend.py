"""The city's results over the years: which were judged by the same question list, and all under one version.

Two indexes that come from different versions are no trend. The page says so between the rows, and offers the
years recomputed under one version: by question code, from the frozen scores, marked as recomputed.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from evaluations import rules
from evaluations.models import Instrument, Result
from evaluations.results import recomputed, version_of
from evaluations.scoring import Recomputed, improvement
from evaluations.structure import Structure, structure_of
from opd.access import city_of, person
from opd.trend import gathered, index_note
from smartcity.lib import charts, decimals

Payload = Mapping[str, Any]


@require_GET
def trend(request: HttpRequest) -> HttpResponse:
    """Every published result of the city, oldest first; `?under=` recomputes them under one version."""
    user, city = person(request), city_of(request)
    if not rules.may_see_dashboard(user):
        raise PermissionDenied
    seen = Result.objects.visible_to(user).of_city(city.pk)
    results = list(seen.select_related("window__instrument__dimension_set").oldest_first())
    versions = list(Instrument.objects.select_related("dimension_set").newest_first())
    asked = request.GET.get("under", "")
    under = next((row for row in versions if str(row.pk) == asked), None)
    context: dict[str, Any] = {
        "rows": as_judged(results),
        "note": index_note(
            gathered((row.window.year, str(row.window.instrument.dimension_set)) for row in results)
        ),
        "mixed": len({version_of(row) for row in results}) > 1,
        "versions": [
            {"pk": str(row.pk), "label": str(row.label), "chosen": row == under} for row in versions
        ],
        "under": str(under.label) if under else "",
    }
    if under:
        context |= _recomputed(results, under)
    return render(request, "evaluations/trend.html", context)


def as_judged(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Each result as it was published; the change only between two that were judged by the same version."""
    rows: list[dict[str, Any]] = []
    before: Result | None = None
    for result in results:
        same = before is not None and version_of(before) == version_of(result)
        index, assessed = _index(result.payload["assessed"]["index"]), result.payload["assessed"]
        old = _index(before.payload["assessed"]["index"]) if before else None
        rows.append(
            {
                "window": result.window,
                "name": str(result.window),
                "instrument": _label(result.payload),
                "official": result.payload["instrument"]["official"],
                "index": decimals.display(index if index is not None else _index(assessed["provisional"])),
                "complete": index is not None,
                "change": decimals.signed(improvement(index, old)) if same else decimals.UNKNOWN,
                "other": before is not None and not same,
                "sample": result.window.sample,
            }
        )
        before = result
    return rows


def _recomputed(results: Sequence[Result], under: Instrument) -> dict[str, Any]:
    structure = structure_of(under)
    rows, bars = [], []
    before: Recomputed | None = None
    for result in results:
        found = recomputed(result.payload, structure)
        own = version_of(result) == (under.code, under.version)
        comparable = before is not None and set(before.shared) == set(found.shared)
        value = found.card.index if found.card.index is not None else found.card.provisional
        rows.append(
            {
                "name": str(result.window),
                "own": own,
                "instrument": _label(result.payload),
                "index": decimals.display(value),
                "complete": found.card.index is not None,
                "change": decimals.signed(improvement(found.card.index, before.card.index))
                if comparable and before
                else decimals.UNKNOWN,
                "shared": _("%(part)s of %(whole)s")
                % {"part": len(found.shared), "whole": len(structure.questions)},
                "cautions": [] if own else _cautions(result.payload, found, structure, under),
                "missing": ", ".join(
                    str(row.name) for row in structure.sections if row.code in found.card.missing_sections
                ),
            }
        )
        bars.append(charts.Bar(label=str(result.window), value=value))
        before = found
    drawn = ""
    if bars:
        drawn = charts.bars(
            bars,
            title=_("Recomputed index"),
            description=charts.describe(_("Recomputed index"), [(bar.label, bar.value) for bar in bars]),
            key="trend",
        )
    return {"recomputed": rows, "bars": drawn}


def _cautions(payload: Payload, found: Recomputed, structure: Structure, under: Instrument) -> list[str]:
    """Why the recomputed number is not what a panel would have given under this version."""
    said = []
    if found.unasked:
        said.append(
            ngettext(
                "%(count)s question was not asked then",
                "%(count)s questions were not asked then",
                len(found.unasked),
            )
            % {"count": len(found.unasked)}
        )
    if found.dropped:
        said.append(
            ngettext(
                "%(count)s question of then is left out",
                "%(count)s questions of then are left out",
                len(found.dropped),
            )
            % {"count": len(found.dropped)}
        )
    words = {row["code"]: row["text"] for row in payload["questions"]}
    reworded = [code for code in found.shared if words.get(code) != structure.questions[code].text.id]
    if reworded:
        said.append(
            ngettext(
                "%(count)s question has other words", "%(count)s questions have other words", len(reworded)
            )
            % {"count": len(reworded)}
        )
    if {row["code"] for row in payload["dimensions"]} != set(structure.dimensions):
        said.append(_("other smart city dimensions: the same code may mean another thing"))
    return said


def _label(payload: Payload) -> str:
    facts = payload["instrument"]
    return _("%(title)s, version %(version)s") % {"title": facts["title"], "version": facts["version"]}


def _index(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
