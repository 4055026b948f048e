"""The way out: bytes by hash, after the view has asked who may see them, in a cage of their own.

Behind nginx, `X-Accel-Redirect` lets nginx send the file. nginx then keeps Content-Type, Content-Disposition
and Cache-Control of this answer but drops other headers, so its location must hand them on:

    location /_private/evidence/ {
        internal;
        alias <PORTAL_EVIDENCE_ROOT>/;
        add_header Content-Security-Policy $upstream_http_content_security_policy always;
        add_header X-Content-Type-Options $upstream_http_x_content_type_options always;
        add_header Cross-Origin-Resource-Policy $upstream_http_cross_origin_resource_policy always;
        add_header X-Frame-Options $upstream_http_x_frame_options always;
    }
"""

import logging
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from smartcity.lib.files import names, storage
from smartcity.lib.files.inspectors.facts import Rejected
from smartcity.lib.files.inspectors.limits import FORMATS

log = logging.getLogger("portal.files")

_BY_MEDIA_TYPE = {form.media_type: name for name, form in FORMATS.items()}
_PREVIEW_TYPE = "image/jpeg"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # Own and stricter than the pages': nothing in the file may run, load, submit or open anything.
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "DENY",
}
PDF = "application/pdf"
_READING = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# The browser may keep a small picture but asks before each use, so the right is looked at each time and only the
# bytes are saved. Never "immutable", not even where the address holds the digest: rights end, devices are shared.
_ASKS_AGAIN = "private, no-cache"


class Missing(FileNotFoundError, Http404):
    """A row names a file that is not on disk. The page says so; the log says which."""


def serve(sha256: str, *, download_name: str, media_type: str, inline: bool = False) -> HttpResponseBase:
    """Answer with a stored file. The caller has asked whether this person may see it.

    Attachment, unless `inline` and a photo. A media type the portal does not keep is sent as plain bytes.
    Raises ValueError for what is no hash, Missing when the file is not there: row and disk disagree then.
    """
    form = _BY_MEDIA_TYPE.get(media_type, "")
    shown = inline and bool(form) and FORMATS[form].image
    return _answer(
        storage.path_for(sha256),
        storage.relative_path(sha256),
        media_type=media_type if form else "application/octet-stream",
        disposition=_disposition(download_name, form, attachment=not shown),
    )


def serve_readable(sha256: str, *, download_name: str) -> HttpResponseBase:
    """Answer with a stored PDF to be read in the browser, so that an address may name its page ("#page=7").

    A browser shows no PDF in a sandbox, so this answer has none; nothing else is allowed to it. The upload refused
    scripts, launches and embedded files (docs/adr/0021). The caller has asked whether this person may see it and
    whether it is a PDF. Raises as `serve`.
    """
    response = _answer(
        storage.path_for(sha256),
        storage.relative_path(sha256),
        media_type=PDF,
        disposition=_disposition(download_name, "pdf", attachment=False),
    )
    response["Content-Security-Policy"] = _READING
    return response


def serve_preview(request: HttpRequest, sha256: str, *, download_name: str) -> HttpResponseBase:
    """Answer with the small JPEG of a stored photo, inline; with 304 to a browser that has it. Raises as `serve`.

    The caller has asked whether this person may see it, also before a 304.
    """
    path, tag = storage.preview_path_for(sha256), f'"{sha256}"'
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        response = _answer(
            path,
            f"{storage.relative_path(sha256)}.preview",
            media_type=_PREVIEW_TYPE,
            disposition=_disposition(download_name, "jpeg", attachment=False),
        )
    response["ETag"], response["Cache-Control"] = tag, _ASKS_AGAIN
    return response


def _answer(path: Path, relative: str, *, media_type: str, disposition: str) -> HttpResponseBase:
    try:  # opened in both cases: a link in the file's place is not followed by nginx either
        file = storage.open_regular(path)
    except FileNotFoundError as error:
        log.error("the stored file %s is missing on disk", path.name)
        raise Missing(*error.args) from error
    response: HttpResponseBase
    if prefix := settings.PORTAL_ACCEL_REDIRECT:
        file.close()
        response = HttpResponse(content_type=media_type)
        response["X-Accel-Redirect"] = f"{prefix.rstrip('/')}/evidence/{relative}"
    else:
        response = FileResponse(file, content_type=media_type)
    for header, value in _HEADERS.items():
        response[header] = value
    response["Content-Disposition"] = disposition
    return response


def _disposition(name: str, form: str, *, attachment: bool) -> str:
    """Return the header with the name as RFC 5987 writes it, its ending matching what is sent."""
    try:
        name = names.checked_name(name)
    except Rejected:
        name = names.checked_name("")
    if form:
        name = names.with_ending(name, form)
    return content_disposition_header(attachment, name) or "attachment"
