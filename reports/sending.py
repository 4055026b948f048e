"""Finished files on their way out, after the view has asked who may have them."""

from typing import BinaryIO

from django.conf import settings
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from reports import store

FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
TYPES = {store.PDF: "application/pdf", store.ZIP: "application/zip"}


def send(file: BinaryIO, sha256: str, suffix: str, name: str) -> HttpResponseBase:
    """The file as attachment; behind nginx the server sends it."""
    response: HttpResponseBase
    if prefix := settings.PORTAL_ACCEL_REDIRECT:
        file.close()
        response = HttpResponse(content_type=TYPES[suffix])
        response["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/reports/{store.relative_path(sha256, suffix)}"
    else:
        response = FileResponse(file, content_type=TYPES[suffix])
    for header, value in FILE_HEADERS.items():
        response[header] = value
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
