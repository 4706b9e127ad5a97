"""Freeze what a hit shows into evidence that is complete in itself."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from cases.domain.matches import matched_spans
from policies.queries.policies import PolicyVersionView
from risk.queries.hits import EventContent, HitView, ScoreAsOf, SignalsAsOf, TouchedEntity

HIT = "hit"


def freeze_hit(hit: HitView, policy: PolicyVersionView) -> dict[str, Any]:
    """Return the JSON form of a hit: rule, policy version, trace, signals, score, event and the account as it was."""
    return {
        "rule": _rule(hit),
        "policy": {
            "id": policy.policy_id,
            "code": policy.policy_code,
            "version_id": policy.id,
            "number": policy.number,
            "titles": dict(policy.titles),
        },
        "outcome": hit.outcome,
        "trace": dict(hit.trace),
        "signals": _signals(hit.signals),
        "score": _score(hit.score),
        "event": _event(hit.event, hit.trace),
        "entity": asdict(hit.entity),
    }


def _rule(hit: HitView) -> dict[str, Any]:
    rule = hit.rule
    return {
        "id": rule.rule_id,
        "version_id": rule.version_id,
        "number": rule.number,
        "code": rule.code,
        "title": rule.title,
        "condition": rule.condition,
        "reason": rule.reason,
        "reasons": dict(rule.reasons),
        "priority": rule.priority,
    }


def _signals(signals: SignalsAsOf | None) -> dict[str, Any] | None:
    if signals is None:
        return None
    return {
        "as_of": signals.as_of.isoformat(),
        "values": dict(signals.values),
        "volumes": dict(signals.volumes),
        "counts": dict(signals.counts),
        "versions": dict(signals.versions),
    }


def _score(score: ScoreAsOf | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "as_of": score.as_of.isoformat(),
        "value": score.value,
        "band": score.band,
        "contributions": [dict(part) for part in score.contributions],
    }


def _event(event: EventContent | None, trace: Mapping[str, Any]) -> dict[str, Any] | None:
    if event is None:
        return None
    return {
        "id": event.id,
        "source": event.source,
        "external_id": event.external_id,
        "type": event.type,
        "occurred_at": event.occurred_at.isoformat(),
        "payload": dict(event.payload),
        "matched": matched_spans(trace, event.payload),  # field of the payload → [start, end] of each piece
        "roles": {role: _touched(entity) for role, entity in event.roles.items()},
    }


def _touched(entity: TouchedEntity) -> dict[str, Any]:
    return {"id": entity.id, "type": entity.type, "external_id": entity.external_id, "name": entity.name}
