"""What a market is, and the ones that Aedile knows from the start."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MarketSpec:
    """A market: ISO 3166 code, locale of its people, IANA time zone, ISO 4217 currency, legal regimes that apply."""

    code: str
    name: str
    locale: str
    time_zone: str
    currency: str
    regimes: tuple[str, ...] = ()


_EU = ("dsa", "p2b", "gpsr")

DEFAULT_MARKETS: tuple[MarketSpec, ...] = (
    MarketSpec("BR", "Brazil", "pt-br", "America/Sao_Paulo", "BRL"),
    MarketSpec("DE", "Germany", "de", "Europe/Berlin", "EUR", _EU),
    MarketSpec("ES", "Spain", "es", "Europe/Madrid", "EUR", _EU),
    MarketSpec("FR", "France", "fr", "Europe/Paris", "EUR", _EU),
    MarketSpec("GB", "United Kingdom", "en-gb", "Europe/London", "GBP"),
    MarketSpec("ID", "Indonesia", "id", "Asia/Jakarta", "IDR", ("indonesia",)),
    MarketSpec("MX", "Mexico", "es", "America/Mexico_City", "MXN"),
    MarketSpec("MY", "Malaysia", "ms", "Asia/Kuala_Lumpur", "MYR", ("malaysia",)),
    MarketSpec("PH", "Philippines", "en", "Asia/Manila", "PHP"),
    MarketSpec("SG", "Singapore", "en-sg", "Asia/Singapore", "SGD", ("singapore",)),
    MarketSpec("TH", "Thailand", "th", "Asia/Bangkok", "THB"),
    MarketSpec("US", "United States", "en-us", "America/New_York", "USD", ("inform",)),
    MarketSpec("VN", "Vietnam", "vi", "Asia/Ho_Chi_Minh", "VND"),
)
