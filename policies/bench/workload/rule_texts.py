"""Write random rules about the benchmark's events, as a policy manager would: three to five conditions each."""

import random
from typing import Any

import numpy as np

from policies.bench.workload.events import make_table
from policies.bench.workload.fields import DECIMALS, EVENT_TYPES, FIELDS, FLAGS, WHOLE_NUMBERS, WORDS
from policies.rulelang import RuleSpec
from policies.rulelang.quoting import quote

_SAMPLE_ROWS = 20_000
_SAMPLE_SEED = 999
_HIGH = (0.5, 0.6, 0.75, 0.85, 0.9, 0.95)
_LOW = (0.1, 0.2, 0.3, 0.5, 0.6)
_OUTCOMES = ("block", "hold", "review", "warn", "label")
_EQUAL_TO = ("platform", "seller_tier", "category", "language", "image_label", "payment_method")
_OTHER_THAN = ("country", "platform", "seller_tier", "category")
_AMONG = ("country", "ip_country", "language", "image_label", "carrier", "email_domain", "category")
_PARTS = {
    "text": ("free", "voucher", "telegram", "deposit", "http", "wallet", "replica"),
    "title": ("replica", "AAA", "set", "phone"),
    "url": ("promo", "login", "shop1"),
    "user_agent": ("Linux", "Headless", "curl", "Windows"),
    "shop_name": ("cheap", "promo", "99"),
    "email_domain": ("temp", "firm", "burner"),
}
_BEGINNINGS = {"shop_name": ("the", "free", "a"), "user_agent": ("Mozilla",), "app_version": ("7.", "8.1", "9.")}
_ENDINGS = {"url": ("00", "7"), "email_domain": (".example",), "ip": (".1", ".200")}
_PATTERNS = {
    "text": (
        r"(?i)\b(free|cheap)[ ]+(voucher|prize|wallet)\b",
        r"[+][0-9][-0-9]{8,14}",
        r"[A-Za-z0-9._]+@[A-Za-z0-9.]+[.][a-z]{2,7}",
        r"(https?://|www[.])[^ ]+",
        r"[!$%]{3,}",
        r"(?i)(telegram|whatsapp)",
    ),
    "title": (r"(?i)\b(aaa|premium)[ ]+replica\b", r"(?i)replica"),
    "shop_name": (r"^[a-z]+[0-9]{4,5}$", r"[0-9]{5}$"),
    "ip": (r"^(185|193|45)[.]", r"^10[.]|^192[.]168[.]"),
    "user_agent": (r"(?i)(http-client|curl|headless)", r"Engine/(9[0-9]|10[0-4])[.]"),
    "url": (r"/login/[0-9]+", r"shop1?[0-9][.]"),
}


def make_rules(count: int, seed: int) -> list[RuleSpec]:
    """Return rules R0000, R0001, …; their limits are quantiles of the values that events have."""
    return _Writer(seed).write(count)


class _Writer:
    """Draws conditions; every test of a field that may be null and is negated asks for data first."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  (not a secret)
        self._values = {words.name: words.values for words in WORDS}
        self._sample = make_table(_SAMPLE_ROWS, _SAMPLE_SEED)
        self._sorted: dict[str, Any] = {}

    def write(self, count: int) -> list[RuleSpec]:
        return [RuleSpec(f"R{number:04d}", self._rule(), self._chance.choice(_OUTCOMES)) for number in range(count)]

    def _rule(self) -> str:
        draw = self._chance
        wanted = draw.randint(3, 5)
        parts = []
        if draw.random() < 0.6:
            parts.append(self._event_type())
        while len(parts) < wanted:
            luck, left = draw.random(), wanted - len(parts)
            if luck < 0.32 and left >= 2:
                parts.append("(" + " || ".join(self._test()[0] for _ in range(min(left, draw.randint(2, 3)))) + ")")
            elif luck < 0.42 and left >= 2:
                parts.append(self._negate(self._test(), self._test()))
            elif luck < 0.47:
                parts.append(self._negate(self._test()))
            else:
                parts.append(self._test()[0])
        return " && ".join(parts)

    def _event_type(self) -> str:
        draw = self._chance
        if draw.random() < 0.7:
            return f'kind == "{draw.choice(EVENT_TYPES[:7])}"'
        return f"kind in {_list(sorted(draw.sample(EVENT_TYPES[:9], draw.randint(2, 4))))}"

    def _negate(self, *tests: tuple[str, str]) -> str:
        names = sorted({name for _text, name in tests if FIELDS[name].nullable})
        inner = " && ".join(text for text, _name in tests)
        return " && ".join([*(f"{name} != null" for name in names), f"!({inner})"])

    def _test(self) -> tuple[str, str]:
        """Return the text of a test and the field that it reads."""
        luck = self._chance.random()
        if luck < 0.46:
            return self._limit()
        if luck < 0.84:
            return self._about_text()
        if luck < 0.93:
            name = self._chance.choice(FLAGS).name
            return (name if self._chance.random() < 0.6 else f"{name} == false"), name
        name = self._chance.choice([name for name, field in FIELDS.items() if field.nullable])
        return f"{name} {self._chance.choice(('==', '!='))} null", name

    def _limit(self) -> tuple[str, str]:
        draw = self._chance
        is_whole = draw.random() < 0.68
        name = draw.choice(WHOLE_NUMBERS[:-1] if is_whole else DECIMALS).name
        is_high = draw.random() < 0.75
        limit = self._quantile(name, draw.choice(_HIGH if is_high else _LOW))
        sign = draw.choice((">", ">=") if is_high else ("<", "<="))
        if limit <= 0:  # at least 0 and below 0 would say nothing about a count
            sign = ">" if is_high else "<="
        return f"{name} {sign} {int(limit) if is_whole else repr(round(limit, 3))}", name

    def _about_text(self) -> tuple[str, str]:
        draw = self._chance
        luck = draw.random()
        if luck < 0.30:
            name = draw.choice(_EQUAL_TO)
            return f'{name} == "{draw.choice(self._values[name][:6])}"', name
        if luck < 0.40:
            name = draw.choice(_OTHER_THAN)
            return f'{name} != "{draw.choice(self._values[name][:6])}"', name
        if luck < 0.72:
            name = draw.choice(_AMONG)
            known = self._values[name][:24]
            return f"{name} in {_list(sorted(draw.sample(known, draw.randint(3, min(9, len(known))))))}", name
        if luck < 0.90:
            method, table = ("contains", _PARTS) if luck < 0.86 else draw.choice(_ENDS)
            name = draw.choice(sorted(table))
            return f"{name}.{method}({quote(draw.choice(table[name]))})", name
        name = "text" if draw.random() < 0.55 else draw.choice(sorted(_PATTERNS))
        return f"{name}.matches({quote(draw.choice(_PATTERNS[name]))})", name

    def _quantile(self, name: str, share: float) -> float:
        if name not in self._sorted:
            values = self._sample[name].combine_chunks().drop_null().to_numpy(zero_copy_only=False)
            self._sorted[name] = np.sort(values)
        known = self._sorted[name]
        return float(known[min(len(known) - 1, int(share * len(known)))])


_ENDS = (("startsWith", _BEGINNINGS), ("endsWith", _ENDINGS))


def _list(values: list[str]) -> str:
    return "[" + ", ".join(quote(value) for value in values) + "]"
