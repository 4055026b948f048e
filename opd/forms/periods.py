"""The dates of one quarter, as an office writes them."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from opd.models import ReportingPeriod
from smartcity.lib.forms import DayField

END_OF_DAY = time(23, 59)


class PeriodForm(forms.Form):
    """One quarter. Reports are due at the end of the day, or at the hour already set for that day."""

    opens_on = DayField(label=_("Open from"))
    due_on = DayField(label=_("Due, until the end of"))
    remind_operator_on = DayField(label=_("Remind the operator on"))
    remind_head_on = DayField(label=_("Remind the OPD head on"))
    remind_assistant_on = DayField(label=_("Inform the assistant on"))

    def __init__(self, data: Any = None, *, period: ReportingPeriod) -> None:
        self.period, self.zone = period, ZoneInfo(period.city.timezone)
        initial = {
            "opens_on": period.opens_on,
            "due_on": period.due_at.astimezone(self.zone).date(),
            "remind_operator_on": period.remind_operator_on,
            "remind_head_on": period.remind_head_on,
            "remind_assistant_on": period.remind_assistant_on,
        }
        super().__init__(data, initial=initial, prefix=f"q{period.quarter}")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if len(given) < len(self.fields):
            return given
        if not given["remind_operator_on"] <= given["remind_head_on"] <= given["remind_assistant_on"]:
            self.add_error(
                "remind_head_on",
                _("First the operator, then the head, then the assistant: put the dates in order."),
            )
        if given["opens_on"] > given["due_on"]:
            self.add_error("due_on", _("The due date lies before the opening."))
        if given["remind_operator_on"] < given["opens_on"]:
            self.add_error("remind_operator_on", _("Nobody is reminded before the quarter is open."))
        return given

    def values(self) -> dict[str, Any]:
        """The dates as the row keeps them."""
        given = dict(self.cleaned_data)
        due = given.pop("due_on")
        same_day = self.period.due_at.astimezone(self.zone).date() == due
        moment = datetime.combine(due, END_OF_DAY, self.zone)
        return given | {"due_at": self.period.due_at if same_day else moment}
