"""The start page: what waits for this person, and the rooms they may enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from dashboards.views.rail import build_rail

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest


@login_required
def home(request: ConsoleRequest) -> HttpResponse:
    """Show the start page."""
    groups = build_rail(request.actor, request.path)
    rooms = [item for group in groups for item in group.items if item.url != request.path]
    context = {"waiting": [room for room in rooms if room.count], "rooms": rooms}
    return render(request, "dashboards/home.html", context)
