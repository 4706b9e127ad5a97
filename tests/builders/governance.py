"""Build people, actors and markets."""

import itertools

from governance.actions.markets import save_market
from governance.actions.people import grant_role, invite_person
from governance.domain.actors import Actor, system_actor
from governance.domain.markets import DEFAULT_MARKETS
from governance.domain.roles import Role
from governance.queries.people import actor_for

MARKETS = {spec.code: spec for spec in DEFAULT_MARKETS}
PASSWORD = "a long enough phrase 7"
_numbers = itertools.count(1)


def make_markets(*codes: str) -> None:
    """Make the named markets; BR, DE and ID when none is named."""
    for code in codes or ("BR", "DE", "ID"):
        save_market(actor=system_actor("tests"), spec=MARKETS[code])


def make_person(
    *roles: Role, markets: tuple[str | None, ...] = (None,), name: str = "", queues: tuple[str, ...] = ()
) -> Actor:
    """Make a person with the roles in the markets and return the actor."""
    number = next(_numbers)
    system = system_actor("tests")
    name = name or f"{'-'.join(roles) or 'nobody'} {number}"
    user_id = invite_person(actor=system, email=f"person{number}@example.org", name=name, password=PASSWORD)
    for role in roles:
        for market in markets:
            grant_role(actor=system, user_id=user_id, role=role, market=market, queues=queues)
    return actor_for(user_id)
