"""Lines for people about the self-assessment: what their agency was asked, what came back, what waits for them.

Written in the transaction of the change; the mail is the digest of the next morning. One line a person, day and
cause: a hundred questions asked at once are one line. A line is settled when its cause is gone.
"""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import rules
from evaluations.models import Answer, EvaluationWindow, OfficialResult
from opd.actions.ladder import local_day
from opd.models import Membership, Notification, Opd, Role, User
from opd.models.people import OF_AN_OPD
from smartcity.lib import clock

Kind = Notification.Kind
#: What a line is about: a window whose questions were asked or wait, or one answer that came back.
ASKED, WAITING, RETURNED = "asked", "answers", "answer"


def told_asked(window: EvaluationWindow, opd: Opd, count: int, by: User) -> None:
    """The agency's people learn how many questions they were asked."""
    title = ngettext(
        "%(count)s question of %(window)s is asked of %(opd)s",
        "%(count)s questions of %(window)s are asked of %(opd)s",
        count,
    ) % {"count": count, "window": window, "opd": opd.short}
    url = reverse("evaluations:answers", args=[window.pk])
    write_lines(_of_agency(opd), by, window, Kind.REMINDER, ASKED, window.pk, title, url)


def told_moved(answer: Answer, name: str, by: User) -> None:
    """Who has the next step learns of it, and what was told before asks for nothing any more."""
    window = answer.window
    code = {"code": answer.question.code, "window": window}
    if name == "submit":
        Notification.objects.filter(kind=Kind.RETURNED).about_things(RETURNED, [answer.pk]).settle()
        _settle_asked(answer)
        title = _("Answers of agencies wait to be accepted: %(window)s") % code
        url = f"{reverse('evaluations:answers', args=[window.pk])}?status=submitted"
        judges = [user for user in people_of_city(window) if rules.may_judge_answer(user, answer)]
        write_lines(judges, by, window, Kind.DECISION, WAITING, window.pk, title, url)
        return
    if not window.answers.filter(status="submitted").exists():
        Notification.objects.filter(kind=Kind.DECISION).about_things(WAITING, [window.pk]).settle()
    if name in ("return", "reopen") and answer.opd:
        url = reverse("evaluations:answer", args=[window.pk, answer.question.code])
        title = _("Returned: answer %(code)s of %(window)s") % code
        write_lines(_of_agency(answer.opd), by, window, Kind.RETURNED, RETURNED, answer.pk, title, url)


def told_frozen(window: EvaluationWindow) -> None:
    """After the opening nothing of all this can be done any more."""
    answers = window.answers.values_list("pk", flat=True)
    Notification.objects.about_things(ASKED, [window.pk]).settle()
    Notification.objects.about_things(WAITING, [window.pk]).settle()
    Notification.objects.about_things(RETURNED, answers).settle()


def _settle_asked(answer: Answer) -> None:
    """The agency has handed in everything: its people need no line that asks them."""
    assert answer.opd is not None
    rest = answer.window.answers.filter(opd=answer.opd_id, status__in=["draft", "returned"])
    if not rest.exists():
        people = [user.pk for user in _of_agency(answer.opd)]
        lines = Notification.objects.filter(user__in=people)
        lines.about_things(ASKED, [answer.window_id]).settle()


def _of_agency(opd: Opd) -> list[User]:
    held = Membership.objects.valid_now().of_roles(OF_AN_OPD).filter(opd__in=[opd.pk, *opd.heirs()])
    return _people(held)


def people_of_city(matter: EvaluationWindow | OfficialResult) -> list[User]:
    """The reviewers and planners of the city a window or a letter is of, each once."""
    held = Membership.objects.valid_now().of_roles([Role.REVIEWER, Role.PLANNER]).filter(city=matter.city_id)
    return _people(held)


def _people(held: Any) -> list[User]:
    rows = held.filter(user__is_active=True).select_related("user").order_by("pk")
    return list({row.user_id: row.user for row in rows}.values())


def write_lines(
    people: Iterable[User],
    by: User,
    matter: EvaluationWindow | OfficialResult,
    kind: str,
    about: str,
    pk: int,
    title: str,
    url: str,
) -> None:
    Notification.objects.bulk_create(
        (
            Notification(
                user=user,
                city_id=matter.city_id,
                day=local_day(matter.city, clock.now()),
                kind=kind,
                about=about,
                about_id=pk,
                title=title[:300],
                url=url,
                created_at=clock.now(),
            )
            for user in people
            if user.pk != by.pk
        ),
        update_conflicts=True,  # the same cause once more on the same day: the line asks again
        update_fields=["title", "url", "created_at", "read_at", "settled_at"],
        unique_fields=["user", "kind", "about", "about_id", "day"],
    )
