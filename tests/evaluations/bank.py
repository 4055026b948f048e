"""What the tests of the evidence bank build with: stored bytes, evidence through the door, a page as text."""

import hashlib
from datetime import date
from typing import Any

from django.test import Client

from evaluations import actions
from evaluations.models import Answer
from opd import actions as agency
from opd.models import Document, Evidence, Opd, QuickWin, StoredFile, User


def stored(name: str, **facts: Any) -> StoredFile:
    """A row of stored bytes; the bytes themselves are not asked for here."""
    digest = hashlib.sha256(name.encode()).hexdigest()
    values = {"media_type": "application/pdf", "size": 2048, "pages": 4} | facts
    return StoredFile.objects.get_or_create(sha256=digest, defaults=values)[0]


def quick_win(opd: Opd, by: User, name: str = "Layanan warga", year: int = 2022) -> QuickWin:
    dimension = opd.city.dimension_set.dimensions.first()
    values = {"name": name, "dimension": dimension}
    return agency.create_quick_win(by=by, opd=opd, year=year, values=values, key=None)


def attach(owner: QuickWin, by: User, title: str, file: StoredFile, **said: Any) -> Evidence:
    values = {"kind": "report", "title": title, "original_name": f"{title}.pdf", "page": "1"}
    values |= {"document_date": date(2022, 5, 1)} | said
    return agency.add_evidence(owner=owner, by=by, values=values, stored=file)


def show(answer: Answer, by: User, title: str, file: StoredFile, **said: Any) -> Any:
    values = {"kind": "report", "title": title, "original_name": f"{title}.pdf", "page": "1"}
    values |= {"document_date": date(2022, 5, 1)} | said
    return actions.add_exhibit(answer=answer, by=by, values=values, stored=file)


def document_of(file: StoredFile) -> Document:
    return Document.objects.get(stored_file=file)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk))
    return client


def names(user: User, query: str = "") -> str:
    """The list of the bank and its CSV in one text."""
    client = client_of(user)
    page = client.get(f"/bank/?{query}")
    assert page.status_code == 200
    table = client.get(f"/bank/export/?format=csv&{query}")
    return page.text + b"".join(table.streaming_content).decode()  # type: ignore[attr-defined]
