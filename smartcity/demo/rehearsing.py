"""The rehearsal of 2022: own staff plays the panel a week and a half before it comes. Every score is invented.

Nothing is documented of such a rehearsal; it is told so that the comparison has something to say.
"""

from datetime import datetime, timedelta
from decimal import ROUND_HALF_DOWN, Decimal

from evaluations import actions
from evaluations.models import Area, EvaluationWindow, Seat
from evaluations.results import frozen_answers
from evaluations.structure import asked_of
from opd.models import User
from smartcity.demo import judging
from smartcity.demo.cast import person
from smartcity.demo.judging import drawn
from smartcity.lib import clock

#: Who plays, and for which areas: the planner for all, two operators for what concerns all and three dimensions each.
PLAYERS = (
    ("perencana", ()),
    ("operator.dishub", ("kebijakan", "kelembagaan", "anggaran", "dim-gov", "dim-brd", "dim-eco")),
    ("operator.dispusip", ("infrastruktur", "aplikasi", "literasi", "dim-liv", "dim-soc", "dim-env")),
)
REMARKS = {
    0: "Tidak ada bukti yang dapat dibuka.",
    1: "Baru rencana; SK atau laporannya belum dilampirkan.",
    2: "Bukti hanya dari satu OPD; halaman yang dimaksud belum ditulis.",
    3: "Terbukti, tetapi belum diukur setiap triwulan.",
    4: "Terbukti dan diukur; siap ditunjukkan kepada asesor.",
}
UNANSWERED = "Belum dijawab saat gladi."


def rehearse(window: EvaluationWindow, by: User, opens: datetime, closes: datetime) -> EvaluationWindow:
    """Prepare, open, score, hand in and close a rehearsal of a window in preparation."""
    with clock.at(opens - timedelta(days=2)):
        rehearsal = EvaluationWindow(rehearsal_of=window, city=window.city, opens_at=opens, closes_at=closes)
        actions.save_rehearsal(rehearsal=rehearsal, by=by)
        seats = [_seat(rehearsal, username, areas, by) for username, areas in PLAYERS]
    with clock.at(opens):
        actions.open_window(rehearsal, by=by)
    said = {code: row["self_score"] for code, row in frozen_answers(rehearsal).items()}
    panel = _panel(window)
    for number, seat in enumerate(seats):
        with clock.at(opens + timedelta(days=1, hours=number)):
            _play(seat, said, panel)
    with clock.at(closes):
        actions.close_window(rehearsal)
    return rehearsal


def _seat(rehearsal: EvaluationWindow, username: str, codes: tuple[str, ...], by: User) -> Seat:
    rows = Area.objects.filter(instrument=rehearsal.instrument)
    return actions.seat_assessor(
        window=rehearsal,
        user=person(username),
        areas=list(rows.filter(code__in=codes) if codes else rows),
        until=rehearsal.closes_at + timedelta(days=14),
        by=by,
    )


def _panel(window: EvaluationWindow) -> list[tuple[Seat, set[str]]]:
    seats = window.seats.select_related("window").prefetch_related("areas")
    return [(seat, {area.code for area in seat.areas.all()}) for seat in seats]


def _play(seat: Seat, said: dict[str, str | None], panel: list[tuple[Seat, set[str]]]) -> None:
    """Own staff sees three times in five what the panel will see, and is milder; else it says what the city says."""
    seat = Seat.objects.select_related("window__city", "window__instrument", "user").get(pk=seat.pk)
    user = person(seat.user.username)
    actions.declare(seat, by=user)
    seat.refresh_from_db(fields=["declared_at"])
    for question in asked_of(seat, set(seat.areas.values_list("code", flat=True))):
        own = said.get(question.code)
        value = None if own is None else int(Decimal(own))
        if value and drawn(f"gladi:{seat.user.username}:{question.code}", (1, 1, 1, 0, 0)):
            strangers = [judging.given(one, question.code) for one, areas in panel if question.area in areas]
            between = (value + Decimal(sum(strangers)) / len(strangers)) / 2
            value = min(value, int(between.quantize(Decimal(1), ROUND_HALF_DOWN)))
        actions.save_score(
            seat=seat,
            question_code=question.code,
            value=value,
            remark="" if value is None else REMARKS[value],
            reason=UNANSWERED if value is None else "",
            version=0,
            by=user,
        )
    actions.hand_in(seat=seat, by=user)
