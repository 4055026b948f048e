"""What the page of a letter shows: its numbers, the computed ones beside them, and what can be done next."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from evaluations import rules
from evaluations.actions.officials import BY_BUTTON
from evaluations.models import EvaluationWindow, OfficialEvent, OfficialResult, OfficialStatus, Result
from evaluations.presentation import short_digest
from evaluations.scoring import improvement
from evaluations.structure import structure_of
from evaluations.workflow import OFFICIAL, OFFICIAL_EVENTS
from opd.models import Role, User
from smartcity.lib import dates, decimals, files

BADGES = {
    OfficialStatus.DRAFT: ("draf", "pencil"),
    OfficialStatus.PUBLISHED: ("terverifikasi", "ok"),
    OfficialStatus.REPLACED: ("terkunci", "lock"),
    OfficialStatus.WITHDRAWN: ("dikembalikan", "back"),
}
EVENT_CSS = {
    "publish": "is-ok",
    "discard": "is-returned",
    "withdraw": "is-returned",
    "replace": "is-returned",
}


def as_given(value: Decimal | None) -> str:
    """A number of a letter with the decimals it has, two at least."""
    if value is None:
        return decimals.UNKNOWN
    exponent = value.normalize().as_tuple().exponent
    return decimals.display(value, max(2, -exponent if isinstance(exponent, int) else 2))


def badge(row: OfficialResult) -> dict[str, str]:
    """Status of a letter as css, icon and label."""
    css, icon = BADGES[OfficialStatus(row.status)]
    return {"css": css, "icon": icon, "label": str(OfficialStatus(row.status).label)}


def official_page(user: User, row: OfficialResult) -> dict[str, Any]:
    """Return the context of evaluations/official.html."""
    zone = row.city.timezone
    changeable = rules.may_change_official(user, row)
    revisions = OfficialResult.objects.visible_to(user).same_round(row).order_by("-revision", "-pk")
    return {
        "row": row,
        "version": row.version,
        "status": badge(row),
        "instrument": str(row.instrument.label),
        "beside": beside(user, row),
        "gain": gain(row),
        "warning": sum_warning(row),
        "letter_date": dates.long_date(row.letter_date),
        "published": dates.wib(row.published_at, zone) if row.published_at else "",
        "scan_digest": short_digest(row.scan_id) if row.scan_id else "",
        "may_change": changeable,
        "accept": files.accept_attribute("document") if changeable else "",
        "may_correct": rules.may_correct_official(user, row),
        "revisions": [
            {
                "url": one.get_absolute_url(),
                "number": one.revision,
                "status": badge(one),
                "here": one.pk == row.pk,
            }
            for one in revisions
        ],
        "offers": [offer for offer in OFFICIAL.offered_to(user, row) if offer.move.name in BY_BUTTON],
        "waits": row.status == OfficialStatus.DRAFT and not rules.may_publish_official(user, row),
        "history": history(row.events.all(), zone) if rules.may_read_history(user, row) else [],
    }


def beside(user: User, row: OfficialResult) -> dict[str, Any]:
    """The letter's values, and the computed ones beside them where the person may read those. Neither is corrected."""
    structure = structure_of(row.instrument)
    found = Result.objects.visible_to(user).filter(window=row.window_id).first() if row.window_id else None
    assessed: Mapping[str, Any] = found.payload["assessed"] if found else {"index": None}
    sections = [
        _line(str(part.name), row.value_of(part.code), _computed(assessed, "sections", part.code))
        | {"weight": decimals.exact(part.weight)}
        for part in structure.sections
    ]
    dimensions = [
        _line(str(part.name), row.dimension_value_of(part.code), _computed(assessed, "dimensions", part.code))
        | {"letter": part.letter, "hue": part.hue}
        for part in structure.dimensions.values()
    ]
    return {
        "computed": found is not None,
        "sections": sections,
        "index": _line(_("Index"), row.index, _number(assessed["index"])),
        "dimensions": dimensions if row.dimension_values else [],
        "result_url": reverse("evaluations:result", args=[row.window_id]) if found else "",
    }


def of_window(user: User, window: EvaluationWindow) -> dict[str, Any] | None:
    """The letter of a window as its result page shows it: the published one, else the draft of who works on it."""
    rows = OfficialResult.objects.visible_to(user).of_window(window).for_page()
    row = rows.published().first() or rows.drafts().first()
    if row is None:
        return None
    return {
        "row": row,
        "status": badge(row),
        "published": row.status == OfficialStatus.PUBLISHED,
        "beside": beside(user, row),
        "gain": gain(row),
    }


def gain(row: OfficialResult) -> dict[str, Any] | None:
    """The change over the official index of the previous evaluated year, with its sign; None without one."""
    before = row.previous()
    if before is None:
        return None
    return {
        "text": decimals.signed(improvement(row.index, before.index)),
        "before": str(before),
        "year": str(before.year),
        "index": as_given(before.index),
        "url": before.get_absolute_url(),
        "sample": before.sample,
    }


def sum_warning(row: OfficialResult) -> str:
    """A sentence when the typed values do not give the typed index: a slip of the finger, or the letter itself."""
    total = Decimal(0)
    for part in structure_of(row.instrument).sections:
        value = row.value_of(part.code)
        if value is None:
            return ""
        total += value * part.weight / 100
    if decimals.display(total) == decimals.display(row.index):
        return ""
    text = _(
        "By the weights of the instrument the values give %(sum)s, the index typed is %(index)s. Compare both with the "
        "letter; what it says is kept as it is."
    )
    return text % {"sum": decimals.display(total), "index": as_given(row.index)}


def history(events: Any, zone: str) -> list[dict[str, Any]]:
    """The timeline of a letter, newest first."""
    return [
        {
            "css": EVENT_CSS.get(event.move, ""),
            "verb": _verb(event),
            "text": str(Role(event.role).label) if event.role else "",
            "iso": event.at.isoformat(),
            "at": dates.wib(event.at, zone),
            "note": event.note,
        }
        for event in events
    ]


def _verb(event: OfficialEvent) -> str:
    if event.move in OFFICIAL.moves:
        return str(OFFICIAL.moves[event.move].past)
    return str(OFFICIAL_EVENTS[event.move])


def _line(name: str, official: Decimal | None, computed: Decimal | None) -> dict[str, Any]:
    known = official is not None and computed is not None
    return {
        "name": name,
        "official": as_given(official),
        "computed": decimals.display(computed),
        "gap": decimals.signed(official - computed) if known else decimals.UNKNOWN,  # type: ignore[operator]
    }


def _computed(assessed: Mapping[str, Any], kind: str, code: str) -> Decimal | None:
    return _number(assessed.get(kind, {}).get(code, {}).get("value"))


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
