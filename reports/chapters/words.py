"""Numbers, days and codes of the inputs as the report prints them. Unknown is a dash, never a zero."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from opd.models import EvidenceKind, QuickWin, Role, Status
from reports.schema import Card, Dimension, Inputs, Level
from smartcity.lib import dates, decimals

LONGEST_TEXT = 20_000
# Statuses whose badge has a ground of its own in readiness.css
BADGES = frozenset(Status.values)


def exact(text: str | None) -> Decimal | None:
    """Read a frozen number."""
    return None if text is None else Decimal(text)


def score(text: str | None, places: int = 2) -> str:
    """Print a value of the scale, half up: "3,48"."""
    return decimals.display(exact(text), places)


def quantity(text: str | None) -> str:
    """Print a counted or measured number with the decimals it has: "98", "12,5", "1.250,25"."""
    value = exact(text)
    if value is None:
        return decimals.UNKNOWN
    places = -int(value.normalize().as_tuple().exponent)
    return decimals.display(value, min(max(places, 0), 4))


def achieved(target: str | None, realisation: str | None) -> str:
    """Print realisation over target in per cent; unknown without a target above zero."""
    whole, part = exact(target), exact(realisation)
    return decimals.percent(part, whole, places=1) if whole and whole > 0 else decimals.UNKNOWN


def gap(assessed: str | None, own: str | None) -> str:
    """Print assessed minus self-assessed with its sign."""
    left, right = exact(assessed), exact(own)
    return decimals.UNKNOWN if left is None or right is None else decimals.signed(left - right)


def of(part: int, whole: int) -> str:
    """Print "15 dari 21"."""
    return _("%(part)s of %(whole)s") % {
        "part": decimals.display(part, 0),
        "whole": decimals.display(whole, 0),
    }


def level(found: Level | None) -> str:
    """Print the value of a level."""
    return score(found["value"] if found else None)


def provisional(found: Level | None) -> str:
    """Print how far a level has come when not all of it was given: "incomplete" or "provisional, 3 of 4"."""
    if found is None or found["value"] is None:
        return _("incomplete")
    if found["given"] >= found["expected"]:
        return ""
    return _("provisional, %(given)s") % {"given": of(found["given"], found["expected"])}


def index_state(card: Card) -> str:
    """Print why an index is not final: "incomplete", "provisional, 76 of 84", or nothing."""
    if card["index"] is None:
        return _("incomplete")
    if card["given"] < card["expected"]:
        return _("provisional, %(given)s") % {"given": of(card["given"], card["expected"])}
    return ""


def day(text: str | None) -> str:
    """Print an ISO date for tables: "14/09/2022"."""
    return dates.short_date(date.fromisoformat(text) if text else None)


def moment(text: str | None, inputs: Inputs) -> str:
    """Print an ISO moment with weekday and zone: "Senin, 26 September 2022, 08.02 WIB"."""
    return dates.wib(datetime.fromisoformat(text) if text else None, inputs["city"]["timezone"])


def local_day(text: str, inputs: Inputs) -> str:
    """Print the day of an ISO moment in the city's zone for tables: "29/09/2022"."""
    return dates.short_date(datetime.fromisoformat(text), inputs["city"]["timezone"])


def narrative(text: str) -> str:
    """Return a text as it is printed: capped, with a sentence that says so and where the rest is."""
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT]
    return _("%(text)s … (shortened to 20,000 characters; the whole text is in the portal)") % {"text": kept}


def status(code: str) -> dict[str, str]:
    """Return the badge of a status: its label and its class."""
    label = Status(code).label if code in BADGES else code
    return {"label": str(label), "css": f"st-{code}" if code in BADGES else ""}


def kind(code: str) -> str:
    """Print new or continued."""
    return str(QuickWin.Kind(code).label) if code in QuickWin.Kind.values else ""


def fund(code: str) -> str:
    """Print the source of funds."""
    return str(QuickWin.Fund(code).label) if code in QuickWin.Fund.values else ""


def evidence_kind(code: str) -> str:
    """Print the kind of a piece of evidence."""
    return str(EvidenceKind(code).label) if code in EvidenceKind.values else code


def role(code: str) -> str:
    """Print a role."""
    return str(Role(code).label) if code in Role.values else code


def asked_by(inputs: Inputs) -> str:
    """Print who asked for the report: role and office, never a person."""
    office = inputs["asked"]["office"]
    return ", ".join(part for part in (role(inputs["asked"]["role"]), office) if part)


def tile(row: Dimension) -> dict[str, Any]:
    """Return what the dimension's tile needs, with its full and its short name."""
    return {
        "code": row["code"],
        "hue": row["hue"],
        "letter": row["letter"],
        "name": row["name"],
        "short": row["name"].removeprefix("Smart "),
    }


def place(inputs: Inputs) -> str:
    """Print the place of signature: "Tanjungpinang" for "Kota Tanjungpinang"."""
    name = inputs["city"]["name"]
    return name.removeprefix("Kota ").removeprefix("Kabupaten ")


def is_frozen(inputs: Inputs) -> bool:
    """Whether the data is a snapshot: it holds verified quick wins only."""
    return inputs["data"]["source"] == "snapshot"


def window_span(inputs: Inputs) -> str:
    """Print the days of the window: "3 sampai 8 Oktober 2022"; nothing while they are not set."""
    window = inputs["window"]
    if window is None or not window["opens_at"] or not window["closes_at"]:
        return ""
    zone = ZoneInfo(inputs["city"]["timezone"])
    days = [
        datetime.fromisoformat(text).astimezone(zone).date()
        for text in (window["opens_at"], window["closes_at"])
    ]
    return dates.span(*days)


def or_missing(text: str) -> str:
    """Print a text, or say that it was not filled in."""
    return narrative(text.strip()) or pgettext("field", "not filled in")
