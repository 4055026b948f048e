"""The score sheet through its addresses: what it shows, what it saves, what it refuses and keeps."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from evaluations import actions
from evaluations.models import EvaluationWindow, LateEntry, Score, Seat
from opd.models import Evidence, QuickWin, StoredFile
from smartcity.lib import clock
from tests.evaluations.builders import CLOSES, OPENS, SECOND, score_all

SCRIPT = {"HTTP_X_REQUESTED_WITH": "autosave", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def as_user(cast) -> Any:
    """Return a client signed in as one of the cast."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(cast[name], backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def url(window: EvaluationWindow, name: str = "score", code: str = "B-1") -> str:
    args = [window.pk, code] if name == "score" else [window.pk]
    return reverse(f"evaluations:{name}", args=args)


def post(client: Client, window: EvaluationWindow, code: str = "B-1", **values: object) -> Any:
    data = {"version": "0", "value": "3", "remark": "", "reason": ""} | values
    return client.post(url(window, code=code), data, **SCRIPT)


# --- reading ----------------------------------------------------------------------------------------------


def test_the_question_shows_rubric_answer_and_frozen_evidence(
    window, seat, colleague_seat, verified, cast, as_user
):
    stored = StoredFile.objects.create(sha256="ab" * 32, media_type="application/pdf", size=10, pages=3)
    Evidence.objects.create(
        quick_win=verified,
        kind="report",
        title="Rekap rujukan",
        stored_file=stored,
        uploaded_by=cast["operator"],
    )
    actions.save_answer(
        window=window, question_code="Q-LIV-1", self_score=3, text="Kata kota.", version=0, by=cast["planner"]
    )
    actions.open_window(window, by=cast["reviewer"])
    actions.declare(colleague_seat, by=cast["colleague"])
    verified.acronym = "DIUBAH SESUDAHNYA"
    verified.save()
    page = as_user("colleague").get(url(window, code="Q-LIV-1")).content.decode()
    for text in ("Pertanyaan Q-LIV-1.", "Kata kota.", "Rekap rujukan", "Arti 4.", "TOSSA"):
        assert text in page
    assert "DIUBAH SESUDAHNYA" not in page
    assert reverse("evaluations:snapshot_file", args=[window.pk, "ab" * 32]) in page


@pytest.mark.parametrize("name", ["sheet", "score", "material"])
def test_nothing_opens_before_the_declaration(window, seat, colleague_seat, cast, as_user, name):
    actions.open_window(window, by=cast["reviewer"])
    client = as_user("assessor")
    answer = client.get(url(window, name))
    if name == "material":
        assert answer.status_code == 404
    else:
        assert (answer.status_code, answer["Location"]) == (302, url(window, "declare"))
    client.post(url(window, "declare"), {"answer": "none"})
    assert client.get(url(window, name)).status_code == 200


def test_a_declared_conflict_ends_the_seat(window, seat, colleague_seat, cast, as_user):
    client = as_user("assessor")
    bare = client.post(url(window, "declare"), {"answer": "conflict", "conflict": " "})
    assert bare.status_code == 422
    client.post(url(window, "declare"), {"answer": "conflict", "conflict": "Adik kepala dinas."})
    seat.refresh_from_db()
    assert seat.conflict == "Adik kepala dinas."
    for name in ("sheet", "score", "declare", "window", "material"):
        assert client.get(url(window, name)).status_code == 404


def test_questions_of_other_areas_do_not_exist_on_the_sheet(open_window, as_user):
    client = as_user("assessor")
    for code in ("I-LIV-1", "I-GOV-1", "X"):
        assert client.get(url(open_window, code=code)).status_code == 404
        assert post(client, open_window, code).status_code == 404


def test_a_colleagues_score_is_on_no_page_before_both_have_handed_in(
    open_window, seat, colleague_seat, cast, as_user
):
    score_all(seat)
    score_all(colleague_seat)
    Score.objects.filter(seat=colleague_seat).update(remark="KENARI")
    client = as_user("assessor")
    pages = [url(open_window, name) for name in ("sheet", "score", "material", "declare", "result")]
    pages.append(reverse("evaluations:sheets"))
    actions.hand_in(seat=seat, by=cast["assessor"])
    assert not [page for page in pages if "KENARI" in client.get(page).content.decode()]
    actions.hand_in(seat=colleague_seat, by=cast["colleague"])
    page = client.get(url(open_window, "sheet")).content.decode()
    assert "KENARI" in page
    assert "Asesor 2: <strong>3</strong>" in page
    assert "Asesor 1: " not in page, "own scores are not a colleague's"


