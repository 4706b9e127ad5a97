"""Addresses of governance."""

from django.urls import path

from governance.views.markets import choose_market

app_name = "governance"
urlpatterns = [
    path("market", choose_market, name="market"),
]
