"""The pieces the marketplace is made of: ids, rhythm, disguises, grammars."""

import itertools
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.domain.demo.accounts import NEVER, Crowd, make_accounts
from risk.domain.demo.disguise import disguise
from risk.domain.demo.grammar import GRAMMARS
from risk.domain.demo.identifiers import scramble, write_digits, write_ids
from risk.domain.demo.markets import MARKETS
from risk.domain.demo.seasons import (
    HOUR,
    build_season,
    cut_chunks,
    deal_out,
    draw_between,
    draw_times,
    split_by_market,
)
from risk.domain.demo.vocabulary import CATEGORIES, EVENT_TYPES
from risk.domain.vocabulary import EventType
from tests.risk.demo.conftest import make_request


def read_texts(cells: np.ndarray) -> list[str]:
    return [bytes(row).decode("ascii") for row in cells]


@given(st.lists(st.integers(0, 2**40 - 1), min_size=2, max_size=200, unique=True), st.integers(0, 2**63))
def test_different_numbers_never_get_the_same_id(numbers: list[int], key: int) -> None:
    scrambled = scramble(np.array(numbers, dtype=np.int64), key)

    assert len(set(scrambled.tolist())) == len(numbers)
    assert int(scrambled.max()) < 2**40


def test_ids_depend_on_type_and_seed() -> None:
    numbers = np.arange(3)
    first = read_texts(write_ids("seller", numbers, 7).cells)

    assert all(text.startswith("S-") and len(text) == 10 for text in first)
    assert first == read_texts(write_ids("seller", numbers, 7).cells)
    assert first != read_texts(write_ids("seller", numbers, 8).cells)
    assert [text[2:] for text in first] != [text[2:] for text in read_texts(write_ids("buyer", numbers, 7).cells)]


def test_digits_are_filled_with_zeros() -> None:
    assert read_texts(write_digits(np.array([0, 42, 99_999]), 5, "E-").cells) == [
        "E-00000",
        "E-00042",
        "E-99999",
    ]


def test_sale_days_evenings_and_growth_are_in_the_season() -> None:
    season = build_season(make_request(markets=("ID",)))
    hourly = np.diff(season.curves[0])
    local = hourly[17:][: 90 * 24].reshape(90, 24)  # Jakarta is seven hours ahead: its days begin at 17 UTC
    daily = local.sum(axis=1)
    dates = [datetime.fromtimestamp(season.start + (17 + 24 * day) * HOUR, UTC).date() for day in range(90)]
    double = next(place for place, day in enumerate(dates) if (day.month, day.day) == (9, 8))

    assert daily[double] > 2 * np.median(daily)
    assert local[:, 21].sum() > 5 * local[:, 3].sum()
    assert np.median(daily[-14:]) > 1.1 * np.median(daily[:14])


def test_the_clock_change_moves_the_evening() -> None:
    season = build_season(make_request(markets=("DE",)))
    hourly = np.diff(season.curves[0]).reshape(-1, 24)

    assert hourly[80].argmax() == 19  # 20 October, summer time: nine in the evening is 19 UTC
    assert hourly[88].argmax() == 20  # 28 October, winter time


def test_drawn_times_lie_in_their_hours_and_markets() -> None:
    season = build_season(make_request())
    times, markets = draw_times(np.random.default_rng(1), season, np.array([500, 0, 300]), 100, 120)

    assert times.min() >= season.start + 100 * HOUR
    assert times.max() < season.start + 120 * HOUR
    assert np.bincount(markets).tolist() == [500, 0, 300]


def test_times_between_bounds_keep_to_them() -> None:
    season = build_season(make_request())
    low = season.start + np.arange(1000) * 60
    high = low + 30 * HOUR
    times = draw_between(np.random.default_rng(1), season, np.arange(1000) % 3, low, high)

    assert (times >= low).all()
    assert (times <= high).all()
    assert np.unique(times - low).size > 500


def test_parts_of_the_period_add_up() -> None:
    season = build_season(make_request())
    edges = cut_chunks(season, 2_000_000)
    parts = [split_by_market(season, 12_345.6, *pair) for pair in itertools.pairwise(edges)]

    assert len(edges) == 14
    assert np.sum(parts, axis=0).tolist() == np.rint(12_345.6 * season.shares).tolist()


@given(st.integers(0, 10_000), st.lists(st.floats(0.001, 100.0), min_size=1, max_size=20))
def test_dealing_out_loses_nothing(total: int, weights: list[float]) -> None:
    parts = deal_out(total, np.array(weights))

    assert parts.sum() == total
    assert parts.min() >= 0


def test_closed_accounts_are_never_drawn() -> None:
    request = make_request()
    season = build_season(request)
    rng = np.random.default_rng(3)
    accounts = make_accounts(rng, season, count=90, spread=1.0, newcomers=0.5, offset=0)
    accounts.closed[5:20] = season.start + 1000 * HOUR
    crowd = Crowd(accounts, accounts.registered, request)
    market = rng.integers(0, 3, 20_000)
    at = rng.integers(season.start, season.end, 20_000)
    drawn = crowd.draw(rng, market, at)

    assert (accounts.market[drawn] == market).all()
    assert (accounts.registered[drawn] <= at).all()
    assert (accounts.closed[drawn] > at).all()
    assert np.isin(np.flatnonzero(accounts.registered >= season.start), drawn).any()
    assert (accounts.closed[drawn] < NEVER).any()


def test_a_disguise_hides_the_word_and_keeps_its_letters_guessable() -> None:
    rng = np.random.default_rng(5)
    forms = {disguise(rng, "replica") for _ in range(200)}

    assert "replica" not in forms
    assert {"r3pl1c4", "r.e.p.l.i.c.a", "r e p l i c a"} <= forms
    assert len(forms) == 5


@pytest.mark.parametrize("language", sorted(GRAMMARS))
def test_a_grammar_is_complete(language: str) -> None:
    grammar = GRAMMARS[language]

    assert grammar.language == language
    assert set(grammar.nouns) == set(grammar.shop_tails) == set(CATEGORIES)
    assert set(grammar.review_titles) == set(grammar.reviews) == {"good", "fair", "poor"}
    assert len(grammar.handle_heads) * len(grammar.handle_tails) == 320
    assert all("{term}" in frame for frame in grammar.scam_frames)
    assert all("{mark}" in text for text in grammar.counterfeit_texts[0])
    assert len(set(grammar.scam_terms)) == len(grammar.scam_terms) >= 3


def test_event_types_are_those_of_the_product() -> None:
    assert set(EVENT_TYPES) == {kind.value for kind in EventType}


def test_languages_of_the_markets_have_a_grammar() -> None:
    assert {profile.language for profile in MARKETS.values()} == set(GRAMMARS)
