"""Register the app with Django."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """Name the app and its key type."""

    name = "policies"
    default_auto_field = "django.db.models.BigAutoField"
