"""Migration operations that make the database itself refuse to rewrite the past."""

from collections.abc import Callable

from django.db import migrations

Statements = list[str]


def refuse_changes(
    table: str, *, when: str = "", verbs: tuple[str, ...] = ("UPDATE", "DELETE")
) -> migrations.RunPython:
    """Return an operation: the `verbs` on `table` fail; `when` (SQL on OLD or NEW, may ask other tables) narrows it.

    Written for both databases, since the embedded default must keep the same promise as PostgreSQL.
    """
    names = {verb: f"{table}_no_{verb.lower()}" for verb in verbs}
    message = f"{table} is written once"

    def sqlite(verb: str) -> Statements:
        condition = f"WHEN {when} " if when else ""
        return [
            f'CREATE TRIGGER "{names[verb]}" BEFORE {verb} ON "{table}" FOR EACH ROW {condition}'
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        ]

    def postgresql(verb: str) -> Statements:
        # The condition stands in the function: a WHEN clause could not ask another table.
        row = "OLD" if verb == "DELETE" else "NEW"
        return [
            f'CREATE OR REPLACE FUNCTION "{names[verb]}_fn"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f"IF {when or 'TRUE'} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {row}; END $$",
            f'CREATE TRIGGER "{names[verb]}" BEFORE {verb} ON "{table}" FOR EACH ROW '
            f'EXECUTE FUNCTION "{names[verb]}_fn"()',
        ]

    def drop(vendor: str, verb: str) -> Statements:
        if vendor == "sqlite":
            return [f'DROP TRIGGER IF EXISTS "{names[verb]}"']
        return [
            f'DROP TRIGGER IF EXISTS "{names[verb]}" ON "{table}"',
            f'DROP FUNCTION IF EXISTS "{names[verb]}_fn"()',
        ]

    def forwards(apps: object, editor: object) -> None:
        make = {"sqlite": sqlite, "postgresql": postgresql}[editor.connection.vendor]  # type: ignore[attr-defined]
        # Anew, when they are there: SQLite forgets the triggers of a table whose column was altered.
        backwards(apps, editor)
        _run(editor, make, verbs)

    def backwards(apps: object, editor: object) -> None:
        vendor = editor.connection.vendor  # type: ignore[attr-defined]
        _run(editor, lambda verb: drop(vendor, verb), verbs)

    return migrations.RunPython(forwards, backwards, elidable=False)


def allow_changes(table: str, *, verbs: tuple[str, ...] = ("UPDATE", "DELETE")) -> migrations.RunPython:
    """Return an operation that takes `refuse_changes` back, for a migration that must touch what it names.

    SQLite builds a table anew to alter it, and then stumbles over triggers elsewhere whose condition asks it.
    """

    def forwards(apps: object, editor: object) -> None:
        sqlite = editor.connection.vendor == "sqlite"  # type: ignore[attr-defined]
        for verb in verbs:
            name = f"{table}_no_{verb.lower()}"
            editor.execute(  # type: ignore[attr-defined]
                f'DROP TRIGGER IF EXISTS "{name}"' + ("" if sqlite else f' ON "{table}"')
            )

    return migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)


def _run(editor: object, make: Callable[[str], Statements], verbs: tuple[str, ...]) -> None:
    for verb in verbs:
        for statement in make(verb):
            editor.execute(statement)  # type: ignore[attr-defined]
