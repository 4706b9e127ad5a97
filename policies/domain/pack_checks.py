"""Hold the files of a pack against each other: every check notes its problems at the place that is wrong."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from policies.domain.policies import MacroSpec, PolicySpec, TaxonomyNode
from policies.domain.queues import QueueSpec, find_queue
from policies.domain.reading import Reader, did_you_mean
from policies.domain.rule_seeds import ListSeed, RuleSeed
from policies.domain.schemes import SchemeSpec
from policies.domain.severity import severities_between
from policies.domain.signals import ScorecardSpec, SignalSpec

LIST_NAME = re.compile(r"\blists\.([a-z][a-z0-9_]*)")


def check_taxonomy(taxonomy: Sequence[tuple[TaxonomyNode, Reader]]) -> None:
    """Note codes used twice, unknown parents and circles."""
    _note_repeats((node.code, place.at("code")) for node, place in taxonomy)
    parents = {node.code: node.parent for node, _ in taxonomy}
    for node, place in taxonomy:
        if node.parent is not None and node.parent not in parents:
            hint = did_you_mean(node.parent, parents, "Add it, or use null for a top node.")
            place.at("parent").reject(f"{node.parent} is not in the taxonomy", hint)
            continue
        seen: set[str] = set()
        step = node.parent
        while step is not None and step not in seen:
            seen.add(step)
            step = parents.get(step)
        if node.code in seen:
            place.at("parent").reject(f"{node.code} is its own ancestor", "Break the circle.")


def check_policies(
    policies: Sequence[tuple[PolicySpec, Reader]],
    taxonomy: Sequence[tuple[TaxonomyNode, Reader]],
    queues: Sequence[tuple[QueueSpec, Reader]],
) -> None:
    """Note codes used twice or unlike their file, unknown nodes, and policies that no queue serves."""
    _note_repeats((policy.code, place.at("code")) for policy, place in policies)
    nodes = [node for node, _ in taxonomy]
    for policy, place in policies:
        if PurePosixPath(place.file).stem != policy.code:
            hint = f"Rename the file to {policy.code}.yaml, or change the code."
            place.at("code").reject(f"the file is not named after its policy {policy.code}", hint)
        if _is_node_known(policy.node, place.at("node"), nodes) and not find_queue(
            policy.node, nodes, [queue for queue, _ in queues]
        ):
            place.at("node").reject(f"no queue serves {policy.node}", "Add the node, or a wider one, to a queue.")


def check_queues(queues: Sequence[tuple[QueueSpec, Reader]], taxonomy: Sequence[tuple[TaxonomyNode, Reader]]) -> None:
    """Note codes used twice, unknown nodes, and nodes that two queues claim."""
    _note_repeats((queue.code, place.at("code")) for queue, place in queues)
    nodes = [node for node, _ in taxonomy]
    served = [
        (node, place)
        for queue, queue_place in queues
        for node, place in zip(queue.nodes, queue_place.at("nodes").items(), strict=True)
    ]
    _note_repeats(served)
    for node, place in served:
        _is_node_known(node, place, nodes)


def check_schemes(schemes: Sequence[tuple[SchemeSpec, Reader]], policies: Sequence[tuple[PolicySpec, Reader]]) -> None:
    """Note codes used twice, schemes that meet, a missing default, unknown policies, severities without points."""
    _note_repeats((scheme.code, place.at("code")) for scheme, place in schemes)
    _check_places(schemes)
    by_code = {policy.code: policy for policy, _ in policies}
    for scheme, place in schemes:
        for code, table in scheme.points.policies.items():
            points = place.at("points").at("policies").at(code)
            if code not in by_code:
                points.reject(f"{code} is not a policy of the pack", did_you_mean(code, by_code, "Add the policy."))
                continue
            policy = by_code[code].severity
            for severity in severities_between(policy.min, policy.max):
                if severity not in table:
                    points.reject(f"points for {severity} are missing", f"{code} allows this severity: add it.")


def _check_places(schemes: Sequence[tuple[SchemeSpec, Reader]]) -> None:
    """Note where two schemes hold for the same type of entity in a market, or not exactly one is the default."""
    taken: set[tuple[str, str]] = set()
    for scheme, place in schemes:
        for market, market_place in zip(
            scheme.markets, place.at("markets").items() if scheme.markets else (), strict=True
        ):
            here = {(market, kind) for kind in scheme.entity_types}
            if here & taken:
                market_place.reject(f"{market} is there twice", "Keep one.")
            taken |= here
    for kind in sorted({kind for scheme, _ in schemes for kind in scheme.entity_types}):
        own = [(scheme, place) for scheme, place in schemes if kind in scheme.entity_types]
        defaults = [place for scheme, place in own if scheme.is_default]
        for place in [*defaults[1:], *([own[0][1]] if not defaults else [])]:
            reason = f"{len(defaults)} schemes are the default for {kind}"
            place.at("is_default").reject(reason, "Make exactly one the default.")


def check_rules(
    rules: Sequence[tuple[RuleSeed, Reader]],
    lists: Sequence[tuple[ListSeed, Reader]],
    policies: Sequence[tuple[PolicySpec, Reader]],
) -> None:
    """Note ids used twice, unknown policies and lists, and entities that the policy does not speak of.

    The conditions themselves are checked by the rule language, which knows the schema.
    """
    _note_repeats((rule.id, place.at("id")) for rule, place in rules)
    _note_repeats((seed.name, place.at("name")) for seed, place in lists)
    subjects = {policy.code: policy.subjects for policy, _ in policies}
    names = {seed.name for seed, _ in lists}
    for rule, place in rules:
        if rule.policy not in subjects:
            hint = did_you_mean(rule.policy, subjects, "Add the policy.")
            place.at("policy").reject(f"{rule.policy} is not a policy of the pack", hint)
        elif rule.target.entity not in (None, *subjects[rule.policy]):
            reason = f"{rule.policy} does not speak of {rule.target.entity}"
            hint = f"Add {rule.target.entity} to the policy's subjects, or choose another policy."
            place.at("target").at("entity").reject(reason, hint)
        for name in sorted(set(LIST_NAME.findall(rule.when)) - names):
            place.at("when").reject(f"lists.{name} is not a list of the pack", did_you_mean(name, names, "Add it."))


def check_signals(
    signals: Sequence[tuple[SignalSpec, Reader]], scorecards: Sequence[tuple[ScorecardSpec, Reader]]
) -> None:
    """Note signals and scorecards that are there twice, and parts without a signal of their entity type."""
    _note_repeats((signal.name, place.at("name")) for signal, place in signals)
    _note_repeats((card.entity_type, place.at("entity_type")) for card, place in scorecards)
    for card, place in scorecards:
        names = {signal.name for signal, _ in signals if signal.entity_type == card.entity_type}
        parts = list(zip(card.parts, place.at("parts").items(), strict=True))
        _note_repeats((part.signal, part_place.at("signal")) for part, part_place in parts)
        for part, part_place in parts:
            if part.signal not in names:
                hint = did_you_mean(part.signal, names, "Add the signal.")
                reason = f"{part.signal} is not a signal of {card.entity_type}"
                part_place.at("signal").reject(reason, hint)


def check_macros(macros: Sequence[tuple[MacroSpec, Reader]], taxonomy: Sequence[tuple[TaxonomyNode, Reader]]) -> None:
    """Note ids used twice and unknown nodes."""
    _note_repeats((macro.id, place.at("id")) for macro, place in macros)
    for macro, place in macros:
        _is_node_known(macro.node, place.at("node"), [node for node, _ in taxonomy])


def _is_node_known(code: str, place: Reader, nodes: Sequence[TaxonomyNode]) -> bool:
    codes = [node.code for node in nodes]
    if code not in codes:
        place.reject(f"{code} is not in the taxonomy", did_you_mean(code, codes, "Add it to taxonomy.yaml."))
    return code in codes


def _note_repeats(keys: Iterable[tuple[str, Reader]]) -> None:
    seen: set[str] = set()
    for key, place in keys:
        if key in seen:
            place.reject(f"{key} is there twice", "Keep one.")
        seen.add(key)
