"""The form of one question of the consensus: a value in the place of the mean, and why."""

from typing import Any

from django import forms

from smartcity.lib.forms import NumberField
from smartcity.lib.text import plain_text


class ProposalForm(forms.Form):
    """An empty value is the mean."""

    value = NumberField(required=False, places=2, digits=4)
    reason = forms.CharField(required=False, max_length=2000, validators=[plain_text])

    def sentences(self) -> dict[str, str]:
        """What is wrong, by field."""
        return {name: " ".join(map(str, rows)) for name, rows in self.errors.items()}

    def typed(self) -> dict[str, Any]:
        """What was typed, for the page that comes back."""
        return {name: self.data.get(name, "") for name in ("value", "reason")}
