"""What a quick win and a progress report have in common as rows: fields to fill in, and notes about them."""

from typing import Any

from smartcity.lib.models import Stamped, Versioned


class Record(Stamped, Versioned):
    """Something an agency fills in and a reviewer asks about, field by field."""

    class Meta:
        abstract = True

    def filled_values(self, *, evidence: int | None = None) -> dict[str, Any]:
        """The stored values that completeness asks about; an unreadable number counts as empty.

        `evidence` is the number of pieces where it is known already, as in a list.
        """
        row: Any = self
        values: dict[str, Any] = {field.name: getattr(row, field.attname) for field in row._meta.fields}
        values |= dict.fromkeys(row.unreadable)
        return values | {"evidence": row.evidence.count() if evidence is None else evidence}

    def open_note_fields(self) -> list[str]:
        """The fields the reviewer asked about and nobody has answered yet."""
        row: Any = self
        return list(row.notes.open().values_list("field", flat=True))

    def has_unsent_notes(self) -> bool:
        row: Any = self
        return bool(row.notes.unsent().exists())
