"""What the command palette finds while the viewer types."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.http import require_GET

from dashboards.queries.finding import find_everywhere

if TYPE_CHECKING:
    from governance.middleware import ConsoleRequest

LONGEST_QUERY = 120


@login_required
@require_GET
def palette(request: ConsoleRequest) -> JsonResponse:
    """Answer `?q=` with groups of things that the viewer may see."""
    words = request.GET.get("q", "")[:LONGEST_QUERY]
    groups = [
        {"label": label, "items": [asdict(item) for item in items]}
        for label, items in find_everywhere(request.actor, words)
    ]
    return JsonResponse({"groups": groups}, headers={"Cache-Control": "private, no-store"})
