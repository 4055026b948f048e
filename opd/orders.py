"""In which orders each list can stand, and in which it stands when nobody asks."""

from django.utils.translation import gettext_lazy as _

from smartcity.lib.sorting import Order, Orders

PROGRAMS = Orders(
    Order("code", _("By code"), ("code", "pk"), "name"),
    Order("dimension", _("By dimension"), ("dimension_id", "code", "pk"), "dimension"),
    Order("opd", _("By agency"), ("opd__short", "code", "pk"), "opd"),
    Order("recent", _("Changed last"), ("-updated_at", "-pk"), "changed"),
    Order("updated", _("Longest unchanged"), ("updated_at", "pk"), "changed"),
)

#: Never by name: another agency's quick win that was returned is read under the name it was submitted with.
QUICK_WINS = Orders(
    Order("number", _("By number"), ("number",), "name"),
    Order("dimension", _("By dimension"), ("dimension_id", "number"), "dimension"),
    Order("opd", _("By agency"), ("opd__short", "number"), "opd"),
    Order("recent", _("Changed last"), ("-updated_at", "-pk"), "changed"),
    Order("updated", _("Longest unchanged"), ("updated_at", "pk"), "changed"),
)

PROGRESS = Orders(
    Order("code", _("By code"), ("code", "pk"), "name"),
    Order("name", _("By name"), ("name", "pk"), "name"),
    Order("dimension", _("By dimension"), ("dimension_id", "code", "pk")),
    Order("opd", _("By agency"), ("opd__short", "code", "pk")),
)

DECISIONS = Orders(
    Order("meeting", _("Newest meeting first"), ("-meeting__held_at", "-meeting_id", "number")),
    Order("due", _("Earliest due day first"), ("due_on", "pk")),
    Order("latest", _("Latest due day first"), ("-due_on", "-pk")),
    Order("opd", _("By owner"), ("opd__short", "due_on", "pk")),
)

MEETINGS = Orders(
    Order("newest", _("Newest first"), ("-held_at", "-pk")),
    Order("oldest", _("Oldest first"), ("held_at", "pk")),
    Order("title", _("By title"), ("title", "pk")),
)

IMPORTS = Orders(
    Order("newest", _("Newest first"), ("-pk",), "at"),
    Order("oldest", _("Oldest first"), ("pk",), "at"),
    Order("name", _("By file name"), ("original_name", "pk"), "name"),
)
