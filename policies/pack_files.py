"""Read the files of a policy pack from a directory; `policies.domain.packs` says whether they make sense."""

import re
from pathlib import Path

import yaml

from policies.domain.packs import Pack, read_pack
from policies.domain.reading import Problem

SHIPPED_PACKS = Path(__file__).parent / "packs"
PACK_SUFFIXES = frozenset({".yaml", ".yml"})
MOST_BYTES = 1_000_000


class _PackLoader(yaml.SafeLoader):
    """YAML without surprises: keys are unique, dates stay texts, only true and false are booleans.

    The 1.1 rules of the base class would turn the market NO (Norway) into false.
    """

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Refuse a key that is there twice; the base class would keep the last one in silence."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    problem = f"the key {key.value} is there twice"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
                seen.add(key.value)
        super().flatten_mapping(node)


_SURPRISING_TAGS = frozenset({"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"})
_PackLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _SURPRISING_TAGS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_PackLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), ["t", "f"])


def load_pack_files(directory: Path) -> Pack | tuple[Problem, ...]:
    """Return the pack in a directory, or every problem found, with its file."""
    files: dict[str, object] = {}
    problems: list[Problem] = []
    if not directory.is_dir():
        return (Problem(str(directory), "", "there is no such directory", "Give the directory of a pack."),)
    for path in sorted(directory.rglob("*")):
        if path.is_file() and path.suffix in PACK_SUFFIXES:
            name = path.relative_to(directory).as_posix()
            content = _parse(path, name)
            if isinstance(content, Problem):
                problems.append(content)
            else:
                files[name] = content
    return tuple(problems) or read_pack(files)


def _parse(path: Path, name: str) -> object:
    """Return the parsed content, or a Problem."""
    if path.stat().st_size > MOST_BYTES:
        return Problem(name, "", f"the file is larger than {MOST_BYTES} bytes", "Split it or shorten it.")
    try:
        # S506: the loader derives from SafeLoader and only narrows it.
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_PackLoader)  # noqa: S506
    except UnicodeDecodeError as error:
        return Problem(name, f"byte {error.start}", "the file is not UTF-8", "Save it as UTF-8.")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        return Problem(name, place, f"not readable as YAML: {error.problem}", "Check the indentation and quotes.")
    except yaml.YAMLError as error:
        return Problem(name, "", f"not readable as YAML: {error}", "Check for control characters.")
