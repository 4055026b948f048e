"""Several people at the same moment, on a database that really lets them: PostgreSQL."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client

from opd import actions, audit, tallies
from opd.models import AuditEvent, Evidence, QuickWin, StoredFile, Submission
from smartcity.lib import files
from tests import scenarios
from tests.scenarios import House, again, typed
from tests.smartcity import pdf_makers as make_pdf

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

As = Callable[..., Client]
KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def _real_transactions(transactional_db: None) -> None:
    """Rows are committed, so that the other threads see them."""


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; return their results, or what they raised."""
    ready, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            ready.wait(10)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def posts(
    clients: Sequence[Client], address: str, data: Sequence[dict[str, Any]], **headers: Any
) -> list[Any]:
    return at_once(
        [
            lambda client=client, values=values: client.post(address, values, **headers)
            for client, values in zip(clients, data, strict=True)
        ]
    )


def consistent() -> None:
    assert list(audit.contradictions()) == []
    assert list(tallies.contradictions()) == []


def test_this_is_postgresql() -> None:
    assert connection.vendor == "postgresql"


def test_six_press_submit_at_once_and_there_is_one_receipt(complete: QuickWin, house: House, as_: As) -> None:
    heads = [as_(house.submitter) for _ in range(6)]
    answers = posts(heads, f"/quick-wins/{complete.pk}/moves/submit/", [{}] * 6)
    assert [answer.status_code for answer in answers] == [302] * 6
    assert Submission.objects.count() == complete.events.filter(move="submit").count() == 1
    told = Counter("[WF-FIRST]" in head.get("/workspace/").text for head in heads)
    assert told == {True: 5, False: 1}
    consistent()


def test_one_press_sent_six_times_is_told_of_one_receipt(complete: QuickWin, house: House, as_: As) -> None:
    heads = [as_(house.submitter) for _ in range(6)]
    answers = posts(heads, f"/quick-wins/{complete.pk}/moves/submit/", [{"key": KEY}] * 6)
    assert [answer.status_code for answer in answers] == [302] * 6
    number = Submission.objects.get().number
    assert all(number in head.get(f"/quick-wins/{complete.pk}/").text for head in heads)
    assert not any("[WF-FIRST]" in head.get("/workspace/").text for head in heads)


def test_verify_and_return_at_once_is_one_decision(submitted: QuickWin, house: House, as_: As) -> None:
    desks = [as_(house.decider) for _ in range(4)]
    moves = ["verify", "return", "verify", "return"]
    at_once(
        [
            lambda desk=desk, move=move: desk.post(
                f"/quick-wins/{submitted.pk}/moves/{move}/", {"note": "Sebab."}
            )
            for desk, move in zip(desks, moves, strict=True)
        ]
    )
    assert submitted.events.filter(move__in=moves).count() == 1
    assert again(submitted).status in ("verified", "returned")
    consistent()


