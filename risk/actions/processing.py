"""Take a batch of events through links, signals, scores and rules, up to the hits."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass

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
from risk.actions.linking import link_span
from risk.actions.planning import is_shared, open_next, plan_batch
from risk.actions.signal_rows import Known
from risk.actions.signals import refresh_signals
from risk.domain.records import EntitySnapshot
from risk.models import BatchPart, Entity, IngestBatch, RuleHit
from risk.queries.events import event_pages
from risk.queries.signals import scorecards_in_force, signals_in_force

log = structlog.get_logger(__name__)

HITS_A_FACT = 2_000
READINGS_A_LOOK = 2_000  # records of so many are at hand at once
CONSUMER = "risk.process_batch"
PART_CONSUMER = "risk.process_part"


@dataclass(frozen=True)
class Processed:
    """What running signals and rules over a batch, or a part of it, did."""

    accounts: int = 0
    readings: int = 0
    events: int = 0
    hits: int = 0

    def __add__(self, other: "Processed") -> "Processed":
        """Return both together."""
        return Processed(*(mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)))


def process_fact(*, fact_id: int) -> Processed | None:
    """Process the batch of an `events_ingested` fact; None when that was done, or when its parts go their own way.

    None as well while another worker is at it. Whatever is cut off goes on with the parts that are not done.
    """
    with outbox.working_on(fact_id, CONSUMER) as payload:
        if payload is None:
            return None
        batch = _counted(payload["batch_id"])
        if is_shared(batch):
            with transaction.atomic():
                if outbox.consume_once(fact_id, CONSUMER) is not None:
                    plan_batch(batch.pk)
            return None
        result = process_batch(batch_id=batch.pk)
        with transaction.atomic():
            outbox.consume_once(fact_id, CONSUMER)
        return result


def process_part_fact(*, fact_id: int) -> Processed | None:
    """Work on the part of a `batch_part_ready` fact, once; None when it was done before."""
    with transaction.atomic():
        payload = outbox.consume_once(fact_id, PART_CONSUMER)
        return None if payload is None else work_on_part(payload["part_id"])


def process_batch(*, batch_id: int) -> Processed:
    """Run links, signals, scores and rules over the events of a batch; doing it again changes nothing."""
    batch = _counted(batch_id)
    plan_batch(batch_id)
    result = Processed()
    for part_id in BatchPart.objects.filter(batch=batch, done_at=None).values_list("pk", flat=True):
        result += work_on_part(part_id) or Processed()
    log.info("batch_processed", batch_id=batch_id, **vars(result))
    return result


def work_on_part(part_id: int) -> Processed | None:
    """Do the work of a part and mark it as done, in one transaction; None when it is done, or was and is removed.

    Two workers with the same part follow one another, and the second finds it done. So every event is put to one
    rule set, once: to the one that is in force when its part is worked on to the end.
    """
    with transaction.atomic():
        part = BatchPart.objects.select_for_update(of=("self",)).select_related("batch").filter(pk=part_id).first()
        if part is None or part.done_at is not None:
            return None
        rules = ruleset_in_force()
        result = _WORK[part.stage](part, rules)
        part.done_at, part.ruleset_number = timezone.now(), rules.number
        part.save(update_fields=["done_at", "ruleset_number"])
        _settle(part)
    log.info("part_processed", batch_id=part.batch_id, part=str(part), **vars(result))
    return result


def _counted(batch_id: int) -> IngestBatch:
    batch = IngestBatch.objects.get(pk=batch_id)
    if batch.is_decided:
        count_decided(batch_id=batch_id)
        batch.refresh_from_db()
    return batch


def _settle(part: BatchPart) -> None:
    """Open the next stage when the part was the last of its own, and close the batch behind the last stage."""
    batch = IngestBatch.objects.select_for_update().get(pk=part.batch_id)
    waiting = BatchPart.objects.filter(batch=batch, done_at=None)
    if not waiting.exists():
        count_batch(batch_id=batch.pk)
        IngestBatch.objects.filter(pk=batch.pk).update(processed_at=timezone.now())
    elif is_shared(batch) and not waiting.filter(stage=part.stage).exists():
        open_next(batch)


def _link(part: BatchPart, _rules: CompiledRuleset) -> Processed:
    begin, end = part.span()
    link_span(batch_id=part.batch_id, begin=begin, end=end)
    return Processed()


def _run_over_accounts(part: BatchPart, rules: CompiledRuleset) -> Processed:
    specs = [spec for spec in signals_in_force() if spec.entity_type == part.entity_type]
    card = scorecards_in_force().get(part.entity_type)
    known = refresh_signals(batch=part.batch, entities=part.entity_ids, specs=specs, card=card) if specs else []
    entities = _entities(part.entity_ids)
    found: list[RuleHit] = []
    for piece in in_chunks(known, READINGS_A_LOOK):
        found += evaluate_accounts(rules, _accounts_as_of(entities, piece))
    hits = _tell(part.batch, found)
    return Processed(accounts=len(part.entity_ids), readings=len(known), hits=hits)


def _run_over_events(part: BatchPart, rules: CompiledRuleset) -> Processed:
    if not rules.on_events:
        return Processed()
    events = hits = 0
    for page in event_pages(part.batch_id, *part.span(), sorted(rules.on_events)):
        hits += _tell(part.batch, evaluate_events(rules, events_as_of(page, rules.read_on_events)))
        events += len(page)
    return Processed(events=events, hits=hits)


_WORK: dict[int, Callable[[BatchPart, CompiledRuleset], Processed]] = {
    BatchPart.Stage.LINKS: _link,
    BatchPart.Stage.ACCOUNTS: _run_over_accounts,
    BatchPart.Stage.EVENTS: _run_over_events,
}


def _tell(batch: IngestBatch, hits: Sequence[RuleHit]) -> int:
    """Store the hits and emit the facts that tell of the new ones; return how many were new."""
    stored = store_hits(hits)
    for chunk in in_chunks(stored, HITS_A_FACT):
        outbox.emit("rules_hit", {"hit_ids": list(chunk), "batch_id": batch.pk})
    return len(stored)


def _entities(keys: Sequence[int]) -> dict[int, tuple[EntitySnapshot, str]]:
    """Return accounts without signals, each with its market, by their keys."""
    rows = Entity.objects.filter(pk__in=keys).values_list(
        "pk", "type", "external_id", "name", "attributes", "market_id"
    )
    return {row[0]: (EntitySnapshot(*row[:5]), row[5]) for row in rows}


def _accounts_as_of(
    entities: Mapping[int, tuple[EntitySnapshot, str]], known: Sequence[Known]
) -> Iterator[AccountAsOf]:
    for one in known:
        entity, market = entities[one.reading.entity_id]
        yield AccountAsOf(entity.with_signals(one.reading.figures.values), market, one.reading.as_of)
