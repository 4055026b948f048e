"""The frozen payload of a closed consensus as plain rows of text, part by part. Pure: no row is read, no clock.

The same payload gives the same rows. Unknown is a dash, never a zero; a payload of schema 1 says less.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations.models import ClarificationStatus, RecommendationStatus, Way
from reports.chapters import words
from smartcity.lib import dates, decimals

Payload = Mapping[str, Any]

SHORT = 130  # characters of a question in the table; the whole text stands in the portal
MOST_COLUMNS = 6  # seats that get a column each; more are told in one cell


def facts(payload: Payload) -> list[tuple[str, str]]:
    """What stands below the title."""
    window, zone = payload["window"], _zone(payload)
    opened, closed = (datetime.fromisoformat(window[key]) for key in ("opens_at", "closes_at"))
    rows = [
        (_("City"), window["city"]["name"]),
        (_("Evaluated year"), str(window["year"])),
        (_("Stage"), window["stage"]),
        (_("Review window"), f"{dates.wib(opened, zone)} – {dates.wib(closed, zone)}"),
        (
            _("Instrument"),
            _("%(title)s, version %(version)d")
            % {"title": payload["instrument"]["title"], "version": payload["instrument"]["version"]},
        ),
        (_("Consensus closed"), moment(payload, payload["closed_at"])),
        (
            _("Number, version"),
            _("%(number)s, version %(version)d")
            % {"number": payload["number"], "version": payload["revision"]},
        ),
    ]
    if payload["revision"] > 1:
        rows.append((_("Corrected because"), payload["reason"]))
    return rows


def parties(payload: Payload) -> dict[str, Any]:
    """The seats by number, role and areas; a conflict is a number only, so no row tells whose it was."""
    seats = [seat for seat in payload["panel"] if not seat["conflict"]]
    conflicts = len(payload["panel"]) - len(seats)
    return {
        "seats": [_seat(payload, seat) for seat in seats],
        "conflicts": ngettext(
            "%(count)d conflict of interest was declared. A seat with a conflict sees no material and takes no "
            "part in the consensus.",
            "%(count)d conflicts of interest were declared. A seat with a conflict sees no material and takes no "
            "part in the consensus.",
            conflicts,
        )
        % {"count": conflicts}
        if conflicts
        else _("No conflict of interest was declared."),
        "offices": [
            (role, office)
            for role, office in (
                (_("Chair of the Smart City implementation team"), _office(payload, "chair")),
                (_("Smart City secretariat"), _office(payload, "secretariat")),
            )
            if office
        ],
        "city": payload["window"]["city"]["name"],
    }


def interview(payload: Payload) -> dict[str, Any]:
    """When and where, and how long each part took."""
    held = payload["interview"]
    if held is None or (held["started_at"] is None and held["planned_at"] is None):
        return {"lead": _("No interview was recorded in the portal."), "facts": [], "parts": []}
    started = held["started_at"]
    rows = [(_("Way"), str(Way(held["way"]).label))] if held["way"] in Way.values else []
    if held["place"]:
        rows.append((_("Place"), held["place"]))
    if started is None:
        said = _("An interview was arranged for %(time)s; that it was held was not recorded in the portal.")
        return {"lead": said % {"time": moment(payload, held["planned_at"])}, "facts": rows, "parts": []}
    if held["planned_at"]:
        rows.insert(0, (_("Planned for"), moment(payload, held["planned_at"])))
    length = _length(started, held["ended_at"])
    said = _("Held on %(start)s until %(end)s, %(length)s.") % {
        "start": moment(payload, started),
        "end": clock_time(payload, held["ended_at"]),
        "length": dates.duration(length),
    }
    return {"lead": said, "facts": rows, "parts": [_part(payload, row) for row in held["parts"]]}


def results(payload: Payload) -> dict[str, Any]:
    """Index, sections and dimensions of the three series, as they were worked out at the closing."""
    cards = [payload.get("self"), payload["mean"], payload["consensus"]]
    named = payload.get("dimensions", [])
    return {
        "sections": [
            {"name": row["name"], "weight": words.quantity(row["weight"])}
            | _series(cards, lambda card, code=row["code"]: card["sections"].get(code))  # type: ignore[misc]
            for row in payload["sections"]
        ],
        "total": _series(cards, lambda card: {"value": card["index"] or card["provisional"]}),
        "provisional": payload["consensus"]["index"] is None,
        "dimensions": [
            words.tile(row) | _series(cards, lambda card, code=row["code"]: card["dimensions"].get(code))  # type: ignore[misc]
            for row in named
        ],
    }


def questions(payload: Payload) -> dict[str, Any]:
    """Every question that assessors score, by section, within it by dimension."""
    seats = sorted({score["seat"] for line in payload["lines"] for score in line["scores"]})
    columns = seats if len(seats) <= MOST_COLUMNS else []
    named = {row["code"]: words.tile(row) for row in payload.get("dimensions", [])}
    sections = []
    for section in payload["sections"]:
        lines = [line for line in payload["lines"] if line["section"] == section["code"]]
        if lines:
            sections.append(
                {
                    "code": section["code"],
                    "name": section["name"],
                    "count": _counted(len(lines)),
                    "rows": list(_rows(payload, lines, named, columns)),
                }
            )
    width = len(columns or [0]) + 6  # code, question, self, the scores, mean, spread, consensus
    return {"sections": sections, "seats": columns, "columns": width, "span": width - 1}


def talked_about(payload: Payload) -> dict[str, Any]:
    """What was flagged, and what the panel noted in the interview."""
    lines = payload["lines"]
    flagged = [line for line in lines if line["flags"]]
    changed = [line["code"] for line in lines if line["changed"]]
    notes = payload["interview"]["notes"] if payload["interview"] else []
    limits = payload["thresholds"]
    return {
        "rule": _(
            "A question is flagged when scores lie %(spread)s or more apart, or the mean lies %(gap)s or more from "
            "the self-score."
        )
        % {"spread": limits["spread"], "gap": decimals.exact(words.exact(limits["gap"]))},
        "flagged": [
            {"code": line["code"], "text": short(line["text"]), "flags": ", ".join(_flags(line))}
            for line in flagged
        ],
        "flagged_count": words.of(len(flagged), len(lines)),
        "changed": ", ".join(changed),
        "changed_count": _counted(len(changed)),
        "notes": [
            {"about": note["code"] or _("The talk as a whole"), "text": words.narrative(note["text"])}
            for note in sorted(notes, key=lambda note: note["code"] != "")
        ],
    }


def clarifications(payload: Payload) -> list[dict[str, str]]:
    """What assessors doubted and how it ended."""
    return [
        {
            "number": row["number"],
            "code": row["code"],
            "opd": row["opd"],
            "text": words.narrative(row["text"]),
            "asked": dates.short_date(datetime.fromisoformat(row["asked_at"]), _zone(payload)),
            "state": _label(ClarificationStatus, row["state"]),
        }
        for row in payload["clarifications"]
    ]


def recommendations(payload: Payload) -> dict[str, Any]:
    """What the panel recommended as far as it was written down, and what became of earlier ones."""
    found = payload.get("recommendations", {"given": [], "followed": []})
    return {
        "given": [
            row | {"due": dates.short_date(date.fromisoformat(row["due_on"]))} for row in found["given"]
        ],
        "followed": [
            row | {"state": _label(RecommendationStatus, row["status"])} for row in found["followed"]
        ],
    }


def signatures(payload: Payload) -> list[list[dict[str, str]]]:
    """Who signs, two in a row: the lead, the other seats that handed in, the city."""
    signing = [seat for seat in payload["panel"] if seat["number"] and not seat["conflict"]]
    signing.sort(key=lambda seat: (seat["seat"] != payload["lead"], seat["seat"]))
    panel = [
        {
            "capacity": _("Lead of the panel")
            if seat["seat"] == payload["lead"]
            else _("Member of the panel"),
            "of": who(seat["seat"]),
            "nip": "",
        }
        for seat in signing
    ]
    city = [
        {
            "capacity": capacity,
            "of": _("Head of %(office)s") % {"office": office} if office else "",
            "nip": "NIP",
        }
        for capacity, office in (
            (_("Chair of the Smart City implementation team"), _office(payload, "chair")),
            (_("Smart City secretariat"), _office(payload, "secretariat")),
        )
    ]
    panel += [{}] if len(panel) % 2 else []
    every = [*panel, *city]
    return [every[at : at + 2] for at in range(0, len(every), 2)]


def who(seat: int) -> str:
    """A seat as it is told everywhere."""
    return _("Assessor %(number)s") % {"number": seat}


def moment(payload: Payload, text: str | None) -> str:
    """A frozen moment with weekday and the city's zone."""
    return dates.wib(datetime.fromisoformat(text) if text else None, _zone(payload))


