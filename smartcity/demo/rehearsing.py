"""The rehearsal of 2022: own staff plays the panel a week and a half before it comes. Every score is invented.

Nothing is documented of such a rehearsal; it is told so that the comparison has something to say.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from evaluations import actions
from evaluations.models import Area, EvaluationWindow, Seat
from evaluations.results import frozen_answers
from evaluations.structure import asked_of
from opd.models import User
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
    0: "Jawaban belum terisi atau tidak ada bukti.",
    1: "Baru rencana; SK atau laporannya belum dilampirkan.",
    2: "Bukti hanya dari satu OPD; halaman yang dimaksud belum ditulis.",
    3: "Terbukti, tetapi belum diukur setiap triwulan.",
    4: "Terbukti dan diukur; siap ditunjukkan kepada asesor.",
}


def rehearse(window: EvaluationWindow, by: User, opens: datetime, closes: datetime) -> EvaluationWindow:
    """Prepare, open, score, hand in and close a rehearsal of a window in preparation."""
    with clock.at(opens - timedelta(days=2)):
        rehearsal = EvaluationWindow(rehearsal_of=window, city=window.city, opens_at=opens, closes_at=closes)
        actions.save_rehearsal(rehearsal=rehearsal, by=by)
        seats = [_seat(rehearsal, username, areas, by) for username, areas in PLAYERS]
    with clock.at(opens):
        actions.open_window(rehearsal, by=by)
    answers = frozen_answers(rehearsal)
    said = {code: row["self_score"] for code, row in answers.items()}
    for number, seat in enumerate(seats):
        with clock.at(opens + timedelta(days=1, hours=number)):
            _play(seat, said)
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


def _play(seat: Seat, said: dict[str, str | None]) -> None:
    """Own staff is milder than a panel: mostly what the city says, a step less where the proof is thin."""
    seat = Seat.objects.select_related("window__city", "window__instrument", "user").get(pk=seat.pk)
    user = person(seat.user.username)
    actions.declare(seat, by=user)
    seat.refresh_from_db(fields=["declared_at"])
    for question in asked_of(seat, set(seat.areas.values_list("code", flat=True))):
        own = said.get(question.code)
        drop = drawn(f"gladi:{seat.user.username}:{question.code}", (0, 0, 0, 1, 1, 2))
        value = 0 if own is None else max(0, int(Decimal(own)) - drop)
        actions.save_score(
            seat=seat, question_code=question.code, value=value, remark=REMARKS[value], version=0, by=user
        )
    actions.hand_in(seat=seat, by=user)
