"""Addresses of governance."""

from django.urls import path

from governance.views.escalations import EscalationList, escalation, step
from governance.views.markets import choose_market

app_name = "governance"
urlpatterns = [
    path("market", choose_market, name="market"),
    path("escalations", EscalationList.as_view(), name="escalations"),
    path("escalations/<int:pk>", escalation, name="escalation"),
    path("escalations/<int:pk>/<slug:verb>", step, name="escalation-step"),
]