def clock_time(payload: Payload, text: str | None) -> str:
    """The time of a frozen moment."""
    return dates.clock_time(datetime.fromisoformat(text), _zone(payload)) if text else decimals.UNKNOWN


def short(text: str) -> str:
    """A question short enough for a line of the table, cut between two words."""
    return text if len(text) <= SHORT else f"{text[:SHORT].rpartition(' ')[0] or text[:SHORT]} …"


def _zone(payload: Payload) -> str:
    return str(payload["window"]["city"]["timezone"])


def _office(payload: Payload, role: str) -> str:
    return str(payload.get("offices", {}).get(role, ""))


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def _counted(number: int) -> str:
    return ngettext("%(count)s question", "%(count)s questions", number) % {"count": number}


def _seat(payload: Payload, seat: Mapping[str, Any]) -> dict[str, str]:
    leads = seat["seat"] == payload["lead"]
    return {
        "who": who(seat["seat"]),
        "role": _("Lead of the panel") if leads else _("Member of the panel"),
        "areas": ", ".join(seat["areas"]),
        "receipt": seat["number"] or _("did not hand in"),
        "at": moment(payload, seat["at"]) if seat["at"] else "",
    }


def _part(payload: Payload, row: Mapping[str, Any]) -> dict[str, str]:
    """A part of the run sheet: what was planned, and when it ran; it may have been taken up again."""
    runs = [
        f"{clock_time(payload, run['from']).rpartition(' ')[0]} – {clock_time(payload, run['to'])}"
        for run in row["runs"]
    ]
    took = sum((_length(run["from"], run["to"]) for run in row["runs"]), timedelta())
    return {
        "title": row["title"],
        "planned": str(row["minutes"]),
        "ran": ", ".join(runs) or decimals.UNKNOWN,
        "took": str(round(took.total_seconds() / 60)) if row["runs"] else decimals.UNKNOWN,
    }


