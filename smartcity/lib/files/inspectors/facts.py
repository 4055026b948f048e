"""What an inspection returns, and the exception with which it refuses."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file turned out to be.

    `format` is a key of limits.FORMATS; sizes in pixels, of the upright picture. `empty` and `faint` are numbers of
    pages of a PDF (from 1): nothing is drawn on them, or only a scan too coarse to be read.
    """

    format: str
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    empty: tuple[int, ...] = ()
    faint: tuple[int, ...] = ()


class Rejected(Exception):
    """A file that may not come in: a code such as FILE-MACRO and what the sentence about it needs to name."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
