"""Forms of the clarification desk: the doubt, the answer, more time, another agency."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluations.forms.windows import ExtendForm
from evaluations.models import Clarification
from opd.models import Opd
from smartcity.lib.text import plain_text


class AskForm(forms.Form):
    """What is not clear, in the assessor's words."""

    text = forms.CharField(
        label=_("What is not clear"),
        required=False,
        max_length=2000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Say which evidence or fact you miss. Agency, reviewer and leadership read it."),
    )


class ReplyForm(forms.Form):
    """The answer in words; files stand beside it."""

    answer = forms.CharField(
        label=_("Answer"),
        required=False,
        max_length=4000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text=_("Answer only what is asked, and name the page of the file that proves it."),
    )


class ItemExtendForm(ExtendForm):
    """A later time for one item, and why."""

    def __init__(self, *args: Any, item: Clarification, **kwargs: Any) -> None:
        super().__init__(*args, window=item.window, **kwargs)
        until: Any = self.fields["until"]
        until.label = str(until.label).replace(str(_("New closing time")), str(_("New time")))
        self.fields["reason"].help_text = _("Agency and assessor read it in the history.")


class PassOnForm(forms.Form):
    """Another agency in force, and why it is the one to answer."""

    opd: Any = forms.ModelChoiceField(queryset=Opd.objects.none(), label=_("Agency that answers"))
    note = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        validators=[plain_text],
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, item: Clarification, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["opd"]
        field.queryset = Opd.objects.of_city(item.window.city).in_force_today().exclude(pk=item.opd_id)
        field.label_from_instance = lambda opd: f"{opd.short}, {opd.official_name}"
        field.empty_label = _("Choose an agency")
