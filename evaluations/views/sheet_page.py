"""What the score sheet shows: read once per request, handed to templates as plain text. No formset."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import actions, desk, follow_up
from evaluations.actions.asking import last_moment_to_ask
from evaluations.models import Clarification, LateEntry, Score, Seat, SeatQuerySet, SnapshotItem
from evaluations.presentation import answer_facts, badge, deadline, frozen_files, label_of, late_rows, receipt
from evaluations.structure import QuestionFacts, asked_of, structure_of
from opd.models import User
from opd.presentation.quick_wins import field_rows
from smartcity.lib import clock, dates, lines

CURRENT = SafeString(' aria-current="true"')


class Sheet:
    """A seat with its questions and scores, in the order of the instrument."""

    def __init__(self, seat: Seat) -> None:
        self.seat, self.window = seat, seat.window
        self.structure = structure_of(self.window.instrument)
        self.area_names = dict(seat.areas.order_by("order").values_list("code", "name"))
        self.asked = {row.code: row for row in asked_of(seat, set(self.area_names))}
        barred = seat.barred()
        self.own = [row for row in self.structure.scored_in(set(self.area_names)) if row.pk in barred]
        self.scores = {row.question_id: row for row in Score.objects.of_seat(seat)}
        self.open = self.window.accepts_scores(clock.now()) and seat.handed_in_at is None
        self._sections = {row.code: str(row.name) for row in self.structure.sections}
        # One address for all questions: each is looked up some hundred times a page.
        self._address = reverse("evaluations:score", args=[self.window.pk, "CODE"]).replace("CODE", "{code}")

    def score_of(self, question: QuestionFacts) -> Score | None:
        return self.scores.get(question.pk)

    def is_done(self, question: QuestionFacts) -> bool:
        """Scored, or excused with a reason."""
        score = self.score_of(question)
        return score is not None and (score.value is not None or bool(score.reason))

    @property
    def empty(self) -> list[QuestionFacts]:
        return [row for row in self.asked.values() if not self.is_done(row)]

    def link(self, code: str) -> str:
        return self._address.format(code=code)

    def around(self, code: str) -> dict[str, Any]:
        """The question before, the one after, and the next empty one (also from the beginning again)."""
        codes = list(self.asked)
        place = codes.index(code)
        later = [row.code for row in self.empty if row.code != code]
        following = [empty for empty in later if codes.index(empty) > place] or later
        return {
            "previous": {"url": self.link(codes[place - 1])} if place else None,
            "next": {"url": self.link(codes[place + 1])} if place + 1 < len(codes) else None,
            "next_empty": self.link(following[0]) if following else "",
            "place": str(place + 1),
        }

    def groups(self) -> list[dict[str, Any]]:
        """The questions: by section, and by dimension where the section has dimensions."""
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in self.asked.values():
            score = self.score_of(row)
            groups.setdefault(self._title_of(row), []).append(
                {
                    "code": row.code,
                    "url": self.link(row.code),
                    "text": str(row.text),
                    "value": "" if score is None or score.value is None else str(score.value),
                    "excused": score is not None and score.value is None and bool(score.reason),
                    "remark": score.remark if score else "",
                    "reason": score.reason if score else "",
                }
            )
        return [{"title": title, "rows": rows} for title, rows in groups.items()]

    def question_list(self, current: str) -> list[dict[str, Any]]:
        """The same list in short, drawn: it comes with every question and every saved score."""
        groups: dict[str, list[dict[str, str]]] = {}
        for row in self.asked.values():
            groups.setdefault(self._title_of(row), []).append(
                {
                    "code": row.code,
                    "url": self.link(row.code),
                    "short": label_of(row, self.structure),
                    "mark": _mark(self.score_of(row)),
                    "current": CURRENT if row.code == current else "",
                }
            )
        template = "evaluations/parts/question_line.html"
        return [{"title": title, "lines": lines.draw(template, rows)} for title, rows in groups.items()]

    def _title_of(self, question: QuestionFacts) -> str:
        dimension = self.structure.dimensions.get(question.dimension)
        section = self._sections[question.section]
        return f"{section}, {dimension.name}" if dimension else section

    def progress(self) -> dict[str, Any]:
        """How far the seat is, as numbers and words."""
        total, empty = len(self.asked), len(self.empty)
        done = total - empty
        text = ngettext(
            "%(done)s of %(total)s question scored", "%(done)s of %(total)s questions scored", total
        )
        return {"done": done, "total": total, "empty": empty, "label": text % {"done": done, "total": total}}


def _mark(score: Score | None) -> SafeString:
    """What is given to a question, as figure and as words."""
    if score is not None and score.value is not None:
        mark = {"css": "v", "text": str(score.value), "said": _("scored")}
    elif score is not None and score.reason:
        mark = {"css": "v", "text": "·", "said": _("not scored, with a reason")}
    else:
        mark = {"css": "v v--none", "text": "–", "said": _("not scored yet")}
    return lines.draw("evaluations/parts/score_mark.html", [mark])


def sheet_rows(user: User) -> list[dict[str, Any]]:
    """The assessor's seats, running ones first; those of rehearsals have a list of their own."""
    return rows_of_seats(Seat.objects.held_by(user).real())


