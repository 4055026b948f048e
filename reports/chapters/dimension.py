"""A chapter for each smart city dimension: its values, its survey, and its quick wins, one page each."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.chapters import words
from reports.chapters.chapter import Chapter, Entry
from reports.chapters.quick_win import page, photos_of
from reports.schema import COUNTED, Card, Dimension, Inputs, Level, SubDimension
from smartcity.lib import charts, decimals


def maker(row: Dimension) -> Callable[[Inputs, int], Chapter]:
    """Return the function that writes the chapter of one dimension."""
    return lambda inputs, number: chapter(row, inputs, number)


def chapter(row: Dimension, inputs: Inputs, number: int) -> Chapter:
    """Return the chapter of a dimension, whatever the number of its sub-dimensions."""
    quick_wins = [quick_win for quick_win in inputs["quick_wins"] if quick_win["dimension"] == row["code"]]
    pages = [page(quick_win, row, inputs) for quick_win in quick_wins]
    own, assessed = inputs["self_assessed"], inputs["assessed"]
    return Chapter(
        key=f"dimension-{row['code'].lower()}",
        number=number,
        title=row["name"],
        template="reports/pdf/dimension.html",
        photos=frozenset(photo for quick_win in quick_wins for photo in photos_of(quick_win)),
        entries=[
            Entry(_("Quick win: %(title)s") % {"title": made["title"]}, made["anchor"]) for made in pages
        ],
        context={
            "tile": words.tile(row),
            "lead": _lead(row, inputs),
            "figures": _figures(row, inputs),
            "answered": own is not None,
            "assessed": assessed is not None,
            "sample": any(card and card["sample"] for card in (own, assessed)),
            "outcome_anchor": f"outcome-{row['code'].lower()}",
            "sub_dimensions": [_sub_dimension(sub, inputs) for sub in row["sub_dimensions"]],
            "chart": _chart(row, inputs),
            "quick_wins": pages,
            "survey_expected": str(inputs["survey_expected"]),
            "instrument": inputs["instrument"],
            "outcome": inputs["outcome_section"],
        },
    )


def _lead(row: Dimension, inputs: Inputs) -> str:
    """The gloss of the dimension and what there is to say about its quick wins, in whole sentences."""
    said = [_("%(gloss)s.") % {"gloss": row["gloss"][:1].upper() + row["gloss"][1:]}] if row["gloss"] else []
    tally = [found for found in inputs["tally"] if found["dimension"] == row["code"]]
    everything = sum(found[status] for found in tally for status in COUNTED)
    verified = sum(found["verified"] for found in tally)
    if not everything and words.is_frozen(inputs):
        said.append(_("No quick win was verified when the window opened."))
    elif not everything:
        said.append(_("No quick win in %(year)s yet.") % {"year": inputs["year"]})
    else:
        said.append(
            ngettext(
                "%(count)d quick win, %(verified)d verified.",
                "%(count)d quick wins, %(verified)d verified.",
                everything,
            )
            % {"count": everything, "verified": verified}
        )
    return " ".join(said)


def _figures(row: Dimension, inputs: Inputs) -> list[dict[str, Any]]:
    """Four figures: own and assessed Outcome, the survey, the completeness."""
    section = {"section": inputs["outcome_section"] or _("Dimension value")}
    own = _outcome(inputs["self_assessed"], row)
    assessed = _outcome(inputs["assessed"], row)
    tally = [found for found in inputs["tally"] if found["dimension"] == row["code"]]
    done, asked = sum(found["filled"] for found in tally), sum(found["total"] for found in tally)
    fields = _("%(count)s fields") % {"count": words.of(done, asked)}
    return [
        _value(_("%(section)s, self-assessed") % section, inputs["self_assessed"], own, _("no answers yet")),
        _value(
            _("%(section)s, assessed") % section, inputs["assessed"], assessed, _("after the window closes")
        ),
        _survey(row, inputs),
        {
            "label": _("Completeness"),
            "value": decimals.percent(done, asked),
            "note": fields if asked else _("no quick win yet"),
            "sample": False,
        },
    ]


def _outcome(card: Card | None, row: Dimension) -> Level | None:
    """The Outcome of a dimension; an instrument without such a section has only the dimension's profile."""
    return (card["outcome"] or card["dimensions"]).get(row["code"]) if card else None


def _value(label: str, card: Card | None, level: Level | None, without: str) -> dict[str, Any]:
    if card is None:
        return {"label": label, "value": decimals.UNKNOWN, "note": without, "sample": False}
    return {
        "label": label,
        "value": words.level(level),
        "note": words.provisional(level) or _("of 4.00"),
        "sample": card["sample"] and level is not None and level["given"] > 0,
    }


def _survey(row: Dimension, inputs: Inputs) -> dict[str, Any]:
    """How many answered the survey: the least over the sub-dimensions, since one survey may serve all."""
    found = [answer["respondents"] for answer in inputs["survey"] if answer["dimension"] == row["code"]]
    known = [count for count in found if count is not None]
    note = _("of %(count)d respondents") % {"count": inputs["survey_expected"]}
    sample = bool(inputs["self_assessed"] and inputs["self_assessed"]["sample"])
    if not known:
        return {
            "label": _("Impact survey"),
            "value": decimals.UNKNOWN,
            "note": _("not reported yet"),
            "sample": False,
        }
    if len(known) < len(found):
        note = _("of %(count)d respondents, provisional") % {"count": inputs["survey_expected"]}
    return {
        "label": _("Impact survey"),
        "value": decimals.display(min(known), 0),
        "note": note,
        "sample": sample,
    }


def _sub_dimension(sub: SubDimension, inputs: Inputs) -> dict[str, Any]:
    own, assessed = (
        card["sub_dimensions"].get(sub["code"]) if card else None
        for card in (inputs["self_assessed"], inputs["assessed"])
    )
    survey = next((row for row in inputs["survey"] if row["sub_dimension"] == sub["code"]), None)
    respondents = survey["respondents"] if survey else None
    return {
        "name": sub["name"],
        "own": words.level(own),
        "assessed": words.level(assessed),
        "gap": words.gap(assessed["value"] if assessed else None, own["value"] if own else None),
        "state": words.provisional(assessed or own),
        "mean": words.score(survey["mean"] if survey else None),
        "respondents": decimals.UNKNOWN
        if respondents is None
        else words.of(respondents, inputs["survey_expected"]),
    }


def _chart(row: Dimension, inputs: Inputs) -> str:
    """The sub-dimensions as bars, of the assessed series once there is one."""
    card = inputs["assessed"] or inputs["self_assessed"]
    if card is None or not row["sub_dimensions"]:
        return ""
    values = [
        (
            sub["name"],
            words.exact(level["value"]) if (level := card["sub_dimensions"].get(sub["code"])) else None,
        )
        for sub in row["sub_dimensions"]
    ]
    if not any(value is not None for _name, value in values):
        return ""
    series = _("Assessed") if inputs["assessed"] else _("Self-assessed")
    return charts.bars(
        [charts.Bar(name, value, f"d{row['hue']}") for name, value in values],
        title=_("%(section)s of %(dimension)s by sub-dimension")
        % {"section": inputs["outcome_section"], "dimension": row["name"]},
        description=charts.describe(series, values),
        key=f"bars-{row['code'].lower()}",
        for_print=True,
    )
