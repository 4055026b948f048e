"""Would the matrix notice? Each mutant removes one rule; a cell of the matrix must then come out otherwise."""

from dataclasses import replace
from typing import Any

import pytest

from evaluations import rules as evaluation_rules
from evaluations.models import CitySubmission, Clarification, EvaluationWindow, OfficialResult, Snapshot
from evaluations.workflow import CLARIFICATION, OFFICIAL, SUBMISSION, WINDOW
from opd import rules as opd_rules
from opd.models import Evidence, QuickWin, Submission, User
from opd.workflow import QUICK_WIN
from reports import rules as report_rules
from reports.models import Minutes, Report
from surveys import rules as survey_rules
from surveys.models import Round, Sheet
from surveys.workflow import ROUND
from tests.permissions.test_matrix import ACTORS, MATRIX, ROUTES, ask
from tests.permissions.world import World

pytestmark = pytest.mark.django_db


def everyone(*args: Any, **kwargs: Any) -> bool:
    return True


def every_row(self: Any, user: User) -> Any:
    return self.all()


#: The rule that is removed, and the action, state and actor whose cell must change.
RULES = (
    (opd_rules, "may_edit", "open the form", "submitted", "reviewer"),
    (opd_rules, "may_list", "list quick wins", "-", "assessor"),
    (opd_rules, "may_review_queue", "read the queue", "-", "leadership"),
    (opd_rules, "may_see_board", "read the board", "-", "assessor"),
    (opd_rules, "may_write_reminders", "take the reminder's text", "-", "operator"),
    (opd_rules, "may_set_periods", "set the periods", "-", "planner"),
    (opd_rules, "may_note", "write a note", "submitted", "auditor"),
    (opd_rules, "may_reply", "reply to a note", "returned", "reviewer"),
    (evaluation_rules, "may_see_dashboard", "read the dashboard", "-", "operator"),
    (evaluation_rules, "may_prepare_in", "prepare a window", "-", "planner"),
    (evaluation_rules, "may_prepare", "read seats", "draft", "leadership"),
    (evaluation_rules, "may_read_answers", "read answers", "open", "assessor"),
    (evaluation_rules, "may_write_answers", "write an answer", "draft", "auditor"),
    (evaluation_rules, "may_read_desk", "read the desk", "-", "administrator"),
    (evaluation_rules, "may_reply", "save a reply", "asked", "reviewer"),
    (evaluation_rules, "may_read_years", "read the index of years", "-", "assessor"),
    (evaluation_rules, "may_enter_official", "prepare a letter", "-", "planner"),
    (evaluation_rules, "may_change_official", "open a letter's form", "draft", "planner"),
    (evaluation_rules, "is_assessor", "list sheets", "-", "reviewer"),
    (evaluation_rules, "may_read_rehearsals", "list rehearsals", "-", "assessor"),
    (evaluation_rules, "may_rehearse", "prepare a rehearsal", "ready", "planner"),
    (report_rules, "may_read_in", "list reports", "-", "operator"),
    (report_rules, "may_ask_in", "ask for a report", "-", "auditor"),
    (report_rules, "may_make_minutes", "make the minutes", "closed", "auditor"),
    (report_rules, "may_retry", "retry a report", "failed", "auditor"),
    (survey_rules, "may_list", "list surveys", "-", "assessor"),
    (survey_rules, "may_prepare_in", "prepare a survey", "-", "operator"),
    (survey_rules, "may_prepare", "open a survey's form", "open", "reviewer"),
    (survey_rules, "owns", "confirm a service", "draft", "planner"),
    (survey_rules, "may_help", "help a respondent", "open", "auditor"),
    (survey_rules, "may_recap", "open a recap", "closed", "leadership"),
)
MOVES = (
    (QUICK_WIN, "propose", "propose", "draft", "head"),
    (QUICK_WIN, "recall", "recall", "proposed", "head"),
    (QUICK_WIN, "send_back", "send back", "proposed", "operator"),
    (QUICK_WIN, "submit", "submit", "draft", "operator"),
    (QUICK_WIN, "return", "return", "submitted", "home_reviewer"),
    (QUICK_WIN, "verify", "verify", "submitted", "auditor"),
    (QUICK_WIN, "reopen", "reopen", "verified", "leadership"),
    (WINDOW, "open", "open a window", "draft", "planner"),
    (WINDOW, "close", "close a window", "open", "planner"),
    (ROUND, "open", "open a survey", "ready", "head"),
    (ROUND, "close", "close a survey", "open", "auditor"),
    (OFFICIAL, "publish", "publish a letter", "draft", "reviewer"),
    (OFFICIAL, "withdraw", "withdraw a letter", "published", "leadership"),
    (SUBMISSION, "propose", "propose a submission", "ready", "planner"),
    (SUBMISSION, "recall", "take a submission back", "proposed", "planner"),
    (SUBMISSION, "return", "return a submission", "proposed", "reviewer"),
    (CLARIFICATION, "withdraw", "withdraw a question", "asked", "operator"),
)
QUERYSETS = (
    (QuickWin, "read a quick win", "draft", "reviewer"),
    (QuickWin, "read a quick win", "submitted", "leadership"),
    (Evidence, "read evidence", "draft", "auditor"),
    (Submission, "read a receipt", "submitted", "other_operator"),
    (EvaluationWindow, "read the result", "open", "other_operator"),
    (EvaluationWindow, "read a rehearsal", "rehearsal", "assessor"),
    (Snapshot, "read the material", "open", "conflicted"),
    (CitySubmission, "read a submission's receipt", "submitted", "operator"),
    (Clarification, "read an item", "asked", "other_assessor"),
    (OfficialResult, "read a letter", "draft", "leadership"),
    (Report, "read a report", "ready", "operator"),
    (Minutes, "take the minutes along", "made", "operator"),
    (Round, "read a survey", "draft", "other_operator"),
    (Sheet, "hand out a survey", "open", "assessor"),
)


