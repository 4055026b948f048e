"""Forms of the impact survey: the round, its services, recaps, and the form the public fills in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dimensions.models import SmartDimension
from evaluations.forms.windows import MomentField
from evaluations.models import Instrument
from opd.models import Opd, Program, QuickWin
from smartcity.lib import clock
from smartcity.lib.dates import zone_label
from smartcity.lib.forms import NumberField
from smartcity.lib.text import plain_text
from surveys.models import Round, Service
from surveys.models.recap import COUNTS
from surveys.models.response import HIGHEST, LOWEST

MOST = 100_000  # people on paper: more is a slip
#: The portal's own words: those of the Ministry's form are not published.
MARKS = (
    (1, _("Not useful")),
    (2, _("Less useful")),
    (3, _("Useful")),
    (4, _("Very useful")),
)


class RoundForm(forms.ModelForm):
    """A round in preparation: dimension, form, and two times on the city's own clock."""

    class Meta:
        model = Round
        fields = ["instrument", "dimension", "mode", "opens_at", "closes_at"]
        field_classes = {"opens_at": MomentField, "closes_at": MomentField}
        widgets = {"mode": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        city, fields = self.instance.city, self.fields
        instruments: Any = fields["instrument"]
        instruments.queryset = Instrument.objects.newest_first().filter(dimension_set=city.dimension_set)
        instruments.label_from_instance = lambda row: row.label
        dimensions: Any = fields["dimension"]
        dimensions.queryset = SmartDimension.objects.of_set(city.dimension_set_id)
        for choice in (instruments, dimensions):
            choice.empty_label = None
        for name in ("opens_at", "closes_at"):
            moment: Any = fields[name]
            moment.zone = city.zone()
            moment.label = f"{moment.label} ({zone_label(city.timezone)})"
        fields["closes_at"].help_text = gettext("From this minute on the form takes no answer.")
        fields["mode"].help_text = gettext(
            "One respondent should be able to answer about all three. Where that is difficult, split the form: "
            "each service then needs its own respondents."
        )

    def _get_validation_exclusions(self) -> set[str]:
        """City and year are set by the view, but "one survey per dimension" must see them."""
        return super()._get_validation_exclusions() - {"city", "year"}  # type: ignore[misc]

    def values(self) -> dict[str, Any]:
        """The columns of the round."""
        return dict(self.cleaned_data)


class ServiceForm(forms.ModelForm):
    """What the public is asked about for one sub-dimension, and whose it is."""

    class Meta:
        model = Service
        fields = ["name", "opd", "program", "quick_win"]

    def __init__(self, *args: Any, survey: Round, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        city, fields = survey.city, self.fields
        fields["name"].help_text = gettext("As the public knows it: this name stands in the question.")
        opds = Opd.objects.of_city(city).in_force(clock.now().astimezone(city.zone()).date())
        if self.instance.opd_id:
            opds |= Opd.objects.of_city(city).filter(pk=self.instance.opd_id)
        owner: Any = fields["opd"]
        owner.queryset = opds
        programs, quick_wins = Program.objects.of_city(city.pk).approved(), QuickWin.objects.of_city(city.pk)
        for name, rows in (
            ("program", programs.filter(dimension=survey.dimension_id).order_by("code")),
            ("quick_win", quick_wins.in_year(survey.year).filter(dimension=survey.dimension_id).verified()),
        ):
            choice: Any = fields[name]
            choice.queryset, choice.empty_label, choice.required = rows, _("None"), False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        opd = cleaned.get("opd")
        for name in ("program", "quick_win"):
            record = cleaned.get(name)
            if record and opd and record.opd_id != opd.pk:
                text = gettext("This one belongs to %(other)s. Choose one of %(opd)s, or none.")
                self.add_error(name, text % {"other": record.opd, "opd": opd})
        return cleaned


def _people(**kwargs: Any) -> forms.IntegerField:
    """A number of people, typed on the digits of a phone."""
    keys = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "num"})
    return forms.IntegerField(required=False, min_value=0, max_value=MOST, widget=keys, **kwargs)


class RecapForm(forms.Form):
    """Counts per mark, or, where only that is known, number and mean."""

    count_1 = _people()
    count_2 = _people()
    count_3 = _people()
    count_4 = _people()
    respondents = _people(label=_("Respondents"))
    mean = NumberField(
        label=_("Mean"), help_text=_("From 1 to 4, for example 3,24."), required=False, kind="number"
    )
    reason = forms.CharField(
        label=_("Where the figures come from, or why they change"), max_length=1000, validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (mark, label) in zip(COUNTS, MARKS, strict=True):
            self.fields[name].label = gettext("Marks %(mark)s: %(label)s") % {"mark": mark, "label": label}

    def counts(self) -> list[Any]:
        """The bound fields of the counts, in their order."""
        return [self[name] for name in COUNTS]

    def sums(self) -> list[Any]:
        """The bound fields of number and mean."""
        return [self["respondents"], self["mean"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        counts = [cleaned.get(name) for name in COUNTS]
        counted, summed = any(value is not None for value in counts), cleaned.get("mean") is not None
        if counted and summed:
            self.add_error(
                "mean", gettext("Write the counts, or number and mean, not both. The counts say more.")
            )
        elif counted:
            self._clean_counts(cleaned, counts)
        elif summed:
            self._clean_mean(cleaned)
        elif not self.errors:
            self.add_error("count_1", gettext("Write how often each mark was given, or number and mean."))
        return cleaned

    def _clean_counts(self, cleaned: dict[str, Any], counts: list[int | None]) -> None:
        """A mark nobody gave may stay empty; a number beside the counts must be their sum."""
        total = sum(value or 0 for value in counts)
        given = cleaned.get("respondents")
        if given is not None and given != total:
            text = gettext("The counts add up to %(total)s. Correct one of them, or leave this field empty.")
            self.add_error("respondents", text % {"total": total})
        cleaned |= {name: value or 0 for name, value in zip(COUNTS, counts, strict=True)}
        cleaned["respondents"] = total

    def _clean_mean(self, cleaned: dict[str, Any]) -> None:
        if not LOWEST <= cleaned["mean"] <= HIGHEST:
            self.add_error("mean", gettext("A survey mean lies between 1 and 4."))
        if not cleaned.get("respondents"):
            self.add_error("respondents", gettext("Write how many people answered the survey."))


class AnswerForm(forms.Form):
    """What the public fills in: one mark per service, nothing personal."""

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = {f"a{place}": service for place, service in enumerate(services, start=1)}
        for name, service in self.services.items():
            self.fields[name] = forms.TypedChoiceField(
                coerce=int, choices=MARKS,
                widget=forms.RadioSelect, label=service.name,
                error_messages={
                    "required": gettext("Choose one answer for this service."),
                    "invalid_choice": gettext("Choose one of the four answers."),
                },
            )  # fmt: skip

    def questions(self) -> list[dict[str, Any]]:
        """Each question as the template draws it, with what was chosen."""
        return [
            {
                "field": self[name],
                "sub": str(service.sub_dimension),
                "name": service.name,
                "options": self._options(name),
            }
            for name, service in self.services.items()
        ]

    def _options(self, name: str) -> list[dict[str, Any]]:
        chosen = str(self[name].value() or "")
        return [{"value": mark, "label": label, "chosen": chosen == str(mark)} for mark, label in MARKS]

    def marks(self) -> dict[int, int]:
        """Service -> mark."""
        return {service.pk: self.cleaned_data[name] for name, service in self.services.items()}
