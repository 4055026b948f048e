"""The form of a progress report: one section that saves by itself, and how the list is narrowed."""

from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from opd.completeness import PROGRESS_BY_NAME
from opd.models import Opd, Progress, State
from smartcity.lib.forms import NumberField

HELP = {
    "state": _("As it stands on the last day of the quarter."),
    "state_reason": _("Only when the programme was stopped: why, and by whose decision."),
    "absorbed": _("From January up to the end of the quarter, in rupiah. Write 0 if nothing was spent."),
    "obstacles": _("What held the work up, and what you need from others. Leave it empty if nothing did."),
    "next_step": _("What is done in the next quarter, by whom."),
}
#: How the value of a quarter is told, by the programme's measure.
MEANING = {
    "cumulative": _("Write the value from January up to the end of this quarter."),
    "per_period": _("Write the value of this quarter alone. The portal adds the quarters up."),
}


class ProgressForm(forms.ModelForm):
    """What an agency says at the end of a quarter; a number that cannot be read is kept as text."""

    value = NumberField(
        required=False,
        label=_("Realisation"),
        validators=[MinValueValidator(0, _("The realisation is zero or more."))],
    )
    absorbed = NumberField(
        required=False,
        kind="money",
        places=2,
        label=_("Money absorbed"),
        validators=[MinValueValidator(0, _("The money absorbed is zero or more."))],
    )

    class Meta:
        model = Progress
        fields = ["state", "state_reason", "value", "absorbed", "obstacles", "next_step"]
        widgets = {
            "state": forms.RadioSelect,
            "obstacles": forms.Textarea(attrs={"rows": 3}),
            "next_step": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, text in HELP.items():
            self.fields[name].help_text = text
        self.fields["state"].choices = State.choices  # type: ignore[attr-defined]
        program = self.instance.program
        value = self.fields["value"]
        value.help_text = MEANING[program.measure]
        if program.unit:
            value.label = _("Realisation (%(unit)s)") % {"unit": program.unit}

    def raw(self, name: str) -> str:
        """What was typed in a field, as text, for keeping what could not be read."""
        return str(self.data.get(self.add_prefix(name), ""))

    def readable(self) -> dict[str, Any]:
        """The cleaned values of the fields without an error."""
        return {name: value for name, value in self.cleaned_data.items() if name in PROGRESS_BY_NAME}

    def unreadable(self) -> dict[str, str]:
        """The text of each field that has an error, to be kept with the row until it can be read."""
        return {name: self.raw(name) for name in self.errors if name in self.fields}


def with_unreadable(progress: Progress) -> ProgressForm:
    """The form as it is stored; where something typed could not be read, that text and its error again."""
    form = ProgressForm(instance=progress)
    kept = {name: text for name, text in progress.unreadable.items() if name in form.fields}
    if not kept:
        return form
    data = {name: form[name].field.prepare_value(form[name].initial) for name in form.fields}
    texts = {name: "" if value is None else value for name, value in data.items()}
    return ProgressForm(data=texts | kept, instance=progress)


class QuarterFilter(forms.Form):
    """Which year and quarter the list shows, and of which agency; a wrong value narrows nothing."""

    year = forms.IntegerField(required=False, min_value=2017, max_value=2100, label=_("Year"))
    quarter = forms.IntegerField(required=False, min_value=1, max_value=4, label=_("Quarter"))
    opd = forms.IntegerField(required=False, min_value=1, label=_("OPD"))
    q = forms.CharField(required=False, max_length=80, label=_("Search a programme or agency"))

    def chosen(self, name: str) -> Any:
        """The cleaned value, or None when it was not given or not understood."""
        self.is_valid()
        return self.cleaned_data.get(name) or None


def opd_options(opds: "QuerySet[Opd]", chosen: int | None) -> list[dict[str, Any]]:
    """The agencies of a select as plain rows."""
    rows: list[dict[str, Any]] = [{"value": "", "label": _("All"), "selected": chosen is None}]
    found = opds.values_list("pk", "short")
    return rows + [{"value": pk, "label": short, "selected": pk == chosen} for pk, short in found]
