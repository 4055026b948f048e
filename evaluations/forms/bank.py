"""What the evidence bank is narrowed by."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from evaluations.bank import OLDER, REUSED, UNUSED
from opd.forms.shared import Narrowing
from opd.models import Document, EvidenceKind, Opd, Validity
from smartcity.lib.forms import DayField, helper
from smartcity.lib.text import plain_text


class BankFilter(Narrowing):
    """How the bank is narrowed."""

    SELECTS: tuple[str, ...] = ("kind", "state", "use", "opd")

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

    def __init__(self, *args: Any, opds: Iterable[Opd], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All")), *((row.pk, row.short) for row in opds)]
        self.fields["opd"].choices = choices  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        """What `evaluations.bank.narrowed` takes."""
        return {name: self.chosen(name) for name in ("q", "kind", "opd", "year", "state", "use")}

    def narrows(self) -> bool:
        return any(self.asked().values())

    def selects(self) -> list[dict[str, Any]]:
        """Without the agencies where there is only one's own."""
        return [select for select in super().selects() if len(select["options"]) > 1]


class DocumentForm(forms.ModelForm):
    """What is true of a document whatever it shows: kind, date, period covered, validity, a note."""

    document_date = DayField(required=False, label=_("Document date"))
    period_from = DayField(required=False, label=_("Covers from"))
    period_to = DayField(required=False, label=_("Covers until"))
    valid_until = DayField(required=False, label=_("Valid until"))

    class Meta:
        model = Document
        fields = ["kind", "document_date", "period_from", "period_to", "valid_until", "note"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
        self.fields["note"].help_text = _("For example where the paper is kept. Found by the search.")
        stored = self.instance.stored_file
        allowed = [EvidenceKind.LINK]
        if stored is not None:  # only a picture is a photo: reports print what calls itself one
            never = {EvidenceKind.LINK} if stored.has_preview else {EvidenceKind.LINK, EvidenceKind.PHOTO}
            allowed = [kind for kind in EvidenceKind if kind not in never]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in allowed]  # type: ignore[attr-defined]


class ValidityForm(forms.Form):
    """The answer to "still valid?": yes, perhaps until a day, or no, and why."""

    YES, NO = "yes", "no"

    holds = forms.ChoiceField(
        label=_("Answer"),
        choices=[(YES, _("Yes, it still holds")), (NO, _("No, it holds no longer"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("holds") == self.NO and not cleaned.get("reason", "").strip():
            self.add_error("reason", _t("Say why it holds no longer."))
        return cleaned


class NewVersionForm(forms.Form):
    """The file of a newer version, and what is said of it."""

    file = forms.FileField(
        label=_("File of the newer version"),
        max_length=255,
        help_text=_("Photo up to 10 MB; PDF, XLSX or DOCX up to 25 MB."),
        error_messages={"required": _("Choose a file first. Your other entries are kept. [FILE-NONE]")},
    )
    document_date = DayField(required=False, label=_("Document date"))
    valid_until = DayField(
        required=False, label=_("Valid until"), help_text=_("Only when the document names a day.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper()
