"""The last chapter: room to sign, and the code that ties the paper to the frozen data."""

import io
from datetime import datetime
from typing import Any

import segno
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.chapters import words
from reports.chapters.chapter import Chapter
from reports.schema import Inputs, Signature
from smartcity.lib import dates
from smartcity.lib.models import digest_of

INK = "#15211e"


def chapter(inputs: Inputs, number: int) -> Chapter:
    """Return the signature page. Names stay blank: the portal keeps none."""
    digest = digest_of(inputs)
    zone = inputs["city"]["timezone"]
    day = dates.long_date(datetime.fromisoformat(inputs["asked"]["at"]), zone).partition(", ")[2]
    return Chapter(
        key="approval",
        number=number,
        title=pgettext("chapter", "Approval"),
        template="reports/pdf/approval.html",
        context={
            "frozen_at": words.moment(inputs["data"]["at"], inputs),
            "place": words.place(inputs),
            "day": day,
            "signatures": [_signature(row) for row in inputs["signatures"]],
            "report": inputs["number"],
            "version": str(inputs["version"]),
            "digest": grouped(digest),
            "code": code(inputs["number"], inputs["version"], digest),
        },
    )


def code(number: str, version: int, digest: str) -> SafeString:
    """Return the QR code "LK-2022-2172 V2 <digest>" as SVG, 26 mm wide, named for a screen reader."""
    drawn = io.BytesIO()
    qr = segno.make(f"{number} V{version} {digest}", error="m", micro=False)
    name = _("Verification code %(number)s version %(version)d") % {"number": number, "version": version}
    qr.save(
        drawn,
        kind="svg",
        dark=INK,
        border=0,
        unit="mm",
        scale=26 / qr.symbol_size(border=0)[0],
        title=name,
        xmldecl=False,
    )
    return mark_safe(drawn.getvalue().decode())  # noqa: S308 - segno escapes the title, the rest is numbers


def grouped(digest: str) -> str:
    """Write a digest in groups of four, as people compare it."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def _signature(row: Signature) -> dict[str, Any]:
    office = row["office"]
    capacity = {
        "chair": _("Chair of the Smart City implementation team"),
        "secretariat": _("Smart City secretariat"),
    }[row["capacity"]]
    return {
        "capacity": capacity,
        "head": _("Head of %(office)s") % {"office": office["name"]} if office else "",
    }
