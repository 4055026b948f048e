from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Impact surveys")

    def ready(self) -> None:
        """Add what surveys know to the checks over the whole city."""
        from surveys import checks  # noqa: F401
