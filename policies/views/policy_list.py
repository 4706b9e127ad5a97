"""The list of policies in force."""

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
from policies.domain.locales import in_locale
from policies.domain.policies import SUBJECT_TYPES
from policies.queries.policy_rows import policy_rows, titles_of
from policies.queries.taxonomy import titles_by_code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

INDENT = "\u2003"
SEVERITIES = [("low", _("Low")), ("medium", _("Medium")), ("high", _("High")), ("critical", _("Critical"))]


@dataclass(frozen=True)
class PolicyRow:
    """A policy as its row shows it."""

    code: str
    title: str
    node_title: str
    subjects: str
    severity: str
    number: int
    effective_from: Any
    live_rules: int


class PolicyFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list of policies."""

    q = CharFilter(method="by_words", label=_("Code or title"))
    node = ChoiceFilter(method="by_node", label=_("Kind of harm"), empty_label=_("Any"))
    subject = ChoiceFilter(
        choices=[(name, name.replace("_", " ")) for name in sorted(SUBJECT_TYPES)],
        method="by_subject",
        label=_("About"),
        empty_label=_("Anything"),
    )
    severity = ChoiceFilter(choices=SEVERITIES, label=_("Severity"), empty_label=_("Any"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = sorted(titles_by_code().items())
        self.filters["node"].extra["choices"] = [(code, INDENT * code.count(".") + title) for code, title in titles]

    def by_words(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep policies whose code or English title holds the words."""
        return rows.filter(Q(code__icontains=value) | Q(title__icontains=value))

    def by_node(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep policies of a kind of harm and all narrower ones."""
        return rows.filter(Q(node_id=value) | Q(node__code__startswith=f"{value}."))

    def by_subject(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Keep policies that speak of a type of entity."""
        return rows.filter(subject_types__contains=[value])


class PolicyList(ListView):
    """All policies that the viewer may see."""

    name = "policies"
    title = _("Policies")
    template_name = "policies/policies.html"
    lead = _("What is required on the marketplace. Decisions cite the version that was in force.")
    default_sort = "code"
    filterset_class = PolicyFilter
    market_field = None
    empty_title = _("No policies yet")
    empty_text = _("Load a policy pack with manage.py load_pack.")
    empty_icon = "book-2"
    columns: ClassVar = (
        Column("code", _("Code"), sort=("code",), is_lead=True, is_fixed=True),
        Column("title", _("Title"), sort=("title",), is_wide=True),
        Column("node_title", _("Kind of harm"), sort=("node_title",)),
        Column("subjects", _("About"), template="policies/cells/subjects.html"),
        Column("severity", _("Severity"), template="policies/cells/severity.html"),
        Column("number", _("Version"), CellKind.NUMBER, sort=("number",)),
        Column("effective_from", _("In force since"), template="policies/cells/day.html", sort=("effective_from",)),
        Column("live_rules", _("Live rules"), CellKind.NUMBER),
    )

    def read_rows(self) -> QuerySet[Any]:
        """Return the policies that the viewer may see."""
        if not self.request.actor.can(Permission.VIEW_POLICIES):
            raise NotFound("There is no such page.")
        return policy_rows(self.request.actor)

    def prepare(self, rows: Sequence[Any]) -> Sequence[PolicyRow]:
        """Return the rows with titles in the viewer's language."""
        titles = titles_of([row.version_id for row in rows])
        locale = self.request.actor.locale
        return [
            PolicyRow(
                code=row.code,
                title=in_locale(titles[row.version_id], locale),
                node_title=row.node_title,
                subjects=", ".join(name.replace("_", " ") for name in row.subject_types),
                severity=row.severity,
                number=row.number,
                effective_from=row.effective_from,
                live_rules=row.live_rules or 0,
            )
            for row in rows
        ]

    def row_url(self, row: PolicyRow) -> str:
        """Return the page of the policy."""
        return reverse("policies:policy", args=[row.code])
