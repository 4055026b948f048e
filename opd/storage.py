"""Stored files as rows: the bytes go to the content-addressed store, the row says what they are."""

from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from opd.models import StoredFile
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
            "doubts": {"empty": list(accepted.empty), "faint": list(accepted.faint)},
        },
    )
    return row


def room_for(pieces: int, kept: QuerySet[Any], coming: files.Accepted | StoredFile | None) -> None:
    """Raise files.Refused when a record has enough `pieces` or its agency has used its quota.

    `kept`: the digests of everything the agency has attached. Bytes that show several things count once.
    """
    if pieces >= files.MAX_ITEMS_PER_RECORD:
        raise files.Refused(
            "FILE-COUNT",
            _("One record holds at most %(count)s pieces of evidence. Remove one that convinces less.")
            % {"count": files.MAX_ITEMS_PER_RECORD},
        )
    if coming is None:
        return
    others = StoredFile.objects.filter(pk__in=kept).exclude(pk=coming.sha256)
    if others.aggregate(total=Sum("size", default=0))["total"] + coming.size > files.QUOTA_BYTES:
        raise files.Refused(
            "FILE-QUOTA",
            _("The agency's space for evidence is full. Ask the secretariat for more before you go on."),
        )
