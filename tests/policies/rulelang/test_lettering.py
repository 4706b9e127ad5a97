"""Case and likeness of texts are the same on every machine."""

from datetime import UTC, datetime

import pytest

from policies.rulelang.lettering import lower, similarity, upper

MAX, MIN = 2**63 - 1, -(2**63)
T = datetime(2026, 1, 31, 8, 30, tzinfo=UTC)


def test_case_is_changed_for_ascii_only():
    assert lower("ABC") == "abc"
    assert lower("ÀBC İß") == "Àbc İß"
    assert upper("abc") == "ABC"
    assert upper("àbc ß") == "àBC ß"


def test_similarity_counts_pieces_in_common():
    assert similarity("Leather Bag", "bag   leather") == 1.0
    assert similarity("a", "b") == 0.0
    assert similarity("", "") == 0.0
    assert similarity("", "a") == 0.0
    # "  b", " ba", "bag", "ag " against "  b", " ba", "bat", "at ": two of six.
    assert similarity("bag", "bat") == pytest.approx(2 / 6)
    assert similarity("x" * 500 + " tail", "x" * 500) == 1.0
    assert similarity("a\tb\r\nc", "a b c") == 1.0
