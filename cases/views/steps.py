"""The steps around a decision: claim, give back, keep, note, escalate, and who is on the case now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from cases.actions.claiming import claim_case, release_case, start_review
from cases.actions.escalating import escalate_case
from cases.actions.notes import add_note
from cases.queries.presence import presence_of
from cases.views.deciding import what_changed
from cases.views.workspace import OWNERS, Extra, presence_context, show_case
from governance.domain.errors import Conflict, InvalidInput, NotAllowed
from governance.domain.escalations import Severity
from governance.forms import EscalateForm, show_problems
from governance.queries.people import people_with_role

if TYPE_CHECKING:
    from django.http import HttpResponse, HttpResponseRedirect

    from governance.middleware import ConsoleRequest


@login_required
@require_POST
def claim(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Claim the case; when somebody was faster, say who."""
    try:
        claim_case(actor=request.actor, case_id=pk)
    except Conflict as error:
        messages.error(request, error.message)
    return _back(request, pk)


@login_required
@require_POST
def release(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Give the case back to the queue."""
    try:
        release_case(actor=request.actor, case_id=pk)
    except Conflict as error:
        messages.error(request, error.message)
        return _back(request, pk)
    messages.success(request, _("Case #%(case)s is back in the queue.") % {"case": pk})
    return redirect("cases:queue")


@login_required
@require_POST
def keep(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Say that one is at work on the case: it is in review, and its lease runs anew."""
    try:
        held = start_review(actor=request.actor, case_id=pk)
    except (Conflict, NotAllowed) as error:
        return JsonResponse({"message": error.message}, status=409)
    return JsonResponse({"lease_until": held.lease_until.isoformat(), "revision": held.revision})


@login_required
@require_GET
def presence(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Show who is on the case now, for a page that asks every few seconds."""
    now = presence_of(request.actor, pk)
    return render(request, "cases/_presence.html", presence_context(request, now))


@login_required
@require_POST
def note(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Write a note on the case."""
    text = request.POST.get("text", "")
    try:
        add_note(actor=request.actor, case_id=pk, text=text)
    except InvalidInput as error:
        problem = " ".join(f"{one.message} {one.hint}".strip() for one in error.problems)
        return show_case(request, pk, Extra(note=text, note_problem=problem), status=422)
    messages.success(request, _("Note written."))
    return _back(request, pk, "#history")


@login_required
@require_POST
def escalate(request: ConsoleRequest, pk: int) -> HttpResponse:
    """Escalate the case: it leaves the queue until the escalation is resolved."""
    form = EscalateForm(request.POST, owners=people_with_role(*OWNERS))
    if not form.is_valid():
        return show_case(request, pk, Extra(escalation=form), status=422)
    given = form.cleaned_data
    try:
        escalated = escalate_case(
            actor=request.actor,
            case_id=pk,
            revision=int(request.POST.get("revision") or 0),
            severity=Severity(given["severity"]),
            summary=given["summary"],
            details=given["details"],
            owner_id=given["owner"],
        )
    except InvalidInput as error:
        show_problems(form, error)
        return show_case(request, pk, Extra(escalation=form), status=422)
    except Conflict as error:
        return show_case(request, pk, Extra(escalation=form, conflict=what_changed(request, pk, error)), status=409)
    messages.success(request, _("Escalation %(id)s is open; its clock runs.") % {"id": escalated.id})
    return _back(request, pk)


def _back(request: ConsoleRequest, pk: int, anchor: str = "") -> HttpResponseRedirect:
    queue = request.POST.get("queue", "")
    suffix = f"?{urlencode({'queue': queue})}" if queue else ""
    return redirect(f"{reverse('cases:detail', args=[pk])}{suffix}{anchor}")
