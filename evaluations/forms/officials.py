"""Forms of the result letter: which round, then what it says. Fields of values follow the instrument."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from evaluations.models import Instrument, OfficialResult
from evaluations.structure import Structure
from smartcity.lib.forms import DayField, NumberField
from smartcity.lib.text import plain_text

SECTION, DIMENSION = "value_", "dimension_"


class RoundForm(forms.Form):
    """A year and stage the portal held no window for, and the question list whose sections the letter names."""

    year = forms.IntegerField(
        label=_("Evaluated year"),
        min_value=2017,
        max_value=2100,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=_("The year whose work was judged, even when the letter is of the next one."),
    )
    stage = forms.CharField(
        label=_("Stage"), max_length=20, validators=[plain_text], help_text=_("For example Tahap II.")
    )
    instrument: Any = forms.ModelChoiceField(
        label=_("Instrument"),
        queryset=Instrument.objects.none(),
        empty_label=None,
        help_text=_("Its sections and dimensions name the values of the letter."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["instrument"].queryset = Instrument.objects.newest_first()  # type: ignore[attr-defined]
        self.fields["instrument"].label_from_instance = lambda row: row.label  # type: ignore[attr-defined]


class LetterForm(forms.Form):
    """What the letter says, as it says it."""

    letter_number = forms.CharField(
        label=_("Letter number"),
        max_length=100,
        validators=[plain_text],
        help_text=_("Exactly as it stands on the letter."),
    )
    letter_date = DayField(label=_("Letter date"))
    index = NumberField(label=_("Index"), places=4, digits=5, help_text=_("0 to 4, for example 3,48."))
    rank_national = forms.IntegerField(label=_("National rank"), required=False, min_value=1, max_value=9999)
    rank_province = forms.IntegerField(
        label=_("Rank in the province"), required=False, min_value=1, max_value=9999
    )
    cohort = forms.CharField(
        label=_("Cohort"),
        required=False,
        max_length=100,
        validators=[plain_text],
        help_text=_("Among whom the rank counts, for example 141 daerah."),
    )

    def __init__(
        self, *args: Any, structure: Structure, row: OfficialResult | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = _initial(row) if row else None
        super().__init__(*args, **kwargs)
        for name in ("rank_national", "rank_province"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric", "class": "num"})
        sections = {SECTION + row.code: str(row.name) for row in structure.sections}
        dimensions = {DIMENSION + row.code: str(row.name) for row in structure.dimensions.values()}
        for name, label in (sections | dimensions).items():
            self.fields[name] = NumberField(label=label, required=False, places=4, digits=5)
        self.sections, self.dimensions = list(sections), list(dimensions)

    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Heading, hint and fields of each part of the page."""
        return [
            ("", "", [self["letter_number"], self["letter_date"]]),
            (
                pgettext("of a letter", "Index and values"),
                pgettext("of a letter", "A value the letter does not give stays empty; empty is never zero."),
                [self["index"], *(self[name] for name in self.sections)],
            ),
            (
                pgettext("of a letter", "Rank"),
                "",
                [self["rank_national"], self["rank_province"], self["cohort"]],
            ),
            (
                pgettext("of a letter", "Values per dimension"),
                pgettext("of a letter", "Only when the letter gives them."),
                [self[name] for name in self.dimensions],
            ),
        ]

    def values(self) -> dict[str, Any]:
        """What was typed, by the fields of OfficialResult; values as decimal text by code."""
        cleaned = self.cleaned_data
        plain = ("letter_number", "letter_date", "index", "rank_national", "rank_province", "cohort")
        return {name: cleaned[name] for name in plain} | {
            "values": _coded(cleaned, self.sections, SECTION),
            "dimension_values": _coded(cleaned, self.dimensions, DIMENSION),
        }

    def refuse(self, errors: Mapping[str, list[str]]) -> None:
        """Show what the model refused at its field."""
        for name, sentences in errors.items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)


def _coded(cleaned: Mapping[str, Any], names: list[str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): format(cleaned[name], "f")
        for name in names
        if cleaned.get(name) is not None
    }


def _initial(row: OfficialResult) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("letter_number", "letter_date", "index", "rank_national", "rank_province", "cohort")
    }
    found |= {SECTION + code: row.value_of(code) for code in row.values}
    return found | {DIMENSION + code: row.dimension_value_of(code) for code in row.dimension_values}
