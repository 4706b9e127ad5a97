"""Text is cut into tokens; what cannot be read is explained."""

import pytest

from policies.rulelang.lexer import lex
from policies.rulelang.quoting import UnquoteError, quote, unquote
from policies.rulelang.source import Source
from policies.rulelang.tokens import TokenKind


def cut(text):
    return lex(Source(text))


def values(text):
    lexed = cut(text)
    assert not lexed.problems, lexed.problems
    return [(token.kind.value, token.text if token.value is None else token.value) for token in lexed.tokens[:-1]]


def test_every_kind_of_token():
    assert values('amount_1 >= .5 && x in [1, 0x1F, 2e3, "a\\n", r"\\d", \'b\']') == [
        ("name", "amount_1"),
        ("sign", ">="),
        ("double", 0.5),
        ("sign", "&&"),
        ("name", "x"),
        ("sign", "in"),
        ("sign", "["),
        ("int", 1),
        ("sign", ","),
        ("int", 31),
        ("sign", ","),
        ("double", 2000.0),
        ("sign", ","),
        ("string", "a\n"),
        ("sign", ","),
        ("string", "\\d"),
        ("sign", ","),
        ("string", "b"),
        ("sign", "]"),
    ]


def test_the_end_has_a_place():
    assert cut("ab").tokens[-1].kind is TokenKind.END
    assert cut("ab").tokens[-1].span.start == 2


def test_comments_are_kept_aside():
    lexed = cut("// first  \na > 1 // second\n")
    assert [(comment.text, comment.is_trailing) for comment in lexed.comments] == [
        ("// first", False),
        ("// second", True),
    ]
    assert [token.text for token in lexed.tokens] == ["a", ">", "1", ""]


@pytest.mark.parametrize(
    ("text", "code", "place", "hint"),
    [
        ("a = 1", "strange-sign", "=", "Write == to compare."),
        ("a <> 1", "strange-sign", "<>", "Write != for “is not”."),
        ("a => 1", "strange-sign", "=>", "Write >= for “at least”."),
        ("a & b", "strange-sign", "&", "Write && for “and”."),
        ("a ≥ 1", "strange-sign", "≥", "Write >= for “at least”."),
        ("a == “x”", "strange-sign", "“", 'Write straight quotes: "text".'),
        ("a\u00a0> 1", "strange-sign", "\u00a0", "This is a space that does not break; type an ordinary space."),
        ("a # b", "strange-sign", "#", "Put quotes around text."),
        ("größe > 1", "strange-sign", "ö", "Put quotes around text."),
        ("5u > 1", "bad-number", "5u", "Leave the letter u away; whole numbers have one kind here."),
        ("t > 36h", "bad-number", "36h", 'Write a length of time as duration("36h").'),
        ("t > 3x", "bad-number", "3x", "Put a space between number and word, or quotes around the whole."),
        ("t > 1e999", "number-too-large", "1e999", ""),
        (
            "t > 9223372036854775809",
            "number-too-large",
            "9223372036854775809",
            "If this is an identifier put it in quotes.",
        ),
        ("t > " + "9" * 5000, "number-too-large", "9" * 5000, "If this is an identifier put it in quotes."),
        ("t > 0x" + "F" * 17, "number-too-large", "0x" + "F" * 17, "If this is an identifier put it in quotes."),
        ('t == "a\n', "unclosed-text", '"a', "Close it on the same line; write a line break inside a text as \\n."),
        ("t == r'a", "unclosed-text", "r'a", "Close it on the same line; write a line break inside a text as \\n."),
        ('t == """a"""', "unsupported-text", '"""a"""', 'Write "text", or r"text" to keep backslashes as they are.'),
        ("t == '''a", "unsupported-text", "'''a", 'Write "text", or r"text" to keep backslashes as they are.'),
        ('t == b"a"', "unsupported-text", 'b"a"', 'Write "text", or r"text" to keep backslashes as they are.'),
        (
            't == "a\\q"',
            "bad-escape",
            "\\q",
            'Write \\\\ for one backslash, or put r before the text: r"\\d+" is good for patterns.',
        ),
        ('t == "' + "x" * 2001 + '"', "literal-too-long", '"' + "x" * 2001 + '"', ""),
        (
            "a > 1\u202e",
            "invisible-sign",
            "\u202e",
            "Delete it. Where it must stand inside a text write it as \\u202E.",
        ),
        ("a > 1\x00", "invisible-sign", "\x00", "Delete it. Where it must stand inside a text write it as \\u0000."),
        (
            'a == "\ud800"',
            "invisible-sign",
            "\ud800",
            "Delete it. Where it must stand inside a text write it as \\uD800.",
        ),
    ],
)
def test_what_cannot_be_read_is_explained(text, code, place, hint):
    problem = cut(text).problems[0]
    assert (problem.code, problem.source.slice(problem.span), problem.hint) == (code, place, hint)
    assert problem.message


def test_numbers_just_inside_the_limit_are_read():
    assert values("9223372036854775807 00000000000000000000000000000000000000000001") == [
        ("int", 9223372036854775807),
        ("int", 1),
    ]


def test_unicode_inside_texts_is_kept():
    assert values('"naïve 😀 \u200d"') == [("string", "naïve 😀 \u200d")]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (r"\a\b\f\n\r\t\v\\\?\"\'\`", "\a\b\f\n\r\t\v\\?\"'`"),
        (r"\x41\X42\u00e9\U0001F600\101", "ABé😀A"),
        ("plain", "plain"),
    ],
)
def test_escapes(body, value):
    assert unquote(body) == value


@pytest.mark.parametrize(
    ("body", "escape"),
    [(r"a\q", r"\q"), (r"\ud800", r"\ud800"), (r"\U00110000", r"\U00110000"), (r"\u12", r"\u"), (r"\8", r"\8")],
)
def test_wrong_escapes(body, escape):
    with pytest.raises(UnquoteError) as caught:
        unquote(body)
    assert caught.value.escape == escape
    assert body[caught.value.start : caught.value.end] == escape


@pytest.mark.parametrize("text", ['say "hi"\\\n', "é😀", "\u202e\u2028\U000e0001", ""])
def test_quoting_a_text_and_reading_it_again(text):
    assert values(quote(text)) == [("string", text)]
