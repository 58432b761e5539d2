"""Clean text stays as it is: Python's own sources and generated output, eight ordinary secrets.

Some 20 MB here; the whole corpus, with everything that is installed beside Python, is searched
with the benchmarks.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

from jupyter_secrets.redaction import Redactor
from tests.redaction.corpus.clean_text import generated_output, source_files

LIMIT = 20_000_000


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
