"""The score workbook: made for one seat, read back row by row, saved after consent, seen by nobody else."""

import io
import logging
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from evaluations import actions
from evaluations.models import EvaluationWindow, LateEntry, Score, Seat
from evaluations.score_book import layout
from opd.models import AuditEvent, User
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, OPENS, areas, score_all

pytestmark = pytest.mark.django_db
CANARY = "KANARI-CATATAN-ASESOR"


@pytest.fixture
def browser(open_window: EvaluationWindow, cast: dict[str, User]) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast["assessor"])
    return client


@pytest.fixture
def mine(open_window: EvaluationWindow, cast: dict[str, User]) -> Seat:
    return Seat.objects.select_related("window__instrument", "window__city", "user").get(
        user=cast["assessor"]
    )


type Edit = Callable[[Any], None]


def taken(browser: Client, window: EvaluationWindow) -> openpyxl.Workbook:
    answer = browser.get(reverse("evaluations:score_book_file", args=[window.pk]))
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def fill(book: openpyxl.Workbook, rows: dict[str, tuple[Any, ...]]) -> openpyxl.Workbook:
    """Type score, remark and reason beside the codes."""
    page = book["Nilai"]
    for row in page.iter_rows(min_row=2):
        for offset, typed in enumerate(rows.get(row[0].value, ())):
            page.cell(row[0].row, layout.VALUE + offset).value = typed
    return book


def brought(browser: Client, window: EvaluationWindow, book: openpyxl.Workbook | bytes) -> Any:
    content = book
    if not isinstance(content, bytes):
        buffer = io.BytesIO()
        content.save(buffer)
        content = buffer.getvalue()
    upload = SimpleUploadedFile("nilai.xlsx", content)
    return browser.post(reverse("evaluations:score_book", args=[window.pk]), {"file": upload})


def consent(browser: Client, window: EvaluationWindow, preview: Any, *codes: str) -> Any:
    held = re.search(r'name="rows" value="([^"]+)"', preview.content.decode())
    assert held
    data = {"rows": held[1], "row": list(codes)}
    return browser.post(reverse("evaluations:score_book_save", args=[window.pk]), data, follow=True)


def values(seat: Seat) -> dict[str, int | None]:
    return dict(Score.objects.of_seat(seat).values_list("question__code", "value"))


# --- taking it along -----------------------------------------------------------------------------


def test_it_holds_the_questions_of_the_seat(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    actions.save_score(seat=mine, question_code="B-1", value=2, remark="=1+1", version=0, by=mine.user)
    book = taken(browser, open_window)
    assert book.sheetnames == ["Nilai", "Petunjuk", "Portal"]
    page = book["Nilai"]
    rows = {row[0].value: row for row in page.iter_rows(min_row=2)}
    assert list(rows) == ["B-1", "B-2", "I-GOV-2", "Q-GOV-1"]
    assert rows["B-1"][layout.RUBRIC - 1].value.startswith("4 Tingkat 4: Arti 4.")
    assert (rows["B-1"][layout.VALUE - 1].value, rows["B-1"][layout.REMARK - 1].value) == (2, "=1+1")
    assert rows["B-1"][layout.REMARK - 1].data_type == "s"  # text, not a formula
    assert rows["B-2"][layout.VALUE - 1].value is None
    assert page.protection.sheet
    assert book["Portal"].sheet_state == "hidden"
    locked = [cell.protection.locked for cell in rows["B-1"]]
    assert locked == [True] * 5 + [False] * 3
    lists = [rule for rule in page.data_validations.dataValidation if rule.type == "list"]
    assert [(rule.formula1, str(rule.sqref)) for rule in lists] == [('"0,1,2,3,4"', "F2 F3 F4 F5")]
    snapshot = open_window.snapshot()
    assert snapshot is not None
    guide = "\n".join(str(row[0].value) for row in book["Petunjuk"].iter_rows())
    assert snapshot.digest in guide
    assert f"Kursi {mine.pk}." in guide


def test_taking_it_is_written_down(browser: Client, open_window: EvaluationWindow, mine: Seat) -> None:
    taken(browser, open_window)
    event = AuditEvent.objects.get(action="seat.workbook_taken")
    assert (event.actor, event.object_id, event.before, event.after) == (mine.user, str(mine.pk), "", "")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assessor", 200), ("colleague", 200), ("reviewer", 404), ("planner", 404), ("auditor", 404),
        ("leader", 404), ("operator", 404), ("outsider", 404), ("administrator", 404),
    ],
)  # fmt: skip
def test_who_may_take_it(open_window: EvaluationWindow, cast: dict[str, User], name: str, code: int) -> None:
    client = Client()
    client.force_login(cast[name])
    assert client.get(reverse("evaluations:score_book_file", args=[open_window.pk])).status_code == code
    assert client.get(reverse("evaluations:score_book", args=[open_window.pk])).status_code == code


