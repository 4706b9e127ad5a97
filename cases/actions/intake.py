"""Open cases for hits, or merge hits into the cases that are open, with their evidence frozen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from cases.actions.figures import save_figures
from cases.actions.freezing import HIT, freeze_hit
from cases.actions.suspicions import Group, new_case, placed_queue, work_in
from cases.domain.intake import is_same_conduct
from cases.domain.lifecycle import CaseState
from cases.models import Case, CaseEvidence, CaseTransition
from cases.queries.intake import OPEN, AccountPlace, IntakeGround, SuspicionKey, ground_for, open_case_ids
from governance.actions import audit, outbox
from governance.domain.actors import system_actor
from governance.domain.errors import Conflict
from governance.domain.subjects import Subject
from policies.domain.rules import OPENS_CASE
from risk.queries.hits import HitView, hits_for_intake

log = structlog.get_logger(__name__)

CONSUMER = "cases.take_in_hits"
ROWS_A_WRITE = 1_000
MOST_TRIES = 5
INTAKE = system_actor("intake")


@dataclass(frozen=True)
class Intake:
    """What became of the hits of a fact: cases opened, cases that hits were merged into, hits left alone."""

    opened: tuple[int, ...] = ()
    merged: tuple[int, ...] = ()
    left_alone: int = 0


def take_in_hits(*, fact_id: int) -> Intake:
    """Work on the fact `rules_hit`: {"hit_ids": […]}. Worked on twice it changes nothing.

    A hit counts when its outcome asks for people and no allow rule suppressed it. Hits on one account under one
    policy go into one open case. Signals that still show what a case was decided on open no new one for a while
    (cases.domain.intake.QUIET_PERIOD). Safe against itself: two intakes never open the same case twice.
    """
    with transaction.atomic():
        payload = outbox.consume_once(fact_id, CONSUMER)
        if payload is None:
            return Intake()
        hits = hits_for_intake(payload["hit_ids"])
        groups = _group(hit for hit in hits if hit.outcome in OPENS_CASE and not hit.is_suppressed)
        now = timezone.now()
        ground = ground_for(_places(groups), now)
        return _take_in(_with_policy(groups, ground), ground, now, len(hits))


def _group(hits: Iterable[HitView]) -> dict[SuspicionKey, list[HitView]]:
    groups: dict[SuspicionKey, list[HitView]] = {}
    for hit in hits:
        groups.setdefault(SuspicionKey(hit.entity.id, hit.rule.policy_id), []).append(hit)
    return groups


def _places(groups: Mapping[SuspicionKey, Sequence[HitView]]) -> dict[SuspicionKey, AccountPlace]:
    return {key: AccountPlace(hits[0].entity.market, hits[0].entity.type) for key, hits in groups.items()}


def _with_policy(groups: Mapping[SuspicionKey, list[HitView]], ground: IntakeGround) -> dict[SuspicionKey, Group]:
    """Put each suspicion together with its policy, in the order in which rows are written everywhere."""
    found = {}
    for key, hits in sorted(groups.items()):
        policy = ground.policies.get(key.policy_id)
        if policy is None:
            log.warning("no_policy_in_force", policy_id=key.policy_id, hits=len(hits))
            continue
        found[key] = Group(tuple(hits), policy, ground.priors.get(key, 0))
    return found


def _take_in(groups: Mapping[SuspicionKey, Group], ground: IntakeGround, now: datetime, given: int) -> Intake:
    cases = _open_cases(groups, ground, now)
    opened = [key for key, case in cases.items() if not case.hit_count]
    taken = _add_evidence(groups, cases)
    raised = []
    for key, hits in taken.items():
        before = cases[key].severity
        work_in(cases[key], groups[key].only(hits), now)
        if key not in opened and cases[key].severity != before:
            raised.append(_severity_raised(cases[key], before))
    changed = [cases[key] for key in taken]
    save_figures(changed)
    new = [cases[key] for key in opened]
    _tell_of_opening(new, now)
    audit.record_all(actor=INTAKE, entries=[*map(_opened, new), *raised])
    return Intake(
        opened=tuple(case.pk for case in new),
        merged=tuple(cases[key].pk for key in taken if key not in opened),
        left_alone=given - sum(len(hits) for hits in taken.values()),
    )


def _open_cases(groups: Mapping[SuspicionKey, Group], ground: IntakeGround, now: datetime) -> dict[SuspicionKey, Case]:
    """Lock the open case of each suspicion, opening those that are missing.

    Rows are inserted in the order of their keys and locked in the order of their ids, so that intakes wait for
    each other instead of for a deadlock. A case may be decided between the two, hence another try.
    """
    wanted = dict(groups)
    for _ in range(MOST_TRIES):
        cases = _locked(wanted)
        missing = [key for key in wanted if key not in cases]
        for key in [key for key in missing if _is_settled(groups[key], ground.decided_until.get(key))]:
            missing.remove(key)
            del wanted[key]
        if not missing:
            return cases
        queues = {key: placed_queue(groups[key], ground.queues) for key in missing}
        Case.objects.bulk_create(
            [new_case(groups[key], queues[key], now) for key in missing],
            batch_size=ROWS_A_WRITE,
            ignore_conflicts=True,
        )
    raise Conflict(f"{len(missing)} cases were decided as often as they were opened; the hits are taken in later.")


def _is_settled(group: Group, decided_until: datetime | None) -> bool:
    return all(hit.event is None and is_same_conduct(hit.as_of, decided_until) for hit in group.hits)


def _locked(wanted: Mapping[SuspicionKey, Group]) -> dict[SuspicionKey, Case]:
    rows = (
        Case.objects.filter(pk__in=open_case_ids(list(wanted)), state__in=OPEN)
        .select_related("queue")
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    found = {SuspicionKey(case.entity_id, case.policy_id): case for case in rows}
    return {key: found[key] for key in wanted if key in found}


def _add_evidence(
    groups: Mapping[SuspicionKey, Group], cases: Mapping[SuspicionKey, Case]
) -> dict[SuspicionKey, tuple[HitView, ...]]:
    """Freeze the hits that the cases do not have yet, and return those."""
    keys = {case.pk: key for key, case in cases.items()}
    hit_ids = [hit.id for key in cases for hit in groups[key].hits]
    known = set(
        CaseEvidence.objects.filter(case_id__in=keys, hit_id__in=hit_ids).order_by().values_list("case_id", "hit_id")
    )
    taken = {
        key: tuple(hit for hit in groups[key].hits if (case_id, hit.id) not in known) for case_id, key in keys.items()
    }
    taken = {key: hits for key, hits in taken.items() if hits}
    rows = (
        CaseEvidence(
            case_id=cases[key].pk,
            kind=HIT,
            hit_id=hit.id,
            as_of=hit.as_of,
            content=freeze_hit(hit, groups[key].policy),
        )
        for key, hits in taken.items()
        for hit in hits
    )
    CaseEvidence.objects.bulk_create(rows, batch_size=ROWS_A_WRITE)
    return taken


def _tell_of_opening(cases: Sequence[Case], now: datetime) -> None:
    if not cases:
        return
    CaseTransition.objects.bulk_create(
        [CaseTransition(case=case, to_state=CaseState.NEW, at=now, actor_label=INTAKE.label) for case in cases],
        batch_size=ROWS_A_WRITE,
    )
    outbox.emit("case_opened", {"case_ids": [case.pk for case in cases]})


def _opened(case: Case) -> audit.Entry:
    after = {"state": case.state, "severity": case.severity, "queue": case.queue.code, "hits": case.hit_count}
    return audit.Entry("case_opened", Subject("case", str(case.pk), str(case)), case.market_id, after=after)


def _severity_raised(case: Case, before: str) -> audit.Entry:
    return audit.Entry(
        "case_severity_raised",
        Subject("case", str(case.pk), str(case)),
        case.market_id,
        before={"severity": before},
        after={"severity": case.severity},
        reason="More evidence of repeated violations",
    )
