"""Text of packages: sources, docs, manifests and notebooks, also of cloud SDKs."""

from __future__ import annotations

import gzip
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

SUFFIXES = frozenset(
    [
        ".py",
        ".pyi",
        ".txt",
        ".rst",
        ".md",
        ".js",
        ".ts",
        ".json",
        ".yaml",
        ".yml",
        ".toml",
        ".cfg",
        ".ini",
        ".xml",
        ".html",
        ".css",
        ".csv",
        ".ipynb",
        ".sql",
        ".sh",
        ".ps1",
        ".tf",
        ".j2",
        ".pem",
        ".crt",
        ".log",
        ".svg",
        ".map",
        ".proto",
        ".graphql",
        ".cnf",
        ".conf",
        ".env",
        ".h",
        ".c",
    ]
)
LARGEST = 4_000_000
# The name of a text, and its bytes.
Text = tuple[str, bytes]
WHEELS = (
    "azure-cosmos",
    "azure-eventhub",
    "azure-identity",
    "azure-keyvault-secrets",
    "azure-mgmt-compute",
    "azure-mgmt-network",
    "azure-servicebus",
    "azure-storage-blob",
    "boto3",
    "botocore",
    "google-cloud-aiplatform",
    "google-cloud-bigquery",
    "google-cloud-secret-manager",
    "google-cloud-storage",
    "kubernetes",
)
# With notebooks, READMEs, samples and tests. What builds them is installed for other tests.
SOURCES = ("nbconvert", "jupyter-client", "nbclient")


def download(folder: Path) -> Path:
    """Download the packages into a folder; nothing of them is installed."""
    for requirements, kind in ((WHEELS, "--only-binary"), (SOURCES, "--no-binary")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
        options = [kind, ":all:", "--no-build-isolation"]
        subprocess.run([*command, str(folder), *options, *requirements], check=True)
    return folder


def packed_texts(folder: Path, *, most: int) -> Iterator[Text]:
    """Yield the texts in the packages in a folder, of each package so many bytes at most."""
    for path in sorted(folder.iterdir()):
        members = _of_wheel(path) if path.suffix == ".whl" else _of_archive(path)
        size = 0
        for name, data in members:
            size += len(data)
            if size > most:
                break
            yield f"{path.name}/{name}", data


def installed_texts(root: Path, *, most: int) -> Iterator[Text]:
    """Yield the texts of the packages in a folder, of each package so many bytes at most."""
    for package in sorted(root.iterdir()):
        size = 0
        for path in sorted(package.rglob("*")):
            if not _is_text(path.name) or not path.is_file() or path.stat().st_size > LARGEST:
                continue
            size += path.stat().st_size
            if size > most:
                break
            yield str(path.relative_to(root)), path.read_bytes()


def _is_text(name: str) -> bool:
    return Path(name.removesuffix(".gz")).suffix in SUFFIXES


def _unpacked(name: str, data: bytes) -> bytes:
    return gzip.decompress(data) if name.endswith(".gz") else data


def _of_wheel(path: Path) -> Iterator[Text]:
    with zipfile.ZipFile(path) as wheel:
        for info in wheel.infolist():
            if _is_text(info.filename) and info.file_size <= LARGEST:
                yield info.filename, _unpacked(info.filename, wheel.read(info))


def _of_archive(path: Path) -> Iterator[Text]:
    with tarfile.open(path) as archive:
        for member in archive:
            if _is_text(member.name) and member.size <= LARGEST:
                file = archive.extractfile(member)
                if file is not None:
                    yield member.name, _unpacked(member.name, file.read())
