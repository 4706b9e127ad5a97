"""Load the taxonomy, policies and macros of a pack."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from governance.domain.actors import Actor
from policies.actions.pack_report import PackLine, Tally
from policies.domain.digests import digest_of
from policies.domain.forms import to_form
from policies.domain.policies import MacroSpec, PolicySpec
from policies.domain.policies import TaxonomyNode as NodeSpec
from policies.models import Macro, Policy, PolicyVersion, TaxonomyNode


def load_taxonomy(specs: Sequence[NodeSpec]) -> PackLine:
    """Bring the nodes to what the pack says; nodes that it does not name stay."""
    tally = Tally("taxonomy nodes")
    held = TaxonomyNode.objects.in_bulk()
    for spec in _parents_first(specs):
        row = held.get(spec.code)
        if row is None:
            TaxonomyNode.objects.create(code=spec.code, parent_id=spec.parent, title=spec.title)
            tally.added.append(spec.code)
        elif (row.parent_id, row.title) != (spec.parent, spec.title):
            row.parent_id, row.title = spec.parent, spec.title
            row.save()
            tally.changed.append(spec.code)
        else:
            tally.unchanged += 1
    return tally.line()


def load_policies(actor: Actor, specs: Sequence[PolicySpec]) -> PackLine:
    """Make a new version of every policy whose form is not that of its newest version."""
    tally = Tally("policies")
    held = {row.code: row for row in Policy.objects.all()}
    newest = {
        row.policy_id: row for row in PolicyVersion.objects.order_by("policy_id", "-number").distinct("policy_id")
    }
    for spec in specs:
        policy = held.get(spec.code)
        digest = digest_of(spec)
        before = newest.get(policy.pk) if policy else None
        if policy and before and before.digest == digest:
            tally.unchanged += 1
            continue
        if policy is None:
            policy = Policy(code=spec.code)
        policy.node_id, policy.subject_types = spec.node, list(spec.subjects)
        policy.save()
        _add_version(actor, policy, spec, before.number + 1 if before else 1, digest)
        (tally.changed if before else tally.added).append(spec.code)
    return tally.line()


def load_macros(specs: Sequence[MacroSpec]) -> PackLine:
    """Bring the macros to what the pack says."""
    tally = Tally("macros")
    held = {row.code: row for row in Macro.objects.all()}
    for spec in specs:
        row = held.get(spec.id)
        wanted = (spec.node, spec.outcome.value, spec.title, spec.text)
        if row and (row.node_id, row.outcome, row.title, row.text) == wanted:
            tally.unchanged += 1
            continue
        (tally.changed if row else tally.added).append(spec.id)
        row = row or Macro(code=spec.id)
        row.node_id, row.outcome, row.title, row.text = wanted
        row.save()
    return tally.line()


def midnight(day: date) -> datetime:
    """Return the beginning of the day in UTC, when what is dated by days begins to hold."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def _add_version(actor: Actor, policy: Policy, spec: PolicySpec, number: int, digest: str) -> None:
    PolicyVersion.objects.create(
        policy=policy,
        number=number,
        titles=dict(spec.title),
        texts=dict(spec.text),
        notices=to_form(spec.notice),
        markets=list(spec.markets),
        legal_basis="\n".join(" ".join(line.split()) for line in spec.legal_basis),
        severity_default=spec.severity.default.value,
        severity_min=spec.severity.min.value,
        severity_max=spec.severity.max.value,
        tree=to_form(spec.tree),
        examples=to_form(spec.examples),
        dsa_ground=spec.dsa_ground.value,
        dsa_category=spec.dsa_category,
        dsa_keyword=spec.dsa_keyword or "",
        effective_from=midnight(spec.effective_from),
        digest=digest,
        created_by=actor.label,
    )


def _parents_first(specs: Sequence[NodeSpec]) -> list[NodeSpec]:
    parents = {spec.code: spec.parent for spec in specs}

    def depth(code: str | None) -> int:
        return 0 if code is None else 1 + depth(parents.get(code))

    return sorted(specs, key=lambda spec: depth(spec.code))
