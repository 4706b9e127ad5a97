"""The named lists that rules may ask, and their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet

from governance.domain.errors import NotFound
from governance.domain.roles import Permission
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from policies.queries.lists import entries_at, list_named, visible_lists

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http.response import HttpResponseBase

    from governance.middleware import ConsoleRequest
    from policies.models import ListEntry, NamedList


class ListsList(ListView):
    """All named lists."""

    name = "lists"
    title = _("Lists")
    lead = _("Words and accounts that conditions ask for by name, such as lists.trusted_sellers.")
    default_sort = "name"
    market_field = None
    empty_title = _("No lists yet")
    empty_text = _("Load a policy pack with manage.py load_pack.")
    empty_icon = "list"
    columns: ClassVar = (
        Column("name", _("Name"), sort=("name",), is_lead=True, is_fixed=True),
        Column("title", _("Title"), sort=("title",)),
        Column("doc", _("What it is for"), is_wide=True),
        Column("value_type", _("Values")),
        Column("entry_count", _("Entries"), CellKind.NUMBER),
        Column("version", _("Version"), CellKind.NUMBER, sort=("version",)),
        Column("next_expiry", _("Next to expire"), CellKind.TIME),
    )

    def read_rows(self) -> QuerySet[NamedList]:
        """Return the lists for who may see rules."""
        if not self.request.actor.can(Permission.VIEW_RULES):
            raise NotFound("There is no such page.")
        return visible_lists(self.request.actor, timezone.now())

    def row_url(self, row: NamedList) -> str:
        """Return the entries of the list."""
        return reverse("policies:list", args=[row.name])


class EntryFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the entries of a list."""

    q = CharFilter(field_name="value", lookup_expr="icontains", label=_("Value"))


class EntryList(ListView):
    """The entries of one list that hold now."""

    name = "list-entries"
    title = _("Entries")
    template_name = "policies/list.html"
    default_sort = "value"
    filterset_class = EntryFilter
    market_field = None
    empty_title = _("The list is empty")
    empty_text = _("Conditions that ask for it find nothing in it.")
    empty_icon = "list"
    columns: ClassVar = (
        Column("value", _("Value"), sort=("value",), is_lead=True, is_fixed=True, is_wide=True),
        Column("note", _("Note")),
        Column("added_by", _("Added by"), sort=("added_by",)),
        Column("added_at", _("Added"), CellKind.TIME, sort=("added_at",)),
        Column("expires_at", _("Expires"), CellKind.TIME, sort=("expires_at",), is_nullable=True),
    )

    def read_rows(self) -> QuerySet[ListEntry]:
        """Return the entries of the list in the address."""
        return entries_at(timezone.now()).filter(list=self._named())

    def get(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the entries under the name of their list."""
        named = self._named()
        self.__dict__.update(title=named.title, lead=named.doc)  # of this page, not of the class
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        """Name the list as conditions do."""
        return {"crumb": f"lists.{self.kwargs['name']}"}

    def _named(self) -> NamedList:
        if not self.request.actor.can(Permission.VIEW_RULES):
            raise NotFound("There is no such page.")
        return list_named(self.request.actor, self.kwargs["name"], timezone.now())
