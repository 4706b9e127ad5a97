"""The kinds of sanctions: what each puts on an account, and how exactly that is taken off again.

An account carries restrictions as counts: each sanction in force adds one to the features that it restricts and
its end takes one away, so that lifting one sanction never lifts another, in whatever order they come and go.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.domain.schemes import MilestoneActionKind

# What the second person is asked for, as the request names it.
APPLY_SANCTION = "apply_sanction"


class Feature(StrEnum):
    """What of the marketplace an account can be kept from."""

    CAMPAIGNS = "campaigns"
    AFFILIATES = "affiliates"
    SUBSIDIES = "subsidies"
    LISTING_CREATION = "listing_creation"
    LIVESTREAM_REACH = "livestream_reach"
    RECOMMENDATIONS = "recommendations"
    SEARCH_RANK = "search_rank"
    ORDER_VOLUME = "order_volume"
    PAYOUTS = "payouts"
    SELLING = "selling"
    ACCOUNT = "account"
    LEGAL = "legal"


Restrictions = Mapping[Feature, int]
NO_RESTRICTIONS: Restrictions = {}


@dataclass(frozen=True, slots=True)
class SanctionKind:
    """One kind of sanction. A severe one is held until a second person has agreed."""

    kind: MilestoneActionKind
    features: tuple[Feature, ...]
    is_severe: bool = False

    def apply(self, carried: Restrictions) -> Restrictions:
        """Return the restrictions with one more of this kind."""
        return _moved(carried, self.features, 1)

    def reverse(self, carried: Restrictions) -> Restrictions:
        """Return the restrictions with one less of this kind; raises ValueError when there is none to take off."""
        return _moved(carried, self.features, -1)


_KINDS = (
    SanctionKind(MilestoneActionKind.CAMPAIGN_BLOCK, (Feature.CAMPAIGNS,)),
    SanctionKind(MilestoneActionKind.AFFILIATE_BLOCK, (Feature.AFFILIATES,)),
    SanctionKind(MilestoneActionKind.SUBSIDY_BLOCK, (Feature.SUBSIDIES,)),
    SanctionKind(MilestoneActionKind.LISTING_CREATE_BLOCK, (Feature.LISTING_CREATION,)),
    SanctionKind(MilestoneActionKind.LIVESTREAM_DEMOTION, (Feature.LIVESTREAM_REACH,)),
    SanctionKind(MilestoneActionKind.RECOMMENDATION_REMOVAL, (Feature.RECOMMENDATIONS,)),
    SanctionKind(MilestoneActionKind.SEARCH_DEMOTION, (Feature.SEARCH_RANK,)),
    SanctionKind(MilestoneActionKind.ORDER_LIMIT, (Feature.ORDER_VOLUME,)),
    SanctionKind(MilestoneActionKind.PAYOUT_HOLD, (Feature.PAYOUTS,)),
    SanctionKind(MilestoneActionKind.SHOP_SUSPENSION, (Feature.SELLING, Feature.LISTING_CREATION), is_severe=True),
    SanctionKind(
        MilestoneActionKind.SHOP_TERMINATION,
        (Feature.ACCOUNT, Feature.SELLING, Feature.LISTING_CREATION),
        is_severe=True,
    ),
    SanctionKind(MilestoneActionKind.LEGAL_REFERRAL, (Feature.LEGAL,), is_severe=True),
)

SANCTION_KINDS: Mapping[MilestoneActionKind, SanctionKind] = {entry.kind: entry for entry in _KINDS}


def restrictions_of(kinds: Iterable[MilestoneActionKind]) -> Restrictions:
    """Return what the sanctions in force put on an account."""
    carried = NO_RESTRICTIONS
    for kind in kinds:
        carried = SANCTION_KINDS[kind].apply(carried)
    return carried


def _moved(carried: Restrictions, features: Iterable[Feature], step: int) -> Restrictions:
    moved = dict(carried)
    for feature in features:
        count = moved.pop(feature, 0) + step
        if count < 0:
            raise ValueError(f"{feature} is not restricted, there is nothing to take off")
        if count:
            moved[feature] = count
    return moved
