"""Forms of an instrument that is brought in or mended."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.instrument_file import SIZE_LIMIT
from evaluations.models import Question
from smartcity.lib import decimals
from smartcity.lib.text import plain_text, tidy

Plain = Mapping[str, Any]

LINES = {"rows": 3}


class UploadForm(forms.Form):
    """A file with a question list."""

    file = forms.FileField(
        label=_("Instrument file"),
        max_length=255,
        help_text=_("XLSX or YAML, up to 1 MB, in the shape the portal hands out."),
        error_messages={
            "required": _("Choose a file first. [INS-NONE]"),
            "empty": _("This file is empty. Choose it again. [INS-NONE]"),
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > SIZE_LIMIT:
            raise forms.ValidationError(
                _("The file is larger than 1 MB. An instrument is plain text. [INS-SIZE]")
            )
        return file


class WeightField(forms.CharField):
    """A weight in per cent, as Indonesians type it: 12,5."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=8, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value).replace(",", ".")
        try:
            weight = Decimal(text)
        except ArithmeticError:
            weight = Decimal("NaN")
        if not weight.is_finite() or not 0 < weight <= 100:
            raise forms.ValidationError(_("Type a number above 0, up to 100, for example 12,5."))
        return str(weight)


class HeadForm(forms.Form):
    """Title, year, provenance and weights of a draft."""

    title_id = forms.CharField(label=_("Title in Indonesian"), max_length=200, validators=[plain_text])
    title_en = forms.CharField(
        label=_("Title in English"), max_length=200, required=False, validators=[plain_text]
    )
    version = forms.IntegerField(label=_("Version"), min_value=1, max_value=999)
    year = forms.IntegerField(label=_("Year"), min_value=2017, max_value=2100)
    official = forms.BooleanField(label=_("This is the Ministry's official list"), required=False)

    def __init__(self, *args: Any, content: Plain, **kwargs: Any) -> None:
        head = content["instrument"]
        kwargs["initial"] = {key: head[key] for key in self.base_fields}
        super().__init__(*args, **kwargs)
        for row in content["sections"]:
            self.fields[f"weight-{row['code']}"] = WeightField(
                label=_("Weight of %(section)s") % {"section": row["name_id"]},
                initial=decimals.exact(Decimal(row["weight"])),
            )
        # the address of the draft carries its own version; this one is the instrument's
        self.fields["instrument_version"] = self.fields.pop("version")
        self.initial["instrument_version"] = head["version"]
        self.order_fields(["title_id", "title_en", "instrument_version", "year", "official"])

    def changes(self) -> dict[str, Any]:
        """What to change, by dotted path (actions.mend_draft)."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if name.startswith("weight-"):
                found[f"weight.{name.removeprefix('weight-')}"] = value
            else:
                found[f"instrument.{name.removeprefix('instrument_')}"] = value
        return found


class QuestionForm(forms.Form):
    """One question of a draft: its words in both languages, who scores it, and how."""

    text_id = forms.CharField(
        label=_("Text in Indonesian"), max_length=1000, widget=forms.Textarea(attrs=LINES), validators=[plain_text]
    )  # fmt: skip
    text_en = forms.CharField(
        label=_("Text in English"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=LINES),
        validators=[plain_text],
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Question.Kind.choices)
    area = forms.ChoiceField(label=_("Area"))
    rubric = forms.ChoiceField(label=_("Rubric"), required=False)
    required = forms.BooleanField(label=_("Required"), required=False)

    def __init__(self, *args: Any, content: Plain, row: Plain, **kwargs: Any) -> None:
        kwargs["initial"] = {key: row[key] for key in self.base_fields}
        super().__init__(*args, **kwargs)
        areas, rubrics = content["areas"], content["rubrics"]
        self.fields["area"].choices = [(one["code"], one["name_id"]) for one in areas]  # type: ignore[attr-defined]
        self.fields["rubric"].choices = [("", "–"), *((one["code"], one["name_id"]) for one in rubrics)]  # type: ignore[attr-defined]

    def changes(self) -> dict[str, Any]:
        """What to change in the question; line ends as everywhere."""
        found = {
            key: tidy(value) if isinstance(value, str) else value for key, value in self.cleaned_data.items()
        }
        if found["kind"] == Question.Kind.SURVEY_MEAN:
            found["rubric"] = ""
        return found
