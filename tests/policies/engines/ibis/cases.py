"""Conditions and records on which every engine must agree with the reference evaluator."""

from policies.engines.ibis.engine import hits_of_records
from policies.engines.ibis.refusals import RefusedError
from policies.rulelang import Record, check, compile_condition
from policies.rulelang.functions import FUNCTIONS
from tests.policies.rulelang import random_conditions
from tests.policies.rulelang.market import LISTS, SCHEMA, VALUES, checked, record

EXAMPLES = [function.example for function in FUNCTIONS.values()]

ARITHMETIC = [
    "quantity / 2 == 3 || -quantity / 2 == -3",
    "-quantity % 3 == -1 || quantity % -3 == 1",
    "quantity + 1 > 0",
    "quantity - 1 < 0",
    "quantity * 2 != 0",
    "-quantity > 0",
    "!(-quantity > 0)",
    "quantity / -1 > 0",
    "quantity % -1 == 0",
    "quantity / seller.orders_30d >= 0",
    "quantity % seller.orders_30d >= 0",
    "quantity + 1 > 0 || true",
    "quantity / 0 == 1 || gift",
    "amount * 10.0 > 0.0",
    "!(amount * 10.0 > 0.0)",
    "amount + amount > 0.0",
    "amount - -amount > 0.0",
    "amount * amount >= 0.0",
    "1.0 / amount > 0.0",
    "1.0 / (amount * 10.0) == 0.0",
    "amount / shipping < 1.0",
    "-amount < 0.0",
    "amount * 0.1 == 25.0",
    "amount * 1e-300 * 1e-300 > 0.0",
    "amount * 1e-300 * 1e-300 == 0.0",
    "int(amount) == 250",
    "int(amount) > 0",
    "int(-amount - 0.9) == -250",
    "double(quantity) == 9007199254740992.0",
    "double(quantity) == 9223372036854775807.0",
    "quantity > 1.5",
    "quantity != shipping",
    "quantity in lists.limits",
    "amount in lists.codes",
    "amount in [250, 2]",
    "quantity in []",
    "size(lists.words) == 2",
    "amount == -0.0 || -amount in [0.0]",
]

NULLS = [
    "express == null",
    "!express",
    "express",
    "gift == express",
    "gift != express",
    "(amount > 1.0) == (quantity > 1)",
    "country == coupon",
    "country != coupon",
    "!(country in ['SG'])",
    "!(country in lists.words)",
    "(country == 'SG' ? amount : null) == null",
    "(country == 'SG' ? null : amount) != 250.0",
    "(country == 'SG' ? null : coupon) == country",
    "(express ? 1 : 2) == 2",
    "(express ? country : coupon) != null",
    "((express ? gift : express) ? 1 : 2) == 2",
    "has(seller.bank.country)",
    "amount > 10.0 ? country == 'SG' : express",
    "coupon in tags.map(tag, coupon)",
    "tags.map(tag, coupon).exists(c, c == null)",
    "!(coupon in tags.map(tag, coupon))",
]

TEXTS = [
    "title < 'M'",
    "title >= 'é'",
    "country < title",
    "size(title) == 22",
    "lower(title) == lower('İß LETHER BAG\tnew new')",
    "upper(title).contains('LETHER')",
    "title.contains('')",
    "!title.contains('%')",
    "title.startsWith('') && title.endsWith('')",
    "title.endsWith('new')",
    "title.startsWith(country)",
    "title.contains(coupon)",
    "title + title + title != ''",
    "(title + country).endsWith('SG')",
    "title.matches('a.n')",
    "title.matches('new$')",
    "title.matches('^[^a-z]')",
    r"title.matches(r'\d|\s|\w{30}')",
    "!title.matches('(?i)BAG')",
    "similarity(title, country) > 0.0",
    "similarity(title, 'lether bag new') > 0.4",
    "similarity(title, title) == 1.0",
    "similarity('', coupon) == 0.0",
    "title in ['Leather Bag (new)', '']",
]

