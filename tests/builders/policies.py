"""Build packs, policies and rules."""

import copy
from collections.abc import Mapping
from typing import Any

from cases.actions.packs import load_pack
from governance.domain.actors import Actor, system_actor
from policies.actions.drafting_rules import DraftSaved, create_rule
from policies.actions.pack_report import PackLoaded
from policies.domain.packs import Pack, read_pack
from policies.domain.rules import Outcome, RuleText
from policies.queries.policies import policy_ids_by_code
from risk.queries.rule_schemas import rule_schemas

PACK_ACTOR = system_actor("pack")
NOTICE = {"title": "{policy_title}", "body": "{entity_name}: {facts} {actions} {points} Appeal until {appeal_until}."}

POLICY: dict[str, Any] = {
    "code": "PERF-LATE",
    "node": "performance.dispatch",
    "subjects": ["seller"],
    "title": {"en": "Late dispatch", "pt": "Envio atrasado"},
    "severity": {"default": "low", "min": "low", "max": "high"},
    "legal_basis": ["Terms of the marketplace, part 4"],
    "dsa_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "dsa_category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
    "dsa_keyword": None,
    "markets": "all",
    "effective_from": "2020-01-01",
    "text": {"en": "Send orders **in time**.", "pt": "Envie os pedidos **no prazo**."},
    "tree": {
        "start": "late",
        "nodes": [
            {
                "id": "late",
                "question": "Were more than 10 % of the orders dispatched late?",
                "help": "Look at the rate.",
                "if_yes": "excused",
                "if_no": "clean",
            },
            {
                "id": "excused",
                "question": "Is there an excuse?",
                "help": "Strikes, floods.",
                "if_yes": "clean",
                "if_no": "guilty",
            },
        ],
        "outcomes": [
            {"id": "guilty", "kind": "violation", "severity": "medium", "title": "Late"},
            {"id": "clean", "kind": "no_violation", "title": "In time"},
        ],
    },
    "examples": {"violation": ["30 of 100 late"], "no_violation": ["2 of 100 late"]},
    "notice": {"en": NOTICE, "pt": NOTICE},
}
SCHEME: dict[str, Any] = {
    "code": "accumulate",
    "title": "Points",
    "direction": "accumulate",
    "start": 0,
    "minimum": 0,
    "maximum": 48,
    "expiry_days": 90,
    "no_expiry_from": 48,
    "warn_within": 5,
    "milestones": [{"at": 12, "actions": [{"kind": "campaign_block", "days": 7}]}],
    "points": {"default": {"low": 1, "medium": 4, "high": 12, "critical": 48}, "policies": {}},
    "repeat": {"within_days": 90, "multipliers": [1, 1.5]},
    "appeal": {"window_days": 30, "max_appeals": 2},
    "entity_types": ["seller"],
    "markets": ["BR"],
    "is_default": True,
    "effective_from": "2020-01-01",
}
DEPLETE: dict[str, Any] = SCHEME | {
    "code": "deplete",
    "direction": "deplete",
    "start": 200,
    "maximum": 1000,
    "no_expiry_from": None,
    "milestones": [{"at": 100, "actions": [{"kind": "campaign_block", "days": 7}]}],
    "markets": ["DE"],
    "is_default": False,
}
SIGNAL: dict[str, Any] = {
    "name": "late_dispatch_rate_30d",
    "entity_type": "seller",
    "role": "seller",
    "version": 1,
    "owner": "risk",
    "unit": "share",
    "window_days": 30,
    "min_volume": 10,
    "null_meaning": "Fewer than 10 dispatched.",
    "title": "Late dispatch rate, 30 days",
    "doc": "Late among all.",
    "definition": {
        "rate": {
            "numerator": {"event": "order_dispatched", "where": "event.occurred_at > dispatch_due_at"},
            "denominator": {"event": "order_dispatched", "where": "dispatch_due_at != null"},
        }
    },
}
RULE: dict[str, Any] = {
    "id": "LATE-30D",
    "policy": "PERF-LATE",
    "title": "Many late orders",
    "target": {"entity": "seller"},
    "when": "seller.late_dispatch_rate_30d > 0.10 && !(seller.id in lists.trusted_sellers)",
    "outcome": "review",
    "priority": 100,
    "reason": "More than 10 % of the orders were late.",
    "markets": "all",
}
PRICE_RULE: dict[str, Any] = RULE | {
    "id": "PRICE-X3",
    "title": "Price far above the reference",
    "target": {"events": ["listing_created"]},
    "when": "price > 3 * reference_price",
    "markets": ["BR", "DE"],
    "priority": 200,
}
FILES: dict[str, Any] = {
    "pack.yaml": {
        "id": "tests",
        "version": "1",
        "title": "Pack of the tests",
        "licence": "CC0",
        "locales": ["en", "pt"],
    },
    "taxonomy.yaml": {
        "nodes": [
            {"code": "performance", "parent": None, "title": "Performance"},
            {"code": "performance.dispatch", "parent": "performance", "title": "Dispatch"},
        ]
    },
    "policies/PERF-LATE.yaml": POLICY,
    "schemes/accumulate.yaml": SCHEME,
    "schemes/deplete.yaml": DEPLETE,
    "queues.yaml": {
        "queues": [
            {
                "code": "performance",
                "title": "Performance",
                "nodes": ["performance"],
                "sla_hours": {"low": 72, "medium": 48, "high": 24, "critical": 4},
            }
        ]
    },
    "rules.yaml": {
        "lists": [
            {"name": "trusted_sellers", "title": "Trusted sellers", "doc": "Left alone.", "entries": ["S-1", "S-2"]}
        ],
        "rules": [RULE, PRICE_RULE],
    },
    "signals.yaml": {"signals": [SIGNAL], "score": []},
    "macros.yaml": {
        "macros": [
            {
                "id": "LATE-PLAIN",
                "node": "performance",
                "outcome": "violation",
                "title": "Plainly late",
                "text": "The orders left after the limit.",
            },
            {
                "id": "LATE-DISPATCH",
                "node": "performance.dispatch",
                "outcome": "violation",
                "title": "Late dispatch",
                "text": "Dispatch was late.",
            },
        ]
    },
}
TEXT = RuleText(
    condition="seller.late_dispatch_rate_30d > 0.2",
    event_types=(),
    entity_type="seller",
    markets=(),
    outcome=Outcome.REVIEW,
    priority=100,
    reason="Far too late.",
)


def pack_files() -> dict[str, Any]:
    """Return the files of a small pack, free to be changed."""
    return copy.deepcopy(FILES)


def make_pack(files: Mapping[str, Any] | None = None) -> Pack:
    """Read a pack; fails when it has problems."""
    pack = read_pack(files or pack_files())
    assert isinstance(pack, Pack), pack
    return pack


def load_small_pack(files: Mapping[str, Any] | None = None) -> PackLoaded:
    """Load a pack into the database."""
    return load_pack(actor=PACK_ACTOR, pack=make_pack(files))


def make_rule(actor: Actor, code: str = "TEST-RULE", text: RuleText = TEXT) -> DraftSaved:
    """Write a rule of the small pack's policy."""
    return create_rule(
        actor=actor,
        code=code,
        title=f"Rule {code}",
        policy_id=policy_ids_by_code()["PERF-LATE"],
        text=text,
        schemas=rule_schemas(),
    )
