"""Decide from the workspace: see what a decision would do, make it, and go on with the next case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from cases.actions.deciding import Decided, decide_case
from cases.domain.lifecycle import DecisionOutcome
from cases.queries.presence import changes_since, presence_of
from cases.queries.preview import DecisionPreview, preview_decision
from cases.views.queue import open_next
from cases.views.words import OUTCOMES, SEVERITIES, STATES
from cases.views.workspace import Draft, Extra, show_case, standing_meter
from governance.domain.errors import Conflict, InvalidInput
from policies.domain.severity import severities_between
from policies.queries.macros import macros_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest

NEEDS_RATIONALE = (DecisionOutcome.CANNOT_TELL, DecisionOutcome.ESCALATE)


@login_required
@require_GET
def preview(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show what the decision would do: points, standing, sanctions, the notice, and rationales to start from."""
    answers, severity = answers_of(request.GET), request.GET.get("severity", "")
    context: dict[str, Any] = {"answers": ",".join(answers), "severity": severity}
    try:
        context |= _preview_context(preview_decision(request.actor, pk, answers, severity or None), severity)
    except InvalidInput as error:
        context["problems"] = error.problems
    except Conflict as error:
        context["refusal"] = error
    return render(request, "cases/_preview.html", context)


@login_required
@require_POST
def decide(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Decide the case and open the next one; a refused decision comes back with everything that was entered."""
    draft = Draft(
        answers=",".join(answers_of(request.POST)),
        severity=request.POST.get("severity", ""),
        rationale=request.POST.get("rationale", ""),
    )
    try:
        decided = decide_case(
            actor=request.actor,
            case_id=pk,
            revision=_number(request.POST, "revision"),
            answers=answers_of(request.POST),
            severity=draft.severity or None,
            rationale=draft.rationale,
        )
    except InvalidInput as error:
        problems = {problem.field: f"{problem.message} {problem.hint}".strip() for problem in error.problems}
        refused = Draft(draft.answers, draft.severity, draft.rationale, problems)
        return show_case(request, pk, Extra(draft=refused), status=422)
    except Conflict as error:
        extra = Extra(draft=draft, conflict=what_changed(request, pk, error))
        return show_case(request, pk, extra, status=409)
    messages.success(request, _said(decided))
    return open_next(request, request.POST.get("queue", ""))


def answers_of(given: Mapping[str, str]) -> list[str]:
    """Return the answers of a form: words joined by commas."""
    return [answer for answer in given.get("answers", "").split(",") if answer]


def what_changed(request: ConsoleRequest, pk: int, error: Conflict) -> dict[str, Any]:
    """Return why a step was refused, and what came since the page was opened."""
    found = changes_since(
        request.actor, pk, _number(request.POST, "seen_evidence"), _number(request.POST, "seen_transition")
    )
    now = presence_of(request.actor, pk)
    return {
        "error": error,
        "changes": found,
        "steps": [{"step": step, "label": STATES.get(step.state, step.state)} for step in found.steps],
        "is_mine": now.claim.is_mine,
    }


def _preview_context(found: DecisionPreview, severity: str) -> dict[str, Any]:
    plan, policy = found.plan, found.policy
    is_violation = plan.outcome is DecisionOutcome.VIOLATION
    choices = severities_between(policy.severity_min, policy.severity_max) if is_violation else ()
    return {
        "plan": plan,
        "outcome": OUTCOMES[plan.outcome.value],
        "is_violation": is_violation,
        "severities": [(level.value, SEVERITIES[level.value], level is plan.severity) for level in choices],
        "guide_severity": plan.reached.outcome.severity,
        "meter": standing_meter(plan.before, found.scheme),
        "sanctions": found.sanctions,
        "appeal_days": found.appeal_days,
        "macros": macros_for(policy.node_code, plan.outcome.value),
        "needs_rationale": plan.outcome in NEEDS_RATIONALE or plan.has_override,
    }


def _said(decided: Decided) -> str:
    """Return in one line what was decided and what came of it."""
    words = _("Case #%(case)s: %(outcome)s.") % {
        "case": decided.case_id,
        "outcome": OUTCOMES[decided.outcome.value],
    }
    if decided.outcome is DecisionOutcome.VIOLATION:
        words += " " + ngettext(
            "%(points)s point, standing now %(standing)s.",
            "%(points)s points, standing now %(standing)s.",
            decided.points,
        ) % {"points": decided.points, "standing": decided.standing}
        count = len(decided.sanction_ids)
        if count:
            words += " " + ngettext("%(n)s sanction follows.", "%(n)s sanctions follow.", count) % {"n": count}
    return words


def _number(given: Mapping[str, str], name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
