"""What a policy says: its texts, severity, reviewer guide, notice, and its place in the taxonomy."""

import datetime as dt
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policies.domain import dsa
from policies.domain.reading import CODE, MARKET, NODE_CODE, Problem, Reader, did_you_mean
from policies.domain.severity import Severity
from policies.domain.trees import DecisionTree, OutcomeKind, read_tree

SUBJECT_TYPES = frozenset(
    {
        "seller",
        "creator",
        "buyer",
        "listing",
        "video",
        "livestream",
        "review",
        "order",
        "message",
        "device",
        "payment_account",
        "address",
    }
)

NOTICE_PLACEHOLDERS = frozenset(
    {"entity_name", "policy_title", "facts", "actions", "points", "expires_on", "appeal_until"}
)
# A statement of reasons must give the facts, the restriction and the redress (DSA Art. 17(3)).
NEEDED_PLACEHOLDERS = ("facts", "actions", "appeal_until")


@dataclass(frozen=True, slots=True)
class TaxonomyNode:
    """A kind of harm; `parent` is the code of the wider kind, None at the top."""

    code: str
    parent: str | None
    title: str


@dataclass(frozen=True, slots=True)
class SeverityRange:
    """The severity a violation has unless the reviewer says otherwise, and how far they may go."""

    default: Severity
    min: Severity
    max: Severity


