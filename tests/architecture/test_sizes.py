"""No file and no function grows beyond what one can hold in mind."""

from tests.architecture.sources import ROOMS, ROOT, functions, place, python_files

FILE_LINES = 500
SETS_OF_RULES = {"examples/marketplace_rules.yaml"}  # data: a set of rules is one file
FUNCTION_LINES = 50


def test_no_file_is_longer_than_500_lines() -> None:
    kinds = ("*.py", "*.js", "*.css", "*.html", "*.yaml", "*.md")
    places = (*ROOMS, "templates", "tests", "docs", "examples")
    found = [path for name in places for kind in kinds for path in (ROOT / name).rglob(kind)]
    found = [path for path in found if place(path) not in SETS_OF_RULES]
    assert {path.suffix for path in found} == {kind[1:] for kind in kinds}
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in found}
    assert len(lengths) > 100
    assert [f"{place(path)}: {length} lines" for path, length in lengths.items() if length > FILE_LINES] == []


def test_no_function_is_longer_than_50_lines() -> None:
    found = [(path, node) for path in python_files(*ROOMS, "tests") for node in functions(path)]
    assert len(found) > 500
    lengths = [(path, node, (node.end_lineno or 0) - node.lineno + 1) for path, node in found]
    long = [
        f"{place(path, node.lineno)} {node.name}: {length} lines"
        for path, node, length in lengths
        if length > FUNCTION_LINES
    ]
    assert long == []
