"""Forms around the self-assessment: an answer, its evidence, whom it is asked of, how the list is narrowed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations.models import AnswerStatus, Exhibit
from evaluations.structure import RubricStep, Structure
from opd.forms.quick_wins import EvidenceForm
from smartcity.lib.forms import NumberField, helper
from smartcity.lib.text import plain_text


class AnswerForm(forms.Form):
    """The city's answer to a question that assessors score."""

    self_score = forms.ChoiceField(label=_("Self-score"), required=False, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=4000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was done, and what proves it: name, number, date, page."),
    )

    def __init__(self, *args: Any, steps: tuple[RubricStep, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        choices = [(str(step.score), f"{step.score} {step.label}") for step in steps]
        self.fields["self_score"].choices = [("", gettext("Not answered yet")), *choices]  # type: ignore[attr-defined]


class DataForm(AnswerForm):
    """The answer to a question backed by data: one measure before and after, besides score and words."""

    indicator = forms.CharField(
        label=_("What was measured"), required=False, max_length=200, validators=[plain_text]
    )
    unit = forms.CharField(label=_("Unit"), required=False, max_length=60, validators=[plain_text])
    before = NumberField(label=_("Figure before"), required=False)
    before_period = forms.CharField(
        label=_("Period before"),
        required=False,
        max_length=40,
        validators=[plain_text],
        help_text=_("For example 2021, or triwulan II 2021."),
    )
    after = NumberField(label=_("Figure after"), required=False)
    after_period = forms.CharField(
        label=_("Period after"), required=False, max_length=40, validators=[plain_text]
    )
    source = forms.CharField(
        label=_("Source of the figures"),
        required=False,
        max_length=200,
        validators=[plain_text],
        help_text=_("For example the application's recap, or the annual report, page 12."),
    )


class SurveyForm(forms.Form):
    """The recap of the impact survey for one sub-dimension: mean and number of people, never who they are."""

    self_score = NumberField(label=_("Mean of the answers, 1 to 4"), required=False, places=4, digits=5)
    respondents = forms.IntegerField(
        label=_("Number of respondents"),
        required=False,
        min_value=1,
        max_value=100_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    text = forms.CharField(
        label=_("Service that was surveyed, and notes"),
        required=False,
        max_length=4000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No names, numbers or other personal data of respondents."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()


class ExhibitForm(EvidenceForm):
    """What is claimed about a piece of evidence of an answer."""

    class Meta(EvidenceForm.Meta):
        model = Exhibit  # type: ignore[assignment]


class AssignForm(forms.Form):
    """Which questions are asked of which agency; without an agency they are the secretariat's again."""

    opd: forms.ModelChoiceField = forms.ModelChoiceField(None, required=False, label=_("OPD"))
    questions = forms.MultipleChoiceField(
        error_messages={
            "required": _("Choose the questions first."),
            "invalid_choice": _("This question is not in the instrument."),
        }
    )

    def __init__(self, *args: Any, opds: Any, codes: Iterable[str], **kwargs: Any) -> None:
        # the filters of the same page have a field of this name, too: a label must find its own
        super().__init__(*args, **kwargs | {"auto_id": "ask_%s"})
        self.fields["opd"].queryset = opds  # type: ignore[attr-defined]
        self.fields["opd"].empty_label = gettext("Secretariat (no agency)")  # type: ignore[attr-defined]
        self.fields["questions"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]


class AnswerFilter(forms.Form):
    """How the questions are narrowed; a wrong value narrows nothing and is never an error page."""

    EMPTY = "empty"

    section = forms.ChoiceField(required=False, label=_("Section"))
    dimension = forms.ChoiceField(required=False, label=_("Dimension"))
    opd = forms.ChoiceField(required=False, label=_("OPD"))
    status = forms.ChoiceField(required=False, label=_("Status"))

    def __init__(self, *args: Any, structure: Structure, opds: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", gettext("All"))
        shorts = [getattr(opd, "short", opd) for opd in opds]
        self._choose("section", [every, *((row.code, str(row.name)) for row in structure.sections)])
        self._choose(
            "dimension", [every, *((code, str(row.name)) for code, row in structure.dimensions.items())]
        )
        self._choose("opd", [every, *((short, short) for short in shorts)])
        self._choose("status", [every, (self.EMPTY, gettext("Not answered yet")), *AnswerStatus.choices])
        self.is_valid()

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return any(self.cleaned_data.values())

    def in_force(self) -> int:
        """How many of the filters narrow the list."""
        return sum(1 for value in self.cleaned_data.values() if value)

    def matches(self, row: dict[str, Any]) -> bool:
        """Whether a row of the list (section, dimension, opd, status_code, filled) is wanted."""
        asked = {name: value for name, value in self.cleaned_data.items() if value}
        status = asked.pop("status", "")
        if status == self.EMPTY and row["filled"]:
            return False
        if status and status not in (self.EMPTY, row["status_code"]):
            return False
        return all(row[name] == value for name, value in asked.items())

    def selects(self) -> list[dict[str, Any]]:
        """The fields as plain rows for the filter bar."""
        return [
            {
                "name": name,
                "label": str(field.label),
                "options": [
                    {
                        "value": value,
                        "label": str(label),
                        "selected": value == self.cleaned_data.get(name, ""),
                    }
                    for value, label in field.choices  # type: ignore[attr-defined]
                ],
            }
            for name, field in self.fields.items()
        ]
