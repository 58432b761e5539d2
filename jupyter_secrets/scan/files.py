"""Scans files, and scrubs those that are notebooks."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.scan.find import Finding, find_in_notebook, find_in_text
from jupyter_secrets.scan.scrub import UnscrubbableError, scrub_notebook

NOTEBOOK = ".ipynb"
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules"})
_LOOKED_AT = 8192  # bytes that tell text from anything else


@dataclass(slots=True)
class FileReport:
    """What was found in one file; `fixed` of it is there no more. `error` says what went wrong."""

    path: Path
    findings: list[Finding] = field(default_factory=list)
    fixed: set[Finding] = field(default_factory=set)
    error: str = ""

    @property
    def left(self) -> list[Finding]:
        """What is still in the file."""
        return [finding for finding in self.findings if finding not in self.fixed]


def walk_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield files as they were named, and of folders all text files in them, hidden ones too.

    Links to folders are not followed. A folder that cannot be listed is yielded as a file that
    cannot be read.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        unlisted: list[Path] = []
        for folder, folders, names in os.walk(path, onerror=_adding_to(unlisted)):
            folders[:] = sorted(set(folders) - _SKIPPED_FOLDERS)
            files = (Path(folder, name) for name in sorted(names))
            yield from (file for file in files if file.is_file() and _is_text(file))
        yield from unlisted


def _adding_to(unlisted: list[Path]) -> Callable[[OSError], None]:
    return lambda error: unlisted.append(Path(error.filename))


def _is_text(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_LOOKED_AT)
    except OSError:
        return True  # to be reported


def scan_file(redactor: Redactor, path: Path, *, fix: bool = False) -> FileReport:
    """Look for values in a file; with `fix`, scrub the outputs of a notebook in place."""
    report = FileReport(path)
    try:
        data = path.read_bytes()
        notebook = _notebook(data) if path.suffix == NOTEBOOK else None
        if notebook is None:
            report.findings = find_in_text(redactor, data, location="text")
            return report
        report.findings = find_in_notebook(redactor, notebook)
        if fix and any(not finding.is_source for finding in report.findings):
            _scrub(redactor, data, report)
    except OSError as error:
        report.error = error.strerror or "it cannot be read"
    except UnscrubbableError as error:
        report.error = f"it was not scrubbed: {error}"
    return report


def _notebook(data: bytes) -> dict[str, Any] | None:
    try:
        notebook = json.loads(data.decode("utf-8"))
    except (RecursionError, ValueError):
        return None
    is_notebook = isinstance(notebook, dict) and isinstance(notebook.get("cells"), list)
    return notebook if is_notebook else None


def _scrub(redactor: Redactor, data: bytes, report: FileReport) -> None:
    text = scrub_notebook(redactor, data.decode("utf-8"))
    scrubbed = text.encode("utf-8")
    left = set(find_in_notebook(redactor, json.loads(text)))
    _replace(report.path, scrubbed)
    report.fixed = set(report.findings) - left


def _replace(path: Path, data: bytes) -> None:
    """Put data in the place of a file's, in one step; owner and permissions stay."""
    path = path.resolve()
    status = path.stat()
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(status.st_mode & 0o7777)
        with suppress(OSError, AttributeError):
            os.chown(name, status.st_uid, status.st_gid)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
