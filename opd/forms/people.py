"""The form of a handover."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from opd.models import Membership, User
from smartcity.lib import clock
from smartcity.lib.forms import DayField


class _Account(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title} ({obj.username})" if obj.title else str(obj.username)


class HandoverForm(forms.Form):
    """To whom, from which day, until when, and whether as acting officer."""

    to = _Account(queryset=User.objects.none(), label=_("New holder"))
    at = DayField(label=_("From"), help_text=_("Today means from now on; a later day begins at midnight."))
    until = DayField(
        label=_("Until"), required=False, help_text=_("For acting officers. Empty: without an end.")
    )
    acting = forms.BooleanField(
        label=_("Acting officer"),
        required=False,
        help_text=_("Pelaksana tugas (Plt.) or pelaksana harian (Plh.)."),
    )

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone: ZoneInfo = membership.city.zone()
        people: Any = self.fields["to"]
        people.queryset = (
            User.objects.exclude(pk=membership.user_id).filter(is_active=True).order_by("title", "username")
        )

    def moments(self) -> tuple[datetime, datetime | None]:
        """The beginning and the end as moments: today begins now, the last day is served to its end."""
        day, last = self.cleaned_data["at"], self.cleaned_data["until"]
        today = timezone.localdate(clock.now(), self.zone)
        begin = clock.now() if day == today else datetime.combine(day, time(), self.zone)
        end = datetime.combine(last, time.max, self.zone) if last else None
        return begin, end
