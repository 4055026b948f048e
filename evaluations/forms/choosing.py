"""Forms of choosing documents of the bank: what the list is narrowed by, and how each document is to be shown."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from evaluations.choosing import Choice
from evaluations.forms.bank import BankFilter, ValidityForm
from opd.models import Document
from smartcity.lib.forms import DayField, helper
from smartcity.lib.text import plain_text


class ChooseFilter(BankFilter):
    """The bank's filter as far as it helps to choose."""

    SELECTS = ("kind",)


class ChosenForm(forms.Form):
    """One chosen document: its name and page at this place, and "still valid?" where it is asked."""

    LATER = "later"

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=10**9)
    title = forms.CharField(max_length=200, label=_("Name at this place"), validators=[plain_text])
    page = forms.CharField(
        required=False,
        max_length=40,
        label=_("Page to look at"),
        help_text=_("For example 3, or 3 to 5."),
        validators=[plain_text],
    )
    holds = forms.ChoiceField(
        widget=forms.RadioSelect, error_messages={"required": _("Answer whether it still holds.")}
    )
    valid_until = DayField(
        required=False, label=_("Valid until"), help_text=_("Only when the document names a day.")
    )
    reason = forms.CharField(
        required=False,
        max_length=1000,
        label=_("Reason"),
        help_text=_("Needed for a no: revoked by what, replaced by what."),
        widget=forms.Textarea(attrs={"rows": 2}),
        validators=[plain_text],
    )

    def __init__(
        self, *args: Any, document: Document, asks: bool, own: bool, year: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.document = document
        if not asks:
            for name in ("holds", "valid_until", "reason"):
                del self.fields[name]
            return
        self.fields["holds"].label = _t("Still valid for %(year)s?") % {"year": year}
        choices = [
            (ValidityForm.YES, _("Yes, it still holds")),
            (self.LATER, _("Not known yet: show it, and ask me again")),
        ]
        if own:
            choices.append((ValidityForm.NO, _("No, it holds no longer: do not show it")))
        else:
            del self.fields["reason"]
        self.fields["holds"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("holds") == ValidityForm.NO and not cleaned.get("reason", "").strip():
            self.add_error("reason", _t("Say why it holds no longer."))
        return cleaned

    def choice(self, key: str | None) -> Choice:
        """What `actions.choosing.show_documents` takes."""
        said = self.cleaned_data
        return Choice(
            document=self.document.pk,
            version=said["version"],
            title=said["title"],
            page=said["page"],
            holds={ValidityForm.YES: True, ValidityForm.NO: False}.get(said.get("holds", "")),
            valid_until=said.get("valid_until"),
            reason=said.get("reason", ""),
            key=key,
        )
