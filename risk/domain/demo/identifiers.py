"""Write running numbers as short external ids that look random, so that an id gives nothing away."""

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.columns import FixedText

ID_BITS = 40
_MASK = np.uint64((1 << ID_BITS) - 1)
_HALF = np.uint64(ID_BITS // 2)
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
_SYMBOLS = ID_BITS // 5
ID_LENGTH = 2 + _SYMBOLS

PREFIXES = {
    "seller": "S",
    "buyer": "B",
    "creator": "C",
    "listing": "L",
    "order": "O",
    "review": "R",
    "message": "M",
    "video": "V",
    "livestream": "W",
    "device": "D",
    "payment_account": "P",
    "address": "A",
}
"""First letter of an external id per entity type."""


def scramble(numbers: NDArray[np.int64], key: int) -> NDArray[np.uint64]:
    """Map numbers in [0, 2^40) one to one onto the same range.

    Odd multiplication, addition of the key and a right xor-shift are each invertible modulo 2^40, so two
    numbers never meet.
    """
    mixed = (numbers.astype(np.uint64) + np.uint64(key % (1 << ID_BITS))) & _MASK
    for multiplier in _MULTIPLIERS:
        mixed = (mixed * multiplier) & _MASK
        mixed ^= mixed >> _HALF
    return mixed


def write_ids(entity_type: str, numbers: NDArray[np.int64], seed: int) -> FixedText:
    """Return the external ids of entities by their running numbers; unique per type and seed."""
    prefix = PREFIXES[entity_type]
    mixed = scramble(numbers, key=seed * 1_000_003 + ord(prefix) * 7_919)
    cells = np.empty((len(numbers), ID_LENGTH), dtype=np.uint8)
    cells[:, 0] = ord(prefix)
    cells[:, 1] = ord("-")
    for place in range(_SYMBOLS):
        shift = np.uint64(5 * (_SYMBOLS - 1 - place))
        cells[:, 2 + place] = _ALPHABET[((mixed >> shift) & np.uint64(31)).astype(np.int64)]
    return FixedText(cells)


def write_digits(numbers: NDArray[np.int64], width: int, prefix: str = "") -> FixedText:
    """Return numbers in decimal, filled with zeros to the width, after a fixed ASCII prefix."""
    head = prefix.encode("ascii")
    cells = np.empty((len(numbers), len(head) + width), dtype=np.uint8)
    cells[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(len(head) + width - 1, len(head) - 1, -1):
        rest, digit = np.divmod(rest, 10)
        cells[:, place] = digit + ord("0")
    return FixedText(cells)
