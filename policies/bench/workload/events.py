"""Make events from a seed, as a table or as the dicts that arrive one by one."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from policies.bench.libraries import load
from policies.bench.workload.fields import DECIMALS, FIELDS, FLAGS, TEXTS, WHOLE_NUMBERS, WORDS, Numbers, Spread

DAYS = 90
FIRST_DAY = np.datetime64("2026-08-01")
_ZIPF = 0.9
_HEAVY_SHARE = 1 / 16
_HEAVY_FACTOR = 8
_PLAIN_WORDS = (
    "the", "a", "to", "and", "of", "it", "is", "for", "very", "good", "new", "blue", "black", "case", "bag", "set",
    "shoe", "phone", "gift", "lamp", "quality", "delivery", "arrived", "late", "fast", "nice", "colour", "size",
    "shop", "order", "when", "please", "thanks", "recommend", "box", "broken", "perfect", "café", "größe", "ótimo",
)  # fmt: skip
_TELLING_WORDS = (
    "replica", "AAA", "free", "voucher", "whatsapp", "telegram", "deposit", "directly", "account", "wallet",
    "winner", "prize", "fee", "customs", "cheap", "promo", "stun", "gun", "ivory", "http://short.example/3xY",
    "+49-151-555-0147", "someone@mail.example", "$$$", "!!!", "100%",
)  # fmt: skip


def make_table(rows: int, seed: int) -> Any:
    """Return events as an Arrow table: the fields, `event_id` (0, 1, …), `occurred_at` and `day`, over 90 days."""
    arrow = load("pyarrow")
    chance = np.random.default_rng([20260801, seed])
    columns: dict[str, Any] = {}
    for words in WORDS:
        columns[words.name] = _words(arrow, chance, rows, words.values, words.null_share)
    columns |= _texts(arrow, chance, rows)
    for numbers in WHOLE_NUMBERS:
        values = _draw(chance, rows, numbers).astype(np.int64)
        columns[numbers.name] = arrow.array(values, mask=_gaps(chance, rows, numbers.null_share))
    for numbers in DECIMALS:
        values = np.round(_draw(chance, rows, numbers), 4)
        columns[numbers.name] = arrow.array(values, mask=_gaps(chance, rows, numbers.null_share))
    for flags in FLAGS:
        drawn = chance.random(rows) < flags.share
        columns[flags.name] = arrow.array(drawn, mask=_gaps(chance, rows, flags.null_share))
    columns["event_id"] = arrow.array(np.arange(rows))
    seconds = np.arange(rows) * (DAYS * 86_400) // max(rows, 1)
    moments = FIRST_DAY.astype("datetime64[s]") + seconds
    columns["occurred_at"] = arrow.array(moments.astype("datetime64[us]"), type=arrow.timestamp("us", tz="UTC"))
    columns["day"] = arrow.array(moments.astype("datetime64[D]"))
    return arrow.table(columns)


def make_events(rows: int, seed: int) -> list[dict[str, Any]]:
    """Return events as nested-free dicts; a field without data is None."""
    events: list[dict[str, Any]] = make_table(rows, seed).select(list(FIELDS)).to_pylist()
    return events


def write_files(folder: str, rows: int, seed: int, *, rows_per_file: int = 500_000) -> list[str]:
    """Write events to Parquet files of a folder and return their paths."""
    parquet = load("pyarrow.parquet")
    paths = []
    for number, first in enumerate(range(0, rows, rows_per_file)):
        table = make_table(min(rows_per_file, rows - first), seed * 1_000 + number)
        path = f"{folder}/events_{number:03d}.parquet"
        parquet.write_table(table, path, compression="zstd", row_group_size=125_000)
        paths.append(path)
    return paths


def _gaps(chance: np.random.Generator, rows: int, share: float) -> NDArray[np.bool_] | None:
    return chance.random(rows) < share if share else None


def _falling(size: int) -> NDArray[np.float64]:
    weights = np.arange(1, size + 1, dtype=np.float64) ** -_ZIPF
    return np.asarray(weights / weights.sum())


def _words(arrow: Any, chance: np.random.Generator, rows: int, values: tuple[str, ...], null_share: float) -> Any:
    codes = chance.choice(len(values), rows, p=_falling(len(values))).astype(np.int32)
    coded = arrow.DictionaryArray.from_arrays(
        arrow.array(codes, mask=_gaps(chance, rows, null_share)), arrow.array(values)
    )
    return coded.cast(arrow.string())


def _draw(chance: np.random.Generator, rows: int, numbers: Numbers) -> NDArray[Any]:
    shape = numbers.shape
    match numbers.spread:
        case Spread.WAITING:
            return chance.exponential(shape[0], rows)
        case Spread.SKEWED:
            return np.exp(chance.normal(shape[0], shape[1], rows))
        case Spread.COUNT:
            factor = np.where(chance.random(rows) < _HEAVY_SHARE, _HEAVY_FACTOR, 1)
            return chance.poisson(shape[0] * factor)
        case Spread.SHARE:
            return chance.beta(shape[0], shape[1], rows)
        case Spread.BELL:
            return chance.normal(shape[0], shape[1], rows)
        case _:
            return chance.integers(0, 24, rows)


def _vocabulary() -> list[str]:
    chance = np.random.default_rng(1)
    letters = np.array(list("abcdefghijklmnoprstuvwz"))
    made = ["".join(chance.choice(letters, length)) for length in chance.integers(3, 10, 1_500)]
    return list(_PLAIN_WORDS) * 10 + list(_TELLING_WORDS) + made


def _texts(arrow: Any, chance: np.random.Generator, rows: int) -> dict[str, Any]:
    """Return sentences, addresses and names of which hardly two are the same."""
    compute = load("pyarrow.compute")
    words = arrow.array(_vocabulary())

    def number(low: int, high: int) -> Any:
        return arrow.array(chance.integers(low, high, rows)).cast(arrow.string())

    def sentence(least: int, most: int, null_share: float) -> Any:
        ends = np.concatenate([[0], np.cumsum(chance.integers(least, most, rows))]).astype(np.int32)
        drawn = words.take(arrow.array(chance.integers(0, len(words), int(ends[-1]))))
        joined = compute.binary_join(arrow.ListArray.from_arrays(arrow.array(ends), drawn), " ")
        return _with_gaps(joined, null_share)

    def _with_gaps(column: Any, null_share: float) -> Any:
        gaps = _gaps(chance, rows, null_share)
        return column if gaps is None else compute.if_else(arrow.array(gaps), None, column)

    name = words.take(arrow.array(chance.integers(0, len(words), rows)))
    folder = arrow.array(["/p/", "/login/", "/promo/", "/a/"]).take(arrow.array(chance.integers(0, 4, rows)))
    address = compute.binary_join_element_wise(
        "https://shop", number(0, 2_000), ".example", folder, number(0, 10**7), ""
    )
    return {
        "title": sentence(3, 9, TEXTS["title"]),
        "text": sentence(4, 22, TEXTS["text"]),
        "url": _with_gaps(address, TEXTS["url"]),
        "ip": compute.binary_join_element_wise(*(number(1, 255) for _ in range(4)), "."),
        "shop_name": compute.binary_join_element_wise(name, number(0, 99_999), ""),
    }