def rows_of_seats(held: SeatQuerySet) -> list[dict[str, Any]]:
    """Seats without a conflict as rows of a list, running ones first."""
    now = clock.now()
    seats = held.filter(conflict__isnull=True).with_progress()
    rows = []
    for seat in seats.select_related("window__city", "window__instrument").prefetch_related("areas"):
        window = seat.window
        asked = len(asked_of(seat, {area.code for area in seat.areas.all()}))
        rows.append(
            {
                "title": str(window),
                "city": window.city.name,
                "areas": ", ".join(area.name for area in seat.areas.all()),
                "status": badge(window, now),
                "url": reverse("evaluations:sheet", args=[window.pk]),
                "declared": seat.declared_at is not None,
                "handed_in": seat.handed_in_at is not None,
                "running": window.accepts_scores(now),
                "label": _("%(done)s of %(total)s scored") % {"done": seat.scored, "total": asked},
                "done": seat.scored,
                "total": asked,
                "closes": dates.wib(window.closes_at, window.city.timezone),
                "sample": window.sample,
            }
        )
    return sorted(rows, key=lambda row: (not row["running"], row["handed_in"]))


def sheet_page(user: User, sheet: Sheet) -> dict[str, Any]:
    """Return the context of evaluations/sheet.html."""
    zone = sheet.window.city.timezone
    late = LateEntry.objects.filter(window=sheet.window, user=user).select_related("question", "user")
    handed = sheet.seat.handed_in_at is not None
    return _shared(sheet) | {
        "groups": sheet.groups(),
        "missing": [
            {"label": str(problem.text), "url": sheet.link(problem.anchor)} for problem in _missing(sheet)
        ],
        "first_empty": sheet.link(sheet.empty[0].code) if sheet.empty and sheet.open else "",
        "first": sheet.link(next(iter(sheet.asked))) if sheet.asked else "",
        "receipt": receipt(sheet.seat.hand_in, zone) if handed else None,
        "dossiers": sheet.window.opened_at is not None and not sheet.window.is_rehearsal,
        "own": [{"code": row.code, "text": str(row.text)} for row in sheet.own],
        "own_why": str(actions.OWN_HOUSE),
        "late": late_rows(late, zone),
        "colleagues": _colleagues(user, sheet) if handed else [],
    }


