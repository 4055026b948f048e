"""What the evidence bank is narrowed by."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.bank import OLDER, REUSED, UNUSED
from opd.models import EvidenceKind, Opd, Validity

NEWEST, OLDEST, NAME = "newest", "oldest", "name"
ORDERS = {NEWEST: ("-id",), OLDEST: ("id",), NAME: ("place", "id")}


class BankFilter(forms.Form):
    """How the bank is narrowed and ordered; a wrong value narrows nothing and is never an error page."""

    q = forms.CharField(required=False, max_length=80, label=_("Search a name, file name or note"))
    kind = forms.ChoiceField(required=False, label=_("Kind"), choices=[("", _("All")), *EvidenceKind.choices])
    state = forms.ChoiceField(
        required=False, label=_("Validity"), choices=[("", _("All")), *Validity.choices]
    )
    use = forms.ChoiceField(
        required=False,
        label=_("Use"),
        choices=[
            ("", _("All")),
            (UNUSED, _("Not used")),
            (REUSED, _("Used more than once")),
            (OLDER, _("Older than the evaluated year")),
        ],
    )
    year = forms.IntegerField(
        required=False, min_value=2000, max_value=2100, label=_("Year"), widget=forms.TextInput
    )
    opd = forms.TypedChoiceField(required=False, label=_("OPD"), coerce=int, empty_value=None)
    sort = forms.ChoiceField(
        required=False,
        label=_("Order"),
        choices=[(NEWEST, _("Newest first")), (OLDEST, _("Oldest first")), (NAME, _("By name"))],
    )

    def __init__(self, *args: Any, opds: Iterable[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *((row.pk, row.short) for row in opds)]
        self.fields["opd"].choices = choices  # type: ignore[attr-defined]

    def chosen(self, name: str) -> Any:
        """The cleaned value, or None when it was not given or not understood."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def asked(self) -> dict[str, Any]:
        """What `evaluations.bank.narrowed` takes."""
        return {name: self.chosen(name) for name in ("q", "kind", "opd", "year", "state", "use")}

    def narrows(self) -> bool:
        return any(self.asked().values())

    def order(self) -> tuple[str, ...]:
        return ORDERS[self.chosen("sort") or NEWEST]

    def selects(self) -> list[dict[str, Any]]:
        """The selects as plain rows: name, label, options."""
        names = ("kind", "state", "use", "opd", "sort")
        return [
            {"name": name, "label": self.fields[name].label, "options": self._options(name)}
            for name in names
            if len(self.fields[name].choices) > 2  # type: ignore[attr-defined]
        ]

    def _options(self, name: str) -> list[dict[str, Any]]:
        chosen = self.chosen(name) or ""
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        return [
            {"value": value, "label": str(label), "selected": str(value) == str(chosen)}
            for value, label in choices
        ]
