"""A form that was not taken gives its words back: to who sent it, on the same answer, and to nobody else."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from opd.models import AuditEvent, QuickWin, User
from smartcity import typed as typing
from tests.scenarios import House, again, typed

As = Callable[..., Client]
HERE = "http://testserver"
WORDS = "Antrean lama:\nwarga pulang & kembali <besok>."
PASSWORD = "sandi-yang-panjang-2022"
SIGN_IN = "/accounts/login/"


@pytest.fixture
def writer(house: House) -> User:
    house.operator.set_password(PASSWORD)
    house.operator.save()
    return house.operator


def from_page(page: str, **more: str) -> dict[str, str]:
    """The headers a browser adds to a form of one of our pages."""
    return {"Origin": HERE, "Referer": HERE + page, "Sec-Fetch-Site": "same-origin", **more}


def form_of(quick_win: QuickWin, **changes: str) -> tuple[str, str, dict[str, str]]:
    """Where the section "problem" stands, where it goes, and what it posts."""
    posted = typed(again(quick_win), "problem", **{"problem": WORDS.replace("\n", "\r\n"), **changes})
    return f"/quick-wins/{quick_win.pk}/edit/", f"/quick-wins/{quick_win.pk}/sections/problem/", posted


def shown(answer: Any) -> dict[str, str]:
    """What the answer's own form would send, as a browser reads it."""
    page = answer.content.decode()
    (form,) = re.findall(r'<form class="stack stack--tight" method="post".*?</form>', page, re.DOTALL)
    found = {
        unescape(name): unescape(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]*)"[^>]*? value="([^"]*)"', form)
    }
    areas = re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL)
    return found | {unescape(name): _lines(unescape(text), "\r\n") for name, text in areas}


def _lines(text: str, ending: str) -> str:
    """Line endings as the browser makes them: one kind when it reads, another when it sends."""
    return text.replace("\r\n", "\n").replace("\n", ending)


def sign_in(client: Client, user: User) -> None:
    client.get(SIGN_IN)
    token = client.cookies["csrftoken"].value
    data = {"login": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert client.post(SIGN_IN, data, headers=from_page(SIGN_IN)).status_code == 302


# --- the words come back ------------------------------------------------------------------------------


def test_a_session_that_ended_gives_the_words_back(draft: QuickWin) -> None:
    before, events = QuickWin.objects.values().get(pk=draft.pk), AuditEvent.objects.count()
    page, action, posted = form_of(draft)
    answer = Client().post(action, posted, headers=from_page(page))
    assert answer.status_code == 403
    text = answer.content.decode()
    assert f'href="{SIGN_IN}?next=%2Fquick-wins%2F{draft.pk}%2Fedit%2F" target="_blank"' in text
    assert shown(answer)["problem"] == posted["problem"]
    assert re.search(r'<textarea[^>]* name="problem"[^>]* readonly>', text)
    assert ">Masalah" in text  # the label of the field, not its name
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert (QuickWin.objects.values().get(pk=draft.pk), AuditEvent.objects.count()) == (before, events)


def test_nothing_of_the_words_is_kept(draft: QuickWin) -> None:
    """Neither a session nor a cookie holds them: who comes to this browser next finds nothing."""
    page, action, posted = form_of(draft)
    client = Client()
    client.post(action, posted, headers=from_page(page))
    assert Session.objects.count() == 0
    assert set(client.cookies) <= {"csrftoken"}
    assert "Antrean" not in client.get(SIGN_IN).content.decode()


def test_a_token_that_was_exchanged_in_another_tab(draft: QuickWin, writer: User) -> None:
    """Signed in again elsewhere: the text is checked and sent once more from the answer, with its old version."""
    client = Client(enforce_csrf_checks=True)
    sign_in(client, writer)
    page, action, posted = form_of(draft)
    old = client.cookies["csrftoken"].value
    client.logout()
    sign_in(client, writer)
    answer = client.post(action, posted | {"csrfmiddlewaretoken": old}, headers=from_page(page))
    assert answer.status_code == 403
    assert str(writer) in answer.content.decode()
    resent = shown(answer)
    assert {name: value for name, value in resent.items() if name in posted} == posted
    assert resent["csrfmiddlewaretoken"] != old
    assert client.post(action, resent, headers=from_page(action)).status_code == 302
    assert again(draft).problem == WORDS


def test_out_and_in_again_without_a_script(draft: QuickWin, writer: User) -> None:
    """Signed out, the words wait in one tab while another one signs in; two presses later they are saved."""
    client = Client(enforce_csrf_checks=True)
    page, action, posted = form_of(draft)
    client.get(SIGN_IN)
    token = client.cookies["csrftoken"].value
    waiting = shown(client.post(action, posted | {"csrfmiddlewaretoken": token}, headers=from_page(page)))
    assert waiting["typed_on"] == page
    still = client.post(action, waiting, headers=from_page(action))  # pressed too early
    assert f"?next=%2Fquick-wins%2F{draft.pk}%2Fedit%2F" in still.content.decode()
    sign_in(client, writer)
    ready = client.post(action, shown(still), headers=from_page(action))
    assert ready.status_code == 403
    assert "readonly" not in ready.content.decode()
    assert client.post(action, shown(ready), headers=from_page(action)).status_code == 302
    assert again(draft).problem == WORDS


def test_what_somebody_else_saved_meanwhile_is_not_written_over(
    draft: QuickWin, writer: User, as_: As
) -> None:
    page, action, posted = form_of(draft)
    client = as_(writer, enforce_csrf_checks=True)
    answer = client.post(action, posted, headers=from_page(page))
    as_(writer).post(action, form_of(draft, problem="Yang lain.")[2], headers=from_page(page))
    assert client.post(action, shown(answer), headers=from_page(action)).status_code == 409
    assert again(draft).problem == "Yang lain."


def test_a_first_empty_line_and_every_letter_stay(draft: QuickWin) -> None:
    text = "\r\n  Awal kosong, é 中 🎉 \u202e terbalik\r\n\r\nakhir "
    page, action, posted = form_of(draft, problem=text)
    assert shown(Client().post(action, posted, headers=from_page(page)))["problem"] == text


def test_a_form_without_words_leads_to_the_sign_in_and_back_to_its_page(draft: QuickWin) -> None:
    """Not to the address of the form, at which there is no page."""
    answer = Client().post(
        f"/quick-wins/{draft.pk}/moves/submit/", {"key": "k" * 32}, headers=from_page("/workspace/?x=1")
    )
    assert answer["Location"] == f"{SIGN_IN}?next=/workspace/%3Fx%3D1"


# --- never to anybody else ----------------------------------------------------------------------------

ELSEWHERE = [
    {},
    {"Origin": "https://jahat.example", "Referer": "https://jahat.example/"},
    {"Origin": "null"},
    {"Origin": "null", "Referer": f"{HERE}/workspace/"},
    {"Origin": "https://testserver"},
    {"Origin": f"{HERE}:8080"},
    {"Origin": f"{HERE}.jahat.example"},
    {"Referer": f"{HERE}@jahat.example/"},
    {"Referer": "https://jahat.example/http://testserver/"},
    {"Referer": "http://[rusak"},
    {"Origin": HERE, "Sec-Fetch-Site": "cross-site"},
    {"Origin": HERE, "Sec-Fetch-Site": "same-site"},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_a_page_from_elsewhere_writes_nothing_into_ours(
    headers: dict[str, str], draft: QuickWin, writer: User, as_: As
) -> None:
    """Neither signed in nor out: no prefilled form, not even text on the page."""
    _page, action, posted = form_of(draft)
    stranger = Client().post(action, posted, headers=headers)
    assert (stranger.status_code, stranger["Location"].split("?")[0]) == (302, SIGN_IN)
    forged = as_(writer, enforce_csrf_checks=True).post(action, posted, headers=headers)
    assert forged.status_code == 403
    assert "Antrean" not in forged.content.decode()
    assert again(draft).problem == draft.problem


BY_SCRIPT = [
    {"X-Requested-With": "autosave", "Accept": "application/json"},
    {"X-Requested-With": "upload"},
    {"HX-Request": "true"},
    {"Sec-Fetch-Mode": "cors"},
]


@pytest.mark.parametrize("headers", BY_SCRIPT, ids=str)
def test_scripts_have_their_own_way(headers: dict[str, str], draft: QuickWin) -> None:
    """They keep the words on the device and read a redirect as "signed out"."""
    page, action, posted = form_of(draft)
    answer = Client().post(action, posted, headers=from_page(page, **headers))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, SIGN_IN)


def test_what_is_no_form_is_left_alone(draft: QuickWin) -> None:
    page, action, posted = form_of(draft)
    for content_type in ("application/json", "text/plain"):
        answer = Client().post(
            action,
            str(posted) if content_type == "text/plain" else posted,
            content_type,
            headers=from_page(page),
        )
        assert answer.status_code == 302


def test_another_person_on_the_same_phone(draft: QuickWin, houses: dict[str, House], writer: User) -> None:
    """Who signs in next finds no words on any page; in the tab left open the form names them, and their rights
    decide: another agency's draft is not there for them.
    """
    client = Client(enforce_csrf_checks=True)
    page, action, posted = form_of(draft)
    left_open = shown(client.post(action, posted, headers=from_page(page)))
    other = houses["DISHUB"].operator
    other.set_password(PASSWORD)
    other.save()
    sign_in(client, other)
    for path in ("/workspace/", "/quick-wins/", "/notifications/"):
        assert "Antrean" not in client.get(path).content.decode()
    assert client.get(page).status_code == 404
    named = client.post(action, left_open, headers=from_page(action))
    assert str(other) in named.content.decode()
    refused = client.post(action, shown(named), headers=from_page(action))
    assert refused.status_code == 404
    assert again(draft).problem == draft.problem


# --- what may stand in a form -------------------------------------------------------------------------


def test_no_text_and_no_name_becomes_markup(draft: QuickWin) -> None:
    attack = "</textarea></form><script>alert(1)</script>\"'><img src=x onerror=alert(2)> &amp;"
    page, action, posted = form_of(draft, problem=attack)
    answer = Client().post(
        action,
        urlencode(
            posted | {attack: f"dua kata {attack}", '"><b>': '"><b>', "typed_on": "javascript:alert(3)"}
        ),
        typing.FORM_TYPES[0],
        headers=from_page(page),
    )
    text = answer.content.decode()
    for markup in ("<script>alert", "<img src=x", '"><b>', "javascript:alert"):
        assert markup not in text
    found = shown(answer)
    assert found["problem"] == attack
    assert found[attack] == f"dua kata {attack}"


@pytest.mark.parametrize("page", ["//jahat.example/", "https://jahat.example/", "/\\jahat.example", "jahat"])
def test_the_way_back_stays_in_the_house(page: str, draft: QuickWin) -> None:
    _page, action, posted = form_of(draft)
    answer = Client().post(action, posted | {"typed_on": page}, headers=from_page("/workspace/"))
    assert "jahat" not in answer.content.decode()


def test_secrets_are_never_shown(draft: QuickWin, writer: User, as_: As) -> None:
    page, action, posted = form_of(draft)
    secrets = {"new_password1": "rahasia satu", "csrfmiddlewaretoken": "rahasia dua", "otp": "rahasia tiga"}
    assert "rahasia" not in Client().post(action, posted | secrets, headers=from_page(page)).content.decode()
    data = {"oldpassword": "rahasia a", "password1": "rahasia b", "login": "rahasia c"}
    client = as_(writer, enforce_csrf_checks=True)
    for path in (SIGN_IN, "/accounts/password/change/", "/accounts/password/reset/"):
        answer = client.post(path, data, headers=from_page(path))
        assert answer.status_code == 403
        assert "rahasia" not in answer.content.decode()


def test_files_are_named_but_not_kept(draft: QuickWin) -> None:
    posted = {"title": "Foto loket baru", "file": [SimpleUploadedFile("loket <1>.jpg", b"isi rahasia")]}
    answer = Client().post(
        f"/quick-wins/{draft.pk}/evidence/", posted, headers=from_page(f"/quick-wins/{draft.pk}/edit/")
    )
    text = answer.content.decode()
    assert answer.status_code == 403
    assert "Foto loket baru" in text
    assert "loket &lt;1&gt;.jpg" in text
    assert "isi rahasia" not in text
    assert '<form class="stack' not in text  # sending it once more would lose the file in silence


def test_a_very_long_form_says_that_lines_are_missing(draft: QuickWin) -> None:
    page, action, posted = form_of(draft, description="kata " * (typing.LIMIT // 5))
    answer = Client().post(action, posted, headers=from_page(page))
    text = answer.content.decode()
    assert "Terlalu panjang" in text
    assert len(text) < typing.LIMIT + 40_000
    assert '<form class="stack' not in text


def test_more_than_the_portal_reads_is_refused_with_a_page(draft: QuickWin, house: House, as_: As) -> None:
    """The browser still has it, and the page says so; signed out it is the way to the sign-in."""
    page, action, posted = form_of(draft, problem="kata " * 600_000)
    for data in (posted, {f"f{number}": "dua kata" for number in range(600)}):
        answer = as_(house.operator).post(action, data, headers=from_page(page))
        assert answer.status_code == 400
        assert "Kembali satu halaman" in answer.content.decode()
        assert Client().post(action, data, headers=from_page(page)).status_code == 302


# --- other errors -------------------------------------------------------------------------------------


def test_every_refusal_shows_the_words(
    draft: QuickWin, submitted: QuickWin, house: House, as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form without its version, of a thing that is gone, without the right, and one at which the portal broke."""
    page, action, posted = form_of(draft)
    client = as_(house.operator, raise_request_exception=False)
    headers = from_page(page)
    without = {name: text for name, text in posted.items() if name != "version"}
    assert _readable(client.post(action, without, headers=headers), 400)
    assert _readable(client.post("/quick-wins/99999999/sections/problem/", posted, headers=headers), 404)
    seen = f"/quick-wins/{submitted.pk}/sections/problem/"
    assert _readable(as_(house.decider).post(seen, posted, headers=headers), 403)
    monkeypatch.setattr("opd.actions.save_section", None)
    assert _readable(client.post(action, posted, headers=headers), 500)


def _readable(answer: Any, status: int) -> bool:
    text = answer.content.decode()
    assert answer.status_code == status
    area = re.search(r'<textarea[^>]* name="problem"[^>]* readonly>\n(.*?)</textarea>', text, re.DOTALL)
    return bool(area) and _lines(unescape(area[1]), "\n") == WORDS


def test_the_page_of_a_fault_comes_without_a_database(
    draft: QuickWin, client: Client, monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any
) -> None:
    client.raise_request_exception = False
    with django_db_blocker.block():
        answer = client.get("/")
    assert answer.status_code in (302, 500)
    client.cookies["sessionid"] = "x" * 32
    with django_db_blocker.block():
        answer = client.get("/workspace/")
    assert answer.status_code == 500
    assert "<h1>" in answer.content.decode()


def test_the_address_of_a_form_opened_as_a_page(draft: QuickWin, house: House, as_: As) -> None:
    answer = as_(house.operator).get(f"/quick-wins/{draft.pk}/sections/problem/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Tidak ada halaman di alamat ini" in answer.content.decode()
