"""The chapter of Impact: what the public was asked about, how many answered, their mean (domain guide, 13, item 7)."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reports.chapters import words
from reports.chapters.chapter import Chapter
from reports.schema import Dimension, Inputs, Service, Survey
from smartcity.lib import decimals


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return one row for each sub-dimension under its dimension, with the mean of the dimension."""
    groups = [_dimension(row, inputs) for row in inputs["dimensions"]]
    return Chapter(
        key="impact",
        number=number,
        title=_("Impact: what the public says"),
        template="reports/pdf/impact.html",
        context={
            "lead": _lead(inputs),
            "groups": groups,
            "none": not any(row["mean"] for row in inputs["survey"]),
        },
    )


def _lead(inputs: Inputs) -> str:
    return _(
        "Means of the impact survey on a scale of 1 to 4, asked for: %(expected)d respondents for each dimension. "
        "A dimension is the plain mean of its sub-dimensions; below the number asked for a mean is provisional."
    ) % {"expected": inputs["survey_expected"]}


def _dimension(row: Dimension, inputs: Inputs) -> dict[str, Any]:
    names = {sub["code"]: sub["name"] for sub in row["sub_dimensions"]}
    services = {found["sub_dimension"]: found for found in inputs.get("services", ())}
    surveyed = [found for found in inputs["survey"] if found["dimension"] == row["code"]]
    means = [Decimal(found["mean"]) for found in surveyed if found["mean"] is not None]
    return {
        "tile": words.tile(row),
        "mean": decimals.display(sum(means, Decimal(0)) / len(means)) if means else decimals.UNKNOWN,
        "note": _note(len(means), len(surveyed)),
        "rows": [_line(found, names, services.get(found["sub_dimension"]), inputs) for found in surveyed],
    }


def _note(given: int, expected: int) -> str:
    """Why the mean of a dimension is not final; nothing when every sub-dimension has one."""
    if not given:
        return _("incomplete")
    return "" if given == expected else _("provisional, %(given)s") % {"given": words.of(given, expected)}


def _line(row: Survey, names: dict[str, str], service: Service | None, inputs: Inputs) -> dict[str, Any]:
    expected, count = inputs["survey_expected"], row["respondents"]
    return {
        "name": names.get(row["sub_dimension"], row["sub_dimension"]),
        "service": service["name"] if service else "",
        "opd": service["opd"]["short"] if service else "",
        "sample": bool(service and service["sample"]),
        "respondents": decimals.UNKNOWN if count is None else words.of(count, expected),
        "short": count is not None and count < expected,
        "mean": words.score(row["mean"]),
    }
