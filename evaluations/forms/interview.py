"""The form of an interview's run sheet: when, where, who leads, and the minutes of each part."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from evaluations import run_sheet
from evaluations.actions.interview import Plan
from evaluations.forms.windows import MomentField, Moments
from evaluations.models import Interview, Way
from evaluations.structure import structure_of
from smartcity.lib.forms import helper
from smartcity.lib.text import plain_text

MOST_MINUTES = 600


class PlanForm(forms.Form, Moments):
    """Time, way, place and lead; then one line of minutes and order for each part of the instrument."""

    planned_at = MomentField(label=_("Begins"), required=False)
    way = forms.ChoiceField(label=_("Way"), choices=Way.choices)
    place = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=200,
        validators=[plain_text],
        help_text=_("A room, or how the meeting is joined. Never a password: panel and city read it."),
    )

    def __init__(self, *args: Any, interview: Interview, names_lead: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.interview, self.names_lead = interview, names_lead
        window = interview.window
        if names_lead:
            seats = window.seats.judging().select_related("user").order_by("pk")
            self.fields["lead"] = forms.ModelChoiceField(
                seats,
                label=_("Lead of the panel"),
                required=False,
                empty_label=gettext("The first seat"),
                help_text=_("Keeps the time and closes the consensus. Scores like the others."),
            )
            self.fields["lead"].label_from_instance = lambda seat: str(seat.user)  # type: ignore[attr-defined]
        self.keys = list(run_sheet.parts(structure_of(window.instrument)))
        for key in self.keys:
            for name, label in (
                ("minutes", pgettext_lazy("length of time", "Minutes")),
                ("order", _("Order")),
            ):
                self.fields[f"{name}-{key}"] = forms.IntegerField(
                    label=label,
                    min_value=1,
                    max_value=MOST_MINUTES,
                    widget=forms.TextInput(
                        attrs={"inputmode": "numeric", "class": "num form-control", "autocomplete": "off"}
                    ),
                )
        self.use_zone(window.city.timezone)

    def general(self) -> list[forms.BoundField]:
        """The fields above the table."""
        names = ["planned_at", "way", "place", *(["lead"] if self.names_lead else [])]
        return [self[name] for name in names]

    def parts(self) -> list[dict[str, Any]]:
        """The lines of the table, in the order typed, else the instrument's."""
        structure = structure_of(self.interview.window.instrument)
        return [
            {
                "key": key,
                "title": run_sheet.title(structure, key),
                "fields": [self[f"order-{key}"], self[f"minutes-{key}"]],
            }
            for key in self.keys
        ]

    def plan(self) -> Plan:
        """What was typed, for the action."""
        values = self.cleaned_data
        return Plan(
            planned_at=values["planned_at"],
            way=values["way"],
            place=values["place"],
            minutes={key: values[f"minutes-{key}"] for key in self.keys},
            order={key: values[f"order-{key}"] for key in self.keys},
            lead=values.get("lead"),
            names_lead=self.names_lead,
        )
