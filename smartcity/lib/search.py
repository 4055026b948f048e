"""Full text that knows Indonesian stems: "pelayanan" finds "melayani", on both databases alike.

A `TermsField` takes a text and keeps what the database searches. PostgreSQL keeps the words and stems them itself
(configuration `indonesian`, GIN index); SQLite keeps the stems of the same algorithm and hands them to an FTS5 table,
which triggers keep in step. `fulltext_index` is the migration operation that makes either. Ask with
`rows.filter(terms__finds="pelayanan")`: every word must occur, in any order.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import snowballstemmer
from django.db import migrations, models
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString

MOST_WORDS, LONGEST_WORD, LONGEST_QUERY = 8, 60, 200
AROUND = 90  #: Characters shown on either side of the first word found.

_WORD = re.compile(r"[^\W_]+")
_STEMMER = snowballstemmer.stemmer("indonesian")


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, without accents: "Perwako 84/2020" is perwako, 84, 2020."""
    return [plain(word)[:LONGEST_WORD] for word in _WORD.findall(text)]


def plain(word: str) -> str:
    """Return one word in small letters, without accents."""
    if word.isascii():
        return word.lower()
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(_WORD.findall("".join(char for char in letters if not unicodedata.combining(char))))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of a plain word. What is not all letters is a code or a number, and is its own stem."""
    return str(_STEMMER.stemWord(word)) if word.isalpha() else word


def stems(text: str) -> list[str]:
    """Return the stems of a text, word by word."""
    return [stem(word) for word in words(text)]


def asked(query: str) -> list[str]:
    """Return the words of a query that are searched for; what is longer than anybody types is cut."""
    return [word for word in words(query[:LONGEST_QUERY]) if word][:MOST_WORDS]


def marked(text: str, query: str) -> SafeString:
    """Return `text` escaped, with the words the query found in <mark>."""
    wanted = {stem(word) for word in asked(query)}
    pieces: list[tuple[str, str]] = []
    end = 0
    for found in _WORD.finditer(text):
        if stem(plain(found[0])[:LONGEST_WORD]) in wanted:
            pieces.append((text[end : found.start()], found[0]))
            end = found.end()
    return format_html_join("", "{}<mark>{}</mark>", pieces) + escape(text[end:])


def excerpt(text: str, query: str) -> str:
    """Return the part of a long text around the first word found, at whole words; its beginning when none is."""
    wanted = {stem(word) for word in asked(query)}
    flat = " ".join(text.split())
    places = (
        found.start() for found in _WORD.finditer(flat) if stem(plain(found[0])[:LONGEST_WORD]) in wanted
    )
    middle = next(places, 0)
    start, end = max(0, middle - AROUND), min(len(flat), middle + AROUND)
    if start:
        start = flat.find(" ", start) + 1 or start
    if end < len(flat):
        end = max(flat.rfind(" ", start, end), start + 1)
    return f"{'… ' if start else ''}{flat[start:end]}{' …' if end < len(flat) else ''}"


class TermsField(models.TextField):  # type: ignore[type-arg]
    """A text as the database searches it; written, never read."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        return " ".join(stems(value) if connection.vendor == "sqlite" else words(value))


@TermsField.register_lookup
class Finds(models.Lookup):
    """`terms__finds="words"`: rows in which every word occurs, whatever its ending."""

    lookup_name = "finds"
    prepare_rhs = False

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        wanted = asked(str(self.rhs))
        if not wanted:
            return "1 = 0", []
        table = self.lhs.target.model._meta.db_table
        alias = compiler.quote_name(self.lhs.alias)
        quoted = " ".join(f'"{stem(word)}"' for word in wanted)
        return f'{alias}."id" IN (SELECT rowid FROM "{table}_fts" WHERE "{table}_fts" MATCH %s)', [quoted]  # noqa: S608

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        wanted = asked(str(self.rhs))
        if not wanted:
            return "FALSE", ()
        left, params = self.process_lhs(compiler, connection)
        vector = f"to_tsvector('indonesian', {left})"
        return f"{vector} @@ plainto_tsquery('indonesian', %s)", [*params, " ".join(wanted)]


def fulltext_index(table: str, column: str = "terms", *, again: bool = False) -> migrations.RunPython:
    """Return the operation that makes the index of a table's terms, and keeps it in step with the rows.

    Once more after a migration that alters the table: SQLite builds it anew and forgets its triggers (`again`).
    """
    fts = f"{table}_fts"
    # The names are a migration's own.
    gone = f'INSERT INTO "{fts}"("{fts}", rowid, {column}) VALUES (\'delete\', OLD.id, OLD.{column});'  # noqa: S608
    come = f'INSERT INTO "{fts}"(rowid, {column}) VALUES (NEW.id, NEW.{column});'  # noqa: S608
    statements = {
        "sqlite": [
            *(f'DROP TRIGGER IF EXISTS "{fts}_{verb}"' for verb in ("insert", "delete", "update")),
            f'CREATE VIRTUAL TABLE IF NOT EXISTS "{fts}" USING fts5({column}, content="{table}", content_rowid="id")',
            f'CREATE TRIGGER "{fts}_insert" AFTER INSERT ON "{table}" BEGIN {come} END',
            f'CREATE TRIGGER "{fts}_delete" AFTER DELETE ON "{table}" BEGIN {gone} END',
            f'CREATE TRIGGER "{fts}_update" AFTER UPDATE OF {column} ON "{table}" BEGIN {gone} {come} END',
            # rows that were there before: taking out what was never put in would break the index
            f'INSERT INTO "{fts}"("{fts}") VALUES (\'rebuild\')',  # noqa: S608
        ],
        "postgresql": [
            f'CREATE INDEX IF NOT EXISTS "{fts}" ON "{table}" USING gin (to_tsvector(\'indonesian\', {column}))'
        ],
    }
    undo = {
        "sqlite": [
            *(f'DROP TRIGGER "{fts}_{verb}"' for verb in ("insert", "delete", "update")),
            f'DROP TABLE "{fts}"',
        ],
        "postgresql": [f'DROP INDEX "{fts}"'],
    }

    def forwards(apps: object, editor: Any) -> None:
        for statement in statements[editor.connection.vendor]:
            editor.execute(statement)

    def backwards(apps: object, editor: Any) -> None:
        for statement in undo[editor.connection.vendor]:
            editor.execute(statement)

    return migrations.RunPython(forwards, migrations.RunPython.noop if again else backwards, elidable=False)
