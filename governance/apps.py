"""Register the app with Django."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Name the app and its key type."""

    name = "governance"
    default_auto_field = "django.db.models.BigAutoField"
