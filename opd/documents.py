"""The documents of the bank as evidence comes and goes: found or made, and told what was said of them last.

Called inside the transaction that attaches or changes the evidence (`opd.actions.evidence`,
`evaluations.actions.exhibits`, `evaluations.actions.clarifications`).
"""

import mimetypes
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from opd.models import Claim, Document, Evidence, StoredFile, key_of

#: What is said of a document with each use, and holds for the document once it is said.
SAID = ("kind", "document_date", "valid_until")


def document_of(
    *, city_id: int, opd_id: int | None, stored: StoredFile | None, values: Mapping[str, Any]
) -> Document:
    """The agency's document of these bytes or this link, told what is said of it now."""
    url = "" if stored else values.get("url", "")
    one: dict[str, Any] = {"city_id": city_id, "opd_id": opd_id}
    document, made = Document.objects.get_or_create(
        key=key_of(stored.pk if stored else None, url),
        defaults={"stored_file": stored, "url": url, "sample": values.get("sample", False)},
        **one,
    )
    if made or values.get("title") not in document.names.split("\n"):
        _tell(document, values)
    else:
        _tell(document, {name: values[name] for name in SAID if values.get(name)})
    return document


def told(piece: Claim) -> None:
    """What was corrected of a use is the latest word of its document."""
    if piece.document_id is None:
        return
    document = Document.objects.select_for_update(of=("self",)).get(pk=piece.document_id)
    _tell(document, {name: getattr(piece, name) for name in ("title", *SAID)})


def named(document: Document, name: str) -> None:
    """One more name a document goes by."""
    document.called(name)
    document.save(update_fields=["names", "terms", "place"])


def file_name(document: Document, name: str = "") -> str:
    """A file name for a use that came without an upload: after `name`, or what its own people call the document."""
    stored = document.stored_file
    if stored is None:
        return ""
    return f"{(name or document.title)[:200]}{mimetypes.guess_extension(stored.media_type) or ''}"


def _tell(document: Document, values: Mapping[str, Any]) -> None:
    before = [getattr(document, name) for name in SAID]
    for name in SAID:
        if values.get(name):
            setattr(document, name, values[name])
    if values.get("title"):
        document.called(values["title"])
    if before != [getattr(document, name) for name in SAID]:
        document.version += 1  # a page that was open on the particulars learns of it
    document.save()


def adopt(city_id: int) -> int:
    """Give evidence that was written past the door, in bulk, its documents; return how many pieces had none."""
    pieces = Evidence.objects.without_document(city_id)
    found: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    for piece in pieces:
        found[piece.owner.opd_id, key_of(piece.stored_file_id, piece.url)].append(piece)
    for (opd_id, _key), of_one in found.items():
        last = of_one[-1]
        values = {name: getattr(last, name) for name in ("title", "url", "sample", *SAID)}
        with transaction.atomic():
            document = document_of(city_id=city_id, opd_id=opd_id, stored=last.stored_file, values=values)
            for piece in of_one:
                piece.document = document
            Evidence.objects.bulk_update(of_one, ["document"], batch_size=500)
    return len(pieces)
