"""What the pages of an interview show: the run sheet with its clock, and one part with its questions and notes.

Self-scores come from the frozen answers. No score of an assessor is read here, whoever looks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import desk, rules, run_sheet
from evaluations.actions.interview import is_agreed, notes_are_open
from evaluations.models import (
    Clarification,
    EvaluationWindow,
    Interview,
    InterviewNote,
    InterviewStatus,
    Seat,
    SlotRun,
    SnapshotItem,
    lead_of,
)
from evaluations.presentation import answer_facts, badge, frozen_files, timeline
from evaluations.structure import QuestionFacts, structure_of
from evaluations.workflow import INTERVIEW, INTERVIEW_EVENTS
from opd.models import User
from smartcity.lib import clock, dates

SHORT_ANSWER = 40  # words; the rest unfolds
BADGES = {
    InterviewStatus.PLANNED: ("draf", "clock"),
    InterviewStatus.RUNNING: ("diajukan", "clock"),
    InterviewStatus.DONE: ("terverifikasi", "ok"),
}
EVENT_CSS = {"start": "is-sent", "finish": "is-ok", "resume": "is-returned"}


@dataclass
class Talk:
    """The interview of a window as one person sees it, read once per request; `seat` None for the city's people."""

    user: User
    window: EvaluationWindow
    seat: Seat | None
    now: datetime = field(default_factory=clock.now)

    def __post_init__(self) -> None:
        self.structure = structure_of(self.window.instrument)
        self.parts = run_sheet.parts(self.structure)
        self.lead = lead_of(self.window)
        found = Interview.objects.of_window(self.window).first()
        self.interview = found or Interview(window=self.window, version=0)
        self.interview.window = self.window
        self.zone = self.window.city.timezone
        self.places = {
            pk: number
            for number, pk in enumerate(self.window.seats.order_by("pk").values_list("pk", flat=True), 1)
        }
        self.areas = set(self.seat.areas.values_list("code", flat=True)) if self.seat else set()
        self.minutes = self._minutes(found)
        self.runs = list(found.runs.select_related("slot")) if found else []
        notes = InterviewNote.objects.visible_to(self.user).of_window(self.window)
        self.notes = {row.question_id: row for row in notes.select_related("seat")} if found else {}

    def _minutes(self, found: Interview | None) -> dict[str, int]:
        rows = list(found.slots.order_by("order", "pk")) if found else []
        kept = {row.key: row.minutes for row in rows if row.key in self.parts}
        return kept or run_sheet.default_minutes(self.structure, settings.PORTAL_INTERVIEW_MINUTES)

    @property
    def current(self) -> SlotRun | None:
        """The part that runs."""
        return next((run for run in self.runs if run.ended_at is None), None)

    @property
    def may_run(self) -> bool:
        return rules.may_run_interview(self.user, self.interview)

    @property
    def may_note(self) -> bool:
        return self.seat is not None and notes_are_open(self.window)

    def label(self, seat_id: int | None) -> str:
        """A seat by its number, never by a person's name."""
        return _("Assessor %(number)s") % {"number": self.places[seat_id]} if seat_id in self.places else ""

    def time(self, moment: datetime) -> str:
        return dates.clock_time(moment, self.zone)

    def link(self, key: str) -> str:
        return reverse("evaluations:interview_slot", args=[self.window.pk, key])


def interview_page(talk: Talk) -> dict[str, Any]:
    """Return the context of evaluations/interview.html."""
    interview = talk.interview
    offers = INTERVIEW.offered_to(talk.user, interview) if interview.pk or talk.may_run else []
    return _shared(talk) | {
        "slots": slot_rows(talk),
        "general": note_row(talk, None),
        "offers": offers,
        "may_plan": _may_plan(talk),
        "history": timeline(interview.events.all(), INTERVIEW, INTERVIEW_EVENTS, EVENT_CSS, talk.zone)
        if interview.pk
        else [],
        "total": str(sum(talk.minutes.values())),
        "first_url": talk.link(next(iter(talk.minutes))),
    }


