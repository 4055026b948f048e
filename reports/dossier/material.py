"""What a snapshot froze, read once and checked against its digests: plain data from here on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from evaluations.freezing import SCHEMA
from evaluations.models import Snapshot, SnapshotItem
from evaluations.structure import Structure, structure_of
from smartcity.lib.models import digest_of


class Altered(Exception):
    """What is stored does not agree with its digest."""


class UnknownSchema(Exception):
    """A newer version of the portal froze this."""


@dataclass(frozen=True)
class Material:
    """The frozen content: `summary` of the snapshot, answers and quick wins by their codes, the instrument."""

    summary: Mapping[str, Any]
    version: int
    digest: str
    taken_at: datetime
    answers: Mapping[str, Mapping[str, Any]]
    quick_wins: Mapping[str, Mapping[str, Any]]
    structure: Structure

    @property
    def title(self) -> str:
        """Stage and year, once each, and the city."""
        window = self.summary["window"]
        year, stage = str(window["year"]), window["stage"]
        return f"{self.summary['city']['name']}, {stage if year in stage else f'{stage} {year}'}"


def material_of(snapshot: Snapshot) -> Material:
    """Read a snapshot. Raises Altered, and UnknownSchema."""
    summary = snapshot.payload
    if summary["schema"] > SCHEMA:
        raise UnknownSchema(summary["schema"])
    if digest_of(summary) != snapshot.digest:
        raise Altered("the snapshot")
    found: dict[str, dict[str, Any]] = {kind: {} for kind in SnapshotItem.Kind.values}
    listed = {(kind, key): digest for kind, key, digest in summary["items"]}
    for item in snapshot.items.all():
        if digest_of(item.payload) != item.digest or listed.pop((item.kind, item.key), "") != item.digest:
            raise Altered(f"{item.kind} {item.key}")
        found[item.kind][item.key] = item.payload
    if listed:
        raise Altered("items are missing")
    return Material(
        summary=summary,
        version=snapshot.version,
        digest=snapshot.digest,
        taken_at=snapshot.taken_at.astimezone(ZoneInfo(snapshot.window.city.timezone)),
        answers=found[SnapshotItem.Kind.ANSWER],
        quick_wins=found[SnapshotItem.Kind.QUICK_WIN],
        structure=structure_of(snapshot.window.instrument),
    )
