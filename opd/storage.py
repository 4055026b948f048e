"""Stored files as rows: the bytes go to the content-addressed store, the row says what they are."""

from django.db.models import Sum
from django.utils.translation import gettext as _

from opd.models import Evidence, Progress, QuickWin, StoredFile
from smartcity.lib import files


def keep(accepted: files.Accepted) -> StoredFile:
    """Store accepted bytes and return their row; the same bytes give the same row."""
    files.store(accepted)
    row, _created = StoredFile.objects.get_or_create(
        sha256=accepted.sha256,
        defaults={
            "media_type": accepted.media_type,
            "size": accepted.size,
            "pages": accepted.pages,
            "width": accepted.width,
            "height": accepted.height,
            "has_preview": accepted.preview_bytes is not None,
        },
    )
    return row


def room_for(owner: QuickWin | Progress, coming: files.Accepted | StoredFile | None) -> None:
    """Raise files.Refused when the record has enough pieces or the agency has used its quota.

    Bytes that show several things are stored once and count once.
    """
    if owner.evidence.count() >= files.MAX_ITEMS_PER_RECORD:
        raise files.Refused(
            "FILE-COUNT",
            _("One record holds at most %(count)s pieces of evidence. Remove one that convinces less.")
            % {"count": files.MAX_ITEMS_PER_RECORD},
        )
    if coming is None:
        return
    pieces = Evidence.objects.of_opd(owner.opd_id).order_by().values("stored_file")
    others = StoredFile.objects.filter(pk__in=pieces).exclude(pk=coming.sha256)
    if others.aggregate(total=Sum("size", default=0))["total"] + coming.size > files.QUOTA_BYTES:
        raise files.Refused(
            "FILE-QUOTA",
            _("The agency's space for evidence is full. Ask the secretariat for more before you go on."),
        )