def test_without_a_declaration_there_is_none(
    open_window: EvaluationWindow, mine: Seat, browser: Client
) -> None:
    Seat.objects.filter(pk=mine.pk).update(declared_at=None)
    page = browser.get(reverse("evaluations:score_book", args=[open_window.pk]))
    assert page["Location"] == reverse("evaluations:declare", args=[open_window.pk])
    assert browser.get(reverse("evaluations:score_book_file", args=[open_window.pk])).status_code == 403
    Seat.objects.filter(pk=mine.pk).update(declared_at=OPENS, conflict="Saudara.")
    for name in ("score_book", "score_book_file"):
        assert browser.get(reverse(f"evaluations:{name}", args=[open_window.pk])).status_code == 404


# --- bringing it back ----------------------------------------------------------------------------


def test_what_is_filled_in_is_shown_then_saved(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    actions.save_score(seat=mine, question_code="B-2", value=2, remark="Sebagian.", version=0, by=mine.user)
    book = fill(
        taken(browser, open_window),
        {"B-1": (3,), "B-2": (4, "Diukur."), "I-GOV-2": (None, "", "Tak ada")},
    )
    preview = brought(browser, open_window, book)
    text = preview.content.decode()
    assert preview.status_code == 200
    assert "2 baru, 1 berubah" in text
    assert "<del>" in text
    assert "Sebagian." in text
    assert values(mine) == {"B-2": 2}  # nothing is saved by looking
    done = consent(browser, open_window, preview, "B-1", "B-2", "I-GOV-2")
    assert "3 nilai disimpan dari lembar kerja." in done.content.decode()
    assert values(mine) == {"B-1": 3, "B-2": 4, "I-GOV-2": None}
    assert Score.objects.get(question__code="I-GOV-2").reason == "Tak ada"
    assert Score.objects.get(question__code="B-2").version == 2
    assert AuditEvent.objects.filter(action="score.save").count() == 4


def test_pressing_twice_saves_once(browser: Client, open_window: EvaluationWindow, mine: Seat) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (3,), "B-2": (2,)}))
    consent(browser, open_window, preview, "B-1", "B-2")
    again = consent(browser, open_window, preview, "B-1", "B-2")
    assert again.status_code == 200
    assert set(Score.objects.of_seat(mine).values_list("version", flat=True)) == {1}
    assert AuditEvent.objects.filter(action="score.save").count() == 2


