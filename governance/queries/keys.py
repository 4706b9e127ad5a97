"""Read API keys and turn them into actors."""

import hashlib
import hmac

from django.utils import timezone

from governance.domain.actors import Actor, ActorKind, Grant
from governance.domain.roles import Permission
from governance.models import ApiKey

# What a key may be allowed to do, by the name of the scope.
SCOPES: dict[str, Permission] = {"events:write": Permission.INGEST_EVENTS}


def hash_secret(secret: str) -> str:
    """Return the hex SHA-256 of a key's secret; enough for 256 random bits, and fast on every request."""
    return hashlib.sha256(secret.encode()).hexdigest()


def actor_for_key(token: str) -> Actor | None:
    """Return the actor for a token `aed_<prefix>_<secret>`, None when it is unknown, wrong, revoked or expired."""
    kind, _, rest = token.partition("_")
    prefix, _, secret = rest.partition("_")
    if kind != "aed" or not secret:
        return None
    key = ApiKey.objects.filter(prefix=prefix).first()
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(secret)):
        return None
    now = timezone.now()
    if key.revoked_at or (key.expires_at and key.expires_at <= now):
        return None
    markets: list[str | None] = list(key.markets) or [None]
    grants = frozenset(Grant(SCOPES[scope], market) for scope in key.scopes if scope in SCOPES for market in markets)
    return Actor(kind=ActorKind.API_KEY, id=str(key.pk), label=f"key {key.name}", grants=grants)
