"""The saved views of a list page: filters and sort that a person keeps under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.utils.translation import gettext as _

from governance.actions.saved_views import remove_view, save_view
from governance.domain.errors import InvalidInput
from governance.queries.saved_views import saved_views

if TYPE_CHECKING:
    from governance.middleware import ConsoleRequest

# What in the address says where one is, not what one looks at.
_NOT_KEPT = frozenset({"cursor", "size", "export"})


@dataclass(frozen=True)
class ViewLink:
    """One saved view with its address, and whether it is the one that is shown."""

    id: int
    title: str
    url: str
    is_current: bool


def saved_views_context(request: ConsoleRequest, list_name: str) -> dict[str, Any]:
    """Return the person's views of a list and the one that is shown, None when none is."""
    shown = _kept(request)
    links = [
        ViewLink(
            row.id,
            row.title,
            f"{request.path}?{row.query}" if row.query else request.path,
            sorted(parse_qsl(row.query)) == sorted(parse_qsl(shown)),
        )
        for row in saved_views(request.actor, list_name)
    ]
    return {"views": links, "current_view": next((link for link in links if link.is_current), None)}


def change_views(request: ConsoleRequest, list_name: str) -> bool:
    """Keep or forget a view when the form asks for it, with a message; say whether it did ask."""
    if "save_view" in request.POST:
        title = request.POST.get("view_title", "")
        try:
            save_view(actor=request.actor, list_name=list_name, title=title, query=_kept(request))
        except InvalidInput as error:
            messages.error(request, " ".join(f"{one.message} {one.hint}".strip() for one in error.problems))
        else:
            messages.success(request, _("The view “%(title)s” is kept.") % {"title": " ".join(title.split())})
        return True
    if "remove_view" in request.POST:
        given = request.POST["remove_view"]
        title = remove_view(actor=request.actor, view_id=int(given) if given.isdecimal() and len(given) < 19 else 0)
        messages.success(request, _("The view “%(title)s” is removed.") % {"title": title})
        return True
    return False


def _kept(request: ConsoleRequest) -> str:
    """Return the filters and the sort of the address, without what is empty."""
    pairs = [(key, value) for key, values in request.GET.lists() for value in values]
    return urlencode([(key, value) for key, value in pairs if value and key not in _NOT_KEPT])
