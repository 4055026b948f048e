"""Forms of recommendations: what is written down, what is corrected, steps, moves, and how the list is narrowed."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dimensions.models import SmartDimension
from evaluations.models import Recommendation, RecommendationSource, RecommendationStatus
from opd.forms.quick_wins import QueueFilter
from opd.models import City, Opd
from smartcity.lib import clock
from smartcity.lib.forms import DayField
from smartcity.lib.text import plain_text

#: The first evaluations of the movement were held in 2017.
FIRST_YEAR = 2017


class RecommendationForm(forms.ModelForm):
    """Words, one owner and a day; what it is about, as far as the letter says so."""

    year = forms.IntegerField(
        label=_("From the evaluation of"),
        min_value=FIRST_YEAR,
        max_value=2100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    due_on = DayField(label=_("Due"))

    class Meta:
        model = Recommendation
        fields = [
            "year", "source", "reference", "text", "opd", "due_on", "section", "dimension", "question",
        ]  # fmt: skip
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args: Any, city: City, sections: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        opds = Opd.objects.of_city(city).in_force(clock.now().astimezone(city.zone()).date())
        if self.instance.pk:  # an owner that has ended since stays until another is chosen
            opds |= Opd.objects.of_city(city).filter(pk=self.instance.opd_id)
        fields: Any = self.fields
        fields["opd"].queryset = opds
        fields["dimension"].queryset = SmartDimension.objects.of_set(city.dimension_set_id)
        fields["dimension"].empty_label = _("All, or none in particular")
        known = list(sections)
        if self.instance.section and self.instance.section not in dict(known):
            known.append((self.instance.section, self.instance.section))
        fields["section"] = forms.ChoiceField(
            label=_("Section"), required=False, choices=[("", _("All, or none in particular")), *known]
        )
        fields["question"].help_text = _("Code of the question, for example OP-8.")
        self.fields["year"].initial = city.evaluation_year - 1


class CorrectionForm(RecommendationForm):
    """What was written down wrongly, and why it is corrected: the owner has read the old words."""

    reason = forms.CharField(
        label=_("Why it is corrected"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["year"]  # its number is of that year

    def values(self) -> dict[str, Any]:
        """The columns of the recommendation."""
        return {name: value for name, value in self.cleaned_data.items() if name != "reason"}


class StepForm(forms.Form):
    """One dated step."""

    text = forms.CharField(label=_("Step"), max_length=500, validators=[plain_text])
    due_on = DayField(label=_("Until"))


class MoveForm(forms.Form):
    """The words of a move; the workflow knows which move needs them."""

    note = forms.CharField(required=False, max_length=2000, validators=[plain_text])


class RecommendationFilter(QueueFilter):
    """How the list is narrowed."""

    SELECTS = ("year", "status", "opd", "source", "dimension")

    year = forms.TypedChoiceField(required=False, label=_("Evaluation"), coerce=int, empty_value=None)
    status = forms.ChoiceField(
        required=False,
        label=_("Status"),
        choices=[
            ("", _("All")),
            ("left", pgettext_lazy("recommendations", "Not closed yet")),
            ("late", pgettext_lazy("recommendations", "Late")),
            *RecommendationStatus.choices,
        ],
    )
    opd = forms.ChoiceField(required=False, label=_("Owner"))
    source = forms.ChoiceField(
        required=False, label=_("Source"), choices=[("", _("All")), *RecommendationSource.choices]
    )

    def __init__(self, *args: Any, opds: Iterable[Opd], years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].label = _("Search a recommendation or letter")
        fields: Any = self.fields
        fields["opd"].choices = [("", _("All")), *_shorts(opds)]
        fields["year"].choices = [("", _("All")), *((year, str(year)) for year in years)]

    def narrowing(self) -> dict[str, Any]:
        """What `RecommendationQuerySet.narrowed` takes."""
        names = ("year", "status", "opd", "source", "dimension")
        return {name: self.chosen(name) for name in names} | {"text": self.chosen("q")}


def _shorts(opds: Iterable[Opd]) -> list[tuple[str, str]]:
    """Agencies by their short name; one that was renamed under the same short name stands once."""
    return [(short, short) for short in dict.fromkeys(row.short for row in opds)]
