"""What respondents answered. Nothing here says who they are: no name, no number, no address, no hour."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from smartcity.lib.models import Frozen, FrozenQuerySet
from surveys.models.round import Service, Sheet

LOWEST, HIGHEST = 1, 4


class Source(models.TextChoices):
    """How an answer came in. Paper forms are counted in a recap instead."""

    PUBLIC = "public", _("Public form")
    HELPED = "helped", _("Helped by an officer")


class ResponseQuerySet(FrozenQuerySet):
    """How answers are found: by their token, or counted; never listed."""

    def of_sheet(self, sheet: Sheet) -> Self:
        return self.filter(sheet=sheet)

    def with_token(self, token: str) -> "Response | None":
        """The answer an earlier press of the same button left."""
        found: Response | None = self.filter(token=token).first()
        return found

    def by_source(self) -> dict[str, int]:
        """Source -> number of respondents."""
        rows = self.order_by().values_list("source").annotate(Count("pk"))
        return dict(rows)


class Response(Frozen):
    """One respondent's answers to one form. The day is kept, the moment is not: it could be matched with a person."""

    sheet = models.ForeignKey(Sheet, models.PROTECT, related_name="responses")
    on = models.DateField(_("day"))
    source = models.CharField(_("source"), max_length=8, choices=Source)
    # digest of the form's own random number: the same form sent twice counts once
    token = models.CharField(max_length=64, unique=True, editable=False)

    objects = ResponseQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("answer of a respondent")
        verbose_name_plural = _("answers of respondents")

    def __str__(self) -> str:
        return f"{self.sheet_id}/{self.pk}"


class MarkQuerySet(FrozenQuerySet):
    """How marks are counted."""

    def counted(self, services: Any) -> dict[int, dict[int, int]]:
        """Service -> mark -> how many gave it, in one query."""
        found: dict[int, dict[int, int]] = {}
        rows = (
            self.filter(service__in=services).order_by().values_list("service", "value").annotate(Count("pk"))
        )
        for service, value, count in rows:
            found.setdefault(service, {})[value] = count
        return found


class Mark(Frozen):
    """The answer to one question: how useful a service is, 1 to 4."""

    response = models.ForeignKey(Response, models.CASCADE, related_name="marks")
    service = models.ForeignKey(Service, models.PROTECT, related_name="marks")
    value = models.PositiveSmallIntegerField(_("mark"))

    objects = MarkQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        indexes = [models.Index(fields=["service", "value"])]
        constraints = [
            models.UniqueConstraint(fields=["response", "service"], name="survey_mark_once"),
            models.CheckConstraint(
                condition=Q(value__gte=LOWEST, value__lte=HIGHEST), name="survey_mark_1_to_4"
            ),
        ]

    def __str__(self) -> str:
        return str(self.value)
