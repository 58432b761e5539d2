"""Some of a redactor's values, compiled: immutable, shared, thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from jupyter_secrets.redaction.patterns.alnum import prefilter_grams
from jupyter_secrets.redaction.patterns.pattern import LONGEST_BRIDGE, Pattern
from jupyter_secrets.redaction.search.engines import EngineFactory, FinderFactory
from jupyter_secrets.redaction.search.lookahead import Lookahead
from jupyter_secrets.redaction.search.matcher import Matcher
from jupyter_secrets.redaction.values import SecretValue

MANY_VALUES = 1_000


class CompiledIndex:
    """What tells fast that none of its values is there, and what finds them.

    `alnum` are the patterns of letters and digits alone.
    """

    def __init__(
        self,
        values: Iterable[SecretValue],
        patterns: Sequence[Pattern],
        alnum: Sequence[Pattern],
        factory: EngineFactory,
        finder: FinderFactory,
    ) -> None:
        self.values = frozenset(values)
        self.plain = Matcher(patterns, finder)
        self.alnum = Matcher(alnum, finder)
        self.lookahead = Lookahead(patterns)
        # No smallest piece of letters is longer than this; to ask each would take a while.
        self.longest_alnum = max(
            (max(pattern.window, LONGEST_BRIDGE) for pattern in alnum), default=1
        )
        raw, letters = prefilter_grams(patterns, alnum)
        self.engines = factory(raw), factory(letters)
        # To ask an engine of no patterns takes as long as to ask any.
        self.in_text = self.engines[0].any if raw else None
        self.in_letters = self.engines[1].any if letters else None
        if len(self.values) > MANY_VALUES:
            threading.Thread(target=self._compile, daemon=True).start()

    def _compile(self) -> None:
        """Make what finds before it is needed: whoever needs it would wait for seconds."""
        self.plain.find(b"")
        self.alnum.find(b"")
