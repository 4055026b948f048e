"""What is not complete: each item with who and until when, what it risks, and the days that remain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from opd.models import Status
from reports.chapters import words
from reports.chapters.chapter import Chapter, Entry
from reports.schema import Inputs, Level, QuickWin, Tally
from smartcity.lib import dates, decimals


@dataclass(frozen=True)
class Risk:
    """What may come of one kind of open item, and what cures it. The list is in order of urgency."""

    kind: str
    risk: str | Promise
    outcome: str | Promise
    cure: str | Promise


RISKS = (
    Risk(
        "dimension",
        gettext_lazy("A dimension has no quick win"),
        gettext_lazy("The Quick Win section stays incomplete for that dimension"),
        gettext_lazy("An agency proposes a quick win"),
    ),
    Risk(
        "submission",
        gettext_lazy("A quick win is not submitted when the window opens"),
        gettext_lazy("It is not in the frozen data, and assessors do not see it"),
        gettext_lazy("The agency completes and submits it"),
    ),
    Risk(
        "returned",
        gettext_lazy("A returned quick win is not repaired in time"),
        gettext_lazy("It is not in the frozen data, and assessors do not see it"),
        gettext_lazy("The agency answers the reviewer's notes"),
    ),
    Risk(
        "review",
        gettext_lazy("A submitted quick win is not reviewed in time"),
        gettext_lazy("Only verified quick wins are frozen for the assessors"),
        gettext_lazy("The secretariat reviews it first"),
    ),
    Risk(
        "answers",
        gettext_lazy("Questions of the instrument are not answered"),
        gettext_lazy("The self-assessed index is provisional or incomplete"),
        gettext_lazy("The secretariat collects the answers"),
    ),
    Risk(
        "survey",
        gettext_lazy("Too few respondents in the impact survey"),
        gettext_lazy("The Impact value of that dimension may be doubted"),
        gettext_lazy("The survey is extended"),
    ),
    Risk(
        "evidence",
        gettext_lazy("A quick win has no evidence"),
        gettext_lazy("Assessors cannot confirm what is claimed"),
        gettext_lazy("The agency uploads evidence"),
    ),
    Risk(
        "doubt",
        gettext_lazy("Evidence is older than the evaluated year, or does not say where to look"),
        gettext_lazy("Assessors may find the evidence unconvincing"),
        gettext_lazy("The agency writes date, page and validity"),
    ),
    Risk(
        "realisation",
        gettext_lazy("A quick win has no realisation"),
        gettext_lazy("Its achievement cannot be worked out"),
        gettext_lazy("The agency reports the realisation"),
    ),
    Risk(
        "owner",
        gettext_lazy("The agency in charge is not confirmed"),
        gettext_lazy("Nobody answers an assessor's request within 24 hours"),
        gettext_lazy("The chair of the implementation team decides"),
    ),
)
_ORDER = {risk.kind: place for place, risk in enumerate(RISKS)}


@dataclass(frozen=True)
class Item:
    """One open item. `due`: the moment it should have been settled by."""

    kind: str
    text: str
    who: str
    due: str | None
    status: str = ""


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return the open items, most urgent first, the risks they carry, and the schedule that remains."""
    items = sorted(open_items(inputs), key=lambda item: (not _late(item, inputs), _ORDER[item.kind]))
    kinds = {item.kind for item in items}
    return Chapter(
        key="open-items",
        number=number,
        title=_("Open items and risks"),
        template="reports/pdf/open_items.html",
        entries=[Entry(_("Risks for the values"), "risks")] if items else [],
        context={
            "lead": _lead(items, inputs),
            "items": [_row(place, item, inputs) for place, item in enumerate(items, 1)],
            "risks": [risk for risk in RISKS if risk.kind in kinds],
            "calendar": _calendar(inputs),
            "clarifications": _clarifications(inputs),
        },
    )


