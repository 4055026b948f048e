"""A city under the draft regulation: mobility in place of branding, loaded from a file, with no change of code."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from dimensions.models import SmartDimension
from evaluations import actions as evaluation
from evaluations.loading import load
from evaluations.models import Area, EvaluationWindow, Question, Result, Seat
from opd import actions
from opd.models import City, Membership, Opd, QuickWin, Role, User
from reports.actions import request_report
from smartcity.demo import writing
from smartcity.lib import clock

ROOT = Path(__file__).resolve().parent.parent
VARIANT = ROOT / "evaluations" / "data" / "instrument-variant-mobility.yaml"
OPENS = datetime(2027, 10, 4, 1, 0, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=3)
SECTIONS = {
    "problem": {"problem": "Macet", "description": "Bus air", "beneficiaries": "Warga pulau"},
    "target": {
        "indicator": "Penumpang",
        "unit": "orang",
        "baseline": "0",
        "target": "100",
        "realisation": "80",
    },
    "time": {"schedule": "Triwulan I", "budget": "0", "fund_source": "APBD"},
    "continuation": {"sustainability": "Berlanjut dengan APBD."},
}


@pytest.fixture
def city(db: None) -> City:
    instrument = load(VARIANT.read_bytes())
    opds = ROOT / "opd" / "data" / "opd.csv"
    call_command(
        "load_city", "21.72", "Kota Pulau", year=2027, instrument=instrument.code, opds=opds, verbosity=0
    )
    return City.objects.get()


def person(city: City, name: str, role: str, short: str = "") -> User:
    user = User.objects.create(username=name, title=name)
    opd = Opd.objects.get(city=city, short=short) if short else None
    Membership.objects.create(
        user=user, role=role, city=city, opd=opd, valid_from=OPENS - timedelta(days=900)
    )
    return user


def test_a_mobility_city_works_from_entry_to_report(city: City, private_files: Path) -> None:
    operator = person(city, "operator", Role.OPD_OPERATOR, "DISHUB")
    reviewer = person(city, "pemeriksa", Role.REVIEWER, "DISKOMINFO")
    assessor = person(city, "asesor", Role.ASSESSOR)
    with clock.at(OPENS - timedelta(days=9)):
        quick_win = _entered(city, operator)
        actions.move(pk=quick_win.pk, name="submit", by=operator)
        actions.move(pk=quick_win.pk, name="verify", by=reviewer)
        window = _prepared(city, reviewer, assessor)
    with clock.at(OPENS):
        evaluation.open_window(window, by=reviewer)
        _score(Seat.objects.select_related("window", "user").get(), assessor)
    with clock.at(CLOSES):
        evaluation.close_window(window)
        report = request_report(by=reviewer, city=city, year=2027, window=window, key="kunci-mobilitas")
        page = Client()
        page.force_login(reviewer)
        board = page.get(reverse("evaluations:city")).content.decode()

    result = Result.objects.get().payload
    assert {row["code"] for row in result["dimensions"]} == {"GOV", "ECO", "LIV", "SOC", "ENV", "MOB"}
    # 3 for every scored question, 3.1 for every survey mean: only Impact lies above 3, by its weight of 20.
    assert Decimal("3.00") < Decimal(result["assessed"]["index"]) < Decimal("3.02")
    assert "Mobilitas" in board
    assert "Branding" not in board
    assert "Mobilitas" in str(report.inputs)
    assert "Branding" not in str(report.inputs)


def test_the_form_offers_the_dimensions_of_the_city(city: City) -> None:
    operator = person(city, "operator", Role.OPD_OPERATOR, "DISHUB")
    client = Client()
    client.force_login(operator)
    with clock.at(OPENS):
        text = client.get(reverse("opd:quick_win_create")).content.decode()
    assert "Mobilitas" in text
    assert "Branding" not in text


def test_mobility_takes_a_hue_of_its_own(city: City) -> None:
    """Branding's hue never passes to another dimension, whichever file is loaded first."""
    load((ROOT / "evaluations" / "data" / "instrument-sample-2022.yaml").read_bytes())
    hues = dict(SmartDimension.objects.values_list("code", "hue"))
    assert hues["MOB"] != hues["BRD"]
    assert len(set(hues.values())) == len(hues)


def _entered(city: City, operator: User) -> QuickWin:
    dimension = SmartDimension.objects.get(dimension_set=city.dimension_set, code="MOB")
    opd = Opd.objects.get(city=city, short="DISHUB")
    quick_win = writing.begin(opd, 2027, operator, name="Bus air", dimension=dimension)
    writing.choose_sub_dimension(quick_win, "MOB-SEA", "NEW", operator)
    for section, typed in SECTIONS.items():
        writing.fill(quick_win, section, typed, operator)
    writing.attach(
        quick_win, [{"type": "photo", "scene": "pelabuhan", "name": "bus", "title": "Bus air"}], operator
    )
    return quick_win


def _prepared(city: City, reviewer: User, assessor: User) -> EvaluationWindow:
    from evaluations.models import Instrument

    window = EvaluationWindow(
        city=city,
        year=2027,
        stage="Tahap I",
        instrument=Instrument.objects.get(),
        inputs_due_at=OPENS - timedelta(days=1),
        opens_at=OPENS,
        closes_at=CLOSES,
    )
    evaluation.save_window(window=window, by=reviewer)
    areas = list(Area.objects.filter(instrument=window.instrument))
    evaluation.seat_assessor(window=window, user=assessor, areas=areas, until=CLOSES, by=reviewer)
    for question in Question.objects.filter(kind=Question.Kind.SURVEY_MEAN):
        evaluation.save_answer(
            window=window,
            question_code=question.code,
            self_score=Decimal("3.1"),
            respondents=50,
            version=0,
            by=reviewer,
        )
    return window


def _score(seat: Seat, assessor: User) -> None:
    evaluation.declare(seat, by=assessor)
    seat.refresh_from_db()
    for question in Question.objects.scored():
        evaluation.save_score(
            seat=seat, question_code=question.code, value=3, remark="Baik.", version=0, by=assessor
        )
    evaluation.hand_in(seat=seat, by=assessor)
