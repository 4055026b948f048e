"""The city's own answers: who writes them, until when, and what each needs."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from evaluations import actions
from evaluations.models import Answer
from opd.models import AuditEvent
from smartcity.lib.models import StaleVersion
from smartcity.lib.workflow import NotReady


def save(window, by, code: str = "B-1", score: str | None = "3", version: int = 0, **more: object) -> Answer:
    facts: dict[str, object] = {"text": "Matriks tindak lanjut.", "respondents": None} | more
    value = None if score is None else Decimal(score)
    return actions.save_answer(
        window=window, question_code=code, self_score=value, version=version, by=by, **facts
    )


def test_reviewer_and_planner_write_and_nobody_else(window, cast):
    for name, user in cast.items():
        if name not in ("reviewer", "planner"):
            with pytest.raises(PermissionDenied):
                save(window, user)
    assert save(window, cast["planner"]).version == 1
    assert save(window, cast["reviewer"], version=1).version == 2
    assert Answer.objects.get().updated_by == cast["reviewer"]
    assert AuditEvent.objects.filter(action="answer.save").count() == 2


@pytest.mark.parametrize(
    ("code", "score", "more", "anchor"),
    [
        ("B-1", "2.5", {}, "#id_self_score"),
        ("B-1", "1", {"text": "  "}, "#id_text"),
        ("I-GOV-1", "3.27", {}, "#id_respondents"),
        ("I-GOV-1", "3.27", {"respondents": 0}, "#id_respondents"),
    ],
    ids=["not-whole", "no-proof", "no-respondents", "zero-respondents"],
)
def test_what_an_answer_still_needs_is_said_at_its_field(window, cast, code, score, more, anchor):
    with pytest.raises(NotReady) as refusal:
        save(window, cast["planner"], code, score, **more)
    assert [problem.anchor for problem in refusal.value.problems] == [anchor]
    assert not Answer.objects.exists()


@pytest.mark.parametrize(("code", "score", "more"), [
    ("B-1", "0", {"text": ""}), ("B-1", None, {"text": "Belum ada."}),
    ("I-GOV-1", "3.27", {"respondents": 50}), ("I-GOV-1", None, {"text": ""}),
])  # fmt: skip
def test_zero_needs_no_proof_and_empty_is_allowed(window, cast, code, score, more):
    assert save(window, cast["planner"], code, score, **more).version == 1


@pytest.mark.parametrize(
    ("code", "score"),
    [("I-GOV-1", "4.5"), ("I-GOV-1", "0.9"), ("I-GOV-1", "-1"), ("B-1", "5"), ("B-1", "-1")],
)
def test_a_value_stays_on_its_scale(window, cast, code, score):
    with pytest.raises(NotReady):
        save(window, cast["planner"], code, score, respondents=50)
    assert not Answer.objects.exists()


def test_side_by_side_is_told(window, cast):
    save(window, cast["planner"])
    with pytest.raises(StaleVersion) as refusal:
        save(window, cast["reviewer"], score="4")
    assert refusal.value.current.self_score == 3
    assert save(window, cast["reviewer"], score="3").version == 1, "the same words twice are one save"


def test_an_unknown_question_is_refused(window, cast):
    with pytest.raises(PermissionDenied):
        save(window, cast["planner"], "X-1")


def test_hidden_characters_are_refused(window, cast):
    with pytest.raises(ValidationError):
        save(window, cast["planner"], text="a\u202eb")
