"""Register the app with Django."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Name the app and its key type."""

    name = "cases"
    default_auto_field = "django.db.models.BigAutoField"
