"""The form anybody may open: its states to the second, once per respondent, nothing personal, small."""

import gzip
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client

from opd.models import AuditEvent
from smartcity.lib import clock
from surveys import actions, throttle, tokens
from surveys.models import Mark, Mode, Response, Round, Sheet
from tests.surveys.builders import CLOSES, DURING, OPENS, SECOND, answered, opened, send, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(survey: Round) -> Sheet:
    return survey.sheets.get()


def text(answer: Any) -> str:
    return str(answer.content.decode())


def marks() -> list[int]:
    return list(Mark.objects.order_by("response", "service").values_list("value", flat=True))


# --- one respondent ------------------------------------------------------------------------------------------


def test_three_marks_are_kept_with_the_day_and_nothing_else(sheet: Sheet) -> None:
    phone = Client()
    answer = send(phone, sheet, 4, 3, 2)
    assert (answer.status_code, answer["Location"]) == (302, sheet.get_absolute_url())
    response = Response.objects.get()
    assert (str(response.on), response.source, marks()) == ("2022-09-02", "public", [4, 3, 2])
    assert "Jawaban Anda sudah diterima" in text(phone.get(sheet.get_absolute_url()))


def test_the_day_is_the_citys_own(sheet: Sheet) -> None:
    """At 01.00 WIB it is still yesterday in UTC."""
    with clock.at(DURING.replace(hour=18)):
        send(Client(), sheet, 1, 1, 1)
    assert str(Response.objects.get().on) == "2022-09-03"


def test_no_column_can_hold_a_person() -> None:
    """What the tables of answers have, by name: whoever adds one has to think here."""
    columns = {
        table: {
            row.name for row in connection.introspection.get_table_description(connection.cursor(), table)
        }
        for table in ("surveys_response", "surveys_mark")
    }
    assert columns == {
        "surveys_response": {"id", "sheet_id", "on", "source", "token"},
        "surveys_mark": {"id", "response_id", "service_id", "value"},
    }


def test_what_the_public_sends_leaves_no_trail(sheet: Sheet) -> None:
    """An event with its moment beside an answer would tell who it was to whoever stood there."""
    before = AuditEvent.objects.count()
    client = Client(REMOTE_ADDR="203.0.113.77", HTTP_USER_AGENT="Telepon Canary")
    send(client, sheet, 4, 4, 4)
    assert AuditEvent.objects.count() == before
    assert Response.objects.get().token not in str(client.cookies)
    kept = str(list(Response.objects.values())) + str(cache._cache)  # type: ignore[attr-defined]
    assert "203.0.113.77" not in kept
    assert "Canary" not in kept


def test_an_answer_cannot_be_changed_or_removed(sheet: Sheet) -> None:
    answered(sheet, 3)
    row = Response.objects.get()
    with pytest.raises(TypeError):
        row.save()
    with pytest.raises(TypeError):
        Mark.objects.update(value=4)


# --- states --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        (OPENS - SECOND, "Survei belum dimulai"),
        (OPENS, "Kirim jawaban"),
        (CLOSES - SECOND, "Kirim jawaban"),
        (CLOSES, "Survei sudah selesai"),
        (CLOSES + SECOND, "Survei sudah selesai"),
    ],
    ids=["-1s", "opens", "closes-1s", "closes", "+1s"],
)
def test_what_the_form_says_to_the_second(sheet: Sheet, moment: Any, sentence: str) -> None:
    with clock.at(moment):
        answer = Client().get(sheet.get_absolute_url())
    assert answer.status_code == 200
    assert sentence in text(answer)


@pytest.mark.parametrize(
    ("moment", "code", "kept"),
    [(OPENS - SECOND, 409, 0), (OPENS, 302, 1), (CLOSES - SECOND, 302, 1), (CLOSES, 409, 0)],
    ids=["opens-1s", "opens", "closes-1s", "closes"],
)
def test_when_an_answer_counts_to_the_second(sheet: Sheet, moment: Any, code: int, kept: int) -> None:
    """The form was open in time; what counts is when it comes back."""
    phone = Client()
    page = phone.get(sheet.get_absolute_url())
    with clock.at(moment):
        answer = phone.post(sheet.get_absolute_url(), {"a1": 4, "a2": 4, "a3": 4, "token": token_of(page)})
    assert (answer.status_code, Response.objects.count()) == (code, kept)
    assert kept or "tidak ikut dihitung" in text(answer)


def test_a_survey_closed_early_takes_no_answer(sheet: Sheet, cast: Any) -> None:
    phone = Client()
    page = phone.get(sheet.get_absolute_url())
    actions.move_round(sheet.round, "close", by=cast["reviewer"], note="Kuota cukup.")
    answer = phone.post(sheet.get_absolute_url(), {"a1": 4, "a2": 4, "a3": 4, "token": token_of(page)})
    assert (answer.status_code, Response.objects.count()) == (409, 0)
    assert "2 September 2022" in text(phone.get(sheet.get_absolute_url())), "it says when it was closed"


