"""What every page of the console needs: who looks, which rooms are open, what waits in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from dashboards.views.rail import build_rail
from governance.domain.roles import Role
from governance.queries.markets import markets_in, markets_of
from governance.views.markets import chosen_market

if TYPE_CHECKING:
    from django.http import HttpRequest

    from governance.domain.actors import Actor


def console(request: HttpRequest) -> dict[str, Any]:
    """Return the context shared by all pages; nothing for visitors. Read only when a template asks."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return {}
    at = request.GET.get("at", "") if request.resolver_match and request.resolver_match.url_name == "rail" else ""
    return {
        "actor": actor,
        "role_names": SimpleLazyObject(lambda: role_names(actor)),
        "rail_at": at or request.path,
        "rail": SimpleLazyObject(lambda: build_rail(actor, at or request.path)),
        "markets": SimpleLazyObject(lambda: markets_in(markets_of(actor))),
        "chosen_market": SimpleLazyObject(lambda: chosen_market(request, actor)),
    }


def role_names(actor: Actor) -> list[str]:
    """Return the words for the viewer's roles."""
    words = {
        Role.ANALYST: _("Analyst"),
        Role.SENIOR_ANALYST: _("Senior analyst"),
        Role.POLICY_MANAGER: _("Policy manager"),
        Role.APPROVER: _("Approver"),
        Role.LEAD: _("Lead"),
        Role.OPS: _("Operations"),
        Role.ADMIN: _("Administrator"),
        Role.AUDITOR: _("Auditor"),
    }
    return sorted(words[role] for role in actor.roles)