def score_page(
    sheet: Sheet,
    question: QuestionFacts,
    file: str,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the context of evaluations/score.html; `typed` and `errors` after a refusal."""
    score = sheet.score_of(question)
    zone = sheet.window.city.timezone
    value = typed["value"] if typed else "" if score is None or score.value is None else str(score.value)
    payload, quick_wins, recommended = _frozen(sheet, question)
    files = frozen_files(sheet.window.pk, [*([payload] if payload else []), *quick_wins])
    section = next(row for row in sheet.structure.sections if row.code == question.section)
    return _shared(sheet) | {
        "question": question,
        "section": str(section.name),
        "dimension": sheet.structure.dimensions.get(question.dimension),
        "answer": answer_facts(payload, question, sheet.structure),
        "hints": ", ".join(hint["text"] for hint in question.hints),
        "quick_wins": [
            {
                "title": row["title"],
                "opd": row["opd"]["short"],
                "rows": [f for f in field_rows(row) if f["text"]],
            }
            for row in quick_wins
        ],
        "follow_up": follow_up.frozen_rows(sheet.window.pk, recommended),
        "files": files,
        "file": _chosen(files, file),
        "files_count": str(len(files)),
        "frozen_at": dates.short_date(sheet.window.opened_at, zone) if sheet.window.opened_at else "",
        "steps": [
            {
                "score": str(step.score),
                "label": str(step.label),
                "meaning": str(step.meaning),
                "on": str(step.score) == value,
            }
            for step in sheet.structure.rubrics[question.rubric]
        ],
        "remark": typed["remark"] if typed else score.remark if score else "",
        "reason": typed["reason"] if typed else score.reason if score else "",
        "value": value,
        "errors": errors or {},
        "version": str(score.version if score else 0),
        "saved_at": dates.clock_time(score.updated_at, zone) if score else "",
        "groups": sheet.question_list(question.code),
        "missing_count": len(_missing(sheet)) if sheet.open else 0,
        "desk": _desk(sheet, question),
        **sheet.around(question.code),
    }


def _desk(sheet: Sheet, question: QuestionFacts) -> dict[str, Any]:
    """What this seat asked the city about the question, the answers beside it, and whether it may still ask."""
    if sheet.window.is_rehearsal:
        return {"items": [], "ask_url": "", "last": ""}
    now, last = clock.now(), last_moment_to_ask(sheet.window)
    items = Clarification.objects.of_seat(sheet.seat).filter(question=question.pk).by_time_left().for_page()
    may_ask = sheet.open and now <= last
    return {
        "items": desk.on_sheet(items, now),
        "ask_url": reverse("evaluations:clarification_ask", args=[sheet.window.pk, question.code])
        if may_ask
        else "",
        "last": dates.wib(last, sheet.window.city.timezone) if sheet.open and not may_ask else "",
    }


def _shared(sheet: Sheet) -> dict[str, Any]:
    """What both pages say: where, how far, until when."""
    now = clock.now()
    return {
        "window": sheet.window,
        "seat": sheet.seat,
        "areas": ", ".join(sheet.area_names.values()),
        "status": badge(sheet.window, now),
        "window_deadline": deadline(sheet.window, now),
        "progress": sheet.progress(),
        "open": sheet.open,
        "handed_in": sheet.seat.handed_in_at is not None,
        "early": now < sheet.window.opens_at,
        "instrument": str(sheet.window.instrument),
    }


def _missing(sheet: Sheet) -> list[Any]:
    return actions.missing_scores(sheet.seat, scores=sheet.scores, questions=list(sheet.asked.values()))


def _frozen(
    sheet: Sheet, question: QuestionFacts
) -> tuple[dict[str, Any] | None, list[dict[str, Any]], list[dict[str, Any]]]:
    """The frozen answer, the quick wins of its dimension, the follow-up where it is asked about: one query."""
    snapshot = sheet.window.snapshot()
    if snapshot is None:
        return None, [], []
    rows = list(snapshot.items.about(question.code).values_list("kind", "key", "payload"))
    answer = next((payload for kind, _key, payload in rows if kind == SnapshotItem.Kind.ANSWER), None)
    quick_wins = [
        payload
        for kind, _key, payload in rows
        if kind == SnapshotItem.Kind.QUICK_WIN
        and question.dimension
        and payload["dimension"]["code"] == question.dimension
    ]
    asked = follow_up.is_asked(question.section)
    recommended = [
        payload for kind, _key, payload in rows if asked and kind == SnapshotItem.Kind.RECOMMENDATION
    ]
    return answer, quick_wins, recommended


def _chosen(files: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """The file shown large: the one asked for by its number, else the first."""
    if not files:
        return None
    place = int(wanted) if wanted.isdecimal() and len(wanted) < 4 and 1 <= int(wanted) <= len(files) else 1
    for number, row in enumerate(files, 1):
        row["number"], row["current"] = str(number), number == place
    return files[place - 1]


def _colleagues(user: User, sheet: Sheet) -> list[dict[str, Any]]:
    """Scores of colleagues for own questions: only of those who have handed in as well."""
    rows = Score.objects.visible_to(user).filter(seat__window=sheet.window).exclude(seat=sheet.seat)
    places = {
        pk: number
        for number, pk in enumerate(sheet.window.seats.order_by("pk").values_list("pk", flat=True), 1)
    }
    found: dict[str, list[dict[str, str]]] = {}
    by_pk = {row.pk: row.code for row in sheet.asked.values()}
    for row in rows:
        if row.question_id in by_pk:
            value = "–" if row.value is None else str(row.value)
            entry = {
                "who": _("Assessor %(number)s") % {"number": places[row.seat_id]},
                "value": value,
                "remark": row.remark,
            }
            found.setdefault(by_pk[row.question_id], []).append(entry)
    return [
        {"code": code, "own": _own(sheet, question), "others": found[code]}
        for code, question in sheet.asked.items()
        if code in found
    ]


def _own(sheet: Sheet, question: QuestionFacts) -> str:
    score = sheet.score_of(question)
    return "–" if score is None or score.value is None else str(score.value)
