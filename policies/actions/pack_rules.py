"""Load the lists and rules of a pack."""

from collections.abc import Sequence

from django.utils import timezone

from governance.domain.actors import Actor
from governance.domain.errors import FieldProblem, InvalidInput
from policies.actions.pack_report import PackLine, PackLoaded, Tally
from policies.actions.rule_steps import note_change, record
from policies.domain.conditions import RuleSchemas, find_errors
from policies.domain.digests import digest_of
from policies.domain.rule_seeds import ListSeed, RuleSeed
from policies.domain.rules import OPEN_STATES, Outcome, RuleState, RuleText
from policies.models import ListEntry, NamedList, Policy, Rule, RuleVersion

SHIPPED = "Shipped with the pack."


def load_lists(actor: Actor, seeds: Sequence[ListSeed]) -> PackLine:
    """Bring the pack's own entries to what it says; entries that people added or removed are theirs."""
    tally = Tally("lists")
    held = {row.name: row for row in NamedList.objects.select_for_update()}
    for seed in seeds:
        row, digest = held.get(seed.name), digest_of(seed)
        if row and row.pack_digest == digest:
            tally.unchanged += 1
            continue
        (tally.changed if row else tally.added).append(seed.name)
        named = row or NamedList(name=seed.name, version=0)
        named.title, named.doc, named.pack_digest = seed.title, seed.doc, digest
        named.version += 1
        named.save()
        _load_entries(actor, named, seed)
    return tally.line()


def load_rules(actor: Actor, seeds: Sequence[RuleSeed], schemas: RuleSchemas) -> PackLoaded:
    """Make a live version of every rule whose form in the pack changed; call under `lock_rulesets`."""
    _check_conditions(seeds, schemas)
    tally, drafts, notes = Tally("rules"), Tally("rule drafts"), []
    policies = dict(Policy.objects.values_list("code", "pk"))
    for seed in seeds:
        digest = digest_of(seed)
        rule = Rule.objects.select_for_update().filter(code=seed.id).first()
        if rule is None:
            rule = Rule.objects.create(code=seed.id, title=seed.title, policy_id=policies[seed.policy])
            _release(actor, rule, seed, digest)
            tally.added.append(seed.id)
            continue
        brought = rule.versions.exclude(pack_digest="").order_by("-number").first()
        if brought and brought.pack_digest == digest:
            tally.unchanged += 1
        elif brought and rule.live_id == brought.pk:
            rule.title, rule.policy_id = seed.title, policies[seed.policy]
            _release(actor, rule, seed, digest)
            tally.changed.append(seed.id)
        elif rule.versions.filter(state__in=OPEN_STATES).exists():
            notes.append(f"Rule {seed.id}: an open draft is in the way. Load the pack again when it is finished.")
        else:
            _add_version(actor, rule, seed, digest, RuleState.DRAFT)
            drafts.added.append(seed.id)
            notes.append(f"Rule {seed.id} was changed or stopped here: the text of the pack waits as a draft.")
    return PackLoaded((tally.line(), drafts.line()), tuple(notes))


def _load_entries(actor: Actor, named: NamedList, seed: ListSeed) -> None:
    now = timezone.now()
    rows = list(named.entries.all())
    standing = {row.value for row in rows if row.removed_at is None}
    taken_by_people = {row.value for row in rows if row.removed_at and row.removed_by != actor.label}
    gone = [
        row.pk
        for row in rows
        if row.removed_at is None and row.added_by == actor.label and row.value not in seed.entries
    ]
    named.entries.filter(pk__in=gone).update(removed_at=now, removed_by=actor.label)
    new = [value for value in seed.entries if value not in standing | taken_by_people]
    ListEntry.objects.bulk_create(ListEntry(list=named, value=value, added_by=actor.label) for value in new)


def _check_conditions(seeds: Sequence[RuleSeed], schemas: RuleSchemas) -> None:
    """Raise InvalidInput with every condition that does not fit the schema."""
    problems = [
        FieldProblem(
            f"rules.yaml {seed.id} when",
            f"line {problem.line}, column {problem.column}: {problem.message}",
            problem.hint,
        )
        for seed in seeds
        for problem in find_errors(seed.when, schemas.of(seed.target.entity or ""))
    ]
    if problems:
        raise InvalidInput(problems)


def _release(actor: Actor, rule: Rule, seed: RuleSeed, digest: str) -> None:
    """Let the seed fire instead of the version that is live."""
    if rule.live is not None:
        old = rule.live
        old.state, old.revision = RuleState.RETIRED, old.revision + 1
        old.save(update_fields=["state", "revision", "updated_at"])
        note_change(actor, old, RuleState.LIVE, "Replaced by a newer text of the pack.")
    rule.live = _add_version(actor, rule, seed, digest, RuleState.LIVE)
    rule.save()


def _add_version(actor: Actor, rule: Rule, seed: RuleSeed, digest: str, state: RuleState) -> RuleVersion:
    text = _text_of(seed)
    newest = rule.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = RuleVersion.objects.create(
        rule=rule,
        number=newest + 1,
        condition=text.condition,
        event_types=list(text.event_types),
        entity_type=text.entity_type,
        markets=sorted(text.markets),
        outcome=text.outcome.value,
        lane=text.lane,
        priority=text.priority,
        reason=text.reason,
        reasons=dict(seed.reasons),
        state=state.value,
        pack_digest=digest,
    )
    note_change(actor, version, "", SHIPPED)
    record(actor, version, "rule_shipped", {}, {"state": state.value, "condition": text.condition}, SHIPPED)
    return version


def _text_of(seed: RuleSeed) -> RuleText:
    return RuleText(
        condition=seed.when,
        event_types=seed.target.events,
        entity_type=seed.target.entity or "",
        markets=seed.markets,
        outcome=Outcome(seed.outcome.value),
        priority=seed.priority,
        reason=seed.reason,
    )
