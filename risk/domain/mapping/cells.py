"""Read whole columns of a chunk by the cells of a mapping."""

from collections.abc import Callable, Sequence
from typing import Any

from governance.domain.errors import FieldProblem
from risk.domain.mapping.chunks import Chunk
from risk.domain.mapping.spec import Cell, Test, TestKind
from risk.domain.mapping.values import BadCell, read_text

Problems = dict[int, list[FieldProblem]]  # by index of the row in its chunk
Parser = Callable[[Any], Any]


class ColumnReader:
    """Reads one cell of the mapping for every row of a chunk. field: the place that problems name."""

    def __init__(self, cell: Cell, field: str, parse: Parser) -> None:
        self.cell = cell
        self.field = field
        self._parse = parse
        self._constant = None if cell.constant is None else parse(cell.constant)

    def read(self, chunk: Chunk, problems: Problems) -> Sequence[Any]:
        """Return a value per row, None for no data and for what is noted in `problems`."""
        cell = self.cell
        if cell.template is not None:
            values = self._fill(chunk)
        elif cell.columns:
            values = chunk.columns[cell.columns[0]]
            for name in cell.columns[1:]:
                values = [
                    more if value is None else value for value, more in zip(values, chunk.columns[name], strict=True)
                ]
        else:
            return [self._constant] * len(chunk)
        if cell.renamed:
            renamed = cell.renamed
            values = [value if value is None else renamed.get(read_text(value), value) for value in values]
        if self._parse is read_text:
            return [value if value is None or type(value) is str else read_text(value) for value in values]
        if self._parse is read_name:
            return [
                value.strip() if type(value) is str else None if value is None else read_text(value) for value in values
            ]
        return self._parse_all(values, problems)

    def _parse_all(self, values: Sequence[Any], problems: Problems) -> list[Any]:
        parse = self._parse
        try:
            return [None if value is None else parse(value) for value in values]
        except BadCell:
            return [self._parse_one(index, value, problems) for index, value in enumerate(values)]

    def _parse_one(self, index: int, value: Any, problems: Problems) -> Any:
        if value is None:
            return None
        try:
            return self._parse(value)
        except BadCell as error:
            problems.setdefault(index, []).append(FieldProblem(self.field, error.reason, error.hint))
            return None

    def _fill(self, chunk: Chunk) -> list[str | None]:
        pattern = self.cell.template or ""
        columns = [
            [value if value is None or type(value) is str else read_text(value) for value in chunk.columns[name]]
            for name in self.cell.columns
        ]
        return [None if None in row else pattern.format(*row) for row in zip(*columns, strict=True)]


def read_name(cell: Any) -> str:
    """Return an identifier: text without the white space around it."""
    return read_text(cell).strip()


def rows_that_meet(tests: Sequence[Test], chunk: Chunk) -> Sequence[int]:
    """Return the indexes of the rows for which every test holds; no data is in no set and out of none."""
    chosen: Sequence[int] = range(len(chunk))
    for test in tests:
        values = chunk.columns[test.column]
        if test.kind is TestKind.PRESENT:
            chosen = [index for index in chosen if values[index] is not None]
        elif test.kind is TestKind.ABSENT:
            chosen = [index for index in chosen if values[index] is None]
        else:
            is_in = test.kind is TestKind.IN
            wanted = test.values
            chosen = [
                index for index in chosen if values[index] is not None and (read_text(values[index]) in wanted) is is_in
            ]
    return chosen
