"""Register the app with Django."""

from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Name the app and its key type."""

    name = "dashboards"
    default_auto_field = "django.db.models.BigAutoField"