def slot_page(
    talk: Talk, key: str, *, typed: Mapping[str, str] | None = None, error: str = ""
) -> dict[str, Any]:
    """Return the context of evaluations/interview_slot.html; `typed` (code, text) and `error` after a refusal."""
    keys = list(talk.minutes)
    place = keys.index(key)
    current = talk.current
    return _shared(talk) | {
        "key": key,
        "title": run_sheet.title(talk.structure, key),
        "dimension": talk.structure.dimensions.get(key.removeprefix(run_sheet.DIMENSION)),
        "minutes": str(talk.minutes[key]),
        "rows": question_rows(talk, [key], typed=typed, error=error),
        "general": note_row(talk, None, typed=typed, error=error) if not talk.parts[key] else None,
        "is_current": current is not None and current.slot.key == key,
        "slots": slot_rows(talk),
        "previous": talk.link(keys[place - 1]) if place else "",
        "next": talk.link(keys[place + 1]) if place + 1 < len(keys) else "",
        "next_key": keys[place + 1] if place + 1 < len(keys) else "",
        "place": str(place + 1),
        "of": str(len(keys)),
    }


def print_page(talk: Talk) -> dict[str, Any]:
    """Return the context of evaluations/interview_print.html: the whole run sheet with its questions."""
    rows = question_rows(talk, list(talk.minutes))
    return _shared(talk) | {
        "parts": [
            slot | {"rows": [row for row in rows if row["part"] == slot["key"]]} for slot in slot_rows(talk)
        ],
        "printed_at": dates.wib(talk.now, talk.zone),
        "total": str(sum(talk.minutes.values())),
    }


def _may_plan(talk: Talk) -> bool:
    planned = talk.interview.status == InterviewStatus.PLANNED
    return (
        planned
        and not is_agreed(talk.window)
        and rules.may_plan_interview(talk.user, talk.window, talk.lead, talk.now)
    )


def _shared(talk: Talk) -> dict[str, Any]:
    interview = talk.interview
    css, icon = BADGES[InterviewStatus(interview.status)]
    return {
        "window": talk.window,
        "window_status": badge(talk.window, talk.now),
        "status": {"css": css, "icon": icon, "label": interview.get_status_display()},
        "state": str(interview.status),
        "seat": talk.seat,
        "lead": talk.label(talk.lead.pk) if talk.lead else "",
        "leads": talk.lead is not None and talk.lead.user_id == talk.user.pk,
        "when": dates.wib(interview.planned_at, talk.zone) if interview.planned_at else "",
        "way": interview.get_way_display(),
        "location": interview.place,
        "timer": timer(talk),
        "may_run": talk.may_run,
        "may_note": talk.may_note,
        "frozen": talk.window.status != "draft",
        "sample": interview.sample,
    }


def timer(talk: Talk) -> dict[str, Any] | None:
    """Start and planned end of the talk and of the part that runs, right without a script; None before and after."""
    interview, current = talk.interview, talk.current
    if interview.status != InterviewStatus.RUNNING or interview.started_at is None:
        return None
    rows = [
        _clock(
            talk, _("The whole interview"), interview.started_at, sum(talk.minutes.values()), css="", key=""
        )
    ]
    if current is not None:
        key = current.slot.key
        title = run_sheet.title(talk.structure, key)
        rows.insert(
            0, _clock(talk, title, current.started_at, talk.minutes.get(key, 1), css="clock--part", key=key)
        )
    return {"rows": rows, "running": current.slot.key if current else ""}


def _clock(talk: Talk, title: str, start: datetime, minutes: int, *, css: str, key: str) -> dict[str, Any]:
    end = start + timedelta(minutes=minutes)
    over = talk.now >= end
    left = (
        _("%(time)s over") % {"time": dates.duration(talk.now - end)}
        if over
        else _("%(time)s left") % {"time": dates.left(end, talk.now)}
    )
    return {
        "title": title,
        "css": "clock--now" if over else css,
        "url": talk.link(key) if key else "",
        "from": talk.time(start),
        "until": talk.time(end),
        "iso": end.isoformat(),
        "left": left,
    }


def slot_rows(talk: Talk) -> list[dict[str, Any]]:
    """The parts in order: planned minutes and time, when each ran, how many notes it has."""
    begins = talk.interview.started_at or talk.interview.planned_at
    by_question = {pk: note for pk, note in talk.notes.items() if note.text}
    current, passed, rows = talk.current, 0, []
    for key, minutes in talk.minutes.items():
        questions = talk.parts[key]
        runs = [run for run in talk.runs if run.slot.key == key]
        running = current is not None and current.slot.key == key
        rows.append(
            {
                "key": key,
                "title": run_sheet.title(talk.structure, key),
                "url": talk.link(key),
                "minutes": str(minutes),
                "planned": _span(talk, begins, passed, minutes),
                "ran": ", ".join(_ran(talk, run) for run in runs),
                "running": running,
                "done": bool(runs) and not running,
                "questions": _count(len(questions)),
                "notes": str(sum(row.pk in by_question for row in questions)),
            }
        )
        passed += minutes
    return rows


