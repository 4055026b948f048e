from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "surveys"
    verbose_name = _("Impact surveys")

    def ready(self) -> None:
        """Tell snapshots which services were asked about."""
        from surveys import freezing  # noqa: F401
