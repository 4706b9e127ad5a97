"""Addresses that actions write into what they leave behind, for tests that open no page."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest, key: int) -> HttpResponse:
    return HttpResponse()


def room(name: str, page: str) -> object:
    return include(([path(f"{name}/<int:key>/", nothing, name=page)], name))


urlpatterns = [path("", room("cases", "detail")), path("", room("governance", "escalation"))]