@pytest.mark.parametrize(
    ("module", "name", "action", "state", "actor"),
    RULES,
    ids=[f"{row[0].__name__} {row[1]}" for row in RULES],
)
def test_a_missing_rule_is_noticed(
    module: Any,
    name: str,
    action: str,
    state: str,
    actor: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, name, everyone)
    assert_noticed(world, action, state, actor)


@pytest.mark.parametrize(
    ("workflow", "name", "action", "state", "actor"), MOVES, ids=[row[2] for row in MOVES]
)
def test_an_open_move_is_noticed(
    workflow: Any,
    name: str,
    action: str,
    state: str,
    actor: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(workflow.moves, name, replace(workflow.moves[name], who=everyone))
    assert_noticed(world, action, state, actor)


@pytest.mark.parametrize(
    ("model", "action", "state", "actor"), QUERYSETS, ids=[f"{row[0].__name__} {row[2]}" for row in QUERYSETS]
)
def test_a_query_without_its_person_is_noticed(
    model: Any,
    action: str,
    state: str,
    actor: str,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(type(model._default_manager.all()), "visible_to", every_row)
    monkeypatch.setattr(
        type(model._default_manager), "visible_to", lambda self, user: self.all(), raising=False
    )
    assert_noticed(world, action, state, actor)


def assert_noticed(world: World, action: str, state: str, actor: str) -> None:
    """At least one route of the action answers this actor otherwise than the matrix says, or shows a canary."""
    assert actor in ACTORS
    row = next(row for row in MATRIX if row["action"] == action and row["state"] == state)
    outcomes = []
    for route in (route for route in ROUTES if route["action"] == action):
        shown: list[str] = []
        code = ask(world, route, state, actor, shown)
        outcomes.append(code != row[actor] or bool(shown))
    assert any(outcomes)
