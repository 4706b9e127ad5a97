"""Find the files that a mapping names, and know them by their content."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from policies.domain.reading import did_you_mean
from risk.actions.importing.errors import ImportFailed
from risk.domain.mapping.spec import FileSpec, ImportMapping


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file of an import. number: from 0 in the order of the mapping; label: its name for people."""

    number: int
    spec: FileSpec
    path: Path
    label: str
    size: int
    sha256: str

    def as_json(self) -> dict[str, object]:
        """Return the file as rows keep it."""
        return {"name": self.label, "path": str(self.path), "bytes": self.size, "sha256": self.sha256}


def find_inputs(mapping: ImportMapping, paths: Sequence[Path]) -> tuple[InputFile, ...]:
    """Return the files for every name of the mapping, from folders (not below them) and single files.

    Raises ImportFailed with everything that is missing.
    """
    return name_inputs(mapping, _list(paths))


def name_inputs(mapping: ImportMapping, present: Mapping[str, Path]) -> tuple[InputFile, ...]:
    """Return the files for every name of the mapping, from files by the names that they have for people."""
    found: list[InputFile] = []
    missing: list[str] = []
    for spec in mapping.files.values():
        fitting = sorted(label for label in present if fnmatchcase(label, spec.path))
        for label in fitting:
            path = present[label]
            found.append(InputFile(len(found), spec, path, label, path.stat().st_size, _hash(path)))
        if not fitting:
            hint = did_you_mean(spec.path, present, f"There is: {', '.join(sorted(present)[:20]) or 'no file at all'}.")
            missing.append(f"{spec.path} (the file {spec.name} of the mapping) is not among the files. {hint}")
    if missing:
        raise ImportFailed("\n".join(missing))
    return tuple(found)


def _list(paths: Sequence[Path]) -> dict[str, Path]:
    present: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            present.update((item.name, item) for item in path.iterdir() if item.is_file())
        elif path.is_file():
            present[path.name] = path
        else:
            raise ImportFailed(f"{path} is neither a file nor a folder. Check the path.")
    return present


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ImportFailed(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
