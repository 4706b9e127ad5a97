"""Read policies in the version that holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from governance.domain.actors import Actor
from governance.domain.errors import NotFound
from policies.domain.locales import in_locale
from policies.domain.policies import Examples, NoticeTemplate
from policies.domain.severity import Severity
from policies.domain.trees import DecisionTree, parse_tree
from policies.models import PolicyVersion
from policies.queries.scope import visible_policies, visible_policy_versions


@dataclass(frozen=True)
class PolicyVersionView:
    """One version of a policy. Keys of `titles`, `texts` (Markdown) and `notices` are locales."""

    id: int
    policy_id: int
    policy_code: str
    number: int
    node_code: str
    node_title: str
    subject_types: tuple[str, ...]
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    notices: Mapping[str, NoticeTemplate]
    markets: tuple[str, ...]
    legal_basis: tuple[str, ...]
    severity_default: Severity
    severity_min: Severity
    severity_max: Severity
    tree: DecisionTree
    examples: Examples
    dsa_ground: str
    dsa_category: str
    dsa_keyword: str
    effective_from: datetime
    effective_to: datetime | None
    created_at: datetime
    created_by: str


def policy_in_force(policy_id: int, at: datetime) -> PolicyVersionView:
    """Return the newest version of the policy that holds at the moment; raises NotFound when none does."""
    found = policies_in_force([policy_id], at).get(policy_id)
    if found is None:
        raise NotFound(f"No version of this policy was in force on {at:%Y-%m-%d}.")
    return found


def policies_in_force(policy_ids: Iterable[int], at: datetime) -> dict[int, PolicyVersionView]:
    """Return the version in force for each policy that has one, in one query."""
    rows = (
        PolicyVersion.objects.filter(_holds_at(at), policy_id__in=set(policy_ids))
        .order_by("policy_id", "-number")
        .distinct("policy_id")
        .select_related("policy__node")
    )
    return {row.policy_id: to_view(row) for row in rows}


def policy_version(version_id: int) -> PolicyVersionView:
    """Return one version, such as the one that a decision cites; raises NotFound when there is none."""
    row = PolicyVersion.objects.select_related("policy__node").filter(pk=version_id).first()
    if row is None:
        raise NotFound("There is no such version of a policy.")
    return to_view(row)


def versions_of(actor: Actor, policy_code: str) -> list[PolicyVersionView]:
    """Return the versions of a policy that the viewer may see, newest first; raises NotFound when there is none."""
    rows = visible_policy_versions(actor).filter(policy__code=policy_code).select_related("policy__node")
    found = [to_view(row) for row in rows.order_by("-number")]
    if not found:
        raise NotFound("There is no such policy.")
    return found


def policy_ids_by_code() -> dict[str, int]:
    """Return the keys of all policies by code."""
    return dict(PolicyVersion.objects.values_list("policy__code", "policy_id").distinct())


def policy_codes(actor: Actor) -> list[str]:
    """Return the codes of the policies that the viewer may see, in order."""
    return list(visible_policies(actor).order_by("code").values_list("code", flat=True))


def policy_choices(actor: Actor) -> list[tuple[int, str]]:
    """Return key and name (code and title) of the policies that the viewer may see, by code."""
    rows = visible_policy_versions(actor).order_by("policy__code", "-number").distinct("policy__code")
    return [
        (row.policy_id, f"{row.policy.code} · {in_locale(row.titles, actor.locale)}")
        for row in rows.select_related("policy")
    ]


def title_in(view: PolicyVersionView, locale: str) -> str:
    """Return the title in the reader's language, else in English."""
    return in_locale(view.titles, locale)


def text_in(view: PolicyVersionView, locale: str) -> str:
    """Return the text (Markdown) in the reader's language, else in English."""
    return in_locale(view.texts, locale)


def notice_in(view: PolicyVersionView, locale: str) -> NoticeTemplate:
    """Return the notice in the reader's language, else in English."""
    return in_locale(view.notices, locale)


def to_view(row: PolicyVersion) -> PolicyVersionView:
    """Return the view of a row that was read with its policy and node."""
    tree = parse_tree(row.tree)
    if not isinstance(tree, DecisionTree):
        raise TypeError(f"the stored guide of {row} is broken: {'; '.join(map(str, tree))}")
    return PolicyVersionView(
        id=row.pk,
        policy_id=row.policy_id,
        policy_code=row.policy.code,
        number=row.number,
        node_code=row.policy.node_id,
        node_title=row.policy.node.title,
        subject_types=tuple(row.policy.subject_types),
        titles=row.titles,
        texts=row.texts,
        notices={locale: NoticeTemplate(**notice) for locale, notice in row.notices.items()},
        markets=tuple(row.markets),
        legal_basis=tuple(row.legal_basis.splitlines()),
        severity_default=Severity(row.severity_default),
        severity_min=Severity(row.severity_min),
        severity_max=Severity(row.severity_max),
        tree=tree,
        examples=Examples(**{name: tuple(texts) for name, texts in row.examples.items()}),
        dsa_ground=row.dsa_ground,
        dsa_category=row.dsa_category,
        dsa_keyword=row.dsa_keyword,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
        created_at=row.created_at,
        created_by=row.created_by,
    )


def _holds_at(at: datetime) -> Q:
    return Q(effective_from__lte=at) & (Q(effective_to__isnull=True) | Q(effective_to__gt=at))
