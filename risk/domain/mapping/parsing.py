"""Read the text of a mapping into its frozen form, or into everything that is wrong with it."""

import codecs
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from policies.domain.reading import Problem, Reader
from policies.rulelang.yaml_form import FileProblem, RulesFileError, entries, read_yaml, scalar
from risk.domain.events import check_source
from risk.domain.mapping.parsing_items import read_entities, read_events
from risk.domain.mapping.parsing_tables import read_tables
from risk.domain.mapping.spec import FileFormat, FileSpec, ImportMapping, MappingProblem
from risk.domain.mapping.time_forms import FORMAT_WORDS, check_form

MOST_CHARACTERS: Final = 200_000
MOST_NODES: Final = 20_000
MOST_DEPTH: Final = 12
SUFFIXES: Final = {
    ".csv": FileFormat.CSV,
    ".tsv": FileFormat.CSV,
    ".txt": FileFormat.CSV,
    ".xlsx": FileFormat.XLSX,
    ".jsonl": FileFormat.JSONL,
    ".ndjson": FileFormat.JSONL,
    ".parquet": FileFormat.PARQUET,
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}", re.ASCII)
_MARKET = re.compile(r"[A-Z]{2}", re.ASCII)
_REQUIRED = ("source", "files")
_OPTIONAL = ("market", "time_zone", "time_formats", "decimal", "encoding", "tables", "entities", "events", "about")


class _TooLarge(Exception):  # noqa: N818  it never leaves this module
    """The mapping has more parts than a mapping can have."""


def parse_mapping(text: str, name: str, market: str | None = None) -> ImportMapping | tuple[MappingProblem, ...]:
    """Return the mapping in a YAML text, or every problem with its line; `name` is the file's name for them.

    market overrides the market that the mapping names for everything.
    """
    if len(text) > MOST_CHARACTERS:
        hint = f"At most {MOST_CHARACTERS} characters: a mapping names columns, it holds no data."
        return (MappingProblem(name, 0, "", "the mapping is too long", hint),)
    lines: dict[str, int] = {"": 1}
    found: list[FileProblem] = []
    try:
        data = _plain(read_yaml(text), "", lines, found, [0])
    except RulesFileError as error:
        found.extend(error.problems)
        hint = "A mapping needs source, files, and entities or events."
        return tuple(
            MappingProblem(
                name, problem.line, "", problem.message, hint if "empty" in problem.message else problem.hint
            )
            for problem in found
        )
    except _TooLarge:
        return (MappingProblem(name, 0, "", "the mapping is nested too deep or too large", "Flatten it."),)
    if found:
        return tuple(MappingProblem(name, item.line, "", item.message, item.hint) for item in found)
    problems: list[Problem] = []
    mapping = _read(Reader(name, "", data, problems), name, market)
    if problems:
        return tuple(_placed(problem, lines) for problem in problems)
    return mapping


def _placed(problem: Problem, lines: Mapping[str, int]) -> MappingProblem:
    """Add the line of the innermost part of the path that stands in the text."""
    path = problem.path
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return MappingProblem(problem.file, lines.get(path, 1), problem.path, problem.reason, problem.hint)


def _plain(node: Node, path: str, lines: dict[str, int], problems: list[FileProblem], count: list[int]) -> Any:
    """Return plain data, noting the line of every path; aliases count as often as they are used."""
    count[0] += 1
    if count[0] > MOST_NODES or path.count(".") + path.count("[") > MOST_DEPTH:
        raise _TooLarge
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, MappingNode):
        found = {}
        for key, key_node, value in entries(node, path or "the mapping", problems):
            place = f"{path}.{key}" if path else key
            lines[place] = key_node.start_mark.line + 1
            found[key] = _plain(value, place, lines, problems, count)
        return found
    if isinstance(node, SequenceNode):
        return [_plain(item, f"{path}[{index}]", lines, problems, count) for index, item in enumerate(node.value)]
    return scalar(node) if isinstance(node, ScalarNode) else None


def _read(reader: Reader, name: str, market: str | None) -> ImportMapping | tuple[MappingProblem, ...]:
    fields = reader.fields(_REQUIRED, _OPTIONAL)
    source = fields["source"].text()
    for problem in check_source(source) if source else []:
        fields["source"].reject(f"{source} {problem.message}", problem.hint)
    encoding = read_encoding(fields["encoding"], "utf-8")
    files = {file.name: file for file in _read_files(fields["files"], encoding)}
    tables = read_tables(fields["tables"], files)
    known = [*files, *tables]
    market = market or _read_market(fields["market"])
    if isinstance(reader.value, dict) and not (fields["entities"].is_given or fields["events"].is_given):
        reader.reject("there are neither entities nor events", "Say what the rows become: add entities or events.")
    return ImportMapping(
        name=name,
        source=source,
        time_zone=_read_zone(fields["time_zone"]),
        time_formats=tuple(_read_formats(fields["time_formats"])),
        decimal=_read_decimal(fields["decimal"]),
        files=files,
        tables=tables,
        entities=tuple(read_entities(fields["entities"], known, market)),
        events=tuple(read_events(fields["events"], known, market)),
    )


