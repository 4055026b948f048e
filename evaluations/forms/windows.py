"""Forms around a review window: times, seats, scores, declarations."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluations import rules
from evaluations.models import PLAYERS, REHEARSAL, Area, EvaluationWindow, Instrument, Seat
from opd.models import Role, User
from smartcity.lib.dates import wib, zone_label
from smartcity.lib.forms import helper
from smartcity.lib.text import plain_text

ACCESS_AFTER_CLOSE = timedelta(days=7)


class MomentField(forms.DateTimeField):
    """A day and time on the city's own clock; the zone is named beside it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, *, zone: str = "Asia/Jakarta", **kwargs: Any) -> None:
        self.zone = ZoneInfo(zone)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().to_python(value)

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)


class Moments(forms.BaseForm):
    """What forms with times share: the zone of their city, said in the label."""

    def use_zone(self, name: str) -> None:
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = ZoneInfo(name)
                field.label = f"{field.label} ({zone_label(name)})"


class WindowForm(forms.ModelForm, Moments):
    """A window in preparation."""

    class Meta:
        model = EvaluationWindow
        fields = ["year", "stage", "instrument", "inputs_due_at", "opens_at", "closes_at"]
        field_classes = dict.fromkeys(("inputs_due_at", "opens_at", "closes_at"), MomentField)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.fields["year"] = forms.IntegerField(
            label=_("Evaluated year"),
            min_value=2017,
            max_value=2100,
            widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            help_text=_("The year whose work is judged, even when the evaluation is held in the next one."),
        )
        self.fields["instrument"].queryset = Instrument.objects.newest_first()  # type: ignore[attr-defined]
        self.fields["instrument"].empty_label = None  # type: ignore[attr-defined]
        self.fields["instrument"].label_from_instance = lambda row: row.label  # type: ignore[attr-defined]
        self.fields["inputs_due_at"].help_text = gettext(
            "Until when agencies send in. What comes later is not judged."
        )
        self.fields["closes_at"].help_text = gettext("From this minute on no score is accepted.")
        self.use_zone(self.instance.city.timezone)

    def clean_stage(self) -> str:
        """The names of rehearsals are theirs: a window called so would be taken for one."""
        stage: str = self.cleaned_data["stage"].strip()
        if stage.casefold().startswith(REHEARSAL.casefold()):
            raise forms.ValidationError(
                _("Names that begin with “%(word)s” are kept for rehearsals."), params={"word": REHEARSAL}
            )
        return stage

    def _get_validation_exclusions(self) -> set[str]:
        """The city is set by the view, not typed, but "one window per stage" must see it."""
        return super()._get_validation_exclusions() - {"city"}  # type: ignore[misc]


class RehearsalForm(forms.ModelForm, Moments):
    """The times of a rehearsal; everything else is that of the window it rehearses."""

    class Meta:
        model = EvaluationWindow
        fields = ["opens_at", "closes_at"]
        field_classes = dict.fromkeys(("opens_at", "closes_at"), MomentField)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        real = self.instance.rehearsal_of
        self.fields["opens_at"].help_text = gettext(
            "What is answered and verified when it is opened is what is scored."
        )
        text = gettext("Before the review window opens on %(time)s; leave time to mend what is found.")
        self.fields["closes_at"].help_text = text % {"time": wib(real.opens_at, real.city.timezone)}
        self.use_zone(real.city.timezone)


class ExtendForm(forms.Form, Moments):
    """A later closing time, and why."""

    until = MomentField(label=_("New closing time"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Assessors and the city read it in the history."),
    )

    def __init__(self, *args: Any, window: EvaluationWindow, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.use_zone(window.city.timezone)


class SeatForm(forms.ModelForm, Moments):
    """An assessor, the areas, and until when."""

    class Meta:
        model = Seat
        fields = ["user", "areas", "until"]
        field_classes = {"until": MomentField}
        widgets = {"areas": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        window = self.instance.window
        if window.is_rehearsal:
            self.fields["user"].help_text = gettext(
                "Own staff. Nobody scores what their own agency answered or what they wrote themselves."
            )
        self.fields["user"].queryset = _candidates(window, self.instance)  # type: ignore[attr-defined]
        self.fields["user"].disabled = self.instance.pk is not None
        areas = Area.objects.filter(instrument=window.instrument_id).order_by("order")
        self.fields["areas"].queryset = areas  # type: ignore[attr-defined]
        self.fields["until"].help_text = gettext(
            "After this the assessor sees nothing of the window any more."
        )
        self.fields["user"].empty_label = gettext("Choose an assessor")  # type: ignore[attr-defined]
        if self.instance.pk is None:
            self.initial["until"] = window.closes_at + ACCESS_AFTER_CLOSE
        self.use_zone(window.city.timezone)


class ScoreForm(forms.Form):
    """One score: a level of the rubric, a remark, or why it cannot be scored."""

    value = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    remark = forms.CharField(required=False, max_length=4000, validators=[plain_text])
    reason = forms.CharField(required=False, max_length=1000, validators=[plain_text])

    def __init__(self, *args: Any, scores: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].choices = [(str(score), str(score)) for score in sorted(scores)]  # type: ignore[attr-defined]


class DeclarationForm(forms.Form):
    """The declaration before the first page: none, or which conflict."""

    NONE, CONFLICT = "none", "conflict"

    answer = forms.ChoiceField(
        label=_("Conflict of interest"),
        choices=[
            (NONE, _("I have no conflict of interest with this city or its agencies.")),
            (CONFLICT, _("I have one, and do not score in this window.")),
        ],
        widget=forms.RadioSelect,
    )
    conflict = forms.CharField(
        label=_("Which one"),
        required=False,
        max_length=2000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example a relative in an agency, or advice given for pay within two years."),
    )

    def __init__(self, *args: Any, played: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        if played:
            self._ask_own_staff()

    def _ask_own_staff(self) -> None:
        """In a rehearsal everybody is of the house: what is declared is how the score is given."""
        self.fields["answer"].label = gettext("How you score")
        self.fields["answer"].choices = [  # type: ignore[attr-defined]
            (self.NONE, gettext("I score by the rubric and by what is proven, as an assessor would.")),
            (self.CONFLICT, gettext("I cannot judge freely here, and do not take part.")),
        ]
        self.fields["conflict"].label = gettext("Why not")
        self.fields["conflict"].help_text = gettext("The reviewer reads it and seats somebody else.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("answer") == self.CONFLICT and not cleaned.get("conflict", "").strip():
            self.add_error(
                "conflict", _("Write which conflict it is. Without it the reviewer cannot decide.")
            )
        return cleaned

    def declared_conflict(self) -> str:
        """The conflict in words; empty when none was declared."""
        return self.cleaned_data["conflict"] if self.cleaned_data["answer"] == self.CONFLICT else ""


def _candidates(window: EvaluationWindow, seat: Seat) -> Any:
    """Accounts that may be seated and are not: assessors who serve the city in no other role, in a rehearsal staff."""
    roles = PLAYERS if window.is_rehearsal else (Role.ASSESSOR,)
    rows = User.objects.filter(memberships__city=window.city, memberships__role__in=roles, is_active=True)
    taken = {row.user_id for row in window.seats.all() if row.pk != seat.pk}
    allowed = [
        user.pk for user in rows.distinct() if user.pk not in taken and rules.may_be_seated(user, window)
    ]
    return User.objects.filter(pk__in=allowed).order_by("title", "username")
