"""Read API keys and turn them into actors."""

import hashlib
import hmac
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils import timezone

from governance.domain.actors import Actor, ActorKind, Grant
from governance.domain.roles import Permission
from governance.models import ApiKey

# What a key may be allowed to do, by the name of the scope.
SCOPES: dict[str, Permission] = {
    "events:write": Permission.INGEST_EVENTS,
    "decisions:write": Permission.ASK_DECISIONS,
}

# How long a process goes by what it read of a key: one that is ended elsewhere works that much longer.
REMEMBERED_SECONDS: Final = 3.0
MOST_REMEMBERED: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An actor by the hash of its token, good until a moment of the monotonic clock and until the key expires."""

    actor: Actor
    until: float
    expires_at: datetime | None


_remembered: dict[str, _Remembered] = {}


def hash_secret(secret: str) -> str:
    """Return the hex SHA-256 of a key's secret; enough for 256 random bits, and fast on every request."""
    return hashlib.sha256(secret.encode()).hexdigest()


def remembered_actor(token: str) -> Actor | None:
    """Return the actor for a token as `actor_for_key` does, by what this process read in the last three seconds.

    Only keys that work are remembered.
    """
    digest = hash_secret(token)
    held = _remembered.get(digest)
    if held is not None and held.until > time.monotonic():
        return held.actor if held.expires_at is None or held.expires_at > timezone.now() else None
    found = _read_key(token)
    if found is None:
        _remembered.pop(digest, None)
        return None
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[digest] = _Remembered(found[0], time.monotonic() + REMEMBERED_SECONDS, found[1])
    return found[0]


def forget_keys() -> None:
    """Drop what this process remembers: a key was ended."""
    _remembered.clear()


def actor_for_key(token: str) -> Actor | None:
    """Return the actor for a token `aed_<prefix>_<secret>`, None when it is unknown, wrong, revoked or expired."""
    found = _read_key(token)
    return found[0] if found is not None else None


def _read_key(token: str) -> tuple[Actor, datetime | None] | None:
    """Return actor and expiry of a key that works."""
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
    return Actor(kind=ActorKind.API_KEY, id=str(key.pk), label=f"key {key.name}", grants=grants), key.expires_at
