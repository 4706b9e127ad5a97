"""The audit log on screen: who did what to what, before and after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.decorators import login_required
from django.forms import DateInput
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, DateFilter, FilterSet

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.queries.audit import seal_of, visible_entries
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest
    from governance.models import AuditEntry


DAY = {"type": "date"}


class AuditFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the audit log; each field has an index."""

    q = CharFilter(field_name="subject_id", lookup_expr="exact", label=_("Id of the subject"))
    subject = CharFilter(field_name="subject_kind", lookup_expr="exact", label=_("Kind of subject"))
    action = CharFilter(field_name="action", lookup_expr="exact", label=_("Action"))
    actor = CharFilter(field_name="actor_label", lookup_expr="exact", label=_("Actor"))
    since = DateFilter(field_name="at", lookup_expr="date__gte", label=_("From"), widget=DateInput(attrs=DAY))
    until = DateFilter(field_name="at", lookup_expr="date__lte", label=_("To"), widget=DateInput(attrs=DAY))


class AuditList(ListView):
    """The entries that the viewer may read, the newest first."""

    name = "audit"
    title = _("Audit log")
    lead = _("Every change, sealed in a chain of hashes that the command audit_verify proves.")
    default_sort = "-at"
    filterset_class = AuditFilter
    market_field = "market"
    empty_title = _("No entry fits")
    empty_text = _("Take away a filter.")
    empty_icon = "history"
    columns: ClassVar = (
        Column("at", _("When"), CellKind.TIME, sort=("id",), is_fixed=True),
        Column("actor_label", _("Who")),
        Column("action", _("Did"), value=lambda row: row.action.replace("_", " "), is_lead=True, is_fixed=True),
        Column("subject_label", _("To what"), is_wide=True),
        Column("subject_kind", _("Kind")),
        Column("market", _("Market"), template="governance/cells/market.html"),
        Column("reason", _("Reason")),
        Column("request_id", _("Request"), is_shown=False),
    )

    def read_rows(self) -> QuerySet[AuditEntry]:
        """Return the entries of the viewer's markets."""
        if not self.request.actor.can(Permission.VIEW_AUDIT):
            raise NotFound("There is no such page.")
        return visible_entries(self.request.actor)

    def row_url(self, row: AuditEntry) -> str:
        """Return the page of the entry."""
        return reverse("governance:audit-entry", args=[row.pk])


@login_required
def audit_entry(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show one entry with what changed, side by side, and its seal."""
    entry = visible_entries(request.actor).filter(pk=pk).first()
    if entry is None:
        raise NotFound("There is no such entry.")
    context = {
        "entry": entry,
        "changes": _changes(entry),
        "seal": seal_of(entry.pk),
        "crumb": f"#{entry.pk}",
        "did": entry.action.replace("_", " "),
    }
    return render(request, "governance/audit_entry.html", context)


def _changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Return (name, before, after) for everything that the entry speaks of."""
    names = sorted({*entry.before, *entry.after})
    return [(name, _shown(entry.before, name), _shown(entry.after, name)) for name in names]


def _shown(values: dict[str, Any], name: str) -> str:
    if name not in values:
        return ""
    value = values[name]
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
