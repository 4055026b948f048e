"""What the pages post, and what their answers show: sections of the form, uploads, claims about evidence."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from opd import actions
from opd.models import NO_NOTE, Evidence, QuickWin, StoredFile
from tests.scenarios import House, again, typed
from tests.smartcity import pdf_makers as make_pdf

AUTOSAVE = {"X-Requested-With": "autosave"}
UPLOAD = {"X-Requested-With": "upload"}
PDF = make_pdf.pages_pdf("text", "text", "text")


def address(quick_win: QuickWin, section: str) -> str:
    return f"/quick-wins/{quick_win.pk}/sections/{section}/"


def save(client: Client, quick_win: QuickWin, section: str, **changes: str) -> Any:
    """Send a section as the script does, in its present version; return the answer."""
    return client.post(
        address(quick_win, section), typed(again(quick_win), section, **changes), headers=AUTOSAVE
    )


def row(quick_win: QuickWin) -> dict[str, Any]:
    return QuickWin.objects.values().get(pk=quick_win.pk)


def shown(page: str, name: str) -> str:
    """What stands in a field of the page."""
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    if area:
        return unescape(area[1]).removeprefix("\n")
    (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return unescape(value[1]) if (value := re.search(r'value="([^"]*)"', tag)) else ""


def note_on(quick_win: QuickWin, field: str, text: str) -> dict[str, str]:
    """What a note's form posts, drawn with the note that stands there now."""
    kept = quick_win.notes.unsent().filter(field=field).first()
    return {"field": field, "text": text, "version": kept.version if kept else NO_NOTE}


def upload(
    client: Client, quick_win: QuickWin, *contents: tuple[str, bytes], script: bool = True, **more: str
) -> Any:
    posted: dict[str, Any] = {
        "file": [SimpleUploadedFile(name, content) for name, content in contents],
        **more,
    }
    headers = UPLOAD if script else None
    return client.post(f"/quick-wins/{quick_win.pk}/evidence/", posted, headers=headers)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def content_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def said(piece: Evidence, **changes: Any) -> dict[str, Any]:
    data = {
        "version": piece.version,
        "kind": "report",
        "title": "Laporan",
        "document_date": "2022-08-31",
        "page": "3",
    }
    return data | {"valid_until": ""} | changes


@pytest.fixture
def agency(house: House, as_: Callable[..., Client], private_files: Path) -> Client:
    """The operator's browser; what is uploaded goes to a folder of the test."""
    return as_(house.operator)


@pytest.fixture
def document(draft: QuickWin, house: House) -> Evidence:
    """A PDF by its row alone: for what is said about it, its bytes are not needed."""
    stored = StoredFile.objects.create(sha256="0" * 64, media_type="application/pdf", size=1000, pages=2)
    values = {"kind": "document", "title": "laporan", "original_name": "laporan.pdf"}
    return actions.add_evidence(owner=draft, by=house.operator, stored=stored, values=values)


@pytest.fixture
def uploaded(draft: QuickWin, agency: Client) -> Evidence:
    """A PDF that came in through the form."""
    upload(agency, draft, ("laporan.pdf", PDF))
    return draft.evidence.get()
