"""The base of every list page: filters in the address, sort, columns, keyset pages, exports of what is filtered."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.views import View

from governance.actions.exporting import record_export
from governance.domain.errors import FieldProblem, InvalidInput
from governance.domain.roles import Permission
from governance.queries.lists import BoundedCount, Page, bounded_count, keyset_page, rows_in_order
from governance.queries.scoping import within_markets
from governance.views import applied_filters, cells
from governance.views.columns import Column, parse_sort, shown_columns
from governance.views.exports import XLSX_MAX_ROWS, send_xlsx, stream_csv
from governance.views.markets import chosen_market
from governance.views.saved_views import change_views, saved_views_context

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model, QuerySet
    from django.http.response import HttpResponseBase
    from django.utils.functional import _StrPromise
    from django_filters import FilterSet

    from governance.middleware import ConsoleRequest

PAGE_SIZES = (50, 100, 200)
EXPORT_CHUNK = 1_000
# What in the address is not a filter.
_OWN_PARAMETERS = frozenset({"cursor", "sort", "size", "export"})


@dataclass(frozen=True)
class Head:
    """One header cell: where a click sorts to, and how it is sorted now (aria-sort)."""

    column: Column
    url: str
    direction: str


class ListView(LoginRequiredMixin, View):
    """A page that lists rows. Give `name`, `title`, `columns`, `default_sort`, `read_rows`; the rest is optional.

    `read_rows` returns the rows that the viewer may see (a query function of the app); filters, market switch,
    sort and pages are laid upon it. `prepare` may replace a page's rows by richer views, in one go for all.
    """

    name: ClassVar[str]
    title: ClassVar[str | _StrPromise]
    lead: ClassVar[str | _StrPromise] = ""
    columns: ClassVar[tuple[Column, ...]]
    default_sort: ClassVar[str]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    template_name: ClassVar[str] = "layouts/list.html"
    # Buttons for selected rows; without it rows have no boxes.
    bulk_template: ClassVar[str] = ""
    market_field: ClassVar[str | None] = "market_id"
    export_permission: ClassVar[Permission | None] = Permission.EXPORT
    empty_title: ClassVar[str | _StrPromise] = ""
    empty_text: ClassVar[str | _StrPromise] = ""
    empty_icon: ClassVar[str] = "inbox"

    request: ConsoleRequest

    # What a list page provides

    def read_rows(self) -> QuerySet[Any]:
        """Return the rows that the viewer may see."""
        raise NotImplementedError

    def prepare(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Return what the columns read, one for each row, in the same order."""
        return rows

    def row_url(self, row: Any) -> str:
        """Return the page of a row, empty when it has none."""
        return ""

    def extra_context(self) -> dict[str, Any]:
        """Return more context for the page's own template."""
        return {}

    # Requests

    def get(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page, only the list for htmx, or a file."""
        if "export" in request.GET:
            return self._export(request.GET["export"])
        is_partial = bool(request.htmx) and (request.htmx.target or "").endswith("#listing")  # type: ignore[attr-defined]  # HtmxMiddleware
        template = "components/listing.html" if is_partial else self.template_name
        response = render(request, template, self._context())
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    def post(self, request: ConsoleRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save which columns the viewer wants to see, or a view under a name, and show the page again."""
        if change_views(request, self.name):
            return redirect(request.get_full_path())
        key = f"columns:{self.name}"
        if "reset" in request.POST:
            request.session.pop(key, None)
        else:
            wanted = set(request.POST.getlist("column"))
            request.session[key] = [column.key for column in self.columns if column.key in wanted]
        return redirect(request.get_full_path())

    # The rows

    @cached_property
    def filterset(self) -> FilterSet | None:
        """The filters, bound to the address."""
        if self.filterset_class is None:
            return None
        return self.filterset_class(data=self.request.GET, queryset=self._in_market(), request=self.request)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The filtered rows; none while a filter is not understood, so that nothing unfiltered is shown or sent."""
        if self.filterset is None:
            return self._in_market()
        return self.filterset.qs if self.filterset.is_valid() else self._in_market().none()

    @cached_property
    def sorted_by(self) -> tuple[Column, bool]:
        """The column that the rows are sorted by, and whether it descends."""
        return parse_sort(self.request.GET.get("sort", ""), self.columns, self.default_sort)

    @cached_property
    def visible_columns(self) -> tuple[Column, ...]:
        """The columns that the viewer wants to see."""
        return shown_columns(self.columns, self.request.session.get(f"columns:{self.name}"))

    def read_page(self) -> Page[Any]:
        """Return the page that the address asks for; the first one when its cursor is out of date."""
        column, is_descending = self.sorted_by
        order = column.order(is_descending=is_descending)
        cursor = self.request.GET.get("cursor", "")
        try:
            return keyset_page(self.rows, order=order, cursor=cursor, size=self._size())
        except InvalidInput:
            return keyset_page(self.rows, order=order, size=self._size())

    def _in_market(self) -> QuerySet[Any]:
        rows = self.read_rows()
        market = chosen_market(self.request, self.request.actor) if self.market_field else ""
        return rows.filter(**{str(self.market_field): market}) if market else rows

    def _size(self) -> int:
        given = self.request.GET.get("size", "")
        return int(given) if given.isdecimal() and int(given) in PAGE_SIZES else PAGE_SIZES[0]

    # The page

    def _context(self) -> dict[str, Any]:
        page = self.read_page()
        items = self.prepare(list(page.rows))
        return {
            "view": self,
            "title": self.title,
            "crumb": self.title,
            "filterset": self.filterset,
            "applied": applied_filters.describe(self.filterset, self.request.GET),
            "count": self._count(page),
            "heads": [self._head(column) for column in self.visible_columns],
            "rows": cells.build_rows(page.rows, items, self.visible_columns, self.row_url),
            "first_url": self.url_with(cursor=None),
            "next_url": self.url_with(cursor=page.next_cursor) if page.next_cursor else "",
            "previous_url": self.url_with(cursor=page.previous_cursor) if page.previous_cursor else "",
            "is_filtered": self.is_filtered,
            "filter_query": self.filter_query,
            "exports": self._export_links(),
            **saved_views_context(self.request, self.name),
            "column_choices": [(column, column in self.visible_columns) for column in self.columns],
            **self.extra_context(),
        }

    def _count(self, page: Page[Any]) -> BoundedCount:
        """Count the rows; a list that fits on its first page is counted already."""
        if page.next_cursor is None and page.previous_cursor is None:
            return BoundedCount(len(page.rows), is_exact=True)
        return bounded_count(self.rows)

    @property
    def is_filtered(self) -> bool:
        """Whether the address has any filter."""
        return any(value for key, value in self.request.GET.items() if key not in _OWN_PARAMETERS)

    @property
    def filter_query(self) -> str:
        """The filters of the address without sort and page, for actions on everything that is filtered."""
        query = self.request.GET.copy()
        for key in _OWN_PARAMETERS:
            query.pop(key, None)
        return query.urlencode()

    def url_with(self, **changes: str | None) -> str:
        """Return this page's address with some parameters changed; None takes one away."""
        query: QueryDict = self.request.GET.copy()
        for key, value in changes.items():
            if value is None:
                query.pop(key, None)
            else:
                query[key] = value
        return f"{self.request.path}?{query.urlencode()}" if query else self.request.path

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column, "", "")
        current, is_descending = self.sorted_by
        is_current = column.key == current.key
        direction = ("descending" if is_descending else "ascending") if is_current else "none"
        turned = f"-{column.key}" if not (is_current and is_descending) else column.key
        return Head(column, self.url_with(sort=turned, cursor=None), direction)

    # Files

    def _may_export(self) -> bool:
        return self.export_permission is not None and self.request.actor.can(self.export_permission)

    def _export_links(self) -> list[tuple[str, str]]:
        if not self._may_export():
            return []
        return [(name.upper(), self.url_with(export=name, cursor=None)) for name in ("csv", "xlsx")]

    def _export(self, format_name: str) -> HttpResponseBase:
        """Send exactly what is filtered, in the shown columns and order, from markets where the viewer may export."""
        if format_name not in {"csv", "xlsx"}:
            raise InvalidInput([FieldProblem("export", f"There is no format {format_name!r}.", "Use csv or xlsx.")])
        if self.export_permission is None:
            raise InvalidInput([FieldProblem("export", "This list cannot be exported.")])
        actor = self.request.actor
        rows = self.rows
        if self.market_field is not None:
            rows = within_markets(rows, actor, self.export_permission, field=self.market_field)
        if format_name == "xlsx" and not bounded_count(rows, limit=XLSX_MAX_ROWS).is_exact:
            problem = f"More than {XLSX_MAX_ROWS:,} rows do not fit into a workbook."
            raise InvalidInput([FieldProblem("export", problem, "Narrow the filter, or export CSV.")])
        filters = {key: self.request.GET.getlist(key) for key in QueryDict(self.filter_query)}
        record_export(actor=actor, name=self.name, label=str(self.title), format_name=format_name, filters=filters)
        header = [str(column.label) for column in self.visible_columns]
        send = stream_csv if format_name == "csv" else send_xlsx
        return send(self.name, header, self._export_rows(rows))

    def _export_rows(self, rows: QuerySet[Model]) -> Iterator[list[object]]:
        column, is_descending = self.sorted_by
        order = column.order(is_descending=is_descending)
        source = iter(rows_in_order(rows, order=order, chunk=EXPORT_CHUNK))
        while batch := list(islice(source, EXPORT_CHUNK)):
            for item in self.prepare(batch):
                yield [each.read(item) for each in self.visible_columns]
