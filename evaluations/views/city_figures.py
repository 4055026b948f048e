"""The four figures at the top of the city's page, each with its rows and how it is counted."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations.models import EvaluationWindow, Result
from evaluations.results import version_of
from evaluations.scoring import Card, improvement
from evaluations.structure import structure_of
from evaluations.views.city_sums import Sum
from evaluations.views.explained import explained, last_change, share
from opd import audit
from opd.models import City
from smartcity.lib import dates, decimals


def quick_wins_url(year: int, **filters: Any) -> str:
    """The address of the quick wins behind a figure: those the reader may see."""
    return f"{reverse('opd:quick_wins')}?{urlencode({'year': year} | filters)}"


def figures(
    city: City,
    whole: Sum,
    card: Card | None,
    results: list[Result],
    window: EvaluationWindow | None,
    year: int,
) -> dict[str, Any]:
    """Return the figures, ready to print, and `told`: how each is counted."""
    own = (card.index if card.index is not None else card.provisional) if card else None
    answered = sum(level.given for level in card.questions.values()) if card else 0
    asked = len(card.questions) if card else 0
    published = next((row for row in results if row.window.year <= year), None)
    before = next((row for row in results if published and row.window.year < published.window.year), None)
    # what two versions of an instrument say are two things, and their difference is none
    alike = published is not None and before is not None and version_of(published) == version_of(before)
    surveyed, expected = _respondents(window) if window else (0, 0)
    return {
        "own": decimals.display(own),
        "own_provisional": bool(card and card.index is None and own is not None),
        "answered": _("%(answered)s of %(asked)s questions answered")
        % {"answered": answered, "asked": asked},
        "answers_url": reverse("evaluations:answers", args=[window.pk]) if window else "",
        "result": decimals.display(published.index) if published else decimals.UNKNOWN,
        "result_of": str(published.window) if published else "",
        "result_url": reverse("evaluations:result", args=[published.window_id]) if published else "",
        "improvement": decimals.signed(improvement(published.index, before.index))
        if published and before and alike
        else "",
        "other_version": before is not None and not alike,
        "verified": str(whole.verified),
        "verified_url": quick_wins_url(year, status="verified") if whole.verified else "",
        "quick_wins": str(whole.quick_wins),
        "states": _("%(submitted)s submitted, %(returned)s returned, %(draft)s with the agencies")
        % {"submitted": whole.submitted, "returned": whole.returned, "draft": whole.draft + whole.proposed},
        "respondents": decimals.display(Decimal(surveyed), 0),
        "respondents_of": decimals.display(Decimal(expected), 0),
        "told": _told(city, year, whole, window, card, published, (surveyed, expected)),
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


def _told(
    city: City,
    year: int,
    whole: Sum,
    window: EvaluationWindow | None,
    card: Card | None,
    published: Result | None,
    people: tuple[int, int],
) -> dict[str, dict[str, str]]:
    """How each of the four is counted; nothing here is of a window that is not published."""
    answers = last_change(audit.last_of(city.pk, year, "answer.save"), city)
    wins = last_change(audit.last_of(city.pk, year, "quick_win.verify"), city)
    by_kominfo = _("Kominfo and Bappelitbang enter the answers of the city.")
    by_agencies = _("The agencies enter their quick wins; Kominfo verifies them.")
    return {
        "own": explained(
            _("Self-assessed index"),
            _(
                "Sum of each section's value times its weight, on a scale of 0 to 4. While a section has no value, the "
                "others are weighted among themselves and the index is provisional."
            ),
            formula=_index(window, card),
            entered=by_kominfo,
            change=answers,
        ),
        "result": explained(
            _("Last assessed index"),
            _("Given by the assessors for the frozen copy of the window and computed when it closed."),
            entered=_("Computed %(at)s.") % {"at": dates.wib(published.computed_at, city.timezone)}
            if published
            else "",
        ),
        "quick_wins": explained(
            _("Quick wins verified"),
            _(
                "Quick wins of the year that the reviewer has verified, of all that were entered, drafts included."
            ),
            formula=share(whole.verified, whole.quick_wins) if whole.quick_wins else "",
            entered=by_agencies,
            change=wins,
        ),
        "respondents": explained(
            _("Respondents of the impact survey"),
            _(
                "A person answers for all sub-dimensions of a dimension and counts once: the largest number of each "
                "dimension is added. Asked for are the respondents of the instrument times the dimensions."
            ),
            formula=share(*people) if people[1] else "",
            entered=by_kominfo,
            change=answers,
        ),
    }


def _index(window: EvaluationWindow | None, card: Card | None) -> str:
    """The index with its values: "(10 x 3,00 + 20 x 2,80) : 30 = 2,87"."""
    if window is None or card is None:
        return ""
    values = [
        (section.weight, card.sections[section.code].section.value)
        for section in structure_of(window.instrument).sections
    ]
    known = [(weight, value) for weight, value in values if value is not None]
    own = card.index if card.index is not None else card.provisional
    if not known or own is None:
        return ""
    terms = " + ".join(f"{decimals.exact(weight)} × {decimals.display(value)}" for weight, value in known)
    return f"({terms}) : {decimals.exact(sum(weight for weight, _value in known))} = {decimals.display(own)}"
