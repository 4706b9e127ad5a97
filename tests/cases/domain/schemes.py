"""Two schemes to test with, small enough to reckon by hand."""

from datetime import date
from decimal import Decimal

from policies.domain.schemes import (
    AppealTerms,
    Direction,
    Milestone,
    MilestoneAction,
    MilestoneActionKind,
    RepeatRule,
    SchemePoints,
    SchemeSpec,
)
from policies.domain.severity import Severity

K = MilestoneActionKind


def points(low: int, medium: int, high: int, critical: int) -> dict[Severity, int]:
    return dict(zip(Severity, (low, medium, high, critical), strict=True))


def accumulate(**changed: object) -> SchemeSpec:
    given = {
        "code": "accumulate_48",
        "title": "Points",
        "direction": Direction.ACCUMULATE,
        "start": 0,
        "minimum": 0,
        "maximum": 48,
        "expiry_days": 90,
        "no_expiry_from": 48,
        "warn_within": 5,
        "milestones": (
            Milestone(12, (MilestoneAction(K.CAMPAIGN_BLOCK, 7), MilestoneAction(K.SUBSIDY_BLOCK, 7))),
            Milestone(24, (MilestoneAction(K.CAMPAIGN_BLOCK, 14), MilestoneAction(K.LISTING_CREATE_BLOCK, 14))),
            Milestone(36, (MilestoneAction(K.SHOP_SUSPENSION, 28), MilestoneAction(K.PAYOUT_HOLD, 28))),
            Milestone(48, (MilestoneAction(K.SHOP_TERMINATION, None), MilestoneAction(K.LEGAL_REFERRAL, None))),
        ),
        "points": SchemePoints(points(1, 4, 12, 48), {"PERF-LATE": points(2, 3, 6, 12)}),
        "repeat": RepeatRule(90, (Decimal(1), Decimal("1.5"), Decimal(2))),
        "appeal": AppealTerms(30, 2),
        "entity_types": ("seller",),
        "markets": ("BR",),
        "is_default": True,
        "effective_from": date(2026, 1, 1),
    }
    return SchemeSpec(**{**given, **changed})


def deplete(**changed: object) -> SchemeSpec:
    given = {
        "code": "deplete_1000",
        "direction": Direction.DEPLETE,
        "start": 200,
        "minimum": 0,
        "maximum": 1000,
        "expiry_days": 180,
        "no_expiry_from": 0,
        "warn_within": 10,
        "milestones": (
            Milestone(150, (MilestoneAction(K.LISTING_CREATE_BLOCK, 7),)),
            Milestone(100, (MilestoneAction(K.LISTING_CREATE_BLOCK, 14),)),
            Milestone(0, (MilestoneAction(K.SHOP_SUSPENSION, None),)),
        ),
        "points": SchemePoints(points(4, 12, 50, 200), {"PERF-LATE": points(4, 8, 16, 50)}),
        "repeat": RepeatRule(180, (Decimal(1), Decimal(2))),
        "markets": ("DE",),
    }
    return accumulate(**{**given, **changed})
