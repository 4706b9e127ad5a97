"""Hold a mapping against the columns that the files have."""

from collections.abc import Iterable, Mapping, Sequence

from policies.domain.reading import did_you_mean
from risk.domain.mapping.spec import Cell, EntitySpec, EventSpec, FileFormat, ImportMapping, MappingProblem, TableSpec

Columns = Mapping[str, Sequence[str] | None]  # of files and tables; None: there is no row to know them by


def columns_of(mapping: ImportMapping, files: Columns) -> dict[str, Sequence[str] | None]:
    """Return the columns of files and tables: those of a table's own rows, then those of what it joins."""
    known = dict(files)
    for table in mapping.tables.values():
        own = (*table.group_by, *table.folds) if table.group_by else known[table.source]
        parts = [own, *(known[join.to] for join in table.joins)]
        if any(part is None for part in parts):
            known[table.name] = None
        else:
            known[table.name] = tuple(dict.fromkeys(column for part in parts if part for column in part))
    return known


def check_columns(mapping: ImportMapping, files: Columns) -> tuple[MappingProblem, ...]:
    """Return what the mapping asks for and the files do not have, with the closest name."""
    known = columns_of(mapping, files)
    problems: list[MappingProblem] = []
    for table in mapping.tables.values():
        _check_table(mapping, table, known, problems)
    specs: tuple[EntitySpec | EventSpec, ...] = (*mapping.entities, *mapping.events)
    for spec in specs:
        _check_names(mapping, spec.path, spec.source, columns_read(spec), known, problems)
    return tuple(problems)


def columns_read(spec: EntitySpec | EventSpec) -> list[str]:
    """Return the columns that an event or entity reads, each once."""
    cells: list[Cell | None] = [spec.type, spec.id, spec.market]
    if isinstance(spec, EventSpec):
        cells += [spec.occurred_at, *(role.id for role in spec.roles), *spec.payload.values()]
        more: tuple[str, ...] = ()
    else:
        cells += [spec.name, spec.described_at, *spec.attributes.values()]
        more = (spec.merged,) if spec.merged else ()
    names = [column for cell in cells if cell for column in cell.columns]
    return list(dict.fromkeys([*names, *more, *(test.column for test in spec.when)]))


def columns_of_table(table: TableSpec) -> list[str]:
    """Return the columns of its source that a table groups by and folds."""
    folded = [fold.column for fold in table.folds.values() if fold.column]
    return list(dict.fromkeys([*table.group_by, *folded]))


def _check_table(mapping: ImportMapping, table: TableSpec, known: Columns, problems: list[MappingProblem]) -> None:
    path = f"tables.{table.name}"
    _check_names(mapping, path, table.source, columns_of_table(table), known, problems)
    own = (*table.group_by, *table.folds) if table.group_by else known[table.source]
    present = None if own is None else set(own)
    for index, join in enumerate(table.joins):
        place = f"{path}.join[{index}]"
        if present is not None:
            for ours, _theirs in join.on:
                if ours not in present:
                    hint = did_you_mean(ours, present, f"There is {', '.join(sorted(present)[:30])}.")
                    problems.append(
                        MappingProblem(mapping.name, 0, place, f"the rows have no column {ours} so far", hint)
                    )
        _check_names(mapping, place, join.to, [theirs for _ours, theirs in join.on], known, problems)
        joined = known[join.to]
        present = None if present is None or joined is None else present | set(joined)


def _check_names(
    mapping: ImportMapping,
    path: str,
    source: str,
    wanted: Iterable[str],
    known: Columns,
    problems: list[MappingProblem],
) -> None:
    present = known[source]
    if present is None:
        return
    is_loose = source in mapping.files and mapping.files[source].format is FileFormat.JSONL
    for column in wanted:
        if column not in present:
            hint = did_you_mean(column, present, f"There is {', '.join(present[:30])}.")
            reason = f"{source} has no column {column}"
            if is_loose:
                reason += " in its first rows"
                hint += f" Where rows may lack it, add optional: [{column}] to the file."
            problems.append(MappingProblem(mapping.name, 0, path, reason, hint))
