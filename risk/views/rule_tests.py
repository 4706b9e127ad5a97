"""Keep and remove the events that a rule is tested on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from governance.domain.errors import Conflict, InvalidInput
from governance.forms import show_problems
from policies.actions.drafting_rules import remove_test_event, save_test_event
from policies.domain.rules import Expectation
from policies.queries.rule_versions import rule_view
from risk.views.rule_detail import Asked, show_rule, url_of
from risk.views.rule_forms import TestEventForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest


@login_required
@require_POST
def add(request: ConsoleRequest, code: str, number: int) -> HttpResponse:
    """Keep a test event; what was written stays on the page when it is refused."""
    rule = rule_view(request.actor, code)
    version = rule.version(number)
    form = TestEventForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            save_test_event(
                actor=request.actor,
                version_id=version.id,
                title=given["title"],
                values=given["record"],
                expectation=Expectation(given["expectation"]),
            )
        except InvalidInput as error:
            show_problems(form, error)
        except Conflict as error:
            form.add_error(None, f"{error.message} {error.hint}".strip())
        else:
            messages.success(request, _("Test event kept."))
            return redirect(f"{url_of(code, number)}#tests")
    return show_rule(request, rule, version, Asked("test", test=form, status=422))


@login_required
@require_POST
def remove(request: ConsoleRequest, code: str, number: int, test_event_id: int) -> HttpResponse:
    """Forget a test event."""
    version = rule_view(request.actor, code).version(number)
    try:
        remove_test_event(actor=request.actor, version_id=version.id, test_event_id=test_event_id)
    except Conflict as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
    else:
        messages.success(request, _("Test event removed."))
    return redirect(f"{url_of(code, number)}#tests")
