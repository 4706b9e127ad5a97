"""One request to stop may arrive twice; a second one is urgent."""

import os
import signal

import pytest

from governance.project.embedded import stopping
from governance.project.embedded.stopping import StopRequest


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock whose hand the test moves."""
    hand = [100.0]
    monkeypatch.setattr(stopping.time, "monotonic", lambda: hand[0])
    return hand


def test_an_echo_is_not_urgent_and_a_later_signal_is(clock: list[float]) -> None:
    request = StopRequest()
    with request.listening():
        assert not request.is_made
        os.kill(os.getpid(), signal.SIGINT)
        clock[0] += 0.5
        os.kill(os.getpid(), signal.SIGTERM)
        assert request.is_made
        assert not request.is_urgent
        clock[0] += 1
        os.kill(os.getpid(), signal.SIGINT)
        assert request.is_urgent


def test_a_wait_that_does_not_look_is_interrupted_once() -> None:
    request = StopRequest()
    with request.listening():
        with pytest.raises(KeyboardInterrupt), request.interrupting():
            os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), request.interrupting():
            pytest.fail("it was asked to stop before")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_a_kill_and_a_closed_terminal_ask_to_stop(number: signal.Signals) -> None:
    request = StopRequest()
    with request.listening():
        os.kill(os.getpid(), number)
    assert request.is_made


def test_the_handlers_before_come_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with StopRequest().listening():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
