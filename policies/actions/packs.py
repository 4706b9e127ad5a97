"""Load a policy pack: what is new or changed becomes a new version, what is the same is left alone."""

from django.db import transaction

from governance.actions import audit, outbox
from governance.domain.actors import Actor, ActorKind
from governance.domain.errors import NotAllowed
from governance.domain.subjects import Subject
from policies.actions.pack_policies import load_macros, load_policies, load_taxonomy
from policies.actions.pack_report import PackLine, PackLoaded
from policies.actions.pack_rules import load_lists, load_rules
from policies.actions.pack_schemes import load_schemes
from policies.actions.rulesets import lock_rulesets, release_ruleset
from policies.domain.conditions import RuleSchemas
from policies.domain.packs import Pack


def load_pack(*, actor: Actor, pack: Pack, schemas: RuleSchemas) -> PackLoaded:
    """Load taxonomy, policies, schemes, lists, macros and rules of a pack, all or nothing.

    Its rules are live from the commit on, without a second person: they come with the product or from whoever
    runs it. Only the system may do this. A rule that people changed here keeps what they wrote; the text of the
    pack then waits as a draft. Raises InvalidInput when a condition does not fit the schema.
    """
    require_system(actor)
    with transaction.atomic():
        lock_rulesets()
        lines = [
            load_taxonomy(pack.taxonomy),
            load_policies(actor, pack.policies),
            load_macros(pack.macros),
        ]
        schemes = load_schemes(pack.schemes)
        lists = load_lists(actor, pack.lists)
        rules = load_rules(actor, pack.rules, schemas)
        result = PackLoaded((*lines, *schemes.lines, lists, *rules.lines), (*schemes.notes, *rules.notes))
        if lists.has_changes or rules.has_changes:
            release_ruleset(reason=f"pack {pack.id} {pack.version} loaded")
        if result.has_changes:
            _write_down(actor, pack, result.lines)
    return result


def require_system(actor: Actor) -> None:
    """Raise NotAllowed for people and keys: a pack goes live without a second pair of eyes."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowed("Packs are loaded by who runs Aedile, with manage.py load_pack.")


def _write_down(actor: Actor, pack: Pack, lines: tuple[PackLine, ...]) -> None:
    changes = {
        line.kind: {"added": list(line.added), "changed": list(line.changed)} for line in lines if line.has_changes
    }
    audit.record(
        actor=actor,
        action="pack_loaded",
        subject=Subject("pack", pack.id, f"{pack.title} {pack.version}"),
        after=changes,
    )
    outbox.emit("pack_loaded", {"pack": pack.id, "version": pack.version})
