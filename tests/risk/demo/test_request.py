"""What can be asked of the generator."""

from datetime import date

import pytest

from governance.domain.markets import DEFAULT_MARKETS
from risk.domain.demo.markets import MARKETS
from risk.domain.demo.request import Problem, find_problems
from tests.risk.demo.conftest import make_request


def test_a_good_request_has_no_problem() -> None:
    assert find_problems(make_request()) == []


@pytest.mark.parametrize(
    ("changes", "problem", "value"),
    [
        ({"markets": ("BR", "XX")}, Problem.UNKNOWN_MARKET, "XX"),
        ({"markets": ("BR", "ID", "BR")}, Problem.REPEATED_MARKET, "BR"),
        ({"markets": ()}, Problem.NO_MARKET, ""),
        ({"last_day": date(2026, 8, 1)}, Problem.REVERSED_PERIOD, "2026-08-01 / 2026-08-01"),
        ({"last_day": date(2026, 7, 1)}, Problem.REVERSED_PERIOD, "2026-08-01 / 2026-07-01"),
        ({"last_day": date(2026, 8, 13)}, Problem.SHORT_PERIOD, "13"),
        ({"last_day": date(2030, 8, 1)}, Problem.LONG_PERIOD, "1462"),
        ({"events": 9_999}, Problem.TOO_FEW_EVENTS, "9999"),
        ({"events": 500_000_001}, Problem.TOO_MANY_EVENTS, "500000001"),
        ({"seed": -1}, Problem.NEGATIVE_SEED, "-1"),
    ],
)
def test_a_bad_request_names_its_problem(changes: dict[str, object], problem: Problem, value: str) -> None:
    assert find_problems(make_request(**changes)) == [(problem, value)]


def test_all_problems_are_found_at_once() -> None:
    request = make_request(markets=("XX",), events=1, seed=-5)

    assert [problem for problem, _ in find_problems(request)] == [
        Problem.UNKNOWN_MARKET,
        Problem.TOO_FEW_EVENTS,
        Problem.NEGATIVE_SEED,
    ]


def test_the_period_includes_both_days() -> None:
    request = make_request(first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))

    assert request.days == 31
    assert request.end - request.start == 31 * 86_400


def test_every_market_that_the_product_knows_can_be_made() -> None:
    assert set(MARKETS) == {market.code for market in DEFAULT_MARKETS}
