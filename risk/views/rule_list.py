"""The list of rules: where each stands, and how often it fires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from governance.views.markets import chosen_market
from policies.queries.policies import policy_codes
from policies.queries.rule_versions import VersionView, rule_rows, versions_by_id
from risk.queries.rule_hits import NO_HITS, hit_counts
from risk.views.rule_words import ENTITY_TYPES, OUTCOMES, STATES, target_words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from django.db.models import QuerySet

    from policies.domain.rules import Outcome, RuleState

TARGETS = [("events", _("Events")), *ENTITY_TYPES.items()]


@dataclass(frozen=True)
class RuleRow:
    """A rule as its row shows it."""

    code: str
    title: str
    policy_code: str
    version: VersionView
    open_state: str
    hits_week: int
    hits_month: int
    changed_at: datetime
    changed_by: str

    @property
    def state(self) -> RuleState:
        """Return where the rule stands."""
        return self.version.state

    @property
    def target(self) -> str:
        """Say what the rule looks at."""
        return target_words(self.version.text.entity_type, self.version.text.event_types)

    @property
    def outcome(self) -> Outcome:
        """Return what a hit asks for."""
        return self.version.text.outcome

    @property
    def markets(self) -> str:
        """Say where the rule holds."""
        return ", ".join(self.version.text.markets)


class RuleFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of rules."""

    q = CharFilter(method="by_words", label=_("Code, title or condition"))
    state = ChoiceFilter(
        choices=[(state.value, words) for state, (words, _tone) in STATES.items()],
        method="by_state",
        label=_("State"),
        empty_label=_("Any"),
    )
    policy = ChoiceFilter(field_name="policy_code", label=_("Policy"), empty_label=_("Any"))
    outcome = ChoiceFilter(
        choices=[(outcome.value, words) for outcome, (words, _tone) in OUTCOMES.items()],
        label=_("Outcome"),
        empty_label=_("Any"),
    )
    target = ChoiceFilter(choices=TARGETS, method="by_target", label=_("Looks at"), empty_label=_("Anything"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["policy"].extra["choices"] = [(code, code) for code in policy_codes(self.request.actor)]

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep rules whose code, title or standing condition holds the words."""
        return rows.filter(Q(code__icontains=value) | Q(title__icontains=value) | Q(condition__icontains=value))

    def by_state(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep rules that stand in the state, or have a draft or review open in it."""
        return rows.filter(Q(state=value) | Q(open_state=value))

    def by_target(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep rules on events, or on a type of entity."""
        return rows.filter(entity_type="" if value == "events" else value)


class RuleList(ListView):
    """All rules that the viewer may see."""

    name = "rules"
    title = _("Rules")
    lead = _("What the marketplace looks for, and what follows when it is found.")
    template_name = "risk/rules.html"
    default_sort = "-changed"
    filterset_class = RuleFilter
    market_field = None
    empty_title = _("No rules yet")
    empty_text = _("Write the first rule, or load a policy pack with manage.py load_pack.")
    empty_icon = "code"
    columns: ClassVar = (
        Column(
            "code",
            _("Rule"),
            template="risk/cells/rule_name.html",
            sort=("code",),
            is_lead=True,
            is_fixed=True,
            is_wide=True,
        ),
        Column("state", _("State"), template="risk/cells/rule_state.html", sort=("state",)),
        Column("hits_week", _("Hits, 7 d"), CellKind.NUMBER),
        Column("hits_month", _("30 d"), CellKind.NUMBER),
        Column("policy_code", _("Policy"), template="risk/cells/rule_policy.html", sort=("policy_code",)),
        Column("outcome", _("Outcome"), template="risk/cells/rule_outcome.html", sort=("outcome",)),
        Column("target", _("Looks at"), template="risk/cells/rule_target.html"),
        Column("changed", _("Last change"), template="risk/cells/rule_changed.html", sort=("changed_at",)),
        Column("markets", _("Markets"), template="risk/cells/rule_markets.html", is_shown=False),
    )

    def read_rows(self) -> QuerySet[Any]:
        """Return the rules that the viewer may see, in the market that is switched on."""
        actor = self.request.actor
        if not actor.can(Permission.VIEW_RULES):
            raise NotFound("There is no such page.")
        rows = rule_rows(actor)
        market = chosen_market(self.request, actor)
        return rows.filter(Q(markets=[]) | Q(markets__contains=[market])) if market else rows

    def prepare(self, rows: Sequence[Any]) -> Sequence[RuleRow]:
        """Return the rows with the version that stands and the hits of the last days."""
        versions = versions_by_id(row.standing_id for row in rows)
        counts = hit_counts(self.request.actor, [row.pk for row in rows])
        return [_row(row, versions, counts.get(row.pk, NO_HITS)) for row in rows]

    def row_url(self, row: RuleRow) -> str:
        """Return the page of the rule."""
        return reverse("risk:rule", args=[row.code])

    def extra_context(self) -> dict[str, Any]:
        """Say whether the viewer may write rules."""
        return {"may_edit": self.request.actor.can(Permission.EDIT_RULES)}


def _row(row: Any, versions: dict[int, VersionView], counts: tuple[int, int]) -> RuleRow:
    return RuleRow(
        code=row.code,
        title=row.title,
        policy_code=row.policy_code,
        version=versions[row.standing_id],
        open_state=row.open_state if row.open_state != row.state else "",
        hits_week=counts[0],
        hits_month=counts[1],
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )
