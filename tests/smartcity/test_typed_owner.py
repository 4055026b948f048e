"""Whose words a form carries, and the page they go back to: never another person's name, never a page that is none."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from opd.models import AuditEvent, QuickWin, User
from smartcity import typed as typing
from tests.scenarios import House, again
from tests.smartcity.test_typed import (
    PASSWORD,
    SIGN_IN,
    WORDS,
    As,
    form_of,
    from_page,
    shown,
    sign_in,
    writer,  # noqa: F401
)

FOREIGN = "Teks ini diketik dengan akun lain."
MARKED = ("csrfmiddlewaretoken", typing.OWNER)


@pytest.fixture
def colleague(house: House) -> User:
    """Somebody of the same agency, with the same rights to the same draft."""
    house.head.set_password(PASSWORD)
    house.head.save()
    return house.head


def opened_form(client: Client, draft: QuickWin, **changes: str) -> tuple[str, str, dict[str, str]]:
    """The form of the section as its page gives it to a browser: with the token and the mark of whose it is."""
    page, action, posted = form_of(draft, **changes)
    text = client.get(page).text
    marks = {name: text.split(f'name="{name}" value="')[1].split('"')[0] for name in MARKED}
    return page, action, posted | marks


def test_words_are_not_sent_in_the_name_of_who_signed_in_meanwhile(
    draft: QuickWin,
    writer: User,  # noqa: F811
    colleague: User,
) -> None:
    """The form was open; another person signs in in this browser, then the button is pressed in the old tab."""
    client = Client(enforce_csrf_checks=True)
    sign_in(client, writer)
    page, action, posted = opened_form(client, draft)
    client.logout()
    sign_in(client, colleague)
    before, events = QuickWin.objects.values().get(pk=draft.pk), AuditEvent.objects.count()
    answer = client.post(action, posted, headers=from_page(page))
    for _pressed in range(2):  # whatever is pressed on that page
        assert_foreign(answer, posted)
        answer = client.post(action, shown(answer), headers=from_page(action))
    assert (QuickWin.objects.values().get(pk=draft.pk), AuditEvent.objects.count()) == (before, events)


def test_words_wait_for_their_owner_through_another_persons_session(
    draft: QuickWin,
    writer: User,  # noqa: F811
    colleague: User,
) -> None:
    """The session ends, the words stand on the page; a colleague signs in first; then the writer sends them."""
    client = Client(enforce_csrf_checks=True)
    sign_in(client, writer)
    page, action, posted = opened_form(client, draft)
    client.logout()
    waiting = client.post(action, posted, headers=from_page(page))
    assert shown(waiting)[typing.OWNER] == posted[typing.OWNER]
    sign_in(client, colleague)
    refused = client.post(action, shown(waiting), headers=from_page(action))
    assert_foreign(refused, posted)
    client.logout()
    sign_in(client, writer)
    ready = client.post(action, shown(refused), headers=from_page(action))
    assert FOREIGN not in ready.text
    assert client.post(action, shown(ready), headers=from_page(action)).status_code == 302
    assert again(draft).problem == WORDS


def assert_foreign(answer: Any, posted: dict[str, str]) -> None:
    """The words are there to be read, and nothing on the page could send them."""
    assert answer.status_code == 403
    assert FOREIGN in answer.text
    assert "readonly" in answer.text
    kept = shown(answer)
    assert kept["problem"] == posted["problem"]
    assert kept[typing.OWNER] == posted[typing.OWNER]
    assert "csrfmiddlewaretoken" not in kept


def test_the_mark_tells_nothing_about_the_account_and_is_its_own(house: House) -> None:
    marks = {typing.mark_of(user) for user in (house.operator, house.head)}
    assert len(marks) == 2
    assert marks.isdisjoint({str(house.operator.pk), house.operator.username})
    assert typing.mark_of(AnonymousUser()) == ""


# --- the page to go back to ---------------------------------------------------------------------------


@pytest.mark.parametrize("words", [True, False])
def test_a_form_sent_from_the_answer_to_a_form_leads_back_to_a_page(
    words: bool, draft: QuickWin, house: House, as_: As
) -> None:
    """Two texts side by side stand at the address of the form, where there is no page to come back to."""
    page, action, posted = form_of(draft)
    client = as_(house.operator)
    client.post(action, form_of(draft, problem="Yang lain.")[2], headers=from_page(page))
    assert client.post(action, posted, headers=from_page(page)).status_code == 409
    sent = posted if words else {"version": "1"}
    answer = Client().post(action, sent, headers=from_page(action))
    target = f"/quick-wins/{draft.pk}/"
    if words:
        assert f'href="{SIGN_IN}?next=%2Fquick-wins%2F{draft.pk}%2F"' in answer.text
    else:
        assert answer["Location"] == f"{SIGN_IN}?next={target}"
    assert as_(house.operator).get(target).status_code == 200
