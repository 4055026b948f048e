"""The city's own view: what it answers to each question before the panel looks, and which agency answers."""

from collections.abc import Collection
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.instrument import Question
from evaluations.models.window import OF_THE_CITY, EvaluationWindow, Status
from opd.models import Claim, Document, Evidence, Opd, Role, StoredFile, User
from smartcity.lib.models import Event, Stamped, Versioned
from smartcity.lib.search import TermsField
from smartcity.lib.text import plain_text


class AnswerStatus(models.TextChoices):
    """Where an answer stands on its way from an agency to the city."""

    DRAFT = "draft", _("Being answered")
    SUBMITTED = "submitted", _("Submitted")
    RETURNED = "returned", _("Returned")
    ACCEPTED = "accepted", _("Accepted")


class AnswerQuerySet(models.QuerySet["Answer"]):
    """How answers are found. An assessor reads the frozen ones in the snapshot, never these."""

    def visible_to(self, user: User) -> Self:
        """The city's people; an agency its own. What an agency is writing is read through `Answer.read_by`."""
        return self.filter(Q(window__city__in=user.cities(*OF_THE_CITY)) | Q(opd__in=user.opds()))

    def of_own_opds(self, user: User) -> Self:
        return self.filter(opd__in=user.opds())

    def in_window(self, window_id: int) -> Self:
        return self.filter(window=window_id)

    def written_by_house_of(self, user: User) -> Self:
        """What the person's own agency or a unit of it answers, and what the person wrote for the secretariat."""
        house = Q(opd__in=user.home_opds()) | Q(opd__parent__in=user.home_opds())
        return self.filter(house | Q(opd=None, updated_by=user))

    def open_for(self, user: User) -> Self:
        """What the person's agencies were asked for and have not handed in, while it can be."""
        with_agency = [AnswerStatus.DRAFT, AnswerStatus.RETURNED]
        return self.of_own_opds(user).filter(status__in=with_agency, window__status=Status.DRAFT)

    def counting(self) -> Self:
        """What the city stands for: written by its secretariat, or by an agency and accepted."""
        return self.filter(Q(opd__isnull=True) | Q(status=AnswerStatus.ACCEPTED))

    def to_judge(self) -> Self:
        """Handed in by an agency, and neither accepted nor returned yet."""
        return self.filter(opd__isnull=False, status=AnswerStatus.SUBMITTED)

    def not_accepted(self) -> Self:
        """With words or a score of an agency that nobody has accepted: not frozen when the window opens."""
        return self.given().filter(opd__isnull=False).exclude(status=AnswerStatus.ACCEPTED)

    def given(self) -> Self:
        """Answers that say something: a score, figures, or words."""
        return self.filter(Q(self_score__isnull=False) | Q(figures__isnull=False) | ~Q(text=""))

    def scored(self) -> Self:
        return self.filter(self_score__isnull=False)

    def surveyed(self) -> Self:
        """Recaps of the impact survey that say how many people answered."""
        return self.filter(respondents__isnull=False)

    def to_freeze(self) -> Self:
        """What the city stands for, with its evidence, by question: what a snapshot holds of it."""
        pieces = models.Prefetch("exhibits", Exhibit.objects.for_list())
        rows = self.counting().given().select_related("question", "opd").prefetch_related(pieces)
        return rows.order_by("question__code")

    def with_pieces(self) -> Self:
        """Every answer with its agency, its evidence and the files of it."""
        pieces = models.Prefetch("exhibits", Exhibit.objects.for_list())
        return self.select_related("opd", "question").prefetch_related(pieces)

    def by_question(self) -> "dict[int, Answer]":
        """Primary key of the question -> the city's answer to it."""
        return {answer.question_id: answer for answer in self}

    def for_list(self) -> Self:
        return self.select_related("opd", "question").order_by("question__section__order", "question__order")

    def for_page(self) -> Self:
        return self.select_related(
            "window__city", "window__instrument", "question", "opd__parent", "updated_by"
        )


