"""Run a rule over the events that are stored, before anybody is hit by it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from governance.actions import audit, outbox
from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import Conflict, FieldProblem, InvalidInput, NotAllowed, NotFound
from governance.domain.roles import Permission
from governance.domain.subjects import Subject
from governance.queries.markets import all_markets
from policies.domain.conditions import find_errors
from policies.queries.lists import lists_in_force
from policies.queries.rules import LiveRule, live_version_of, rule_version, visible_rule_version
from policies.rulelang import Record, check
from risk.actions.as_of import events_as_of
from risk.actions.compiled import CompiledRule
from risk.actions.evaluating import accountable_role, event_record
from risk.domain.records import entity_record_values, fields_by_role
from risk.domain.rule_runs import Change, RunState, RunTally, SampleHit
from risk.models import RuleRun
from risk.queries.history import data_span, event_history, signal_history
from risk.queries.rule_runs import run_text
from risk.queries.rule_schemas import rule_schemas

log = structlog.get_logger(__name__)

CONSUMER = "risk.run_rule"
LOST_AFTER = timedelta(minutes=10)
LONGEST_DAYS = 36_500


@dataclass(frozen=True)
class _Pair:
    """The text that is tried, and the live one of the same rule when both look at the same kind of thing."""

    tried: CompiledRule
    live: CompiledRule | None
    lists: Mapping[str, frozenset[Any]]

    @property
    def event_types(self) -> list[str]:
        """Return the event types that either looks at."""
        return sorted({name for rule in self._rules for name in rule.live.event_types})

    @property
    def markets(self) -> list[str]:
        """Return the markets that either holds in; none named is every market."""
        if any(not rule.live.markets for rule in self._rules):
            return []
        return sorted({market for rule in self._rules for market in rule.live.markets})

    @property
    def read(self) -> Mapping[str, frozenset[str]]:
        """Return the attributes and signals that either reads, by role."""
        return fields_by_role(name for rule in self._rules for name in rule.checked.fields_used)

    def compare(self, record: Record, market: str, event_type: str = "") -> Change | None:
        """Return how the record fares under both texts, None when neither hits it."""
        is_hit = _fires(self.tried, record, market, event_type)
        was_hit = self.live is not None and _fires(self.live, record, market, event_type)
        if is_hit:
            return Change.NEWLY if self.live is not None and not was_hit else Change.SAME
        return Change.NO_LONGER if was_hit else None

    @property
    def _rules(self) -> list[CompiledRule]:
        return [rule for rule in (self.tried, self.live) if rule is not None]


def start_run(*, actor: Actor, version_id: int, days: int) -> int:
    """Ask for a run of a rule version over the last `days` of the data; return its key.

    Raises InvalidInput when the condition has errors, Conflict while another run of the version goes on.
    """
    if actor.kind is not ActorKind.PERSON or actor.user_id is None:
        raise NotAllowed("Only a person can run a rule over stored events.")
    if not (actor.can(Permission.EDIT_RULES) or actor.can(Permission.APPROVE_RULES)):
        actor.require(Permission.EDIT_RULES)
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput([FieldProblem("days", f"Choose 1 to {LONGEST_DAYS} days.")])
    rule = visible_rule_version(actor, version_id)
    errors = find_errors(rule.condition, rule_schemas().of(rule.entity_type))
    if errors:
        raise InvalidInput([FieldProblem("condition", str(error)) for error in errors])
    span = data_span()
    if span is None:
        raise Conflict("There are no events yet.", hint="Import data first, then run the rule.")
    first = max(span[0], span[1] - timedelta(days=days))
    now = timezone.now()
    lost = RuleRun.objects.filter(version_id=version_id, touched_at__lt=now - LOST_AFTER, finished_at__isnull=True)
    try:
        with transaction.atomic():
            lost.update(state=RunState.FAILED, error="The worker was lost.", finished_at=now)
            run = RuleRun.objects.create(
                version_id=version_id,
                compared_to_id=live_version_of(rule.rule_id),
                first_at=first,
                last_at=span[1],
                state=RunState.WAITING,
                started_by_id=actor.user_id,
                touched_at=now,
            )
            after = {"run": run.pk, "days": days}
            audit.record(actor=actor, action="rule_run_started", subject=_subject(rule), after=after)
            outbox.emit("rule_run_asked", {"run_id": run.pk})
    except IntegrityError as error:
        raise Conflict("This rule is being run already.", hint="Wait for it, or cancel it.") from error
    return run.pk


def cancel_run(*, actor: Actor, run_id: int) -> None:
    """Stop a run that waits or goes on; what it has counted is dropped."""
    with transaction.atomic():
        run = RuleRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            raise NotFound("There is no such run.")
        rule = visible_rule_version(actor, run.version_id)
        if run.started_by_id != actor.user_id:
            actor.require(Permission.EDIT_RULES)
        if run.finished_at is not None:
            raise Conflict("This run has ended already.")
        run.state, run.finished_at = RunState.CANCELLED, timezone.now()
        run.save(update_fields=["state", "finished_at"])
        audit.record(actor=actor, action="rule_run_cancelled", subject=_subject(rule), after={"run": run.pk})


def run_fact(*, fact_id: int) -> None:
    """Carry out the run of a `rule_run_asked` fact, once; a run that was cut off begins anew."""
    with outbox.working_on(fact_id, CONSUMER) as payload:
        if payload is not None:
            carry_out_run(run_id=payload["run_id"])
            with transaction.atomic():
                outbox.consume_once(fact_id, CONSUMER)


def carry_out_run(*, run_id: int) -> None:
    """Read the history, page by page, and keep what was counted; progress is stored after every page."""
    run = RuleRun.objects.get(pk=run_id)
    rule = rule_version(run.version_id)
    if not _touch(run, state=RunState.RUNNING, rows_done=0, permille=0, text=run_text(rule)):
        return
    errors = find_errors(rule.condition, rule_schemas().of(rule.entity_type))
    if errors:
        _touch(run, state=RunState.FAILED, error=str(errors[0]), finished_at=timezone.now())
        return
    tally = RunTally({code: ZoneInfo(market.time_zone) for code, market in all_markets().items()})
    try:
        pair = _pair(rule, run.compared_to_id)
        for share in (_read_signals if rule.entity_type else _read_events)(run, pair, tally):
            if not _touch(run, rows_done=tally.evaluated, permille=min(999, int(share * 1000))):
                return
    except BaseException as error:
        log.exception("rule_run_failed", run_id=run_id)
        _touch(run, state=RunState.FAILED, error=type(error).__name__, finished_at=timezone.now())
        raise
    _touch(
        run,
        state=RunState.DONE,
        rows_done=tally.evaluated,
        permille=1000,
        result=tally.result(),
        finished_at=timezone.now(),
    )


def _touch(run: RuleRun, **changes: Any) -> bool:
    """Store the changes unless the run has ended meanwhile; say whether it goes on."""
    going_on = RuleRun.objects.filter(pk=run.pk, finished_at__isnull=True)
    return bool(going_on.update(touched_at=timezone.now(), **changes))


def _read_signals(run: RuleRun, pair: _Pair, tally: RunTally) -> Iterator[float]:
    """Count over the signals of the time; yield the share of the way after each page."""
    for page in signal_history(pair.tried.live.entity_type, pair.markets, run.first_at, run.last_at):
        for known in page.rows:
            record = Record(entity_record_values(known.entity, known.market), known.as_of, pair.lists)
            change = pair.compare(record, known.market)
            if change is not None:
                tally.add(SampleHit(known.market, known.entity.id, 0, known.as_of, change))
            elif pair.tried.concerns(known.market):
                tally.add_miss(known.market)
        yield page.share_done


def _read_events(run: RuleRun, pair: _Pair, tally: RunTally) -> Iterator[float]:
    """Count over the stored events; yield the share of the way after each page."""
    length = (run.last_at - run.first_at).total_seconds() or 1.0
    subjects, read = pair.tried.live.subject_types, pair.read
    for page in event_history(pair.event_types, pair.markets, run.first_at, run.last_at):
        for event in events_as_of(page, read):
            role = accountable_role(subjects, event.roles)
            change = pair.compare(event_record(event, pair.lists), event.market, event.type) if role else None
            if role is not None and change is not None:
                entity_id = event.roles[role].id
                tally.add(SampleHit(event.market, entity_id, event.id, event.occurred_at, change))
            elif pair.tried.concerns(event.market) and event.type in pair.tried.live.event_types:
                tally.add_miss(event.market)
        yield (page[-1][4] - run.first_at).total_seconds() / length


def _fires(rule: CompiledRule, record: Record, market: str, event_type: str) -> bool:
    looks = not event_type or event_type in rule.live.event_types
    return looks and rule.concerns(market) and rule.holds(record) is True


def _pair(rule: LiveRule, live_id: int | None) -> _Pair:
    live = rule_version(live_id) if live_id is not None and live_id != rule.version_id else None
    is_comparable = live is not None and live.entity_type == rule.entity_type
    lists = lists_in_force(timezone.now()).entries
    return _Pair(_compile(rule), _compile(live) if live and is_comparable else None, lists)


def _compile(rule: LiveRule) -> CompiledRule:
    checked = check(rule.condition, rule_schemas().of(rule.entity_type)).require()
    return CompiledRule(rule, checked)


def _subject(rule: LiveRule) -> Subject:
    return Subject("rule_version", str(rule.version_id), f"{rule.code} v{rule.number}")
