"""Choosing documents of the bank as evidence: what may be chosen for a place, and what is asked before it is shown.

A reading: `actions.choosing` writes. The file is never copied; the place gets a use of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from evaluations import bank
from evaluations.models import Answer, Clarification, Exhibit, Recommendation
from opd import rules
from opd.models import Document, DocumentQuerySet, Evidence, Progress, QuickWin, User, key_of

#: What chosen documents may be shown for.
type Owner = QuickWin | Progress | Answer | Clarification | Recommendation


@dataclass(frozen=True)
class Place:
    """Where chosen documents are to be shown: `url` is where its evidence stands, `title` what people call it."""

    kind: str
    owner: Owner
    year: int
    title: str
    url: str

    @property
    def takes_links(self) -> bool:
        """An assessor at the clarification desk reads files."""
        return not isinstance(self.owner, Clarification)


@dataclass(frozen=True)
class Choice:
    """One document as it is to be shown, the version the person saw, and the answer to "still valid?" if it was asked.

    `holds`: None where it was not asked, or is to be answered later.
    """

    document: int
    version: int
    title: str
    page: str = ""
    holds: bool | None = None
    valid_until: date | None = None
    reason: str = ""
    key: str | None = field(default=None, compare=False)


def offered(user: User, place: Place) -> DocumentQuerySet:
    """What the person may see and the place may show: neither replaced by a newer version nor said to have ended."""
    rows: DocumentQuerySet = bank.seen_by(user).of_city(place.owner.city_id).current()
    return rows if place.takes_links else rows.with_files()


def shown_already(place: Place) -> set[str]:
    """Keys of the documents the place shows, whichever agency's they are."""
    owner = place.owner
    rows: Iterable[Evidence | Exhibit] = (
        owner.evidence.all() if isinstance(owner, QuickWin | Progress) else owner.exhibits.all()
    )
    return {key_of(piece.stored_file_id, piece.url) for piece in rows}


def pages_of(user: User, documents: Iterable[Document]) -> dict[int, str]:
    """Document -> the page its newest use names, as far as the person sees it. Two queries."""
    return bank.newest_pages(user, [document.pk for document in documents])


def is_own(place: Place, document: Document) -> bool:
    """Whether the document is of the place's own agency: another's gets a document of the place's agency."""
    return bool(document.opd_id == place.owner.opd_id)


def asks(user: User, place: Place, document: Document) -> bool:
    """Whether "still valid?" is open: from an earlier year, nobody has confirmed it, and the person may answer.

    The same question `Claim.asks_validity` puts to a use once it is there.
    """
    may = rules.may_keep_document(user, place.owner)
    return may and document.asks_validity(place.year, answered=is_own(place, document))
