"""What every step of a rule's life has in common: lock, permission, the row that says what flipped and why."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from policies.domain.rules import RuleState, check_step
from policies.models import RuleChange, RuleVersion
from policies.queries.scope import visible_versions


def lock_version(actor: Actor, version_id: int) -> RuleVersion:
    """Return the version locked, with its rule; raises NotFound when it is not there for the actor."""
    rows = RuleVersion.objects.select_for_update(of=("self",)).select_related("rule__policy")
    version = rows.filter(pk__in=visible_versions(actor).filter(pk=version_id).values("pk")).first()
    if version is None:
        raise NotFound("There is no such version of a rule.")
    return version


def require_where(actor: Actor, permission: Permission, markets: Sequence[str]) -> None:
    """Raise NotAllowed unless the actor has the permission in all the markets; none named is every market."""
    for market in markets:
        actor.require(permission, market)
    actor.require(permission)
    if not markets and not actor.markets(permission).is_all:
        raise NotAllowed(
            "This rule holds in every market, and you may do this in some only.", hint="Name the markets of the rule."
        )


def require_reason(reason: str) -> None:
    """Raise InvalidInput when no reason is given."""
    if not reason.strip():
        raise InvalidInput([FieldProblem("reason", "Say why.", "It is kept in the history of the rule.")])


def flip(actor: Actor, version: RuleVersion, to: RuleState, reason: str = "") -> None:
    """Move the version on in its life cycle and write down who did it and why; raises Conflict when it cannot."""
    before = RuleState(version.state)
    check_step(before, to)
    version.state = to.value
    version.revision += 1
    version.save(update_fields=["state", "revision", "updated_at", "approved_by"])
    note_change(actor, version, before.value, reason)
    record(actor, version, f"rule_{_WORDS[to]}", {"state": before.value}, {"state": to.value}, reason)


def note_change(actor: Actor, version: RuleVersion, before: str, reason: str) -> None:
    """Append the row that says what flipped."""
    RuleChange.objects.create(
        version=version,
        from_state=before,
        to_state=version.state,
        at=timezone.now(),
        actor_label=actor.label,
        actor_id=actor.user_id,
        reason=reason,
    )


def record(
    actor: Actor, version: RuleVersion, action: str, before: dict[str, Any], after: dict[str, Any], reason: str = ""
) -> None:
    """Write the audit entries of a step: one for each market of the version, one for a version of every market."""
    for market in version.markets or [""]:
        audit.record(
            actor=actor,
            action=action,
            subject=subject_of(version),
            market=market,
            before=before,
            after=after,
            reason=reason,
        )


def subject_of(version: RuleVersion, url: str = "") -> Subject:
    """Return the version as something to point at."""
    return Subject("rule_version", str(version.pk), f"{version.rule.code} v{version.number}", url)


_WORDS: dict[RuleState, str] = {
    RuleState.DRAFT: "withdrawn",
    RuleState.IN_REVIEW: "submitted",
    RuleState.APPROVED: "approved",
    RuleState.LIVE: "released",
    RuleState.PAUSED: "paused",
    RuleState.RETIRED: "retired",
    RuleState.REJECTED: "rejected",
}
