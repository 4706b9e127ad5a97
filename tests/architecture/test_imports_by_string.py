"""Modules that are named in strings obey the one-way order too, and few places import by string at all.

Import-linter sees neither. A new import by string needs a line in IMPORTS, with what it may import.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOMS, ROOT, place, python_files

LOADERS = frozenset(
    {"import_module", "import_string", "__import__", "find_spec", "run_module", "run_path", "get_model"}
    | {"get_app_config", "resolve_name", "entry_points", "spec_from_file_location"}
)

# Place → what it asks for, as it is written there.
IMPORTS: dict[str, set[str]] = {
    "dashboards/management/commands/bench.py": {"BENCHMARKS[options['name']]"},  # a benchmark of any room
    "governance/project/embedded/binaries.py": {"name"},  # where a package of servers lies; nothing is imported
    "governance/project/wsgi.py": {"name"},  # WHEN_FORKED: what web processes prepare
    "policies/bench/libraries.py": {"module"},  # what only benchmarks need
    "policies/engines/arrow.py": {"'pyarrow'", "'pyarrow.compute'", "'pyarrow.csv'", "'pyarrow.parquet'"},
    "policies/engines/ibis/library.py": {"package"},  # Ibis and the clients of its engines
    "policies/management/backtests.py": {"f'policies.engines.{name}'", "'policies.engines.ibis.backtesting'"},
    "policies/management/commands/rules.py": {"'policies.engines.columnar.lines'"},
    "risk/actions/importing/reading_xlsx.py": {"'openpyxl'"},
}

# They put the rooms together into one product, and name them all.
COMPOSERS = frozenset(f"governance/project/{name}.py" for name in ("routes", "settings", "urls", "wsgi"))

ROOM_NAMED = re.compile(rf"({'|'.join(ROOMS)})\.[A-Za-z_.]*", re.ASCII)


def asked_for(tree: ast.AST) -> Iterator[str]:
    """Yield what each import by string asks for; a loader that is not called on the spot counts under its name."""
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in LOADERS:
            called.add(id(node.func))
            yield ", ".join(ast.unparse(argument) for argument in node.args)
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in LOADERS and alias.asname)
    yield from (
        name_of(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Name | ast.Attribute) and name_of(node) in LOADERS and id(node) not in called
    )


def name_of(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def named_upwards(tree: ast.AST, room: str) -> Iterator[tuple[int, str]]:
    """Yield line and text of strings that name a module, task or model of a room above `room`."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        found = ROOM_NAMED.match(text)
        if found and " " not in text and ROOMS.index(found[1]) > ROOMS.index(room):
            yield node.lineno, text


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def test_imports_by_string_are_those_of_the_list() -> None:
    found = {place(path): set(asked_for(parse(path))) for path in python_files(*ROOMS)}
    assert {name: asked for name, asked in found.items() if asked} == IMPORTS


def test_no_string_names_a_room_above() -> None:
    found = [
        f"{place(path, line)} names {text}"
        for path in python_files(*ROOMS)
        if place(path) not in COMPOSERS and path != ROOT / "manage.py"
        for line, text in named_upwards(parse(path), path.relative_to(ROOT).parts[0])
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import_module('cases.actions')", ["'cases.actions'"]),
        ("importlib.import_module(f'cases.{name}')", ["f'cases.{name}'"]),
        ("from importlib import import_module as load\nload('cases')", ["import_module"]),
        ("pick = import_string", ["import_string"]),
        ("import_module_of('cases')", []),
    ],
)
def test_every_way_of_importing_by_string_is_seen(text: str, expected: list[str]) -> None:
    assert list(asked_for(ast.parse(text))) == expected


@pytest.mark.parametrize(
    ("text", "is_upwards"),
    [
        ("import_module('cases.actions.intake')", True),
        ("import_module(f'cases.actions.{name}')", True),
        ("models.ForeignKey('cases.Case')", True),
        ("run([sys.executable, '-m', 'dashboards.bench'])", True),
        ("import_module('policies.engines.arrow')", False),
        ("import_module('risk.actions')", False),
        ("'cases. Each one is told of'", False),
    ],
)
def test_names_of_rooms_above_are_seen(text: str, is_upwards: bool) -> None:
    assert bool(list(named_upwards(ast.parse(text), "risk"))) == is_upwards
