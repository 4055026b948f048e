"""Result letters of the demonstration, all marked as examples: the real ones of Tanjungpinang are unknown.

2021 and 2022 are published, so that an improvement can be shown; the one of 2020 waits for the second person.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from evaluations.actions import officials as actions
from evaluations.models import EvaluationWindow
from opd.models import City
from smartcity.demo.cast import person
from smartcity.lib import clock

WIB = ZoneInfo("Asia/Jakarta")


def arrive(city: City, window: EvaluationWindow) -> None:
    """Enter the letters of 2020, 2021 and of the closed window of 2022."""
    earlier: dict[str, Any] = {"stage": "Tahap II", "instrument": window.instrument}
    at = datetime(2022, 2, 10, 9, tzinfo=WIB)
    _letter(
        city, at, "CONTOH-021/2022", date(2022, 1, 14), "2.58", ("2.70", "2.45", "2.60", "2.50", "2.70"),
        {"year": 2021, "rank_national": 92, "cohort": "contoh: 141 daerah"} | earlier,
    )  # fmt: skip
    at = datetime(2022, 12, 27, 9, tzinfo=WIB)
    _letter(
        city, at, "CONTOH-118/2022", date(2022, 12, 22), "2.81", ("2.90", "2.75", "2.70", "2.85", "2.95"),
        {"rank_national": 74, "rank_province": 2, "cohort": "contoh: 141 daerah"}, window=window,
    )  # fmt: skip
    at = datetime(2023, 1, 9, 9, tzinfo=WIB)
    _letter(
        city, at, "CONTOH-007/2021", date(2021, 1, 20), "2.31", (), {"year": 2020} | earlier, publish=False
    )


def _letter(
    city: City,
    at: datetime,
    number: str,
    day: date,
    index: str,
    values: tuple[str, ...],
    more: dict[str, Any],
    *,
    window: EvaluationWindow | None = None,
    publish: bool = True,
) -> None:
    codes = ("BASELINE", "OUTPUT", "OUTCOME", "IMPACT", "QUICK_WIN")
    said = {"letter_number": number, "letter_date": day, "index": Decimal(index)}
    said["values"] = dict(zip(codes, values, strict=False))
    with clock.at(at):
        row = actions.enter_official(
            by=person("pemeriksa"), city=city, values=said | more, window=window, sample=True
        )
        if publish:
            actions.move_official(pk=row.pk, name="publish", by=person("perencana"), version=row.version)
