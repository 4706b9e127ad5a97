"""Penalty schemes: how many points a violation costs and what happens at which standing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from policies.domain.policies import SUBJECT_TYPES, read_markets
from policies.domain.reading import NAME, Problem, Reader
from policies.domain.severity import Severity

MOST_POINTS = 100_000
MOST_DAYS = 3_650


class Direction(StrEnum):
    """Whether violations add points up to a maximum or take them away down to a minimum."""

    ACCUMULATE = "accumulate"
    DEPLETE = "deplete"


class MilestoneActionKind(StrEnum):
    """What a milestone brings; a feature block names the feature."""

    CAMPAIGN_BLOCK = "campaign_block"
    AFFILIATE_BLOCK = "affiliate_block"
    SUBSIDY_BLOCK = "subsidy_block"
    LISTING_CREATE_BLOCK = "listing_create_block"
    LIVESTREAM_DEMOTION = "livestream_demotion"
    RECOMMENDATION_REMOVAL = "recommendation_removal"
    SEARCH_DEMOTION = "search_demotion"
    ORDER_LIMIT = "order_limit"
    PAYOUT_HOLD = "payout_hold"
    SHOP_SUSPENSION = "shop_suspension"
    SHOP_TERMINATION = "shop_termination"
    LEGAL_REFERRAL = "legal_referral"


@dataclass(frozen=True, slots=True)
class MilestoneAction:
    """One consequence; `days` is its length, None when it has no end."""

    kind: MilestoneActionKind
    days: int | None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A standing at which actions start: reached from below when accumulating, from above when depleting."""

    at: int
    actions: tuple[MilestoneAction, ...]


@dataclass(frozen=True, slots=True)
class RepeatRule:
    """Repeats of the same policy within `within_days` cost more.

    `multipliers[n]` holds for n earlier violations, the last one for all beyond; the first is 1.
    """

    within_days: int
    multipliers: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class AppealTerms:
    """How long after the notice an appeal may be filed (days) and how many there may be."""

    window_days: int
    max_appeals: int


@dataclass(frozen=True, slots=True)
class SchemePoints:
    """Points by severity: `policies` (by code) first, `default` for all other policies."""

    default: Mapping[Severity, int]
    policies: Mapping[str, Mapping[Severity, int]]


@dataclass(frozen=True, slots=True)
class SchemeSpec:
    """One version of a penalty scheme.

    Standing starts at `start` and stays within `minimum` to `maximum`. Points expire after `expiry_days`, but
    no longer once the standing has reached `no_expiry_from` (None: they always expire). The seller is warned
    `warn_within` points before a milestone. The scheme holds for accounts of `entity_types` in `markets` (empty:
    all); the one with `is_default` also holds in every market that no scheme names.
    """

    code: str
    title: str
    direction: Direction
    start: int
    minimum: int
    maximum: int
    expiry_days: int
    no_expiry_from: int | None
    warn_within: int
    milestones: tuple[Milestone, ...]
    points: SchemePoints
    repeat: RepeatRule
    appeal: AppealTerms
    entity_types: tuple[str, ...]
    markets: tuple[str, ...]
    is_default: bool
    effective_from: dt.date

    @property
    def most_points(self) -> int:
        """Return the most that one violation may cost: the whole way from one end to the other."""
        return self.maximum - self.minimum