def _span(talk: Talk, begins: datetime | None, passed: int, minutes: int) -> str:
    if begins is None:
        return ""
    start = begins + timedelta(minutes=passed)
    return _times(talk, start, start + timedelta(minutes=minutes))


def _ran(talk: Talk, run: SlotRun) -> str:
    if run.ended_at is None:
        return _("since %(time)s") % {"time": talk.time(run.started_at)}
    return _times(talk, run.started_at, run.ended_at)


def _times(talk: Talk, start: datetime, end: datetime) -> str:
    """ "09.00–09.10 WIB": the zone once."""
    return f"{talk.time(start).split()[0]}–{talk.time(end)}"


def _count(number: int) -> str:
    return ngettext("%(count)s question", "%(count)s questions", number) % {"count": number} if number else ""


def question_rows(
    talk: Talk, keys: list[str], *, typed: Mapping[str, str] | None = None, error: str = ""
) -> list[dict[str, Any]]:
    """The questions of some parts with the city's frozen answer, its evidence, what was asked, and the note."""
    questions = [(key, row) for key in keys for row in talk.parts[key]]
    answers, quick_wins = _frozen(talk, [row.code for _key, row in questions])
    items = _items(talk, [row.pk for _key, row in questions])
    sections = {row.code: str(row.name) for row in talk.structure.sections}
    rows = []
    for key, row in questions:
        payload = answers.get(row.code)
        mine = [one for one in quick_wins if row.dimension and one["dimension"]["code"] == row.dimension]
        with_files = [*([payload] if payload else []), *(mine if _is_about_quick_wins(talk, row) else [])]
        facts = answer_facts(payload, row, talk.structure)
        rows.append(
            {
                "part": key,
                "code": row.code,
                "text": str(row.text),
                "section": sections[row.section],
                "answer": facts,
                "short": Truncator(facts["text"]).words(SHORT_ANSWER, truncate=" …"),
                "files": frozen_files(talk.window.pk, with_files),
                "items": items.get(row.pk, []),
                "note": note_row(talk, row, typed=typed, error=error),
                "score_url": reverse("evaluations:score", args=[talk.window.pk, row.code])
                if talk.seat and row.scored and row.area in talk.areas
                else "",
            }
        )
    return rows


def note_row(
    talk: Talk, question: QuestionFacts | None, *, typed: Mapping[str, str] | None = None, error: str = ""
) -> dict[str, Any]:
    """The panel's note on a question, or on the whole talk: text, who wrote it last, and the form's token."""
    code = question.code if question else ""
    note = talk.notes.get(question.pk if question else None)
    refused = typed is not None and typed["code"] == code
    return {
        "code": code,
        "form": f"note-{talk.window.pk}-{code or 'general'}",
        "text": typed["text"] if typed is not None and refused else note.text if note else "",
        "error": error if refused else "",
        "version": str(note.version if note else 0),
        "by": talk.label(note.seat_id) if note else "",
        "saved_at": talk.time(note.updated_at) if note else "",
    }


def _frozen(talk: Talk, codes: Iterable[str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Frozen answers by question, and frozen quick wins; nothing before the opening."""
    snapshot = talk.window.snapshot()
    if snapshot is None:
        return {}, []
    rows = snapshot.items.about_all(codes).values_list("kind", "key", "payload")
    answers, quick_wins = {}, []
    for kind, key, payload in rows:
        if kind == SnapshotItem.Kind.ANSWER:
            answers[key] = payload
        else:
            quick_wins.append(payload)
    return answers, quick_wins


def _is_about_quick_wins(talk: Talk, question: QuestionFacts) -> bool:
    """Whether the question's section is climbed by quick win."""
    section = next(row for row in talk.structure.sections if row.code == question.section)
    return section.method == "mean_of_quick_wins" or "quick_win" in section.levels


def _items(talk: Talk, questions: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Doubts this person may see, by question: own ones, and colleagues' once both have handed in."""
    rows = Clarification.objects.visible_to(talk.user).filter(window=talk.window, question__in=questions)
    found: dict[int, list[dict[str, Any]]] = {}
    for item in rows.by_time_left().for_page():
        found.setdefault(item.question_id, []).append(desk.row(item, talk.now))
    return found
