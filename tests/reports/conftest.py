"""A city with its real instrument, its panel and five quick wins, at fixed moments of the year 2022."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from evaluations import actions
from evaluations.loading import load
from evaluations.models import Answer, Area, EvaluationWindow, Instrument, Seat
from evaluations.structure import structure_of
from opd import tallies
from opd.models import City, Evidence, Membership, Opd, QuickWin, Role, StoredFile, User
from smartcity.lib import clock, files
from tests.ground import grounded
from tests.reports import sample

LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
BEFORE = datetime(2022, 9, 26, 1, 2, tzinfo=UTC)
DUE = datetime(2022, 9, 29, 9, tzinfo=UTC)
OPENS = datetime(2022, 10, 3, 1, tzinfo=UTC)
CLOSES = datetime(2022, 10, 8, 9, tzinfo=UTC)


@grounded()
def instrument() -> Instrument:
    """The whole sample instrument of 2022: five sections, 84 questions."""
    source = Path(django_settings.BASE_DIR) / "evaluations" / "data" / "instrument-sample-2022.yaml"
    return load(source.read_bytes())


@grounded()
def city(instrument: Instrument) -> City:
    return City.objects.create(
        code="21.72", name="Kota Tanjungpinang", evaluation_year=2022, dimension_set=instrument.dimension_set
    )


@grounded()
def opds(city: City) -> dict[str, Opd]:
    return {
        short: Opd.objects.create(city=city, short=short, official_name=office["name"], kind="dinas")
        for short, office in sample.OFFICES.items()
    }


def made(name: str, role: str, city: City, opd: Opd | None = None) -> User:
    """An account with one role."""
    user = User.objects.create(username=name, title=name.title())
    Membership.objects.create(user=user, role=role, city=city, opd=opd, valid_from=LONG_AGO)
    return user


@pytest.fixture
def person(city: City) -> Callable[..., User]:
    return lambda name, role, opd=None, at=city: made(name, role, at, opd)


@grounded()
def cast(city: City, opds: dict[str, Opd]) -> dict[str, User]:
    """Everybody who might knock."""
    other = City.objects.create(
        code="21.71", name="Kota Lain", evaluation_year=2022, dimension_set=city.dimension_set
    )
    return {
        "operator": made("operator", Role.OPD_OPERATOR, city, opds["DISBUDPAR"]),
        "head": made("kepala", Role.OPD_HEAD, city, opds["DISBUDPAR"]),
        "reviewer": made("kominfo", Role.REVIEWER, city, opds["DISKOMINFO"]),
        "planner": made("bappelitbang", Role.PLANNER, city, opds["BAPPELITBANG"]),
        "auditor": made("inspektorat", Role.AUDITOR, city),
        "leader": made("wali-kota", Role.LEADERSHIP, city),
        "administrator": made("admin", Role.ADMINISTRATOR, city),
        "assessor": made("asesor", Role.ASSESSOR, city),
        "foreign_reviewer": made("kominfo-lain", Role.REVIEWER, other),
    }


@pytest.fixture
def quick_wins(city: City, opds: dict[str, Opd], cast: dict[str, User]) -> list[QuickWin]:
    """The five of 2022, three verified and two submitted, and a draft nobody may read about."""
    dimensions = {row.code: row for row in city.dimension_set.dimensions.all()}
    made = []
    for number, (title, name, opd, confirmed, code, sub, kind, status) in enumerate(sample.QUICK_WINS, 1):
        subs = list(dimensions[code].sub_dimensions.order_by("order"))
        made.append(
            QuickWin.objects.create(
                city=city,
                opd=opds[opd],
                year=2022,
                number=number,
                dimension=dimensions[code],
                sub_dimension=subs[sub - 1],
                acronym=title if title != name else "",
                name=name,
                owner_confirmed=confirmed,
                status_kind=kind,
                status=status,
                submitted_at=BEFORE,
                verified_at=BEFORE if status == "verified" else None,
                created_by=cast["operator"],
                problem=f"Masalah yang dijawab {title}.",
                indicator="Permohonan yang difasilitasi",
                unit="permohonan",
                target=Decimal("120"),
                realisation=Decimal("98"),
                filled=16,
                total=18,
                sample_fields=["target", "realisation"],
            )
        )
    draft = QuickWin.objects.create(
        city=city,
        opd=opds["DISDAGIN"],
        year=2022,
        number=6,
        dimension=dimensions["ECO"],
        name="Rancangan rahasia",
        created_by=cast["operator"],
        total=18,
    )
    tallies.rebuild(city.pk)
    return [*made, draft]


@pytest.fixture
def photo(quick_wins: list[QuickWin], cast: dict[str, User], private_files: Path, tmp_path: Path) -> Evidence:
    """A stored photo with its derivative, as evidence of SIAP."""
    from opd.storage import keep

    with files.inspect_upload(
        sample.photo(tmp_path / "kegiatan.jpg"), "kegiatan.jpg", kind="photo"
    ) as accepted:
        stored: StoredFile = keep(accepted)
    return Evidence.objects.create(
        quick_win=quick_wins[0],
        kind="photo",
        title="Presensi di kantor wali kota",
        stored_file=stored,
        original_name="kegiatan.jpg",
        document_date=date(2022, 8, 10),
        uploaded_by=cast["operator"],
    )


@grounded()
def window(city: City, instrument: Instrument, cast: dict[str, User]) -> EvaluationWindow:
    """A prepared window: 80 of 84 questions answered by the city."""
    window = EvaluationWindow.objects.create(
        city=city,
        year=2022,
        stage="Tahap II",
        instrument=instrument,
        inputs_due_at=DUE,
        opens_at=OPENS,
        closes_at=CLOSES,
    )
    questions = list(structure_of(instrument).questions.values())
    Answer.objects.bulk_create(
        Answer(
            window=window,
            question_id=row.pk,
            self_score=Decimal("3.25") if not row.scored else Decimal(3),
            respondents=None if row.scored else 34,
            updated_by=cast["reviewer"],
        )
        for row in questions[:80]
    )
    return window


@pytest.fixture
def open_window(
    window: EvaluationWindow, quick_wins: list[QuickWin], cast: dict[str, User]
) -> EvaluationWindow:
    """Opened: the three verified quick wins and the answers are frozen."""
    actions.seat_assessor(
        window=window,
        user=cast["assessor"],
        areas=list(Area.objects.filter(instrument=window.instrument_id)),
        until=CLOSES + timedelta(days=7),
        by=cast["reviewer"],
    )
    with clock.at(OPENS):
        actions.open_window(window, by=cast["reviewer"])
    return window


@pytest.fixture
def closed_window(open_window: EvaluationWindow, cast: dict[str, User]) -> EvaluationWindow:
    """Closed with a result: every scored question got a 2."""
    seat = Seat.objects.select_related("window__instrument", "window__city").get(window=open_window)
    with clock.at(OPENS + timedelta(days=1)):
        actions.declare(seat, by=cast["assessor"])
        seat.refresh_from_db()
        codes = set(seat.areas.values_list("code", flat=True))
        for row in structure_of(open_window.instrument).scored_in(codes):
            actions.save_score(
                seat=seat, question_code=row.code, value=2, remark="Terbukti.", version=0, by=cast["assessor"]
            )
        actions.hand_in(seat=seat, by=cast["assessor"])
    with clock.at(CLOSES):
        actions.close_window(open_window)
    return open_window