class Answer(Stamped, Versioned):
    """The city's answer to one question: self-score, or mean and number of respondents of the survey.

    `opd` is the agency that was asked for it; without one the secretariat answers itself. What an agency handed in
    last stands in `submitted`: until it hands in again, the city reads that and not what is being written.
    """

    window = models.ForeignKey(
        EvaluationWindow, models.CASCADE, related_name="answers", verbose_name=_("window")
    )
    question = models.ForeignKey(Question, models.PROTECT, related_name="+", verbose_name=_("question"))
    opd = models.ForeignKey(Opd, models.PROTECT, null=True, related_name="+", verbose_name=_("agency"))
    status = models.CharField(
        _("status"), max_length=12, choices=AnswerStatus, default=AnswerStatus.DRAFT, editable=False
    )
    # whole for a scored question; four decimals hold a survey mean of 50 answers exactly
    self_score = models.DecimalField(_("self-score"), max_digits=5, decimal_places=4, null=True, blank=True)
    respondents = models.PositiveIntegerField(_("respondents"), null=True, blank=True)
    # of a question that asks for data: see evaluations/figures.py
    figures = models.JSONField(_("figures"), null=True, blank=True)
    text = models.TextField(_("answer"), max_length=4000, blank=True, validators=[plain_text])
    submitted = models.JSONField(null=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sample = models.BooleanField(_("example"), default=False)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        indexes = [models.Index(fields=["opd", "status"])]
        constraints = [
            models.UniqueConstraint(fields=["window", "question"], name="answer_once_per_question"),
            models.CheckConstraint(
                condition=Q(self_score__isnull=True) | Q(self_score__gte=0, self_score__lte=4),
                name="answer_score_0_to_4",
                violation_error_message=_("A value lies between 0 and 4."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(opd__isnull=False, submitted_at__isnull=False),
                name="answer_moves_with_an_agency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.window_id}/{self.question_id}"

    @property
    def city_id(self) -> int:
        """The city that answers, for the audit trail."""
        return self.window.city_id

    @property
    def is_counting(self) -> bool:
        """Whether the city stands for it: see `AnswerQuerySet.counting`."""
        return self.opd_id is None or self.status == AnswerStatus.ACCEPTED

    def is_given(self) -> bool:
        return self.self_score is not None or bool(self.text) or bool(self.figures)


class AnswerEvent(Event):
    """One line of an answer's history: asked of an agency, handed in, returned, accepted."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="events")

    class Meta(Event.Meta):
        indexes = [models.Index(fields=["answer", "-at"])]


class ExhibitQuerySet(models.QuerySet["Exhibit"]):
    """How the evidence of answers is found."""

    def visible_to(self, user: User) -> Self:
        """The agency's own; to the city's people what was handed in, to leadership what the city stands for."""
        sent = Q(created_at__lte=F("answer__submitted_at"))
        stands = Q(answer__opd__isnull=True) | Q(answer__status=AnswerStatus.ACCEPTED)
        return self.filter(
            Q(answer__opd__in=user.opds())
            | Q(sent, answer__window__city__in=user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR))
            | Q(stands, answer__window__city__in=user.cities(*OF_THE_CITY))
            | self._of_recommendations(user)
        )

    @staticmethod
    def _of_recommendations(user: User) -> Q:
        """The same of recommendations: proposed is handed in, closed is what the city stands for."""
        city = "recommendation__city__in"
        proposed = Q(created_at__lte=F("recommendation__proposed_at"))
        return (
            Q(recommendation__opd__in=user.opds())
            | Q(proposed, **{city: user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)})
            | Q(recommendation__status="closed", **{city: user.cities(*OF_THE_CITY)})
        )

    def standing_for(self, user: User) -> Self:
        """What the bank shows a person: the agency its own, others what stands as it was handed in or sent."""
        own, readers = user.opds(), user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)
        handed_in = [AnswerStatus.SUBMITTED, AnswerStatus.ACCEPTED]
        stands = Q(answer__opd__isnull=True) | Q(answer__status=AnswerStatus.ACCEPTED)
        return self.filter(
            Q(answer__opd__in=own)
            | Q(clarification__opd__in=own)
            | Q(answer__status__in=handed_in, answer__window__city__in=readers)
            | Q(stands, answer__isnull=False, answer__window__city__in=user.cities(*OF_THE_CITY))
            | Q(clarification__status="answered", clarification__window__city__in=user.cities(*OF_THE_CITY))
            | self._standing_of_recommendations(user)
        )

    @staticmethod
    def _standing_of_recommendations(user: User) -> Q:
        """The same of recommendations: while it is proposed for those who judge it, once closed for all of the city."""
        city = "recommendation__city__in"
        return (
            Q(recommendation__opd__in=user.opds())
            | Q(
                recommendation__status__in=["proposed", "closed"],
                **{city: user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)},
            )
            | Q(recommendation__status="closed", **{city: user.cities(*OF_THE_CITY)})
        )

    def for_uses(self) -> Self:
        joins = (
            "stored_file",
            "document",
            "answer__window__city",
            "answer__question",
            "answer__opd",
            "clarification__window",
            "clarification__question",
            "clarification__opd",
            "recommendation__city",
            "recommendation__opd",
        )
        return self.select_related(*joins).order_by("-pk")

    def of_documents(self, documents: Collection[int]) -> Self:
        """Every use of these documents, with what it shows."""
        joins = "answer__question", "answer__window", "clarification", "recommendation"
        return self.filter(document__in=documents).select_related(*joins)

    def of_opd(self, opd_id: int | None) -> Self:
        """Everything an agency has attached: to answers, at the clarification desk, to its recommendations."""
        asked = Q(answer__opd=opd_id, answer__isnull=False) | Q(clarification__opd=opd_id)
        return self.filter(asked | Q(recommendation__opd=opd_id, recommendation__isnull=False))

    def of_files(self, digests: Any) -> Self:
        """Every exhibit that shows one of these files."""
        return self.filter(stored_file__in=digests)

    def of_window(self, window: EvaluationWindow) -> Self:
        return self.filter(answer__window=window)

    def for_list(self) -> Self:
        """With everything a payload says of a piece."""
        return self.select_related("stored_file", "document__answer__by").order_by("created_at", "pk")


class Exhibit(Claim):
    """A piece of evidence: of an answer of the city, of one at the clarification desk, or what closes a recommendation.

    `source` is the agency's evidence it was taken from, before documents of the bank could be chosen.
    """

    answer = models.ForeignKey(
        Answer, models.CASCADE, null=True, related_name="exhibits", verbose_name=_("answer")
    )
    clarification = models.ForeignKey(
        "evaluations.Clarification",
        models.CASCADE,
        null=True,
        related_name="exhibits",
        verbose_name=_("clarification"),
    )
    recommendation = models.ForeignKey(
        "evaluations.Recommendation",
        models.CASCADE,
        null=True,
        related_name="exhibits",
        verbose_name=_("recommendation"),
    )
    stored_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="exhibits"
    )
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, editable=False, related_name="exhibits", verbose_name=_("document")
    )  # fmt: skip
    # name and file name, for the search of those who may see it
    terms = TermsField(null=True, editable=False)
    source = models.ForeignKey(Evidence, models.SET_NULL, null=True, related_name="+")

    objects = ExhibitQuerySet.as_manager()

    class Meta(Claim.Meta):
        verbose_name = _("evidence of an answer")
        verbose_name_plural = _("evidence of answers")
        constraints = [
            *Claim.Meta.constraints,
            models.CheckConstraint(
                condition=Q(answer__isnull=False, clarification__isnull=True, recommendation__isnull=True)
                | Q(answer__isnull=True, clarification__isnull=False, recommendation__isnull=True)
                | Q(answer__isnull=True, clarification__isnull=True, recommendation__isnull=False),
                name="exhibit_of_one_thing",
            ),
            # the same bytes twice in one reply are one file: a double click, a drop repeated
            models.UniqueConstraint(
                fields=["clarification", "stored_file"], name="exhibit_once_per_clarification"
            ),
        ]

    @property
    def shown_for(self) -> str:
        if self.answer:
            return f"{self.answer.question.code} ({self.answer.window.year})"
        return str(self.clarification or self.recommendation)
