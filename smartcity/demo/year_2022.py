"""The year 2022, replayed: from the first draft to the closed window, at the times it could have happened.

The window of 3 to 8 October 2022 and the preparation meeting of 16 September are documented; the hours,
notes, scores and all values marked as examples are invented.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from dimensions.models import SmartDimension
from evaluations import actions as evaluation
from evaluations.models import EvaluationWindow, Instrument, Result, Seat
from opd import actions
from opd.loading import read_rows
from opd.models import City, Opd, QuickWin, Role, Status
from opd.tallies import rebuild
from smartcity.demo import agreeing, asking, desk, interview, judging, rehearsing, submitting, writing
from smartcity.demo.cast import of_opd, person
from smartcity.lib import clock

HERE, DATA = Path(__file__).parent, Path(__file__).parents[2] / "opd" / "data"
WIB = ZoneInfo("Asia/Jakarta")
YEAR = 2022
OPENS, CLOSES = datetime(2022, 10, 3, 8, 0, tzinfo=WIB), datetime(2022, 10, 8, 16, 0, tzinfo=WIB)
INPUTS_DUE = datetime(2022, 9, 29, 16, 0, tzinfo=WIB)


def wib(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2022 in western Indonesian time."""
    return datetime(YEAR, month, day, hour, minute, tzinfo=WIB)


def record_public_sources(city: City) -> None:
    """The quick wins of the other years, as public sources tell them: recorded, never judged here."""
    secretariat = Opd.objects.get(city=city, short="DISKOMINFO")
    opds = {opd.short: opd for opd in Opd.objects.of_city(city)}
    dimensions = {row.code: row for row in SmartDimension.objects.of_set(city.dimension_set)}
    keeper = person("operator.kominfo")
    for row in read_rows(DATA / "quick_wins.csv"):
        year = int(row["year"])
        if year == YEAR:
            continue
        quick_win = QuickWin(
            city=city,
            opd=opds.get(row["opd_short"], secretariat),
            owner_confirmed=row["owner_confirmed"] == "yes",
            year=year,
            number=QuickWin.objects.next_number(city.pk, year),
            dimension=dimensions[row["dimension_code"]],
            name=row["name"],
            acronym=row["acronym"],
            description="\n".join(filter(None, [row["description"], row["figures"]])),
            legal_basis=f"Sumber: {row['source']}" + (f" ({row['note']})" if row["note"] else ""),
            created_by=keeper,
        )
        quick_win.status = Status.RECORDED
        quick_win.save()
        quick_win.events.create(move="create", target=Status.RECORDED, role="", at=clock.now())
    rebuild(city.pk)


def replay(city: City) -> EvaluationWindow:
    """Live through 2022 and return its closed window."""
    stories = yaml.safe_load((HERE / "quick_wins_2022.yaml").read_text(encoding="utf-8"))
    facts = {row["name"]: row for row in read_rows(DATA / "quick_wins.csv") if row["year"] == str(YEAR)}
    with clock.at(wib(9, 12, 8, 30)):
        window = _prepare_window(city)
    returned = []
    for index, story in enumerate(stories):
        fact = facts[story.get("as", story["name"])]
        quick_win = _enter(city, story, fact, wib(9, 12, 8, 51) + timedelta(hours=index * 2))
        if story.get("returned"):
            return_with_notes(quick_win, story["asks"], wib(9, 22, 15, 40))
            returned.append((quick_win, story))
        else:
            _verify(quick_win, wib(9, 22, 15, 40))
    with clock.at(wib(9, 13, 8)):
        asked = asking.ask(window, person("pemeriksa"))
    late = {quick_win.opd.short for quick_win, _story in returned}
    asking.answer_everything(window, wib(9, 14, 9), leave=late)
    with clock.at(wib(9, 19, 9)):
        judging.answer_all(window, person("pemeriksa"), leave=("OP-8", "IM-SOC-3", *asked))
    rehearsing.rehearse(window, person("pemeriksa"), opens=wib(9, 23, 8), closes=wib(9, 27, 16))
    for quick_win, story in returned:
        _mend(quick_win, story)
        _verify(quick_win, wib(9, 28, 10, 20))
    asking.answer_everything(window, wib(9, 28, 9))
    submitting.submit(window, proposed=wib(9, 30, 13, 5), approved=wib(9, 30, 15, 40))
    with clock.at(OPENS):
        evaluation.open_window(window, by=person("pemeriksa"))
    _score(window)
    with clock.at(CLOSES):
        evaluation.close_window(window)
    window.refresh_from_db()
    return window


