"""Let API keys in, with their scopes."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission

from governance.actions.keys import note_use
from governance.domain.actors import Actor
from governance.queries.keys import remembered_actor

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from governance.domain.roles import Permission


class ApiKeyAuthentication(BaseAuthentication):
    """Read `Authorization: Bearer aed_…`; the actor is `request.auth`."""

    def authenticate(self, request: "Request") -> tuple[None, Actor] | None:
        """Return the key's actor, None without the header; raises AuthenticationFailed on a bad key."""
        kind, _space, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None
        actor = remembered_actor(token.strip())
        if actor is None:
            raise AuthenticationFailed(
                _("The API key is unknown, revoked or expired. Ask an administrator for a new one.")
            )
        note_use(key_id=int(actor.id))
        return None, actor

    def authenticate_header(self, request: "Request") -> str:
        """Name the scheme, so that a missing key is answered with 401."""
        return "Bearer"


class HasScope(BasePermission):
    """Let a key through when it has the view's `permission` somewhere; the action checks the market."""

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Say whether the key may use the view."""
        needed: Permission | None = getattr(view, "permission", None)
        return isinstance(request.auth, Actor) and needed is not None and request.auth.can(needed)
