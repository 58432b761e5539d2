"""Clean text stays as it is: sources, docs, manifests, notebooks, logs, and what cells print.

With eight ordinary secrets, and with a store full of all values of the corpus: of each installed
package and each cloud SDK a few MB, some 100 MB together; all of them with the matrix.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Iterable
from pathlib import Path

import pytest

from jupyter_secrets.redaction import Redactor
from tests.redaction.corpus.clean_text import generated_logs, generated_output, source_files
from tests.redaction.corpus.packages import Text, download, installed_texts, packed_texts
from tests.redaction.corpus.report import full_store

LIMIT = 20_000_000
OF_EACH_PACKAGE = 4_000_000
MOST_FINDINGS = 20


def test_python_s_own_sources_hold_no_secret(redactor: Redactor) -> None:
    size, spoiled = 0, []

    for path in source_files(Path(sysconfig.get_paths()["stdlib"])):
        data = path.read_bytes()
        size += len(data)
        if redactor.redact_bytes(data) is not data:
            spoiled.append(path.name)
        if size > LIMIT:
            break

    assert spoiled == []
    assert size > 1_000_000


def test_generated_output_holds_no_secret(redactor: Redactor) -> None:
    spoiled = [text for text in generated_output(400) if redactor.redact(text) is not text]

    assert spoiled == []


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the downloaded packages of cloud SDKs."""
    return download(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module", params=[True, False], ids=["given", "not given"])
def full(request: pytest.FixtureRequest) -> Redactor:
    """A redactor of all values of the corpus."""
    return full_store(disclosed=request.param)


def found(redactor: Redactor, texts: Iterable[Text]) -> tuple[int, list[str]]:
    """Return the size of the texts, and where in them a value or a piece of one was found.

    Words and short values are none of that: they are hidden in the kernel that was given them.
    """
    size = 0
    findings: list[str] = []
    for name, data in texts:
        size += len(data)
        for hit in redactor.find(data, words=False):
            findings.append(f"{name}:{hit.start}: {data[hit.start : hit.end]!r} of {hit.label}")
        if len(findings) >= MOST_FINDINGS:
            break
    return size, findings


def test_installed_packages_hold_none_of_a_full_store(full: Redactor) -> None:
    root = Path(sysconfig.get_paths()["purelib"])

    size, findings = found(full, installed_texts(root, most=OF_EACH_PACKAGE))

    assert findings == []
    assert size > 30_000_000


def test_cloud_sdks_hold_none_of_a_full_store(full: Redactor, packages: Path) -> None:
    size, findings = found(full, packed_texts(packages, most=OF_EACH_PACKAGE))

    assert findings == []
    assert size > 30_000_000


@pytest.mark.matrix
def test_nothing_installed_or_downloaded_holds_any_of_a_full_store(
    full: Redactor, packages: Path
) -> None:
    root = Path(sysconfig.get_paths()["purelib"])

    results = [
        found(full, installed_texts(root, most=10**12)),
        found(full, packed_texts(packages, most=10**12)),
    ]

    assert [findings for _, findings in results] == [[], []]
    assert sum(size for size, _ in results) > 300_000_000


def test_generated_output_and_logs_hold_none_of_a_full_store(full: Redactor) -> None:
    texts = [*generated_output(100), *generated_logs(400)]

    _, findings = found(full, ((f"text {n}", text.encode()) for n, text in enumerate(texts)))

    assert findings == []
