"""Read the views of lists that a person keeps."""

from dataclasses import dataclass

from governance.domain.actors import Actor
from governance.models import SavedView

MOST_VIEWS = 30


@dataclass(frozen=True)
class SavedViewRow:
    """A named view: the query string with its filters and sort."""

    id: int
    title: str
    query: str


def saved_views(actor: Actor, list_name: str) -> list[SavedViewRow]:
    """Return the person's views of a list by title; none for keys and the system."""
    if actor.user_id is None:
        return []
    rows = SavedView.objects.filter(user_id=actor.user_id, list_name=list_name)[:MOST_VIEWS]
    return [SavedViewRow(row.pk, row.title, row.query) for row in rows]
