"""Register the app with Django."""

from django.apps import AppConfig


class RiskConfig(AppConfig):
    """Name the app and its key type."""

    name = "risk"
    default_auto_field = "django.db.models.BigAutoField"
