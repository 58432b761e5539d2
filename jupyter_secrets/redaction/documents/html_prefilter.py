"""Large HTML in packed JSON: its commonest tags are cut in one pass each, not one by one.

A table has the same few tags between all of its cells. To take out each by a regular expression
takes ten times as long as to search what is left.
"""

from __future__ import annotations

import re
from collections import Counter

_SPACE = rb"(?:\\[nrt]|[ \t\r\n])*"
_TAGS = re.compile(rb"(?:</?[A-Za-z][A-Za-z0-9]{0,15}>" + _SPACE + rb")+")
_HAS_SPACE = re.compile(rb"[\\ \t\r\n]")
_LARGE = 100_000
_SAMPLE = 16_384
# A run of tags is worth a pass from so many in the sample on; so many passes are made.
_COMMON, _MOST = 16, 16


def cut_common_tags(packed: bytes) -> bytes:
    """Return a large packed JSON document without its commonest tags.

    Runs of tags without attributes give way to what a page shows of them, which is a blank or
    nothing. The same object comes back where there is none. Whoever looks for a value that is
    hidden from sight by nothing but such tags finds it; one that has them in it, as text, may
    not be found.
    """
    if len(packed) < _LARGE:
        return packed
    middle = len(packed) // 2
    runs = Counter(_TAGS.findall(packed, middle, middle + _SAMPLE))
    common = [run for run, count in runs.items() if count >= _COMMON]
    # Behind a backslash `\n` may be a letter.
    if not common or b"\\\\" in packed:
        return packed
    for run in sorted(common, key=len, reverse=True)[:_MOST]:
        packed = packed.replace(run, b" " if _HAS_SPACE.search(run) else b"")
    return packed