def test_only_chosen_rows_are_saved(browser: Client, open_window: EvaluationWindow, mine: Seat) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (3,), "B-2": (2,)}))
    assert "BOOK-CHOICE" in consent(browser, open_window, preview).content.decode()
    consent(browser, open_window, preview, "B-2", "Q-LIV-1")
    assert values(mine) == {"B-2": 2}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("3,5",), "BOOK-NUMBER"), ((3.5,), "BOOK-NUMBER"), (("tiga",), "BOOK-NUMBER"), ((True,), "BOOK-NUMBER"),
        ((-1,), "BOOK-RUBRIC"), ((5,), "BOOK-RUBRIC"), ((1e300,), "BOOK-NUMBER"), (("=1+2",), "BOOK-FORMULA"),
        ((0,), "BOOK-REMARK"), ((1, " "), "BOOK-REMARK"), ((4, None), "BOOK-REMARK"), ((3, "=A1"), "BOOK-FORMULA"),
        ((3, "a" * 4001), "BOOK-LONG"), ((3, "ba\u202ehaya"), "TXT-HIDDEN"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_taken_says_why(
    browser: Client, open_window: EvaluationWindow, mine: Seat, typed: tuple[Any, ...], code: str
) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": typed, "B-2": (3,)}))
    text = preview.content.decode()
    assert "1 baru, 1 ditolak" in text
    assert code in text
    consent(browser, open_window, preview, "B-1", "B-2")  # a box nobody offered
    assert "B-1" not in values(mine)


def test_text_that_is_a_whole_number_counts(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    preview = brought(
        browser, open_window, fill(taken(browser, open_window), {"B-1": (" 3 ",), "B-2": (2.0,)})
    )
    consent(browser, open_window, preview, "B-1", "B-2")
    assert values(mine) == {"B-1": 3, "B-2": 2}


@pytest.mark.parametrize(
    ("code", "why"),
    [("Q-LIV-1", "BOOK-AREA"), ("I-GOV-1", "BOOK-SURVEY"), ("X-9", "BOOK-QUESTION"), ("B-2", "BOOK-TWICE")],
)
def test_a_question_that_is_not_yours_is_refused(
    browser: Client, open_window: EvaluationWindow, mine: Seat, code: str, why: str
) -> None:
    book = taken(browser, open_window)
    book["Nilai"]["A2"].value, book["Nilai"]["F2"].value = code, 3
    text = brought(browser, open_window, book).content.decode()
    assert why in text
    assert values(mine) == {}


def test_an_empty_cell_takes_nothing_away(browser: Client, open_window: EvaluationWindow, mine: Seat) -> None:
    actions.save_score(seat=mine, question_code="B-1", value=4, remark="Bagus.", version=0, by=mine.user)
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (None, None)}))
    assert "Semua baris sama" in preview.content.decode()
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (3, None)}))
    consent(browser, open_window, preview, "B-1")
    assert Score.objects.get(question__code="B-1").facts() == {"value": 3, "remark": "Bagus.", "reason": ""}


def test_words_of_two_lines_are_the_same_words(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    """A form sends CR LF, a cell holds LF."""
    actions.save_score(
        seat=mine, question_code="B-1", value=4, remark="Satu.\r\nDua.", version=0, by=mine.user
    )
    assert "Semua baris sama" in brought(browser, open_window, taken(browser, open_window)).content.decode()


# --- side by side --------------------------------------------------------------------------------


def test_what_the_portal_got_since_the_download_is_a_conflict(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    book = fill(taken(browser, open_window), {"B-1": (2, "Dari lembar kerja.")})
    actions.save_score(
        seat=mine, question_code="B-1", value=3, remark="Dari portal.", version=0, by=mine.user
    )
    actions.save_score(
        seat=mine, question_code="B-2", value=3, version=0, by=mine.user
    )  # untouched in the workbook
    preview = brought(browser, open_window, book)
    text = preview.content.decode()
    assert "1 berbenturan" in text
    assert "Dari portal." in text
    assert "Dari lembar kerja." in text
    assert "checked" not in text  # a conflict is never chosen by itself
    assert values(mine) == {"B-1": 3, "B-2": 3}
    consent(browser, open_window, preview, "B-1")
    assert values(mine) == {"B-1": 2, "B-2": 3}


def test_what_changes_between_look_and_consent_is_not_overwritten(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (2,), "B-2": (2,)}))
    actions.save_score(seat=mine, question_code="B-2", value=3, version=0, by=mine.user)
    answer = consent(browser, open_window, preview, "B-1", "B-2")
    assert answer.status_code == 409
    assert "VER-STALE" in answer.content.decode()
    assert values(mine) == {"B-2": 3}  # all or none
    consent(browser, open_window, answer, "B-1", "B-2")
    assert values(mine) == {"B-1": 2, "B-2": 2}


