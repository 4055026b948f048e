"""The instrument as rows: versioned data, so that the official question list needs no change of code."""

from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dimensions.models import DimensionSet, Named, SmartDimension, SubDimension
from smartcity.lib import clock

SCORE_MIN, SCORE_MAX = 0, 4


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    """How instruments are found."""

    def newest_first(self) -> Self:
        return self.order_by("-year", "code", "-version")

    def of_code(self, code: str) -> Self:
        """The versions of one question list, newest first."""
        return self.filter(code=code).order_by("-version")

    def in_use(self) -> Self:
        """Those a window points to, be it only prepared."""
        return self.filter(windows__isnull=False).distinct()

    def for_list(self) -> Self:
        """With the number of questions, and the windows that use each."""
        return self.annotate(asked=models.Count("questions", distinct=True)).prefetch_related("windows__city")


class Instrument(models.Model):
    """One version of a question list with weights and rubric. In use by a window, it never changes again."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    official = models.BooleanField(_("official"), default=False)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    dimension_set = models.ForeignKey(
        DimensionSet, models.PROTECT, related_name="+", verbose_name=_("dimension set")
    )
    respondents = models.PositiveSmallIntegerField(_("respondents per dimension"), default=50)
    notes = models.JSONField(_("notes"), default=list, blank=True)
    # names of evidence types and rubrics: {"evidence_types": [{code, name_id, name_en}], "rubrics": [...]}
    vocabulary = models.JSONField(_("vocabulary"), default=dict, blank=True)
    digest = models.CharField(_("digest"), max_length=64)
    loaded_at = models.DateTimeField(_("loaded at"), default=clock.now)
    # new with every load: what is kept in memory of these rows is kept under this name
    edition = models.UUIDField(default=uuid4, editable=False)

    objects = InstrumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instrument")
        verbose_name_plural = _("instruments")
        ordering = ["-year", "code", "-version"]
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="instrument_version_once")]

    def __str__(self) -> str:
        return self.title_en if self.title_en and get_language() == "en" else self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:instrument", args=[self.pk])

    @property
    def label(self) -> str:
        """Title and version, as printed beside every number that comes from it."""
        return _("%(title)s, version %(version)s") % {"title": self, "version": self.version}

    @property
    def used(self) -> bool:
        """Whether a window points to it, be it only prepared; then no row of it changes any more."""
        from evaluations.models.window import EvaluationWindow

        return EvaluationWindow.with_rehearsals.filter(instrument=self).exists()


class Section(Named):
    """An evaluation dimension such as Outcome: weight in percent, and how its questions are averaged."""

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="sections")
    code = models.CharField(_("code"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"))
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2)
    method = models.CharField(_("method"), max_length=40)
    levels = models.JSONField(_("levels"), default=list)

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["instrument", "order"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "code"], name="section_code_once"),
            models.UniqueConstraint(fields=["instrument", "order"], name="section_order_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0, weight__lte=100), name="section_weight_0_to_100"
            ),
        ]


class Area(Named):
    """A field of expertise; an assessor's seat names the areas it scores."""

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="areas")
    code = models.CharField(_("code"), max_length=40)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["instrument", "order"]
        constraints = [models.UniqueConstraint(fields=["instrument", "code"], name="area_code_once")]


class RubricLevel(models.Model):
    """What one score of a rubric means. A score without a level cannot be given."""

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="rubric_levels")
    rubric = models.CharField(_("rubric"), max_length=40)
    score = models.PositiveSmallIntegerField(_("score"))
    label = models.CharField(_("label"), max_length=60)
    label_en = models.CharField(_("English label"), max_length=60, blank=True)
    meaning = models.CharField(_("meaning"), max_length=500)
    meaning_en = models.CharField(_("English meaning"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("rubric level")
        verbose_name_plural = _("rubric levels")
        ordering = ["instrument", "rubric", "-score"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "rubric", "score"], name="rubric_score_once"),
            models.CheckConstraint(
                condition=Q(score__gte=SCORE_MIN, score__lte=SCORE_MAX), name="rubric_score_0_to_4"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score} {self.label}"


class QuestionQuerySet(models.QuerySet["Question"]):
    """How questions are found."""

    def scored(self) -> Self:
        """Those assessors score by hand: all but the means of the impact survey."""
        return self.exclude(kind=Question.Kind.SURVEY_MEAN)


class Question(models.Model):
    """One question: scored by hand against a rubric, with or without figures, or the mean of the impact survey.

    A data question is scored like any other; the city's answer to it carries figures, before and after.
    """

    class Kind(models.TextChoices):
        SCORE = "score", _("Scored by assessors")
        DATA = "data", _("Scored by assessors, answered with figures")
        SURVEY_MEAN = "survey_mean", _("Mean of the impact survey")

    instrument = models.ForeignKey(Instrument, models.CASCADE, related_name="questions")
    section = models.ForeignKey(Section, models.CASCADE, related_name="questions")
    code = models.CharField(_("code"), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.TextField(_("text"), max_length=1000)
    text_en = models.TextField(_("English text"), max_length=1000, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="questions")
    dimension = models.ForeignKey(SmartDimension, models.PROTECT, null=True, related_name="+")
    sub_dimension = models.ForeignKey(SubDimension, models.PROTECT, null=True, related_name="+")
    rubric = models.CharField(_("rubric"), max_length=40, blank=True)
    required = models.BooleanField(_("required"), default=True)
    # [{type, text, text_en, needs: ["date", "page"]}]
    evidence_hints = models.JSONField(_("evidence usually accepted"), default=list)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["section__order", "order"]
        constraints = [
            models.UniqueConstraint(fields=["instrument", "code"], name="question_code_once"),
            models.UniqueConstraint(fields=["section", "order"], name="question_order_once"),
            models.CheckConstraint(
                condition=Q(kind="survey_mean") | ~Q(rubric=""), name="question_score_needs_rubric"
            ),
        ]

    def __str__(self) -> str:
        return self.code
