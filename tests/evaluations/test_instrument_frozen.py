"""A version in use by a window is frozen in the database: no code, no SQL and no admin page changes it."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from dimensions.models import SmartDimension
from evaluations.instrument_file import InstrumentRefused
from evaluations.loading import load
from evaluations.models import Area, EvaluationWindow, Instrument, Question, RubricLevel, Section
from smartcity.lib.triggers import allow_changes, refuse_changes
from tests.evaluations.builders import as_file, raw_refused

pytestmark = pytest.mark.django_db

CHANGES = {
    "question-text": lambda: Question.objects.filter(code="B-1").update(text="Lain."),
    "question-gone": lambda: Question.objects.filter(code="B-1").delete(),
    "weight": lambda: Section.objects.filter(code="BASE").update(weight=Decimal(50)),
    "section-gone": lambda: Section.objects.get(code="QW").questions.all().delete(),
    "area": lambda: Area.objects.update(name="Lain"),
    "rubric": lambda: RubricLevel.objects.filter(score=4).update(meaning="Lain."),
    "rubric-gone": lambda: RubricLevel.objects.filter(score=4).delete(),
    "title": lambda: Instrument.objects.update(title="Lain"),
    "saved": lambda: Question.objects.get(code="B-1").save(),
    "new-area": lambda: Area.objects.create(
        instrument=Instrument.objects.get(), code="baru", order=9, name="Baru"
    ),
    "new-level": lambda: RubricLevel.objects.create(
        instrument=Instrument.objects.get(), rubric="X", score=1, label="a", meaning="b"
    ),
}


def rows() -> list[list[dict]]:
    """Every row of every table of instruments, as the database has it."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (Instrument, Section, Area, RubricLevel, Question)
    ]


@pytest.mark.parametrize("name", CHANGES)
def test_no_row_of_a_version_in_use_changes(name: str, window: EvaluationWindow) -> None:
    before = rows()
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        CHANGES[name]()
    assert rows() == before


@pytest.mark.parametrize("name", CHANGES)
def test_a_version_nobody_uses_may_change(name: str, instrument: Instrument) -> None:
    CHANGES[name]()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluations_question SET text = 'x'",
        "UPDATE evaluations_section SET weight = 50",
        "UPDATE evaluations_area SET name = 'x'",
        "UPDATE evaluations_rubriclevel SET meaning = 'x'",
        "UPDATE evaluations_instrument SET year = 2030",
        "DELETE FROM evaluations_question",
        "DELETE FROM evaluations_rubriclevel",
    ],
)
def test_raw_sql_is_refused_as_well(statement: str, window: EvaluationWindow) -> None:
    with raw_refused() as cursor:
        cursor.execute(statement)


def test_no_question_moves_into_a_version_in_use(window: EvaluationWindow, small: dict) -> None:
    small["instrument"]["version"] = 2
    other = load(as_file(small))
    with raw_refused() as cursor:
        cursor.execute(
            "UPDATE evaluations_rubriclevel SET instrument_id = %s, rubric = 'NEU' WHERE instrument_id = %s",
            [window.instrument_id, other.pk],
        )


def test_a_window_that_turns_to_another_version_lets_the_first_one_go(
    window: EvaluationWindow, small: dict
) -> None:
    small["instrument"]["version"] = 2
    first, second = window.instrument, load(as_file(small))
    EvaluationWindow.objects.filter(pk=window.pk).update(instrument=second)
    first.questions.filter(code="B-1").update(text="Lain.")
    with pytest.raises(DatabaseError, match="written once"), transaction.atomic():
        second.questions.filter(code="B-1").update(text="Lain.")


def test_the_names_of_a_set_somebody_is_judged_by_stay(window: EvaluationWindow, small: dict) -> None:
    small["instrument"]["version"] = 2
    small["dimension_set"]["dimensions"][0]["name_id"] = "Nama Lain"
    with pytest.raises(InstrumentRefused, match="INS-SET"):
        load(as_file(small))
    assert SmartDimension.objects.get(code="GOV").name == "Smart Governance"


def test_the_triggers_are_there_for_every_table() -> None:
    """A later migration that builds one of the tables anew would lose them without a word."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        names = {name for (name,) in cursor.fetchall()}
    for part in ("section", "area", "rubriclevel", "question"):
        assert {f"evaluations_{part}_no_{verb}" for verb in ("insert", "update", "delete")} <= names
    assert {"evaluations_instrument_no_update", "evaluations_instrument_no_delete"} <= names


class _Editor:
    """As much of a schema editor as the operations use; Django's own refuses to begin inside a test."""

    connection = connection

    def execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_later_migration_can_lift_the_refusal_and_put_it_back(window: EvaluationWindow) -> None:
    allow_changes("evaluations_area", verbs=("UPDATE",)).code(None, _Editor())
    assert Area.objects.filter(code="gov").update(name="Lain") == 1
    refuse_changes("evaluations_area", when="OLD.id > 0", verbs=("UPDATE",)).code(None, _Editor())
    with raw_refused() as cursor:
        cursor.execute("UPDATE evaluations_area SET name = 'x'")
