"""Nothing contradicts itself after a whole window; whatever is tampered with is named."""

from decimal import Decimal

import pytest
from django.db import connection

from evaluations import actions, invariants
from evaluations.actions import clarifications, officials
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, score_all
from tests.evaluations.desk import ask


@pytest.fixture
def whole(open_window, seat, colleague_seat, cast):
    item = ask(colleague_seat, "Q-LIV-1", at=clock.now())
    clarifications.send_reply(pk=item.pk, text="Ini.", version=item.version, by=cast["operator"])
    for one in (seat, colleague_seat):
        score_all(one)
        actions.hand_in(seat=one, by=one.user)
    with clock.at(CLOSES):
        actions.close_window(open_window)
        _published_letter(open_window, cast)
    return open_window


def _published_letter(window, cast):
    facts = {"letter_number": "B-1", "letter_date": CLOSES.date(), "index": Decimal("3.10"), "values": {}}
    row = officials.enter_official(by=cast["reviewer"], city=window.city, window=window, values=facts)
    officials.move_official(pk=row.pk, name="publish", by=cast["planner"], version=row.version)


def test_a_window_from_beginning_to_end_agrees_with_itself(whole):
    assert list(invariants.contradictions()) == []


@pytest.mark.parametrize(
    ("table", "change", "sentence"),
    [
        ("score", "value = 0", "scores and receipt differ"),
        ("handin", "payload = '{\"scores\": {}}'", "content and digest differ"),
        ("clarification", "answer = 'Lain'", "clarification and receipt differ"),
        ("clarification", "due_at = '2030-01-01'", "due after its window closes"),
        ("clarificationreceipt", "digest = 'x'", "content and digest differ"),
        ("result", "payload = '{}'", "result"),
        ("snapshot", "digest = 'x'", "content and digest differ"),
        ("officialresult", '"index" = 3.9', "content and publication differ"),
    ],
)
def test_whoever_goes_round_the_triggers_is_found(whole, table, change, sentence):
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "evaluations_{table}_no_update"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"UPDATE evaluations_{table} SET {change}")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    assert any(sentence in text for text in invariants.contradictions())
