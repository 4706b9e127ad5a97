"""Agree to what a colleague's decision proposes against an account, or refuse it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from cases.actions.sanctions import settle_held_sanctions
from cases.queries.workspace import case_view
from cases.views.workspace import Extra, HeldDraft, show_case
from governance.actions.approving import Verdict
from governance.domain.errors import Conflict, InvalidInput, NotFound

if TYPE_CHECKING:
    from django.http import HttpResponse

    from governance.middleware import ConsoleRequest

VERDICTS = {"approve": Verdict.APPROVE, "refuse": Verdict.REJECT}


@login_required
@require_POST
def settle_held(request: ConsoleRequest, pk: int, verb: str) -> HttpResponse:
    """Approve or refuse the chosen sanctions of the case; a refused step keeps the note."""
    verdict = VERDICTS.get(verb)
    if verdict is None:
        raise NotFound("There is no such step.")
    here = {row.id for row in case_view(request.actor, pk).sanctions if row.case_id == pk}
    chosen = [int(key) for key in request.POST.getlist("sanction") if key.isdecimal() and len(key) < 19]
    note = request.POST.get("note", "").strip()
    try:
        if not here.issuperset(chosen):
            raise NotFound("There is no such sanction of this case.")
        steps = settle_held_sanctions(actor=request.actor, sanction_ids=chosen, verdict=verdict, note=note)
    except InvalidInput as error:
        problems = {problem.field: f"{problem.message} {problem.hint}".strip() for problem in error.problems}
        return show_case(request, pk, Extra(held=HeldDraft(note, frozenset(chosen), problems)), status=422)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect(f"{reverse('cases:detail', args=[pk])}#held")
    messages.success(request, _said(verdict, len(steps)))
    return redirect(f"{reverse('cases:detail', args=[pk])}#sanctions")


def _said(verdict: Verdict, count: int) -> str:
    given: dict[str, Any] = {"n": count}
    if verdict is Verdict.APPROVE:
        words = ngettext(
            "%(n)s sanction is in force. The account is told.",
            "%(n)s sanctions are in force. The account is told.",
            count,
        )
    else:
        words = ngettext("%(n)s sanction was refused.", "%(n)s sanctions were refused.", count)
        words += " " + _("The points stay.")
    return words % given
