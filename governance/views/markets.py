"""The market switch of the top bar: one market of the viewer's, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from governance.queries.markets import markets_in, markets_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from governance.domain.actors import Actor
    from governance.middleware import ConsoleRequest

SESSION_KEY = "market"


def chosen_market(request: HttpRequest, actor: Actor) -> str:
    """Return the market code that the viewer looks at, empty for all; one out of reach counts as none."""
    code = str(request.session.get(SESSION_KEY, ""))
    return code if code and markets_of(actor).contains(code) else ""


@login_required
@require_POST
def choose_market(request: ConsoleRequest) -> HttpResponse:
    """Remember the chosen market for the session and return to the page."""
    code = request.POST.get("market", "")
    if code in {market.code for market in markets_in(markets_of(request.actor))}:
        request.session[SESSION_KEY] = code
    else:
        request.session.pop(SESSION_KEY, None)
    target = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return redirect(target if is_ours else "/")
