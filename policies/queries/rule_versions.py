"""Read rules with their versions and their history, as people see them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from governance.queries.people import names_of
from policies.domain.rules import OPEN_STATES, Outcome, RuleState, RuleText
from policies.models import RuleChange, RuleVersion
from policies.queries.scope import visible_rules, visible_versions


@dataclass(frozen=True)
class VersionView:
    """One version of a rule. author is empty for a text that a pack brought."""

    id: int
    rule_id: int
    number: int
    state: RuleState
    text: RuleText
    revision: int
    author: str
    editors: tuple[int, ...]
    approved_by: str
    is_from_pack: bool
    created_at: datetime
    updated_at: datetime

    @property
    def is_open(self) -> bool:
        """Say whether it is still written or reviewed."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class RuleView:
    """A rule with every version that the viewer may see, newest first."""

    id: int
    code: str
    title: str
    policy_id: int
    policy_code: str
    created_at: datetime
    versions: tuple[VersionView, ...]

    @property
    def live(self) -> VersionView | None:
        """Return the version that fires."""
        return next((version for version in self.versions if version.state is RuleState.LIVE), None)

    @property
    def standing(self) -> VersionView:
        """Return the version that says where the rule stands: the live or paused one, else the newest."""
        placed = (version for version in self.versions if version.state in {RuleState.LIVE, RuleState.PAUSED})
        return next(placed, self.versions[0])

    @property
    def open(self) -> VersionView | None:
        """Return the draft or the version in review."""
        return next((version for version in self.versions if version.is_open), None)

    def version(self, number: int) -> VersionView:
        """Return the version of that number; raises NotFound when there is none."""
        for version in self.versions:
            if version.number == number:
                return version
        raise NotFound("There is no such version of this rule.")

    def before(self, version: VersionView) -> VersionView | None:
        """Return what a version is compared with: the live one, else the one before it."""
        if self.live is not None and self.live.id != version.id:
            return self.live
        return next((other for other in self.versions if other.number < version.number), None)


@dataclass(frozen=True)
class ChangeView:
    """One step in the life of a rule."""

    at: datetime
    number: int
    from_state: str
    to_state: RuleState
    who: str
    reason: str


def rule_rows(actor: Actor) -> QuerySet[Any]:
    """Return the visible rules for a list, with columns of the version that stands and of the last change."""
    versions = visible_versions(actor).filter(rule=OuterRef("pk"))
    order = Case(
        When(state=RuleState.LIVE, then=Value(0)), When(state=RuleState.PAUSED, then=Value(1)), default=Value(2)
    )
    standing = versions.order_by(order, "-number")
    changes = RuleChange.objects.filter(version__rule=OuterRef("pk")).order_by("-id")
    return (
        visible_rules(actor)
        .select_related("policy")
        .annotate(
            standing_id=Subquery(standing.values("pk")[:1]),
            state=Subquery(standing.values("state")[:1]),
            outcome=Subquery(standing.values("outcome")[:1]),
            entity_type=Subquery(standing.values("entity_type")[:1]),
            condition=Subquery(standing.values("condition")[:1]),
            markets=Subquery(standing.values("markets")[:1]),
            open_state=Subquery(versions.filter(state__in=OPEN_STATES).values("state")[:1]),
            changed_at=Subquery(changes.values("at")[:1]),
            changed_by=Subquery(changes.values("actor_label")[:1]),
            policy_code=F("policy__code"),
        )
    )


def versions_by_id(version_ids: Iterable[int]) -> dict[int, VersionView]:
    """Return these versions by key; the caller has checked that the viewer may see them."""
    rows = list(RuleVersion.objects.filter(pk__in=set(version_ids)))
    return {view.id: view for view in _views(rows)}


def rule_view(actor: Actor, code: str) -> RuleView:
    """Return one rule; raises NotFound when it is not there for the viewer."""
    row = visible_rules(actor).select_related("policy").filter(code=code).first()
    if row is None:
        raise NotFound("There is no such rule.")
    versions = _views(list(visible_versions(actor).filter(rule=row).order_by("-number")))
    return RuleView(row.pk, row.code, row.title, row.policy_id, row.policy.code, row.created_at, tuple(versions))


def changes_of(rule: RuleView) -> list[ChangeView]:
    """Return the history of the versions of a rule, newest first."""
    rows = RuleChange.objects.filter(version_id__in=[version.id for version in rule.versions]).order_by("-id")
    return [
        ChangeView(row.at, row.version.number, row.from_state, RuleState(row.to_state), row.actor_label, row.reason)
        for row in rows.select_related("version")
    ]


def text_of(row: RuleVersion) -> RuleText:
    """Return what a version says."""
    return RuleText(
        condition=row.condition,
        event_types=tuple(row.event_types),
        entity_type=row.entity_type,
        markets=tuple(row.markets),
        outcome=Outcome(row.outcome),
        priority=row.priority,
        reason=row.reason,
    )


def _views(rows: Sequence[RuleVersion]) -> list[VersionView]:
    people = {key for row in rows for key in (row.author_id, row.approved_by_id) if key is not None}
    names = names_of(people)
    return [
        VersionView(
            id=row.pk,
            rule_id=row.rule_id,
            number=row.number,
            state=RuleState(row.state),
            text=text_of(row),
            revision=row.revision,
            author=names.get(row.author_id or 0, ""),
            editors=tuple(row.editors),
            approved_by=names.get(row.approved_by_id or 0, ""),
            is_from_pack=bool(row.pack_digest),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )
        for row in rows
    ]
