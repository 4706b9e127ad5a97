"""Show what a correction would do: it is done, looked at and taken back, so that preview and deed cannot differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cases.actions.reversing import Superseded, supersede_decision
from cases.domain.lifecycle import DecisionOutcome, LedgerKind, SanctionState
from cases.domain.standing import Standing
from cases.models import Decision, DecisionNotice, LedgerEntry
from cases.queries.scope import visible_cases
from cases.queries.standing import SanctionRow, sanctions_on, standing_of
from governance.domain.actors import Actor
from governance.domain.errors import NotFound

UNDER_WAY = (SanctionState.HELD, SanctionState.ACTIVE)
# Stands for the reason that the reviewer has still to write; it never outlives the rehearsal.
REASON = "rehearsal"


@dataclass(frozen=True)
class Repriced:
    """A later violation of the account that costs more or less once the decision is corrected; signed points."""

    case_id: int | None
    points: int


@dataclass(frozen=True)
class NoticePreview:
    """What the account would be told; the body is Markdown."""

    locale: str
    title: str
    body: str


@dataclass(frozen=True)
class CorrectionPreview:
    """What a correction changes. Points are signed as in the ledger: `points_back` undoes, `points` is what costs now.

    `ended` are the sanctions that end, `begun` those that begin or are held, `repriced` the later violations whose
    cost changes. Without a penalty scheme there is no standing.
    """

    outcome: DecisionOutcome
    severity: str
    points_back: int
    points: int
    before: Standing | None
    after: Standing | None
    ended: tuple[SanctionRow, ...]
    begun: tuple[SanctionRow, ...]
    repriced: tuple[Repriced, ...]
    notice: NoticePreview | None


def preview_correction(
    *, actor: Actor, decision_id: int, answers: Sequence[str], severity: str | None = None
) -> CorrectionPreview:
    """Return what `supersede_decision` would do with the same answers now; nothing of it is kept.

    Raises what it raises, but for the rationale, which the reviewer may still be writing.
    """
    with transaction.atomic():
        seen = _rehearse(actor, decision_id, answers, severity)
        transaction.set_rollback(True)
    return seen


def _rehearse(actor: Actor, decision_id: int, answers: Sequence[str], severity: str | None) -> CorrectionPreview:
    old = Decision.objects.filter(pk=decision_id, case__in=visible_cases(actor)).select_related("case").first()
    if old is None:
        raise NotFound("There is no such decision.")
    entity_id = old.case.entity_id
    standing = standing_of(entity_id, timezone.now())
    sanctions = _under_way(entity_id)
    known = list(LedgerEntry.objects.filter(entity_id=entity_id).values_list("pk", flat=True))
    done = supersede_decision(
        actor=actor, decision_id=decision_id, answers=answers, severity=severity, rationale=REASON
    )
    left = _under_way(entity_id)
    written = LedgerEntry.objects.filter(entity_id=entity_id).exclude(pk__in=known).select_related("decision")
    return CorrectionPreview(
        outcome=done.outcome,
        severity=Decision.objects.values_list("severity", flat=True).get(pk=done.decision_id),
        points_back=sum(row.points for row in written if row.kind == LedgerKind.REVERSAL),
        points=sum(row.points for row in written if row.decision_id == done.decision_id),
        before=standing,
        after=standing_of(entity_id, timezone.now()),
        ended=tuple(row for key, row in sanctions.items() if key not in left),
        begun=tuple(row for key, row in left.items() if key not in sanctions),
        repriced=_repriced(list(written), done),
        notice=_notice(done.decision_id),
    )


def _under_way(entity_id: int) -> dict[int, SanctionRow]:
    return {row.id: row for row in sanctions_on(entity_id) if row.state in UNDER_WAY}


def _repriced(written: Sequence[LedgerEntry], done: Superseded) -> tuple[Repriced, ...]:
    own = {done.decision_id, done.supersedes_id}
    return tuple(
        Repriced(row.decision.case_id if row.decision else None, row.points)
        for row in written
        if row.kind == LedgerKind.ADJUSTMENT and row.decision_id not in own
    )


def _notice(decision_id: int) -> NoticePreview | None:
    row = DecisionNotice.objects.filter(decision_id=decision_id).order_by("pk").first()
    return NoticePreview(row.locale, row.title, row.body) if row is not None else None
