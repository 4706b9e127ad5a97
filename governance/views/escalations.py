"""The pages of escalations: which run, which are late, and one with its timeline and clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from django_filters import CharFilter, ChoiceFilter, FilterSet

from governance.actions import escalating
from governance.domain.errors import Conflict, InvalidInput, NotFound
from governance.domain.escalations import CLOCKS, EscalationState, Severity
from governance.domain.roles import Permission
from governance.forms import UpdateForm, show_problems
from governance.queries.escalations import OPEN, escalation_for, overdue, updates_of, visible_escalations
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from governance.models import Escalation, EscalationUpdate

STATES = [
    (EscalationState.OPENED.value, _("Opened")),
    (EscalationState.ACKNOWLEDGED.value, _("Acknowledged")),
    (EscalationState.MITIGATING.value, _("Mitigating")),
    (EscalationState.RESOLVED.value, _("Resolved")),
    (EscalationState.CLOSED.value, _("Closed")),
]

# What each button does; the words of an update are asked for by all but the first.
STEPS: dict[str, Callable[..., escalating.Escalated]] = {
    "acknowledge": escalating.acknowledge_escalation,
    "update": escalating.post_update,
    "mitigate": escalating.start_mitigating,
    "resolve": escalating.resolve_escalation,
    "close": escalating.close_escalation,
}
DONE = {
    "acknowledge": _("Acknowledged. The next update is due by the clock below."),
    "update": _("Update posted. The clock is set again."),
    "mitigate": _("Marked as being mitigated."),
    "resolve": _("Resolved. The clock has stopped."),
    "close": _("Closed."),
}


class EscalationFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of escalations."""

    q = CharFilter(field_name="summary", lookup_expr="icontains", label=_("Summary"))
    severity = ChoiceFilter(
        choices=[(level.value, f"SEV {level.value}") for level in Severity], label=_("Severity"), empty_label=_("Any")
    )
    state = ChoiceFilter(
        choices=[("running", _("Running")), *STATES], method="by_state", label=_("State"), empty_label=_("Any")
    )
    overdue = ChoiceFilter(
        choices=[("yes", _("Overdue"))], method="by_overdue", label=_("Next update"), empty_label=_("Any")
    )
    owner = ChoiceFilter(
        choices=[("me", _("Mine")), ("nobody", _("Nobody's"))],
        method="by_owner",
        label=_("Owner"),
        empty_label=_("Any"),
    )

    def by_state(self, rows: QuerySet[Escalation], name: str, value: str) -> QuerySet[Escalation]:
        """Keep one state, or all that run."""
        return rows.filter(state__in=OPEN) if value == "running" else rows.filter(state=value)

    def by_overdue(self, rows: QuerySet[Escalation], name: str, value: str) -> QuerySet[Escalation]:
        """Keep those whose clock has run out."""
        return overdue(rows, timezone.now())

    def by_owner(self, rows: QuerySet[Escalation], name: str, value: str) -> QuerySet[Escalation]:
        """Keep the viewer's own, or those that nobody has taken."""
        return rows.filter(owner_id=self.request.actor.user_id if value == "me" else None)


class EscalationList(ListView):
    """All escalations that the viewer may see, the most overdue first."""

    name = "escalations"
    title = _("Escalations")
    lead = _("What needs more people than the one who saw it, with the clock of its updates.")
    default_sort = "next_update_due_at"
    filterset_class = EscalationFilter
    empty_title = _("Nothing is escalated")
    empty_text = _("Escalate from a case with the key E. It appears here with its clock.")
    empty_icon = "mood-smile"
    columns: ClassVar = (
        Column("severity", _("Severity"), template="governance/cells/sev.html", sort=("severity",), is_fixed=True),
        Column("summary", _("Summary"), sort=("summary",), is_lead=True, is_fixed=True, is_wide=True),
        Column("state", _("State"), template="governance/cells/escalation_state.html", sort=("state",)),
        Column(
            "next_update_due_at",
            _("Next update"),
            template="governance/cells/clock.html",
            sort=("next_update_due_at",),
            is_nullable=True,
        ),
        Column("subject_label", _("About")),
        Column("market", _("Market"), template="governance/cells/market.html", value=lambda row: row.market_id or ""),
        Column("owner", _("Owner"), template="governance/cells/owner.html", value=lambda row: str(row.owner or "")),
        Column("opened", _("Opened"), CellKind.TIME, value=lambda row: row.opened_at, sort=("opened_at",)),
    )

    def read_rows(self) -> QuerySet[Escalation]:
        """Return the escalations of the viewer's markets."""
        if not self.request.actor.can(Permission.VIEW_ESCALATIONS):
            raise NotFound("There is no such page.")
        return visible_escalations(self.request.actor)

    def row_url(self, row: Escalation) -> str:
        """Return the page of the escalation."""
        return reverse("governance:escalation", args=[row.pk])


@login_required
def escalation(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show one escalation with its timeline, its clock and the steps that are possible now."""
    return _page(request, escalation_for(request.actor, pk), UpdateForm())


@login_required
@require_POST
def step(request: ConsoleRequest, pk: int, verb: str) -> HttpResponse:
    """Take the step that was asked for; what was written stays in the form when it is refused."""
    row = escalation_for(request.actor, pk)
    if verb not in STEPS:
        raise NotFound("There is no such step.")
    form = UpdateForm(request.POST)
    given: dict[str, Any] = {} if verb == "acknowledge" else {"text": request.POST.get("text", "")}
    try:
        STEPS[verb](actor=request.actor, escalation_id=row.pk, **given)
    except InvalidInput as error:
        form.is_valid()
        show_problems(form, error)
        return _page(request, row, form, status=422)
    except Conflict as error:
        messages.error(request, error.message)
        return _page(request, escalation_for(request.actor, pk), form, status=409)
    messages.success(request, DONE[verb])
    return redirect("governance:escalation", pk=row.pk)


def _page(request: ConsoleRequest, row: Escalation, form: UpdateForm, status: int = 200) -> HttpResponse:
    now = timezone.now()
    due = row.next_update_due_at
    context = {
        "escalation": row,
        "updates": [{"line": line, "label": _label_of(line)} for line in updates_of(row)],
        "form": form,
        "is_overdue": bool(due and due < now),
        "interval": CLOCKS[Severity(row.severity)].next,
        "may_run": request.actor.can(Permission.RUN_ESCALATIONS, row.market_id),
        "crumb": f"#{row.pk}",
    }
    return render(request, "governance/escalation.html", context, status=status)


def _label_of(line: EscalationUpdate) -> str:
    """Return the word for a line of the timeline: the state that began with it, or that it is an update."""
    return str(_("Update") if line.from_state == line.to_state else dict(STATES)[EscalationState(line.to_state)])
