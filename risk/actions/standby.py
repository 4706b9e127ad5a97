"""Keep what decisions are made of in the memory of each web process, renewed beside the traffic.

Requests take what is there and never wait for rules to be read or compiled, but for the first one of a process.
"""

import os
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

import structlog
from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from governance.queries.markets import all_markets
from policies.queries.policy_titles import PolicyTitle, titles_in_force
from risk.actions.compiled import CompiledRuleset, ruleset_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from policies.queries.rules import LiveRule

log = structlog.get_logger(__name__)

RENEWED_EVERY_SECONDS: Final = 0.5
TITLES_EVERY_SECONDS: Final = 10.0
# While rules compile, a request that comes back from the database waits for the interpreter this long, not 5 ms.
SWITCH_SECONDS: Final = 0.0005


@dataclass(frozen=True)
class Ground:
    """The rules in force with all that answers say of them; policies are by key, in the version in force."""

    rules: CompiledRuleset
    markets: frozenset[str]
    policies: "Mapping[int, PolicyTitle]"
    read_at: float = field(default_factory=time.monotonic)

    @cached_property
    def roles_read(self) -> frozenset[str]:
        """Return the roles of which some rule on events reads something."""
        return frozenset(self.rules.read_on_events)

    @cached_property
    def live(self) -> "dict[int, LiveRule]":
        """Return the rules on events by the key of their version."""
        return {rule.live.version_id: rule.live for rules in self.rules.on_events.values() for rule in rules}

    @cached_property
    def titles(self) -> dict[int, PolicyTitle]:
        """Return the policies by the key of their version."""
        return {title.version_id: title for title in self.policies.values()}


def read_ground(held: Ground | None = None) -> Ground:
    """Return what holds now: `held` itself when nothing changed and its titles are young enough."""
    rules = ruleset_in_force()
    now = time.monotonic()
    if held is not None and rules is held.rules and now - held.read_at < TITLES_EVERY_SECONDS:
        return held
    on_events = [rule.live.policy_id for found in rules.on_events.values() for rule in found]
    return Ground(rules, frozenset(all_markets()), titles_in_force(on_events, timezone.now()))


class Standby:
    """Holds the newest ground of this process; with `read` it can be told where from."""

    def __init__(self, read: "Callable[[Ground | None], Ground]" = read_ground) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._held: Ground | None = None
        self._process = 0
        self._is_over = threading.Event()

    def ground(self) -> Ground:
        """Return the ground that is held, at most a second older than what holds; the first caller reads it.

        From then on a thread of its own, with a connection of its own, renews it.
        """
        held = self._held
        if held is not None and self._process == os.getpid():
            return held
        with self._lock:
            if self._held is None or self._process != os.getpid():
                self._held, self._process = self._read(None), os.getpid()
                self._is_over = threading.Event()
                sys.setswitchinterval(SWITCH_SECONDS)
                threading.Thread(target=self._renew, args=[self._is_over], name="rules", daemon=True).start()
            return self._held

    def stop(self) -> None:
        """End the thread and forget; for tests."""
        self._is_over.set()
        self._held = None

    def _renew(self, is_over: threading.Event) -> None:
        while not is_over.wait(RENEWED_EVERY_SECONDS):
            try:
                self._held = self._read(self._held)
            except Error as error:  # the old rules serve until the database is back
                log.warning("rules_not_renewed", error=str(error))
                connection.close()
            except Exception:
                log.exception("rules_not_renewed")
        connection.close()


_standby = Standby()


def warm_up() -> None:
    """Read and compile the rules in a thread before the first request asks; for a web process that was just forked."""
    if settings.RULES_BESIDE_TRAFFIC:
        threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()


def _warm_up() -> None:
    try:
        _standby.ground()
    except Exception as error:  # noqa: BLE001  the first request tries again, and is answered with what is wrong
        log.warning("rules_not_read", error=str(error))
    connection.close()


def ground_in_force() -> Ground:
    """Return what decisions are made of now; outside web processes it is read anew each time, cheaply."""
    return _standby.ground() if settings.RULES_BESIDE_TRAFFIC else read_ground()
