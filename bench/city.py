"""An invented city through the portal's own doors: agencies, people, quick wins, evidence, a judged window.

Everything a report, a form or a score sheet reads is here; the big lists are made by many.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

from bench.content import SEED, Words, office, photo
from evaluations import actions
from evaluations.loading import load
from evaluations.models import Answer, Area, EvaluationWindow, Instrument, Seat
from evaluations.structure import structure_of
from opd import tallies
from opd.completeness import ASKED, counted
from opd.models import City, Evidence, Membership, Opd, QuickWin, Role, Status, StoredFile, User
from opd.storage import keep
from smartcity.lib import clock, files

YEAR = 2022
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
WRITTEN = datetime(2022, 9, 26, 1, tzinfo=UTC)
DUE = datetime(2022, 9, 29, 9, tzinfo=UTC)
OPENS = datetime(2022, 10, 3, 1, tzinfo=UTC)
CLOSES = datetime(2022, 10, 8, 9, tzinfo=UTC)
STATES = (Status.VERIFIED, Status.VERIFIED, Status.SUBMITTED, Status.VERIFIED, Status.DRAFT)


@dataclass(frozen=True)
class Size:
    """How much a city has: agencies, verified quick wins (a page each in the report) and photos."""

    opds: int
    quick_wins: int
    photos: int


# The same city with more quick wins: what a further page costs is the difference of two sizes.
SIZES = {"S": Size(40, 4, 2), "M": Size(40, 32, 20), "L": Size(40, 145, 20)}


@dataclass
class Built:
    """A city and the people who work with it."""

    city: City
    opds: list[Opd]
    cast: dict[str, User]
    quick_wins: list[QuickWin]
    dimensions: list[Any]
    subs: dict[int, list[Any]] = field(default_factory=dict)


def instrument() -> Instrument:
    """The whole sample instrument of 2022: five sections, 84 questions."""
    return load((Path(settings.BASE_DIR) / "evaluations/data/instrument-sample-2022.yaml").read_bytes())


def build(code: str, size: Size, folder: Path, *, photos: list[StoredFile] | None = None) -> Built:
    """Make a city of a size with verified quick wins in YEAR, and its summary."""
    measure = instrument()
    city = City.objects.create(
        code=code, name=f"Kota Contoh {code}", evaluation_year=YEAR, dimension_set=measure.dimension_set
    )
    opds = Opd.objects.bulk_create(
        Opd(city=city, short=short, official_name=name, kind="dinas")
        for short, name in map(office, range(size.opds))
    )
    dimensions = list(city.dimension_set.dimensions.order_by("order"))
    built = Built(city, opds, _cast(city, opds), [], dimensions)
    built.subs = {row.pk: list(row.sub_dimensions.order_by("order")) for row in dimensions}
    _quick_wins(built, size, photos if photos is not None else stored_photos(size.photos, folder))
    tallies.rebuild(city.pk)
    return built


def stored_photos(count: int, folder: Path) -> list[StoredFile]:
    """Photos that went the whole way of an upload, derivative included."""
    stored = []
    for number in range(count):
        with files.inspect_upload(
            photo(folder / "photo.jpg", number), f"foto-{number}.jpg", kind="photo"
        ) as accepted:
            stored.append(keep(accepted))
    return stored


def judged(built: Built) -> EvaluationWindow:
    """A window of YEAR that was answered, opened, scored by one assessor, and closed with its result."""
    window, seat = opened(built)
    with clock.at(OPENS + timedelta(days=1)):
        codes = set(seat.areas.values_list("code", flat=True))
        for place, row in enumerate(structure_of(window.instrument).scored_in(codes)):
            value = (3, 2, 4, 3, 1, 2, 3)[place % 7]
            actions.save_score(
                seat=seat,
                question_code=row.code,
                value=value,
                remark="Terbukti.",
                version=0,
                by=built.cast["assessor"],
            )
        actions.hand_in(seat=seat, by=built.cast["assessor"])
    with clock.at(CLOSES):
        actions.close_window(window)
    window.refresh_from_db()
    return window


def opened(built: Built, *, opens: datetime = OPENS, year: int = YEAR) -> tuple[EvaluationWindow, Seat]:
    """A window with 80 of 84 answers that is open, and its assessor's declared seat."""
    measure, by = instrument(), built.cast["reviewer"]
    window = EvaluationWindow.objects.create(
        city=built.city, year=year, stage="Tahap II", instrument=measure,
        inputs_due_at=opens - (OPENS - DUE), opens_at=opens, closes_at=opens + (CLOSES - OPENS),
    )  # fmt: skip
    words = Words(SEED + year)
    Answer.objects.bulk_create(
        Answer(
            window=window, question_id=row.pk, text=words.paragraph(30), updated_by=by,
            self_score=Decimal(3) if row.scored else Decimal("3.25"), respondents=None if row.scored else 34,
        )
        for row in list(structure_of(measure).questions.values())[:80]
    )  # fmt: skip
    areas = list(Area.objects.filter(instrument=measure))
    seat = actions.seat_assessor(
        window=window,
        user=built.cast["assessor"],
        areas=areas,
        until=window.closes_at + timedelta(days=7),
        by=by,
    )
    with clock.at(opens):
        actions.open_window(window, by=by)
        actions.declare(seat, by=built.cast["assessor"])
    seat = Seat.objects.select_related("window__instrument", "window__city").get(pk=seat.pk)
    return seat.window, seat


