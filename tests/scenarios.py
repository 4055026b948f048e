"""A small city, and builders that bring a quick win to a status through the door, as its people would.

Nothing here sets a status: `submitted(house)` is a draft that was filled in and sent by those who may.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from opd import actions
from opd.models import City, Evidence, Membership, Opd, QuickWin, Submission, User
from opd.models import Status as Status

YEAR = 2022
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)

DIMENSIONS: dict[str, Any] = {
    "code": "TIGA",
    "name_id": "Tiga dimensi",
    "dimensions": [
        {
            "code": code,
            "order": order,
            "name_id": name,
            "sub_dimensions": [
                {"code": f"{code}-{letter}", "order": number, "name_id": f"{name} {letter}"}
                for number, letter in enumerate("AB", start=1)
            ],
        }
        for order, (code, name) in enumerate(
            [("GOV", "Smart Governance"), ("BRA", "Smart Branding"), ("LIV", "Smart Living")], start=1
        )
    ],
}

#: What people type, section by section, for a quick win that lacks nothing but its evidence.
TYPED: dict[str, dict[str, str]] = {
    "identity": {"name": "Kalender acara kota", "acronym": "KALA", "status_kind": "NEW"},
    "problem": {
        "problem": "Acara kota bertabrakan dan pengunjung tidak tahu.",
        "description": "Satu kalender bersama yang dapat dibaca siapa saja.",
        "beneficiaries": "Warga dan 40 pelaku wisata.",
        "partners": "PHRI",
    },
    "target": {
        "indicator": "Acara yang tercatat",
        "unit": "acara",
        "baseline": "12",
        "target": "1.250,5",
        "realisation": "40",
    },
    "time": {
        "schedule": "Triwulan I menyusun, triwulan II membuka.",
        "budget": "85.000.000",
        "fund_source": "APBD",
        "sub_activity_code": "2.16.03.2.02.09",
        "legal_basis": "Perwako 84/2020",
        "link": "https://kalender.example.go.id/",
        "linked_program": "Kota ramah wisata",
    },
    "continuation": {"sustainability": "Dilanjutkan dengan APBD 2023."},
}

#: The same as stored values.
VALUES: dict[str, Any] = {name: text for texts in TYPED.values() for name, text in texts.items()} | {
    "baseline": Decimal(12),
    "target": Decimal("1250.5"),
    "realisation": Decimal(40),
    "budget": Decimal(85_000_000),
}


@dataclass(frozen=True)
class House:
    """An agency, the people who enter its records, and the person who decides them."""

    opd: Opd
    operator: User
    head: User | None
    decider: User

    @property
    def submitter(self) -> User:
        """The head submits; where there is none, the operator."""
        return self.head or self.operator


def grant(user: User, role: str, city: City, opd: Opd | None = None) -> Membership:
    """Give a person a role that has been valid for long; what the account knew of itself is forgotten."""
    user.__dict__.pop("_memberships", None)
    return Membership.objects.create(user=user, role=role, city=city, opd=opd, valid_from=LONG_AGO)


def fresh(user: User) -> User:
    """The same person at the next request: roles are read anew."""
    return User.objects.get(pk=user.pk)


def ids(city: City, dimension: str) -> dict[str, int]:
    """Keys of a dimension and of its first part, as a form posts them."""
    row = city.dimension_set.dimensions.get(code=dimension)
    return {"dimension": row.pk, "sub_dimension": row.sub_dimensions.get(code=f"{dimension}-A").pk}


def typed(quick_win: QuickWin, section: str, **changes: str) -> dict[str, str]:
    """What the section's form posts when it is filled in, with its current version."""
    data = dict(TYPED[section])
    if section == "identity":
        data |= {name: str(pk) for name, pk in ids(quick_win.city, quick_win.dimension.code).items()}
    return data | {"version": str(quick_win.section_version(section))} | changes


def draft(house: House, *, by: User | None = None, dimension: str = "GOV", **values: Any) -> QuickWin:
    """A draft with a name and a dimension and nothing else, unless `values` say more."""
    row = house.opd.city.dimension_set.dimensions.get(code=dimension)
    return actions.create_quick_win(
        by=by or house.operator,
        opd=house.opd,
        year=YEAR,
        values={"dimension": row, "name": "Kalender acara kota"} | values,
        key=None,
    )


