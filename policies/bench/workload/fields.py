"""The 63 fields of the benchmark's events: names, types, how often null, and how their values are spread."""

from dataclasses import dataclass
from enum import Enum

from policies.rulelang import BOOL, DOUBLE, INT, STRING, Field, Schema, Type

EVENT_TYPES = (
    "order_placed", "order_dispatched", "order_delivered", "order_cancelled", "refund_requested", "review_posted",
    "message_sent", "listing_created", "listing_updated", "login", "video_posted", "account_registered",
)  # fmt: skip
COUNTRIES = (
    "BR", "ID", "DE", "US", "GB", "SG", "MY", "PH", "TH", "VN", "MX", "ES", "FR", "IT", "PL", "NL", "PT", "AR",
    "CO", "CL", "PE", "IN", "PK", "BD", "NG", "KE", "ZA", "EG", "MA", "TR", "UA", "RO", "JP", "KR", "AU", "CA",
)  # fmt: skip
CATEGORIES = (
    "electronics", "fashion", "beauty", "home", "toys", "sports", "groceries", "stationery", "automotive", "pets",
    "books", "garden",
)  # fmt: skip
DOMAINS = ("mail.example", "post.example", "inbox.example", "burner.example", "tempbox.example")
AGENTS = (
    *(
        f"Mozilla/5.0 ({system}) Engine/{version}.0"
        for system in ("Windows NT 10.0", "Macintosh", "X11; Linux x86_64", "Linux; Android 13", "iPhone")
        for version in range(90, 130)
    ),
    *("http-client/2.31", "curl/8.4.0", "HeadlessBrowser/119.0"),
)


class Spread(Enum):
    """How the numbers of a field are drawn; what `shape` means depends on it."""

    WAITING = "exponential, shape: mean"
    SKEWED = "log-normal, shape: mean and sigma of the logarithm"
    COUNT = "Poisson, shape: mean; eight times as many for one row in sixteen"
    SHARE = "beta, shape: its two parameters"
    BELL = "normal, shape: mean and deviation"
    HOUR = "0 to 23"


@dataclass(frozen=True)
class Words:
    """A text field with few different values; the first ones are the most frequent."""

    name: str
    values: tuple[str, ...]
    null_share: float = 0.0


@dataclass(frozen=True)
class Numbers:
    """A field of numbers, whole or not."""

    name: str
    spread: Spread
    shape: tuple[float, ...]
    null_share: float = 0.0


@dataclass(frozen=True)
class Flags:
    """A yes/no field, `share` of it yes."""

    name: str
    share: float
    null_share: float = 0.0


WORDS = (
    Words("kind", EVENT_TYPES),
    Words("market", COUNTRIES[:9]),
    Words("country", COUNTRIES),
    Words("ip_country", COUNTRIES, 0.03),
    Words("category", CATEGORIES, 0.15),
    Words("seller_tier", ("new", "bronze", "silver", "gold")),
    Words("platform", ("android", "ios", "web", "mobile_web", "api")),
    Words("language", ("pt", "id", "de", "en", "es", "fr", "ms", "th", "vi", "it"), 0.02),
    Words("payment_method", ("card", "wallet", "transfer", "cash", "voucher", "instalments"), 0.6),
    Words("carrier", ("swift", "lantern", "overland", "heron", "jangada", "merpati"), 0.5),
    Words("image_label", ("none", "brand_logo", "weapon", "adult", "medicine", "animal", "text_only", "blank"), 0.25),
    Words("reason", ("damaged", "wrong_item", "not_received", "changed_mind", "out_of_stock", "cannot_ship"), 0.8),
    Words("email_domain", (*DOMAINS, *(f"firm{number}.example" for number in range(300))), 0.04),
    Words("user_agent", AGENTS, 0.01),
    Words("device_model", tuple(f"device-{number}" for number in range(500)), 0.05),
    Words("app_version", tuple(f"{a}.{b}.{c}" for a in (7, 8, 9) for b in range(12) for c in range(5)), 0.02),
)

