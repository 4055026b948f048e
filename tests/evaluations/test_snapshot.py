"""The past cannot change: what was frozen at the opening is what is judged, whatever happens to the rows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from evaluations import actions, freezing
from evaluations.models import Snapshot, SnapshotItem
from opd.models import Evidence, QuickWin, StoredFile
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests.evaluations.builders import CLOSES, OPENS, raw_refused

SHA = "ab" * 32


@pytest.fixture
def snapshot(window, seat, colleague_seat, verified, cast) -> Snapshot:
    stored = StoredFile.objects.create(sha256=SHA, media_type="application/pdf", size=10, pages=3)
    Evidence.objects.create(
        quick_win=verified, kind="report", title="Rekap rujukan", stored_file=stored, page="2",
        document_date=date(2022, 8, 31), uploaded_by=cast["operator"],
    )  # fmt: skip
    actions.save_answer(
        window=window,
        question_code="B-1",
        self_score=Decimal(3),
        text="Ada matriks.",
        version=0,
        by=cast["planner"],
    )
    actions.save_answer(
        window=window, question_code="I-GOV-1", self_score=Decimal("3.27"), respondents=50, version=0,
        by=cast["reviewer"],
    )  # fmt: skip
    with clock.at(OPENS):
        return actions.open_window(window, by=cast["reviewer"])


def test_it_holds_verified_quick_wins_their_evidence_and_the_answers(snapshot, verified, dinkes, cast, city):
    items = {item.key: item for item in snapshot.items.all()}
    assert {(item.kind, key) for key, item in items.items()} == {
        ("quick_win", "QW-2022-0001"), ("answer", "B-1"), ("answer", "I-GOV-1")}  # fmt: skip
    assert items["QW-2022-0001"].payload["title"] == "TOSSA"
    assert items["QW-2022-0001"].payload["evidence"][0]["sha256"] == SHA
    assert items["I-GOV-1"].payload == {
        "schema": 1, "question": "I-GOV-1", "self_score": "3.27", "respondents": 50, "figures": None,
        "text": "", "opd": "", "evidence": [], "sample": False,
    }  # fmt: skip
    assert snapshot.payload["instrument"]["digest"] == snapshot.window.instrument.digest
    assert snapshot.evidence(SHA)["title"] == "Rekap rujukan"
    assert snapshot.evidence("cd" * 32) is None
    assert snapshot.evidence("") is None


@pytest.mark.parametrize("status", ["draft", "proposed", "submitted", "returned"])
def test_what_is_not_verified_is_not_judged(window, seat, colleague_seat, verified, cast, status):
    QuickWin.objects.filter(pk=verified.pk).update(status=status)
    snapshot = actions.open_window(window, by=cast["reviewer"])
    assert not snapshot.items.exists()


def test_other_years_and_cities_stay_out(window, seat, colleague_seat, verified, cast, other_city):
    QuickWin.objects.filter(pk=verified.pk).update(year=2021)
    snapshot = actions.open_window(window, by=cast["reviewer"])
    assert not snapshot.items.exists()


def test_later_edits_leave_it_alone(snapshot, verified):
    before = {item.key: item.payload for item in snapshot.items.all()}
    verified.acronym, verified.problem = "LAIN", "Diubah sesudahnya."
    verified.save()
    verified.evidence.all().delete()
    again = Snapshot.objects.get()
    assert {item.key: item.payload for item in again.items.all()} == before
    assert again.evidence(SHA) is not None


def test_digests_cover_content_and_list(snapshot):
    assert snapshot.digest == digest_of(snapshot.payload)
    listed = {tuple(row) for row in snapshot.payload["items"]}
    assert listed == {(item.kind, item.key, item.digest) for item in snapshot.items.all()}
    assert all(item.digest == digest_of(item.payload) for item in snapshot.items.all())
    assert list(freezing.contradictions()) == []


def test_answers_are_frozen_too_and_later_words_are_kept(snapshot, window, cast):
    with pytest.raises(actions.TooLate):
        actions.save_answer(
            window=window, question_code="B-1", self_score=Decimal(4), text="Ternyata lebih.", version=1,
            by=cast["planner"],
        )  # fmt: skip
    assert window.answers.get(question__code="B-1").self_score == 3
    assert window.late_entries.get().remark == "Ternyata lebih."


@pytest.mark.parametrize("model", [Snapshot, SnapshotItem])
def test_the_model_refuses_a_second_write(snapshot, model):
    row = model.objects.first()
    row.digest = ""
    for attempt in (row.save, row.delete, lambda: model.objects.update(digest=""), model.objects.all().delete,
                    lambda: model.objects.bulk_update([row], ["digest"])):  # fmt: skip
        with pytest.raises(TypeError):
            attempt()


@pytest.mark.parametrize("table", ["snapshot", "snapshotitem", "result", "lateentry"])
@pytest.mark.parametrize("sql", ["UPDATE evaluations_{} SET id = id", "DELETE FROM evaluations_{}"])
def test_the_database_refuses_it_too(snapshot, window, cast, table, sql):
    with pytest.raises(actions.TooLate):
        actions.save_answer(
            window=window, question_code="B-1", self_score=None, version=0, by=cast["planner"]
        )
    with clock.at(CLOSES):
        actions.close_window(window)
    with raw_refused() as cursor:
        cursor.execute(sql.format(table))


@pytest.mark.parametrize(
    "column",
    ["status = 'open'", "closes_at = opens_at", "instrument_id = 0"],
    ids=["status", "time", "instrument"],
)
def test_a_closed_window_never_opens_again(snapshot, window, column):
    with clock.at(CLOSES):
        actions.close_window(window)
    with raw_refused() as cursor:
        cursor.execute(f"UPDATE evaluations_evaluationwindow SET {column}")


def test_an_open_window_may_still_be_extended_in_the_database(snapshot, window, cast):
    actions.extend_window(window, until=CLOSES + timedelta(days=1), reason="Alasan.", by=cast["reviewer"])


def test_a_tampered_row_is_named(snapshot):
    """Whoever switches the triggers off is found by the digests."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute('DROP TRIGGER "evaluations_snapshotitem_no_update"')
        else:
            cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE evaluations_snapshotitem SET payload = '{}' WHERE key = 'B-1'")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = origin")
    assert [text for text in freezing.contradictions() if "content and digest differ" in text]
