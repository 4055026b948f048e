"""Reports as plain rows for the pages: every number and time is text by the time a template sees it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from opd.models import Role
from reports.chapters.approval import grouped
from reports.models import Cause, Dossier, DossierCause, Job, Minutes, MinutesCause, Report, Status
from smartcity.lib import clock, dates, decimals

BADGES = {
    Status.QUEUED: ("draf", "clock"),
    Status.BUILDING: ("diajukan", "clock"),
    Status.READY: ("terverifikasi", "ok"),
    Status.FAILED: ("terlambat", "late"),
}


def row(report: Report) -> dict[str, Any]:
    """One version for a list or its own page."""
    zone = report.city.timezone
    css, icon = BADGES[Status(report.status)]
    return {
        "pk": report.pk,
        "url": report.get_absolute_url(),
        "number": report.number,
        "version": str(report.version),
        "year": str(report.year),
        "source": str(report.window) if report.window else _("Data of the year, without a window"),
        "status": {"css": css, "icon": icon, "label": report.get_status_display()},
        "state": report.status,
        "requested_at": dates.wib(report.requested_at, zone, weekday=False),
        "requested_by": _role(report),
        "finished_at": dates.wib(report.finished_at, zone, weekday=False),
        "pages": _pages(report.pages),
        "size": size(report.size),
        "sha256": report.sha256,
        "short": f"{report.sha256[:8]}…" if report.sha256 else "",
        "digest": grouped(report.digest),
        "cause": str(Cause(report.cause).label) if report.cause else "",
        "file_name": report.file_name,
        "progress": progress(report) if report.is_under_way else None,
    }


def progress(report: Job) -> dict[str, Any]:
    """How far a work is: the step now, per cent, and the time since the worker began."""
    stages: Any = type(report.FIRST_STAGE)
    stage = stages(report.stage)
    done = list(stages).index(stage)
    since = (
        clock.now() - report.started_at if report.started_at and report.status == Status.BUILDING else None
    )
    return {
        "stage": str(stage.label),
        "code": str(stage),
        "percent": report.percent,
        "steps": [
            {"label": str(step.label), "done": place < done, "current": place == done}
            for place, step in enumerate(stages)
        ],
        "elapsed": dates.duration(since) if since and since.total_seconds() >= 60 else "",
        "again": report.attempts > 1,
    }


def size(count: int | None) -> str:
    """Print a file size: "3,1 MB", "480 KB"."""
    if count is None:
        return decimals.UNKNOWN
    if count < 1_000_000:
        return _("%(size)s KB") % {"size": decimals.display(-(-count // 1000), 0)}
    return _("%(size)s MB") % {"size": decimals.display(Decimal(count) / 1_000_000, 1)}


def dossier_row(dossier: Dossier) -> dict[str, Any]:
    """A dossier for its page."""
    zone = dossier.snapshot.window.city.timezone
    css, icon = BADGES[Status(dossier.status)]
    entries = dossier.entries or 0
    return {
        "pk": dossier.pk,
        "url": dossier.get_absolute_url(),
        "version": str(dossier.version),
        "status": {"css": css, "icon": icon, "label": dossier.get_status_display()},
        "state": dossier.status,
        "requested_at": dates.wib(dossier.requested_at, zone, weekday=False),
        "finished_at": dates.wib(dossier.finished_at, zone, weekday=False),
        "entries": ngettext("%(count)d file", "%(count)d files", entries) % {"count": entries},
        "size": size(dossier.size),
        "sha256": dossier.sha256,
        "cause": str(DossierCause(dossier.cause).label) if dossier.cause else "",
        "detail": dossier.detail if dossier.cause else "",
        "file_name": dossier.file_name,
        "progress": progress(dossier) if dossier.is_under_way else None,
    }


def minutes_row(minutes: Minutes) -> dict[str, Any]:
    """The minutes of one revision for their page."""
    zone = minutes.reconciliation.window.city.timezone
    css, icon = BADGES[Status(minutes.status)]
    return {
        "pk": minutes.pk,
        "status": {"css": css, "icon": icon, "label": minutes.get_status_display()},
        "state": minutes.status,
        "finished_at": dates.wib(minutes.finished_at, zone, weekday=False),
        "pages": _pages(minutes.pages),
        "size": size(minutes.size),
        "sha256": minutes.sha256,
        "cause": str(MinutesCause(minutes.cause).label) if minutes.cause else "",
        "file_name": minutes.file_name,
        "progress": progress(minutes) if minutes.is_under_way else None,
    }


def _pages(count: int | None) -> str:
    if count is None:
        return decimals.UNKNOWN
    return ngettext("%(count)d page", "%(count)d pages", count) % {"count": count}


def _role(report: Report) -> str:
    return (
        str(Role(report.requested_role).label)
        if report.requested_role in Role.values
        else report.requested_role
    )
