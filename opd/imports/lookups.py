"""Words in cells to codes: dimensions, OPDs, labels. Built once for a file; case and the word Smart do not count."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from opd.imports.fields import CHOICES
from opd.imports.reference import Dimension, Reference, Sub

_JOINED = re.compile(r"\s*[;\n,/&+]\s*|\s+dan\s+", re.IGNORECASE)
_MOST_GUESSES = (
    200  # different unknown words of one file that get a guess; comparing letters costs a millisecond
)


def folded(text: str) -> str:
    """Return text as it is compared: one space between words, no case."""
    return " ".join(text.split()).casefold()


class Lookups:
    """The reference data of one file, by the words it is found by."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._dimensions: dict[str, Dimension] = {}
        self._subs: dict[str, list[tuple[Dimension, Sub]]] = {}
        for dimension in reference.dimensions:
            for name in (dimension.code, *dimension.names):
                bare = folded(name).removeprefix("smart ")
                self._dimensions.setdefault(bare, dimension)
            for sub in dimension.subs:
                for name in {folded(sub.code), *map(folded, sub.names)}:
                    self._subs.setdefault(name, []).append((dimension, sub))
        self._opds = {folded(opd.official_name): opd.short for opd in reference.opds}
        self._opds |= {folded(opd.short): opd.short for opd in reference.opds}
        # Long names are cut at their first comma in daily use: "Dinas Kesehatan".
        self._opd_names = {
            folded(opd.official_name.partition(",")[0]): opd.official_name for opd in reference.opds
        }
        self._opd_names |= {folded(opd.official_name): opd.official_name for opd in reference.opds}
        self.codes = {folded(code): name for code, name in reference.codes.items()}
        self._guesses: dict[str, str] = {}

    def dimension(self, text: str) -> Dimension | None:
        return self._dimensions.get(folded(text).removeprefix("smart "))

    def subs(self, text: str) -> list[tuple[Dimension, Sub]]:
        """Return the sub-dimensions of this name or code, each with its dimension."""
        return self._subs.get(folded(text), [])

    def opd(self, text: str) -> str | None:
        """Return the short name of an OPD by its short or official name."""
        return self._opds.get(folded(text))

    def names_several(self, text: str) -> bool:
        """Tell whether a text is a list of OPDs. Official names contain commas and "dan": all parts must be OPDs."""
        parts = [part for part in re.split(r"[;\n]", text) if part.strip()]
        if ";" in text and len(parts) > 1:
            return True
        if len(parts) > 1 and all(self.opd(part) for part in parts):
            return True
        parts = [part for part in _JOINED.split(text) if part.strip()]
        return len(parts) > 1 and all(self.opd(part) for part in parts)

    def guess_opd(self, text: str) -> str:
        """Return the official name that was probably meant, or ""."""
        word = folded(text)[:120]
        if word not in self._guesses and len(self._guesses) < _MOST_GUESSES:
            close = get_close_matches(word, self._opd_names, 1, 0.75)
            self._guesses[word] = self._opd_names[close[0]] if close else ""
        return self._guesses.get(word, "")


def choice(field: str, text: str) -> str | None:
    """Return the code behind a label or code of a field with fixed values."""
    word = folded(text)
    if field == "horizon":
        word = word.removeprefix("jangka ")
    return _choice_words()[field].get(word)


def labels(values: Iterable[str]) -> str:
    return ", ".join(values)


_WORDS: dict[str, dict[str, str]] = {}


def _choice_words() -> dict[str, dict[str, str]]:
    if not _WORDS:
        for field, codes in CHOICES.items():
            _WORDS[field] = {
                folded(word).removeprefix("jangka "): code
                for code, label in codes.items()
                for word in (code, label)
            }
    return _WORDS
