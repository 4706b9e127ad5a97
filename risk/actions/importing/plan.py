"""Lay out an import: which files are staged, which are streamed, in which order."""

from collections.abc import Sequence
from dataclasses import dataclass

from risk.actions.importing.errors import ImportFailed
from risk.actions.importing.inputs import InputFile
from risk.actions.importing.reading import file_columns
from risk.actions.importing.staging import staged_columns
from risk.domain.mapping.columns import check_columns, columns_read
from risk.domain.mapping.spec import EntitySpec, EventSpec, FileFormat, Fold, ImportMapping


@dataclass(frozen=True, slots=True)
class SourcePass:
    """One walk over the rows of a file or table, which makes events or gathers descriptions of entities."""

    source: str
    columns: tuple[str, ...]
    events: tuple[EventSpec, ...] = ()
    entities: tuple[EntitySpec, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import does, in order: stage files, build tables, walk for events, walk for entities.

    staged: file → columns that go into the stage. counted: files that nothing else reads, walked only to be counted.
    summed: file → columns that tables add up, so that they must be numbers.
    """

    mapping: ImportMapping
    files: tuple[InputFile, ...]
    staged: dict[str, tuple[str, ...]]
    summed: dict[str, tuple[str, ...]]
    passes: tuple[SourcePass, ...]
    counted: tuple[str, ...]

    def files_of(self, name: str) -> list[InputFile]:
        """Return the files that stand under a name of the mapping."""
        return [file for file in self.files if file.spec.name == name]


def plan_import(mapping: ImportMapping, files: Sequence[InputFile]) -> ImportPlan:
    """Return the plan; raises ImportFailed when the files do not have what the mapping asks for."""
    columns = _read_columns(files)
    fed = _files_behind(mapping)
    in_tables = set().union(*fed.values()) if fed else set()
    # Without any row there is nothing to hold the mapping against, and nothing that it could miss.
    known = {name: None if not found and name not in in_tables else found for name, found in columns.items()}
    problems = check_columns(mapping, known)
    if problems:
        raise ImportFailed("\n".join(map(str, problems)))
    passes = tuple(_walks(mapping))
    by_table = {walk.source: walk.columns for walk in passes if walk.source in mapping.tables}
    wanted = staged_columns(mapping, by_table)
    summed: dict[str, set[str]] = {}
    for table in mapping.tables.values():
        names = {fold.column for fold in table.folds.values() if fold.fold is Fold.SUM and fold.column}
        summed.setdefault(table.source, set()).update(names)
    walked = {walk.source for walk in passes}
    return ImportPlan(
        mapping=mapping,
        files=tuple(files),
        staged={
            name: tuple(column for column in columns[name] if column in wanted)
            for name in mapping.files
            if name in in_tables
        },
        summed={name: tuple(sorted(names)) for name, names in summed.items()},
        passes=passes,
        counted=tuple(name for name in mapping.files if name not in walked and name not in in_tables),
    )


def _read_columns(files: Sequence[InputFile]) -> dict[str, tuple[str, ...]]:
    """Return the columns by name of the mapping; several files under one name must agree.

    Those of JSON Lines are all that the first rows of any of them have, and those that its rows may lack.
    """
    columns: dict[str, tuple[str, ...]] = {}
    for file in files:
        found = file_columns(file)
        known = columns.setdefault(file.spec.name, found)
        if file.spec.format is FileFormat.JSONL:
            columns[file.spec.name] = tuple(dict.fromkeys((*known, *found, *file.spec.optional)))
        elif set(known) != set(found):
            different = sorted(set(known) ^ set(found))[0]
            raise ImportFailed(f"{file.label}: the files of {file.spec.name} differ in the column {different}.")
    return columns


def _walks(mapping: ImportMapping) -> list[SourcePass]:
    """Return one walk per source of events, then one per source of entities, in the order of the mapping."""
    walks: list[SourcePass] = []
    for source in dict.fromkeys(spec.source for spec in mapping.events):
        events = tuple(spec for spec in mapping.events if spec.source == source)
        names = dict.fromkeys(name for spec in events for name in columns_read(spec))
        walks.append(SourcePass(source, tuple(names), events=events))
    for source in dict.fromkeys(spec.source for spec in mapping.entities):
        entities = tuple(spec for spec in mapping.entities if spec.source == source)
        names = dict.fromkeys(name for spec in entities for name in columns_read(spec))
        walks.append(SourcePass(source, tuple(names), entities=entities))
    return walks


def _files_behind(mapping: ImportMapping) -> dict[str, set[str]]:
    """Return for every table the files that its rows come from."""
    behind: dict[str, set[str]] = {}
    for table in mapping.tables.values():
        parts = (table.source, *(join.to for join in table.joins))
        behind[table.name] = set().union(*(behind.get(part, {part}) for part in parts))
    return behind
