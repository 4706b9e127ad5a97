"""Write notes on cases."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.actions.steps import as_subject, locked_case
from cases.models import CaseNote
from cases.queries.scope import require_work
from governance.actions import audit
from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput

LONGEST_NOTE = 4_000


@dataclass(frozen=True)
class Noted:
    """A note that was written."""

    note_id: int
    at: datetime


def add_note(*, actor: Actor, case_id: int, text: str) -> Noted:
    """Write a note on a case for colleagues; it never changes and does not touch the case's revision."""
    words = text.strip()
    if not words:
        raise InvalidInput([FieldProblem("text", "The note is empty.", "Write what a colleague should know.")])
    if len(words) > LONGEST_NOTE:
        raise InvalidInput([FieldProblem("text", f"It is longer than {LONGEST_NOTE:,} characters.", "Shorten it.")])
    with transaction.atomic():
        case = locked_case(actor, case_id)
        require_work(actor, case)
        note = CaseNote.objects.create(case=case, author_id=actor.person_id, text=words)
        audit.record(
            actor=actor,
            action="case_noted",
            subject=as_subject(case),
            market=case.market_id,
            after={"note_id": note.pk},
        )
    return Noted(note.pk, note.at)
