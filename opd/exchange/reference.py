"""What a person's file is compared with, read from the database once for each import.

What the person may not see is there as well, or a code could be taken twice; but only as "another agency's".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from dimensions.models import SmartDimension, SubDimension
from opd import rules
from opd.imports import Agency, Dimension, Kind, Reference, Sub
from opd.imports.lookups import Lookups, folded
from opd.models import City, MasterPlan, Opd, Program, Progress, QuickWin, User


@dataclass
class World:
    """The city as one person may bring lists into it."""

    city: City
    by: User
    kind: Kind
    year: int
    #: What this person sees of the records, by what a row is recognised by.
    programs: dict[str, Program] = field(default_factory=dict)
    quick_wins: dict[tuple[int, str, str], QuickWin] = field(default_factory=dict)

    @classmethod
    def of(
        cls, city: City, by: User, kind: Kind, year: int, *, only: Collection[int] | None = None
    ) -> "World":
        """Read everything a file is compared with: a constant number of queries.

        `only` are the programmes that are needed as objects, when they are known already.
        """
        world = cls(city, by, kind, year)
        if kind == Kind.ACTION_PLAN:
            rows = world._programs() if only is None else world._programs().filter(pk__in=only)
            world.programs = {folded(row.code): row for row in rows}
        else:
            for row in QuickWin.objects.visible_to(by).of_city(city.pk).for_exchange():
                key = (row.year, row.dimension.code, folded(row.name))
                if key not in world.quick_wins or row.opd_id in by.opds():
                    world.quick_wins[key] = row
        return world

    def _programs(self) -> Any:
        if self.plan is None:
            return Program.objects.none()
        return Program.objects.visible_to(self.by).filter(plan=self.plan).for_exchange()

    @cached_property
    def plan(self) -> MasterPlan | None:
        """The masterplan of the file's year; the newest when none covers it."""
        plans = list(MasterPlan.objects.filter(city=self.city))
        return next((plan for plan in plans if plan.covers(self.year)), plans[0] if plans else None)

    @cached_property
    def opds(self) -> dict[str, Opd]:
        """Agencies by short name; of two with one name the one in force."""
        rows = Opd.objects.of_city(self.city).order_by("valid_to", "pk")
        ended = [row for row in rows if row.valid_to]
        return {row.short: row for row in [*ended, *(row for row in rows if not row.valid_to)]}

    @cached_property
    def dimensions(self) -> dict[str, SmartDimension]:
        rows = SmartDimension.objects.of_set(self.city.dimension_set_id).with_sub_dimensions()
        return {row.code: row for row in rows}

    @cached_property
    def subs(self) -> dict[tuple[str, str], SubDimension]:
        return {
            (code, sub.code): sub for code, row in self.dimensions.items() for sub in row.sub_dimensions.all()
        }

    @cached_property
    def reference(self) -> Reference:
        return reference(self.city, self.year, self.dimensions, self.opds, self._codes(), self._names())

    @cached_property
    def lookups(self) -> Lookups:
        return Lookups(self.reference)

    @cached_property
    def reported(self) -> set[tuple[int, int]]:
        """(programme, year) whose figures come from verified reports."""
        if self.kind != Kind.ACTION_PLAN:
            return set()
        rows = Progress.objects.verified().of_city(self.city.pk)
        return set(rows.values_list("program", "year").distinct())

    @cached_property
    def taken(self) -> set[str]:
        """The codes of the masterplan, whoever's they are."""
        return {
            folded(code) for code in Program.objects.filter(plan=self.plan).values_list("code", flat=True)
        }

    def may_bring_in(self, opd: Opd) -> bool:
        """Whether this person's lists may hold rows of an agency."""
        if opd.pk in self.by.opds():
            return True
        return self.kind == Kind.ACTION_PLAN and rules.may_keep_plan(self.by, self.city.pk)

    def _codes(self) -> dict[str, str]:
        """Every code of the masterplan; the name only of what the person may see."""
        if self.kind != Kind.ACTION_PLAN or self.plan is None:
            return {}
        another = _("a programme of another agency")
        codes = Program.objects.filter(plan=self.plan).values_list("code", flat=True)
        seen = {code: row.name for code, row in self.programs.items()}
        return {code: seen.get(folded(code), another) for code in codes}

    def _names(self) -> dict[tuple[int, str], list[str]]:
        if self.kind != Kind.QUICK_WIN:
            return {}
        another = _("a quick win of another agency")
        found: dict[tuple[int, str], list[str]] = {}
        seen = {row.pk for row in self.quick_wins.values()}
        rows = QuickWin.objects.of_city(self.city.pk).in_year(self.year)
        for row in self.quick_wins.values():
            if row.year != self.year:
                found.setdefault((row.year, row.dimension.code), []).append(row.name)
        for pk, year, code, name in rows.values_list("pk", "year", "dimension__code", "name"):
            names = found.setdefault((year, code), [])
            names.append(name if pk in seen else another)
        return found


def reference(
    city: City,
    year: int,
    dimensions: Mapping[str, SmartDimension],
    opds: Mapping[str, Opd],
    codes: Mapping[str, str] | None = None,
    names: Mapping[tuple[int, str], list[str]] | None = None,
) -> Reference:
    """Return the plain data a list is read and written with."""
    return Reference(
        year,
        tuple(_dimension(row) for row in dimensions.values()),
        tuple(Agency(row.short, row.official_name) for row in opds.values()),
        codes or {},
        names or {},
    )


def _dimension(row: SmartDimension) -> Dimension:
    names = tuple(name for name in (row.name, row.name_en, row.gloss) if name)
    subs = tuple(
        Sub(sub.code, tuple(name for name in (sub.name, sub.name_en) if name))
        for sub in row.sub_dimensions.all()
    )
    return Dimension(row.code, names, subs)
