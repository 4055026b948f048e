"""Forms of the agencies: one per section, each saved by itself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dimensions.models import SmartDimension, SubDimension
from opd.completeness import fields_of
from opd.forms.shared import FittingSubDimension, Narrowing
from opd.models import Evidence, EvidenceKind, Note, Opd, QuickWin
from smartcity.lib import files
from smartcity.lib.forms import DayField, NumberField, helper
from smartcity.lib.spreadsheets import MAX_BYTES
from smartcity.lib.text import plain_text

HELP = {
    "name": _("The official name, as in the planning documents."),
    "acronym": _("The short name people know, if there is one."),
    "status_kind": _("New this year, or continued from an earlier year."),
    "problem": _("What goes wrong today, for whom, and how one can tell. Two or three sentences are enough."),
    "description": _("What is done about it and what is new in it."),
    "beneficiaries": _("Who gains from it, and how many if known."),
    "partners": _("Other agencies, companies, campuses or communities that take part."),
    "indicator": _("The one measure that shows the result best."),
    "target": _("For this year only. Dots for thousands and a comma for decimals, for example 1.250,5."),
    "schedule": _("What is done in which quarter or month."),
    "budget": _("In rupiah, for example 85.000.000. Write 0 if there is no budget."),
    "sub_activity_code": _("For example 2.16.03.2.02.09, as in the DPA."),
    "legal_basis": _("For example Perwako 84/2020."),
    "link": _("Only if there is a page. A quick win need not be an application."),
    "sustainability": _(
        "What is done next year, by whom, and with which funds. Two or three sentences are enough."
    ),
}
LONG = ("problem", "description", "schedule", "sustainability")
SHORT_TEXT = ("beneficiaries", "partners")


class _QuickWinForm(forms.ModelForm):
    """What all sections share: help texts, heights of text boxes, choices of the city's dimensions."""

    class Meta:
        model = QuickWin
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        for name, field in self.fields.items():
            field.help_text = HELP.get(name, "")
            if name in LONG or name in SHORT_TEXT:
                field.widget.attrs["rows"] = 4 if name in LONG else 2
        if "dimension" in self.fields:
            dimensions = self._dimensions()
            self.fields["dimension"].queryset = dimensions  # type: ignore[attr-defined]
            # As a list: the widget asks for its choices more than once, and each time is a query.
            self.fields["dimension"].choices = [(row.pk, str(row)) for row in dimensions]  # type: ignore[attr-defined]

    def _dimensions(self) -> QuerySet[SmartDimension]:
        if self.instance.pk:
            return SmartDimension.objects.of_set(self.instance.dimension.dimension_set_id)
        return SmartDimension.objects.of_set(self.instance.opd.city.dimension_set_id)

    def raw(self, name: str) -> str:
        """What was typed in a field, as text, for keeping what could not be read."""
        return str(self.data.get(self.add_prefix(name), ""))