def test_six_begin_at_once_and_numbers_are_distinct(house: House, as_: As) -> None:
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    data = {"opd": house.opd.pk, "dimension": dimension, "name": "Bersamaan"}
    people = [as_(house.operator) for _ in range(6)]
    answers = posts(people, "/quick-wins/new/", [data] * 6)
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302] * 6
    assert sorted(QuickWin.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    consistent()


def test_one_press_of_create_sent_six_times_makes_one(house: House, as_: As) -> None:
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    data = {"opd": house.opd.pk, "dimension": dimension, "name": "Sekali", "key": KEY}
    answers = posts([as_(house.operator) for _ in range(6)], "/quick-wins/new/", [data] * 6)
    made = QuickWin.objects.get()
    assert {answer["Location"] for answer in answers} == {f"/quick-wins/{made.pk}/edit/"}


def test_two_save_one_section_at_once_and_one_sees_both_texts(
    complete: QuickWin, house: House, as_: As
) -> None:
    people = [as_(house.operator), as_(house.submitter)]
    data = [typed(complete, "problem", problem=text) for text in ("Tulisan operator.", "Tulisan kepala.")]
    address = f"/quick-wins/{complete.pk}/sections/problem/"
    answers = posts(people, address, data, headers={"X-Requested-With": "autosave"})
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = [answer.status_code for answer in answers].index(200)
    assert again(complete).problem == data[winner]["problem"]
    conflict = answers[1 - winner].json()["conflict_html"]
    assert data[0]["problem"] in conflict
    assert data[1]["problem"] in conflict
    consistent()


def test_sections_saved_at_once_are_both_saved(complete: QuickWin, house: House, as_: As) -> None:
    changes = {
        "problem": {"problem": "Baru."},
        "target": {"target": "99"},
        "time": {"schedule": "Triwulan IV."},
    }
    browsers = [as_(house.operator) for _section in changes]
    answers = at_once(
        [
            lambda browser=browser, section=section, values=values: browser.post(
                f"/quick-wins/{complete.pk}/sections/{section}/", typed(complete, section, **values)
            )
            for browser, (section, values) in zip(browsers, changes.items(), strict=True)
        ]
    )
    assert [answer.status_code for answer in answers] == [302] * 3
    saved = again(complete)
    assert (saved.problem, saved.target, saved.schedule) == ("Baru.", 99, "Triwulan IV.")
    assert saved.version == complete.version + 3
    consistent()


def test_saving_and_submitting_at_once_never_changes_what_was_submitted(
    complete: QuickWin, house: House, as_: As
) -> None:
    operator, head = as_(house.operator), as_(house.submitter)
    data = typed(complete, "problem", problem="Di saat terakhir.")
    save, send = at_once(
        [
            lambda: operator.post(f"/quick-wins/{complete.pk}/sections/problem/", data),
            lambda: head.post(f"/quick-wins/{complete.pk}/moves/submit/"),
        ]
    )
    assert (save.status_code in (302, 403), send.status_code) == (True, 302)
    frozen = Submission.objects.get().payload["values"]["problem"]
    assert frozen == again(complete).problem
    assert (frozen == "Di saat terakhir.") == (save.status_code == 302)


def test_records_of_one_cell_submitted_at_once_are_all_counted(house: House) -> None:
    """Whoever counts before the others have committed writes an old number."""
    rows = [scenarios.complete(house) for _ in range(6)]
    results = at_once(
        [lambda pk=row.pk: actions.move(pk=pk, name="submit", by=house.submitter) for row in rows]
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert again(rows[0]).status == "submitted"
    consistent()


def test_two_that_change_places_do_not_wait_for_each_other(house: House) -> None:
    """One leaves for the dimension the other comes from: the cells are locked in one order."""
    dimensions = house.opd.city.dimension_set.dimensions
    codes = ["GOV", "LIV"]
    for _round in range(4):
        rows = [scenarios.draft(house, dimension=code) for code in codes * 2]
        targets = [dimensions.get(code=code) for code in reversed(codes * 2)]
        results = at_once(
            [
                lambda pk=row.pk, target=target: actions.save_section(
                    pk=pk,
                    section="identity",
                    values={"dimension": target},
                    unreadable={},
                    version=1,
                    by=house.operator,
                )
                for row, target in zip(rows, targets, strict=True)
            ]
        )
        assert not [result for result in results if isinstance(result, Exception)]
    consistent()


def test_one_piece_removed_twice_at_once(complete: QuickWin, house: House, as_: As) -> None:
    piece = complete.evidence.get()
    answers = posts([as_(house.operator), as_(house.submitter)], f"/evidence/{piece.pk}/remove/", [{}] * 2)
    assert sorted(answer.status_code for answer in answers) == [302, 404]
    assert AuditEvent.objects.filter(action="evidence.removed").count() == 1
    consistent()


def test_the_last_place_for_evidence_is_given_once(
    draft: QuickWin, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smartcity.lib.files.MAX_ITEMS_PER_RECORD", 3)
    results = at_once([lambda: scenarios.add_link(draft, by=house.operator) for _ in range(6)])
    assert Evidence.objects.count() == 3
    assert sorted(type(result).__name__ for result in results) == ["Evidence"] * 3 + ["Refused"] * 3


def test_notes_written_at_once_are_one_per_field(submitted: QuickWin, house: House) -> None:
    results = at_once(
        [
            lambda text=text: actions.write_note(owner=submitted, field="target", text=text, by=house.decider)
            for text in ("Satu?", "Dua?", "Tiga?")
        ]
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert submitted.notes.count() == 1
    consistent()


def test_two_reply_at_once_and_the_first_words_stay(house: House) -> None:
    quick_win = scenarios.returned(house, notes={"target": "Per tahun?"})
    note = quick_win.notes.get()
    results = at_once(
        [
            lambda text=text, by=by: actions.reply_to_note(note=note, reply=text, by=by)
            for text, by in (("Ya.", house.operator), ("Tidak.", house.submitter))
        ]
    )
    assert sorted(type(result).__name__ for result in results) == ["NotReady", "Note"]


def test_the_same_file_brought_twice_at_once_is_stored_once(
    house: House, as_: As, private_files: Path
) -> None:
    rows, content = [scenarios.draft(house) for _ in range(2)], make_pdf.pdf(1)
    browsers = [as_(house.operator) for _ in rows]
    answers = at_once(
        [
            lambda browser=browser, pk=row.pk: browser.post(
                f"/quick-wins/{pk}/evidence/", {"file": SimpleUploadedFile("laporan.pdf", content)}
            )
            for browser, row in zip(browsers, rows, strict=True)
        ]
    )
    assert [getattr(answer, "status_code", answer) for answer in answers] == [302, 302]
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (2, 1)
    assert files.is_intact(StoredFile.objects.get().sha256)
    consistent()
