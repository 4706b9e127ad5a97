"""The reviewer guide of a policy: a tree of yes/no questions that ends in an outcome."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.domain.reading import NAME, Problem, Reader, did_you_mean
from policies.domain.severity import Severity


class OutcomeKind(StrEnum):
    """What a review can find."""

    VIOLATION = "violation"
    NO_VIOLATION = "no_violation"
    CANNOT_TELL = "cannot_tell"
    ESCALATE = "escalate"


class GuideEndedError(ValueError):
    """Answers go on although the guide has reached its outcome."""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A question; `if_yes` and `if_no` name the next question or an outcome."""

    id: str
    question: str
    help: str
    if_yes: str
    if_no: str

    def next_id(self, answer: str) -> str:
        """Return where an answer leads; the answer is "yes" or "no"."""
        return {"yes": self.if_yes, "no": self.if_no}[answer]


@dataclass(frozen=True, slots=True)
class TreeOutcome:
    """An end of the tree; `severity` is set exactly when the kind is a violation."""

    id: str
    kind: OutcomeKind
    severity: Severity | None
    title: str


@dataclass(frozen=True, slots=True)
class DecisionTree:
    """A guide that always ends: no cycle, no dead end, no question that cannot be reached."""

    start: str
    nodes: tuple[TreeNode, ...]
    outcomes: tuple[TreeOutcome, ...]

    def place(self, place_id: str) -> TreeNode | TreeOutcome:
        """Return the question or outcome of that id. Raises KeyError when there is none."""
        places: dict[str, TreeNode | TreeOutcome] = {node.id: node for node in self.nodes}
        places.update({outcome.id: outcome for outcome in self.outcomes})
        return places[place_id]

    def follow(self, answers: Sequence[str]) -> TreeNode | TreeOutcome:
        """Walk from the start along "yes"/"no" answers; return the open question or the outcome reached.

        Raises GuideEndedError when answers go on after an outcome.
        """
        place = self.place(self.start)
        for answer in answers:
            if isinstance(place, TreeOutcome):
                raise GuideEndedError(f"the guide ended at {place.id}, there is nothing left to answer")
            place = self.place(place.next_id(answer))
        return place

    def paths(self) -> Iterator[tuple[tuple[tuple[str, str], ...], TreeOutcome]]:
        """Yield every way through the tree: ((question id, "yes" or "no"), …) and the outcome at its end."""
        open_ways: list[tuple[tuple[tuple[str, str], ...], str]] = [((), self.start)]
        while open_ways:
            way, place_id = open_ways.pop()
            place = self.place(place_id)
            if isinstance(place, TreeOutcome):
                yield way, place
                continue
            open_ways.extend(((*way, (place.id, answer)), place.next_id(answer)) for answer in ("no", "yes"))


def parse_tree(data: object) -> DecisionTree | tuple[Problem, ...]:
    """Return the tree that parsed data describes, or every problem with it."""
    problems: list[Problem] = []
    tree = read_tree(Reader("tree", "", data, problems))
    return tuple(problems) or tree


def read_tree(reader: Reader) -> DecisionTree:
    """Read `start`, `nodes` and `outcomes`; note what is not a tree that ends."""
    before = len(reader.problems)
    fields = reader.fields(("start", "nodes", "outcomes"))
    nodes = fields["nodes"].filled_items()
    outcomes = fields["outcomes"].filled_items()
    tree = DecisionTree(
        start=fields["start"].text(),
        nodes=tuple(_read_node(node) for node in nodes),
        outcomes=tuple(_read_outcome(outcome) for outcome in outcomes),
    )
    place_ids = [*(node.id for node in tree.nodes), *(outcome.id for outcome in tree.outcomes)]
    places: dict[str, Reader] = {}
    for place_id, place in zip(place_ids, (*nodes, *outcomes), strict=True):
        if place_id in places:
            place.reject(f"the id {place_id} is used twice", "Questions and outcomes share one set of ids.")
        places[place_id] = place
    for check in (_note_unknown_targets, _note_circles, _note_orphans):
        if len(reader.problems) == before:
            check(tree, places, fields["start"])
    return tree


def _read_node(reader: Reader) -> TreeNode:
    fields = reader.fields(("id", "question", "help", "if_yes", "if_no"))
    return TreeNode(
        id=fields["id"].matching(NAME),
        question=fields["question"].text(),
        help=fields["help"].text(),
        if_yes=fields["if_yes"].text(),
        if_no=fields["if_no"].text(),
    )


def _read_outcome(reader: Reader) -> TreeOutcome:
    fields = reader.fields(("id", "kind", "title"), ("severity",))
    kind = fields["kind"].choice(OutcomeKind)
    severity = fields["severity"].choice(Severity) if fields["severity"].is_given else None
    if kind is OutcomeKind.VIOLATION and severity is None:
        reader.reject("a violation needs a severity", "Add severity: low, medium, high or critical.")
    if kind is not OutcomeKind.VIOLATION and severity is not None:
        fields["severity"].reject(f"{kind} has no severity", "Remove it, or make the outcome a violation.")
    return TreeOutcome(fields["id"].matching(NAME), kind, severity, fields["title"].text())


def _note_unknown_targets(tree: DecisionTree, places: Mapping[str, Reader], start: Reader) -> None:
    targets = [(tree.start, start)]
    for node in tree.nodes:
        targets.append((node.if_yes, places[node.id].at("if_yes")))
        targets.append((node.if_no, places[node.id].at("if_no")))
    for target, reader in targets:
        if target not in places:
            hint = did_you_mean(target, places, "Point to the id of a question or an outcome.")
            reader.reject(f"{target} is neither a question nor an outcome", hint)


def _note_circles(tree: DecisionTree, places: Mapping[str, Reader], _start: Reader) -> None:
    for node in tree.nodes:
        if node.id in _reached_from((node.if_yes, node.if_no), tree):
            places[node.id].reject(f"question {node.id} leads back to itself", "Break the circle with an outcome.")


def _note_orphans(tree: DecisionTree, places: Mapping[str, Reader], _start: Reader) -> None:
    reached = _reached_from((tree.start,), tree)
    for place_id, reader in places.items():
        if place_id not in reached:
            reader.reject(f"{place_id} cannot be reached", f"Lead to it from {tree.start}, or remove it.")


def _reached_from(starts: Sequence[str], tree: DecisionTree) -> set[str]:
    targets = {node.id: (node.if_yes, node.if_no) for node in tree.nodes}
    reached: set[str] = set()
    open_ids = list(starts)
    while open_ids:
        place_id = open_ids.pop()
        if place_id not in reached:
            reached.add(place_id)
            open_ids.extend(targets.get(place_id, ()))
    return reached