LOOPS = [
    "sizes.map(x, x + 2147483647).exists(x, x > 2147483647)",
    "sizes.map(x, 12 / x).exists(y, y > 1)",
    "sizes.exists(x, 12 / x > 1)",
    "sizes.all(x, 12 / x > 1)",
    "!sizes.all(x, 12 / x > 1)",
    "!sizes.exists(x, 12 / x > 100)",
    "size(sizes.filter(x, 12 / x > 1)) >= 0",
    "tags.filter(t, t.contains('b')).exists(u, tags.exists(v, v == u))",
    "tags.exists(t, sizes.exists(x, size(t) == x))",
    "tags.exists(t, tags.all(u, t.contains(u)))",
    "'x' in tags",
    "!('x' in tags)",
    "2.0 in sizes",
    "1.5 in sizes.map(x, double(x) / 2.0)",
    "lists.words.exists(w, title.contains(w))",
    "lists.words.all(w, title != w)",
    "[1.5, 2.0].exists(x, x * amount > 300.0)",
    "[].exists(x, x == 'a') || gift",
    "(gift ? tags : tags.filter(t, t != '')).exists(t, t == 'bag')",
    "tags.exists(t, t in lists.words)",
    "tags.map(t, size(t)).all(n, n > 2)",
    "size(tags) == 0",
    "sizes.map(x, x > 1).exists(b, b)",
]

TIMES = [
    "days_since(seller.registered_at) > 245.35",
    "days_since(event.occurred_at) == 1.0",
    "event.occurred_at - seller.registered_at > duration('24h')",
    "seller.registered_at + duration('8800h') > event.occurred_at",
    "event.occurred_at + lead_time > timestamp('2026-02-01T00:00:00Z')",
    "event.occurred_at - lead_time < timestamp('2026-01-30T00:00:00Z')",
    "event.occurred_at + duration('87600000h') > event.occurred_at",
    "lead_time + duration('87600000h') + duration('87600000h') > lead_time",
    "lead_time - duration('37h') < duration('0s')",
    "(lead_time - duration('37h')).getMinutes() == -60",
    "lead_time.getHours() == 36 && lead_time.getSeconds() == 129600",
    "event.occurred_at.getDayOfWeek() == 6 || event.occurred_at.getDayOfWeek() == 1",
    "event.occurred_at.getFullYear() == 1 || event.occurred_at.getMonth() == 11",
    "event.occurred_at.getDate() == 1 || event.occurred_at.getDayOfYear() == 364",
    "event.occurred_at.getHours() == 23 && event.occurred_at.getMinutes() == 59",
    "event.occurred_at.getSeconds() == 59 && event.occurred_at.getMilliseconds() == 999",
    "event.occurred_at in [timestamp('2026-01-31T08:30:00.25Z')]",
    "event.occurred_at == timestamp('0001-01-01T00:00:00Z')",
]

ALL = [*EXAMPLES, *ARITHMETIC, *NULLS, *TEXTS, *LOOPS, *TIMES]

RECORDS = [
    record(),
    record(amount=None, quantity=None, title=None, tags=None, seller=None, express=True, sizes=None, lead_time=None),
    record(
        amount=1e308,
        quantity=2**63 - 1,
        title="İß lether bag\tnew new",
        tags=["", "x"],
        sizes=[0, -1, 5],
        country="MY",
        coupon=None,
        event={"type": "order_placed", "occurred_at": "0001-01-01T00:00:00Z"},
        express=False,
    ),
    record(
        amount=5e-324,
        shipping=0.0,
        quantity=-(2**63),
        title="",
        tags=[],
        sizes=[2**63 - 1, 12],
        coupon="SG",
        event={"type": "order_placed", "occurred_at": "9999-12-31T23:59:59.999999Z"},
        lead_time="-87600000h",
    ),
    record(
        amount=-0.0,
        quantity=2**53 + 1,
        title="a\nnew\n",
        tags=["é😀", "bag"],
        seller={**VALUES["seller"], "orders_30d": 0},
        express=None,
        gift=True,
        coupon="",
    ),
    record(
        amount="much", quantity=1.5, title="x" * 100_001, tags=[1], express="yes", lead_time="soon", sizes=[0] * 257
    ),
    record(title="t" * 60_000, coupon=None, country="new", quantity=-7, amount=-1e308, shipping=-1e308),
]

