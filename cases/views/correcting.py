"""Correct a decision that settled a case: answer its guide anew, see what is undone, say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.actions.rehearsing import CorrectionPreview, preview_correction
from cases.actions.reversing import supersede_decision
from cases.domain.guides import follow_guide
from cases.domain.lifecycle import DecisionOutcome
from cases.domain.wording import wording_for
from cases.queries.workspace import CaseView, case_view
from cases.views.deciding import answers_of
from cases.views.words import OUTCOMES, SEVERITIES
from cases.views.workspace import Draft, Extra, show_case, standing_meter
from governance.domain.errors import Conflict, InvalidInput
from governance.domain.roles import Permission
from policies.domain.severity import severities_between
from policies.queries.macros import macros_for

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest


@login_required
def correct(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show the guide once more for another decision in the place of the first, or put that in its place."""
    view = case_view(request.actor, pk)
    request.actor.require(Permission.REVERSE_DECISIONS, view.row.market_id)
    if not view.is_correctable:
        messages.error(request, _("There is no decision here that can be corrected."))
        return redirect("cases:detail", pk)
    if request.method != "POST":
        return show_case(request, pk, Extra(is_correcting=True))
    return _correct(request, view)


@login_required
@require_GET
def correction_preview(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show what a correction would undo and do: points, standing, sanctions, and the notice."""
    view = case_view(request.actor, pk)
    answers, severity = answers_of(request.GET), request.GET.get("severity", "")
    context: dict[str, Any] = {"answers": ",".join(answers), "severity": severity}
    try:
        found = preview_correction(
            actor=request.actor,
            decision_id=view.decisions[0].pk if view.decisions else 0,
            answers=answers,
            severity=severity or None,
        )
        context |= _context(request, view, found, answers)
    except InvalidInput as error:
        context["problems"] = error.problems
    except Conflict as error:
        context["refusal"] = error
    return render(request, "cases/_correction.html", context)


def _correct(request: ConsoleRequest, view: CaseView) -> HttpResponse:
    draft = Draft(
        answers=",".join(answers_of(request.POST)),
        severity=request.POST.get("severity", ""),
        rationale=request.POST.get("rationale", ""),
    )
    given = request.POST.get("decision", "")
    try:
        done = supersede_decision(
            actor=request.actor,
            decision_id=int(given) if given.isdecimal() and len(given) < 19 else 0,
            answers=answers_of(request.POST),
            severity=draft.severity or None,
            rationale=draft.rationale,
        )
    except InvalidInput as error:
        problems = {problem.field: f"{problem.message} {problem.hint}".strip() for problem in error.problems}
        refused = Draft(draft.answers, draft.severity, draft.rationale, problems)
        return show_case(request, view.row.pk, Extra(draft=refused, is_correcting=True), status=422)
    except Conflict as error:
        messages.error(request, f"{error.message} {error.hint}".strip())
        return redirect("cases:detail", view.row.pk)
    words = _("The decision is corrected: %(outcome)s. The account stands at %(standing)s now.")
    messages.success(request, words % {"outcome": OUTCOMES[done.outcome.value], "standing": done.standing})
    return redirect("cases:detail", view.row.pk)


def _context(request: ConsoleRequest, view: CaseView, found: CorrectionPreview, answers: list[str]) -> dict[str, Any]:
    kinds = wording_for(request.actor.locale).kinds
    is_violation = found.outcome is DecisionOutcome.VIOLATION
    policy = view.policy
    choices = severities_between(policy.severity_min, policy.severity_max) if is_violation else ()
    return {
        "found": found,
        "is_violation": is_violation,
        "severities": [(level.value, SEVERITIES[level.value], level.value == found.severity) for level in choices],
        "guide_severity": follow_guide(policy.tree, answers).outcome.severity,
        "meter": standing_meter(found.before, view.scheme),
        "ended": [{"row": row, "label": kinds[row.kind]} for row in found.ended],
        "begun": [{"row": row, "label": kinds[row.kind]} for row in found.begun],
        "macros": macros_for(policy.node_code, found.outcome.value),
    }
