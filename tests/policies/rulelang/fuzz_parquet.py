"""The columnar engine on a Parquet file among the engines that are fuzzed; it needs NumPy and Arrow."""

import io

import pyarrow as pa
import pyarrow.parquet as pq

from policies.engines.binding import bind
from policies.engines.columnar.engine import ColumnarEngine
from policies.engines.skipping import can_hold, spans_of
from policies.rulelang import Kind, Type, find_misfits
from policies.rulelang.record import field_reader
from tests.policies.rulelang.fuzz_batch import Batch, Matrix
from tests.policies.rulelang.random_rules import LISTS, SCHEMA

_TIMES = 8
"""Each record stands so often in the file that its texts are worth a dictionary."""

_SCALARS = {
    Kind.BOOL: pa.bool_(),
    Kind.INT: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.STRING: pa.string(),
    Kind.TIMESTAMP: pa.timestamp("us", "UTC"),
    Kind.DURATION: pa.duration("us"),
}
_TEXTS = [name for name, described in SCHEMA.fields.items() if described.type.kind is Kind.STRING]


def ask(batch: Batch) -> Matrix:
    """Ask about the records that fit the schema; what statistics rule out is no hit."""
    matrix = batch.matrix(lambda *_: None)
    places = [place for place, record in enumerate(batch.records) if not find_misfits(SCHEMA, record.values)]
    if not places:
        return matrix
    engine, file = ColumnarEngine.of(batch.ruleset, LISTS), _file(batch, places)
    bound = bind(engine.program.fields, engine.program.fields, file.schema_arrow)
    for group in range(file.num_row_groups):
        mine = places[group * 4 : group * 4 + 4]
        now = [batch.records[place].now for place in mine] * _TIMES
        spans = spans_of(file.metadata.row_group(group), bound)
        for rule, mask in enumerate(engine.hits(file.read_row_group(group), now)):
            can_hit = can_hold(engine.program.formulas[rule], spans, LISTS)
            for place, cell in zip(mine, mask[-len(mine) :].tolist(), strict=True):
                matrix[rule][place] = can_hit and cell
    return matrix


def _file(batch: Batch, places: list[int]) -> pq.ParquetFile:
    """Write four records, several times over, to each row group."""
    buffer, writer = io.BytesIO(), None
    for start in range(0, len(places), 4):
        records = [batch.records[place] for place in places[start : start + 4]] * _TIMES
        columns = {}
        for name, described in SCHEMA.fields.items():
            read = field_reader(name, described)
            columns[name] = pa.array([read(record.values) for record in records], _arrow_type(described.type))
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(buffer, table.schema)
        writer.write_table(table)
    writer.close()
    return pq.ParquetFile(buffer, read_dictionary=_TEXTS)


def _arrow_type(wanted: Type) -> pa.DataType:
    return pa.list_(_SCALARS[wanted.element.kind]) if wanted.element is not None else _SCALARS[wanted.kind]
