"""Events as arrays: what the features are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from risk.domain.demo.features.history import Flags, History, Ints


@dataclass(frozen=True, eq=False)
class EventTable:
    """Events in the order of time, arrays of one length.

    `types` names the event types that `type_codes` point into. `keys` holds one array per role (`seller`, `order`,
    `device` …), each a code of the entity or -1; accounts of different roles have codes of their own. `text_codes`
    points into the texts, -1 for none; `price` is NaN where there is none. `reasons` are the codes of `reason`,
    by `reason_names`. `times` are whole seconds.
    """

    times: Ints
    types: tuple[str, ...]
    type_codes: Ints
    keys: Mapping[str, Ints]
    text_codes: Ints
    price: NDArray[np.float64]
    reason_names: tuple[str, ...]
    reasons: Ints
    _histories: dict[str, History] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def is_type(self, *names: str) -> Flags:
        """Flag the events of these types."""
        codes = [self.types.index(name) for name in names if name in self.types]
        return np.isin(self.type_codes, codes)

    def has_reason(self, name: str) -> Flags:
        """Flag the events with this reason."""
        codes = [code for code, known in enumerate(self.reason_names) if known == name]
        return np.isin(self.reasons, codes)

    def has(self, role: str) -> Flags:
        """Flag the events that touch an entity in the role."""
        return self.keys[role] >= 0

    def history(self, role: str) -> History:
        """Return the events by entity of the role; kept for the next one who asks."""
        if role not in self._histories:
            self._histories[role] = History(self.keys[role], self.times)
        return self._histories[role]


@dataclass(frozen=True, eq=False)
class Feature:
    """One column: its values and where there are any."""

    values: NDArray[np.int64] | NDArray[np.float64] | NDArray[np.bool_]
    present: Flags
