"""Plain rows for pages: what a template shows of rounds, services, quotas and recaps, ready to print."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.presentation import timeline
from opd.models import Role
from smartcity.lib import dates, decimals
from surveys import qr, tallies
from surveys.models import Mode, Recap, Round, RoundEvent, Service, Sheet, Status
from surveys.tallies import Tally
from surveys.workflow import OTHER_EVENTS, ROUND

EVENT_CSS = {"open": "is-sent", "close": "is-ok", "confirm": "is-ok"}


def badge(survey: Round, now: datetime) -> dict[str, str]:
    """Status of a round as css, icon and label: by the clock, so that a forgotten button fools nobody."""
    if survey.status == Status.DRAFT:
        return {"css": "draf", "icon": "pencil", "label": _("In preparation")}
    if survey.status == Status.CLOSED:
        return {"css": "terkunci", "icon": "lock", "label": _("Closed")}
    if now >= survey.closes_at:
        return {"css": "terlambat", "icon": "clock", "label": _("Time is over")}
    if now < survey.opens_at:
        return {"css": "diajukan", "icon": "clock", "label": _("Ready, opens later")}
    return {"css": "diajukan", "icon": "eye", "label": _("Takes answers")}


def mean_text(value: Fraction | None) -> str:
    """A mean with two decimals and a comma; a dash where nobody answered."""
    return decimals.display(None if value is None else tallies.rounded(value, 2))


def quota(tally: Tally) -> dict[str, Any]:
    """The quota meter of a service, for meter.html, with its mean."""
    count, target = tally.respondents, tally.target
    words = {"count": count, "target": target}
    return {
        "value": min(count, target),
        "max": target,
        "label": _("%(count)s of %(target)s respondents") % words,
        "tone": "ok" if tally.enough else "warn" if count else "",
        "enough": tally.enough,
        "standing": _("enough") if tally.enough else _("not enough yet"),
        "mean": mean_text(tally.mean),
        "provisional": tally.mean is not None and not tally.enough,
        "by_form": str(tally.by_form),
        "on_paper": str(tally.recap.respondents if tally.recap else 0),
    }


def round_row(survey: Round, counted: Mapping[int, Tally], now: datetime) -> dict[str, Any]:
    """One round of the list, with the meter of each service."""
    zone = survey.city.timezone
    chosen = {service.sub_dimension_id: service for service in survey.services.all()}
    subs = list(survey.dimension.sub_dimensions.all())
    tallied = [counted[service.pk] for service in chosen.values()]
    mean = tallies.mean_of(tallied)
    whole = len(tallied) == len(subs) and all(tally.enough for tally in tallied)
    return {
        "url": survey.get_absolute_url(),
        "title": str(survey.dimension),
        "letter": survey.dimension.letter,
        "hue": survey.dimension.hue,
        "mode": _("one form") if survey.mode == Mode.JOINT else _("three forms"),
        "span": _("%(opens)s to %(closes)s")
        % {
            "opens": dates.short_date(survey.opens_at, zone),
            "closes": dates.short_date(survey.closes_at, zone),
        },
        "status": badge(survey, now),
        "mean": mean_text(mean),
        "provisional": mean is not None and not whole,
        "sample": survey.sample,
        "services": [_line(sub, chosen.get(sub.pk), counted) for sub in subs],
    }


def _line(sub: Any, service: Service | None, counted: Mapping[int, Tally]) -> dict[str, Any]:
    return {
        "sub": str(sub),
        "name": service.name if service else "",
        "opd": str(service.opd) if service else "",
        "quota": quota(counted[service.pk]) if service else None,
    }


def times(survey: Round) -> list[dict[str, str]]:
    """The times of a round as label, text and ISO."""
    zone = survey.city.timezone
    rows = [(_("Opens"), survey.opens_at), (_("Closes"), survey.closes_at)]
    if survey.closed_at:
        rows.append((_("Closed on"), survey.closed_at))
    return [{"label": label, "at": dates.wib(at, zone), "iso": at.isoformat()} for label, at in rows]


def history(events: Iterable[RoundEvent], zone: str) -> list[dict[str, Any]]:
    """The timeline of a round, newest first."""
    return timeline(events, ROUND, OTHER_EVENTS, EVENT_CSS, zone)


def sheet_row(sheet: Sheet) -> dict[str, Any]:
    """A form as staff hand it out: what it is about, its address and its QR code."""
    return {
        "about": sheet.service.name if sheet.service else _("All services of this dimension"),
        "url": sheet.get_absolute_url(),
        "address": qr.address(sheet),
        # broken before the code only, wherever it is shown narrow
        "host": qr.short_address(sheet).removesuffix(tail := f"/s/{sheet.code}"),
        "tail": tail,
        "short": qr.short_address(sheet),
        "code": sheet.code,
        "qr_url": reverse("surveys:qr", args=[sheet.code]),
        "print_url": reverse("surveys:print", args=[sheet.code]),
        "help_url": reverse("surveys:help", args=[sheet.code]),
    }


def recap_row(recap: Recap, zone: str) -> dict[str, Any]:
    """One recap in the history of a service: figures, who, when, why."""
    counts = recap.counts()
    marks = " · ".join(f"{mark}: {count}" for mark, count in counts.items()) if counts else ""
    mean = recap.total() / recap.respondents if recap.respondents else None
    return {
        "number": str(recap.number),
        "respondents": people(recap.respondents),
        "mean": mean_text(mean),
        "marks": marks,
        "by": str(Role(recap.role).label) if recap.role else "",
        "at": dates.wib(recap.at, zone),
        "iso": recap.at.isoformat(),
        "reason": recap.reason,
        "sample": recap.sample,
    }


def people(count: int) -> str:
    """ "50 respondents"."""
    return ngettext("%(count)s respondent", "%(count)s respondents", count) % {"count": count}
