"""A filled score workbook of the assessor's seat, and the page that looked at it."""

import io
import re
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from evaluations.models import Seat
from evaluations.score_book.writing import book_of


def filled(world: Any, state: str) -> dict[str, Any]:
    """The workbook with one more score; made for the seat, whoever sends it."""
    seat = Seat.objects.select_related("window__city", "window__instrument").get(
        pk=world.seats["assessor"].pk
    )
    book = openpyxl.load_workbook(io.BytesIO(book_of(seat, seat.window.snapshot())))  # type: ignore[arg-type]
    for row in book["Nilai"].iter_rows(min_row=2):
        if row[0].value == "OP-2":
            row[5].value = 3
    out = io.BytesIO()
    book.save(out)
    return {"file": SimpleUploadedFile("nilai.xlsx", out.getvalue())}


def looked_at(world: Any, state: str) -> dict[str, Any]:
    """What the page of the rows sends when its assessor consents."""
    client = Client()
    with transaction.atomic():
        client.force_login(world.users["assessor"])
        url = reverse("evaluations:score_book", args=[world.windows[state].pk])
        page = client.post(url, filled(world, state)).content.decode()
        transaction.set_rollback(True)
    held = re.search(r'name="rows" value="([^"]+)"', page)
    assert held
    return {"rows": held[1], "row": ["OP-2"]}
