"""Form fields that read what people in an Indonesian office type."""

from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from smartcity.lib import dates, decimals
from smartcity.lib.text import tidy


def typed(posted: QueryDict) -> QueryDict:
    """Return the posted texts tidied, so that a form counts and keeps what the person saw."""
    data = posted.copy()
    for name in data:
        data.setlist(name, [tidy(text) for text in data.getlist(name)])
    return data


def helper() -> FormHelper:
    """The template owns the form tag, the token and the buttons."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


class NumberField(forms.Field):
    """A number such as 1.250,5: dots for thousands, a comma for decimals. Cleans to Decimal or None."""

    widget = forms.TextInput

    def __init__(
        self, *, kind: decimals.Kind | None = None, places: int = 4, digits: int = 18, **kwargs: Any
    ) -> None:
        self.kind, self.places, self.digits = kind, places, digits
        super().__init__(**kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off", "class": "num"}

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, Decimal):
            return value
        if value in self.empty_values or not str(value).strip():
            return None
        try:
            number = decimals.parse(str(value), kind=self.kind)
        except decimals.NumberNotRead as error:
            raise ValidationError(str(error), code=error.code) from error
        return self._fitting(number)

    def prepare_value(self, value: Any) -> Any:
        return decimals.exact(value) if isinstance(value, Decimal) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data))
        except ValidationError:
            return True

    def _fitting(self, number: Decimal) -> Decimal:
        """Refuse what the column cannot hold, so that no digit is lost in silence."""
        exponent = number.as_tuple().exponent
        decimal_places = max(0, -exponent) if isinstance(exponent, int) else 0
        if decimal_places > self.places or number.adjusted() >= self.digits - self.places:
            raise ValidationError(
                _(
                    "This number is too long: at most %(whole)s digits before the comma and %(places)s after it."
                ),
                code="too_long",
                params={"whole": self.digits - self.places, "places": self.places},
            )
        return number


class DayField(forms.DateField):
    """A day from a date picker, or typed as 16/09/2022 or "Jumat, 16 September 2022"."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or not isinstance(value, str):
            return super().to_python(value)
        try:
            return dates.parse_date(value)
        except dates.DateNotRead as error:
            raise ValidationError(str(error), code=error.code) from error
