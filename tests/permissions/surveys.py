"""The impact surveys of the permission matrix: a round in each state, every service DISBUDPAR's.

Names of services stand on a public form, so the canary is in what only some may read: why a recap was entered.
"""

from datetime import datetime, timedelta

from evaluations.models import Instrument
from opd.models import City, Opd, User
from smartcity.lib import clock
from surveys import actions
from surveys.models import Recap, Round, Service

#: State -> dimension. In "draft" nobody has confirmed; "ready" only waits to be opened.
DIMENSIONS = {"draft": "BRD", "ready": "ECO", "open": "GOV", "closed": "LIV"}
DAYS = timedelta(days=5)


def build(city: City, now: datetime, reviewer: User, head: User) -> dict[str, Round]:
    """One round in each state, through the door."""
    return {state: _round(state, city, now, reviewer, head) for state in DIMENSIONS}


def first_service(survey: Round) -> Service:
    return survey.services.order_by("sub_dimension__order")[0]


def _round(state: str, city: City, now: datetime, reviewer: User, head: User) -> Round:
    opd = Opd.objects.get(short="DISBUDPAR")
    values = {
        "year": 2022,
        "instrument": Instrument.objects.get(),
        "dimension": city.dimension_set.dimensions.get(code=DIMENSIONS[state]),
        "mode": "joint",
        "opens_at": now - DAYS,
        "closes_at": now + DAYS,
    }
    with clock.at(now - 2 * DAYS):
        survey = actions.create_round(city=city, values=values, by=reviewer, key=None)
        for sub in survey.dimension.sub_dimensions.all():
            named = {"name": f"Layanan {sub.code}", "opd": opd, "program": None, "quick_win": None}
            service = actions.choose_service(
                survey=survey, sub_dimension=sub, values=named, version=0, by=reviewer
            )
            if state != "draft":
                actions.confirm_service(pk=service.pk, version=1, by=head)
        if state in ("open", "closed"):
            actions.move_round(survey, "open", by=reviewer)
    if state == "closed":
        with clock.at(now - timedelta(days=1)):
            _count(survey, head)
            actions.move_round(survey, "close", by=reviewer, note="KANARI-ALASAN")
    return Round.objects.get(pk=survey.pk)


def _count(survey: Round, head: User) -> Recap:
    counts = {"count_1": 1, "count_2": 2, "count_3": 30, "count_4": 17, "respondents": 50, "mean": None}
    return actions.enter_recap(
        service=first_service(survey), values=counts | {"reason": "KANARI-REKAP"}, number=0, by=head
    )
