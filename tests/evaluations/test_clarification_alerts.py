"""Alerts of the desk: at once, at half time, two hours before; each once, the newest only, and none when answered."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from evaluations.actions import clarifications as desk
from evaluations.actions import desk_alerts
from evaluations.models import AlertMail, Clarification, ClarificationAlert
from evaluations.tasks import mind_the_desk
from opd.models import Membership, Notification, User
from smartcity.lib import clock
from tests.evaluations.builders import SECOND
from tests.evaluations.desk import ASKED, DAY, again, ask, fresh

HALF, LAST = ASKED + DAY / 2, ASKED + timedelta(hours=22)


@pytest.fixture
def item(open_window, colleague_seat, cast) -> Clarification:
    """Asked of DINKES, everybody with an address."""
    for user in User.objects.all():
        User.objects.filter(pk=user.pk).update(email=f"{user.username}@contoh.invalid")
    return ask(colleague_seat, "Q-LIV-1")


def stages() -> list[str]:
    return list(ClarificationAlert.objects.order_by("pk").values_list("stage", flat=True))


def told() -> set[str]:
    """Who has an unread line now."""
    return set(Notification.objects.unread().values_list("user__username", flat=True))


def beat(*moments: Any) -> None:
    for moment in moments:
        with clock.at(moment):
            mind_the_desk()


CONCERNED = {"operator-dinkes", "kepala-dinkes", "kominfo"}


def test_who_answers_heads_and_reviews_is_told_in_the_transaction_of_asking(item):
    assert stages() == ["asked"]
    assert told() == CONCERNED
    line = Notification.objects.filter(user__username="operator-dinkes").get()
    assert line.title == f"DINKES ditanya: klarifikasi {item.number}, sisa 1 hari"
    assert line.text == "Jawab sampai Rabu, 5 Oktober 2022, 08.00 WIB."
    assert line.url == item.get_absolute_url()
    assert not Notification.objects.to_mail().exists(), "the digest of the next morning does not repeat it"


def test_the_mails_go_out_once_and_leave_the_question_in_the_portal(item):
    beat(ASKED + SECOND, ASKED + SECOND, ASKED + timedelta(hours=1))
    assert {message.to[0] for message in mail.outbox} == {f"{name}@contoh.invalid" for name in CONCERNED}
    assert len(mail.outbox) == 3
    message = mail.outbox[0]
    assert item.number in message.subject
    assert f"/clarifications/{item.pk}/" in message.body
    assert "Rabu, 5 Oktober 2022, 08.00 WIB" in message.body
    assert item.text not in message.subject + message.body


@pytest.mark.parametrize(
    ("moments", "expected", "mails"),
    [
        ([HALF - SECOND], ["asked"], 3),
        ([HALF], ["asked", "half"], 3),
        ([HALF, HALF, HALF + SECOND], ["asked", "half"], 3),
        ([HALF, LAST - SECOND], ["asked", "half"], 3),
        ([HALF, LAST, LAST, LAST + SECOND], ["asked", "half", "last"], 6),
        ([LAST + timedelta(hours=1)], ["asked", "last"], 3),
        ([ASKED + DAY - SECOND], ["asked", "last"], 3),
        ([ASKED + DAY], ["asked"], 0),
        ([ASKED + DAY * 3, ASKED + DAY * 4], ["asked"], 0),
    ],
    ids=[
        "early",
        "half",
        "twice",
        "between",
        "last",
        "away-for-hours",
        "last-second",
        "due",
        "away-for-days",
    ],
)
def test_each_stage_is_told_once_and_only_the_newest(item, moments, expected, mails):
    """Mails of an earlier stage that went unsent meanwhile are dropped."""
    beat(*moments)
    assert stages() == expected
    assert Notification.objects.unread().count() == (3 if moments[-1] < ASKED + DAY else 0)
    assert len(mail.outbox) == mails


def test_an_answer_ends_the_alerts_and_drops_unsent_mails(item, cast):
    with clock.at(ASKED + SECOND):
        desk.send_reply(pk=item.pk, text="Ini.", version=item.version, by=fresh(cast["operator"]))
    beat(HALF, LAST)
    assert (stages(), told(), mail.outbox) == (["asked"], set(), [])


@pytest.mark.parametrize("end", ["withdraw", "lapse"])
def test_so_do_a_withdrawal_and_the_end(item, cast, end):
    if end == "withdraw":
        with clock.at(ASKED + SECOND):
            desk.withdraw(pk=item.pk, reason="Sudah jelas.", by=fresh(cast["colleague"]))
    beat(ASKED + DAY)
    assert (stages(), told(), mail.outbox) == (["asked"], set(), [])


def test_an_extension_tells_the_new_time_and_counts_anew(item, cast):
    beat(LAST)
    mail.outbox.clear()
    with clock.at(LAST + SECOND):
        desk.extend(pk=item.pk, until=ASKED + DAY * 2, reason="Listrik padam.", by=fresh(cast["reviewer"]))
    assert stages() == ["asked", "last", "asked"], "half of the longer time is not over yet"
    beat(ASKED + DAY + SECOND, ASKED + DAY * 2 - timedelta(hours=2))
    assert stages() == ["asked", "last", "asked", "half", "last"]
    assert len(mail.outbox) == 6
    assert "Kamis, 6 Oktober 2022, 08.00 WIB" in mail.outbox[-1].body


def test_passing_on_tells_the_other_agency_and_leaves_the_first_in_peace(item, cast, kominfo, person):
    person("operator-kominfo", "operator", kominfo.city, kominfo)
    with clock.at(HALF + SECOND):
        desk.pass_on(pk=item.pk, opd=kominfo, reason="Bukan kami.", by=fresh(cast["reviewer"]))
    assert stages() == ["asked", "half"]
    assert told() == {"operator-kominfo", "kominfo"}


def test_people_who_left_or_lost_their_role_get_no_mail(item, cast):
    Membership.objects.filter(user=cast["head"]).update(valid_to=ASKED)
    User.objects.filter(pk=cast["operator"].pk).update(is_active=False)
    beat(ASKED + SECOND)
    assert [message.to for message in mail.outbox] == [["kominfo@contoh.invalid"]]
    assert AlertMail.objects.filter(dropped_at__isnull=False).count() == 2


def test_a_mail_that_could_not_be_handed_over_is_tried_again(item, monkeypatch):
    refuse: Callable[..., Any] = lambda *args: (_ for _ in ()).throw(OSError("mail server away"))  # noqa: E731
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        beat(ASKED + SECOND)
    assert mail.outbox == []
    beat(ASKED + timedelta(minutes=1))
    assert mail.outbox == [], "it rests for a while"
    beat(ASKED + timedelta(minutes=6))
    assert len(mail.outbox) == 3


def test_a_mail_in_other_hands_is_left_alone(item):
    with clock.at(ASKED + SECOND):
        pk = AlertMail.objects.order_by("pk")[0].pk
        assert AlertMail.objects.claim(pk) is not None
        assert AlertMail.objects.claim(pk) is None
        assert not desk_alerts.send_mail(pk)
    beat(ASKED + timedelta(minutes=3))
    assert len(mail.outbox) == 3, "whoever had it died; the lease is over"


def test_one_item_that_fails_does_not_keep_the_others_waiting(item, seat, monkeypatch):
    other = ask(seat, "B-1")
    real = desk_alerts.tell

    def tell(one: Clarification) -> Any:
        if one.pk == item.pk:
            raise RuntimeError("broken")
        return real(one)

    monkeypatch.setattr(desk_alerts, "tell", tell)
    beat(HALF)
    assert [alert.clarification_id for alert in ClarificationAlert.objects.filter(stage="half")] == [other.pk]
    assert again(item).status == "asked"
