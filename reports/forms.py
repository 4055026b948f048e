"""What a person chooses when asking for a report: of which data."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluations.models import EvaluationWindow, Status
from opd.models import City
from smartcity.lib import clock, dates


class ReportForm(forms.Form):
    """One choice, the state of the data, and the key that makes a double click one report."""

    source = forms.ChoiceField(label=gettext_lazy("State of the data"))
    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        windows = EvaluationWindow.objects.of_city(city.pk).newest_first()
        self.windows = {str(window.pk): window for window in windows}
        choices = [(key, _source(window)) for key, window in self.windows.items()]
        if not any(window.year == city.evaluation_year for window in self.windows.values()):
            today = {"day": dates.long_date(clock.now(), city.timezone), "year": city.evaluation_year}
            choices.insert(0, ("today", _("%(year)s as of today, %(day)s") % today))
        self.fields["source"].choices = choices  # type: ignore[attr-defined]

    def window(self) -> EvaluationWindow | None:
        """The window chosen; None for the data of the year without one."""
        return self.windows.get(self.cleaned_data["source"])

    def year(self) -> int:
        """The evaluated year chosen."""
        window = self.window()
        return window.year if window else self.city.evaluation_year


def _source(window: EvaluationWindow) -> str:
    """Say which data a report of this window is made of."""
    name, zone = str(window), window.city.timezone
    if window.opened_at is None:
        return _("%(window)s, as of today") % {"window": name}
    frozen = dates.short_date(window.opened_at, zone)
    if window.status == Status.CLOSED:
        return _("%(window)s, frozen on %(day)s, with result") % {"window": name, "day": frozen}
    return _("%(window)s, frozen on %(day)s") % {"window": name, "day": frozen}
