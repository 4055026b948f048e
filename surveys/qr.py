"""The address of a form as a picture a phone reads, and as words a person types."""

import io

import segno
from django.conf import settings

from surveys.models import Sheet

SCALE, QUIET = 8, 4  # units per module; the empty border every reader needs


def address(sheet: Sheet) -> str:
    """The whole address, as the QR code holds it."""
    return f"{settings.PORTAL_SITE}{sheet.get_absolute_url()}"


def short_address(sheet: Sheet) -> str:
    """The address as it is read aloud: without the scheme and the slash at the end."""
    return address(sheet).partition("://")[2].rstrip("/")


def drawn(sheet: Sheet) -> bytes:
    """Return the QR code as an SVG file: black on white whatever the page's colours, so that every phone reads it."""
    file = io.BytesIO()
    segno.make(address(sheet), error="m", micro=False).save(
        file, kind="svg", scale=SCALE, border=QUIET, dark="#000", light="#fff", svgclass=None, lineclass=None
    )
    return file.getvalue()
