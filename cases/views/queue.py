"""The queue: what waits, in the order in which it should be worked, and claiming the next case."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import HiddenInput
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from cases.actions.claiming import claim_next
from cases.domain.lifecycle import DecisionOutcome
from cases.queries import cases
from cases.queries.scope import visible_queues
from cases.views.words import OUTCOMES, SEVERITIES, STATES
from governance.domain.errors import NotFound
from governance.domain.roles import Permission, Role
from governance.queries.markets import markets_in
from governance.queries.people import people_with_role
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from policies.queries.policies import policy_ids_by_code

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpResponse, HttpResponseRedirect

    from cases.models import Case
    from governance.middleware import ConsoleRequest

WORKERS = (Role.ANALYST, Role.SENIOR_ANALYST)


def queue_choices(request: ConsoleRequest) -> list[tuple[str, str]]:
    """Return the queues that the viewer may see."""
    return [(queue.code, queue.title) for queue in visible_queues(request.actor)]


def market_choices(request: ConsoleRequest) -> list[tuple[str, str]]:
    """Return the markets in which the viewer may see cases."""
    found = markets_in(request.actor.markets(Permission.VIEW_CASES))
    return [(market.code, f"{market.code} {market.name}") for market in found]


def policy_choices() -> list[tuple[str, str]]:
    """Return the policies by code."""
    return [(str(key), code) for code, key in sorted(policy_ids_by_code().items())]


def assignee_choices() -> list[tuple[str, Any]]:
    """Return me, nobody, and everybody who works cases."""
    return [("me", _("Me")), ("nobody", _("Nobody")), *((str(one.id), one.name) for one in people_with_role(*WORKERS))]


class CaseFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the queue. Without a state it shows what is still to be decided."""

    q = CharFilter(method="by_text", label=_("Account or number"))
    state = ChoiceFilter(
        choices=[*STATES.items(), ("all", _("All"))], empty_label=_("Open"), method="by_state", label=_("State")
    )
    queue = ChoiceFilter(choices=(), field_name="queue__code", empty_label=_("All"), label=_("Queue"))
    policy = ChoiceFilter(choices=policy_choices, field_name="policy_id", empty_label=_("All"), label=_("Policy"))
    market = ChoiceFilter(choices=(), field_name="market_id", empty_label=_("All"), label=_("Market"))
    severity = ChoiceFilter(choices=list(SEVERITIES.items()), empty_label=_("All"), label=_("Severity"))
    assignee = ChoiceFilter(
        choices=assignee_choices, empty_label=_("Anybody"), method="by_assignee", label=_("Assignee")
    )
    outcome = ChoiceFilter(
        choices=list(OUTCOMES.items()), empty_label=_("Any"), method="by_outcome", label=_("Outcome")
    )
    overdue = ChoiceFilter(
        choices=[("yes", _("Overdue")), ("no", _("In time"))], empty_label=_("All"), method="by_overdue", label=_("Due")
    )
    # Where the figures of the health page lead to: not in the bar, but shown as a filter that holds.
    opened_from = DateFilter(field_name="opened_at", method="since", label=_("Opened from"), widget=HiddenInput)
    opened_to = DateFilter(field_name="opened_at", method="until", label=_("Opened to"), widget=HiddenInput)
    decided_from = DateFilter(field_name="decided_at", method="since", label=_("Decided from"), widget=HiddenInput)
    decided_to = DateFilter(field_name="decided_at", method="until", label=_("Decided to"), widget=HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["queue"].extra["choices"] = queue_choices(self.request)
        self.filters["market"].extra["choices"] = market_choices(self.request)

    def filter_queryset(self, queryset: QuerySet[Case]) -> QuerySet[Case]:
        """Keep the open cases unless a state or an outcome is asked for."""
        rows: QuerySet[Case] = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        return rows if given.get("state") or given.get("outcome") else cases.open_ones(rows)

    def by_text(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Keep the cases of accounts whose name or id contains the words, or the one with that number."""
        return cases.matching(rows, value)

    def by_state(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Keep one state, or every one."""
        return rows if value == "all" else rows.filter(state=value)

    def by_assignee(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Keep the cases in somebody's hands, or in nobody's."""
        if value == "nobody":
            return cases.in_nobodys_hands(rows)
        person = self.request.actor.user_id if value == "me" else int(value)
        return cases.in_hands_of(rows, person) if person is not None else rows.none()

    def by_outcome(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Keep the cases that were settled that way."""
        return cases.with_outcome(rows, DecisionOutcome(value))

    def since(self, rows: QuerySet[Case], name: str, value: date) -> QuerySet[Case]:
        """Keep what happened on the day (UTC) or later."""
        return rows.filter(**{f"{name}__gte": datetime.combine(value, time.min, UTC)})

    def until(self, rows: QuerySet[Case], name: str, value: date) -> QuerySet[Case]:
        """Keep what happened on the day (UTC) or earlier."""
        return rows.filter(**{f"{name}__lt": datetime.combine(value, time.min, UTC) + timedelta(days=1)})

    def by_overdue(self, rows: QuerySet[Case], name: str, value: str) -> QuerySet[Case]:
        """Keep the open cases past their limit, or the others."""
        late = cases.overdue_ones(rows, timezone.now())
        return late if value == "yes" else rows.exclude(pk__in=late.values("pk"))


class CaseQueue(ListView):
    """The cases that the viewer may see, the most pressing first."""

    name = "cases"
    title = _("Cases")
    lead = _("What is suspected of whom, the most pressing first.")
    template_name = "cases/queue.html"
    default_sort = "-priority"
    filterset_class = CaseFilter
    empty_title = _("No case waits")
    empty_text = _("New cases appear here as rules fire. Look at the state “All” for decided ones.")
    empty_icon = "mood-smile"
    columns: ClassVar = (
        Column("priority", _("Priority"), CellKind.NUMBER, template="cases/cells/priority.html", sort=("priority",)),
        Column(
            "case",
            _("Case"),
            template="cases/cells/case.html",
            value=lambda row: f"#{row.pk} {row.title}",
            is_lead=True,
            is_fixed=True,
            is_wide=True,
        ),
        Column("account", _("Account"), template="cases/cells/account.html", value=lambda row: str(row.entity)),
        Column("severity", _("Severity"), template="cases/cells/severity.html"),
        Column("policy", _("Policy"), value=lambda row: row.policy.code),
        Column("queue", _("Queue"), value=lambda row: row.queue.title, is_shown=False),
        Column("market", _("Market"), template="governance/cells/market.html", value=lambda row: row.market_id),
        Column("state", _("State"), template="cases/cells/state.html"),
        Column("assignee", _("Assignee"), template="cases/cells/assignee.html", value=lambda row: name_of(row)),
        Column(
            "due", _("Due"), template="cases/cells/due.html", value=lambda row: row.sla_due_at, sort=("sla_due_at",)
        ),
        Column("score", _("Score"), CellKind.NUMBER, is_shown=False),
        Column("hit_count", _("Hits"), CellKind.NUMBER),
        Column(
            "opened",
            _("Opened"),
            CellKind.TIME,
            value=lambda row: row.opened_at,
            sort=("opened_at",),
            is_shown=False,
        ),
    )

    def read_rows(self) -> QuerySet[Case]:
        """Return the cases of the viewer's markets and queues."""
        if not self.request.actor.can(Permission.VIEW_CASES):
            raise NotFound("There is no such page.")
        return cases.queue_rows(self.request.actor)

    def row_url(self, row: Case) -> str:
        """Return the workspace of the case."""
        return reverse("cases:detail", args=[row.pk])

    def extra_context(self) -> dict[str, Any]:
        """Return what waits in each queue, and what is in the viewer's own hands."""
        chosen = self.request.GET.get("queue", "")
        counts = cases.queue_counts(self.request.actor)
        return {
            "queues": [{"count": count, "url": self._queue_url(count.code, chosen)} for count in counts],
            "chosen_queue": chosen if chosen in {count.code for count in counts} else "",
            "mine": cases.my_cases(self.request.actor, limit=5),
            "may_work": self.request.actor.can(Permission.WORK_CASES),
        }

    def _queue_url(self, code: str, chosen: str) -> str:
        return self.url_with(queue=None if code == chosen else code, cursor=None)


def name_of(row: Case) -> str:
    """Return who has the case, empty when nobody has."""
    return row.assignee.name if row.assignee is not None else ""


@login_required
@require_POST
def claim_next_case(request: ConsoleRequest) -> HttpResponse:
    """Claim the most pressing case, of one queue if that is asked for, and open it."""
    return open_next(request, request.POST.get("queue", ""))


def open_next(request: ConsoleRequest, queue_code: str) -> HttpResponseRedirect:
    """Claim the next case and lead to its workspace; to the queue when nothing waits."""
    request.actor.require(Permission.WORK_CASES)
    claim = claim_next(actor=request.actor, queue_code=queue_code or None)
    suffix = f"?{urlencode({'queue': queue_code})}" if queue_code else ""
    if claim is None:
        messages.info(request, _("Nothing else waits for you here."))
        return redirect(f"{reverse('cases:queue')}{suffix}")
    return redirect(f"{reverse('cases:detail', args=[claim.case_id])}{suffix}")
