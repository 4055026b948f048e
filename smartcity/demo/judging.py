"""Invented answers and scores for the demonstration: repeatable, plausible, and marked as examples."""

import hashlib
from collections.abc import Collection
from decimal import Decimal
from typing import Any

from evaluations import actions
from evaluations.models import Area, EvaluationWindow, Question, Seat
from opd.models import User
from smartcity.demo.cast import ASSESSORS, person

REMARKS = {
    0: "Tidak ada bukti yang dapat dibuka.",
    1: "Baru berupa rencana, belum ditetapkan.",
    2: "Sebagian sudah berjalan, bukti belum menyeluruh.",
    3: "Terlaksana sesuai rencana dan terbukti.",
    4: "Terlaksana, diukur, dan manfaatnya terbukti.",
}
#: Which areas each assessor holds; every area has two or three, so that a spread can be seen.
PANELS = (
    ("lintas", "kebijakan", "kelembagaan", "anggaran", "infrastruktur", "aplikasi", "literasi"),
    ("dim-gov", "dim-brd", "dim-eco", "lintas", "kebijakan"),
    ("dim-eco", "dim-liv", "dim-soc", "kelembagaan", "anggaran"),
    ("dim-soc", "dim-env", "dim-gov", "infrastruktur", "aplikasi"),
    ("dim-brd", "dim-liv", "dim-env", "literasi"),
)


REASONS = {
    2: "Sudah ditetapkan, dilaksanakan di sebagian OPD.",
    3: "Dilaksanakan sesuai rencana di OPD terkait, bukti terlampir.",
    4: "Dilaksanakan, diukur setiap triwulan, dan diperbaiki.",
}


def figures_of(year: int, code: str) -> dict[str, str]:
    """Invented figures of a question backed by data: users of a service, before and after."""
    before = drawn(f"{year}:{code}:before", (840, 1_150, 1_420, 2_060))
    return {
        "indicator": "Pengguna layanan pada dimensi ini",
        "unit": "orang",
        "before": str(before),
        "before_period": str(year - 1),
        "after": str(before * drawn(f"{year}:{code}:after", (108, 124, 137)) // 100),
        "after_period": str(year),
        "source": "Rekap layanan (contoh)",
    }


def drawn(text: str, among: tuple[int, ...]) -> int:
    """Pick one of `among` by the text's digest: the same text always gives the same pick."""
    return among[int(hashlib.sha256(text.encode()).hexdigest(), 16) % len(among)]


def answer_all(window: EvaluationWindow, by: User, *, leave: Collection[str] = ()) -> None:
    """Write the city's answers, but for the question codes in `leave`: real cities leave gaps."""
    for question in Question.objects.filter(section__instrument=window.instrument).order_by("pk"):
        if question.code in leave:
            continue
        mark = f"{window.year}:{question.code}"
        if question.kind == Question.Kind.SURVEY_MEAN:
            mean = Decimal(drawn(mark, (272, 284, 296, 304, 318, 326))) / 100
            facts: dict[str, Any] = {
                "self_score": mean,
                "respondents": drawn(mark + "n", (41, 46, 50)),
                "text": "Rekap survei.",
            }
        else:
            score = drawn(mark, (2, 3, 3, 3, 4))
            facts = {"self_score": Decimal(score), "respondents": None, "text": REASONS[score]}
            if question.kind == Question.Kind.DATA:
                facts["figures"] = figures_of(window.year, question.code)
        actions.save_answer(
            window=window, question_code=question.code, version=0, by=by, sample=True, **facts
        )


def seat_panel(window: EvaluationWindow, by: User) -> list[Seat]:
    """Seat the five assessors with their areas until the window closes."""
    areas = {area.code: area for area in Area.objects.filter(instrument=window.instrument)}
    return [
        actions.seat_assessor(
            window=window,
            user=person(f"asesor{number}"),
            areas=[areas[code] for code in PANELS[number - 1] if code in areas],
            until=window.closes_at,
            by=by,
        )
        for number in range(1, ASSESSORS + 1)
    ]


def given(seat: Seat, code: str) -> int:
    """What an assessor gives a question, whenever it is asked."""
    return drawn(f"{seat.window.year}:{seat.user_id}:{code}", (2, 2, 3, 3, 3, 4))


def score_seat(seat: Seat, *, share: int = 100) -> int:
    """Score the first `share` per cent of a seat's questions and return how many were scored."""
    codes = set(seat.areas.values_list("code", flat=True))
    questions = (
        Question.objects.scored()
        .filter(section__instrument=seat.window.instrument, area__code__in=codes)
        .order_by("section__order", "order")
    )
    asked = list(questions)[: len(questions) * share // 100]
    for question in asked:
        value = given(seat, question.code)
        actions.save_score(
            seat=seat,
            question_code=question.code,
            value=value,
            remark=REMARKS[value],
            version=0,
            by=person(seat.user.username),
        )
    return len(asked)
