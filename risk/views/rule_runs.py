"""Run a rule over stored events from its page, and follow the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from governance.domain.errors import Conflict, InvalidInput
from policies.queries.rule_versions import rule_view
from risk.actions.backtesting import cancel_run, start_run
from risk.queries.rule_runs import run_view
from risk.views.rule_detail import run_context, url_of
from risk.views.rule_forms import RunForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest


@login_required
@require_POST
def start(request: ConsoleRequest, code: str, number: int) -> HttpResponse:
    """Ask for a run and come back to the page, which follows it."""
    version = rule_view(request.actor, code).version(number)
    form = RunForm(request.POST)
    try:
        days = form.cleaned_data["days"] if form.is_valid() else 0
        start_run(actor=request.actor, version_id=version.id, days=days)
    except InvalidInput as error:
        messages.error(request, " ".join(problem.message for problem in error.problems))
    except Conflict as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
    return redirect(f"{url_of(code, number)}#run")


@login_required
@require_GET
def progress(request: ConsoleRequest, code: str, number: int) -> HttpResponse:
    """Show the part of the page on runs, for as long as one goes on."""
    rule = rule_view(request.actor, code)
    return render(request, "risk/_rule_run.html", run_context(request.actor, rule, rule.version(number)))


@login_required
@require_POST
def cancel(request: ConsoleRequest, code: str, number: int, run_id: int) -> HttpResponse:
    """Stop a run."""
    run_view(request.actor, run_id)
    try:
        cancel_run(actor=request.actor, run_id=run_id)
    except Conflict as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The run was cancelled."))
    return redirect(f"{url_of(code, number)}#run")