def test_the_sheet_costs_the_same_for_few_and_many_scores(open_window, seat, as_user, count_queries):
    client = as_user("assessor")
    for address in (url(open_window, "sheet"), url(open_window)):
        client.get(address)
        few = count_queries(lambda address=address: client.get(address))
        if not Score.objects.exists():
            score_all(seat)
        assert count_queries(lambda address=address: client.get(address)) <= few
        assert few <= 12


# --- saving -----------------------------------------------------------------------------------------------


def test_autosave_answers_version_time_and_parts(open_window, seat, as_user):
    answer = post(as_user("assessor"), open_window, value="2", remark="Sebagian.")
    data = json.loads(answer.content)
    assert (answer.status_code, data["version"], data["errors"]) == (200, 1, {})
    assert data["saved_at"].endswith("WIB")
    assert set(data["parts"]) == {"part-list", "part-hand-in", "part-place"}
    assert Score.objects.get().facts() == {"value": 2, "remark": "Sebagian.", "reason": ""}


def test_saving_costs_few_statements_and_the_same_every_time(open_window, seat, count_queries, cast):
    """Lock with areas, the row, the write, and three of the audit chain; savepoints are not counted as work."""

    def save(version: int) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            actions.save_score(
                seat=seat, question_code="B-1", value=version % 4, version=version, by=cast["assessor"]
            )
        return len([row for row in captured if "SAVEPOINT" not in row["sql"]])

    save(0)
    assert save(1) == save(2) <= 6


@pytest.mark.parametrize("version", [None, "", "-1", "a", "1" * 12])
def test_a_form_without_its_version_is_a_400(open_window, as_user, version):
    data = {"value": "3", "remark": "", "reason": ""} | ({} if version is None else {"version": version})
    assert as_user("assessor").post(url(open_window), data).status_code == 400
    assert not Score.objects.exists()


def test_a_stale_save_shows_both_and_loses_nothing(open_window, seat, as_user):
    client = as_user("assessor")
    post(client, open_window, value="2", remark="Yang tersimpan.")
    answer = post(client, open_window, value="4", remark="Yang diketik.")
    html = json.loads(answer.content)["conflict_html"]
    assert answer.status_code == 409
    assert "Yang tersimpan." in html
    assert "Yang diketik." in html
    page = client.post(
        url(open_window), {"version": "0", "value": "4", "remark": "Yang diketik.", "reason": ""}
    )
    assert page.status_code == 409
    assert "Yang diketik." in page.content.decode()
    assert Score.objects.get().value == 2


def test_a_lost_answer_sent_again_is_no_conflict(open_window, as_user):
    client = as_user("assessor")
    post(client, open_window, value="2", remark="Sama.")
    assert json.loads(post(client, open_window, value="2", remark="Sama.").content)["version"] == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [({"value": "5"}, "value"), ({"value": "x"}, "value"), ({"remark": "a\u202eb"}, "remark"),
     ({"remark": "x" * 4001}, "remark"), ({"reason": "x" * 1001}, "reason")],
    ids=["too-high", "no-number", "hidden", "long", "long-reason"],
)  # fmt: skip
def test_what_cannot_be_saved_is_said_at_its_field_and_stays_typed(open_window, as_user, values, field):
    client = as_user("assessor")
    answer = post(client, open_window, **values)
    assert (answer.status_code, list(json.loads(answer.content)["errors"])) == (422, [field])
    page = client.post(
        url(open_window), {"version": "0", "value": "3", "remark": "Kata saya.", "reason": ""} | values
    )
    assert page.status_code == 422
    assert values.get("remark", "Kata saya.")[:10] in page.content.decode()
    assert not Score.objects.exists()


def test_without_a_script_the_button_saves_and_goes_on(open_window, as_user):
    client = as_user("assessor")
    answer = client.post(url(open_window), {"version": "0", "value": "3", "remark": "", "reason": ""})
    assert (answer.status_code, answer["Location"]) == (302, url(open_window, code="B-2"))


