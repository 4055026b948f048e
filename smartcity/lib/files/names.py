"""The name a file came with:

never a path on the server, only what a person reads and what a download is called.
"""

import re
import unicodedata

from smartcity.lib import text
from smartcity.lib.files.inspectors.facts import Rejected
from smartcity.lib.files.inspectors.limits import FORMATS

MAX_NAME = 120  # characters, ending included
_MAX_NAME_BYTES = 200  # file systems of those who download it stop at 255
_MAX_SHOWN = 80

_NO_NAME = "berkas"
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_NOT_ON_WINDOWS = str.maketrans(dict.fromkeys('<>:"|?*', "_"))
_ENDINGS = {ending for form in FORMATS.values() for ending in form.extensions}


def checked_name(name: str) -> str:
    """Return the last part of a name without what no file system should see. Raises Rejected (FILE-NAME).

    Path parts, characters Windows reserves and device names are repaired: people do not choose them on
    purpose. Control, direction and line-break characters are refused: they make a name read as another one.
    """
    if any(_hides(character) for character in name):
        raise Rejected("FILE-NAME")
    name = unicodedata.normalize("NFC", name)
    name = "".join(character for character in name if unicodedata.category(character) != "Cf")
    name = name.replace("\\", "/").rpartition("/")[2].translate(_NOT_ON_WINDOWS)
    name = " ".join(name.split()).strip(" .")
    if _DEVICES.match(name):
        name = f"_{name}"
    return name or _NO_NAME


def with_ending(name: str, form: str) -> str:
    """Give a checked name the ending of what the file really is, and a length every file system takes.

    "foto.png" that is a JPEG becomes "foto.jpg"; "sk.pdf.exe" that is a PDF becomes "sk.pdf.exe.pdf".
    """
    endings = FORMATS[form].extensions
    stem, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in _ENDINGS:
        stem, ending = name, endings[0]
    elif ending.lower() not in endings:
        ending = endings[0]
    stem = stem.rstrip(" .") or _NO_NAME
    stem = stem[: MAX_NAME - len(ending) - 1]
    stem = stem.encode()[: _MAX_NAME_BYTES - len(ending) - 1].decode(errors="ignore").rstrip(" .")
    return f"{stem}.{ending}"


def shown_name(name: str) -> str:
    """Return a name that may stand in a sentence:

    hidden characters replaced, path left out, cut in length.
    """
    shown = "".join("\N{REPLACEMENT CHARACTER}" if _hides(character) else character for character in name)
    shown = shown.replace("\\", "/").rpartition("/")[2].strip() or _NO_NAME
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[: _MAX_SHOWN - 1]}…"


def _hides(character: str) -> bool:
    return (
        text.forbidden_character(character) is not None
        or character in text.ALLOWED_CONTROLS
        or unicodedata.category(character) in ("Zl", "Zp")
    )
