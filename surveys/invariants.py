"""What must agree and can be derived again. Each contradiction is a sentence."""

from collections.abc import Iterator

from surveys.models import Mode, Recap, Response, Round, Service, Status


def contradictions() -> Iterator[str]:
    """Forms fit their round, answers their form, recaps follow each other; an opened round has its owners' word."""
    yield from _rounds()
    yield from _responses()
    yield from _recaps()


def _rounds() -> Iterator[str]:
    for survey in Round.objects.prefetch_related("services", "sheets", "dimension__sub_dimensions"):
        sheets, services = list(survey.sheets.all()), list(survey.services.all())
        if survey.status == Status.DRAFT:
            if sheets:
                yield f"survey {survey.pk}: it has a form before it was opened"
            continue
        asked = {sheet.service_id for sheet in sheets}
        expected = {service.pk for service in services} if survey.mode == Mode.SPLIT else {None}
        if asked != expected or len(sheets) != len(expected):
            yield f"survey {survey.pk}: its forms do not fit its mode"
        yield from _owners(survey, services)


def _owners(survey: Round, services: list[Service]) -> Iterator[str]:
    subs = {sub.pk for sub in survey.dimension.sub_dimensions.all()}
    if {service.sub_dimension_id for service in services} != subs:
        yield f"survey {survey.pk}: opened without a service for every sub-dimension"
    for service in services:
        if service.confirmed_at is None:
            yield f"survey {survey.pk}: opened without the owner's word for {service.sub_dimension_id}"


def _responses() -> Iterator[str]:
    """Every answer is whole: one mark for each service its form asks about, and for no other."""
    asked: dict[int, set[int]] = {}
    for survey in Round.objects.prefetch_related("services", "sheets"):
        whole = {service.pk for service in survey.services.all()}
        asked |= {
            sheet.pk: {sheet.service_id} if sheet.service_id else whole for sheet in survey.sheets.all()
        }
    for response in Response.objects.prefetch_related("marks"):
        if {mark.service_id for mark in response.marks.all()} != asked.get(response.sheet_id):
            yield f"survey answer {response.pk}: it is not whole"


def _recaps() -> Iterator[str]:
    expected: dict[int, int] = {}
    for recap in Recap.objects.order_by("service", "number"):
        expected[recap.service_id] = expected.get(recap.service_id, 0) + 1
        if recap.number != expected[recap.service_id]:
            yield f"survey recap {recap.service_id}: number {expected[recap.service_id]} is missing"
            expected[recap.service_id] = recap.number
        counts = recap.counts()
        if counts is not None and sum(counts.values()) != recap.respondents:
            yield f"survey recap {recap}: its counts do not add up"