def complete(
    house: House,
    *,
    dimension: str = "GOV",
    evidence: bool = True,
    without: tuple[str, ...] = (),
    **values: Any,
) -> QuickWin:
    """A draft in which every field is filled in, but those named in `without`."""
    sub = house.opd.city.dimension_set.dimensions.get(code=dimension).sub_dimensions.get(
        code=f"{dimension}-A"
    )
    filled = {**VALUES, "sub_dimension": sub, **values}
    quick_win = draft(
        house, dimension=dimension, **{name: value for name, value in filled.items() if name not in without}
    )
    if evidence:
        add_link(quick_win, by=house.operator)
    return again(quick_win)


def add_link(
    quick_win: QuickWin, *, by: User, title: str = "Berita acara", url: str = "https://example.go.id/berita"
) -> Evidence:
    """A link as evidence: no file is needed."""
    return actions.add_evidence(
        owner=quick_win, by=by, stored=None, values={"kind": "link", "title": title, "url": url}
    )


def proposed(house: House, **values: Any) -> QuickWin:
    """With the head. Where an agency has none now, there was one who left after it was sent."""
    quick_win = complete(house, **values)
    if house.head is None:
        _with_a_head_who_leaves(quick_win, house)
    else:
        actions.move(pk=quick_win.pk, name="propose", by=house.operator)
    return again(quick_win)


def submitted(house: House, **values: Any) -> QuickWin:
    """Submitted by the agency, waiting for a decision."""
    return submit(complete(house, **values), house)


def submit(quick_win: QuickWin, house: House, *, key: str | None = None) -> QuickWin:
    actions.move(pk=quick_win.pk, name="submit", by=house.submitter, key=key)
    return again(quick_win)


def returned(
    house: House, *, notes: Mapping[str, str] | None = None, note: str = "", **values: Any
) -> QuickWin:
    """Returned with a general note, or with notes on fields."""
    return send_back(submitted(house, **values), house, notes=notes, note=note)


def send_back(
    quick_win: QuickWin, house: House, *, notes: Mapping[str, str] | None = None, note: str = ""
) -> QuickWin:
    for field, text in (notes or {}).items():
        actions.write_note(owner=quick_win, field=field, text=text, by=house.decider)
    general = note or ("" if notes else "Mohon diperiksa lagi.")
    actions.move(pk=quick_win.pk, name="return", by=house.decider, note=general)
    return again(quick_win)


def verified(house: House, **values: Any) -> QuickWin:
    """Verified by whoever decides the agency's records."""
    quick_win = submitted(house, **values)
    actions.move(pk=quick_win.pk, name="verify", by=house.decider)
    return again(quick_win)


def recorded(house: House, **values: Any) -> QuickWin:
    """A quick win of the years before the portal, from public sources: the one status no move leads to."""
    dimension = house.opd.city.dimension_set.dimensions.get(code="GOV")
    numbers = QuickWin.objects.next_number(house.opd.city_id, YEAR)
    row = {"name": "Dikenal dari berita", "number": numbers, "status": Status.RECORDED} | values
    return QuickWin.objects.create(
        city=house.opd.city, opd=house.opd, year=YEAR, dimension=dimension, created_by=house.operator, **row
    )


BY_STATUS = {
    Status.DRAFT: complete,
    Status.PROPOSED: proposed,
    Status.SUBMITTED: submitted,
    Status.RETURNED: returned,
    Status.VERIFIED: verified,
    Status.RECORDED: recorded,
}


def again(quick_win: QuickWin) -> QuickWin:
    """The row as it is now, with what a page reads of it."""
    return QuickWin.objects.for_detail().get(pk=quick_win.pk)


def receipt_of(quick_win: QuickWin) -> Submission:
    """The latest receipt."""
    return quick_win.submissions.order_by("-sequence")[0]


def _with_a_head_who_leaves(quick_win: QuickWin, house: House) -> None:
    head, _created = User.objects.get_or_create(username=f"kepala-lama-{house.opd.short.lower()}")
    membership = grant(head, "head", house.opd.city, house.opd)
    actions.move(pk=quick_win.pk, name="propose", by=fresh(house.operator))
    membership.delete()
