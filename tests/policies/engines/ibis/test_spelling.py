"""A pattern in another spelling matches the texts that RE2 finds it in."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.engines.ibis.patterns import UnportableError
from policies.engines.ibis.spelling import JAVA, POSTGRES, respell
from policies.rulelang.patterns import compile_pattern
from tests.policies.engines.ibis.cases import PATTERN_TEXTS, PATTERNS


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_same_texts_match(pattern):
    search = compile_pattern(pattern)
    # Python's `re` reads what is written here, but for the spelling of a code point.
    written = re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: f"\\U{int(found[1], 16):08x}", respell(pattern, JAVA))
    theirs = re.compile(written.replace(r"\z", r"\Z"))
    assert [text for text in PATTERN_TEXTS if search(text)] == [text for text in PATTERN_TEXTS if theirs.search(text)]


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        (r"\pL", r"`\pL`"),
        (r"\p{Greek}a", r"`\p{Greek}a`"),
        ("(?m)^a", "`(?m)^a`"),
        ("a(?i:b)", "`(?i:b)`"),
        (r"[\W]", r"`\W]`"),
        ("[[:^alpha:]]", "`[:^alpha:]`"),
        ("[[:cntrl:]]", "`[:cntrl:]`"),
        (r"\Q.\E", r"`\Q.\E`"),
        ("(?i)é", "(?i) with letters beyond a to z"),
        ("(?i)[à-ÿ]", "(?i) with letters beyond a to z"),
        ("^*a", "`*a`"),
    ],
)
def test_what_may_mean_something_else_is_refused(pattern, part):
    compile_pattern(pattern)
    with pytest.raises(UnportableError) as caught:
        respell(pattern, POSTGRES)
    assert str(caught.value) == part


def test_engines_differ_in_what_they_can_repeat():
    assert respell("(?:ab)+", POSTGRES) == r"(?:[\U00000061][\U00000062]){1,}"
    with pytest.raises(UnportableError, match="a group that is repeated"):
        respell("(?:ab)+", JAVA)
    with pytest.raises(UnportableError, match="more than 255 repetitions"):
        respell("a{256}", POSTGRES)
    assert respell("a{256}", JAVA) == r"(?:[\x{61}]){256,256}"
    with pytest.raises(UnportableError, match="the character NUL"):
        respell(r"\x00", POSTGRES)
    assert respell(r"\x00", JAVA) == r"[\x{0}]"


pieces = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\b", "^", "$", "(a|b)", "(?:ab)", r"\d", "|", "é"])
patterns = st.lists(st.tuples(pieces, st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "*?"])), max_size=5)


@settings(deadline=None, max_examples=300)
@given(patterns, st.lists(st.text("ab\né1 ", max_size=6), min_size=5, max_size=5))
def test_random_patterns_match_the_same(made, texts):
    pattern = "".join(part if part in "^$|" or part == r"\b" else part + times for part, times in made)
    search = compile_pattern(pattern)
    written = re.sub(r"\\U([0-9a-f]{8})", r"\\U\1", respell(pattern, POSTGRES))
    theirs = re.compile(written)
    assert [bool(search(text)) for text in texts] == [bool(theirs.search(text)) for text in texts], written
