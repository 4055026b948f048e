"""What the planner does with the masterplan itself: its regulation, period and vision, its strategies, the APBD."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd import audit, rules
from opd.actions.records import same
from opd.models import City, CityBudget, MasterPlan, Strategy, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion


@transaction.atomic
def save_plan(
    *,
    city: City,
    pk: int | None,
    values: Mapping[str, Any],
    strategies: Mapping[int, Sequence[str]],
    version: int,
    by: User,
) -> MasterPlan:
    """Enter a masterplan (`pk` None) or change it, and its strategies by dimension; return it.

    Raises StaleVersion, PermissionDenied. What is saved already is no conflict.
    """
    if not rules.may_keep_plan(by, city.pk):
        raise PermissionDenied
    # The city's row is the lock: two people who enter the first plan at once make one.
    City.objects.select_for_update(no_key=True).get(pk=city.pk)
    plan = MasterPlan.objects.select_for_update().filter(city=city, pk=pk).first() if pk else None
    if plan is None:
        plan = MasterPlan.objects.filter(city=city, **values).first() or MasterPlan(city=city)
    changed = [name for name, value in values.items() if not same(getattr(plan, name), value)]
    lines = _lines(plan) if plan.pk else {}
    rewritten = {key: list(texts) for key, texts in strategies.items() if list(texts) != lines.get(key, [])}
    if plan.pk and not changed and not rewritten:
        return plan
    if plan.pk and plan.version != version:
        raise StaleVersion(plan)
    for name in changed:
        setattr(plan, name, values[name])
    plan.sample_fields = [name for name in plan.sample_fields if name not in changed]
    plan.version += 1 if plan.pk else 0
    plan.updated_at = clock.now()
    plan.save()
    for dimension_id, texts in rewritten.items():
        _rewrite(plan, dimension_id, texts)
    _audited(plan, by, "plan.saved")
    return plan


def _lines(plan: MasterPlan) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for dimension_id, text in plan.strategies.values_list("dimension_id", "text"):
        found.setdefault(dimension_id, []).append(text)
    return found


def _rewrite(plan: MasterPlan, dimension_id: int, texts: Sequence[str]) -> None:
    """Put one dimension's strategies in this order; a line that stays keeps its mark as an example."""
    examples = set(plan.strategies.filter(dimension=dimension_id, sample=True).values_list("text", flat=True))
    plan.strategies.filter(dimension=dimension_id).delete()
    Strategy.objects.bulk_create(
        Strategy(plan=plan, dimension_id=dimension_id, order=order, text=text, sample=text in examples)
        for order, text in enumerate(texts, start=1)
    )


@transaction.atomic
def save_budget(*, city: City, year: int, values: Mapping[str, Any], version: int, by: User) -> CityBudget:
    """Set the whole APBD of a year; `version` is 0 where none was entered yet.

    Raises StaleVersion, also where somebody entered the year first, and PermissionDenied.
    """
    if not rules.may_keep_plan(by, city.pk):
        raise PermissionDenied
    row = CityBudget.objects.select_for_update().of_year(city.pk, year)
    if row is not None and all(same(getattr(row, name), value) for name, value in values.items()):
        return row
    if row is not None and row.version != version:
        raise StaleVersion(row)
    if row is None:
        row = _first_budget(city, year, values)
    else:
        for name, value in values.items():
            setattr(row, name, value)
        row.version, row.sample = row.version + 1, False
        row.save()
    _audited(row, by, "budget.saved")
    return row


def _first_budget(city: City, year: int, values: Mapping[str, Any]) -> CityBudget:
    try:
        with transaction.atomic():
            return CityBudget.objects.create(city=city, year=year, **values)
    except (
        IntegrityError
    ) as twin:  # two people at the same moment: the second one sees the first one's figure
        raise StaleVersion(CityBudget.objects.get(city=city, year=year)) from twin


def _audited(row: MasterPlan | CityBudget, by: User, action: str) -> None:
    audit.record(by=by, action=action, obj=row, city_id=row.city_id, year=row.city.evaluation_year)