def _prepare_window(city: City) -> EvaluationWindow:
    window = EvaluationWindow(
        city=city,
        year=YEAR,
        stage="Evaluasi 2022",
        instrument=Instrument.objects.get(code="SMARTCITY-2022-CONTOH"),
        inputs_due_at=INPUTS_DUE,
        opens_at=OPENS,
        closes_at=CLOSES,
        sample=True,
    )
    reviewer = person("pemeriksa")
    evaluation.save_window(window=window, by=reviewer)
    judging.seat_panel(window, reviewer)
    return window


def _enter(city: City, story: dict[str, Any], fact: dict[str, str], start: datetime) -> QuickWin:
    """One quick win: entered, approved and submitted."""
    opd = Opd.objects.get(city=city, short=story["opd"])
    operator = of_opd(opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    dimension = SmartDimension.objects.get(dimension_set=city.dimension_set, code=fact["dimension_code"])
    with clock.at(start):
        quick_win = writing.begin(
            opd, YEAR, operator, name=fact["name"], dimension=dimension, acronym=fact["acronym"]
        )
        QuickWin.objects.filter(pk=quick_win.pk).update(owner_confirmed=fact["owner_confirmed"] == "yes")
        writing.choose_sub_dimension(
            quick_win, story["sub_dimension"], story["sections"]["identity"]["status_kind"], operator
        )
        for section in ("problem", "target", "time", "continuation"):
            writing.fill(quick_win, section, story["sections"][section], operator)
        writing.attach(quick_win, story["evidence"], operator)
        writing.mark_samples(quick_win, story.get("real", ()))
    submit(quick_win, start + timedelta(days=7, hours=1))
    return quick_win


def _verify(quick_win: QuickWin, reviewed: datetime) -> None:
    with clock.at(reviewed + timedelta(minutes=quick_win.pk)):
        actions.move(pk=quick_win.pk, name="verify", by=person("pemeriksa"))


def submit(quick_win: QuickWin, at: datetime) -> None:
    """The operator sends to the head, who submits; without a head the operator submits."""
    operator = of_opd(quick_win.opd.short, Role.OPD_OPERATOR)
    head = of_opd(quick_win.opd.short, Role.OPD_HEAD)
    assert operator is not None
    if head is not None:
        with clock.at(at - timedelta(hours=2)):
            actions.move(pk=quick_win.pk, name="propose", by=operator)
    with clock.at(at):
        actions.move(pk=quick_win.pk, name="submit", by=head or operator)


def _mend(quick_win: QuickWin, story: dict[str, Any]) -> None:
    """What the reviewer asked for is mended and submitted once more, the days after the rehearsal."""
    operator = of_opd(quick_win.opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    with clock.at(wib(9, 26, 9, 10)):
        for section, typed in story["mends"].items():
            writing.fill(quick_win, section, typed, operator)
        writing.complete_evidence(quick_win, story["mended_evidence"], operator)
        writing.mark_samples(quick_win, story.get("real", ()))
    submit(quick_win, wib(9, 26, 11, 14))


def return_with_notes(quick_win: QuickWin, notes: dict[str, str], at: datetime) -> None:
    """The reviewer writes one note per field, and returns the item."""
    with clock.at(at):
        reviewer = person("pemeriksa")
        for field, text in notes.items():
            actions.write_note(owner=quick_win, field=field, text=text, by=reviewer)
        actions.move(pk=quick_win.pk, name="return", by=reviewer)


def _score(window: EvaluationWindow) -> None:
    """The five assessors declare and score, ask where they doubt, and hand in on the last two days."""
    seats = Seat.objects.filter(window=window).select_related("user", "window").order_by("pk")
    for number, seat in enumerate(seats):
        with clock.at(wib(10, 4, 9) + timedelta(hours=number)):
            evaluation.declare(seat, by=person(seat.user.username))
            seat.refresh_from_db()
            judging.score_seat(seat)
    desk.live_through(window, wib(10, 4, 0))
    interview.hold(window, wib(10, 5, 9))
    for number, seat in enumerate(seats.all()):
        with clock.at(wib(10, 7, 10) + timedelta(hours=number)):
            evaluation.hand_in(seat=seat, by=person(seat.user.username))
    agreeing.agree(window, wib(10, 7, 16))


def result_of(window: EvaluationWindow) -> Result:
    """The frozen result of the closed window."""
    return Result.objects.get(window=window)
