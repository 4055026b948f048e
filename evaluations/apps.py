from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = _("Evaluations")

    def ready(self) -> None:
        """Tell people's calendars of the windows, and `opd` of what documents show here."""
        from evaluations import calendar  # noqa: F401
        from evaluations.models import Exhibit
        from opd import claims

        claims.register(Exhibit.objects.of_documents)
