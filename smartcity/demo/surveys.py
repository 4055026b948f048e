"""Impact surveys of the demonstration. Services and owners are the masterplan's; every figure is invented and says so.

Those of 2022 agree with the answers of that year's questionnaire. In the practice year one survey is in
preparation, two take answers, and one is closed and waits to be taken over.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dimensions.models import SmartDimension, SubDimension
from evaluations.models import EvaluationWindow, Instrument
from opd.models import City, Program, Role, User
from smartcity.demo.cast import of_opd, person
from smartcity.demo.judging import drawn
from smartcity.demo.plan import WIB
from smartcity.lib import clock
from surveys import actions
from surveys.actions.results import questions_of
from surveys.models import Mode, Round, Service, Sheet

RECAP = "Rekap formulir kertas dari loket layanan (contoh)."
#: Dimension, form, how many answer each form so far; None: still in preparation.
RUNNING = (
    ("GOV", Mode.JOINT, (23,)),
    ("BRD", Mode.SPLIT, (50, 12, 0)),
    ("LIV", Mode.JOINT, None),
)


def of_2022(city: City) -> None:
    """A closed survey of each dimension, held in September 2022, with the figures of the questionnaire."""
    window = EvaluationWindow.objects.of_city(city.pk).in_year(2022).newest_first()[0]
    opens = datetime(2022, 9, 5, 8, 0, tzinfo=WIB)
    for dimension in SmartDimension.objects.of_set(window.instrument.dimension_set):
        survey = _opened(
            city, 2022, window.instrument, dimension, Mode.JOINT, opens, opens + timedelta(days=18)
        )
        if survey is None:
            continue
        with clock.at(survey.closes_at):
            given = window.answers.by_question()
            for service in survey.services.select_related("sub_dimension", "opd"):
                answer = given.get(questions_of(survey)[service.sub_dimension_id].pk)
                if answer and answer.self_score is not None:  # real cities leave gaps
                    figures = {"respondents": answer.respondents, "mean": answer.self_score, "reason": RECAP}
                    _recap(service, figures)
            actions.move_round(survey, "close", by=person("pemeriksa"))


def prepare(city: City) -> None:
    """The practice year: what each role finds to do."""
    year = city.evaluation_year
    instrument = EvaluationWindow.objects.of_city(city.pk).in_year(year).for_page()[0].instrument
    today = clock.now().astimezone(WIB).replace(hour=8, minute=0, second=0, microsecond=0)
    dimensions = {row.code: row for row in SmartDimension.objects.of_set(instrument.dimension_set)}
    for code, mode, answers in RUNNING:
        opens = today - timedelta(days=6)
        survey = _opened(
            city,
            year,
            instrument,
            dimensions[code],
            mode,
            opens,
            opens + timedelta(days=20),
            draft=answers is None,
        )
        if survey and answers:
            for sheet, count in zip(survey.sheets.order_by("pk"), answers, strict=True):
                _answer(sheet, count, opens)
    opens = today - timedelta(days=20)
    survey = _opened(city, year, instrument, dimensions["ENV"], Mode.JOINT, opens, opens + timedelta(days=18))
    if survey:
        with clock.at(survey.closes_at):
            for service in survey.services.select_related("sub_dimension", "opd"):
                counts = _counts(f"{year}:{service.sub_dimension.code}")
                _recap(service, counts | {"respondents": sum(counts.values()), "mean": None, "reason": RECAP})
            actions.move_round(survey, "close", by=person("pemeriksa"))


def _opened(
    city: City, year: int, instrument: Instrument, dimension: SmartDimension, mode: str, opens: datetime,
    closes: datetime, *, draft: bool = False,
) -> Round | None:  # fmt: skip
    """A survey of the first programme of each sub-dimension; None where the plan has none for one of them."""
    programs = [_program(city, sub) for sub in dimension.sub_dimensions.all()]
    reviewer = person("pemeriksa")
    values = {
        "year": year,
        "instrument": instrument,
        "dimension": dimension,
        "mode": mode,
        "opens_at": opens,
        "closes_at": closes,
    }
    if None in programs:
        return None
    with clock.at(opens - timedelta(days=9)):
        survey = actions.create_round(city=city, values=values, by=reviewer, key=None, sample=True)
        for place, program in enumerate(programs):
            assert program is not None
            assert program.sub_dimension is not None
            named = {"name": program.name[:200], "opd": program.opd, "program": program, "quick_win": None}
            service = actions.choose_service(
                survey=survey, sub_dimension=program.sub_dimension, values=named, version=0, by=reviewer
            )
            if not draft or not place:
                actions.confirm_service(pk=service.pk, version=service.version, by=_owner(program))
        if not draft:
            actions.move_round(survey, "open", by=reviewer)
    return Round.objects.for_page().get(pk=survey.pk)


def _program(city: City, sub: SubDimension) -> Program | None:
    found = (
        Program.objects.of_city(city.pk)
        .approved()
        .filter(sub_dimension=sub)
        .select_related("opd", "sub_dimension")
    )
    return next((row for row in found.order_by("code") if of_opd(row.opd.short, Role.OPD_OPERATOR)), None)


def _owner(program: Program) -> User:
    operator = of_opd(program.opd.short, Role.OPD_OPERATOR)
    assert operator is not None
    return operator


def _counts(mark: str) -> dict[str, int]:
    high, low = drawn(mark, (14, 18, 22)), drawn(mark + "low", (3, 5, 8))
    return {"count_1": 1, "count_2": low, "count_3": 49 - high - low, "count_4": high}


def _answer(sheet: Sheet, count: int, opens: datetime) -> None:
    """Answers over the first days, none of them after now."""
    services = sheet.services()
    for place in range(count):
        marks = {row.pk: drawn(f"{row.sub_dimension.code}:{place}", (2, 3, 3, 3, 4, 4)) for row in services}
        with clock.at(opens + timedelta(hours=place)):
            actions.keep_response(sheet=sheet, marks=marks, number=f"contoh-{place}")


def _recap(service: Service, values: Mapping[str, object]) -> None:
    actions.enter_recap(service=service, values=values, number=0, by=person("pemeriksa"), sample=True)
