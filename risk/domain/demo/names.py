"""Name shops and creators and rank the shops by size."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.grammar import GRAMMARS
from risk.domain.demo.vocabulary import CATEGORIES
from risk.domain.demo.world import World

TIERS = ("new", "bronze", "silver", "gold")
_TIER_QUANTILES = (0.6, 0.9)
_NAME_STREAM = 5
_NEW_FOR = 180 * 24 * 3600


def _number_repeats(names: list[str]) -> list[str]:
    """Return the names with a number after every repeated one, counted from 2."""
    seen: Counter[str] = Counter()
    numbered = []
    for name in names:
        seen[name] += 1
        numbered.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return numbered


def _pick(draw: float, texts: tuple[str, ...]) -> str:
    return texts[int(draw * len(texts))]


def name_sellers(world: World) -> list[str]:
    """Return a shop name per seller, in the market's language and fitting the category; no name twice."""
    draws = world.stream(_NAME_STREAM, 0).random((len(world.sellers), 2)).tolist()
    names = []
    markets, categories = world.sellers.market.tolist(), world.habits.category.tolist()
    for market, category, (head, tail) in zip(markets, categories, draws, strict=True):
        grammar = GRAMMARS[world.request.profiles[market].language]
        end = _pick(tail, grammar.shop_tails[CATEGORIES[category]])
        names.append(f"{_pick(head, grammar.shop_heads)} {end}".strip())
    return _number_repeats(names)


def name_creators(world: World) -> list[str]:
    """Return a channel name per creator; no name twice."""
    accounts = world.creators
    draws = world.stream(_NAME_STREAM, 1).random((len(accounts), 2)).tolist()
    names = []
    for market, (head, tail) in zip(accounts.market.tolist(), draws, strict=True):
        grammar = GRAMMARS[world.request.profiles[market].language]
        names.append(f"@{_pick(head, grammar.handle_heads)}_{_pick(tail, grammar.handle_tails)}")
    return [name.replace(" ", "_") for name in _number_repeats(names)]


def choose_tiers(world: World) -> NDArray[np.int64]:
    """Return each seller's tier: new for the first half year, then by size."""
    weight = world.sellers.weight
    tier = 1 + np.searchsorted(np.quantile(weight, _TIER_QUANTILES), weight)
    is_new = world.sellers.registered > world.season.start - _NEW_FOR
    return np.where(is_new, 0, tier).astype(np.int64)
