"""Addresses of the API."""

from django.urls import path

from risk.api.decisions import DecisionsView, DecisionView, DryRunView
from risk.api.views import EventsView

urlpatterns = [
    path("events", EventsView.as_view(), name="api-events"),
    path("decisions", DecisionsView.as_view(), name="api-decisions"),
    path("decisions/dry-run", DryRunView.as_view(), name="api-decisions-dry-run"),
    path("decisions/<int:decision_id>", DecisionView.as_view(), name="api-decision"),
]
