"""Form controls written in one go. Django runs three templates for an input and three for each option of a select.

A page of data entry has some thirty controls: that was a quarter of what it cost. The text is the same to the
letter as the one of Django's templates, which draw everything that is not in this list.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.safestring import SafeString, mark_safe

type Widget = Mapping[str, Any]
"""What `Widget.get_context()` calls "widget": name, type, value, attrs, and the optgroups of a select."""

_INPUTS = ("text", "number", "email", "url", "password", "hidden", "date", "time", "checkbox", "radio_option")


class Renderer(DjangoTemplates):
    """Django's renderer of forms, quicker for the controls every form has."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        draw = _DRAWN.get(template_name)
        if draw is None or context["widget"].get("wrap_label"):
            return super().render(template_name, context, request)
        return mark_safe(draw(context["widget"]))  # noqa: S308 - every value is escaped below


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    # The line break is for a text that begins with one: a browser drops the first.
    text = _text(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    groups = "".join(_group(name, options) for name, options, _place in widget["optgroups"])
    return f'<select name="{_text(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _group(name: Any, options: list[Widget]) -> str:
    drawn = "".join(f"\n  {_option(option)}" for option in options)
    return f'\n  <optgroup label="{_text(name)}">{drawn}\n  </optgroup>' if name else drawn


def _option(option: Widget) -> str:
    # Django's template of an option ends with a line break.
    return (
        f'<option value="{_text(option["value"])}"{_attributes(option)}>{_text(option["label"])}</option>\n'
    )


def _text(value: Any) -> str:
    text = str(value)
    return text if isinstance(value, SafeString) else escape(text)


_DRAWN: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{kind}.html": _input for kind in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
}
