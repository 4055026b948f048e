"""Lines for people about the self-assessment: what their agency was asked, what came back, what waits for them.

Written in the transaction of the change; the mail is the digest of the next morning. One line a person, day and
cause: a hundred questions asked at once are one line. A line is settled when its cause is gone.
"""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from evaluations import rules
from evaluations.actions import lines
from evaluations.models import Answer, EvaluationWindow, OfficialResult
from opd.models import Notification, Opd, User

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
    write_lines(lines.of_agency(opd), by, window, Kind.REMINDER, ASKED, window.pk, title, url)


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
        write_lines(lines.of_agency(answer.opd), by, window, Kind.RETURNED, RETURNED, answer.pk, title, url)


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
        people = [user.pk for user in lines.of_agency(answer.opd)]
        told = Notification.objects.filter(user__in=people)
        told.about_things(ASKED, [answer.window_id]).settle()


def people_of_city(matter: EvaluationWindow | OfficialResult) -> list[User]:
    """The reviewers and planners of the city a window or a letter is of, each once."""
    return lines.of_city(matter.city_id)


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
    """One line for each of `people` but the one who acts."""
    lines.write(people, by=by, city=matter.city, kind=kind, about=about, pk=pk, title=title, url=url)