def open_items(inputs: Inputs) -> list[Item]:
    """Return what is not complete, worked out from the frozen inputs alone."""
    return [
        *_dimensions_without(inputs),
        *(item for row in inputs["tally"] for item in _unfinished(row, inputs)),
        *_unanswered(inputs),
        *_short_surveys(inputs),
        *(item for row in inputs["quick_wins"] for item in _weak(row, inputs)),
    ]


def _due(inputs: Inputs) -> str | None:
    """When inputs were due: the deadline for agencies, else the opening."""
    window = inputs["window"]
    return (window["inputs_due_at"] or window["opens_at"]) if window else None


def _secretariat(inputs: Inputs) -> str:
    office = next((row["office"] for row in inputs["signatures"] if row["capacity"] == "secretariat"), None)
    return office["short"] if office else _("Secretariat")


def _names(inputs: Inputs) -> dict[str, str]:
    return {row["code"]: row["name"] for row in inputs["dimensions"]}


def _dimensions_without(inputs: Inputs) -> Iterator[Item]:
    found = {row["dimension"] for row in inputs["tally"]} | {row["dimension"] for row in inputs["quick_wins"]}
    text = _("%(dimension)s has no quick win")
    if words.is_frozen(inputs):
        text = _("%(dimension)s had no verified quick win when the window opened")
    for code, name in _names(inputs).items():
        if code not in found:
            yield Item(
                "dimension",
                text % {"dimension": name},
                _secretariat(inputs),
                _due(inputs),
            )


def _unfinished(row: Tally, inputs: Inputs) -> Iterator[Item]:
    """Quick wins still on their way. Drafts are counted, never named: they belong to their agency."""
    dimension = _names(inputs).get(row["dimension"], row["dimension"])
    opens = inputs["window"]["opens_at"] if inputs["window"] else None
    waiting = row["draft"] + row["proposed"]
    fields: dict[str, Any] = {"dimension": dimension}
    if waiting:
        text = ngettext(
            "%(count)d quick win of %(dimension)s not submitted yet",
            "%(count)d quick wins of %(dimension)s not submitted yet",
            waiting,
        )
        yield Item(
            "submission",
            text % (fields | {"count": waiting}),
            row["opd"]["short"],
            _due(inputs),
            Status.DRAFT,
        )
    if row["returned"]:
        text = ngettext(
            "%(count)d quick win of %(dimension)s returned, waiting for the agency",
            "%(count)d quick wins of %(dimension)s returned, waiting for the agency",
            row["returned"],
        )
        count = {"count": row["returned"]}
        yield Item("returned", text % (fields | count), row["opd"]["short"], _due(inputs), Status.RETURNED)
    if row["submitted"]:
        text = ngettext(
            "%(count)d quick win of %(dimension)s from %(agency)s waits for review",
            "%(count)d quick wins of %(dimension)s from %(agency)s wait for review",
            row["submitted"],
        )
        fields |= {"count": row["submitted"], "agency": row["opd"]["short"]}
        yield Item("review", text % fields, _secretariat(inputs), opens, Status.SUBMITTED)


def _unanswered(inputs: Inputs) -> Iterator[Item]:
    own = inputs["self_assessed"]
    for row in inputs["sections"] if own else ():
        level: Level = own["sections"][row["code"]]  # type: ignore[index]
        if left := level["expected"] - level["given"]:
            text = ngettext(
                "%(count)d question of %(section)s not answered",
                "%(count)d questions of %(section)s not answered",
                left,
            )
            yield Item(
                "answers", text % {"count": left, "section": row["name"]}, _secretariat(inputs), _due(inputs)
            )


def _short_surveys(inputs: Inputs) -> Iterator[Item]:
    names = _names(inputs)
    for code, name in names.items():
        counts = [row["respondents"] for row in inputs["survey"] if row["dimension"] == code]
        known = [count for count in counts if count is not None]
        if counts and not known:
            text = _("Impact survey of %(dimension)s not reported") % {"dimension": name}
        elif known and min(known) < inputs["survey_expected"]:
            reached = words.of(min(known), inputs["survey_expected"])
            text = _("Impact survey of %(dimension)s, %(reached)s respondents") % {
                "dimension": name,
                "reached": reached,
            }
        else:
            continue
        yield Item("survey", text, _secretariat(inputs), _due(inputs))


