"""What a snapshot keeps of the impact survey: which service each sub-dimension asked about, and whose it is.

Number and mean are the city's answers to the questionnaire, frozen with them: one figure, one place.
"""

from collections.abc import Iterator
from typing import Any

from evaluations import freezing
from evaluations.models import EvaluationWindow
from surveys.models import Service

SCHEMA = 1


@freezing.register_services
def services(window: EvaluationWindow) -> Iterator[dict[str, Any]]:
    """The services of the year's rounds for the window's instrument, by sub-dimension. One query."""
    rows = Service.objects.filter(
        round__city=window.city_id, round__year=window.year, round__instrument=window.instrument_id
    ).select_related("round__dimension", "sub_dimension", "opd")
    for row in rows.order_by("round__dimension__order", "sub_dimension__order", "pk"):
        if row.name and row.opd:
            yield {
                "schema": SCHEMA,
                "dimension": row.round.dimension.code,
                "sub_dimension": row.sub_dimension.code,
                "name": row.name,
                "opd": {"short": row.opd.short, "name": row.opd.official_name},
                "mode": row.round.mode,
                "target": row.round.target,
                "sample": row.round.sample,
            }
