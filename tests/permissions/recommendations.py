"""Recommendations for DISBUDPAR, one in each state, and one of an earlier year that nobody closed."""

import copy
from datetime import date, timedelta
from typing import Any

from evaluations import actions as evaluation
from evaluations.actions import recommendations as actions
from evaluations.models import Recommendation
from opd.models import Opd, User
from smartcity.lib import clock

STATES = ("open", "running", "proposed", "closed")
LINK = {"kind": "link", "url": "https://contoh.go.id/tindak-lanjut"}


def build(world: Any, now: Any) -> None:
    """What an agency is preparing, what it proposed and what was closed each carry a canary of their own."""
    people = {name: User.objects.get(pk=world.users[name].pk) for name in ("operator", "head", "reviewer")}
    values = {
        "year": 2021,
        "source": "letter",
        "text": "Lengkapi inventaris.",
        "opd": Opd.objects.get(short="DISBUDPAR"),
        "due_on": date(2022, 12, 1),
    }
    with clock.at(now - timedelta(days=38)):
        earlier = copy.copy(world.city)
        earlier.evaluation_year = 2021
        actions.give(city=earlier, values=values | {"year": 2020}, by=people["reviewer"])
        for state in STATES:
            row = actions.give(city=world.city, values=values, by=people["reviewer"])
            _bring(row, state, people)
            world.recommendations[state] = Recommendation.objects.get(pk=row.pk)


def baseline_answer(world: Any, now: Any) -> Any:
    """The secretariat's answer to the question about recommendations, in the window in preparation."""
    with clock.at(now - timedelta(days=10)):
        return evaluation.save_answer(
            window=world.windows["draft"], question_code="BL-1", self_score=2,  # type: ignore[arg-type]
            text="Sebagian besar.", version=0, by=User.objects.get(pk=world.users["reviewer"].pk),
        )  # fmt: skip


def _bring(row: Recommendation, state: str, people: dict[str, User]) -> None:
    if state == "open":
        return
    step = actions.plan_step(
        pk=row.pk, text="Kumpulkan daftar.", due_on=date(2022, 10, 1), by=people["operator"]
    )
    title = {"running": "KANARI-REK-BUKTI", "proposed": "KANARI-REK-USUL", "closed": "KANARI-REK-TUTUP"}[
        state
    ]
    actions.add_evidence(row=row, by=people["operator"], values=LINK | {"title": title})
    if state == "running":
        return
    actions.mark_step(pk=row.pk, step_pk=step.pk, done=True, by=people["operator"])
    actions.move(pk=row.pk, name="propose", by=people["head"], note=title)
    if state == "closed":
        actions.move(pk=row.pk, name="close", by=people["reviewer"])
