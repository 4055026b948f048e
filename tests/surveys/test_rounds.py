"""Rounds for the staff: prepared, confirmed by their owners, opened, closed; the list with its meters."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from opd.models import AuditEvent
from smartcity.lib import clock
from smartcity.lib.workflow import NotReady
from surveys import actions, invariants, qr
from surveys.models import Mode, Response, Round, Service, Sheet
from tests.surveys.builders import BEFORE, CLOSES, DAY, SECOND, answered, chosen, opened, prepared, send

pytestmark = pytest.mark.django_db


def url(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture
def form(city: Any) -> dict[str, Any]:
    """What the form of a round posts: times on the city's own clock."""
    dimension = city.dimension_set.dimensions.get(code="GOV")
    from evaluations.models import Instrument

    return {
        "instrument": Instrument.objects.get().pk, "dimension": dimension.pk, "mode": "joint",
        "opens_at": "2022-09-01T08:00", "closes_at": "2022-09-20T16:00", "key": "a" * 32,
    }  # fmt: skip


# --- preparing -----------------------------------------------------------------------------------------------


def test_a_round_is_prepared_in_the_citys_time_with_the_instruments_target(as_user: Any, form: Any) -> None:
    client = as_user("planner")
    answer = client.post(url("round_create"), form)
    survey = Round.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, survey.get_absolute_url())
    assert (survey.closes_at, survey.target, survey.year) == (CLOSES, 50, 2022)
    client.post(url("round_create"), form)
    assert Round.objects.count() == 1, "a double press gives the first row again"


def test_a_dimension_has_one_survey_in_a_year(as_user: Any, form: Any) -> None:
    client = as_user("reviewer")
    client.post(url("round_create"), form)
    answer = client.post(url("round_create"), form | {"key": "b" * 32})
    assert answer.status_code == 422
    assert "sudah mempunyai survei" in text(answer)
    assert client.post(f"{url('round_create')}?year=2023", form | {"key": "c" * 32}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"closes_at": "2022-09-01T08:00"}, "ditutup sesudah dibuka"), ({"opens_at": "besok"}, "is-invalid"),
     ({"mode": "both"}, "field__error"), ({"dimension": "0"}, "is-invalid")],
    ids=["closes-when-it-opens", "no-date", "no-such-form", "no-such-dimension"],
)  # fmt: skip
def test_what_makes_no_sense_is_said_and_stays_typed(
    as_user: Any, form: Any, changes: Any, sentence: str
) -> None:
    answer = as_user("reviewer").post(url("round_create"), form | changes)
    assert (answer.status_code, Round.objects.count()) == (422, 0)
    assert sentence in text(answer)
    assert 'value="2022-09-' in text(answer)


def test_a_stale_form_keeps_both(as_user: Any, form: Any, city: Any, cast: Any) -> None:
    survey = prepared(city, cast["reviewer"])
    mine, theirs = as_user("reviewer"), as_user("planner")
    address = url("round_edit", survey.pk)
    assert theirs.post(address, form | {"mode": "split", "version": 1}).status_code == 302
    answer = mine.post(address, form | {"closes_at": "2022-09-25T16:00", "version": 1})
    assert answer.status_code == 409
    assert 'value="2022-09-25T16:00"' in text(answer)
    assert Round.objects.get().mode == Mode.SPLIT
    assert mine.post(address, form).status_code == 400, "a form without its version is no form"


# --- services and their owners -------------------------------------------------------------------------------


def test_a_service_is_chosen_and_confirmed_by_its_owner_only(
    as_user: Any, city: Any, cast: Any, dinkes: Any
) -> None:
    survey = prepared(city, cast["reviewer"])
    data = {"name": "Antrean puskesmas", "opd": dinkes.pk, "version": 0}
    assert as_user("reviewer").post(url("service", survey.pk, "GOV-A"), data).status_code == 302
    service = Service.objects.get()
    for name, code in (("reviewer", 403), ("planner", 403), ("operator", 302)):
        answer = as_user(name).post(url("confirm", service.pk), {"version": 1})
        assert answer.status_code == code, name
    service.refresh_from_db()
    assert (service.confirmed_by, service.version) == (cast["operator"], 2)
    as_user("head").post(url("confirm", service.pk), {"version": 2})
    service.refresh_from_db()
    assert service.confirmed_by == cast["operator"], "the first word stands"


