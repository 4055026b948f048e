"""User text is text: which characters it may hold."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

ALLOWED_CONTROLS = "\n\r\t"
#: Characters that change the direction or hide parts of what is read.
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def forbidden_character(text: str) -> str | None:
    """Return the first control, direction or surrogate character in `text`, or None."""
    for character in text:
        if character in BIDI or character == "\ufeff":
            return character
        if unicodedata.category(character) in ("Cc", "Cs") and character not in ALLOWED_CONTROLS:
            return character
    return None


def tidy(text: str) -> str:
    """Return what was typed with one kind of line end, and without NUL: no word holds it, no database keeps it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def plain_text(value: str) -> None:
    """Validate that a text has no hidden characters; the sentence says which and what to do."""
    if character := forbidden_character(value):
        raise ValidationError(
            _(
                "A hidden character (U+%(code)s) came with the pasted text. Type that part by hand. [TXT-HIDDEN]"
            ),
            params={"code": f"{ord(character):04X}"},
        )
