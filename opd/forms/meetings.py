"""Forms of meetings and their decisions."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from opd.models import City, Decision, Meeting, Opd, Program
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
        self.zone = ZoneInfo(city.timezone)
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
        opds = Opd.objects.of_city(city).in_force(clock.now().astimezone(ZoneInfo(city.timezone)).date())
        self.fields["opd"].queryset = opds  # type: ignore[attr-defined]
        programs: Any = self.fields["program"]
        programs.queryset = Program.objects.of_city(city.pk).approved().order_by("code")
        programs.empty_label = _("None")


class DoneForm(forms.Form):
    """How a decision was carried out."""

    note = forms.CharField(
        label=_("What was done"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
