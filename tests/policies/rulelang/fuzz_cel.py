"""Google's CEL among the engines that are fuzzed; there are no wheels of it for every machine."""

import re
from datetime import timedelta

from cel_expr_python import cel

from policies.rulelang import Record
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.random_rules import FIELDS, LISTS

_NO_TIME = timedelta()


class OfficialCel:
    """Google's CEL. It knows no field that may be null, and takes points in time of a declared type only."""

    _TIMES = (*FIELDS["timestamp"], *FIELDS["duration"])
    _HAS = re.compile(r"has\(([\w.]+)\)")
    _TIME = re.compile(
        r"(?<![\w.\"])(" + "|".join(map(re.escape, sorted(_TIMES, key=len, reverse=True))) + r")(?![\w(])"
    )
    _REFUSED = "no matching overload for '(_[<>]=?_|_[!=]=_|@in)'"

    def __init__(self) -> None:

        names = dict.fromkeys((*"ijdestbclmw", "who", "lists"), cel.Type.DYN)
        moments = {f"time_{name.replace('.', '_')}": cel.Type.TIMESTAMP for name in FIELDS["timestamp"]}
        spans = {f"time_{name}": cel.Type.DURATION for name in FIELDS["duration"]}
        self._nulls = {f"null_{name.replace('.', '_')}": name for name in self._TIMES}
        self._environment = cel.NewEnv(
            variables={**names, **moments, **spans, **dict.fromkeys(self._nulls, cel.Type.BOOL)}
        )

    def __call__(self, batch: Batch) -> Matrix:
        programs = {place: self._program(batch.texts[place]) for place in batch.tame_rules}
        activations = {
            id(batch.records[place]): self._environment.Activation(self._data(batch.records[place]))
            for place in batch.tame_records
        }

        def answer(place: int, record: Record) -> bool | None:
            program, activation = programs.get(place), activations.get(id(record))
            if program is None or activation is None:
                return None
            result = program.eval(activation)
            return result.type() == cel.Type.BOOL and result.plain_value() is True

        return batch.matrix(answer)

    def _program(self, text: str) -> object:
        spelled = self._TIME.sub(self._spell_time, self._HAS.sub(r"(\1 != null)", text))
        try:
            return self._environment.compile(spelled)
        except RuntimeError as error:
            # CEL compares numbers of two kinds only where it does not know the kinds beforehand.
            if not re.search(self._REFUSED, str(error)):
                raise
            return None

    @staticmethod
    def _spell_time(match: re.Match) -> str:
        name = match[1].replace(".", "_")
        return f"(null_{name} ? dyn(null) : dyn(time_{name}))"

    def _data(self, record: Record) -> dict[str, object]:
        values = record.values
        who = values.get("who") or {}
        bank = who.get("bank") or {}
        data = {name: values.get(name) for name in "ijdestbclmw"}
        data["who"] = {"i": who.get("i"), "s": who.get("s"), "bank": {"s": bank.get("s"), "d": bank.get("d")}}
        data["lists"] = {name: sorted(entries) for name, entries in LISTS.items()}
        for flag, name in self._nulls.items():
            given = who.get("at") if name == "who.at" else values.get(name)
            data[flag] = given is None
            standing_in = values["since"] if name in FIELDS["timestamp"] else _NO_TIME
            data[flag.replace("null_", "time_")] = standing_in if given is None else given
        return data


ask = OfficialCel()
