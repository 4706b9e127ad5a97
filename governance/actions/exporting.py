"""Leave a trace of what left the console as a file."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from governance.domain.subjects import Subject


def record_export(*, actor: Actor, name: str, label: str, format_name: str, filters: Mapping[str, Any]) -> None:
    """Record that `actor` exported the list `name`, filtered as given; raises NotAllowed without the permission."""
    with transaction.atomic():
        actor.require(Permission.EXPORT)
        audit.record(
            actor=actor,
            action="list_exported",
            subject=Subject(kind="list", id=name, label=label),
            after={"format": format_name, "filters": dict(filters)},
        )
