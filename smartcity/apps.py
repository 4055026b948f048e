from django.apps import AppConfig


class SmartcityConfig(AppConfig):
    """The project package as an app, for its commands and template tags; it has no tables."""

    name = "smartcity"
