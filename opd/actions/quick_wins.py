"""What an agency does with a quick win: begin it, fill in a section, move it on."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from opd import rules
from opd.actions import records
from opd.completeness import counted
from opd.models import City, Opd, QuickWin, User
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion


def create_quick_win(
    *, by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None
) -> QuickWin:
    """Create a draft for an agency and return it; the same idempotency `key` returns the first one.

    Raises PermissionDenied when the person does not enter data for the agency.
    """
    if opd.pk not in by.opds():
        raise PermissionDenied
    if key and (first := QuickWin.objects.filter(idempotency_key=key, created_by=by).first()):
        return first
    try:
        return _create(by, opd, year, values, key)
    except IntegrityError:
        first = QuickWin.objects.filter(idempotency_key=key, created_by=by).first() if key else None
        if first is None:
            raise
        return first  # two clicks at once: the other one made the row


@transaction.atomic
def _create(by: User, opd: Opd, year: int, values: Mapping[str, Any], key: str | None) -> QuickWin:
    # Numbers are handed out one at a time; who only refers to the city does not wait.
    City.objects.select_for_update(no_key=True).get(pk=opd.city_id)
    quick_win = QuickWin(
        city_id=opd.city_id, opd=opd, year=year, created_by=by, idempotency_key=key, **values
    )
    quick_win.number = QuickWin.objects.next_number(opd.city_id, year)
    quick_win.filled, quick_win.total = counted(_unsaved_values(quick_win))
    quick_win.save(force_insert=True)
    quick_win.events.create(
        move="create", target=quick_win.status, actor=by, role=by.role_for(quick_win), at=clock.now()
    )
    records.settled(quick_win, by, "quick_win.created", before=None)
    return quick_win


@transaction.atomic
def save_section(
    *, pk: int, section: str, values: Mapping[str, Any], unreadable: Mapping[str, str], version: int, by: User
) -> QuickWin:
    """Save the fields of one section and return the quick win.

    `values` are cleaned; `unreadable` keeps the text of fields that could not be read, so that nothing
    typed is lost. Raises StaleVersion when the section was saved by someone else since `version`, and
    PermissionDenied when the text is no longer with the person. What is saved already is no conflict: the
    answer to the first attempt may have been lost on its way.
    """
    quick_win: QuickWin = records.locked(QuickWin, pk)
    if not rules.may_edit(by, quick_win):
        raise PermissionDenied
    before = records.before(quick_win)
    changed = [name for name, value in values.items() if not records.same(getattr(quick_win, name), value)]
    still_unreadable = {
        name: text for name, text in quick_win.unreadable.items() if name not in values
    } | dict(unreadable)
    if not changed and still_unreadable == quick_win.unreadable:
        return quick_win
    if quick_win.section_version(section) != version:
        raise StaleVersion(quick_win)
    for name in changed:
        setattr(quick_win, name, values[name])
    quick_win.unreadable = still_unreadable
    quick_win.sample_fields = [name for name in quick_win.sample_fields if name not in changed]
    quick_win.section_versions |= {section: version + 1}
    records.touch(quick_win)
    records.answer(quick_win, changed, by)
    records.settled(quick_win, by, "quick_win.saved", before=before)
    return quick_win


def move(*, pk: int, name: str, by: User, note: str = "", key: str | None = None) -> QuickWin:
    """Make a move of the quick win's workflow; see `records.move` for what it raises and how it is repeated."""
    return records.move(QuickWin, pk=pk, name=name, by=by, note=note, key=key)


def _unsaved_values(quick_win: QuickWin) -> dict[str, Any]:
    return {field.name: getattr(quick_win, field.attname) for field in quick_win._meta.fields}