def test_the_quota_closes_the_form(city: Any, cast: Any, dinkes: Any) -> None:
    sheet = opened(city, cast, dinkes, target=2).sheets.get()
    late = Client()
    page = late.get(sheet.get_absolute_url())
    for _person in range(2):
        assert send(Client(), sheet, 4, 4, 4).status_code == 302
    assert "Jumlah jawaban sudah cukup" in text(Client().get(sheet.get_absolute_url()))
    answer = late.post(sheet.get_absolute_url(), {"a1": 1, "a2": 1, "a3": 1, "token": token_of(page)})
    assert (answer.status_code, Response.objects.count()) == (409, 2)
    assert "tidak ikut dihitung" in text(answer)


def test_a_split_round_has_a_form_and_a_quota_for_each_service(city: Any, cast: Any, dinkes: Any) -> None:
    survey = opened(city, cast, dinkes, mode=Mode.SPLIT, target=1)
    first, second, third = survey.sheets.order_by("service__sub_dimension__order")
    assert send(Client(), first, 4).status_code == 302
    assert "sudah cukup" in text(Client().get(first.get_absolute_url()))
    for other in (second, third):
        page = text(Client().get(other.get_absolute_url()))
        assert page.count("<fieldset") == 1
        assert other.service is not None
        assert other.service.name in page
        assert first.service.name not in page  # type: ignore[union-attr]
    assert marks() == [4]


# --- once ----------------------------------------------------------------------------------------------------


def test_a_double_press_counts_once(sheet: Sheet) -> None:
    """The second comes with the same number: before the first one's cookie, and after it."""
    phone, other = Client(), Client()
    data = {"a1": 4, "a2": 4, "a3": 4, "token": token_of(phone.get(sheet.get_absolute_url()))}
    codes = [client.post(sheet.get_absolute_url(), data).status_code for client in (phone, other, phone)]
    assert (codes, Response.objects.count()) == ([302, 302, 302], 1)


def test_the_same_press_across_the_closing_second_is_still_the_first_one(sheet: Sheet) -> None:
    phone = Client()
    data = {"a1": 4, "a2": 4, "a3": 4, "token": token_of(phone.get(sheet.get_absolute_url()))}
    with clock.at(CLOSES - SECOND):
        assert Client().post(sheet.get_absolute_url(), data).status_code == 302
    with clock.at(CLOSES):
        assert Client().post(sheet.get_absolute_url(), data).status_code == 302
    assert Response.objects.count() == 1


def test_a_phone_counts_once(sheet: Sheet) -> None:
    """A second tab of the same phone, opened before the first was sent."""
    phone = Client()
    second = token_of(phone.get(sheet.get_absolute_url()))
    send(phone, sheet, 4, 4, 4)
    answer = phone.post(sheet.get_absolute_url(), {"a1": 1, "a2": 1, "a3": 1, "token": second})
    assert (answer.status_code, Response.objects.count()) == (302, 1)
    assert "Setiap telepon dihitung satu kali" in text(phone.get(sheet.get_absolute_url()))


def test_the_phone_remembers_only_that_it_answered_this_form(sheet: Sheet) -> None:
    answer = send(Client(), sheet, 4, 3, 2)
    cookie = answer.cookies[tokens.cookie_name()]
    assert (cookie.value, cookie["path"], cookie["samesite"]) == ("1", sheet.get_absolute_url(), "Lax")
    assert cookie["httponly"]
    assert set(answer.cookies) <= {tokens.cookie_name(), "csrftoken"}


@pytest.mark.parametrize("forged", ["", "x", "of-another-form", "signed-elsewhere", "old"])
def test_a_number_that_is_not_of_this_form_is_refused_and_the_choices_stay(sheet: Sheet, forged: str) -> None:
    token = {
        "of-another-form": signing.dumps(["abcdefgh", "zahl"], salt=tokens.SALT),
        "signed-elsewhere": signing.dumps([sheet.code, "zahl"], salt="anders"),
    }.get(forged, forged)
    phone = Client()
    page = phone.get(sheet.get_absolute_url())
    if forged == "old":
        token = token_of(page)
    settled = {"a1": 4, "a2": 2, "a3": 3, "token": token}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tokens, "LONGEST", -1 if forged == "old" else tokens.LONGEST)
        answer = phone.post(sheet.get_absolute_url(), settled)
    assert (answer.status_code, Response.objects.count()) == (422, 0)
    assert re.findall(r'name="(a\d)" value="(\d)" required checked', text(answer)) == [
        ("a1", "4"),
        ("a2", "2"),
        ("a3", "3"),
    ]
    again = phone.post(sheet.get_absolute_url(), settled | {"token": token_of(answer)})
    assert (again.status_code, Response.objects.count()) == (302, 1), "the page came with a good number"