@pytest.mark.parametrize("by_script", [True, False])
def test_after_the_close_the_words_are_in_the_late_box(open_window, as_user, by_script):
    client = as_user("assessor")
    with clock.at(CLOSES):
        data = {"version": "0", "value": "4", "remark": "Terlambat satu detik.", "reason": ""}
        answer = client.post(url(open_window), data, **(SCRIPT if by_script else {}))
        assert answer.status_code == (422 if by_script else 302)
        assert LateEntry.objects.get().remark == "Terlambat satu detik."
        assert "Terlambat satu detik." in client.get(url(open_window, "sheet")).content.decode()
        assert "Terlambat satu detik." in as_user("reviewer").get(url(open_window, "window")).content.decode()
        for other in ("planner", "leader", "auditor"):
            assert "Terlambat" not in as_user(other).get(url(open_window, "window")).content.decode()


def test_reading_a_window_that_is_over_changes_nothing(open_window, as_user):
    with clock.at(CLOSES + SECOND):
        places = (
            ("window", "reviewer"),
            ("result", "reviewer"),
            ("sheet", "assessor"),
            ("score", "assessor"),
        )
        for name, role in places:
            assert as_user(role).get(url(open_window, name)).status_code == 200
    open_window.refresh_from_db()
    assert open_window.status == "open"


# --- handing in -------------------------------------------------------------------------------------------


def test_hand_in_gives_the_receipt_and_locks_the_sheet(open_window, seat, as_user):
    client = as_user("assessor")
    client.post(url(open_window, "hand_in"))
    assert "I-GOV-2" in client.get(url(open_window, "sheet")).content.decode()
    score_all(seat)
    for _ in range(2):
        answer = client.post(url(open_window, "hand_in"), follow=True)
        assert f"NA-2022-{seat.pk:04d}" in answer.content.decode()
    assert post(client, open_window, value="1", version="1").status_code == 422
    page = client.get(url(open_window)).content.decode()
    assert "data-autosave" not in page
    assert "disabled" in page


def test_before_the_opening_time_the_material_is_open_and_scores_are_not(
    window, seat, colleague_seat, cast, as_user
):
    with clock.at(OPENS - SECOND):
        actions.open_window(window, by=cast["reviewer"])
        actions.declare(seat, by=cast["assessor"])
        client = as_user("assessor")
        assert client.get(url(window, "material")).status_code == 200
        assert "data-autosave" not in client.get(url(window)).content.decode()
        assert post(client, window).status_code == 422
    assert not Score.objects.exists()
    assert not LateEntry.objects.exists()


# --- frozen files -----------------------------------------------------------------------------------------


def test_a_frozen_file_is_served_by_the_right_to_its_snapshot(
    window, seat, colleague_seat, verified, cast, as_user, private_files
):
    from smartcity.lib import files

    path = private_files / "foto.jpg"
    path.write_bytes(_picture())
    with files.inspect_upload(path, path.name, kind="photo") as accepted:
        files.store(accepted)
        sha, media_type = accepted.sha256, accepted.media_type
    stored = StoredFile.objects.create(sha256=sha, media_type=media_type, size=10, has_preview=True)
    Evidence.objects.create(
        quick_win=verified, kind="photo", title="Foto", stored_file=stored, uploaded_by=cast["operator"]
    )
    actions.open_window(window, by=cast["reviewer"])
    address = reverse("evaluations:snapshot_file", args=[window.pk, sha])
    assert as_user("assessor").get(address).status_code == 404, "not declared yet"
    actions.declare(seat, by=cast["assessor"])
    Evidence.objects.all().delete()
    preview = reverse("evaluations:snapshot_preview", args=[window.pk, sha])
    for name, place in (("assessor", address), ("reviewer", address), ("assessor", preview)):
        answer = as_user(name).get(place)
        assert (answer.status_code, answer["X-Content-Type-Options"]) == (200, "nosniff")
        assert answer.getvalue().startswith(b"\xff\xd8")
    kept = {"If-None-Match": answer["ETag"]}
    assert as_user("assessor").get(preview, headers=kept).status_code == 304
    for name in ("outsider", "operator", "foreign_reviewer", "administrator"):
        assert as_user(name).get(address).status_code == 404
        assert as_user(name).get(preview, headers=kept).status_code == 404
    other = reverse("evaluations:snapshot_file", args=[window.pk, "cd" * 32])
    assert as_user("assessor").get(other).status_code == 404


def _picture() -> bytes:
    from io import BytesIO

    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (40, 30), "#2f6f73").save(buffer, "JPEG")
    return buffer.getvalue()


def test_live_quick_wins_stay_closed_to_assessors(open_window, verified: QuickWin, as_user, seat: Seat):
    client = as_user("assessor")
    assert client.get(verified.get_absolute_url()).status_code == 404
    assert client.get(reverse("evaluations:answers", args=[open_window.pk])).status_code == 403
