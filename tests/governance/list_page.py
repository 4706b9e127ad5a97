"""A list page over escalations and the addresses it needs, for the tests of the list kit."""

import django_filters
from django.urls import include, path, reverse

from governance.models import Escalation
from governance.queries.escalations import visible_escalations
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView


class EscalationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="summary", lookup_expr="icontains", label="Search")
    state = django_filters.MultipleChoiceFilter(
        choices=[("opened", "Opened"), ("acknowledged", "Acknowledged"), ("mitigating", "Mitigating")], label="State"
    )
    severity = django_filters.NumberFilter(label="Severity")
    opened = django_filters.DateFromToRangeFilter(field_name="opened_at", label="Opened")

    class Meta:
        model = Escalation
        fields = []


class EscalationList(ListView):
    name = "escalations"
    title = "Escalations"
    default_sort = "-opened"
    filterset_class = EscalationFilter
    empty_title = "No escalations"
    empty_text = "Nobody needed help."
    columns = (
        Column("summary", "Summary", sort=("summary",), is_lead=True, is_fixed=True, is_wide=True),
        Column("severity", "Severity", CellKind.NUMBER, sort=("severity",)),
        Column("state", "State", sort=("state",)),
        Column("opened_by.name", "Opened by", sort=("opened_by__name",)),
        Column("opened", "Opened", CellKind.TIME, value=lambda row: row.opened_at, sort=("opened_at",)),
        Column(
            "acknowledged",
            "Acknowledged",
            CellKind.TIME,
            lambda row: row.acknowledged_at,
            ("acknowledged_at",),
            is_nullable=True,
        ),
        Column("owner", "Owner", value=lambda row: row.owner and row.owner.name),
        Column("market_id", "Market", is_shown=False),
    )

    def read_rows(self):
        return visible_escalations(self.request.actor)

    def row_url(self, row):
        return f"{reverse('list')}#{row.pk}"


urlpatterns = [
    path("list", EscalationList.as_view(), name="list"),
    path("", include("governance.project.urls")),
]
