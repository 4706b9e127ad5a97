"""What the command palette finds while the viewer types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET

from dashboards.queries.finding import find_everywhere

if TYPE_CHECKING:
    from governance.domain.finding import Found
    from governance.middleware import ConsoleRequest

LONGEST_QUERY = 120


@login_required
@require_GET
def palette(request: ConsoleRequest) -> JsonResponse:
    """Answer `?q=` with groups of things that the viewer may see."""
    words = request.GET.get("q", "")[:LONGEST_QUERY]
    groups = []
    for finder, hits in find_everywhere(request.actor, words):
        items = [{"label": hit.label, "hint": hit.hint, "url": _address(finder.page, hit)} for hit in hits]
        reachable = [item for item in items if item["url"]]
        if reachable:
            groups.append({"label": str(finder.label), "items": reachable})
    return JsonResponse({"groups": groups}, headers={"Cache-Control": "private, no-store"})


def _address(page: str, hit: Found) -> str:
    """Return the page of a hit, by its code where the page goes by code; empty while no app serves it."""
    for key in (hit.code, hit.key):
        if key == "":
            continue
        try:
            return reverse(page, args=[key])
        except NoReverseMatch:
            continue
    return ""
