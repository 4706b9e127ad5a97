"""The addresses of the console: each room keeps its own table."""

from django.urls import include, path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

import governance.api.schema  # noqa: F401  registers how API keys look in the OpenAPI document
from governance.project.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("accounts/", include("allauth.account.urls")),
    path(
        "api/schema",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]),
        name="api-schema",
    ),
    path("api/docs", TemplateView.as_view(template_name="governance/api_docs.html"), name="api-docs"),
    path("api/v1/", include("risk.api.urls")),
    path("", include("governance.urls")),
    path("", include("policies.urls")),
    path("", include("risk.urls")),
    path("", include("cases.urls")),
    path("", include("dashboards.urls")),
]
