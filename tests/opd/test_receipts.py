"""What a submission leaves behind: a receipt that cannot change, and one only, however often it is pressed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client

from opd import actions
from opd.models import AuditEvent, Evidence, QuickWin, Submission, User
from opd.payload import quick_win_payload
from smartcity.lib import clock
from smartcity.lib.models import digest_of
from tests import scenarios
from tests.scenarios import House, again, receipt_of

As = Callable[..., Client]
KEY, OTHER_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
AT = datetime(2022, 9, 29, 9, 0, tzinfo=UTC)  # Thursday, 16.00 in Tanjungpinang


def test_the_receipt_says_what_when_and_who(complete: QuickWin, house: House) -> None:
    with clock.at(AT):
        scenarios.submit(complete, house)
    receipt = receipt_of(complete)
    assert receipt.number == f"QW-2022-{complete.number:04d}-1"
    assert (receipt.at, receipt.by, receipt.role) == (AT, house.head, "head")
    assert receipt.payload == quick_win_payload(again(complete))
    assert receipt.digest == digest_of(receipt.payload)
    assert again(complete).submitted_at == AT


def test_the_payload_is_plain_json_with_every_value_as_text(submitted: QuickWin) -> None:
    payload = receipt_of(submitted).payload
    assert json.loads(json.dumps(payload)) == payload
    values = payload["values"]
    assert (values["target"], values["baseline"], values["budget"]) == ("1250.5", "12", "85000000")
    assert all(isinstance(value, str) for value in values.values())
    assert [piece["url"] for piece in payload["evidence"]] == ["https://example.go.id/berita"]
    assert payload["schema"] == 1


def test_the_digest_does_not_depend_on_how_a_number_was_written(house: House) -> None:
    first = scenarios.complete(house)
    before = digest_of(quick_win_payload(first))
    QuickWin.objects.filter(pk=first.pk).update(target="1250.5000", budget="85000000.00")
    assert digest_of(quick_win_payload(again(first))) == before
    QuickWin.objects.filter(pk=first.pk).update(target="1250.5001")
    assert digest_of(quick_win_payload(again(first))) != before


def test_the_receipt_keeps_what_was_submitted(submitted: QuickWin, house: House) -> None:
    frozen = receipt_of(submitted).payload
    scenarios.send_back(submitted, house)
    Evidence.objects.filter(quick_win=submitted).delete()
    QuickWin.objects.filter(pk=submitted.pk).update(problem="Sama sekali lain.")
    kept = Submission.objects.get(quick_win=submitted)
    assert kept.payload == frozen
    assert digest_of(kept.payload) == kept.digest


def test_a_second_submission_has_its_own_receipt(house: House) -> None:
    quick_win = scenarios.submit(scenarios.returned(house), house)
    numbers = [receipt.number for receipt in quick_win.submissions.order_by("sequence")]
    assert numbers == [f"{quick_win.code}-1", f"{quick_win.code}-2"]


def test_the_receipt_page_prints_number_time_and_digest(complete: QuickWin, house: House, as_: As) -> None:
    with clock.at(AT):
        scenarios.submit(complete, house)
    receipt = receipt_of(complete)
    page = as_(house.operator).get(f"/receipts/{receipt.number}/").text
    for words in (
        receipt.number,
        receipt.digest,
        "Kamis, 29 September 2022",
        "16.00 WIB",
        "Rp85.000.000,00",
        "1.250,5 acara",
    ):
        assert words in page


def test_the_page_after_submitting_names_the_receipt(complete: QuickWin, house: House, as_: As) -> None:
    answer = as_(house.submitter).post(f"/quick-wins/{complete.pk}/moves/submit/", {"key": KEY}, follow=True)
    assert receipt_of(complete).number in answer.text
    assert answer.redirect_chain == [(f"/quick-wins/{complete.pk}/", 302)]


# --- frozen -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [Submission, AuditEvent])
def test_the_past_refuses_changes_in_code(model: type, submitted: QuickWin) -> None:
    row = model.objects.first()
    changes = (
        lambda: row.save(),
        lambda: row.delete(),
        lambda: model.objects.update(role="x"),
        lambda: model.objects.all().delete(),
        lambda: model.objects.bulk_update([row], ["role"]),
        lambda: model.objects.filter(pk=row.pk).update_or_create(pk=row.pk, defaults={"role": "x"}),
    )
    for change in changes:
        with pytest.raises(TypeError, match="written once"), transaction.atomic():
            change()
    assert model.objects.get(pk=row.pk).role == row.role


@pytest.mark.parametrize("table", ["opd_submission", "opd_auditevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET role = 'x'", "DELETE FROM {}"])
def test_the_past_refuses_changes_in_the_database(table: str, statement: str, submitted: QuickWin) -> None:
    with (
        pytest.raises(DatabaseError, match="written once"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_the_past_cannot_be_replaced_by_a_row_with_the_same_key(submitted: QuickWin) -> None:
    receipt = receipt_of(submitted)
    forged = Submission(pk=receipt.pk, quick_win=submitted, sequence=1, number=receipt.number, by=receipt.by)
    forged.payload = {"schema": 1}
    with pytest.raises(DatabaseError), transaction.atomic():
        forged.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Submission.objects.bulk_create(
            [forged], update_conflicts=True, unique_fields=["number"], update_fields=["payload"]
        )
    assert Submission.objects.get(pk=receipt.pk).payload == receipt.payload


def test_a_quick_win_with_a_receipt_is_never_deleted(submitted: QuickWin) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        QuickWin.objects.filter(pk=submitted.pk).delete()


# --- once -------------------------------------------------------------------------------------------


def test_a_double_press_of_submit_gives_one_receipt_and_the_same_sentence(
    complete: QuickWin, house: House, as_: As
) -> None:
    head, address = as_(house.submitter), f"/quick-wins/{complete.pk}/moves/submit/"
    first, second = (head.post(address, {"key": KEY}, follow=True) for _press in range(2))
    assert complete.submissions.count() == complete.events.filter(move="submit").count() == 1
    for answer in (first, second):
        assert receipt_of(complete).number in answer.text
        assert "[WF-FIRST]" not in answer.text


def test_a_repetition_after_the_decision_still_finds_the_receipt(complete: QuickWin, house: House) -> None:
    scenarios.submit(complete, house, key=KEY)
    actions.move(pk=complete.pk, name="verify", by=house.decider)
    assert scenarios.submit(complete, house, key=KEY).status == "verified"
    assert complete.submissions.count() == 1


def test_a_page_older_than_the_return_does_not_pretend_to_submit(
    complete: QuickWin, house: House, as_: As
) -> None:
    """Its key belongs to the first receipt: to say "submitted" would make the agency miss the deadline."""
    head, address = as_(house.submitter), f"/quick-wins/{complete.pk}/moves/submit/"
    head.post(address, {"key": KEY})
    scenarios.send_back(complete, house)
    answer = head.post(address, {"key": KEY}, follow=True)
    assert "[WF-FIRST]" in answer.text
    assert again(complete).status == "returned"
    assert head.post(address, {"key": OTHER_KEY}).status_code == 302
    assert again(complete).status == "submitted"


def test_one_key_on_two_records_counts_for_each(house: House, as_: As) -> None:
    head = as_(house.submitter)
    for quick_win in (scenarios.complete(house), scenarios.complete(house)):
        head.post(f"/quick-wins/{quick_win.pk}/moves/submit/", {"key": KEY})
        assert again(quick_win).status == "submitted"


def test_the_key_of_somebody_else_submits_nothing(
    complete: QuickWin, house: House, cast: dict[str, User]
) -> None:
    scenarios.submit(complete, house, key=KEY)
    with pytest.raises(PermissionDenied):
        actions.move(pk=complete.pk, name="submit", by=cast["operator"], key=KEY)
    assert complete.submissions.count() == 1


def test_a_double_press_of_create_gives_one_quick_win(house: House, as_: As) -> None:
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    data = {"opd": house.opd.pk, "dimension": dimension, "name": "Kalender acara", "key": KEY}
    answers = [as_(house.operator).post("/quick-wins/new/", data) for _press in range(2)]
    made = QuickWin.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/quick-wins/{made.pk}/edit/"] * 2
    as_(house.operator).post("/quick-wins/new/", data | {"key": OTHER_KEY})
    assert QuickWin.objects.count() == 2


def test_two_people_never_share_a_key(house: House, as_: As) -> None:
    """Keys are bound to the person: one who learns another's key neither sees nor blocks anything."""
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    data = {"opd": house.opd.pk, "dimension": dimension, "name": "Kalender acara", "key": KEY}
    for person in (house.operator, house.submitter):
        assert as_(person).post("/quick-wins/new/", data).status_code == 302
    assert QuickWin.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "<b>", "0" * 31, "A" * 32, "0" * 400])
