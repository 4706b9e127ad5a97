"""Read runs of rules, with the figures of the markets that the viewer may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.people import names_of
from policies.queries.rules import LiveRule, visible_rule_version
from risk.domain.rule_runs import Change, RunFigures, RunState, SampleHit, read_result
from risk.models import Entity, Event, RuleRun

SHOWN_SAMPLE = 25


@dataclass(frozen=True)
class RunView:
    """A run as a viewer sees it. figures are there once it is done; is_current: the text is still what was run."""

    id: int
    version_id: int
    state: RunState
    rows_done: int
    share_done: float
    first_at: datetime
    last_at: datetime
    created_at: datetime
    started_by: str
    error: str
    is_compared: bool
    is_current: bool
    figures: RunFigures | None

    @property
    def permille(self) -> int:
        """Return the share that was read, in thousandths."""
        return round(self.share_done * 1000)

    @property
    def is_active(self) -> bool:
        """Say whether it waits or goes on."""
        return self.state in {RunState.WAITING, RunState.RUNNING}


@dataclass(frozen=True)
class SampleRow:
    """A hit of the sample with what can be opened: the account or thing, and the event (empty type: none)."""

    at: datetime
    market: str
    change: Change
    entity_id: int
    entity_type: str
    entity_name: str
    entity_external_id: str
    event_type: str
    event_external_id: str


def run_text(rule: LiveRule) -> dict[str, Any]:
    """Return what a rule says, as a run keeps it: two equal ones give the same run."""
    return {
        "condition": rule.condition,
        "event_types": sorted(rule.event_types),
        "entity_type": rule.entity_type,
        "markets": sorted(rule.markets),
        "outcome": rule.outcome.value,
    }


def newest_run(actor: Actor, version_id: int) -> RunView | None:
    """Return the newest run of a version that was not cancelled, None when there is none."""
    rule = visible_rule_version(actor, version_id)
    runs = RuleRun.objects.filter(version_id=version_id).exclude(state=RunState.CANCELLED)
    run = runs.order_by("-pk").first()
    return _view(actor, rule, run) if run else None


def run_view(actor: Actor, run_id: int) -> RunView:
    """Return one run; raises NotFound when it is not there for the viewer."""
    run = RuleRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("There is no such run.")
    return _view(actor, visible_rule_version(actor, run.version_id), run)


def sample_rows(figures: RunFigures) -> list[SampleRow]:
    """Return the newest hits of the sample with their names, in two queries."""
    hits = figures.sample[:SHOWN_SAMPLE]
    entities = {row.pk: row for row in Entity.objects.filter(pk__in={hit.entity_id for hit in hits})}
    events = _events(hits)
    return [
        SampleRow(
            at=hit.at,
            market=hit.market,
            change=hit.change,
            entity_id=hit.entity_id,
            entity_type=entity.type,
            entity_name=entity.name,
            entity_external_id=entity.external_id,
            event_type=events[hit.event_id].type if hit.event_id in events else "",
            event_external_id=events[hit.event_id].external_id if hit.event_id in events else "",
        )
        for hit in hits
        if (entity := entities.get(hit.entity_id)) is not None
    ]


def _events(hits: Sequence[SampleHit]) -> dict[int, Event]:
    on_events = [hit for hit in hits if hit.event_id]
    times = {hit.at for hit in on_events}
    rows = Event.objects.filter(occurred_at__in=times, id__in={hit.event_id for hit in on_events})
    return {row.id: row for row in rows} if on_events else {}


def _view(actor: Actor, rule: LiveRule, run: RuleRun) -> RunView:
    scope = actor.markets(Permission.VIEW_RULES)
    figures = read_result(run.result, None if scope.is_all else scope.codes) if run.state == RunState.DONE else None
    return RunView(
        id=run.pk,
        version_id=run.version_id,
        state=RunState(run.state),
        rows_done=run.rows_done,
        share_done=run.permille / 1000,
        first_at=run.first_at,
        last_at=run.last_at,
        created_at=run.created_at,
        started_by=names_of({run.started_by_id}).get(run.started_by_id, ""),
        error=run.error,
        is_compared=run.compared_to_id is not None and run.compared_to_id != run.version_id,
        is_current=run.text == run_text(rule),
        figures=figures,
    )
