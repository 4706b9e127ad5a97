"""The buttons of the rule page: each takes one step of the life cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from governance.domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from governance.forms import show_problems
from policies.actions.drafting_rules import new_version
from policies.actions.reviewing_rules import approve_rule, reject_rule, submit_rule, withdraw_rule
from policies.actions.running_rules import pause_rule, resume_rule, retire_rule
from policies.queries.rule_versions import rule_view
from risk.queries.rule_runs import newest_run
from risk.queries.rule_schemas import rule_schemas
from risk.views.rule_detail import Asked, show_rule, url_of
from risk.views.rule_forms import ReasonForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from governance.domain.actors import Actor
    from governance.middleware import ConsoleRequest
    from policies.queries.rule_versions import RuleView, VersionView


def _submit(actor: Actor, rule: RuleView, version: VersionView, reason: str) -> None:
    """Ask for approval, with the figures of the newest run when it was of this text."""
    run = newest_run(actor, version.id)
    figures = run.figures.as_summary() if run and run.figures and run.is_current else {}
    submit_rule(
        actor=actor,
        version_id=version.id,
        revision=version.revision,
        note=reason,
        schemas=rule_schemas(),
        figures=figures,
        url=url_of(rule.code, version.number),
    )


def _approve(actor: Actor, _rule: RuleView, version: VersionView, reason: str) -> None:
    approve_rule(actor=actor, version_id=version.id, note=reason, schemas=rule_schemas())


def _reject(actor: Actor, _rule: RuleView, version: VersionView, reason: str) -> None:
    reject_rule(actor=actor, version_id=version.id, note=reason)


def _withdraw(actor: Actor, _rule: RuleView, version: VersionView, _reason: str) -> None:
    withdraw_rule(actor=actor, version_id=version.id)


def _pause(actor: Actor, _rule: RuleView, version: VersionView, reason: str) -> None:
    pause_rule(actor=actor, version_id=version.id, reason=reason)


def _resume(actor: Actor, _rule: RuleView, version: VersionView, reason: str) -> None:
    resume_rule(actor=actor, version_id=version.id, reason=reason, schemas=rule_schemas())


def _retire(actor: Actor, _rule: RuleView, version: VersionView, reason: str) -> None:
    retire_rule(actor=actor, version_id=version.id, reason=reason)


STEPS: dict[str, Callable[[Actor, RuleView, VersionView, str], None]] = {
    "submit": _submit,
    "approve": _approve,
    "reject": _reject,
    "withdraw": _withdraw,
    "pause": _pause,
    "resume": _resume,
    "retire": _retire,
}
DONE = {
    "submit": _("Asked for approval. Another person has to look at it."),
    "approve": _("Approved. The rule is live."),
    "reject": _("Rejected. The writer sees your reason."),
    "withdraw": _("Taken back. The draft can be changed again."),
    "pause": _("Paused. The rule does not fire any more."),
    "resume": _("The rule is live again."),
    "retire": _("Retired."),
}


@login_required
@require_POST
def step(request: ConsoleRequest, code: str, number: int, verb: str) -> HttpResponse:
    """Take a step; what was written stays on the page when it is refused."""
    if verb not in STEPS:
        raise NotFound("There is no such step.")
    rule = rule_view(request.actor, code)
    version = rule.version(number)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        STEPS[verb](request.actor, rule, version, reason)
    except InvalidInput as error:
        show_problems(form, error)
        return show_rule(request, rule, version, Asked(verb, reason=form, status=422))
    except (Conflict, NotAllowed) as error:
        form.add_error(None, f"{error.message} {error.hint}".strip())
        fresh = rule_view(request.actor, code)
        status = 409 if isinstance(error, Conflict) else 403
        return show_rule(request, fresh, fresh.version(number), Asked(verb, reason=form, status=status))
    messages.success(request, DONE[verb])
    return redirect(url_of(code, number))


@login_required
@require_POST
def write_next(request: ConsoleRequest, code: str, number: int) -> HttpResponse:
    """Begin a new version from this one and open its editor."""
    rule = rule_view(request.actor, code)
    try:
        new_version(actor=request.actor, from_version_id=rule.version(number).id, schemas=rule_schemas())
    except Conflict as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
        return redirect(url_of(code, number))
    return redirect("risk:rule-edit", code=code)
