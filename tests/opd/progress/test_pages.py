"""The pages of a report: list, form, autosave, detail, review, approval of several, receipts."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from opd.models import Evidence, Progress, User
from smartcity.lib import clock
from tests.opd.posting import AUTOSAVE
from tests.opd.progress import reports
from tests.opd.progress.reports import DUE, again
from tests.scenarios import House

As = Callable[..., Client]
TYPED = {
    "state": "RUNNING",
    "state_reason": "",
    "value": "1.250,5",
    "absorbed": "25.000.000",
    "obstacles": "",
    "next_step": "Membuka layanan kedua.",
}


def test_a_report_from_the_list_to_the_verification(house: House, as_: As) -> None:
    """Begun from the list, filled in, sent to the head, submitted, and verified at the reviewer's desk."""
    program = reports.program(house)
    with clock.at(DUE.replace(day=5)):
        reports.period(house)
        operator, head, reviewer = as_(house.operator), as_(house.submitter), as_(house.decider)
        page = operator.get("/progress/?year=2022")
        assert "TW 3" in page.text
        assert "btn-primary" in page.text
        begun = operator.post("/progress/start/", {"program": program.pk, "year": 2022, "quarter": 3})
        report = Progress.objects.get()
        assert begun["Location"] == f"/progress/{report.pk}/edit/"
        form = operator.get(begun["Location"]).text
        assert "sampai akhir triwulan" in form or "up to the end" in form
        operator.post(f"/progress/{report.pk}/edit/", TYPED | {"version": report.version})
        assert again(report).value == Decimal("1250.5")
        assert "1.250,5%" in operator.get(f"/progress/{report.pk}/").text, "over a hundred is shown as it is"
        operator.post(
            f"/progress/{report.pk}/links/", {"link-url": "https://contoh.go.id/a", "link-title": "Halaman"}
        )
        operator.post(f"/progress/{report.pk}/moves/propose/")
        answer = head.post(f"/progress/{report.pk}/moves/submit/", follow=True)
        receipt = report.submissions.get()
        assert receipt.number in answer.text
        assert receipt.digest in head.get(f"/receipts/{receipt.number}/").text
        assert again(report).late is False
        queue = reviewer.get("/queue/?kind=progress").text
        assert f"/progress/{report.pk}/review/" in queue
        review = reviewer.get(f"/progress/{report.pk}/review/").text
        assert "1.250,5 layanan" in review
        done = reviewer.post(f"/progress/{report.pk}/moves/verify/", {"next": "next"})
        assert done["Location"] == "/queue/?kind=progress"
    assert again(report).status == "verified"
    assert program.years.get().actual == Decimal("1250.5")


def test_a_decision_leads_to_the_next_waiting_report(house: House, as_: As) -> None:
    first, second = reports.submitted(house), reports.submitted(house)
    desk = as_(house.decider)
    answer = desk.post(f"/progress/{first.pk}/moves/verify/", {"next": "next"})
    assert answer["Location"] == f"/progress/{second.pk}/review/"


def test_autosave_keeps_what_cannot_be_read(house: House, as_: As) -> None:
    report = reports.complete(house)
    typed = TYPED | {"value": "sekitar 40", "absorbed": "-5", "version": report.version}
    answer = as_(house.operator).post(f"/progress/{report.pk}/edit/", typed, headers=AUTOSAVE)
    assert set(answer.json()["errors"]) == {"value", "absorbed"}
    assert {"part-missing", "part-figures", "part-moves"} <= set(answer.json()["parts"])
    saved = again(report)
    assert (saved.value, saved.unreadable) == (Decimal(40), {"value": "sekitar 40", "absorbed": "-5"})
    page = as_(house.operator).get(f"/progress/{report.pk}/edit/").text
    assert "sekitar 40" in page
    assert saved.filled < saved.total, "what cannot be read is not filled in"


def test_the_second_to_save_sees_both_texts(house: House, as_: As) -> None:
    report = reports.complete(house)
    mine = TYPED | {"next_step": "Tulisan operator.", "version": report.version}
    theirs = TYPED | {"next_step": "Tulisan kepala.", "version": report.version}
    address = f"/progress/{report.pk}/edit/"
    assert as_(house.submitter).post(address, theirs, headers=AUTOSAVE).status_code == 200
    for headers in (AUTOSAVE, None):
        answer = as_(house.operator).post(address, mine, headers=headers)
        assert answer.status_code == 409
        text = answer.json()["conflict_html"] if headers else answer.text
        assert "Tulisan operator." in text
        assert "Tulisan kepala." in text
    assert again(report).next_step == "Tulisan kepala."


def test_a_form_without_its_version_is_refused(house: House, as_: As) -> None:
    report = reports.complete(house)
    assert as_(house.operator).post(f"/progress/{report.pk}/edit/", TYPED).status_code == 400


def test_a_stopped_programme_asks_why(house: House, as_: As) -> None:
    report = reports.complete(house, values={"state": "STOPPED"})
    answer = as_(house.submitter).post(f"/progress/{report.pk}/moves/submit/", follow=True)
    assert "f-state_reason" in as_(house.operator).get(f"/progress/{report.pk}/edit/").text
    assert again(report).status == "draft"
    assert answer.status_code == 200
    reports.fill(report, house, state_reason="Anggaran dialihkan.")
    as_(house.submitter).post(f"/progress/{report.pk}/moves/submit/")
    assert again(report).status == "submitted"


