"""What several forms ask in the same way."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from opd.models import ImportKind, ImportStatus


class FittingSubDimension(forms.ModelForm):
    """A form with a dimension and a sub-dimension: the second belongs to the first."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        dimension, sub = cleaned.get("dimension"), cleaned.get("sub_dimension")
        if dimension and sub and sub.dimension_id != dimension.pk:
            self.add_error(
                "sub_dimension",
                _("This sub-dimension belongs to another dimension. Choose one of %(name)s.")
                % {"name": dimension},
            )
        return cleaned


class Narrowing(forms.Form):
    """The filter bar of a list, read from the address; a wrong value narrows nothing and is never an error page."""

    #: The fields that filter_selects.html draws.
    SELECTS: tuple[str, ...] = ()

    def __init__(self, *args: Any, usual: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        """`usual` is what the list shows when nobody asks, by field: the year worked on, the quarter that is due."""
        super().__init__(*args, **kwargs)
        self.usual = usual or {}

    def chosen(self, name: str) -> Any:
        """The cleaned value, or None when it was not given or not understood."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    def in_force(self) -> int:
        """How many of the filters narrow the list: chosen, understood, and other than usual."""
        chosen = ((name, self.chosen(name)) for name in self.fields)
        return sum(1 for name, value in chosen if value is not None and value != self.usual.get(name))

    def selects(self) -> list[dict[str, Any]]:
        """The selects as plain rows: drawing each as a widget costs as much as a line of the list."""
        return [
            {"name": name, "label": self.fields[name].label, "options": self._options(name)}
            for name in self.SELECTS
        ]

    def _options(self, name: str) -> list[dict[str, Any]]:
        chosen = self.chosen(name) or ""
        choices = self.fields[name].choices  # type: ignore[attr-defined]
        return [
            {"value": value, "label": str(label), "selected": str(value) == str(chosen)}
            for value, label in choices
        ]


class ImportFilter(Narrowing):
    """How one's own imports are narrowed."""

    SELECTS = ("kind", "status")

    q = forms.CharField(required=False, max_length=80, label=_("Search a file name"))
    kind = forms.ChoiceField(
        required=False, label=_("What the file lists"), choices=[("", _("All")), *ImportKind.choices]
    )
    status = forms.ChoiceField(
        required=False,
        label=_("State"),
        choices=[("", _("All")), ("open", pgettext_lazy("imports", "Waits for you")), *ImportStatus.choices],
    )

    def narrowing(self) -> dict[str, Any]:
        """What `ImportJobQuerySet.narrowed` takes."""
        return {"kind": self.chosen("kind"), "status": self.chosen("status"), "text": self.chosen("q")}
