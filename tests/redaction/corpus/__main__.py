"""Print how many texts of each shape leak, and how many public ones are blanked."""

from __future__ import annotations

import sys

from tests.redaction.corpus.report import rows, table

judged = rows()
print(table(judged))
if "--verbose" in sys.argv:
    for row in judged:
        for name in row.leaking:
            print(f"{row.name}: leaks: {name}")
        for text in row.blanked:
            print(f"{row.name}: blanks: {text!r}")
