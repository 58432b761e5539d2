"""Finds known values in what is on disk already, and scrubs the outputs of notebooks."""

from __future__ import annotations

from jupyter_secrets.scan.files import FileReport, scan_file, walk_files
from jupyter_secrets.scan.find import Finding, find_in_notebook, find_in_sources, find_in_text
from jupyter_secrets.scan.scrub import UnscrubbableError, scrub_notebook

__all__ = [
    "FileReport",
    "Finding",
    "UnscrubbableError",
    "find_in_notebook",
    "find_in_sources",
    "find_in_text",
    "scan_file",
    "scrub_notebook",
    "walk_files",
]