def test_several_are_approved_at_once_and_each_answer_has_its_reason(
    house: House, houses: dict[str, House], as_: As
) -> None:
    good, lacking = reports.proposed(house), reports.proposed(house)
    Progress.objects.filter(pk=lacking.pk).update(next_step="")
    foreign, gone = reports.proposed(houses["LABKES"]), reports.verified(house)
    head = as_(house.submitter)
    page = head.get("/progress/approve/?year=2022&quarter=3").text
    assert f'value="{good.pk}"' in page
    assert f'value="{lacking.pk}"' not in page
    chosen = {"report": [str(row.pk) for row in (good, lacking, foreign, gone)], "key": "ab" * 16}
    answer = head.post("/progress/approve/?year=2022&quarter=3", chosen)
    results = {row["code"]: row for row in answer.context["results"]}
    assert set(results) == {row.program.code for row in (good, lacking, gone)}
    assert results[good.program.code]["number"] == good.submissions.get().number
    assert "Langkah" in results[lacking.program.code]["why"] or "Next" in results[lacking.program.code]["why"]
    assert results[gone.program.code]["why"]
    assert [again(row).status for row in (good, lacking, foreign, gone)] == [
        "submitted", "proposed", "proposed", "verified",
    ]  # fmt: skip
    repeated = head.post("/progress/approve/?year=2022&quarter=3", chosen)
    assert {row["code"]: row["number"] for row in repeated.context["results"]}[good.program.code]
    assert good.submissions.count() == 1


def test_an_operator_approves_nothing_for_the_head(house: House, as_: As) -> None:
    report = reports.proposed(house)
    answer = as_(house.operator).post("/progress/approve/", {"report": report.pk})
    assert answer.context["went"] == 0
    assert again(report).status == "proposed"


@pytest.mark.parametrize(
    ("data", "code"),
    [({"quarter": "5"}, 404), ({"quarter": "x"}, 404), ({"year": "2031"}, 404), ({"program": "0"}, 404)],
)
def test_what_cannot_be_begun(data: dict[str, str], code: int, house: House, as_: As) -> None:
    program = reports.program(house)
    asked = {"program": program.pk, "year": 2022, "quarter": 3} | data
    assert as_(house.operator).post("/progress/start/", asked).status_code == code
    assert not Progress.objects.exists()


def test_a_quarter_is_not_begun_before_it_opens(house: House, as_: As) -> None:
    program = reports.program(house)
    reports.period(house, 4, due_at=DUE.replace(year=2023, month=1))
    data = {"program": program.pk, "year": 2022, "quarter": 4}
    with clock.at(DUE):
        as_(house.operator).post("/progress/start/", data)
    assert not Progress.objects.exists()
    with clock.at(DUE.replace(month=12, day=31)):
        as_(house.operator).post("/progress/start/", data)
    assert Progress.objects.count() == 1


def test_begun_twice_is_one_report(house: House, as_: As) -> None:
    program = reports.program(house)
    data = {"program": program.pk, "year": 2022, "quarter": 3}
    answers = {
        as_(who).post("/progress/start/", data)["Location"] for who in (house.operator, house.submitter)
    }
    assert len(answers) == Progress.objects.count() == 1


def test_evidence_of_a_draft_is_the_agencys(house: House, cast: dict[str, User], as_: As) -> None:
    """A piece of a draft: the agency alone; once submitted, the reviewers; never another agency."""
    piece = Evidence.objects.get(pk=reports.complete(house).evidence.get().pk)
    assert as_(house.operator).get(f"/evidence/{piece.pk}/").status_code == 200
    for name in ("reviewer", "auditor", "leader", "operator_elsewhere", "assessor"):
        assert as_(cast[name]).get(f"/evidence/{piece.pk}/").status_code == 404
    reports.move(piece.owner, "submit", house.submitter)  # type: ignore[arg-type]
    assert as_(cast["operator_elsewhere"]).get(f"/evidence/{piece.pk}/").status_code == 404
    assert as_(cast["reviewer"]).get(f"/evidence/{piece.pk}/").status_code == 403
    assert as_(house.operator).post(f"/evidence/{piece.pk}/remove/").status_code == 403


def test_a_note_is_written_sent_and_answered(house: House, as_: As) -> None:
    report, desk = reports.submitted(house), as_(house.decider)
    desk.post(f"/progress/{report.pk}/notes/", {"field": "value", "text": "Per tahun?", "version": "none"})
    desk.post(f"/progress/{report.pk}/moves/return/")
    note = report.notes.get()
    form = as_(house.operator).get(f"/progress/{report.pk}/edit/").text
    assert "Per tahun?" in form
    as_(house.operator).post(f"/progress-notes/{note.pk}/reply/", {"reply": "Ya, per tahun."})
    as_(house.submitter).post(f"/progress/{report.pk}/moves/submit/")
    assert "Ya, per tahun." in desk.get(f"/progress/{report.pk}/review/").text


def test_the_review_shows_what_changed_since_the_last_decision(house: House, as_: As) -> None:
    report = reports.fill(reports.returned(house), house, value=Decimal(45))
    reports.move(report, "submit", house.submitter)
    page = as_(house.decider).get(f"/progress/{report.pk}/review/")
    assert [row["name"] for row in page.context["changes"]] == ["value"]
    assert page.context["changes"][0]["before"] == "40 layanan"


def test_a_returned_report_shows_the_reviewer_what_was_submitted(house: House, as_: As) -> None:
    report = reports.fill(reports.returned(house), house, next_step="RAHASIA-DRAF", value=Decimal(778899))
    for page in (
        f"/progress/{report.pk}/",
        f"/progress/{report.pk}/review/",
        "/progress/?year=2022&quarter=3",
    ):
        text = as_(house.decider).get(page).text
        assert "RAHASIA-DRAF" not in text
        assert "778.899" not in text