HOSTILE = [
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    "' OR 1=1 --",
    "'; DROP TABLE events; --",
    "`",
    "$$",
    "${spark.app.name}",
    "${env:PATH}",
    "%s %(a)s %%",
    "{0} {x}",
    ":name ?",
    "/* */ --",
    "a\nb\r\t\x0b",
    "\u202eevil\u202c",
    "\u2028\ufeff\U0001f600",
    "\\u0041 \\n",
    "E'\\''",
]
"""Words that an engine must take as they are."""

WITH_NUL = "a\x00b"

PATTERN_TEXTS = [
    *("", "a", "b", "c", "abc", "ABC", "aBc", "a\nc", "a\n", "\n", "ab", "xab y", "xaby", "aab", "aaab", "k", "K"),
    *("\u212a", "s", "\u017f", "S", "é", "É", "😀", "٣", "5", " ", "\t", "\x0b", "\u00a0", "]", "-", "\\", ".", "*"),
    *(".*+", "!", "_", "a{,3}", "a{x}", "a\r\nc", "\u2028", "a\u2028c", "bc", "ac"),
]

PATTERNS = [
    "",
    "abc",
    "a.c",
    "(?s)a.c",
    "^a",
    "a$",
    "^$",
    r"\Aab\z",
    r"\bab\b",
    r"a\Bb",
    "a|bc|",
    "(a|b)c",
    "(?:ab)?c",
    "(?P<name>a)b",
    "[abc]",
    "[^abc]",
    "[a-c0-9_.-]",
    "[]a]",
    "[^]a]",
    r"[\]\-\\]",
    r"[\d\s]",
    "[[:alpha:]!]",
    r"\d\D",
    r"\D",
    r"\W",
    r"\S",
    r"\t|\n|\x41|\x{e9}",
    "a*b+c?",
    "a*?b+?c??",
    "a{2}",
    "a{2,}b",
    "a{1,3}",
    "a{,3}",
    "a{x}",
    r"\.\*\+",
    "(?i)abc",
    "(?i)[a-c]K",
    "(?i)s",
    "(?i)[^k]",
    r"(?i)\w",
    r"(?i)\W",
    "(?is)A.C",
    "é|😀",
    "[à-ÿ]",
]


def pattern_rows():
    """Return a record for each text of `PATTERN_TEXTS`."""
    return [record(title=text) for text in PATTERN_TEXTS]


def wrong_answers(texts, engine, records=RECORDS):
    """Return every rule and number of a record on which an engine differs from the reference evaluator."""
    rules = {text: checked(text) for text in texts}
    found = hits_of_records(rules, SCHEMA, records, LISTS, engine)
    conditions = {text: compile_condition(rule) for text, rule in rules.items()}
    return [
        (text, at)
        for at, (values, hits) in enumerate(zip(records, found, strict=True))
        for text in texts
        if (text in hits) is not (conditions[text](values) is True)
    ]


def wrong_random_answers(made, many_values, engine):
    """Compare as `wrong_answers` on random rules and records; what becomes too large a query is left out."""
    rules = {one.text: check(one.text, random_conditions.SCHEMA).require() for one in made}
    rows = [Record(values, lists=random_conditions.LISTS) for values in many_values]
    rules = {text: rule for text, rule in rules.items() if not is_too_large({text: rule}, engine)}
    found = hits_of_records(rules, random_conditions.SCHEMA, rows, random_conditions.LISTS, engine)
    return [
        (text, row.values)
        for row, hit in zip(rows, found, strict=True)
        for text, rule in rules.items()
        if (text in hit) is not (compile_condition(rule)(row) is True)
    ]


def is_too_large(rules, engine):
    """Whether an engine refuses a rule because of the size of its query."""
    try:
        hits_of_records(rules, random_conditions.SCHEMA, [], random_conditions.LISTS, engine)
    except RefusedError as error:
        return "becomes too large a query" in str(error)
    return False
