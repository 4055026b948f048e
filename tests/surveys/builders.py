"""What the tests of this folder build with: moments, an instrument that asks for survey means, rounds in each state."""

import copy
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from evaluations.models import Instrument
from opd.models import City, Opd, User
from smartcity.lib import clock
from surveys import actions
from surveys.models import Mode, Round, Service, Sheet
from tests.evaluations.builders import SMALL, question

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
OPENS = datetime(2022, 9, 1, 1, tzinfo=UTC)
CLOSES = datetime(2022, 9, 20, 9, tzinfo=UTC)
DURING = OPENS + DAY
BEFORE = OPENS - 10 * DAY

#: GOV has three sub-dimensions, each with its survey mean; LIV keeps its one.
SURVEYED: dict[str, Any] = copy.deepcopy(SMALL)
SURVEYED["instrument"]["code"] = "SURVEI"
SURVEYED["dimension_set"]["dimensions"][0]["sub_dimensions"] = [
    {"code": f"GOV-{letter}", "order": order, "name_id": f"Layanan {letter}", "name_en": f"Service {letter}"}
    for order, letter in enumerate("ABC", start=1)
]
SURVEYED["sections"][1]["questions"] = [
    *(question(f"I-GOV-{n}", "gov", "GOV", f"GOV-{s}", "survey_mean") for n, s in enumerate("ABC", start=1)),
    question("I-GOV-4", "gov", "GOV"),
    question("I-LIV-1", "liv", "LIV"),
]


def prepared(city: City, by: User, mode: str = Mode.JOINT, target: int | None = None, **values: Any) -> Round:
    """A round of GOV without services."""
    facts = {
        "year": 2022,
        "instrument": Instrument.objects.get(),
        "dimension": city.dimension_set.dimensions.get(code="GOV"),
        "mode": mode,
        "opens_at": OPENS,
        "closes_at": CLOSES,
    }
    with clock.at(BEFORE):
        survey = actions.create_round(city=city, values=facts | values, by=by, key=None)
    if target is not None:
        Round.objects.filter(pk=survey.pk).update(target=target)
    return Round.objects.get(pk=survey.pk)


def chosen(survey: Round, by: User, opd: Opd, letter: str, name: str = "") -> Service:
    """The service of a sub-dimension, not confirmed."""
    sub = survey.dimension.sub_dimensions.get(code=f"GOV-{letter}")
    values = {"name": name or f"Loket {letter}", "opd": opd, "program": None, "quick_win": None}
    with clock.at(BEFORE):
        return actions.choose_service(survey=survey, sub_dimension=sub, values=values, version=0, by=by)


def opened(
    city: City,
    cast: dict[str, User],
    opd: Opd,
    mode: str = Mode.JOINT,
    target: int | None = None,
    **values: Any,
) -> Round:
    """A round of three services of one agency, confirmed by its head and opened before its time begins."""
    survey = prepared(city, cast["reviewer"], mode, target, **values)
    with clock.at(BEFORE):
        for letter in "ABC":
            service = chosen(survey, cast["reviewer"], opd, letter)
            actions.confirm_service(pk=service.pk, version=1, by=cast["head"])
        actions.move_round(Round.objects.get(pk=survey.pk), "open", by=cast["reviewer"])
    return Round.objects.get(pk=survey.pk)


def answered(sheet: Sheet, *marks: int, helper: User | None = None) -> None:
    """One respondent, straight through the action; one mark for all services, or one for each."""
    services = sheet.services()
    given = marks if len(marks) == len(services) else marks * len(services)
    sheet_marks = {service.pk: mark for service, mark in zip(services, given, strict=True)}
    number = f"uji-{answered.__dict__.setdefault('count', 0)}"
    answered.__dict__["count"] += 1
    with clock.at(DURING):
        actions.keep_response(sheet=sheet, marks=sheet_marks, number=number, helper=helper)


def token_of(page: Any) -> str:
    """The hidden number of a public form."""
    found = re.search(r'name="token" value="([^"]+)"', page.content.decode())
    assert found, page.content.decode()
    return found[1]


def send(client: Client, sheet: Sheet, *marks: int, **changes: Any) -> Any:
    """Open the form as a phone does and send it."""
    page = client.get(sheet.get_absolute_url())
    data = (
        {f"a{place}": mark for place, mark in enumerate(marks, start=1)} | {"token": token_of(page)} | changes
    )
    return client.post(sheet.get_absolute_url(), data)