def test_another_choice_needs_another_word(as_user: Any, city: Any, cast: Any, dinkes: Any) -> None:
    survey = prepared(city, cast["reviewer"])
    service = chosen(survey, cast["reviewer"], dinkes, "A")
    actions.confirm_service(pk=service.pk, version=1, by=cast["head"])
    data = {"name": "Layanan lain", "opd": dinkes.pk, "version": 2}
    as_user("planner").post(url("service", survey.pk, "GOV-A"), data)
    service.refresh_from_db()
    assert (service.name, service.confirmed_at, service.confirmed_by) == ("Layanan lain", None, None)
    stale = as_user("head").post(url("confirm", service.pk), {"version": 1}, follow=True)
    assert "VER-STALE" in text(stale)
    service.refresh_from_db()
    assert service.confirmed_at is None, "what was confirmed is what was read"


def test_a_choice_somebody_else_made_meanwhile_is_shown(
    as_user: Any, city: Any, cast: Any, dinkes: Any
) -> None:
    survey = prepared(city, cast["reviewer"])
    chosen(survey, cast["reviewer"], dinkes, "A", name="Loket satu")
    answer = as_user("planner").post(
        url("service", survey.pk, "GOV-A"), {"name": "Loket dua", "opd": dinkes.pk, "version": 0}
    )
    assert answer.status_code == 409
    assert "Loket satu" in text(answer)
    assert 'value="Loket dua"' in text(answer)


# --- opening and closing -------------------------------------------------------------------------------------


def test_a_round_opens_only_with_every_owners_word(city: Any, cast: Any, dinkes: Any) -> None:
    survey = prepared(city, cast["reviewer"])
    with clock.at(BEFORE):
        for count, letter in enumerate("ABC"):
            with pytest.raises(NotReady) as refusal:
                actions.move_round(survey, "open", by=cast["reviewer"])
            assert len(refusal.value.problems) == 3 - count
            service = chosen(survey, cast["reviewer"], dinkes, letter)
            with pytest.raises(NotReady) as refusal:
                actions.move_round(survey, "open", by=cast["reviewer"])
            assert "DINKES belum menyatakan ikut serta" in str(refusal.value)
            actions.confirm_service(pk=service.pk, version=1, by=cast["operator"])
        assert not Sheet.objects.exists()
        actions.move_round(survey, "open", by=cast["reviewer"])
    assert list(invariants.contradictions()) == []


@pytest.mark.parametrize(("mode", "forms"), [(Mode.JOINT, 1), (Mode.SPLIT, 3)])
def test_opening_makes_the_forms(city: Any, cast: Any, dinkes: Any, mode: str, forms: int) -> None:
    survey = opened(city, cast, dinkes, mode=mode)
    codes = set(survey.sheets.values_list("code", flat=True))
    assert len(codes) == forms
    assert all(re.fullmatch(r"[a-hjkmnp-z2-9]{8}", code) for code in codes)


def test_no_round_opens_after_its_time(city: Any, cast: Any, dinkes: Any) -> None:
    survey = prepared(city, cast["reviewer"])
    for letter in "ABC":
        service = chosen(survey, cast["reviewer"], dinkes, letter)
        actions.confirm_service(pk=service.pk, version=1, by=cast["operator"])
    with clock.at(CLOSES), pytest.raises(NotReady, match="lewat"):
        actions.move_round(survey, "open", by=cast["reviewer"])
    with clock.at(CLOSES - SECOND):
        actions.move_round(survey, "open", by=cast["reviewer"])


def test_closing_early_needs_a_reason(as_user: Any, survey: Round) -> None:
    client, address = as_user("reviewer"), url("round_move", survey.pk, "close")
    assert "Tulis mengapa survei berakhir" in text(client.post(address, {"note": " "}, follow=True))
    client.post(address, {"note": "Kuota cukup."})
    survey.refresh_from_db()
    assert (survey.status, survey.events.first().note) == ("closed", "Kuota cukup.")  # type: ignore[union-attr]
    with clock.at(CLOSES + DAY):
        assert "sudah diambil" in text(client.post(url("round_move", survey.pk, "open"), follow=True))


def test_closing_in_time_needs_none(as_user: Any, survey: Round) -> None:
    with clock.at(CLOSES):
        as_user("planner").post(url("round_move", survey.pk, "close"))
    survey.refresh_from_db()
    assert (survey.status, survey.closed_at) == ("closed", CLOSES)


def test_an_opened_round_is_no_longer_changed(as_user: Any, survey: Round, form: Any) -> None:
    client = as_user("reviewer")
    assert client.get(url("round_edit", survey.pk)).status_code == 403
    assert client.post(url("service", survey.pk, "GOV-A"), {"version": 2}).status_code == 403
    assert client.get(url("service", survey.pk, "LIV-A")).status_code == 404


# --- the list and the page -----------------------------------------------------------------------------------


