"""What one document is claimed to be in different places: two dates or two kinds of one file are a contradiction.

The uses an agency makes of its documents stand in several apps; the ones above this one add theirs with `register`.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from opd.models import Claim, Evidence

type Source = Callable[[Collection[int]], Iterable[Claim]]
_sources: list[Source] = [lambda documents: Evidence.objects.of_documents(documents)]


def register(source: Source) -> Source:
    """Add the uses an app above this one knows of, once: document keys in, claims out."""
    if source not in _sources:
        _sources.append(source)
    return source


def uses_of(pieces: Iterable[Claim]) -> Mapping[int, Sequence[Claim]]:
    """Document -> every use of it, whoever may see them: for its own agency's eyes. One query for each source."""
    documents = {piece.document_id for piece in pieces if piece.document_id}
    found: dict[int, list[Claim]] = defaultdict(list)
    for source in _sources if documents else ():
        for claim in source(documents):
            if claim.document_id:
                found[claim.document_id].append(claim)
    return found


def conflicts(piece: Claim, others: Iterable[Claim]) -> list[str]:
    """Sentences about the same file claimed to be something else; each place is named once."""
    said = []
    for other in others:
        if type(other) is type(piece) and other.pk == piece.pk:
            continue
        if other.document_date and piece.document_date and other.document_date != piece.document_date:
            said.append(_("The same file has another date in %(code)s.") % {"code": other.shown_for})
        elif other.kind != piece.kind:
            said.append(_("The same file is called something else in %(code)s.") % {"code": other.shown_for})
    return list(dict.fromkeys(said))


def contradictions(pieces: Collection[Claim]) -> dict[int, list[str]]:
    """Key of each piece -> what its own agency says otherwise elsewhere; the others are left out."""
    uses = uses_of(pieces)
    found = {piece.pk: conflicts(piece, uses.get(piece.document_id or 0, ())) for piece in pieces}
    return {pk: said for pk, said in found.items() if said}