def _length(start: str, end: str | None) -> timedelta:
    return datetime.fromisoformat(end) - datetime.fromisoformat(start) if end else timedelta()


def _series(
    cards: Sequence[Mapping[str, Any] | None], level: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
) -> dict[str, str]:
    """The three series at one level, and the consensus minus the self-score."""
    own, mean, agreed = ((level(card) or {}).get("value") if card else None for card in cards)
    return {
        "own": words.score(own),
        "mean": words.score(mean),
        "agreed": words.score(agreed),
        "gap": words.gap(agreed, own),
    }


def _rows(
    payload: Payload,
    lines: Iterable[Mapping[str, Any]],
    named: Mapping[str, dict[str, Any]],
    columns: Sequence[int],
) -> Iterable[dict[str, Any]]:
    """The lines of a section; where another dimension begins, a row with its name first."""
    before = ""
    for line in lines:
        if line["dimension"] and line["dimension"] != before:
            yield {"tile": named.get(line["dimension"]), "name": line["dimension"]}
        before = line["dimension"]
        given = {score["seat"]: _given(score["value"]) for score in line["scores"]}
        yield {
            "code": line["code"],
            "text": short(line["text"]),
            "own": decimals.exact(words.exact(line["self"])) or decimals.UNKNOWN,
            "scores": [given.get(seat, "") for seat in columns],
            "together": ", ".join(f"{seat}: {value}" for seat, value in given.items()),
            "mean": words.score(line["mean"]),
            "spread": decimals.UNKNOWN if line["spread"] is None else str(line["spread"]),
            "agreed": words.score(line["value"]),
            "changed": line["changed"],
            "flags": "; ".join(_flags(line)),
            "reason": line["reason"],
        }


def _given(value: int | None) -> str:
    return decimals.UNKNOWN if value is None else str(value)


def _flags(line: Mapping[str, Any]) -> list[str]:
    names = {
        "spread": _("assessors %(spread)s apart") % {"spread": line["spread"]},
        "gap": _("far from the self-score"),
    }
    return [names[flag] for flag in line["flags"] if flag in names]
