"""Claimed minutes to a stored file: the right is asked again, the payload compared with its digest, then drawn."""

from evaluations.models import Reconciliation
from reports import rules
from reports.build import Built, Failed, draw
from reports.chapters import UnknownSchema
from reports.minutes import document
from reports.models import Minutes, MinutesCause, panel_seat_of
from smartcity.lib.models import digest_of


def build(minutes: Minutes) -> Built:
    """Make and store the file. Raises reports.build.Failed, or LeaseLost when another took over."""
    row = minutes.reconciliation
    by = minutes.requested_by
    readable = Reconciliation.objects.visible_to(by).closed().filter(pk=row.pk).exists()
    if not (readable and rules.may_make_minutes(by, row.city_id, seated=panel_seat_of(by, row.window_id))):
        raise Failed(MinutesCause.RIGHT)
    payload = row.payload or {}
    if digest_of(payload) != row.digest:
        raise Failed(MinutesCause.ALTERED)
    try:
        composed = document.compose(payload, row.digest)
    except UnknownSchema as error:
        raise Failed(MinutesCause.SCHEMA) from error
    return draw(minutes, composed)
