"""DuckDB among the engines that are fuzzed; it needs requirements/analytics.txt."""

from policies.engines.ibis.connections import open_engine
from policies.engines.ibis.engine import hits_of_records
from policies.engines.ibis.refusals import RefusedError
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.random_rules import LISTS, SCHEMA


class DuckDB:
    """DuckDB through Ibis: the writing of its SQL is slow, so that it gets one rule in `every`."""

    def __init__(self, every: int) -> None:
        self.every, self._engine = every, open_engine("duckdb", "")

    def __call__(self, batch: Batch) -> Matrix:

        rules = {str(place): rule for place, rule in enumerate(batch.rules) if place % self.every == 0}
        try:
            hits = hits_of_records(rules, SCHEMA, batch.records, LISTS, self._engine)
        except RefusedError as error:
            rules = {place: rule for place, rule in rules.items() if place not in error.by_rule}
            hits = hits_of_records(rules, SCHEMA, batch.records, LISTS, self._engine)
        found = [set(hit) for hit in hits]
        return [
            [str(place) in hit if str(place) in rules else None for hit in found] for place in range(len(batch.rules))
        ]


ask = DuckDB(every=20)
