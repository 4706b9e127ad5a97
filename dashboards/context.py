"""What every page of the console needs: who looks and what waits."""

from typing import Any

from django.http import HttpRequest


def console(request: HttpRequest) -> dict[str, Any]:
    """Return the context shared by all pages; nothing for visitors."""
    actor = getattr(request, "actor", None)
    return {} if actor is None else {"actor": actor}
