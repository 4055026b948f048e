"""The dashboard's totals are those of the rows, whatever was done and in whatever order."""

import random
from collections import Counter
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from dimensions.models import SmartDimension
from opd import actions, audit, tallies
from opd.completeness import counted
from opd.models import QuickWin, Tally, User
from opd.models.tally import COUNTED
from opd.workflow import QUICK_WIN
from smartcity.lib.workflow import NotReady, WrongStatus
from tests import scenarios
from tests.scenarios import House, again


def cell(quick_win: QuickWin) -> dict[str, int]:
    """The stored numbers that are not zero, of the cell a quick win stands in."""
    row = Tally.objects.values(*COUNTED, "filled", "total").get(
        opd=quick_win.opd_id, dimension=quick_win.dimension_id
    )
    return {name: number for name, number in row.items() if number}


def test_a_cell_follows_its_quick_win_from_draft_to_verified(house: House) -> None:
    quick_win = scenarios.complete(house)
    everything = {"filled": quick_win.total, "total": quick_win.total}
    assert cell(quick_win) == {"draft": 1} | everything
    for move, by, status in (
        ("propose", house.operator, "proposed"),
        ("submit", house.submitter, "submitted"),
        ("return", house.decider, "returned"),
        ("submit", house.submitter, "submitted"),
        ("verify", house.decider, "verified"),
    ):
        actions.move(pk=quick_win.pk, name=move, by=by, note="Mohon diperiksa.")
        assert cell(quick_win) == {status: 1} | everything


def test_filling_in_is_counted(draft: QuickWin, house: House) -> None:
    assert cell(draft)["filled"] == 2
    actions.save_section(
        pk=draft.pk,
        section="problem",
        values={"problem": "Ada."},
        unreadable={},
        version=1,
        by=house.operator,
    )
    assert cell(draft)["filled"] == 3
    scenarios.add_link(draft, by=house.operator)
    assert cell(draft)["filled"] == 4


def test_a_change_of_dimension_leaves_one_cell_and_enters_another(complete: QuickWin, house: House) -> None:
    other = complete.city.dimension_set.dimensions.get(code="LIV")
    values = {"dimension": other, "sub_dimension": None}
    actions.save_section(
        pk=complete.pk, section="identity", values=values, unreadable={}, version=1, by=house.operator
    )
    assert cell(complete) == {}
    assert cell(again(complete))["draft"] == 1
    assert list(tallies.contradictions()) == []


def test_a_refused_move_changes_no_total(draft: QuickWin, house: House) -> None:
    before = cell(draft)
    with pytest.raises(NotReady):
        actions.move(pk=draft.pk, name="submit", by=house.submitter)
    assert cell(draft) == before


class Dice:
    """Random steps of random people over the records of three agencies; who may is likelier than who may not."""

    def __init__(self, seed: int, agencies: list[House]) -> None:
        self.random, self.agencies = random.Random(seed), agencies
        self.dimensions = list(agencies[0].opd.city.dimension_set.dimensions.all())
        self.rows: list[tuple[QuickWin, House]] = []
        self.done: Counter[str] = Counter()
        for house in agencies:
            self.rows.append((scenarios.complete(house, dimension=self.dimension().code), house))

    def step(self) -> None:
        step = self.random.choice(
            [self.move] * 6 + [self.save, self.change_dimension, self.evidence, self.create]
        )
        try:
            step()
            self.done[step.__name__] += 1
        except (PermissionDenied, WrongStatus, NotReady):
            self.done["refused"] += 1

    def dimension(self) -> SmartDimension:
        return self.random.choice(self.dimensions)

    def row(self) -> tuple[QuickWin, User]:
        """A record as it is now, and somebody: mostly of its agency, sometimes of another."""
        quick_win, house = self.random.choice(self.rows)
        if self.random.random() < 0.2:
            house = self.random.choice(self.agencies)
        return again(quick_win), self.random.choice([house.operator, house.submitter, house.decider])

    def create(self) -> None:
        house = self.random.choice(self.agencies)
        self.rows.append((scenarios.complete(house, dimension=self.dimension().code), house))

    def move(self) -> None:
        quick_win, by = self.row()
        possible = [move.name for move in QUICK_WIN.moves.values() if quick_win.status in move.sources]
        actions.move(pk=quick_win.pk, name=self.random.choice(possible), by=by, note="Sebab.")

    def save(self) -> None:
        self._save(
            "problem",
            {"partners": self.random.choice("ab"), "problem": self.random.choice(["Ada.", "Lain.", ""])},
        )

    def change_dimension(self) -> None:
        self._save("identity", {"dimension": self.dimension(), "acronym": self.random.choice("ab")})

    def _save(self, section: str, values: dict[str, Any]) -> None:
        quick_win, by = self.row()
        version = quick_win.section_version(section)
        actions.save_section(
            pk=quick_win.pk, section=section, values=values, unreadable={}, version=version, by=by
        )

    def evidence(self) -> None:
        quick_win, by = self.row()
        piece = quick_win.evidence.first()
        if piece and self.random.random() < 0.5:
            actions.remove_evidence(pk=piece.pk, by=by)
        else:
            scenarios.add_link(quick_win, by=by)


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_equal_the_rows_after_any_hundred_steps(seed: int, houses: dict[str, House]) -> None:
    """Twice a hundred random steps, a good part of them refused, none of them miscounted."""
    dice = Dice(seed, [houses[short] for short in ("DISBUDPAR", "LABKES", "DISKOMINFO")])
    for _step in range(100):
        dice.step()
    kinds = ("move", "save", "change_dimension", "evidence", "create", "refused")
    assert min(dice.done[kind] for kind in kinds) > 1, dice.done
    assert len({again(row).status for row, _house in dice.rows}) > 2
    assert list(tallies.contradictions()) == []
    assert list(audit.contradictions()) == []
    for row, _house in dice.rows:
        stored = again(row)
        assert (stored.filled, stored.total) == counted(stored.filled_values())


def test_counting_anew_gives_the_same(houses: dict[str, House]) -> None:
    for house in list(houses.values())[:3]:
        scenarios.submitted(house)
        scenarios.draft(house, dimension="LIV")
    columns = ("year", "opd", "dimension", *COUNTED, "filled", "total")
    before = sorted(Tally.objects.values_list(*columns))
    tallies.rebuild(houses["DISHUB"].opd.city_id)
    assert sorted(Tally.objects.values_list(*columns)) == before


def test_a_total_that_lies_is_named(complete: QuickWin, house: House) -> None:
    scenarios.draft(house, dimension="LIV")
    Tally.objects.filter(dimension=complete.dimension_id).update(verified=7)
    Tally.objects.exclude(dimension=complete.dimension_id).delete()
    assert len(list(tallies.contradictions())) == 2
    tallies.rebuild(complete.city_id)
    assert list(tallies.contradictions()) == []


def test_a_record_known_from_news_is_in_no_column_of_the_procedure(house: House) -> None:
    """It counts for nothing that an agency has done."""
    scenarios.recorded(house)
    tallies.rebuild(house.opd.city_id)
    (tally,) = Tally.objects.all()
    assert [getattr(tally, status) for status in COUNTED] == [0, 0, 0, 0, 0]