def _cast(city: City, opds: list[Opd]) -> dict[str, User]:
    roles: dict[str, tuple[str, Opd | None]] = {
        "operator": (Role.OPD_OPERATOR, opds[2]),
        "head": (Role.OPD_HEAD, opds[2]),
        "reviewer": (Role.REVIEWER, opds[0]),
        "planner": (Role.PLANNER, opds[1]),
        "leader": (Role.LEADERSHIP, None),
        "assessor": (Role.ASSESSOR, None),
    }
    cast = {}
    for name, (role, opd) in roles.items():
        cast[name] = User.objects.create(username=f"{name}-{city.code}", title=name.title())
        Membership.objects.create(user=cast[name], role=role, city=city, opd=opd, valid_from=LONG_AGO)
    return cast


def _quick_wins(built: Built, size: Size, photos: list[StoredFile]) -> None:
    words = Words(SEED + size.quick_wins)
    built.quick_wins = QuickWin.objects.bulk_create(
        quick_win(built, number, Status.VERIFIED, words) for number in range(1, size.quick_wins + 1)
    )
    Evidence.objects.bulk_create(
        piece
        for number, row in enumerate(built.quick_wins)
        for piece in _evidence(row, number, photos, words)
    )


def quick_win(built: Built, number: int, status: str, words: Words, *, year: int = YEAR) -> QuickWin:
    """An unsaved quick win with every field filled in, about 230 words long."""
    dimension = built.dimensions[number % len(built.dimensions)]
    subs, target = built.subs[dimension.pk], 100 + number % 400
    row = QuickWin(
        city=built.city, opd=built.opds[number % len(built.opds)], year=year, number=number, status=status,
        dimension=dimension, sub_dimension=subs[number % len(subs)], name=words.name(),
        acronym=words.name(1) if number % 3 else "", status_kind="NEW" if number % 2 else "CONTINUED",
        owner_confirmed=number % 9 != 0, problem=words.paragraph(32), description=words.paragraph(44),
        beneficiaries=words.paragraph(14), partners=words.paragraph(14),
        indicator="Permohonan yang difasilitasi", unit="permohonan",
        baseline=Decimal(target // 3), target=Decimal(target), realisation=Decimal(target * 4 // 5),
        schedule=words.paragraph(18), budget=Decimal(185_000_000 + number * 1_000_000), fund_source="APBD",
        legal_basis="Perwako 84/2020", sustainability=words.paragraph(22), created_by=built.cast["operator"],
        created_at=WRITTEN, updated_at=WRITTEN,
        submitted_at=WRITTEN if status in (Status.SUBMITTED, Status.RETURNED, Status.VERIFIED) else None,
        verified_at=WRITTEN if status == Status.VERIFIED else None,
    )  # fmt: skip
    values = {column.name: getattr(row, column.attname) for column in row._meta.fields} | {"evidence": 4}
    row.filled, row.total = counted(values)
    assert row.filled == len(ASKED), "every asked field is meant to be filled in"
    return row


def _evidence(row: QuickWin, number: int, photos: list[StoredFile], words: Words) -> Iterable[Evidence]:
    def piece(kind: str, **values: Any) -> Evidence:
        made = Evidence(
            quick_win=row, kind=kind, title=words.name(), uploaded_by=row.created_by, created_at=WRITTEN,
            document_date=date(2022, 8, 1 + number % 28), page=str(1 + number % 9),
        )  # fmt: skip
        for name, value in ({"url": "https://contoh.example/dokumen"} | values).items():
            setattr(made, name, value)
        return made

    for kind in ("report", "data", "decree", "link"):
        yield piece(kind)
    # On every third page two photos, again from the first when there are no more.
    if number % 3 == 0 and photos:
        for place in range(number // 3 * 2, number // 3 * 2 + 2):
            yield piece("photo", stored_file=photos[place % len(photos)], url="")
