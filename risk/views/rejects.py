"""The pages of refused events: which wait, one with what is wrong with it, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django_filters import CharFilter, ChoiceFilter, FilterSet

from governance.actions.exporting import record_export
from governance.domain.errors import Conflict, InvalidInput, NotFound
from governance.domain.roles import Permission
from governance.queries.markets import markets_in
from governance.queries.scoping import within_markets
from governance.views.columns import CellKind, Column
from governance.views.lists import ListView
from governance.views.markets import chosen_market
from risk.actions.replaying import MOST_AT_ONCE, Replayed, dismiss_rejected, mend_rejected, replay_rejected
from risk.forms import DismissForm, MendForm, show_problems
from risk.queries.rejects import (
    RejectView,
    as_json_lines,
    known_sources,
    reject_view,
    visible_rejects,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet
    from django.http import HttpResponse
    from django.utils.functional import _StrPromise

    from governance.middleware import ConsoleRequest
    from risk.models import RejectedEvent

OPEN = "open"
STATES = [(OPEN, _("Open")), ("replayed", _("Replayed")), ("dismissed", _("Dismissed"))]


class RejectFilter(FilterSet):  # type: ignore[misc]  # django-filter ships no types
    """Narrow the list. Without a state it shows what is open."""

    reason = CharFilter(method="by_reason", label=_("Reason"))
    state = ChoiceFilter(
        choices=[*STATES[1:], ("all", _("All"))], empty_label=STATES[0][1], method="by_state", label=_("State")
    )
    source = ChoiceFilter(choices=(), empty_label=_("Any"), label=_("Source"))
    market = ChoiceFilter(choices=(), method="by_market", empty_label=_("Any"), label=_("Market"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.request.actor
        scope = actor.markets(Permission.VIEW_IMPORTS)
        markets = [(market.code, f"{market.code} {market.name}") for market in markets_in(scope)]
        self.filters["market"].extra["choices"] = [*markets, *([("none", _("Unknown"))] if scope.is_all else [])]
        self.filters["source"].extra["choices"] = [(source, source) for source in known_sources(actor)]

    def filter_queryset(self, queryset: QuerySet[RejectedEvent]) -> QuerySet[RejectedEvent]:
        """Keep what is open unless another state is asked for."""
        rows: QuerySet[RejectedEvent] = super().filter_queryset(queryset)
        return rows if self.form.cleaned_data.get("state") else rows.filter(state=OPEN)

    def by_state(self, rows: QuerySet[RejectedEvent], name: str, value: str) -> QuerySet[RejectedEvent]:
        """Keep one state, or every one."""
        return rows if value == "all" else rows.filter(state=value)

    def by_market(self, rows: QuerySet[RejectedEvent], name: str, value: str) -> QuerySet[RejectedEvent]:
        """Keep one market, or those whose market could not be read."""
        return rows.filter(market="" if value == "none" else value)

    def by_reason(self, rows: QuerySet[RejectedEvent], name: str, value: str) -> QuerySet[RejectedEvent]:
        """Keep those whose problems contain the words."""
        return rows.alias(reasons=Cast("problems", TextField())).filter(reasons__icontains=value)


class RejectList(ListView):
    """The refused events that the viewer may see, the newest first."""

    name = "rejects"
    title = _("Rejected events")
    lead = _("What was sent and could not be stored, with the reason. Mend it, replay it, or dismiss it.")
    default_sort = "-received"
    template_name = "risk/rejects.html"
    filterset_class = RejectFilter
    market_field = "market"
    empty_title = _("Nothing was rejected")
    empty_text = _("Events that cannot be stored appear here with the reason.")
    empty_icon = "mood-smile"
    columns: ClassVar = (
        Column(
            "problems",
            _("What is wrong"),
            template="risk/cells/problems.html",
            value=lambda row: words_of(row.problems),
            is_lead=True,
            is_fixed=True,
            is_wide=True,
        ),
        Column("source", _("Source")),
        Column("market", _("Market"), template="risk/cells/reject_market.html"),
        Column("place", _("Place"), template="risk/cells/reject_place.html"),
        Column("state", _("State"), template="risk/cells/reject_state.html"),
        Column("received", _("Received"), CellKind.TIME, value=lambda row: row.received_at, sort=("id",)),
        Column("settled", _("Settled"), CellKind.TIME, value=lambda row: row.settled_at, is_shown=False),
    )

    @property
    def bulk_template(self) -> str:  # type: ignore[override]  # boxes only for those who may change something
        """Return the buttons for selected rows."""
        return "risk/_reject_bulk.html" if self.request.actor.can(Permission.MEND_EVENTS) else ""

    def read_rows(self) -> QuerySet[RejectedEvent]:
        """Return the refused events that the viewer may see."""
        if not self.request.actor.can(Permission.VIEW_IMPORTS):
            raise NotFound("There is no such page.")
        return visible_rejects(self.request.actor)

    def row_url(self, row: RejectedEvent) -> str:
        """Return the page of the refused event."""
        return reverse("risk:reject", args=[row.pk])

    def extra_context(self) -> dict[str, Any]:
        """Return what the page shows around the list."""
        return {
            "download_url": f"{reverse('risk:rejects-file')}?{self.filter_query}" if self._may_export() else "",
            "part": "rejects",
        }


def words_of(problems: Sequence[Mapping[str, str]]) -> str:
    """Return problems in one line."""
    return "; ".join(f"{problem['field']} {problem['message']}".strip() for problem in problems)


@login_required
@require_safe
def download_rejected(request: ConsoleRequest) -> StreamingHttpResponse:
    """Send the filtered refused events as JSON Lines, each with its text exactly as it is kept."""
    actor = request.actor
    if not actor.can(Permission.VIEW_IMPORTS):
        raise NotFound("There is no such page.")
    chosen = chosen_market(request, actor)
    rows = within_markets(visible_rejects(actor), actor, Permission.EXPORT, field="market")
    found = RejectFilter(data=request.GET, queryset=rows.filter(market=chosen) if chosen else rows, request=request)
    filters = {key: request.GET.getlist(key) for key in request.GET}
    record_export(actor=actor, name="rejects", label=str(RejectList.title), format_name="jsonl", filters=filters)
    lines = as_json_lines(found.qs if found.is_valid() else rows.none())
    response = StreamingHttpResponse(lines, content_type="application/x-ndjson")
    response["Content-Disposition"] = 'attachment; filename="rejected-events.jsonl"'
    return response


@login_required
@require_safe
def show_rejected(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show one refused event with its problems at their places."""
    found = reject_view(request.actor, pk)
    return _page(request, found, MendForm(initial={"text": found.text, "seen": found.seen}), DismissForm())


