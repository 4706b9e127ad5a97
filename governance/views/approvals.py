"""What waits for a second pair of eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.approvals import visible_approvals
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from governance.models import Approval

STATES = [
    ("pending", _("Waiting")),
    ("approved", _("Approved")),
    ("rejected", _("Rejected")),
    ("withdrawn", _("Withdrawn")),
]


class ApprovalFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of requests."""

    state = ChoiceFilter(choices=STATES, label=_("State"), empty_label=_("Any"))
    asked_by = ChoiceFilter(
        choices=[("me", _("Me")), ("others", _("Others"))],
        method="by_asker",
        label=_("Asked by"),
        empty_label=_("Anybody"),
    )

    def by_asker(self, rows: QuerySet[Approval], name: str, value: str) -> QuerySet[Approval]:
        """Keep the viewer's own requests, or those of others."""
        own = self.request.actor.user_id
        return rows.filter(requested_by_id=own) if value == "me" else rows.exclude(requested_by_id=own)


class ApprovalList(ListView):
    """The requests that the viewer may decide or has made, the newest first."""

    name = "approvals"
    title = _("Approvals")
    lead = _("What takes effect only when another person has looked at it.")
    default_sort = "-asked"
    filterset_class = ApprovalFilter
    market_field = None
    export_permission = None
    empty_title = _("Nothing waits")
    empty_text = _("When a policy manager asks for a release, it appears here.")
    empty_icon = "checkup-list"
    columns: ClassVar = (
        Column("subject_label", _("What"), is_lead=True, is_fixed=True, is_wide=True),
        Column("action", _("For"), value=lambda row: row.action.replace("_", " ")),
        Column("state", _("State"), template="governance/cells/approval_state.html", sort=("state",)),
        Column(
            "requested_by",
            _("Asked by"),
            template="governance/cells/owner.html",
            value=lambda row: str(row.requested_by),
        ),
        Column("note", _("Note")),
        Column("decided_by", _("Decided by"), value=lambda row: str(row.decided_by or "")),
        Column("asked", _("Asked"), CellKind.TIME, value=lambda row: row.requested_at, sort=("id",)),
    )

    def read_rows(self) -> QuerySet[Approval]:
        """Return the requests of the viewer's markets and the viewer's own."""
        actor = self.request.actor
        if not (actor.can(Permission.APPROVE_RULES) or actor.can(Permission.VIEW_RULES)):
            raise NotFound("There is no such page.")
        return visible_approvals(actor, Permission.APPROVE_RULES)

    def row_url(self, row: Approval) -> str:
        """Return the page of what is to be approved."""
        return row.subject_url
