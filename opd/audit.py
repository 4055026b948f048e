"""Writing the audit chain: who did what, in the transaction of the change."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction

from opd.models.audit import AuditChain, AuditEvent
from smartcity.lib import clock, reference
from smartcity.lib.models import canonical
from smartcity.lib.workflow import acting_role

if TYPE_CHECKING:
    from opd.models import User


def record(
    *,
    by: "User | None",
    action: str,
    obj: Any,
    city_id: int,
    year: int,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> AuditEvent:
    """Append one event to the city's chain of the year and return it.

    `before` and `after` are digests of the object. Must run inside the transaction of the change:
    an event without its change, or a change without its event, would be a lie.
    """
    chain = _locked_chain(city_id, year)
    event = _linked(chain, by=by, action=action, obj=obj, before=before, after=after, reason=reason)
    event.save()
    chain.save(update_fields=["sequence", "hash"])
    return event


def record_many(
    *, by: "User", action: str, changes: Iterable[tuple[Any, str, str]], year: int | None = None
) -> None:
    """Append an event for each of `changes` (object, digest before, digest after), all of one city.

    They go to the chain of `year`, the one the city works on when it is not given.
    """
    rows = list(changes)
    if not rows:
        return
    city = rows[0][0].city
    chain = _locked_chain(city.pk, year or city.evaluation_year)
    AuditEvent.objects.bulk_create(
        [
            _linked(chain, by=by, action=action, obj=obj, before=before, after=after)
            for obj, before, after in rows
        ]
    )
    chain.save(update_fields=["sequence", "hash"])


def _linked(
    chain: AuditChain, *, by: "User | None", action: str, obj: Any, before: str, after: str, reason: str = ""
) -> AuditEvent:
    """Return the next event of a chain and make it the chain's end."""
    event = AuditEvent(
        city_id=chain.city_id,
        year=chain.year,
        sequence=chain.sequence + 1,
        actor=by,
        role=acting_role(by, obj),
        at=clock.now(),
        action=action,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        before=before,
        after=after,
        reason=reason,
        request_id=reference.current(),
        prev_hash=chain.hash,
    )
    event.hash = hash_of(event)
    chain.sequence, chain.hash = event.sequence, event.hash
    return event


def _locked_chain(city_id: int, year: int) -> AuditChain:
    """The end of the chain, locked: one statement, but for the first event of a year."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("audit.record runs inside the transaction of the change")
    chains = AuditChain.objects.select_for_update()
    chain = chains.filter(city_id=city_id, year=year).first()
    if chain is None:
        AuditChain.objects.get_or_create(city_id=city_id, year=year)
        chain = chains.get(city_id=city_id, year=year)
    return chain


def last_to(action: str, obj: Any) -> AuditEvent | None:
    """The newest event of an action on an object, with its actor; None when there is none."""
    events = AuditEvent.objects.filter(
        object_type=obj._meta.label_lower, object_id=str(obj.pk), action=action
    )
    return events.select_related("actor").order_by("-sequence").first()


def last_of(city_id: int, year: int, *actions: str) -> AuditEvent | None:
    """The newest event of some actions in a city's year; None when there is none."""
    events = AuditEvent.objects.filter(city=city_id, year=year, action__in=actions)
    return events.order_by("-sequence").first()


def hash_of(event: AuditEvent) -> str:
    """Return the SHA-256 that binds an event to the one before it."""
    return hashlib.sha256(canonical(event.link()).encode()).hexdigest()


def contradictions() -> Iterator[str]:
    """Re-derive every chain and name what does not fit, one sentence each."""
    chains, events = AuditChain.objects.values_list("city", "year"), AuditEvent.objects.order_by()
    for city, year in sorted(set(events.values_list("city", "year").distinct()) - set(chains)):
        yield f"chain {city}/{year}: its end is missing"
    for chain in AuditChain.objects.all():
        before, place = "", f"chain {chain.city_id}/{chain.year}"
        for sequence, event in enumerate(
            AuditEvent.objects.filter(city=chain.city_id, year=chain.year).iterator(), start=1
        ):
            if event.sequence != sequence:
                yield f"{place}: event {sequence} is missing"
                break
            if event.prev_hash != before or event.hash != hash_of(event):
                yield f"{place}: event {sequence} was altered"
                break
            before = event.hash
        else:
            if chain.hash != before:
                yield f"{place}: the last event is missing"
