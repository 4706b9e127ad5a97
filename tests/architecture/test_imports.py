"""Imports stand at the top of a file; what is slow goes through a lazy helper, and cycles are not dodged."""

import ast

from tests.architecture.sources import ROOMS, functions, place, python_files


def test_no_import_inside_a_function() -> None:
    found = [
        f"{place(path, inner.lineno)} in {function.name}"
        for path in python_files(*ROOMS, "tests")
        for function in functions(path)
        for inner in ast.walk(function)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_imports_are_absolute() -> None:
    found = [
        place(path, node.lineno)
        for path in python_files(*ROOMS, "tests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert found == []
