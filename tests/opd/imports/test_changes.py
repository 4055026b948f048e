"""A list meets what is stored: changed values side by side, what is locked, what was reported, all or nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from opd import actions, audit, tallies
from opd.actions import import_saving, import_work
from opd.exchange import shapes
from opd.imports import Kind
from opd.models import (
    AuditEvent,
    City,
    ImportJob,
    ImportStatus,
    MasterPlan,
    Program,
    Progress,
    QuickWin,
    Role,
    User,
)
from opd.tasks import forget_imports, sweep_imports
from smartcity.lib import clock
from tests.opd.imports.lists import QUICK_WIN, ROW, At, checked, saved, sound


def test_changed_values_stand_side_by_side_and_are_saved(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, ROW)
    program = Program.objects.get()
    other = ROW | {
        "name": "Layanan  satu pintu", "target_2022": Decimal(12), "target_2021": Decimal(3), "note": "Baru",
        "supporting_opds": ["DISHUB", "Kampus"], "status": "DONE", "achievement_2022": Decimal("80.5"),
    }  # fmt: skip
    job = checked(desk, other)
    row = desk.check_page(job).context["rows"][0]
    assert {change["label"]: (change["old"], change["new"]) for change in row["changes"]}["Target 2022"] == (
        "10",
        "12",
    )
    assert desk.check_page(job).context["counts"].startswith("0 baru, 1 berubah")

    job = desk.save(job)
    assert (job.created, job.changed) == (0, 1)
    program = Program.objects.for_exchange().get(pk=program.pk)
    values = shapes.program_values(program, program.years.all(), 2022)
    assert values == ROW | other | {"name": "Layanan satu pintu"}
    assert program.version > 1
    assert AuditEvent.objects.filter(object_type="opd.program", action="program.saved").count() == 1
    sound()
    assert set(checked(desk, other).rows.values_list("outcome", flat=True)) == {"same"}


def test_a_quick_win_is_changed_section_by_section(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, QUICK_WIN, kind=Kind.QUICK_WIN)
    quick_win = QuickWin.objects.get()
    assert quick_win.schedule == "TW I: Menyusun\nTW III: Membuka"
    other = QUICK_WIN | {
        "schedule_q2": "Menguji",
        "target": Decimal(7),
        "note": "Dari daftar",
        "unit": "loket",
    }
    job = saved(desk, other, kind=Kind.QUICK_WIN)
    assert job.changed == 1
    quick_win = QuickWin.objects.for_exchange().get(pk=quick_win.pk)
    assert quick_win.schedule == "TW I: Menyusun\nTW II: Menguji\nTW III: Membuka"
    assert shapes.quick_win_values(quick_win) == other
    assert quick_win.filled > 0
    sound()


def test_an_empty_cell_empties_nothing(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, ROW)
    bare = {name: value for name, value in ROW.items() if name not in ("indicator", "target_2022", "status")}
    assert set(checked(desk, bare).rows.values_list("outcome", flat=True)) == {"same"}


def test_what_is_approved_is_refused_when_it_differs(at_desk: At, operator: User, planner: User) -> None:
    desk = at_desk(operator)
    saved(desk, ROW | {"horizon": "SHORT", "category": "SERVICE"})
    program = Program.objects.get()
    actions.move_program(pk=program.pk, name="submit", by=operator)
    for kept in (ROW, ROW | {"note": " "}):
        assert checked(desk, kept).rows.get().outcome == "same"
    row = checked(desk, ROW | {"target_2022": Decimal(99)}).rows.get()
    assert row.outcome == "refused"
    assert "[IMP-LOCKED-ROW]" in row.answers[-1]["sentence"]
    assert "Bappelitbang" in row.answers[-1]["sentence"]


def test_what_verified_reports_told_stays(at_desk: At, operator: User, planner: User, city: City) -> None:
    desk = at_desk(operator)
    saved(desk, ROW | {"horizon": "SHORT", "category": "SERVICE"})
    program = Program.objects.get()
    actions.move_program(pk=program.pk, name="submit", by=operator)
    actions.move_program(pk=program.pk, name="approve", by=planner)
    report = Progress.objects.create(
        city=city, program=program, opd=program.opd, dimension=program.dimension, year=2022, quarter=1,
        status="verified", value=4, state="RUNNING", created_by=operator,
        submitted_at=clock.now(), verified_at=clock.now(),
    )  # fmt: skip
    report.roll_up()
    tallies.rebuild(city.pk)
    actions.move_program(pk=program.pk, name="reopen", by=planner, note="Koreksi target.")
    job = checked(desk, ROW | {"actual_2022": Decimal(9), "status": "DONE", "target_2022": Decimal(20)})
    row = job.rows.get()
    assert (row.outcome, list(row.before)) == ("change", ["target_2022"])
    assert [said["code"] for said in row.answers] == ["REPORTED", "REPORTED"]
    desk.save(job)
    year = program.years.get(year=2022)
    assert (year.target, year.actual, year.state) == (20, 4, "RUNNING")


def test_a_list_does_not_change_whose_programme_it_is(at_desk: At, operator: User, person: Any) -> None:
    saved(at_desk(operator), ROW)
    both = at_desk(person("dua", Role.OPD_OPERATOR, "DISBUDPAR", "DISHUB"))
    row = checked(both, ROW | {"lead_opd": "DISHUB"}).rows.get()
    assert row.outcome == "refused"
    assert "[IMP-OWNER]" in row.answers[-1]["sentence"]


def test_another_agencys_draft_is_not_told(at_desk: At, operator: User, person: Any) -> None:
    saved(at_desk(operator), ROW | {"name": "Rahasia dapur"})
    elsewhere = at_desk(person("dishub", Role.OPD_OPERATOR, "DISHUB"))
    job = checked(elsewhere, ROW | {"name": "Punya kami", "lead_opd": "DISHUB"})
    row = job.rows.get()
    assert [said["code"] for said in row.answers] == ["DUPLICATE_CODE"]
    assert "Rahasia" not in elsewhere.check_page(job).content.decode()


def test_a_stopped_programme_needs_its_reason(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    assert checked(desk, ROW | {"status": "STOPPED"}).rows.get().outcome == "refused"
    saved(desk, ROW | {"status": "STOPPED", "note": "Anggaran dialihkan."})
    assert Program.objects.get().years.get(year=2022).state_reason == "Anggaran dialihkan."


def test_the_same_record_twice_in_a_list_is_refused_the_second_time(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, QUICK_WIN, kind=Kind.QUICK_WIN)
    job = checked(
        desk, QUICK_WIN | {"target": Decimal(8)}, QUICK_WIN | {"target": Decimal(9)}, kind=Kind.QUICK_WIN
    )
    assert list(job.rows.order_by("number").values_list("outcome", flat=True)) == ["change", "refused"]


def test_without_a_masterplan_rows_are_refused(at_desk: At, operator: User) -> None:
    MasterPlan.objects.all().delete()
    row = checked(at_desk(operator), ROW).rows.get()
    assert "[IMP-PLAN]" in row.answers[-1]["sentence"]


# --- all or nothing, once


def test_consent_pressed_twice_saves_once(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = checked(desk, ROW)
    desk.save(job)
    again = desk.client.post(reverse("opd:import_save", args=[job.pk]), {"shown": [2], "row": [2]})
    assert again.status_code == 302
    import_work.work(job.pk)
    assert (Program.objects.count(), AuditEvent.objects.filter(action="import.saved").count()) == (1, 1)


def test_a_row_that_changed_meanwhile_stops_everything(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    saved(desk, ROW)
    rows = [ROW | {"code": f"GOV-SRV-1{place}", "name": f"Baru {place}"} for place in range(3)]
    job = checked(desk, *rows, ROW | {"target_2022": Decimal(77)})
    program = Program.objects.get()
    actions.save_program(pk=program.pk, values={"note": "Lebih dulu"}, version=program.version, by=operator)
    events = AuditEvent.objects.count()
    job = desk.save(job)
    assert job.status == ImportStatus.READ
    assert "Baris 5" in job.error
    assert "[IMP-MEANWHILE]" in desk.client.get(reverse("opd:import_map", args=[job.pk])).content.decode()
    assert Program.objects.count() == 1
    assert AuditEvent.objects.count() == events + 1  # the consent
    job = desk.save(desk.confirm(job))
    assert (job.status, job.created, job.changed) == (ImportStatus.SAVED, 3, 1)
    sound()


def test_two_people_bring_in_the_same_programmes(at_desk: At, operator: User, person: Any) -> None:
    one, two = at_desk(operator), at_desk(person("rekan", Role.OPD_OPERATOR, "DISBUDPAR"))
    first, second = checked(one, ROW), checked(two, ROW)
    assert one.save(first).status == ImportStatus.SAVED
    second = two.save(second)
    assert (second.status, Program.objects.count()) == (ImportStatus.READ, 1)
    assert two.confirm(second).rows.get().outcome == "same"


def test_a_fault_at_the_last_row_changes_nothing(
    at_desk: At, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = at_desk(operator)
    rows = [ROW | {"code": f"GOV-SRV-2{place}", "name": f"Baru {place}"} for place in range(5)]
    job = checked(desk, *rows)
    record = audit.record

    def broken(**told: Any) -> Any:
        if told["action"] == "import.saved":
            raise RuntimeError("power cut")
        return record(**told)

    monkeypatch.setattr(import_saving.audit, "record", broken)
    desk.client.raise_request_exception = False
    shown = [row.number for row in job.rows.all()]
    answer = desk.client.post(reverse("opd:import_save", args=[job.pk]), {"shown": shown, "row": shown})
    assert answer.status_code == 500
    job.refresh_from_db()
    assert (job.status, job.lease_token, Program.objects.count()) == (ImportStatus.SAVING, "", 0)
    monkeypatch.undo()
    sweep(job)
    job.refresh_from_db()
    assert (job.status, Program.objects.count()) == (ImportStatus.SAVED, 5)
    sound()


def test_a_job_whose_worker_dies_three_times_is_given_up(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    job = checked(desk, ROW)
    ImportJob.objects.filter(pk=job.pk).update(
        status=ImportStatus.SAVING,
        attempts=3,
        lease_token="x",
        lease_until=clock.now() - timedelta(seconds=1),
    )
    sweep_imports()
    job.refresh_from_db()
    assert job.status == ImportStatus.FAILED
    assert desk.client.get(job.get_absolute_url()).status_code == 200
    assert desk.client.post(reverse("opd:import_again", args=[job.pk])).status_code == 302
    job.refresh_from_db()
    assert job.status == ImportStatus.CHECKED


def test_a_worker_that_lost_its_lease_saves_nothing(at_desk: At, operator: User) -> None:
    job = checked(at_desk(operator), ROW)
    ImportJob.objects.filter(pk=job.pk).update(status=ImportStatus.SAVING, lease_until=clock.now())
    mine = ImportJob.objects.claim(job.pk)
    assert mine is not None
    assert ImportJob.objects.claim(job.pk) is None
    ImportJob.objects.filter(pk=job.pk).update(lease_token="of another")
    with pytest.raises(import_work.LeaseLost):
        import_work._save(mine)
    assert Program.objects.count() == 0


def test_what_nobody_consents_to_is_forgotten(at_desk: At, operator: User) -> None:
    desk = at_desk(operator)
    kept, lost = saved(desk, ROW), checked(desk, ROW)
    ImportJob.objects.update(created_at=clock.now() - timedelta(days=31))
    forget_imports()
    assert list(ImportJob.objects.all()) == [kept]
    assert lost.pk != kept.pk


def sweep(job: ImportJob) -> None:
    """What the sweep and a worker do, without waiting for either."""
    ImportJob.objects.filter(pk=job.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    for pk in ImportJob.objects.to_ring_for():
        import_work.work(pk)