@dataclass(frozen=True, slots=True)
class NoticeTemplate:
    """The message to the affected party in one locale; the body has placeholders in braces."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Examples:
    """Cases that break the policy and cases that look alike but do not."""

    violation: tuple[str, ...]
    no_violation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """One version of a policy as written down; `markets` is empty when it holds in all."""

    code: str
    node: str
    subjects: tuple[str, ...]
    title: Mapping[str, str]
    text: Mapping[str, str]
    severity: SeverityRange
    legal_basis: tuple[str, ...]
    dsa_ground: dsa.DecisionGround
    dsa_category: str
    dsa_keyword: str | None
    markets: tuple[str, ...]
    effective_from: dt.date
    tree: DecisionTree
    examples: Examples
    notice: Mapping[str, NoticeTemplate]


@dataclass(frozen=True, slots=True)
class MacroSpec:
    """A ready-made rationale for decisions under the policies of one taxonomy node and below."""

    id: str
    node: str
    outcome: OutcomeKind
    title: str
    text: str


def read_taxonomy_node(reader: Reader) -> TaxonomyNode:
    """Read one node of the taxonomy."""
    fields = reader.fields(("code", "parent", "title"))
    return TaxonomyNode(
        code=fields["code"].matching(NODE_CODE),
        parent=fields["parent"].matching(NODE_CODE) if fields["parent"].is_given else None,
        title=fields["title"].short_text(120),
    )


def parse_policy(data: object, locales: Sequence[str]) -> PolicySpec | tuple[Problem, ...]:
    """Return the policy that parsed data describes, or every problem with it."""
    problems: list[Problem] = []
    policy = read_policy(Reader("policy", "", data, problems), locales)
    return tuple(problems) or policy


def read_policy(reader: Reader, locales: Sequence[str]) -> PolicySpec:
    """Read one policy file; everything that can be judged without the other files is."""
    fields = reader.fields(_POLICY_KEYS)
    severity = _read_severity(fields["severity"])
    category, keyword = _read_dsa(fields["dsa_category"], fields["dsa_keyword"])
    return PolicySpec(
        code=fields["code"].matching(CODE),
        node=fields["node"].matching(NODE_CODE),
        subjects=tuple(item.name_in(SUBJECT_TYPES, "entity type") for item in fields["subjects"].filled_items()),
        title=fields["title"].localised(locales),
        text=fields["text"].localised(locales),
        severity=severity,
        legal_basis=tuple(item.text() for item in fields["legal_basis"].filled_items()),
        dsa_ground=fields["dsa_ground"].choice(dsa.DecisionGround),
        dsa_category=category,
        dsa_keyword=keyword,
        markets=read_markets(fields["markets"]),
        effective_from=fields["effective_from"].day(),
        tree=_read_guide(fields["tree"], severity),
        examples=_read_examples(fields["examples"]),
        notice={locale: _read_notice(notice) for locale, notice in fields["notice"].per_locale(locales).items()},
    )


_POLICY_KEYS = (
    "code",
    "node",
    "subjects",
    "title",
    "severity",
    "legal_basis",
    "dsa_ground",
    "dsa_category",
    "dsa_keyword",
    "markets",
    "effective_from",
    "text",
    "tree",
    "examples",
    "notice",
)


def read_markets(reader: Reader) -> tuple[str, ...]:
    """Read `all` (returned as no market) or a list of market codes (ISO 3166, two letters)."""
    if reader.value == "all":
        return ()
    if isinstance(reader.value, str):
        reader.reject(f"{reader.value} is not a list", "Write all, or a list such as [BR, ID].")
        return ()
    return tuple(item.matching(MARKET) for item in reader.filled_items())


def read_macro(reader: Reader) -> MacroSpec:
    """Read one rationale macro."""
    fields = reader.fields(("id", "node", "outcome", "title", "text"))
    return MacroSpec(
        id=fields["id"].matching(CODE),
        node=fields["node"].matching(NODE_CODE),
        outcome=fields["outcome"].choice(OutcomeKind),
        title=fields["title"].short_text(120),
        text=fields["text"].text(),
    )


def _read_examples(reader: Reader) -> Examples:
    fields = reader.fields(("violation", "no_violation"))
    return Examples(
        violation=tuple(item.text() for item in fields["violation"].filled_items()),
        no_violation=tuple(item.text() for item in fields["no_violation"].filled_items()),
    )


def _read_severity(reader: Reader) -> SeverityRange:
    fields = reader.fields(("default", "min", "max"))
    severity = SeverityRange(
        default=fields["default"].choice(Severity),
        min=fields["min"].choice(Severity),
        max=fields["max"].choice(Severity),
    )
    if not severity.min.rank <= severity.default.rank <= severity.max.rank:
        reader.reject(
            f"default {severity.default} is not between {severity.min} and {severity.max}",
            "Order them: min, default, max.",
        )
    return severity


def _read_dsa(category_reader: Reader, keyword_reader: Reader) -> tuple[str, str | None]:
    category = category_reader.name_in(dsa.CATEGORIES, "category of the statement of reasons")
    if not keyword_reader.is_given:
        return category, None
    keyword = keyword_reader.name_in(dsa.KEYWORDS, "keyword of the statement of reasons")
    if category in dsa.CATEGORIES and keyword in dsa.KEYWORDS and not dsa.is_keyword_of(category, keyword):
        fitting = sorted(dsa.KEYWORDS_BY_CATEGORY[category] | dsa.UNGROUPED_KEYWORDS)
        keyword_reader.reject(f"{keyword} does not belong to {category}", f"Use null or one of: {', '.join(fitting)}.")
    return category, keyword


def _read_guide(reader: Reader, severity: SeverityRange) -> DecisionTree:
    tree = read_tree(reader)
    for outcome, place in zip(tree.outcomes, reader.at("outcomes").items(), strict=False):
        found = outcome.severity
        if found is not None and not severity.min.rank <= found.rank <= severity.max.rank:
            place.at("severity").reject(
                f"{found} is outside the policy's range",
                f"Use {severity.min} to {severity.max}, or widen the range.",
            )
    return tree


def _read_notice(reader: Reader) -> NoticeTemplate:
    fields = reader.fields(("title", "body"))
    notice = NoticeTemplate(title=fields["title"].text(), body=fields["body"].text())
    _check_placeholders(fields["title"], notice.title)
    used = _check_placeholders(fields["body"], notice.body)
    for name in NEEDED_PLACEHOLDERS:
        if notice.body and name not in used:
            fields["body"].reject(f"the placeholder {{{name}}} is missing", "The reader has a right to know it.")
    return notice


def _check_placeholders(reader: Reader, template: str) -> set[str]:
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        reader.reject(f"the braces do not match ({error})", "Write placeholders as {facts}, a brace as {{.")
        return set(NOTICE_PLACEHOLDERS)
    used = {name for _, name, _, _ in parts if name is not None}
    for name in sorted(used - NOTICE_PLACEHOLDERS):
        known = ", ".join(sorted(NOTICE_PLACEHOLDERS))
        reader.reject(f"unknown placeholder {{{name}}}", did_you_mean(name, NOTICE_PLACEHOLDERS, f"Known: {known}."))
    return used
