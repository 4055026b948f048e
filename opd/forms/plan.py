"""Forms of the masterplan: its programmes section by section, a programme's years, the plan and the city's budget."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dimensions.models import SmartDimension, SubDimension
from opd.forms.quick_wins import ListFilter
from opd.forms.shared import FittingSubDimension
from opd.models import (
    CityBudget,
    MasterPlan,
    Opd,
    PlanStatus,
    Program,
    ProgramYear,
    QuickWin,
    State,
    Strategy,
)
from smartcity.lib.forms import DayField, NumberField, helper
from smartcity.lib.text import plain_text

HELP = {
    "code": _("As in the masterplan, for example GOV-01. Each code is used once."),
    "strategy": _("The strategy or objective of the masterplan that the programme serves."),
    "indicator": _("The one measure that shows the result best."),
    "baseline": _("The value before the programme began."),
    "measure": _("How the reports of the four quarters make the value of the year."),
    "better": _("Lower is better where a number is to fall, for example tonnes of waste."),
    "sub_activity_code": _("For example 2.16.03.2.02.09, as in the DPA."),
    "supporting": _("Agencies of the city that take part. They read the programme; the lead agency reports."),
    "partners": _("Companies, campuses, communities, other governments: one in each line."),
    "quick_wins": _("Quick wins that carry this programme forward."),
    "target": _("For this year only. Dots for thousands and a comma for decimals, for example 1.250,5."),
    "budget": _("In rupiah, for example 85.000.000. Write 0 if there is no budget."),
    "state_reason": _("Needed where the programme was stopped; helpful where it has not begun."),
}
#: Figures that verified reports tell: they are corrected there.
TOLD = ("actual", "absorbed", "state", "state_reason")


class _PlanForm(forms.ModelForm):
    """What these forms share: help texts and no form tag of their own."""

    class Meta:
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        for name, field in self.fields.items():
            field.help_text = HELP.get(name, field.help_text)


class _ProgramForm(FittingSubDimension, _PlanForm):
    class Meta(_PlanForm.Meta):
        model = Program

    def _offer_dimensions(self, dimension_set_id: int) -> None:
        """As lists: a widget asks for its choices more than once, and each time would be a query."""
        rows = SmartDimension.objects.of_set(dimension_set_id)
        subs = SubDimension.objects.filter(dimension__dimension_set=dimension_set_id)
        subs = subs.select_related("dimension").order_by("dimension__order", "order")
        dimension, part = self.fields["dimension"], self.fields["sub_dimension"]
        dimension.queryset, part.queryset = rows, subs  # type: ignore[attr-defined]
        dimension.choices = [("", "---------"), *((row.pk, str(row)) for row in rows)]  # type: ignore[attr-defined]
        part.choices = [  # type: ignore[attr-defined]
            ("", "---------"),
            *((row.pk, f"{row.dimension.short_name}: {row}") for row in subs),
        ]

    def clean_code(self) -> str:
        """Each code is used once in a masterplan, in whatever capitals."""
        code: str = self.cleaned_data["code"]
        twins = Program.objects.with_code(self.instance.plan_id, code).exclude(pk=self.instance.pk)
        if twins.exists():
            raise forms.ValidationError(
                _("This code is already used in the masterplan. Choose another one. [PRG-CODE]")
            )
        return code


class NewProgramForm(_ProgramForm):
    """The few things a programme needs to exist."""

    class Meta(_ProgramForm.Meta):
        fields = ["opd", "dimension", "sub_dimension", "code", "name"]

    def __init__(self, *args: Any, opds: QuerySet[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_dimensions(self.instance.city.dimension_set_id)
        field = self.fields["opd"]
        field.queryset = opds  # type: ignore[attr-defined]
        field.choices = [(row.pk, f"{row.short} · {row.official_name}") for row in opds]  # type: ignore[attr-defined]
        if len(opds) == 1:
            del self.fields["opd"]


class IdentityForm(_ProgramForm):
    class Meta(_ProgramForm.Meta):
        fields = ["code", "name", "dimension", "sub_dimension", "strategy", "horizon", "category"]

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer_dimensions(self.instance.dimension.dimension_set_id)


class MeasureForm(_ProgramForm):
    class Meta(_ProgramForm.Meta):
        fields = ["indicator", "unit", "baseline", "measure", "better"]

    baseline = NumberField(required=False, label=_("Baseline"))

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class BudgetForm(_ProgramForm):
    class Meta(_ProgramForm.Meta):
        fields = ["activity", "sub_activity", "sub_activity_code"]

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class PartnersForm(_ProgramForm):
    class Meta(_ProgramForm.Meta):
        fields = ["supporting", "partners", "quick_wins"]
        widgets = {
            "supporting": forms.CheckboxSelectMultiple,
            "quick_wins": forms.CheckboxSelectMultiple,
            "partners": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        """`by` is offered the quick wins that `by` may see; whoever is chosen already stays on offer."""
        super().__init__(*args, **kwargs)
        program: Program = self.instance
        opds = Opd.objects.offered_beside(program.opd, program.supporting.values("pk"))
        found = QuickWin.objects.visible_to(by).near_program(program)
        self._offer("supporting", opds, lambda row: row.short)
        self._offer("quick_wins", found, lambda row: f"{row.title} ({row.year})")

    def _offer(self, name: str, rows: QuerySet[Any], label: Any) -> None:
        field = self.fields[name]
        field.queryset = rows  # type: ignore[attr-defined]
        field.choices = [(row.pk, label(row)) for row in rows]  # type: ignore[attr-defined]
        if not field.choices:  # type: ignore[attr-defined]
            del self.fields[name]


class TimeForm(_ProgramForm):
    class Meta(_ProgramForm.Meta):
        fields = ["start_date", "end_date", "updated_on", "note"]
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    start_date = DayField(required=False, label=_("Start"))
    end_date = DayField(required=False, label=_("End"))
    updated_on = DayField(required=False, label=_("Updated on"))

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("start_date"), cleaned.get("end_date")
        if start and end and end < start:
            self.add_error("end_date", _("The end lies before the start."))
        return cleaned


#: In the order of the form: name, title, form.
SECTIONS: tuple[tuple[str, Any, type[_ProgramForm]], ...] = (
    ("identity", _("Identity"), IdentityForm),
    ("measure", _("Measure"), MeasureForm),
    ("budget", _("Budget line"), BudgetForm),
    ("partners", _("Partners"), PartnersForm),
    ("time", _("Time and notes"), TimeForm),
)
SECTION_FORMS = {name: form for name, _title, form in SECTIONS}


class YearForm(_PlanForm):
    """The figures of one year; what verified reports told is not typed here."""

    class Meta(_PlanForm.Meta):
        model = ProgramYear
        fields = ["target", "actual", "budget", "absorbed", "fund_source", "state", "state_reason"]
        widgets = {"state_reason": forms.Textarea(attrs={"rows": 2})}

    _zero = MinValueValidator(0, _("This figure is zero or more."))
    target = NumberField(required=False, label=_("Target"), validators=[_zero])
    actual = NumberField(required=False, label=_("Realisation"), validators=[_zero])
    budget = NumberField(
        required=False, kind="money", places=2, label=_("Budget ceiling"), validators=[_zero]
    )
    absorbed = NumberField(
        required=False, kind="money", places=2, label=_("Money absorbed"), validators=[_zero]
    )

    def __init__(self, *args: Any, reported: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in TOLD if reported else ():
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("state") == State.STOPPED and not cleaned.get("state_reason", "").strip():
            self.add_error("state_reason", _("Write why the programme was stopped."))
        return cleaned


class MasterPlanForm(_PlanForm):
    """The plan itself, and its strategies: one text box per dimension, one strategy in each line."""

    class Meta(_PlanForm.Meta):
        model = MasterPlan
        fields = ["title", "regulation", "regulation_date", "year_from", "year_to", "vision"]
        widgets = {"vision": forms.Textarea(attrs={"rows": 3})}

    regulation_date = DayField(required=False, label=_("Date of the regulation"))

    def __init__(self, *args: Any, dimensions: Iterable[SmartDimension], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dimensions = list(dimensions)
        for name in ("year_from", "year_to"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "numeric"})
        kept: dict[int, list[str]] = {}
        for row in self.instance.strategies.all() if self.instance.pk else ():
            kept.setdefault(row.dimension_id, []).append(row.text)
        for dimension in self.dimensions:
            self.fields[f"strategies_{dimension.code}"] = forms.CharField(
                required=False,
                label=_("Strategies of %(name)s") % {"name": dimension},
                initial="\n".join(kept.get(dimension.pk, ())),
                max_length=3000,
                validators=[plain_text],
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        longest = Strategy._meta.get_field("text").max_length or 0
        for dimension in self.dimensions:
            name = f"strategies_{dimension.code}"
            if any(len(line) > longest for line in lines_of(cleaned.get(name, ""))):
                self.add_error(name, _("A strategy has at most %(count)s characters.") % {"count": longest})
        first, last = cleaned.get("year_from"), cleaned.get("year_to")
        if first and last and last < first:
            self.add_error("year_to", _("The last year lies before the first year."))
        return cleaned

    def columns(self) -> dict[str, Any]:
        """The cleaned columns of the plan."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def strategies(self) -> dict[int, list[str]]:
        """The cleaned strategies by dimension."""
        return {row.pk: lines_of(self.cleaned_data[f"strategies_{row.code}"]) for row in self.dimensions}


