"""Read what the court knows of an account: its standing, ledger, sanctions, cases and the notices it was sent."""

from dataclasses import dataclass
from datetime import datetime

from cases.domain.standing import Standing, standing_at
from cases.models import DecisionNotice
from cases.queries.standing import LedgerRow, SanctionRow, ledger_of, lines_of, sanctions_on
from cases.queries.workspace import CaseBrief, cases_of
from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from policies.domain.schemes import SchemeSpec
from policies.queries.schemes import scheme_for

MOST_NOTICES = 50


@dataclass(frozen=True)
class NoticeRow:
    """A notice as it was sent."""

    id: int
    case_id: int
    locale: str
    title: str
    body: str
    at: datetime


@dataclass(frozen=True)
class AccountRecord:
    """The record of an account as of now, every list newest first. Without a scheme there is no standing."""

    scheme: SchemeSpec | None
    standing: Standing | None
    ledger: list[LedgerRow]
    sanctions: list[SanctionRow]
    cases: tuple[CaseBrief, ...]
    notices: list[NoticeRow]


def account_record(actor: Actor, entity_id: int, market: str, kind: str, at: datetime) -> AccountRecord | None:
    """Return the record of an account that the viewer may see, None for a viewer who may not see cases there."""
    if not actor.can(Permission.VIEW_CASES, market):
        return None
    scheme, standing = _standing(entity_id, market, kind, at)
    return AccountRecord(
        scheme=scheme,
        standing=standing,
        ledger=ledger_of(entity_id),
        sanctions=sanctions_on(entity_id),
        cases=cases_of(actor, entity_id),
        notices=_notices(entity_id),
    )


def _standing(entity_id: int, market: str, kind: str, at: datetime) -> tuple[SchemeSpec | None, Standing | None]:
    try:
        scheme = scheme_for(market, kind, at)
    except NotFound:
        return None, None
    return scheme.spec, standing_at(lines_of(entity_id, scheme), scheme.spec, at)


def _notices(entity_id: int) -> list[NoticeRow]:
    rows = DecisionNotice.objects.filter(entity_id=entity_id).select_related("decision").order_by("-pk")[:MOST_NOTICES]
    return [NoticeRow(row.pk, row.decision.case_id, row.locale, row.title, row.body, row.created_at) for row in rows]
