"""What several forms ask in the same way."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


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
