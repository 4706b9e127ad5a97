"""The errors that actions and queries raise; pages and the API turn them into answers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field: where, why, what to do."""

    field: str
    message: str
    hint: str = ""


class DomainError(Exception):
    """A request that cannot be carried out; the message is shown to people as it is."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotAllowed(DomainError):  # noqa: N818  the field's word, not an exception's
    """The actor lacks the permission in that market."""


class NotFound(DomainError):  # noqa: N818
    """The thing does not exist, or not for this actor: both look the same."""


class Conflict(DomainError):  # noqa: N818
    """The thing changed since the actor looked at it, or is in a state that does not allow the step."""


class InvalidInput(DomainError):  # noqa: N818
    """The input has problems, each with its field."""

    def __init__(self, problems: list[FieldProblem]) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)