def test_the_list_shows_quota_and_mean(as_user: Any, survey: Round) -> None:
    sheet = survey.sheets.get()
    for mark in (4, 4, 3):
        answered(sheet, mark)
    page = text(as_user("leader").get(url("rounds")))
    assert page.count("3 dari 50 responden") >= 3
    assert "3,67" in page
    assert "sementara" in page
    assert "belum cukup" in page
    other = text(as_user("leader").get(f"{url('rounds')}?year=2021"))
    assert "3,67" not in other


def test_a_reached_quota_is_no_longer_provisional(city: Any, cast: Any, dinkes: Any, as_user: Any) -> None:
    survey = opened(city, cast, dinkes, target=2)
    for mark in (1, 4):
        answered(survey.sheets.get(), mark)
    page = text(as_user("auditor").get(survey.get_absolute_url()))
    assert "2,50" in page
    assert "sementara" not in page
    assert "Setiap layanan sudah cukup responden" in page


def test_the_list_costs_the_same_for_many(
    as_user: Any, city: Any, cast: Any, dinkes: Any, count_queries: Any
) -> None:
    opened(city, cast, dinkes)
    client = as_user("reviewer")
    seen = [count_queries(lambda: client.get(url("rounds")))]
    living = city.dimension_set.dimensions.get(code="LIV")
    prepared(city, cast["reviewer"], dimension=living)
    answered(Sheet.objects.get(), 4)
    seen.append(count_queries(lambda: client.get(url("rounds"))))
    assert seen[0] == seen[1]


def test_an_agency_finds_the_surveys_of_its_services_in_the_bar(
    as_user: Any, city: Any, cast: Any, dinkes: Any
) -> None:
    """Only once it is asked; what waits for its word is counted."""
    address = f'href="{url("rounds")}"'
    assert address not in text(as_user("operator").get("/quick-wins/"))
    survey = prepared(city, cast["reviewer"])
    service = chosen(survey, cast["reviewer"], dinkes, "A")
    page = text(as_user("operator").get("/quick-wins/"))
    assert address in page
    assert "Kami ikut serta" in text(as_user("operator").get(survey.get_absolute_url()))
    actions.confirm_service(pk=service.pk, version=1, by=cast["head"])
    assert "Kami ikut serta" not in text(as_user("operator").get(survey.get_absolute_url()))


# --- forms handed out ----------------------------------------------------------------------------------------


def test_the_sheet_and_the_code_lead_to_the_form(as_user: Any, survey: Round) -> None:
    sheet, client = survey.sheets.get(), as_user("operator")
    page = text(client.get(url("print", sheet.code)))
    assert qr.short_address(sheet) in page
    assert url("qr", sheet.code) in page
    image = client.get(url("qr", sheet.code))
    assert image["Content-Type"] == "image/svg+xml"
    assert "private" in image["Cache-Control"]
    assert b"<script" not in image.content
    assert image.content.lstrip().startswith((b"<?xml", b"<svg"))


def test_an_officer_helps_one_respondent_after_the_other(as_user: Any, survey: Round) -> None:
    sheet, client = survey.sheets.get(), as_user("operator")
    before = AuditEvent.objects.count()
    from tests.surveys.builders import token_of

    for _person in range(12):
        page = client.get(url("help", sheet.code))
        data = {"a1": 4, "a2": 3, "a3": 2, "token": token_of(page)}
        assert client.post(url("help", sheet.code), data).status_code == 302
    client.post(url("help", sheet.code), data)
    assert Response.objects.by_source() == {"helped": 12}, "the last one was pressed twice"
    assert AuditEvent.objects.count() == before + 12
    assert "12 dari 50 responden" in text(client.get(f"{url('help', sheet.code)}?sent=1"))
    assert send(Client(), sheet, 4, 4, 4).status_code == 302, "the public is not throttled by it"


def test_who_did_not_take_part_helps_nobody(survey: Round, cast: Any) -> None:
    with pytest.raises(PermissionDenied):
        actions.confirm_service(pk=survey.services.all()[0].pk, version=2, by=cast["foreign_reviewer"])


# --- contradictions ------------------------------------------------------------------------------------------


def test_contradictions_are_named(survey: Round) -> None:
    answered(survey.sheets.get(), 4)
    assert list(invariants.contradictions()) == []
    service = survey.services.all()[0]
    Service.objects.filter(pk=service.pk).update(confirmed_at=None, confirmed_by=None)
    Round.objects.filter(pk=survey.pk).update(mode=Mode.SPLIT)
    found = "\n".join(invariants.contradictions())
    assert "without the owner's word" in found
    assert "do not fit its mode" in found
