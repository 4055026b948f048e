"""Many quick wins changed at once, as a list brings them: few statements for hundreds, the traces of single changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Prefetch

from opd import audit, finding, rules
from opd.actions.programs_many import NotAsSeen
from opd.actions.records import same
from opd.completeness import BY_NAME, counted
from opd.models import Evidence, Note, QuickWin, User
from opd.payload import quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of

#: Columns no field of the form asks for belong to its last section.
LAST_SECTION = "continuation"
KEPT = ("version", "updated_at", "sample_fields", "unreadable", "section_versions", "filled", "total")


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of the columns of one quick win."""

    pk: int
    version: int
    values: Mapping[str, Any]


def lock_quick_wins(pks: Collection[int]) -> None:
    """Take the locks of many quick wins, in the order of all other actions."""
    rows = QuickWin._base_manager.select_for_update(of=("self",)).filter(pk__in=pks)
    list(rows.order_by("pk").values_list("pk"))


@transaction.atomic
def save_quick_wins(changes: Collection[Change], *, by: User) -> None:
    """Change quick wins as `save_section` would, section by section, with one event of the audit chain for each.

    The caller holds their locks, has them all in one city and recounts the cells. Raises NotAsSeen.
    """
    batch = _Batch([change.pk for change in changes], by)
    for change in changes:
        batch.take(change)
    batch.write()


class _Batch:
    """Quick wins as they are stored, and what is to be written of them."""

    def __init__(self, pks: list[int], by: User) -> None:
        rows = QuickWin._base_manager.filter(pk__in=pks)
        joined = rows.select_related("opd", "city", "dimension", "sub_dimension")
        read = joined.prefetch_related(Prefetch("evidence", Evidence.objects.for_list()))
        self._rows: dict[int, QuickWin] = {row.pk: row for row in read}
        self._asked: dict[tuple[int, str], int] = {
            (owner, field): pk
            for pk, owner, field in Note.objects.open()
            .filter(quick_win__in=pks)
            .values_list("pk", "quick_win", "field")
        }
        self._by, self._now = by, clock.now()
        self._columns: set[str] = {*KEPT}
        self._saved: list[QuickWin] = []
        self._answered: list[int] = []
        self._events: dict[int, list[tuple[QuickWin, str, str]]] = {}

    def take(self, change: Change) -> None:
        """Apply one change in memory and keep what it leaves behind."""
        row = self._rows.get(change.pk)
        if row is None or row.version != change.version or not rules.may_edit(self._by, row):
            raise NotAsSeen(change.pk)
        before = digest_of(quick_win_payload(row))
        changed = {name for name, value in change.values.items() if not same(getattr(row, name), value)}
        unreadable = {name: text for name, text in row.unreadable.items() if name not in change.values}
        if not changed and unreadable == row.unreadable:
            return
        for name in changed:
            setattr(row, name, change.values[name])
        row.unreadable = unreadable
        row.sample_fields = [name for name in row.sample_fields if name not in changed]
        row.section_versions |= {name: row.section_version(name) + 1 for name in _sections(changed)}
        row.filled, row.total = counted(row.filled_values(evidence=len(row.evidence.all())))
        row.version += 1
        row.updated_at = self._now
        self._columns |= changed
        self._saved.append(row)
        self._answered += [self._asked[row.pk, name] for name in changed if (row.pk, name) in self._asked]
        self._events.setdefault(row.year, []).append((row, before, digest_of(quick_win_payload(row))))

    def write(self) -> None:
        """Store it all. Rows with their keys go in as one INSERT that updates: a CASE for each cell costs ten times."""
        QuickWin._base_manager.bulk_create(
            self._saved, update_conflicts=True, unique_fields=["id"], update_fields=sorted(self._columns)
        )
        if self._answered:
            Note.objects.filter(pk__in=self._answered).update(answered_at=self._now, answered_by=self._by)
        finding.refresh_texts(self._saved)
        for year in sorted(self._events):  # each year of a city has a chain of its own
            audit.record_many(by=self._by, action="quick_win.saved", changes=self._events[year], year=year)


def _sections(names: set[str]) -> set[str]:
    return {BY_NAME[name].section if name in BY_NAME else LAST_SECTION for name in names}
