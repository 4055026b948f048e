"""What the search box finds: one row per text and audience, written in the transaction of the change."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from opd.models.evidence import Evidence
from opd.models.places import City, Opd
from opd.models.program import Program
from opd.models.progress import Progress
from opd.models.quick_win import QuickWin
from smartcity.lib.search import TermsField

if TYPE_CHECKING:
    from opd.models.people import User


class FindingQuerySet(models.QuerySet["Finding"]):
    """How what was searched for is found, and by whom."""

    def visible_to(self, user: "User") -> Self:
        """The agency finds what it is writing; others find what was submitted, of what they may open.

        Notes on fields are between the agency and those who verify: nobody else finds them.
        """
        from opd.models.people import Role

        own, talk = user.opds(), user.cities(Role.REVIEWER, Role.PLANNER, Role.AUDITOR)
        text = Q(audience=Finding.Audience.OWN, opd__in=own)
        text |= Q(audience=Finding.Audience.SENT) & ~Q(opd__in=own)
        opened = (
            Q(program__in=Program.objects.visible_to(user).values("pk"))
            | Q(quick_win__in=QuickWin.objects.visible_to(user).values("pk"))
            | Q(progress__in=Progress.objects.visible_to(user).values("pk"))
        )
        piece = Q(evidence__isnull=True) | Q(
            evidence__in=Evidence.objects.visible_to(user).order_by().values("pk")
        )
        note = Q(field_note=False) | Q(opd__in=own) | Q(city__in=talk)
        return self.filter(text, opened, piece, note)

    def of_city(self, city_id: int) -> Self:
        return self.filter(city=city_id)

    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def finding(self, query: str) -> Self:
        """Rows in which every word of the query occurs, in any form of it."""
        return self.filter(terms__finds=query)

    def of(self, name: str, pk: int) -> Self:
        """What is kept of one record: "program", "quick_win" or "progress", and its key."""
        return self.filter(**{name: pk})

    def for_list(self) -> Self:
        return self.select_related("opd", "quick_win", "program", "progress__program").defer("terms")


class Finding(models.Model):
    """One text that can be found: what the agency writes now, or what it last submitted."""

    class Kind(models.TextChoices):
        PROGRAM = "program", _("Programmes")
        QUICK_WIN = "quick_win", _("Quick wins")
        EVIDENCE = "evidence", _("Supporting evidence")
        NOTE = "note", _("Notes")

    class Audience(models.TextChoices):
        OWN = "own", _("the agency")
        SENT = "sent", _("others")

    kind = models.CharField(max_length=12, choices=Kind)
    audience = models.CharField(max_length=4, choices=Audience)
    #: Which text of its record this is: "quick_win", "evidence-3", "note-8", "event-5".
    source = models.CharField(max_length=32)
    city = models.ForeignKey(City, models.CASCADE, related_name="+")
    opd = models.ForeignKey(Opd, models.CASCADE, related_name="+")
    program = models.ForeignKey(Program, models.CASCADE, null=True, related_name="+")
    quick_win = models.ForeignKey(QuickWin, models.CASCADE, null=True, related_name="+")
    progress = models.ForeignKey(Progress, models.CASCADE, null=True, related_name="+")
    evidence = models.ForeignKey(Evidence, models.CASCADE, null=True, related_name="+")
    field_note = models.BooleanField(default=False)
    #: Where it stands among what was found: the year turned round, so that the newest comes first, then the code.
    place = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    terms = TermsField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["place", "pk"]
        constraints = [
            *(
                models.UniqueConstraint(
                    fields=[name, "audience", "source"],
                    condition=Q(**{f"{name}__isnull": False}),
                    name=f"finding_of_{name}_once",
                )
                for name in ("program", "quick_win", "progress")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.title}"

    @property
    def record(self) -> Any:
        """What the text belongs to."""
        return self.program or self.quick_win or self.progress

    def values(self) -> tuple[Any, ...]:
        """What is compared, to write only what changed."""
        return (
            self.kind,
            self.opd_id,
            self.evidence_id,
            self.field_note,
            self.place,
            self.title,
            self.text,
        )
