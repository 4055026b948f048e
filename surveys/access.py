"""Getting rows for a person: 404 for what they may not know of, 403 for what they may not do."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from dimensions.models import SubDimension
from opd.access import person
from surveys.models import Round, Service, Sheet


def round_or_404(request: HttpRequest, pk: int) -> Round:
    """A round the person may see."""
    return get_object_or_404(Round.objects.visible_to(person(request)).for_page(), pk=pk)


def sub_dimension_or_404(survey: Round, code: str) -> SubDimension:
    """A sub-dimension the round asks about."""
    for sub in survey.dimension.sub_dimensions.all():
        if sub.code == code:
            return sub
    raise Http404


def service_or_404(request: HttpRequest, pk: int) -> Service:
    """A service of a round the person may see."""
    return get_object_or_404(Service.objects.visible_to(person(request)).for_page(), pk=pk)


def sheet_or_404(request: HttpRequest, code: str) -> Sheet:
    """A form of a round the person may see, for staff."""
    return get_object_or_404(Sheet.objects.visible_to(person(request)).for_page().with_code(code))