def _weak(row: QuickWin, inputs: Inputs) -> Iterator[Item]:
    """What an assessor will ask about a quick win that is already submitted."""
    title, agency, due = {"title": row["title"]}, row["opd"]["short"], _due(inputs)
    if not row["evidence"]:
        yield Item("evidence", _("%(title)s has no evidence") % title, agency, due)
    doubtful = sum(1 for found in row["evidence"] if found["doubtful"])
    if doubtful:
        text = ngettext(
            "%(count)d piece of evidence of %(title)s needs date, page or validity",
            "%(count)d pieces of evidence of %(title)s need date, page or validity",
            doubtful,
        )
        yield Item("doubt", text % (title | {"count": doubtful}), agency, due)
    if row["realisation"] is None:
        yield Item("realisation", _("%(title)s has no realisation yet") % title, agency, due)
    if not row["owner_confirmed"]:
        text = _("%(title)s: the agency in charge is not confirmed") % title
        yield Item("owner", text, _("%(agency)s, to be confirmed") % {"agency": agency}, due)


def _late(item: Item, inputs: Inputs) -> bool:
    return bool(item.due) and datetime.fromisoformat(item.due or "") <= datetime.fromisoformat(
        inputs["data"]["at"]
    )


def _row(place: int, item: Item, inputs: Inputs) -> dict[str, Any]:
    badge = words.status(item.status) if item.status else None
    overdue = ""
    if _late(item, inputs):
        badge = {"label": _("Late"), "css": "st-late"}
        length = datetime.fromisoformat(inputs["data"]["at"]) - datetime.fromisoformat(item.due or "")
        overdue = dates.duration(timedelta(days=length.days) if length.days else length)
    return {
        "place": str(place),
        "text": item.text,
        "who": item.who,
        "due": words.local_day(item.due, inputs) if item.due else decimals.UNKNOWN,
        "badge": badge,
        "overdue": overdue,
    }


def _lead(items: list[Item], inputs: Inputs) -> str:
    if not items:
        return _("Nothing is open in the data this report is made of.")
    late = sum(1 for item in items if _late(item, inputs))
    said = ngettext(
        "%(count)d item, the most urgent first.", "%(count)d items, the most urgent first.", len(items)
    ) % {"count": len(items)}
    overdue = ngettext("%(count)d is late.", "%(count)d are late.", late) % {"count": late}
    return f"{said} {overdue}" if late else said


def _calendar(inputs: Inputs) -> list[dict[str, str]]:
    """The days of the window that still lay ahead of the data."""
    window = inputs["window"]
    if window is None:
        return []
    secretariat = _secretariat(inputs)
    ahead = (
        (window["inputs_due_at"], _("Deadline for the agencies' input"), _("All agencies")),
        (window["opens_at"], _("The evaluation window opens, data is frozen"), secretariat),
        (window["closes_at"], _("The evaluation window closes"), secretariat),
    )
    return [
        {"when": words.moment(when, inputs), "what": what, "who": who}
        for when, what, who in ahead
        if when and datetime.fromisoformat(when) > datetime.fromisoformat(inputs["data"]["at"])
    ]


def _clarifications(inputs: Inputs) -> list[dict[str, str]]:
    """What assessors asked and what became of it when the report was asked for; nothing before a window opens."""
    found = inputs.get("clarifications")
    if not found:
        return []
    return [
        {"label": _("Asked"), "count": str(found["asked"])},
        {"label": _("Answered in time"), "count": str(found["answered"])},
        {"label": _("Answered too late"), "count": str(found["late"])},
        {"label": _("Not answered"), "count": str(found["unanswered"])},
        {"label": _("Still open"), "count": str(found["open"])},
    ]
