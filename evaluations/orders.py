"""In which orders the lists of this app can stand, and in which each stands when nobody asks."""

from django.utils.translation import gettext_lazy as _

from smartcity.lib.sorting import Order, Orders

BANK = Orders(
    Order("newest", _("Newest first"), ("-pk",)),
    Order("oldest", _("Oldest first"), ("pk",)),
    Order("name", _("By name"), ("place", "pk"), "name"),
)

RECOMMENDATIONS = Orders(
    Order("due", _("By due date"), ("due_on", "year", "number", "for_year"), "due"),
    Order("code", _("By number"), ("-for_year", "year", "number"), "name"),
    Order("opd", _("By owner"), ("opd__short", "due_on", "pk"), "opd"),
    Order("status", _("By status"), ("status", "due_on", "pk"), "status"),
)
