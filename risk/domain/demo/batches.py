"""Hold events as columns of small numbers while they are being made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.vocabulary import Kind

FIELDS: dict[str, type[np.signedinteger[Any]]] = {
    "kind": np.int8,
    "at": np.int64,
    "market": np.int8,
    "order": np.int64,
    "serial": np.int64,
    "seller": np.int32,
    "buyer": np.int32,
    "creator": np.int32,
    "listing": np.int32,
    "device": np.int32,
    "price": np.int64,
    "quantity": np.int16,
    "amount": np.int64,
    "due": np.int64,
    "rating": np.int8,
    "reason": np.int8,
    "fault": np.int8,
    "carrier": np.int32,
    "title": np.int32,
    "text": np.int32,
    "abuse": np.int8,
}
"""Column of an event and its type; -1 is null everywhere.

Times are seconds, money is hundredths of the currency. `serial` is the number of a message or a video.
`abuse` is the ground truth and leaves only as a label.
"""


@dataclass(frozen=True, eq=False)
class EventBatch:
    """Events as columns of one length."""

    columns: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.columns["at"])

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self.columns[name]

    def take(self, rows: NDArray[Any] | slice) -> "EventBatch":
        """Return the rows chosen by flags, positions or a slice."""
        return EventBatch({name: column[rows] for name, column in self.columns.items()})


def make_batch(kind: Kind, at: NDArray[np.int64], **columns: NDArray[Any] | int) -> EventBatch:
    """Return events of one type; columns that are not given are null, single values fill their column."""
    size = len(at)
    made: dict[str, NDArray[Any]] = {}
    for name, dtype in FIELDS.items():
        value = columns.get(name, -1)
        if isinstance(value, np.ndarray):
            made[name] = value.astype(dtype, copy=False)
        else:
            made[name] = np.full(size, value, dtype=dtype)
    made["kind"] = np.full(size, kind, dtype=np.int8)
    made["at"] = at.astype(np.int64, copy=False)
    return EventBatch(made)


def join_batches(batches: Sequence[EventBatch]) -> EventBatch:
    """Return the batches one after the other."""
    if not batches:
        return make_batch(Kind.LOGIN, np.empty(0, dtype=np.int64))
    return EventBatch({name: np.concatenate([batch[name] for batch in batches]) for name in FIELDS})


def sort_batch(batch: EventBatch) -> EventBatch:
    """Return the events by time; events of the same second keep their order."""
    return batch.take(np.argsort(batch["at"], kind="stable"))
