"""What waits for a second pair of eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from governance.domain.approvals import APPROVING
from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.approvals import visible_approvals
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from governance.models import Approval

ACTIONS = {"release_rule": _("Release of a rule"), "apply_sanction": _("Severe sanction")}
STATES = [
    ("pending", _("Waiting")),
    ("approved", _("Approved")),
    ("rejected", _("Rejected")),
    ("withdrawn", _("Withdrawn")),
]


class ApprovalFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of requests."""

    action = ChoiceFilter(choices=list(ACTIONS.items()), label=_("For"), empty_label=_("Anything"))
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


def _about(row: Approval) -> str:
    """Return what a request is about in a line, for exports and readers of plain text."""
    given = row.summary
    parts = [given.get("policy", ""), given.get("severity", "")]
    if given.get("standing"):
        parts.append("{} \u2192 {}".format(*given["standing"]))
    return " · ".join(part for part in parts if part)


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
    empty_text = _("Releases of rules and severe sanctions that somebody asks for appear here.")
    empty_icon = "checkup-list"
    columns: ClassVar = (
        Column("subject_label", _("What"), is_lead=True, is_fixed=True, is_wide=True),
        Column("action", _("For"), value=lambda row: ACTIONS.get(row.action, row.action.replace("_", " "))),
        Column("about", _("About"), template="governance/cells/approval_about.html", value=_about),
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
        """Return the requests that the viewer could decide and the viewer's own."""
        actor = self.request.actor
        if not any(actor.can(permission) for permission in (*APPROVING, Permission.VIEW_RULES)):
            raise NotFound("There is no such page.")
        return visible_approvals(actor)

    def row_url(self, row: Approval) -> str:
        """Return the page of what is to be approved."""
        return row.subject_url
