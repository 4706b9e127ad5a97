"""Make and end API keys."""

import secrets
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput, NotFound
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.models import ApiKey
from governance.queries.keys import SCOPES, forget_keys, hash_secret

USE_NOTED_EVERY = timedelta(minutes=1)
_noted: dict[int, float] = {}  # key → when this process noted its use, by the monotonic clock


def create_api_key(
    *, actor: Actor, name: str, scopes: list[str], markets: list[str], expires_at: datetime | None = None
) -> str:
    """Make a key and return its token, which is shown once and kept nowhere; empty markets are every market."""
    actor.require_in(Permission.MANAGE_KEYS, markets or [None])
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        known = ", ".join(sorted(SCOPES))
        raise InvalidInput([FieldProblem("scopes", f"unknown or none: {', '.join(unknown)}", f"Use: {known}.")])
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    with transaction.atomic():
        key = ApiKey.objects.create(
            name=name,
            prefix=prefix,
            secret_hash=hash_secret(secret),
            scopes=scopes,
            markets=markets,
            created_by_id=actor.user_id if actor.kind == "person" else None,
            expires_at=expires_at,
        )
        audit.record(
            actor=actor,
            action="api_key_created",
            subject=_subject(key),
            after={"scopes": scopes, "markets": markets},
        )
    return f"aed_{prefix}_{secret}"


def revoke_api_key(*, actor: Actor, key_id: int) -> None:
    """End a key; ending it twice changes nothing. Other processes go by it within seconds (remembered_actor)."""
    actor.require(Permission.MANAGE_KEYS)
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(pk=key_id).first()
        if key is None:
            raise NotFound("There is no such key.")
        actor.require_in(Permission.MANAGE_KEYS, key.markets or [None])
        if key.revoked_at is None:
            key.revoked_at = timezone.now()
            key.save(update_fields=["revoked_at"])
            audit.record(
                actor=actor,
                action="api_key_revoked",
                subject=_subject(key),
                after={"revoked_at": key.revoked_at.isoformat()},
            )
    forget_keys()


def note_use(*, key_id: int) -> None:
    """Remember that the key was used, at most once a minute so that traffic does not write."""
    began, noted = time.monotonic(), _noted.get(key_id)
    if noted is not None and began - noted < USE_NOTED_EVERY.total_seconds():
        return
    _noted[key_id] = began
    now = timezone.now()
    ApiKey.objects.filter(pk=key_id).exclude(last_used_at__gt=now - USE_NOTED_EVERY).update(last_used_at=now)


def _subject(key: ApiKey) -> Subject:
    return Subject(kind="api_key", id=str(key.pk), label=str(key))
