"""Forms of meetings and their decisions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opd.forms.quick_wins import QueueFilter
from opd.forms.shared import Narrowing
from opd.models import City, Decision, DecisionStatus, Meeting, Opd, Program
from opd.since import NOWHERE
from smartcity.lib import clock
from smartcity.lib.forms import DayField


class MeetingForm(forms.ModelForm):
    """Date and hour are asked apart: a phone shows the right keys for each."""

    day = DayField(label=_("Date"))
    hour = forms.TimeField(
        label=_("Hour"),
        input_formats=["%H:%M", "%H.%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    class Meta:
        model = Meeting
        fields = ["title", "place", "agenda", "minutes"]
        widgets = {"agenda": forms.Textarea(attrs={"rows": 4}), "minutes": forms.Textarea(attrs={"rows": 10})}

    field_order = ["title", "day", "hour", "place", "agenda", "minutes"]

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = city.zone()
        if self.instance.pk:
            held = self.instance.held_at.astimezone(self.zone)
            self.initial = {**self.initial, "day": held.date(), "hour": held.time()}

    def values(self) -> dict[str, Any]:
        """The columns of the meeting."""
        given = dict(self.cleaned_data)
        day, hour = given.pop("day"), given.pop("hour")
        return given | {"held_at": datetime.combine(day, hour, self.zone)}


class DecisionForm(forms.ModelForm):
    """A decision needs words, one owner and a day."""

    due_on = DayField(label=_("Due"))

    class Meta:
        model = Decision
        fields = ["text", "opd", "due_on", "program"]
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opds = Opd.objects.of_city(city).in_force(clock.now().astimezone(city.zone()).date())
        if self.instance.pk:  # an owner that has ended since stays until another is chosen
            opds |= Opd.objects.of_city(city).filter(pk=self.instance.opd_id)
        self.fields["opd"].queryset = opds  # type: ignore[attr-defined]
        programs: Any = self.fields["program"]
        programs.queryset = Program.objects.of_city(city.pk).approved().order_by("code")
        programs.empty_label = _("None")


class CorrectionForm(DecisionForm):
    """What was written down wrongly, and why it is corrected: the owner has read the old words."""

    reason = forms.CharField(
        label=_("Why it is corrected"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    field_order = ["text", "opd", "due_on", "program", "reason"]

    def values(self) -> dict[str, Any]:
        """The columns of the decision."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class DecisionMoveForm(forms.Form):
    """The words of a move: what was done, or why a decision is opened again."""

    note = forms.CharField(
        max_length=2000, error_messages={"required": _("Write in one sentence what was done, or why.")}
    )


class DecisionFilter(QueueFilter):
    """How the list of decisions is narrowed: also by status, owner and meeting."""

    SELECTS = ("status", "opd", "dimension")

    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[
            ("", _("All")),
            ("left", pgettext_lazy("decisions", "Not done yet")),
            ("late", pgettext_lazy("decisions", "Late")),
            *DecisionStatus.choices,
        ],
    )
    opd = forms.ChoiceField(required=False, label=_("Owner"))
    meeting = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def __init__(self, *args: Any, opds: Iterable[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Search a decision or programme")
        self.fields["opd"].choices = _shorts(opds)  # type: ignore[attr-defined]

    def narrowing(self) -> dict[str, Any]:
        """What `DecisionQuerySet.narrowed` takes."""
        names = ("status", "opd", "dimension", "meeting")
        return {name: self.chosen(name) for name in names} | {"text": self.chosen("q")}


class MeetingFilter(Narrowing):
    """How the list of meetings is narrowed."""

    q = forms.CharField(required=False, max_length=80, label=_("Search a meeting or place"))
    year = forms.IntegerField(required=False, min_value=2017, max_value=2100, label=_("Year"))

    def narrowing(self) -> dict[str, Any]:
        """What `MeetingQuerySet.narrowed` takes."""
        return {"year": self.chosen("year"), "text": self.chosen("q")}


class ChangesFilter(QueueFilter):
    """Which changes are listed: since when, of which kind, dimension and agency."""

    SELECTS = ("what", "dimension", "opd")

    since = DayField(required=False, label=_("Since"))
    what = forms.ChoiceField(required=False, label=_("What changed"))
    opd = forms.ChoiceField(required=False, label=_("OPD"))
    meeting = forms.IntegerField(required=False, min_value=1, max_value=2**31)

    def __init__(self, *args: Any, kinds: Mapping[str, Any], opds: Iterable[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["q"]
        self.fields["what"].choices = [("", _("All")), *kinds.items()]  # type: ignore[attr-defined]
        self.fields["opd"].choices = _shorts(opds)  # type: ignore[attr-defined]
        self.fields["dimension"].choices += [(NOWHERE, _("Without a dimension"))]  # type: ignore[attr-defined]


def _shorts(opds: Iterable[Opd]) -> list[tuple[str, Any]]:
    """Agencies by their short name; one that was renamed under the same short name stands once."""
    return [("", _("All")), *((short, short) for short in dict.fromkeys(row.short for row in opds))]
