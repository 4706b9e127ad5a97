"""Pause, resume and retire rules: what stands, stops and starts in one transaction with the rule set."""

from django.db import transaction

from governance.actions import outbox
from governance.domain.actors import Actor
from governance.domain.roles import Permission
from policies.actions.reviewing_rules import RuleReleased, bring_live, require_releasable
from policies.actions.rule_steps import flip, lock_version, require_reason, require_where
from policies.actions.rulesets import lock_rulesets, release_ruleset
from policies.domain.conditions import RuleSchemas
from policies.domain.rules import RuleState, check_step
from policies.models import RuleVersion


def pause_rule(*, actor: Actor, version_id: int, reason: str) -> int:
    """Stop a live version at once and return the number of the rule set without it."""
    require_reason(reason)
    with transaction.atomic():
        version = _lock_for_edit(actor, version_id)
        flip(actor, version, RuleState.PAUSED, reason)
        number = _take_down(version, f"paused: {reason}")
        outbox.emit("rule_paused", {"rule_id": version.rule_id, "version_id": version.pk, "ruleset": number})
    return number


def resume_rule(*, actor: Actor, version_id: int, reason: str, schemas: RuleSchemas) -> RuleReleased:
    """Let a paused version fire again: its text was approved and has not changed since."""
    require_reason(reason)
    with transaction.atomic():
        version = _lock_for_edit(actor, version_id)
        check_step(RuleState(version.state), RuleState.LIVE)
        require_releasable(version, schemas)
        return bring_live(actor, version, reason)


def retire_rule(*, actor: Actor, version_id: int, reason: str) -> None:
    """End a version for good: a draft that nobody wants, or one that is live or paused."""
    require_reason(reason)
    with transaction.atomic():
        version = _lock_for_edit(actor, version_id)
        was_live = version.state == RuleState.LIVE
        flip(actor, version, RuleState.RETIRED, reason)
        if was_live:
            _take_down(version, f"retired: {reason}")
        outbox.emit("rule_retired", {"rule_id": version.rule_id, "version_id": version.pk})


def _lock_for_edit(actor: Actor, version_id: int) -> RuleVersion:
    lock_rulesets()
    version = lock_version(actor, version_id)
    require_where(actor, Permission.EDIT_RULES, version.markets)
    return version


def _take_down(version: RuleVersion, reason: str) -> int:
    rule = version.rule
    rule.live = None
    rule.save(update_fields=["live"])
    return release_ruleset(reason=f"{rule.code} v{version.number} {reason}")
