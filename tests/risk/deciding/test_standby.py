"""Rules are renewed beside the traffic: nobody waits, and what is new is there within two seconds."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import LazySettings
from django.db import OperationalError

from policies.models import RulesetVersion
from risk.actions import standby as standby_module
from risk.actions.compiled import CompiledRuleset, forget_ruleset
from risk.actions.standby import Ground, Standby, ground_in_force, read_ground, warm_up
from tests.risk.deciding.conftest import load_pack

SECONDS = 10.0
Reader = Callable[[Ground | None], Ground]


def numbered(number: int) -> Ground:
    return Ground(CompiledRuleset(number, {}, {}, {}), frozenset(), {})


@pytest.fixture
def make_standby() -> Iterator[Callable[[Reader], Standby]]:
    made: list[Standby] = []

    def make(read: Reader) -> Standby:
        made.append(Standby(read))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def wait_for(number: int, standby: Standby) -> float:
    began = time.monotonic()
    while standby.ground().rules.number != number:
        assert time.monotonic() - began < SECONDS, "the new rules never came"
        time.sleep(0.01)
    return time.monotonic() - began


def test_the_old_rules_serve_until_the_new_ones_are_ready(make_standby: Callable[[Reader], Standby]):
    is_compiling, is_ready = threading.Event(), threading.Event()

    def read(held: Ground | None) -> Ground:
        if held is None:
            return numbered(1)
        is_compiling.set()
        assert is_ready.wait(SECONDS)
        return numbered(2)

    standby = make_standby(read)
    assert standby.ground().rules.number == 1
    assert is_compiling.wait(SECONDS)
    waits = []
    for _ in range(50):
        began = time.monotonic()
        assert standby.ground().rules.number == 1
        waits.append(time.monotonic() - began)
    assert max(waits) < 0.05
    is_ready.set()
    wait_for(2, standby)


def test_the_old_rules_serve_while_the_database_is_away(make_standby: Callable[[Reader], Standby]):
    answers = iter([OperationalError("away"), ValueError("broken"), numbered(3)])

    def read(held: Ground | None) -> Ground:
        if held is None:
            return numbered(1)
        answer = next(answers, held)
        if isinstance(answer, Exception):
            raise answer
        return answer

    standby = make_standby(read)
    assert standby.ground().rules.number == 1
    wait_for(3, standby)


def test_the_first_callers_read_once(make_standby: Callable[[Reader], Standby]):
    reads = []

    def read(held: Ground | None) -> Ground:
        if held is None:
            reads.append(threading.get_ident())
            time.sleep(0.05)
        return held or numbered(1)

    standby = make_standby(read)
    threads = [threading.Thread(target=standby.ground) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(reads) == 1


@pytest.mark.django_db(transaction=True)
def test_a_new_rule_set_is_there_within_two_seconds(make_standby: Callable[[Reader], Standby]):
    load_pack()
    standby = make_standby(read_ground)
    first = standby.ground()
    assert {title.code for title in first.policies.values()} == {"PERF-LATE"}
    assert first.markets == {"BR", "DE", "ID"}
    RulesetVersion.objects.create(number=99, members=[], lists={}, reason="nothing fires")
    assert wait_for(99, standby) < 2
    forget_ruleset()


@pytest.fixture
def own_standby(
    monkeypatch: pytest.MonkeyPatch, settings: LazySettings, make_standby: Callable[[Reader], Standby]
) -> Callable[[Reader], Standby]:
    """Put a standby in the place of the process's own, as in a web process."""

    def put(read: Reader) -> Standby:
        settings.RULES_BESIDE_TRAFFIC = True
        standby = make_standby(read)
        monkeypatch.setattr(standby_module, "_standby", standby)
        return standby

    return put


def test_a_new_web_process_reads_before_it_is_asked(own_standby: Callable[[Reader], Standby]):
    is_read = threading.Event()

    def read(held: Ground | None) -> Ground:
        is_read.set()
        return held or numbered(1)

    own_standby(read)
    warm_up()
    assert is_read.wait(SECONDS)
    assert ground_in_force().rules.number == 1


def test_a_new_web_process_starts_while_the_database_is_away(own_standby: Callable[[Reader], Standby]):
    answers = iter([OperationalError("away")])
    is_tried = threading.Event()

    def read(held: Ground | None) -> Ground:
        error = next(answers, None)
        if error is not None:
            is_tried.set()
            raise error
        return held or numbered(2)

    own_standby(read)
    warm_up()
    assert is_tried.wait(SECONDS)
    assert ground_in_force().rules.number == 2


@pytest.mark.django_db
def test_what_is_held_stays_while_nothing_changes():
    load_pack()
    held = read_ground()
    assert read_ground(held) is held