def _read_market(reader: Reader) -> str | None:
    if not reader.is_given:
        return None
    code = reader.text()
    if code and not _MARKET.fullmatch(code):
        reader.reject(f"{code} is not a market code", "Use two capital letters, such as BR.")
    return code


def _read_zone(reader: Reader) -> str:
    if not reader.is_given:
        return "UTC"
    zone = reader.text()
    try:
        ZoneInfo(zone or "UTC")
    except (KeyError, ValueError, OSError):
        reader.reject(f"{zone} is not a time zone", "Use a name such as America/Sao_Paulo or UTC.")
    return zone


def _read_formats(reader: Reader) -> Iterator[str]:
    if not reader.is_given:
        yield "iso"
        return
    for item in reader.filled_items():
        text = item.text()
        if text and (problem := check_form(text)):
            item.reject(f"{text} {problem}", f"Use {', '.join(FORMAT_WORDS)}, or a pattern such as %d/%m/%Y %H:%M.")
        yield text


def _read_decimal(reader: Reader) -> str:
    if reader.is_given and reader.value not in (".", ","):
        reader.reject(f"{reader.value} is no decimal sign", 'Use "." or ",", in quotes.')
    return "," if reader.value == "," else "."


def read_encoding(reader: Reader, otherwise: str) -> str:
    """Return the name of a text encoding that Python knows."""
    if not reader.is_given:
        return otherwise
    text = reader.text()
    try:
        "a".encode(text or "utf-8")  # unlike codecs.lookup this refuses what is no encoding of text
        codecs.getincrementaldecoder(text or "utf-8")
    except (LookupError, ValueError):
        reader.reject(f"{text} is not an encoding", "Use one such as utf-8, latin-1, cp1252 or utf-16.")
        return otherwise
    return text


def _read_files(reader: Reader, encoding: str) -> Iterator[FileSpec]:
    entries_of = reader.entries()
    if reader.value == {}:
        reader.reject("no file is named", "Add one: orders: {path: orders.csv}.")
    for name, item in entries_of:
        if not _NAME.fullmatch(name):
            item.reject(f"{name} is not a name", "Use small letters, digits and _, such as orders.")
        if isinstance(item.value, str):
            item = Reader(item.file, item.path, {"path": item.value}, item.problems)
        fields = item.fields(("path",), ("format", "encoding", "delimiter", "sheet", "nulls", "optional"))
        path = fields["path"].text()
        if path.startswith(("/", "~")) or ".." in re.split(r"[/\\]", path):
            fields["path"].reject(f"{path} leads out of the folder", "Name the file as it is called in the folder.")
        form = _read_format(fields["format"], fields["path"], path)
        yield FileSpec(
            name=name,
            path=path,
            format=form,
            encoding=read_encoding(fields["encoding"], encoding),
            delimiter=_read_delimiter(fields["delimiter"], path),
            sheet=fields["sheet"].optional_text(),
            nulls=tuple(_read_nulls(fields["nulls"])),
            optional=tuple(_read_optional(fields["optional"], form)),
        )


def _read_format(reader: Reader, place: Reader, path: str) -> FileFormat:
    if reader.is_given:
        return reader.choice(FileFormat)
    suffix = "." + path.lower().rpartition(".")[2]
    if path and suffix not in SUFFIXES:
        place.reject(f"the name {path} does not tell the format", "Add format: csv, xlsx, jsonl or parquet.")
    return SUFFIXES.get(suffix, FileFormat.CSV)


def _read_delimiter(reader: Reader, path: str) -> str:
    if not reader.is_given:
        return "\t" if path.lower().endswith(".tsv") else ","
    sign = {"tab": "\t"}.get(str(reader.value), reader.value)
    if not isinstance(sign, str) or len(sign) != 1 or sign in '"\r\n' or sign in string.ascii_letters:
        reader.reject(f"{reader.value!r} cannot part columns", 'Use one sign such as ";", or tab.')
        return ","
    return sign


def _read_optional(reader: Reader, form: FileFormat) -> Iterator[str]:
    if not reader.is_given:
        return
    if form is not FileFormat.JSONL:
        reader.reject(f"every row of {form.value} has the same columns", "Use optional with JSON Lines only.")
    for item in reader.filled_items():
        yield item.text()


def _read_nulls(reader: Reader) -> Iterator[str]:
    yield ""
    if reader.is_given:
        for item in reader.items():
            if isinstance(item.value, str):
                yield item.value
            else:
                item.reject("is not text", 'Write it in quotes, such as "NULL" or "0".')
