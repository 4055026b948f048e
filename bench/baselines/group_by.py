"""Totals asked of the rows themselves, in SQL. Column and table names come from the caller."""

from django.db import connection


def totals(
    table: str, cell: list[str], statuses: list[str], sums: list[str]
) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Return, for each cell, how many rows have each status and the sums, asked by one GROUP BY."""
    keys = ", ".join(cell)
    counts = ", ".join(f"count(*) FILTER (WHERE status = '{status}')" for status in statuses)
    added = ", ".join(f"coalesce(sum({column}), 0)" for column in sums)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {keys}, {counts}, {added} FROM {table} GROUP BY {keys}")
        rows = cursor.fetchall()
    return {tuple(row[: len(cell)]): tuple(row[len(cell) :]) for row in rows}
