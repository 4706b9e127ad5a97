"""Keep and forget views of lists.

They arrange one person's screen and change nothing else, so that neither the audit log nor the outbox hears of them.
"""

from django.db import transaction

from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput, NotFound
from governance.models import SavedView, User
from governance.queries.saved_views import MOST_VIEWS

LONGEST_TITLE = 60
LONGEST_QUERY = 2_000


def save_view(*, actor: Actor, list_name: str, title: str, query: str) -> int:
    """Keep a query string under a title, in the place of what had this title; return its key.

    Raises InvalidInput without a title, with one that is too long, for filters that are too long, and when the
    person keeps MOST_VIEWS of this list already.
    """
    words = " ".join(title.split())
    if not words or len(words) > LONGEST_TITLE or "\0" in words:
        raise InvalidInput([FieldProblem("title", f"Give the view a name of at most {LONGEST_TITLE} characters.")])
    if len(query) > LONGEST_QUERY:
        raise InvalidInput([FieldProblem("title", "These filters are too long to be kept.", "Narrow them.")])
    with transaction.atomic():
        # One after the other, so that two tabs cannot pass the limit together.
        User.objects.select_for_update().get(pk=actor.person_id)
        own = SavedView.objects.filter(user_id=actor.person_id, list_name=list_name)
        row = own.filter(title=words).first()
        if row is None and own.count() >= MOST_VIEWS:
            hint = "Remove one that you no longer need."
            raise InvalidInput([FieldProblem("title", f"You keep {MOST_VIEWS} views of this list already.", hint)])
        row = row or SavedView(user_id=actor.person_id, list_name=list_name, title=words)
        row.query = query
        row.save()
    return row.pk


def remove_view(*, actor: Actor, view_id: int) -> str:
    """Forget one of the person's own views; return its title. Raises NotFound for any other."""
    with transaction.atomic():
        row = SavedView.objects.select_for_update().filter(pk=view_id, user_id=actor.person_id).first()
        if row is None:
            raise NotFound("There is no such view of yours.")
        row.delete()
    return row.title
