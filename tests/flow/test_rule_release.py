"""A rule that was approved fires in a running worker within two seconds."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from governance.domain.actors import system_actor
from governance.domain.roles import Role
from governance.project.embedded.processes import Child
from policies.actions.reviewing_rules import approve_rule, submit_rule
from policies.actions.running_rules import pause_rule
from risk.actions.ingest import ingest_events
from risk.models import IngestBatch, RuleHit
from risk.queries.rule_schemas import rule_schemas
from tests.builders.governance import make_markets, make_person
from tests.builders.policies import TEXT, load_small_pack, make_rule

PATIENCE = 30
LIVE_WITHIN = 2.0
START = datetime(2026, 9, 1, 12, tzinfo=UTC)


def list_something(number: int, worker: Child) -> set[str]:
    """Send an event and return the codes of the rules that fired on it, once the worker has processed it."""
    event: dict[str, Any] = {
        "id": f"listing-{number}",
        "type": "listing_created",
        "occurred_at": (START + timedelta(minutes=number)).isoformat(),
        "market": "BR",
        "entities": {"seller": "S1", "listing": f"L{number}"},
        "payload": {"price": 1000.0},
    }
    batch = ingest_events(actor=system_actor("tests"), source="shop", items=[event]).batch_id
    deadline = time.monotonic() + PATIENCE
    while IngestBatch.objects.get(pk=batch).processed_at is None:
        assert time.monotonic() < deadline, f"not processed:\n{worker.last_lines()}"
        time.sleep(0.05)
    at = START + timedelta(minutes=number)
    return set(RuleHit.objects.filter(as_of=at).values_list("rule_version__rule__code", flat=True))


def test_an_approved_rule_fires_on_the_next_event_and_a_paused_one_does_not(celery_worker: Child) -> None:
    make_markets()
    load_small_pack()
    manager, approver = make_person(Role.POLICY_MANAGER), make_person(Role.APPROVER)
    text = replace(TEXT, condition="price >= 1000", event_types=("listing_created",), entity_type="")
    draft = make_rule(manager, "DEAR-THINGS", text)
    assert list_something(1, celery_worker) == set()  # the worker has read a rule set now
    submit_rule(
        actor=manager,
        version_id=draft.version_id,
        revision=draft.revision,
        note="",
        schemas=rule_schemas(),
        figures={},
    )
    approve_rule(actor=approver, version_id=draft.version_id, schemas=rule_schemas())
    time.sleep(LIVE_WITHIN)
    assert list_something(2, celery_worker) == {"DEAR-THINGS"}
    pause_rule(actor=manager, version_id=draft.version_id, reason="Too loud.")
    time.sleep(LIVE_WITHIN)
    assert list_something(3, celery_worker) == set()