class IdentityForm(FittingSubDimension, _QuickWinForm):
    class Meta(_QuickWinForm.Meta):
        fields = ["name", "acronym", "dimension", "sub_dimension", "status_kind"]
        widgets = {"status_kind": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subs = (
            SubDimension.objects.filter(dimension__dimension_set=self.instance.dimension.dimension_set_id)
            .select_related("dimension")
            .order_by("dimension__order", "order")
        )
        field = self.fields["sub_dimension"]
        field.queryset = subs  # type: ignore[attr-defined]
        names = [(sub.pk, f"{sub.dimension.short_name}: {sub}") for sub in subs]
        field.choices = [("", field.empty_label), *names]  # type: ignore[attr-defined]
        self.fields["status_kind"].choices = QuickWin.Kind.choices  # type: ignore[attr-defined]


class ProblemForm(_QuickWinForm):
    class Meta(_QuickWinForm.Meta):
        fields = ["problem", "description", "beneficiaries", "partners"]


class TargetForm(_QuickWinForm):
    class Meta(_QuickWinForm.Meta):
        fields = ["indicator", "unit", "baseline", "target", "realisation"]

    baseline = NumberField(required=False)
    target = NumberField(required=False)
    realisation = NumberField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.instance.year
        self.fields["baseline"].label = _("Baseline (%(year)s)") % {"year": year - 1}
        self.fields["target"].label = _("Target %(year)s") % {"year": year}
        self.fields["realisation"].label = _("Realisation %(year)s so far") % {"year": year}


class TimeForm(_QuickWinForm):
    class Meta(_QuickWinForm.Meta):
        fields = [
            "schedule",
            "budget",
            "fund_source",
            "sub_activity_code",
            "legal_basis",
            "link",
            "linked_program",
        ]

    budget = NumberField(
        required=False,
        kind="money",
        places=2,
        label=_("Budget ceiling"),
        validators=[MinValueValidator(0, _("The budget ceiling is zero or more."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].widget.attrs["placeholder"] = "85.000.000"


class ContinuationForm(_QuickWinForm):
    class Meta(_QuickWinForm.Meta):
        fields = ["sustainability"]


SECTION_FORMS: dict[str, type[_QuickWinForm]] = {
    "identity": IdentityForm,
    "problem": ProblemForm,
    "target": TargetForm,
    "time": TimeForm,
    "continuation": ContinuationForm,
}


class CreateForm(_QuickWinForm):
    """The few things a draft needs to exist."""

    class Meta(_QuickWinForm.Meta):
        fields = ["opd", "dimension", "name", "acronym"]
        widgets = {"dimension": forms.RadioSelect}

    def __init__(self, *args: Any, opds: QuerySet[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["opd"].queryset = opds  # type: ignore[attr-defined]
        self.fields["opd"].empty_label = None  # type: ignore[attr-defined]
        if len(opds) == 1:
            del self.fields["opd"]


def unreadable_of(form: _QuickWinForm) -> dict[str, str]:
    """The text of each field that has an error, to be kept with the row until it can be read."""
    return {name: form.raw(name) for name in form.errors if name in form.fields}


def readable_of(form: _QuickWinForm, section: str) -> dict[str, Any]:
    """The cleaned values of the fields without an error."""
    names = {field.name for field in fields_of(section)}
    return {name: value for name, value in form.cleaned_data.items() if name in names}


def with_unreadable(form_class: type[_QuickWinForm], quick_win: QuickWin) -> _QuickWinForm:
    """The section's form; where something typed could not be read, it shows that text and its error again."""
    form = form_class(instance=quick_win)
    kept = {name: text for name, text in quick_win.unreadable.items() if name in form.fields}
    if not kept:
        return form
    data = {name: form[name].field.prepare_value(form[name].initial) for name in form.fields}
    return form_class(
        data={**{k: "" if v is None else v for k, v in data.items()}, **kept}, instance=quick_win
    )


class EvidenceForm(forms.ModelForm):
    """What is claimed about a document: kind, name, date, page to look at, validity."""

    document_date = DayField(required=False, label=_("Document date"))
    valid_until = DayField(
        required=False, label=_("Valid until"), help_text=_("Only for documents of an earlier year.")
    )

    class Meta:
        model = Evidence
        fields = ["kind", "title", "document_date", "page", "valid_until"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.fields["page"].help_text = _("For example 3, or 3 to 7.")
        for name in ("title", "page"):
            self.fields[name].validators.append(plain_text)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self._kinds()]  # type: ignore[attr-defined]

    def _kinds(self) -> list[EvidenceKind]:
        """A link stays a link, and only a picture is a photo: reports print what calls itself one."""
        stored = self.instance.stored_file
        if stored is None:
            return [EvidenceKind.LINK]
        never = {EvidenceKind.LINK} if stored.has_preview else {EvidenceKind.LINK, EvidenceKind.PHOTO}
        return [kind for kind in EvidenceKind if kind not in never]


class UploadForm(forms.Form):
    """One file; its kind, date and page may be given at once or later."""

    file = forms.FileField(label=_("File"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("By the file"))] + [p for p in EvidenceKind.choices if p[0] != "link"],
    )
    document_date = DayField(required=False, label=_("Document date"))
    page = forms.CharField(required=False, max_length=40, label=_("Page to look at"), validators=[plain_text])


class LinkForm(forms.Form):
    """A link as evidence."""

    url = forms.URLField(label=_("Link"), max_length=500, assume_scheme="https")
    title = forms.CharField(label=_("Name"), max_length=200, validators=[plain_text])
    document_date = DayField(required=False, label=_("Date seen"))

    def clean_url(self) -> str:
        try:
            return files.check_link(self.cleaned_data["url"])
        except files.Refused as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


class NoteForm(forms.ModelForm):
    """A reviewer's note on one field; an empty text takes the note away."""

    class Meta:
        model = Note
        fields = ["text"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class MoveForm(forms.Form):
    """The reason that goes with a move; the workflow knows which move needs one."""

    note = forms.CharField(required=False, max_length=4000, label=_("Note"), validators=[plain_text])


class ReplyForm(forms.Form):
    """The agency's answer to a note."""

    reply = forms.CharField(required=False, max_length=2000, label=_("Reply"), validators=[plain_text])


class QueueFilter(Narrowing):
    """How a list of records is narrowed."""

    q = forms.CharField(required=False, max_length=80, label=_("Search a name or agency"))
    dimension = forms.ChoiceField(required=False, label=_("Dimension"))

    def __init__(self, *args: Any, dimensions: Iterable[SmartDimension], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, str] = {}
        for row in dimensions:  # a code of two sets stands once, as the first one calls it
            named.setdefault(row.code, str(row))
        self.fields["dimension"].choices = [("", _("All")), *named.items()]  # type: ignore[attr-defined]

    def dimensions(self) -> list[dict[str, Any]]:
        return self._options("dimension")


class ListFilter(QueueFilter):
    """The quick win list: also by agency, year and status."""

    opd = forms.TypedChoiceField(required=False, label=_("OPD"), coerce=int, empty_value=None)
    year = forms.IntegerField(required=False, min_value=2017, max_value=2100, label=_("Year"))
    status = forms.ChoiceField(required=False, label=_("Status"))

    def __init__(
        self, *args: Any, statuses: list[tuple[str, Any]], opds: QuerySet[Opd], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = [("", _("All")), *statuses]  # type: ignore[attr-defined]
        self.fields["opd"].choices = [("", _("All")), *opds.values_list("pk", "short")]  # type: ignore[attr-defined]

    def opds(self) -> list[dict[str, Any]]:
        return self._options("opd")

    def wanted(self) -> dict[str, Any]:
        """What `QuickWinQuerySet.narrowed` takes."""
        return {name: self.chosen(name) for name in ("dimension", "opd", "status")} | {
            "text": self.chosen("q")
        }

    def statuses(self) -> list[dict[str, Any]]:
        return self._options("status")


class ImportForm(forms.Form):
    """A workbook to bring in: what it lists, for which year."""

    kind = forms.ChoiceField(label=_("What the file lists"))
    year = forms.IntegerField(
        min_value=2017, max_value=2100, label=_("Year"), help_text=_("The year the list is about.")
    )
    file = forms.FileField(label=_("Workbook"), max_length=255)

    def __init__(self, *args: Any, kinds: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kinds[0].value
        self.fields["file"].error_messages |= {
            "required": _("Choose a file first. [IMP-NONE]"),
            "empty": _("This file is empty. Choose the workbook again. [IMP-EMPTY]"),
        }

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(limit)d MB. Leave out what is not needed. [IMP-SIZE]"),
                params={"limit": MAX_BYTES // 1024 // 1024},
            )
        return file
