"""Find cases by number or by whom they are about, and count those that are open, for rail and palette."""

from cases.domain.lifecycle import OPEN_STATES
from cases.models import Case
from cases.queries.scope import visible_cases
from governance.domain.actors import Actor
from governance.domain.finding import Found
from governance.domain.roles import Permission
from governance.queries.lists import BoundedCount, bounded_count
from risk.queries.finding import entity_keys

LARGEST_KEY = 2**63 - 1


def find_cases(actor: Actor, words: str, limit: int) -> list[Found]:
    """Return the case with the number (12 or #12), else the newest cases about entities that fit the words."""
    rows = visible_cases(actor).select_related("entity")
    number = words.removeprefix("#")
    if number.isdecimal() and int(number) <= LARGEST_KEY:
        rows = rows.filter(pk=int(number))
    else:
        rows = rows.filter(entity_id__in=entity_keys(actor, words, Permission.VIEW_CASES))
    return [_found(row) for row in rows.order_by("-pk")[:limit]]


def count_open_cases(actor: Actor, limit: int) -> BoundedCount:
    """Return how many open cases the viewer may see, counted no further than `limit`."""
    states = sorted(state.value for state in OPEN_STATES)
    return bounded_count(visible_cases(actor).filter(state__in=states), limit=limit)


def _found(row: Case) -> Found:
    return Found(row.pk, f"#{row.pk} {row.title}", f"{row.entity.name or row.entity.external_id} · {row.state}")
