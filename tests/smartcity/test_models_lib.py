"""What every table builds on: versions, frozen rows, digests, triggers, the clock, plain text."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.migrations import RunPython
from hypothesis import given
from hypothesis import strategies as st

from opd.models import Note, QuickWin, Submission
from smartcity.lib import clock
from smartcity.lib.models import StaleVersion, canonical, digest_of
from smartcity.lib.text import forbidden_character, plain_text, tidy
from smartcity.lib.triggers import refuse_changes
from tests.scenarios import receipt_of

# --- digests ----------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def test_a_digest_is_the_sha256_of_one_known_text() -> None:
    """Written out by hand, so that receipts of years ago stay provable."""
    payload = {"b": "Wali Kota é", "a": [1, None, {"y": True, "x": "1.5"}]}
    text = '{"a":[1,null,{"x":"1.5","y":true}],"b":"Wali Kota é"}'
    assert canonical(payload) == text
    assert digest_of(payload) == hashlib.sha256(text.encode("utf-8")).hexdigest()


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_a_digest_survives_the_database_and_any_order(payload: dict[str, Any]) -> None:
    """JSON columns give keys back in an order of their own."""
    again = json.loads(json.dumps(payload))
    turned = dict(reversed(list(again.items())))
    assert digest_of(payload) == digest_of(again) == digest_of(turned)


@given(json_values, json_values)
def test_different_payloads_have_different_digests(one: Any, two: Any) -> None:
    alike = json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
    assert (digest_of({"x": one}) == digest_of({"x": two})) == alike


def test_what_is_no_plain_json_has_no_digest() -> None:
    for value in (datetime(2022, 1, 1, tzinfo=UTC), {1}, object(), float("nan")):
        with pytest.raises((TypeError, ValueError)):
            digest_of({"x": value})


# --- versions and frozen rows -----------------------------------------------------------------------


def test_a_row_is_locked_at_the_version_one_has_read(draft: QuickWin) -> None:
    with transaction.atomic():
        assert QuickWin.locked_at_version(draft.pk, 1) == draft
    QuickWin.objects.filter(pk=draft.pk).update(version=2, problem="Baru.")
    with pytest.raises(StaleVersion) as stale, transaction.atomic():
        QuickWin.locked_at_version(draft.pk, 1)
    assert stale.value.current.problem == "Baru.", "the row as it is now, to be shown beside one's own text"


def test_a_frozen_row_is_written_once(submitted: QuickWin) -> None:
    receipt = receipt_of(submitted)
    for change in (receipt.save, receipt.delete, lambda: receipt.save(update_fields=["role"])):
        with pytest.raises(TypeError, match="Submission rows are written once"):
            change()
    for refused in ("update", "delete", "bulk_update"):
        with pytest.raises(TypeError, match="written once"):
            getattr(Submission.objects.all(), refused)(*([[], []] if refused == "bulk_update" else []))
    with pytest.raises(TypeError):
        submitted.submissions.all().delete()
    with pytest.raises(TypeError):
        submitted.submissions.update(role="x")


def test_a_time_comes_with_its_person_or_not_at_all(submitted: QuickWin) -> None:
    for values in ({"answered_at": clock.now()}, {"answered_by": submitted.created_by}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Note.objects.create(
                quick_win=submitted, field="target", text="?", author=submitted.created_by, **values
            )


# --- triggers ---------------------------------------------------------------------------------------


@pytest.fixture
def table(db: None) -> Iterator[Any]:
    """A table made for this test, and a cursor on it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE coba (id integer PRIMARY KEY, beku integer, kata varchar(9))")
        cursor.execute("INSERT INTO coba VALUES (1, 1, 'a'), (2, 0, 'b')")
        yield cursor


def run(operation: RunPython, cursor: Any, *, backwards: bool = False) -> None:
    editor = SimpleNamespace(connection=connection, execute=cursor.execute)
    step = operation.reverse_code if backwards else operation.code
    assert step is not None
    step(None, editor)


def refused(cursor: Any, statement: str) -> bool:
    try:
        with transaction.atomic():
            cursor.execute(statement)
            transaction.set_rollback(True)
    except DatabaseError as error:
        return "coba is written once" in str(error)
    return False