def test_a_useless_key_is_as_good_as_none(key: str, house: House, as_: As) -> None:
    dimension = scenarios.ids(house.opd.city, "GOV")["dimension"]
    data = {"opd": house.opd.pk, "dimension": dimension, "name": "Kalender acara", "key": key}
    for _press in range(2):
        assert as_(house.operator).post("/quick-wins/new/", data).status_code == 302
    assert QuickWin.objects.count() == 2


def test_a_double_press_of_add_gives_one_link(draft: QuickWin, house: House, as_: As) -> None:
    data = {"link-url": "https://example.go.id/foto", "link-title": "Foto", "key": KEY}
    for _press in range(2):
        as_(house.operator).post(f"/quick-wins/{draft.pk}/links/", data)
    assert draft.evidence.count() == 1


def test_another_link_from_the_same_page_is_another_link(draft: QuickWin, house: House, as_: As) -> None:
    for url in ("https://example.go.id/foto", "https://example.go.id/laporan"):
        data = {"link-url": url, "link-title": "Bukti", "key": KEY}
        as_(house.operator).post(f"/quick-wins/{draft.pk}/links/", data)
    assert draft.evidence.count() == 2


def test_numbers_run_by_city_and_year(house: House) -> None:
    with clock.at(AT):
        numbers = [scenarios.draft(house).number for _ in range(3)]
    assert numbers == [1, 2, 3]
    later = actions.create_quick_win(
        by=house.operator,
        opd=house.opd,
        year=2023,
        values={"dimension": scenarios.QuickWin.objects.first().dimension, "name": "Tahun depan"},  # type: ignore[union-attr]
        key=None,
    )
    assert (later.number, later.code) == (1, "QW-2023-0001")


def test_waiting_time_begins_with_the_latest_submission(complete: QuickWin, house: House) -> None:
    with clock.at(AT):
        scenarios.submit(complete, house)
    with clock.at(AT + timedelta(days=1)):
        scenarios.send_back(complete, house)
    with clock.at(AT + timedelta(days=2)):
        scenarios.submit(complete, house)
    assert again(complete).submitted_at == AT + timedelta(days=2)
    assert [receipt.at for receipt in complete.submissions.order_by("sequence")] == [
        AT,
        AT + timedelta(days=2),
    ]
