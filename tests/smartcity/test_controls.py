"""Controls written in one go are the same to the letter as those of Django's templates."""

from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy

from smartcity.lib.controls import Renderer

EVIL = "\"><script>alert('1')</script>&amp; \n"
CHOICES: list[Any] = [
    ("", "---------"),
    (1, "Satu & dua"),
    (2, mark_safe("<b>tiga</b>")),
    ("Kelompok <1>", [("a", gettext_lazy("Save")), (EVIL, EVIL)]),
]
WIDGETS = [
    forms.TextInput,
    forms.NumberInput,
    forms.EmailInput,
    forms.URLInput,
    forms.PasswordInput,
    forms.HiddenInput,
    forms.DateInput,
    forms.TimeInput,
    forms.CheckboxInput,
    forms.Textarea,
    forms.Select,
    forms.SelectMultiple,
    forms.RadioSelect,
    forms.CheckboxSelectMultiple,
    forms.FileInput,
]
ATTRS: list[dict[str, Any]] = [
    {},
    {"id": "id_a", "class": "form-control", "required": True, "disabled": False, "data-x": EVIL, "rows": 4},
]


@pytest.mark.parametrize("attrs", ATTRS)
@pytest.mark.parametrize("widget", WIDGETS)
def test_a_control_is_written_as_django_draws_it(widget: type[forms.Widget], attrs: dict[str, Any]) -> None:
    made = widget(choices=CHOICES) if issubclass(widget, forms.widgets.ChoiceWidget) else widget()
    for value in (None, "", 1, 0, True, "a", EVIL, "\nlead", mark_safe("<i>x</i>"), ["1", EVIL]):
        ours = made.render("name<", value, attrs, Renderer())
        assert ours == made.render("name<", value, attrs, DjangoTemplates()), value


def test_the_options_of_a_radio_drawn_one_by_one_are_the_same() -> None:
    class Form(forms.Form):
        kind = forms.ChoiceField(choices=CHOICES, widget=forms.RadioSelect)

    ours, theirs = (Form({"kind": "1"}, renderer=made) for made in (Renderer(), DjangoTemplates()))
    assert [row.tag() for row in ours["kind"]] == [row.tag() for row in theirs["kind"]]