@login_required
@require_POST
def mend(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Try the mended text; what is still wrong is shown at its place, and the text stays as it was written."""
    found = reject_view(request.actor, pk)
    form = MendForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, DismissForm(), status=422)
    text, seen = form.cleaned_data["text"], form.cleaned_data["seen"]
    try:
        done = mend_rejected(actor=request.actor, rejected_id=pk, text=text, seen=seen)
    except InvalidInput as error:
        show_problems(form, error)
        return _page(request, found, form, DismissForm(), status=422)
    except Conflict as error:
        messages.error(request, error.message)
        return _page(request, reject_view(request.actor, pk), form, DismissForm(), status=409)
    if done.refused:
        messages.warning(request, _("Saved, and still rejected: see what is marked below."))
    else:
        messages.success(request, _("Stored.") if done.stored else _("It was stored before; nothing is left to do."))
    return redirect("risk:reject", pk)


@login_required
@require_POST
def dismiss(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Dismiss one refused event."""
    found = reject_view(request.actor, pk)
    form = DismissForm(request.POST)
    try:
        count = dismiss_rejected(actor=request.actor, rejected_ids=[pk], reason=request.POST.get("reason", ""))
    except InvalidInput as error:
        form.is_valid()
        show_problems(form, error)
        mending = MendForm(initial={"text": found.text, "seen": found.seen})
        return _page(request, found, mending, form, status=422)
    if count:
        messages.success(request, _("Dismissed."))
    else:
        messages.error(request, _("It was settled already."))
    return redirect("risk:reject", pk)


@login_required
@require_POST
def change_many(request: ConsoleRequest, verb: str) -> HttpResponse:
    """Replay or dismiss the selected refused events, and go back to the list as it was filtered."""
    chosen = [int(text) for text in request.POST.getlist("row") if text.isdecimal() and len(text) < 19]
    back = redirect(f"{reverse('risk:rejects')}?{request.POST.get('filter', '')}".rstrip("?"))
    if not request.actor.can(Permission.VIEW_IMPORTS):
        raise NotFound("There is no such page.")
    if verb == "replay":
        messages.info(request, words_for(replay_rejected(actor=request.actor, rejected_ids=chosen[:MOST_AT_ONCE])))
    elif verb == "dismiss":
        try:
            count = dismiss_rejected(
                actor=request.actor, rejected_ids=chosen[:MOST_AT_ONCE], reason=request.POST.get("reason", "")
            )
        except InvalidInput:
            messages.error(request, _("Say why they are dismissed."))
        else:
            text = ngettext("%(n)d rejected event dismissed.", "%(n)d rejected events dismissed.", count)
            messages.success(request, text % {"n": count})
    else:
        raise NotFound("There is no such step.")
    return back


def words_for(done: Replayed) -> str | _StrPromise:
    """Return what became of replayed events in one line."""
    return _("%(stored)d stored, %(known)d were stored before, %(refused)d still rejected.") % {
        "stored": done.stored,
        "known": done.known,
        "refused": done.refused,
    }


def _page(
    request: ConsoleRequest, found: RejectView, form: MendForm, dismissing: DismissForm, status: int = 200
) -> HttpResponse:
    may_change = request.actor.can(Permission.MEND_EVENTS, found.market or None) and (
        bool(found.market) or request.actor.markets(Permission.MEND_EVENTS).is_all
    )
    context = {
        "found": found,
        "form": form,
        "dismissing": dismissing,
        "may_change": may_change and found.state == OPEN,
        "state_words": dict(STATES)[found.state],
        "crumb": f"#{found.id}",
    }
    return render(request, "risk/reject.html", context, status=status)