def points_for(scheme: SchemeSpec, policy_code: str, severity: Severity, prior_violations: int) -> int:
    """Return the points a violation costs, at least 0, whichever the direction.

    `prior_violations` counts confirmed violations of the same policy within `scheme.repeat.within_days`
    before this one. Halves are rounded up; the result never exceeds the scheme's span. Raises ValueError for
    a negative count.
    """
    if prior_violations < 0:
        raise ValueError(f"prior_violations is {prior_violations}, it cannot be negative")
    by_severity = scheme.points.policies.get(policy_code, {})
    base = by_severity.get(severity, scheme.points.default[severity])
    multipliers = scheme.repeat.multipliers
    multiplier = multipliers[min(prior_violations, len(multipliers) - 1)]
    points = int((base * multiplier).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(points, scheme.most_points)


def parse_scheme(data: object) -> SchemeSpec | tuple[Problem, ...]:
    """Return the scheme that parsed data describes, or every problem with it."""
    problems: list[Problem] = []
    scheme = read_scheme(Reader("scheme", "", data, problems))
    return tuple(problems) or scheme


def read_scheme(reader: Reader) -> SchemeSpec:
    """Read one scheme file and note what contradicts itself."""
    fields = reader.fields(_SCHEME_KEYS)
    scheme = SchemeSpec(
        code=fields["code"].matching(NAME),
        title=fields["title"].short_text(120),
        direction=fields["direction"].choice(Direction),
        start=fields["start"].integer(0, MOST_POINTS),
        minimum=fields["minimum"].integer(0, MOST_POINTS),
        maximum=fields["maximum"].integer(0, MOST_POINTS),
        expiry_days=fields["expiry_days"].integer(1, MOST_DAYS),
        no_expiry_from=fields["no_expiry_from"].optional_integer(0, MOST_POINTS),
        warn_within=fields["warn_within"].integer(0, MOST_POINTS),
        milestones=tuple(_read_milestone(item) for item in fields["milestones"].filled_items()),
        points=_read_points(fields["points"]),
        repeat=_read_repeat(fields["repeat"]),
        appeal=_read_appeal(fields["appeal"]),
        entity_types=tuple(
            item.name_in(SUBJECT_TYPES, "entity type") for item in fields["entity_types"].filled_items()
        ),
        markets=read_markets(fields["markets"]),
        is_default=fields["is_default"].flag(),
        effective_from=fields["effective_from"].day(),
    )
    _check_range(scheme, fields)
    _check_milestones(scheme, fields["milestones"])
    return scheme


_SCHEME_KEYS = (
    "code",
    "title",
    "direction",
    "start",
    "minimum",
    "maximum",
    "expiry_days",
    "no_expiry_from",
    "warn_within",
    "milestones",
    "points",
    "repeat",
    "appeal",
    "entity_types",
    "markets",
    "is_default",
    "effective_from",
)


def _read_milestone(reader: Reader) -> Milestone:
    fields = reader.fields(("at", "actions"))
    return Milestone(
        at=fields["at"].integer(0, MOST_POINTS),
        actions=tuple(_read_action(item) for item in fields["actions"].filled_items()),
    )


def _read_action(reader: Reader) -> MilestoneAction:
    fields = reader.fields(("kind", "days"))
    return MilestoneAction(fields["kind"].choice(MilestoneActionKind), fields["days"].optional_integer(1, MOST_DAYS))


def _read_points(reader: Reader) -> SchemePoints:
    fields = reader.fields(("default", "policies"))
    for severity in Severity:
        if severity not in dict(fields["default"].entries()):
            fields["default"].reject(f"points for {severity} are missing", "Give points for all four severities.")
    by_policy = {code: _read_severity_points(place) for code, place in fields["policies"].entries()}
    return SchemePoints(default=_read_severity_points(fields["default"]), policies=by_policy)


def _read_severity_points(reader: Reader) -> dict[Severity, int]:
    places = reader.fields((), tuple(Severity))
    points = {severity: places[severity].integer(0, MOST_POINTS) for severity in Severity if places[severity].is_given}
    if list(points.values()) != sorted(points.values()):
        reader.reject("a worse violation costs fewer points", "Let the points grow from low to critical.")
    return points


def _read_repeat(reader: Reader) -> RepeatRule:
    fields = reader.fields(("within_days", "multipliers"))
    multipliers = tuple(item.decimal(1, 100) for item in fields["multipliers"].filled_items())
    if multipliers and (multipliers[0] != 1 or list(multipliers) != sorted(multipliers)):
        fields["multipliers"].reject("multipliers must start at 1 and not fall", "For example [1, 1.5, 2].")
    return RepeatRule(within_days=fields["within_days"].integer(1, MOST_DAYS), multipliers=multipliers)


def _read_appeal(reader: Reader) -> AppealTerms:
    fields = reader.fields(("window_days", "max_appeals"))
    return AppealTerms(fields["window_days"].integer(1, MOST_DAYS), fields["max_appeals"].integer(1, 10))


def _check_range(scheme: SchemeSpec, fields: Mapping[str, Reader]) -> None:
    if scheme.minimum >= scheme.maximum:
        fields["maximum"].reject(f"maximum {scheme.maximum} is not above minimum {scheme.minimum}", "Raise it.")
        return
    inside = f"Use {scheme.minimum} to {scheme.maximum}."
    if not scheme.minimum <= scheme.start <= scheme.maximum:
        fields["start"].reject(f"start {scheme.start} is outside the scheme", inside)
    if scheme.no_expiry_from is not None and not scheme.minimum <= scheme.no_expiry_from <= scheme.maximum:
        fields["no_expiry_from"].reject(f"{scheme.no_expiry_from} is outside the scheme", inside)
    by_policy = fields["points"].at("policies")
    tables = [(scheme.points.default, fields["points"].at("default"))]
    tables.extend((table, by_policy.at(code)) for code, table in scheme.points.policies.items())
    for table, place in tables:
        for severity, points in table.items():
            if points > scheme.most_points:
                reason = f"{points} points are more than the scheme has"
                place.at(severity).reject(reason, f"Use 0 to {scheme.most_points}.")


def _check_milestones(scheme: SchemeSpec, reader: Reader) -> None:
    """Note milestones out of order or not ahead of the start, in the direction of the scheme."""
    is_rising = scheme.direction is Direction.ACCUMULATE
    before = scheme.start
    for milestone, place in zip(scheme.milestones, reader.items(), strict=True):
        if not scheme.minimum <= milestone.at <= scheme.maximum:
            hint = f"Use {scheme.minimum} to {scheme.maximum}."
            place.at("at").reject(f"milestone {milestone.at} is outside the scheme", hint)
        elif milestone.at == before or (milestone.at > before) is not is_rising:
            word = "above" if is_rising else "below"
            place.at("at").reject(f"milestone {milestone.at} is not {word} {before}", "Order them from the start on.")
        before = milestone.at
