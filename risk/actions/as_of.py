"""Put together what rules see of stored events: the entities they touch, with their signals as of each event."""

from collections.abc import Mapping, Sequence

from risk.actions.evaluating import EventAsOf
from risk.domain.records import ENTITY_FIELDS, EntitySnapshot
from risk.domain.vocabulary import ACCOUNT_TYPES
from risk.queries.events import Row, entities_of, signals_as_of


def events_as_of(page: Sequence[Row], read: Mapping[str, frozenset[str]]) -> list[EventAsOf]:
    """Return the events of a page with the accounts that they touch and the entities that rules read.

    read holds the fields that the rules read of each role. What no rule reads of an entity is not looked up, as that
    costs more than asking the rules; of an account that none reads, only the key is told.
    """
    described = {role for role, fields in read.items() if not fields.isdisjoint(ENTITY_FIELDS)}
    measured = {role for role, fields in read.items() if not fields <= ENTITY_FIELDS.keys()}
    entities, signals = entities_of(page, described), signals_as_of(page, measured)
    wanted = read.keys() | set(ACCOUNT_TYPES)
    found = []
    for event_id, external_id, event_type, market, at, payload, touched in page:
        roles = {}
        for role, key in touched.items():
            if role not in wanted or (role in described and key not in entities):
                continue
            entity = entities[key] if role in described else EntitySnapshot(key, role, "", "", {})
            roles[role] = entity.with_signals(signals.get((key, at), {})) if role in measured else entity
        found.append(EventAsOf(event_id, external_id, event_type, market, at, payload, roles))
    return found
