from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    """Readiness reports: frozen facts in, a PDF file out."""

    name = "reports"
    verbose_name = _("Reports")