def test_a_score_untouched_in_the_workbook_does_not_undo_a_newer_one(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    saved = actions.save_score(seat=mine, question_code="B-1", value=2, version=0, by=mine.user)
    book = taken(browser, open_window)
    actions.save_score(seat=mine, question_code="B-1", value=3, version=saved.version, by=mine.user)
    assert "Semua baris sama" in brought(browser, open_window, book).content.decode()


# --- whose workbook ------------------------------------------------------------------------------


def test_a_colleagues_workbook_is_refused(
    browser: Client, open_window: EvaluationWindow, cast: dict[str, User]
) -> None:
    other = Client()
    other.force_login(cast["colleague"])
    answer = brought(browser, open_window, taken(other, open_window))
    assert answer.status_code == 422
    assert "BOOK-SEAT" in answer.content.decode()


def test_a_workbook_of_another_window_or_version_is_refused(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    for change, code in (
        ({"window": mine.window_id + 1}, "BOOK-WINDOW"),
        ({"snapshot": "0" * 64}, "BOOK-FROZEN"),
    ):
        book = taken(browser, open_window)
        cells = [row[0] for row in book["Portal"].iter_rows()]
        note = layout.read_note([cell.value for cell in cells])
        changed = layout.Note(
            **{name: change.get(name, getattr(note, name)) for name in note.__dataclass_fields__}
        )
        cells[0].value = layout.sign(changed)[0]
        assert code in brought(browser, open_window, book).content.decode()


def test_a_changed_note_is_refused(browser: Client, open_window: EvaluationWindow) -> None:
    for spoil in (lambda text: text[:-2] + "xx", lambda text: "", lambda text: "=1+1"):
        book = taken(browser, open_window)
        cell = book["Portal"]["A1"]
        cell.value = spoil(cell.value)
        answer = brought(browser, open_window, book)
        assert answer.status_code == 422
        assert "BOOK-NOTE" in answer.content.decode()


def test_a_preview_of_another_seat_is_refused(
    browser: Client, open_window: EvaluationWindow, mine: Seat, cast: dict[str, User]
) -> None:
    other = Client()
    other.force_login(cast["colleague"])
    preview = brought(other, open_window, fill(taken(other, open_window), {"B-1": (3,)}))
    assert "BOOK-OLD" in consent(browser, open_window, preview, "B-1").content.decode()
    assert not Score.objects.exists()


# --- hostile files -------------------------------------------------------------------------------


def test_a_hidden_sheet_is_refused(browser: Client, open_window: EvaluationWindow) -> None:
    book = taken(browser, open_window)
    book.create_sheet("Rahasia").sheet_state = "veryHidden"
    answer = brought(browser, open_window, book)
    assert "BOOK-HIDDEN" in answer.content.decode()
    assert "Rahasia" in answer.content.decode()


def test_ten_thousand_rows_are_refused(browser: Client, open_window: EvaluationWindow) -> None:
    book = taken(browser, open_window)
    for row in range(6, 10_006):
        book["Nilai"].cell(row, 1).value = f"X-{row}"
    assert "BOOK-ROWS" in brought(browser, open_window, book).content.decode()


def test_a_moved_column_is_refused(browser: Client, open_window: EvaluationWindow) -> None:
    book = taken(browser, open_window)
    book["Nilai"].insert_cols(1)
    assert "BOOK-COLUMNS" in brought(browser, open_window, book).content.decode()
    book = taken(browser, open_window)
    del book["Nilai"]
    assert "BOOK-SHEET" in brought(browser, open_window, book).content.decode()


def test_a_zip_bomb_is_refused(browser: Client, open_window: EvaluationWindow) -> None:
    buffer = io.BytesIO()
    taken(browser, open_window).save(buffer)
    bomb = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content + b" " * 80_000_000 if name.endswith("sheet1.xml") else content)
    assert len(bomb.getvalue()) < 1_000_000
    answer = brought(browser, open_window, bomb.getvalue())
    assert (answer.status_code, "IMP-BOMB" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "IMP-EMPTY"), (b"%PDF-1.7", "BOOK-SHEET"), (b"PK\x03\x04 nothing", "IMP-BROKEN"),
        (b"Kode;Nilai\nB-1;3\n", "BOOK-SHEET"), (b"PK" + b"0" * 1_100_000, "BOOK-SIZE"),
    ],
)  # fmt: skip
def test_no_workbook_is_refused(
    browser: Client, open_window: EvaluationWindow, content: bytes, code: str
) -> None:
    answer = brought(browser, open_window, content)
    assert answer.status_code in (400, 422)
    if content:
        assert code in answer.content.decode()