def test_one_network_address_cannot_fill_the_quota(sheet: Sheet) -> None:
    for _press in range(throttle.MOST):
        assert send(Client(), sheet, 4, 4, 4).status_code == 302
    answer = send(Client(), sheet, 1, 2, 3)
    assert (answer.status_code, answer["Retry-After"]) == (429, "600")
    assert re.findall(r'value="(\d)" required checked', text(answer)) == ["1", "2", "3"]
    assert Response.objects.count() == throttle.MOST
    assert send(Client(REMOTE_ADDR="198.51.100.9"), sheet, 1, 2, 3).status_code == 302, (
        "a neighbour is not kept out"
    )


def test_the_hash_of_an_address_is_another_one_tomorrow(sheet: Sheet, rf: Any) -> None:
    request = rf.get("/", REMOTE_ADDR="203.0.113.5")
    names = set()
    for days in (0, 1):
        with clock.at(DURING + timedelta(days=days)):
            names.add(throttle._name(request, sheet))
    assert len(names) == 2
    assert not any("203" in name.removeprefix("survey-")[:3] and "203.0.113.5" in name for name in names)


def test_a_form_without_the_browsers_own_token_is_refused(sheet: Sheet) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(sheet.get_absolute_url())
    data = {"a1": 4, "a2": 4, "a3": 4, "token": token_of(page)}
    refused = strict.post(sheet.get_absolute_url(), data)
    assert refused.status_code == 403
    assert "Jawaban Anda tidak ikut dihitung" in text(refused)
    assert "Masuk" not in text(refused), "nobody is asked to sign in"
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text(page))
    assert found
    assert strict.post(sheet.get_absolute_url(), data | {"csrfmiddlewaretoken": found[1]}).status_code == 302


# --- what is missing -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["", "0", "5", "2.5", "vier", "-1", "4 "], ids=repr)
def test_a_missing_or_strange_mark_is_asked_for_and_the_others_stay(sheet: Sheet, wrong: str) -> None:
    answer = send(Client(), sheet, 4, 3, 2, a2=wrong)
    assert (answer.status_code, Response.objects.count()) == (422, 0)
    assert 'href="#a2"' in text(answer)
    assert re.findall(r'name="(a\d)" value="(\d)" required checked', text(answer)) == [
        ("a1", "4"),
        ("a3", "2"),
    ]


def test_capitals_do_no_harm_and_unknown_addresses_say_so(sheet: Sheet) -> None:
    assert Client().get(f"/s/{sheet.code.upper()}/").status_code == 200
    answer = Client().get("/s/abcdefgh/")
    assert answer.status_code == 404
    assert "Alamat ini tidak ada" in text(answer)
    assert Client().post("/s/abcdefgh/", {"a1": 1}).status_code == 404
    assert Client().get(f"/s/{sheet.code[:-1]}/").status_code == 404


def test_in_english(sheet: Sheet) -> None:
    page = Client().get(f"{sheet.get_absolute_url()}?lang=en")
    assert page["Content-Language"] == "en"
    for words in ("How useful is this service to you?", "Very useful", "Service A", 'lang="en"'):
        assert words in text(page)
    data = {"a1": 4, "token": token_of(page)}
    answer = Client().post(f"{sheet.get_absolute_url()}?lang=en", data)
    assert "Choose one answer for this service." in text(answer)
    assert "Tidak bermanfaat" in text(Client().get(f"{sheet.get_absolute_url()}?lang=xx"))


# --- the page itself -----------------------------------------------------------------------------------------


def test_headers_and_cookies_of_the_form(sheet: Sheet) -> None:
    page = Client().get(sheet.get_absolute_url())
    assert {"no-store", "private"} <= set(page["Cache-Control"].replace(" ", "").split(","))
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert list(page.cookies) == ["csrftoken"], "no session, no counter"
    assert "<script" not in text(page)
    assert Client().head(sheet.get_absolute_url()).status_code == 200


def test_the_form_weighs_less_than_fifteen_kilobytes(sheet: Sheet) -> None:
    """The page and everything it names, as they travel; no font, no picture, no script."""
    page = text(Client().get(sheet.get_absolute_url()))
    named = re.findall(r'(?:src|href)="/static/([^"]+)"', page)
    assert sorted(named) == ["css/survey.css", "css/tokens.css"]
    files = [Path(str(finders.find(name))).read_bytes() for name in named]
    assert sum(len(gzip.compress(body)) for body in [page.encode(), *files]) < 15 * 1024


def test_how_many_queries_an_answer_takes(sheet: Sheet, count_queries: Any) -> None:
    """However many have answered before."""
    seen = [count_queries(lambda: send(Client(), sheet, 4, 4, 4))]
    for _person in range(5):
        answered(sheet, 3)
    seen.append(count_queries(lambda: send(Client(), sheet, 4, 4, 4)))
    assert seen[0] == seen[1]