CHANGE, REMOVE = "UPDATE coba SET kata = 'x' WHERE id = {}", "DELETE FROM coba WHERE id = {}"


def test_a_trigger_refuses_changes_until_it_is_taken_back(table: Any) -> None:
    operation = refuse_changes("coba")
    run(operation, table)
    assert [refused(table, text.format(1)) for text in (CHANGE, REMOVE)] == [True, True]
    assert not refused(table, "INSERT INTO coba VALUES (3, 0, 'c')")
    run(operation, table, backwards=True)
    assert [refused(table, text.format(1)) for text in (CHANGE, REMOVE)] == [False, False]


def test_a_trigger_may_be_narrowed_to_a_verb_and_a_condition(table: Any) -> None:
    run(refuse_changes("coba", when="OLD.beku = 1", verbs=("UPDATE",)), table)
    assert [refused(table, CHANGE.format(key)) for key in (1, 2)] == [True, False]
    assert not refused(table, REMOVE.format(1))


def test_a_condition_may_ask_another_table(table: Any) -> None:
    table.execute("CREATE TABLE kunci (id integer PRIMARY KEY)")
    table.execute("INSERT INTO kunci VALUES (2)")
    run(refuse_changes("coba", when="EXISTS (SELECT 1 FROM kunci WHERE kunci.id = OLD.id)"), table)
    assert [refused(table, text.format(key)) for text in (CHANGE, REMOVE) for key in (1, 2)] == [
        False,
        True,
    ] * 2


# --- the clock --------------------------------------------------------------------------------------


def test_the_clock_is_replayed_inside_a_block_and_only_there() -> None:
    past = datetime(2022, 10, 1, tzinfo=UTC)
    with clock.at(past), clock.at(past + timedelta(days=1)) as inner:
        assert clock.now() == inner == past + timedelta(days=1)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    with pytest.raises(ZeroDivisionError), clock.at(past):
        _ = 1 / 0
    assert clock.now() > past


def test_the_clock_of_another_thread_goes_on() -> None:
    past, seen = datetime(2022, 10, 1, tzinfo=UTC), []
    with clock.at(past):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
    assert seen[0] > past


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"), clock.at(datetime(2022, 10, 1)):  # noqa: DTZ001
        pass


# --- text -------------------------------------------------------------------------------------------


CONTROLS = [0x00, 0x07, 0x0B, 0x0C, 0x1B, 0x7F, 0x85, 0x9F]
DIRECTIONS = [0x061C, 0x200E, 0x200F, 0x202A, 0x202E, 0x2066, 0x2069]


@pytest.mark.parametrize("code", [*CONTROLS, *DIRECTIONS, 0xFEFF, 0xD800, 0xDFFF])
def test_a_hidden_character_is_named(code: int) -> None:
    assert forbidden_character(f"ab{chr(code)}c") == chr(code)
    with pytest.raises(ValidationError) as refusal:
        plain_text(f"ab{chr(code)}c")
    assert f"U+{code:04X}" in refusal.value.messages[0]
    assert "[TXT-HIDDEN]" in refusal.value.messages[0]


FAMILY = "👩\u200d👩\u200d👧"
PLAIN = [
    "",
    "a\nb\r\n\tc",
    "é e\u0301",
    FAMILY,
    "日本語",
    "ﺍﻟﻌﺮﺑﻴﺔ",
    "a\u00a0b\u2009c",
    "½ × 3 – “x”",
    "\ufffd",
]


@pytest.mark.parametrize("text", PLAIN)
def test_what_people_write_is_plain(text: str) -> None:
    """The joiner in an emoji and the spaces of typesetting hide nothing."""
    assert forbidden_character(text) is None
    plain_text(text)


TIDIED = {
    "a\r\nb": "a\nb",
    "a\rb": "a\nb",
    "a\r\r\nb": "a\n\nb",
    "a\nb": "a\nb",
    "a\0b": "ab",
    "\u202e": "\u202e",
    "": "",
}


@pytest.mark.parametrize(("text", "tidied"), TIDIED.items())
def test_tidying_touches_line_ends_and_nul_only(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


@given(st.text())
def test_tidying_twice_is_tidying_once(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert "\0" not in tidy(text)
    assert "\r" not in tidy(text)
