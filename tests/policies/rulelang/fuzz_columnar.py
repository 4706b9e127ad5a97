"""The columnar engine among the engines that are fuzzed; it needs NumPy and Arrow."""

from policies.engines.columnar.engine import ColumnarEngine
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.random_rules import LISTS


def ask(batch: Batch) -> Matrix:

    masks = ColumnarEngine.of(batch.ruleset, LISTS).hits_on(batch.records)
    return [[bool(cell) for cell in mask] for mask in masks]