TEXTS = {"title": 0.2, "text": 0.25, "url": 0.7, "ip": 0.0, "shop_name": 0.0}
"""Text fields of which nearly every value differs, and how often they are null."""

WHOLE_NUMBERS = (
    Numbers("account_age_days", Spread.WAITING, (400,)),
    Numbers("orders_30d", Spread.SKEWED, (3, 1.4)),
    Numbers("orders_1h", Spread.COUNT, (1,)),
    Numbers("orders_24h", Spread.COUNT, (5,)),
    Numbers("messages_1h", Spread.COUNT, (3,)),
    Numbers("messages_24h", Spread.COUNT, (12,)),
    Numbers("recipients_1h", Spread.COUNT, (2,)),
    Numbers("reports_24h", Spread.COUNT, (0.1,)),
    Numbers("reports_30d", Spread.COUNT, (0.5,)),
    Numbers("refunds_60d", Spread.COUNT, (0.4,)),
    Numbers("reviews_30d", Spread.COUNT, (6,)),
    Numbers("logins_1h", Spread.COUNT, (0.5,)),
    Numbers("failed_logins_1h", Spread.COUNT, (0.3,), 0.05),
    Numbers("devices_7d", Spread.COUNT, (1.3,)),
    Numbers("addresses_24h", Spread.COUNT, (1.5,)),
    Numbers("accounts_on_device", Spread.COUNT, (2,), 0.03),
    Numbers("listings_7d", Spread.COUNT, (4,)),
    Numbers("quantity", Spread.COUNT, (1.2,), 0.5),
    Numbers("text_length", Spread.SKEWED, (4, 0.8), 0.1),
    Numbers("link_count", Spread.COUNT, (0.4,), 0.1),
    Numbers("picture_bytes", Spread.SKEWED, (12, 2), 0.6),
    Numbers("strikes", Spread.COUNT, (0.1,)),
    Numbers("same_text_24h", Spread.COUNT, (0.2,), 0.1),
    Numbers("hour", Spread.HOUR, ()),
)

DECIMALS = (
    Numbers("late_dispatch_rate", Spread.SHARE, (1.3, 30), 0.3),
    Numbers("cancellation_rate", Spread.SHARE, (1.2, 60), 0.3),
    Numbers("refund_rate", Spread.SHARE, (1, 25), 0.3),
    Numbers("spam_score", Spread.SHARE, (1, 6), 0.12),
    Numbers("copy_score", Spread.SHARE, (0.6, 8), 0.3),
    Numbers("match_score", Spread.SHARE, (0.3, 20), 0.6),
    Numbers("trust_score", Spread.SHARE, (5, 2)),
    Numbers("ip_risk", Spread.SHARE, (1, 7), 0.03),
    Numbers("amount", Spread.SKEWED, (3, 1.2), 0.4),
    Numbers("pace", Spread.BELL, (0, 1), 0.05),
)

FLAGS = (
    Flags("is_verified", 0.4),
    Flags("is_new_device", 0.08),
    Flags("has_picture", 0.3),
    Flags("via_api", 0.05),
    Flags("is_vpn", 0.07, 0.03),
    Flags("email_verified", 0.85),
    Flags("phone_verified", 0.6, 0.02),
    Flags("is_gift", 0.03, 0.2),
)


def _describe() -> dict[str, Field]:
    rows: list[tuple[str, Type, float]] = [(field.name, STRING, field.null_share) for field in WORDS]
    rows += [(name, STRING, share) for name, share in TEXTS.items()]
    rows += [(field.name, INT, field.null_share) for field in WHOLE_NUMBERS]
    rows += [(field.name, DOUBLE, field.null_share) for field in DECIMALS]
    rows += [(field.name, BOOL, field.null_share) for field in FLAGS]
    return {name: Field(kind, nullable=share > 0) for name, kind, share in rows}


FIELDS = _describe()
SCHEMA = Schema.build(fields=FIELDS)
