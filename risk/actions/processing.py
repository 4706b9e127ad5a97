"""Take a batch of events through links, signals, scores and rules, up to the hits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from governance.actions import outbox
from governance.domain.chunks import in_chunks
from risk.actions.as_of import events_as_of
from risk.actions.closing import count_decided
from risk.actions.compiled import CompiledRuleset, ruleset_in_force
from risk.actions.day_counts import count_batch
from risk.actions.evaluating import AccountAsOf, evaluate_accounts, evaluate_events, store_hits
from risk.actions.linking import link_batch
from risk.actions.signal_rows import Known
from risk.actions.signals import accounts_of_batch, refresh_signals
from risk.domain.records import EntitySnapshot
from risk.models import Entity, IngestBatch, RuleHit
from risk.queries.events import event_pages
from risk.queries.signals import scorecards_in_force, signals_in_force

if TYPE_CHECKING:
    from policies.domain.signals import SignalSpec

log = structlog.get_logger(__name__)

ACCOUNTS_A_CHUNK = 1_000
HITS_A_FACT = 2_000
CONSUMER = "risk.process_batch"


@dataclass(frozen=True)
class Processed:
    """What running signals and rules over a batch did."""

    accounts: int
    readings: int
    events: int
    hits: int


def process_fact(*, fact_id: int) -> Processed | None:
    """Process the batch of an `events_ingested` fact, once; None when it was processed before.

    Every chunk is a transaction of its own that stores hits and tells of them; whatever is cut off is done again
    from the beginning, and what was stored then is found and not told twice.
    """
    payload = outbox.peek(fact_id, CONSUMER)
    if payload is None:
        return None
    result = process_batch(batch_id=payload["batch_id"])
    with transaction.atomic():
        if outbox.consume_once(fact_id, CONSUMER) is not None:
            count_batch(batch_id=payload["batch_id"])
    return result


def process_batch(*, batch_id: int) -> Processed:
    """Run links, signals, scores and rules over the events of a batch; doing it again changes nothing.

    Rules on events do not run over events that were decided as they came.
    """
    batch = IngestBatch.objects.get(pk=batch_id)
    if batch.is_decided:
        count_decided(batch_id=batch_id)
        batch.refresh_from_db()
    if batch.first_occurred_at is None:
        return Processed(0, 0, 0, 0)
    link_batch(batch_id=batch_id)
    rules = ruleset_in_force()
    accounts, readings, hits = _run_over_accounts(batch, rules)
    events, more = (0, 0) if batch.is_decided else _run_over_events(batch, rules)
    IngestBatch.objects.filter(pk=batch_id).update(processed_at=timezone.now())
    result = Processed(accounts, readings, events, hits + more)
    log.info("batch_processed", batch_id=batch_id, **vars(result))
    return result


def _run_over_accounts(batch: IngestBatch, rules: CompiledRuleset) -> tuple[int, int, int]:
    by_type: dict[str, list[SignalSpec]] = {}
    for spec in signals_in_force():
        by_type.setdefault(spec.entity_type, []).append(spec)
    cards = scorecards_in_force()
    accounts = readings = hits = 0
    for entity_type, keys in accounts_of_batch(batch, sorted(by_type)).items():
        for chunk in in_chunks(keys, ACCOUNTS_A_CHUNK):
            with transaction.atomic():
                known = refresh_signals(
                    batch=batch, entities=chunk, specs=by_type[entity_type], card=cards.get(entity_type)
                )
                found = evaluate_accounts(rules, _accounts_as_of(chunk, known))
                hits += _tell(batch, found)
            accounts, readings = accounts + len(chunk), readings + len(known)
    return accounts, readings, hits


def _run_over_events(batch: IngestBatch, rules: CompiledRuleset) -> tuple[int, int]:
    if not rules.on_events:
        return 0, 0
    reads_entities = rules.roles_read()
    events = hits = 0
    for page in event_pages(batch, sorted(rules.on_events)):
        with transaction.atomic():
            hits += _tell(batch, evaluate_events(rules, events_as_of(page, reads_entities)))
        events += len(page)
    return events, hits


def _tell(batch: IngestBatch, hits: Sequence[RuleHit]) -> int:
    """Store the hits and emit the facts that tell of the new ones; return how many were new."""
    stored = store_hits(hits)
    for chunk in in_chunks(stored, HITS_A_FACT):
        outbox.emit("rules_hit", {"hit_ids": list(chunk), "batch_id": batch.pk})
    return len(stored)


def _accounts_as_of(keys: Sequence[int], known: Sequence[Known]) -> list[AccountAsOf]:
    rows = Entity.objects.filter(pk__in=keys).values_list(
        "pk", "type", "external_id", "name", "attributes", "market_id"
    )
    entities = {row[0]: (EntitySnapshot(*row[:5]), row[5]) for row in rows}
    found = []
    for one in known:
        entity, market = entities[one.reading.entity_id]
        found.append(AccountAsOf(replace(entity, signals=one.reading.values), market, one.reading.as_of))
    return found
