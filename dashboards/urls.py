"""Addresses of dashboards."""

from django.conf import settings
from django.urls import path

from dashboards.views.health import health
from dashboards.views.home import home
from dashboards.views.palette import palette
from dashboards.views.rail import rail
from dashboards.views.styleguide import Styleguide

app_name = "dashboards"
urlpatterns = [
    path("", home, name="home"),
    path("health", health, name="health"),
    path("rail", rail, name="rail"),
    path("palette", palette, name="palette"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide", Styleguide.as_view(), name="styleguide"))
