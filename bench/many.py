"""A city with as many quick wins as one likes, written by one statement; the summary is rebuilt from them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, models

from bench.city import SIZES, Built, Size, build, opened
from bench.content import Words
from evaluations.models import EvaluationWindow
from opd import tallies
from opd.models import QuickWin
from smartcity.lib import clock

NAMES = 97  # a prime, so that names do not walk in step with agencies and dimensions
STATUSES = (
    "verified",
    "submitted",
    "draft",
    "verified",
    "returned",
    "verified",
    "submitted",
    "verified",
    "draft",
    "proposed",
)


@dataclass
class Crowd:
    """A city with `count` quick wins and a window that is open now."""

    built: Built
    window: EvaluationWindow
    count: int


def fill(count: int, folder: Any, code: str = "21.90") -> Crowd:
    """Make the city in the database of the moment."""
    built = build(code, Size(SIZES["M"].opds, 0, 0), folder)
    now = clock.now()
    built.city.evaluation_year = now.year
    built.city.save()
    # Opened while there is nothing to freeze: a snapshot of a million rows is not what is measured here.
    opens = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    window, _seat = opened(built, opens=opens, year=now.year)
    quick_wins(built, count, now.year)
    tallies.rebuild(built.city.pk)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return Crowd(built, window, count)


def quick_wins(built: Built, count: int, year: int) -> None:
    """Write `count` quick wins of a year, spread over agencies, dimensions and statuses."""
    words = Words()
    names = [words.name() for _ in range(NAMES)]
    acronyms = [words.name(1) if number % 3 else "" for number in range(NAMES)]
    opds, dimensions = [row.pk for row in built.opds], [row.pk for row in built.dimensions]
    # Shifted by a sixth of the agencies' round, so that every agency meets every dimension.
    given = {
        "city_id": "%(city)s", "year": "%(year)s", "number": "n", "opd_id": pick("opds", opds),
        "dimension_id": f"(%(dimensions)s)[1 + (n + n / {len(opds)}) %% {len(dimensions)}]",
        "name": pick("names", names), "acronym": pick("acronyms", acronyms), "owner_confirmed": "n %% 10 <> 0",
        "status": pick("statuses", STATUSES), "filled": "9 + n %% 9", "total": "17", "version": "1",
        "created_by_id": "%(by)s", "created_at": "now() - interval '60 days'",
        "updated_at": "now() - (n %% 40) * interval '1 day'",
        "submitted_at": "CASE WHEN n %% 10 IN (2, 8, 9) THEN NULL ELSE now() - interval '1 day' - n * interval '1 second' END",
        "verified_at": "CASE WHEN n %% 10 IN (0, 3, 5, 7) THEN now() ELSE NULL END",
    }  # fmt: skip
    values = {
        "city": built.city.pk,
        "year": year,
        "by": built.cast["operator"].pk,
        "count": count,
        "opds": opds,
        "dimensions": dimensions,
        "names": names,
        "acronyms": acronyms,
        "statuses": list(STATUSES),
    }
    insert(QuickWin, given, "generate_series(1, %(count)s) AS n", values)


def insert(
    model: type[models.Model], given: dict[str, str], source: str, values: dict[str, Any], where: str = "true"
) -> None:
    """Write rows by one statement: a column is what `given` says in SQL, else empty; `values` are its parameters."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = {field.column: given.get(field.column) or _empty(field) for field in fields}
    with connection.cursor() as cursor:
        # Foreign keys are right by construction; asking for each would take longer than the rows themselves.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
            f"SELECT {', '.join(columns.values())} FROM {source} WHERE {where}",
            values,
        )
        cursor.execute("SET session_replication_role = origin")


def pick(name: str, options: Any) -> str:
    """SQL: the n-th of a parameter that is a list, again from its first."""
    return f"(%({name})s)[1 + n %% {len(options)}]"


def _empty(field: "models.Field[Any, Any]") -> str:
    if field.null:
        return "NULL"
    if isinstance(field, models.JSONField):
        return "'[]'" if field.default is list else "'{}'"
    assert isinstance(field, models.CharField | models.TextField), f"{field.name} needs a value"
    return "''"