def test_without_a_file_the_page_says_so(browser: Client, open_window: EvaluationWindow) -> None:
    answer = browser.post(reverse("evaluations:score_book", args=[open_window.pk]), {})
    assert (answer.status_code, "BOOK-NONE" in answer.content.decode()) == (422, True)
    assert browser.post(reverse("evaluations:score_book_save", args=[open_window.pk]), {}).status_code == 400


# --- time ----------------------------------------------------------------------------------------


def test_after_the_close_rows_go_to_the_late_box_once(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    book = fill(taken(browser, open_window), {"B-1": (2, "Terlambat."), "B-2": (3,)})
    with clock.at(CLOSES + timedelta(minutes=5)):
        preview = brought(browser, open_window, book)
        assert "kotak terlambat" in preview.content.decode()
        for _press in range(2):
            answer = consent(browser, open_window, preview, "B-1", "B-2")
            assert "WIN-LATE" in answer.content.decode()
    assert values(mine) == {}
    kept = LateEntry.objects.order_by("question__code").values_list("question__code", "value", "remark")
    assert list(kept) == [("B-1", 2, "Terlambat."), ("B-2", 3, "")]


def test_after_the_hand_in_nothing_is_taken(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (2,)}))
    score_all(mine)
    actions.hand_in(seat=mine, by=mine.user)
    before = values(mine)
    consent(browser, open_window, preview, "B-1")
    assert values(mine) == before
    assert not LateEntry.objects.exists()
    answer = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (2,)}))
    assert "sudah diserahkan" in answer.content.decode()
    assert 'name="rows"' not in answer.content.decode()


def test_an_area_taken_away_is_refused_at_consent(
    browser: Client, open_window: EvaluationWindow, mine: Seat
) -> None:
    preview = brought(browser, open_window, fill(taken(browser, open_window), {"B-1": (2,)}))
    mine.areas.set(areas(open_window, "gov"))
    assert consent(browser, open_window, preview, "B-1").status_code == 422
    assert values(mine) == {}


# --- nobody else ---------------------------------------------------------------------------------


def test_nobody_else_reads_a_score_anywhere(
    browser: Client, open_window: EvaluationWindow, mine: Seat, cast: dict[str, User], private_files: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """A word typed in the workbook stands in no page of another, no log, no event and no stored file."""
    with caplog.at_level(logging.DEBUG):
        book = fill(taken(browser, open_window), {"B-1": (2, CANARY), "B-2": (7, CANARY)})
        preview = brought(browser, open_window, book)
        assert CANARY in preview.content.decode()
        assert "no-store" in preview["Cache-Control"]
        before = {path for path in Path(settings.PORTAL_VAR).rglob("*") if path.is_file()}
        consent(browser, open_window, preview, "B-1")
        brought(browser, open_window, b"PK" + CANARY.encode())
    assert Score.objects.get(question__code="B-1").remark == CANARY
    assert CANARY not in caplog.text
    events = AuditEvent.objects.filter(object_type__in=["evaluations.score", "evaluations.seat"])
    assert {(event.before, event.after, event.reason) for event in events} == {("", "", "")}
    files = [path for path in private_files.rglob("*") if path.is_file()]
    files += [path for path in Path(settings.PORTAL_VAR).rglob("*") if path.is_file() and path not in before]
    assert not [path for path in files if CANARY.encode() in path.read_bytes() and "sqlite" not in path.name]
    pages = [
        "evaluations:score_book",
        "evaluations:score_book_file",
        "evaluations:sheet",
        "evaluations:material",
    ]
    pages += ["evaluations:window", "evaluations:result", "reports:dossiers"]
    for name, user in cast.items():
        if name == "assessor":
            continue
        client = Client(raise_request_exception=False)
        client.force_login(user)
        for page in pages:
            answer = client.get(reverse(page, args=[open_window.pk]))
            assert CANARY.encode() not in answer.content, (name, page)
            if answer.content.startswith(b"PK"):
                with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
                    assert not [part for part in parts.namelist() if CANARY.encode() in parts.read(part)], (
                        name
                    )
