"""Addresses of the API."""

from django.urls import path

from risk.api.views import EventsView

urlpatterns = [path("events", EventsView.as_view(), name="api-events")]
