"""Describe the markets that the synthetic marketplace can open: language, clock, money, rhythm."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MarketProfile:
    """What sets one market apart.

    `price_level` turns the category's unit price into the currency; `price_step` is the smallest difference
    between two shelf prices; `volume` is the market's share of orders before it is normalised; `weekdays`
    weighs Monday to Sunday.
    """

    code: str
    language: str
    locale: str
    currency: str
    time_zone: str
    price_level: float
    price_step: float
    volume: float
    weekdays: tuple[float, ...] = (1.0, 0.98, 0.99, 1.0, 1.04, 1.08, 1.12)


_WESTERN = (1.05, 1.02, 1.0, 0.99, 0.94, 0.9, 1.12)

_PROFILES = (
    MarketProfile("BR", "pt", "pt-BR", "BRL", "America/Sao_Paulo", 5.0, 0.1, 0.40),
    MarketProfile("ID", "id", "id-ID", "IDR", "Asia/Jakarta", 9000.0, 500.0, 0.36),
    MarketProfile("DE", "de", "de-DE", "EUR", "Europe/Berlin", 1.0, 0.1, 0.24, _WESTERN),
    MarketProfile("AT", "de", "de-AT", "EUR", "Europe/Vienna", 1.05, 0.1, 0.06, _WESTERN),
    MarketProfile("PT", "pt", "pt-PT", "EUR", "Europe/Lisbon", 0.9, 0.1, 0.06, _WESTERN),
    MarketProfile("US", "en", "en-US", "USD", "America/New_York", 1.1, 0.1, 0.40, _WESTERN),
    MarketProfile("GB", "en", "en-GB", "GBP", "Europe/London", 0.9, 0.1, 0.22, _WESTERN),
    MarketProfile("SG", "en", "en-SG", "SGD", "Asia/Singapore", 1.4, 0.1, 0.08),
    MarketProfile("MY", "en", "en-MY", "MYR", "Asia/Kuala_Lumpur", 3.2, 0.1, 0.14),
    MarketProfile("PH", "en", "en-PH", "PHP", "Asia/Manila", 38.0, 1.0, 0.20),
    MarketProfile("TH", "en", "th-TH", "THB", "Asia/Bangkok", 24.0, 1.0, 0.22),
    MarketProfile("VN", "en", "vi-VN", "VND", "Asia/Ho_Chi_Minh", 14000.0, 1000.0, 0.22),
    MarketProfile("MX", "en", "es-MX", "MXN", "America/Mexico_City", 16.0, 1.0, 0.22),
    MarketProfile("ES", "en", "es-ES", "EUR", "Europe/Madrid", 0.95, 0.1, 0.16, _WESTERN),
    MarketProfile("FR", "en", "fr-FR", "EUR", "Europe/Paris", 1.0, 0.1, 0.20, _WESTERN),
)

MARKETS = {profile.code: profile for profile in _PROFILES}
"""Every market that can be asked for, by ISO 3166 code. Without a grammar of its own it reads English."""
