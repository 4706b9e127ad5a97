"""The source files that the architecture tests read."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("governance", "policies", "risk", "cases", "dashboards")


def python_files(*places: str) -> list[Path]:
    """Return the Python files below the given places of the repository, without migrations."""
    found = [path for place in places for path in sorted((ROOT / place).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts] + [ROOT / "manage.py"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a file, nested ones too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def place(path: Path, line: int = 0) -> str:
    """Return `file:line` as seen from the root of the repository."""
    relative = path.relative_to(ROOT)
    return f"{relative}:{line}" if line else str(relative)
