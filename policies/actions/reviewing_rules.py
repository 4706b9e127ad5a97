"""Ask for a second pair of eyes on a rule, and give or refuse it: an approved rule is live at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from governance.actions import outbox
from governance.actions.approving import Verdict, ask_approval, decide_approval, withdraw_approval
from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed
from governance.domain.roles import Permission
from governance.queries.approvals import pending_about
from policies.actions.rule_steps import flip, lock_version, require_where, subject_of
from policies.actions.rulesets import lock_rulesets, release_ruleset
from policies.domain.conditions import RuleSchemas, find_errors, find_failed_tests
from policies.domain.rules import Expectation, RuleState
from policies.models import RuleVersion
from policies.queries.lists import lists_in_force
from policies.queries.rule_tests import rule_tests_of

RELEASE = "release_rule"


@dataclass(frozen=True)
class RuleReleased:
    """A version that fires now, the rule set that holds it, and the version that it took the place of."""

    rule_id: int
    version_id: int
    ruleset_number: int
    replaced_version_id: int | None


def submit_rule(
    *,
    actor: Actor,
    version_id: int,
    revision: int,
    note: str,
    schemas: RuleSchemas,
    figures: Mapping[str, Any],
    url: str = "",
) -> int:
    """Ask another person to release a draft; return the key of the request.

    figures are what the approver is shown of the run over stored events, JSON-ready; url is the page to decide
    on. Raises InvalidInput when the condition has errors or a test event does not come out as expected, Conflict
    when somebody saved the draft since `revision`.
    """
    with transaction.atomic():
        version = lock_version(actor, version_id)
        require_where(actor, Permission.EDIT_RULES, version.markets)
        if version.revision != revision:
            raise Conflict("Somebody saved this draft after you opened it.", hint="Reload and look at it again.")
        require_releasable(version, schemas)
        flip(actor, version, RuleState.IN_REVIEW, note)
        approval_id = ask_approval(
            actor=actor,
            action=RELEASE,
            subject=subject_of(version, url),
            markets=version.markets,
            summary={"rule": version.rule.code, "version": version.number, "figures": dict(figures)},
            note=note,
        )
        outbox.emit("rule_submitted", _fact(version) | {"approval_id": approval_id})
    return approval_id


def approve_rule(*, actor: Actor, version_id: int, note: str = "", schemas: RuleSchemas) -> RuleReleased:
    """Release a version as another person than any who wrote on it or asked; it fires from the commit on.

    The condition and the tests are checked once more, since signals and lists may have changed.
    """
    with transaction.atomic():
        lock_rulesets()
        version = lock_version(actor, version_id)
        approval_id = _pending(version)
        require_where(actor, Permission.APPROVE_RULES, version.markets)
        if actor.kind is not ActorKind.PERSON or actor.user_id in version.editors:
            raise NotAllowed("Another person has to approve this.", hint="Ask somebody who did not write on it.")
        require_releasable(version, schemas)
        decide_approval(
            actor=actor,
            permission=Permission.APPROVE_RULES,
            approval_id=approval_id,
            verdict=Verdict.APPROVE,
            note=note,
        )
        version.approved_by_id = actor.user_id
        flip(actor, version, RuleState.APPROVED, note)
        return bring_live(actor, version, note)


def reject_rule(*, actor: Actor, version_id: int, note: str) -> None:
    """Refuse a version with a reason, as another person than the one who asked."""
    with transaction.atomic():
        version = lock_version(actor, version_id)
        approval_id = _pending(version)
        require_where(actor, Permission.APPROVE_RULES, version.markets)
        decide_approval(
            actor=actor,
            permission=Permission.APPROVE_RULES,
            approval_id=approval_id,
            verdict=Verdict.REJECT,
            note=note,
        )
        flip(actor, version, RuleState.REJECTED, note)
        outbox.emit("rule_rejected", _fact(version))


def withdraw_rule(*, actor: Actor, version_id: int) -> None:
    """Take back one's own request, so that the draft can be changed."""
    with transaction.atomic():
        version = lock_version(actor, version_id)
        withdraw_approval(actor=actor, approval_id=_pending(version))
        flip(actor, version, RuleState.DRAFT)


def bring_live(actor: Actor, version: RuleVersion, reason: str) -> RuleReleased:
    """Let the version fire instead of the one that is live or paused; call under `lock_rulesets`."""
    rule = version.rule
    replaced: RuleVersion | None = None
    standing = rule.versions.select_for_update().filter(state__in=[RuleState.LIVE, RuleState.PAUSED])
    for other in standing.exclude(pk=version.pk):
        flip(actor, other, RuleState.RETIRED, f"Replaced by version {version.number}.")
        replaced = other
    flip(actor, version, RuleState.LIVE, reason)
    rule.live = version
    rule.save(update_fields=["live"])
    number = release_ruleset(reason=f"{rule.code} v{version.number} went live")
    outbox.emit("rule_released", _fact(version) | {"ruleset": number})
    return RuleReleased(rule.pk, version.pk, number, replaced.pk if replaced else None)


def require_releasable(version: RuleVersion, schemas: RuleSchemas) -> None:
    """Raise InvalidInput unless the version is complete, its condition sound, and every test event comes out."""
    schema = schemas.of(version.entity_type)
    problems = [
        FieldProblem("condition", f"Line {problem.line}, column {problem.column}: {problem.message}.", problem.hint)
        for problem in find_errors(version.condition, schema)
    ]
    if not version.reason.strip():
        problems.append(FieldProblem("reason", "Say why a hit matters.", "Analysts and sellers read it."))
    if not problems:
        lists = lists_in_force(timezone.now()).entries
        failed = find_failed_tests(version.condition, schema, rule_tests_of(version.rule_id), lists)
        problems = [FieldProblem("tests", _FAILED[test.expectation] % test.title, _MEND) for test in failed]
    if problems:
        raise InvalidInput(problems)


_FAILED: dict[Expectation, str] = {
    Expectation.HIT: "The test event “%s” should be hit and is not.",
    Expectation.NO_HIT: "The test event “%s” should not be hit and is.",
}
_MEND = "Mend the condition or the test event."


def _pending(version: RuleVersion) -> int:
    """Return the key of the request that waits; raises Conflict when none does."""
    approval = pending_about("rule_version", str(version.pk), RELEASE)
    if approval is None or version.state != RuleState.IN_REVIEW:
        raise Conflict(f"Nobody waits for this: the version is {version.state.replace('_', ' ')}.")
    return approval.pk


def _fact(version: RuleVersion) -> dict[str, Any]:
    return {"rule_id": version.rule_id, "version_id": version.pk, "code": version.rule.code}
