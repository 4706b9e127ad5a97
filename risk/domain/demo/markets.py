"""Describe the markets that the synthetic marketplace can open: language, money, rhythm of the week."""

from dataclasses import dataclass

from governance.domain.markets import DEFAULT_MARKETS, MarketSpec


@dataclass(frozen=True)
class MarketProfile:
    """How people trade in one market.

    `price_level` turns the category's unit price into the currency; `price_step` is the smallest difference
    between two shelf prices; `volume` is the market's share of orders before it is normalised; `weekdays`
    weighs Monday to Sunday.
    """

    market: MarketSpec
    language: str
    price_level: float
    price_step: float
    volume: float
    weekdays: tuple[float, ...]


_EVERY_DAY = (1.0, 0.98, 0.99, 1.0, 1.04, 1.08, 1.12)
_QUIET_SATURDAY = (1.05, 1.02, 1.0, 0.99, 0.94, 0.9, 1.12)

_TRADE: dict[str, tuple[str, float, float, float, tuple[float, ...]]] = {
    "BR": ("pt", 5.0, 0.1, 0.40, _EVERY_DAY),
    "ID": ("id", 9000.0, 500.0, 0.36, _EVERY_DAY),
    "DE": ("de", 1.0, 0.1, 0.24, _QUIET_SATURDAY),
    "US": ("en", 1.1, 0.1, 0.40, _QUIET_SATURDAY),
    "GB": ("en", 0.9, 0.1, 0.22, _QUIET_SATURDAY),
    "SG": ("en", 1.4, 0.1, 0.08, _EVERY_DAY),
    "MY": ("en", 3.2, 0.1, 0.14, _EVERY_DAY),
    "PH": ("en", 38.0, 1.0, 0.20, _EVERY_DAY),
    "TH": ("en", 24.0, 1.0, 0.22, _EVERY_DAY),
    "VN": ("en", 14000.0, 1000.0, 0.22, _EVERY_DAY),
    "MX": ("en", 16.0, 1.0, 0.22, _EVERY_DAY),
    "ES": ("en", 0.95, 0.1, 0.16, _QUIET_SATURDAY),
    "FR": ("en", 1.0, 0.1, 0.20, _QUIET_SATURDAY),
}
"""Language of the texts (English where there is no grammar), price level and step, volume, week."""

MARKETS = {
    market.code: MarketProfile(market, *_TRADE[market.code]) for market in DEFAULT_MARKETS if market.code in _TRADE
}
"""Every market that can be asked for, by ISO 3166 code."""
