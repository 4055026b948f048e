"""The city's own view: what it answers to each question before the panel looks."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Question
from evaluations.models.window import OF_THE_CITY, EvaluationWindow
from opd.models import User
from smartcity.lib.models import Stamped, Versioned
from smartcity.lib.text import plain_text


class AnswerQuerySet(models.QuerySet["Answer"]):
    """How answers are found. An assessor reads the frozen ones in the snapshot, never these."""

    def visible_to(self, user: User) -> Self:
        return self.filter(window__city__in=user.cities(*OF_THE_CITY))

    def given(self) -> Self:
        """Answers that say something: a score, or words."""
        return self.filter(Q(self_score__isnull=False) | ~Q(text=""))

    def scored(self) -> Self:
        return self.filter(self_score__isnull=False)

    def surveyed(self) -> Self:
        """Recaps of the impact survey that say how many people answered."""
        return self.filter(respondents__isnull=False)

    def by_question(self) -> "dict[int, Answer]":
        """Primary key of the question -> the city's answer to it."""
        return {answer.question_id: answer for answer in self}


class Answer(Stamped, Versioned):
    """The city's answer to one question: self-score, or mean and number of respondents of the survey."""

    window = models.ForeignKey(
        EvaluationWindow, models.CASCADE, related_name="answers", verbose_name=_("window")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    # whole for a scored question; four decimals hold a survey mean of 50 answers exactly
    self_score = models.DecimalField(_("self-score"), max_digits=5, decimal_places=4, null=True, blank=True)
    respondents = models.PositiveIntegerField(_("respondents"), null=True, blank=True)
    text = models.TextField(_("answer"), max_length=4000, blank=True, validators=[plain_text])
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sample = models.BooleanField(_("example"), default=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["window", "question"], name="answer_once_per_question"),
            models.CheckConstraint(
                condition=Q(self_score__isnull=True) | Q(self_score__gte=0, self_score__lte=4),
                name="answer_score_0_to_4",
                violation_error_message=_("A value lies between 0 and 4."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id}/{self.question_id}"

    @property
    def city_id(self) -> int:
        """The city that answers, for the audit trail."""
        return self.window.city_id
