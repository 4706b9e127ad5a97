"""Find entities by name or external id, for the command palette."""

from django.db.models import Q, QuerySet

from governance.domain.actors import Actor
from governance.domain.finding import Found
from governance.domain.roles import Permission
from governance.queries.scoping import within_markets
from risk.domain.vocabulary import ACCOUNT_TYPES, EntityType
from risk.models import Entity

# The trigram indexes need three letters; a shorter word must be a whole id.
LEAST_LETTERS = 3
# Of what matches, so many are weighed against each other.
CANDIDATES = 60


def find_entities(actor: Actor, words: str, limit: int) -> list[Found]:
    """Return the entities that fit best: a whole id first, then accounts, then names that begin with the words."""
    rows = sorted(_candidates(actor, words), key=lambda row: _distance(row, words.casefold()))
    return [Found(row.pk, row.name or row.external_id, _hint(row)) for row in rows[:limit]]


def entity_keys(actor: Actor, words: str, permission: Permission) -> list[int]:
    """Return the keys of entities that fit the words, in the markets where the viewer has the permission."""
    return [row.pk for row in _candidates(actor, words, permission)]


def _candidates(actor: Actor, words: str, permission: Permission = Permission.VIEW_ENTITIES) -> QuerySet[Entity]:
    rows = within_markets(Entity.objects.all(), actor, permission)
    if len(words) < LEAST_LETTERS:
        return rows.filter(external_id__iexact=words)[:CANDIDATES]
    return rows.filter(Q(name__icontains=words) | Q(external_id__icontains=words))[:CANDIDATES]


def _distance(row: Entity, words: str) -> tuple[bool, bool, bool, str]:
    name = row.name.casefold()
    is_account = EntityType(row.type) in ACCOUNT_TYPES
    return (row.external_id.casefold() != words, not is_account, not name.startswith(words), name)


def _hint(row: Entity) -> str:
    kind = row.type.replace("_", " ")
    return f"{kind} {row.external_id} · {row.market_id}" if row.name else f"{kind} · {row.market_id}"