def lines_of(text: str) -> list[str]:
    """The lines that say something, each once."""
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


class CityBudgetForm(_PlanForm):
    """The whole APBD of one year."""

    class Meta(_PlanForm.Meta):
        model = CityBudget
        fields = ["total", "source"]

    total = NumberField(
        kind="money",
        places=2,
        digits=20,
        label=_("Total APBD"),
        help_text=_("In rupiah, for example 1.025.000.000.000."),
        validators=[MinValueValidator(1, _("The total APBD is more than zero."))],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].help_text = _("For example Perda APBD 2022.")


class NewYearForm(forms.Form):
    """Which year to enter next."""

    year = forms.IntegerField(min_value=2017, max_value=2100, label=_("Year"))


class ProgramFilter(ListFilter):
    """The list of programmes: narrowed by all that a line says, and more."""

    SELECTS = ("dimension", "opd", "state", "figure", "status", "category", "horizon")

    figure = forms.ChoiceField(
        required=False,
        label=_("Figures of the year"),
        choices=[
            ("", _("All")),
            ("carried_out", _("Running or finished")),
            ("untold", _("No state yet")),
            ("with_target", _("With a target")),
            ("measured", _("Target and realisation known")),
            ("reached", _("Target reached")),
            ("budget", _("With a budget ceiling")),
            ("budget_apbd", _("Budget from the APBD")),
            ("budget_other", _("Budget from other sources")),
            ("absorbed", _("With money absorbed")),
        ],
    )
    state = forms.ChoiceField(
        required=False, label=_("State of implementation"), choices=[("", _("All")), *State.choices]
    )
    category = forms.ChoiceField(
        required=False, label=_("Category"), choices=[("", _("All")), *Program.Category.choices]
    )
    horizon = forms.ChoiceField(
        required=False, label=_("Horizon"), choices=[("", _("All")), *Program.Horizon.choices]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, statuses=PlanStatus.choices, **kwargs)
        self.fields["status"].label = _("Approval")

    def narrowing(self, year: int) -> dict[str, Any]:
        """What `ProgramQuerySet.narrowed` takes; a state and a figure are those of `year`, chosen or not."""
        names = ("dimension", "opd", "status", "category", "horizon", "state", "figure", "year")
        wanted = {name: self.chosen(name) for name in names} | {"text": self.chosen("q")}
        return wanted | {"year": year} if wanted["state"] or wanted["figure"] else wanted
