"""Some of a redactor's values, compiled: immutable, shared, thread-safe."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from jupyter_secrets.redaction.engines import EngineFactory, FinderFactory
from jupyter_secrets.redaction.hold import HoldIndex
from jupyter_secrets.redaction.letters import detecting
from jupyter_secrets.redaction.matcher import Matcher
from jupyter_secrets.redaction.patterns import LONGEST_BRIDGE, Pattern
from jupyter_secrets.redaction.values import SecretValue

MANY_VALUES = 1_000


class Shard:
    """What tells fast that none of its values is there, and what finds them.

    `spread` are the patterns of letters and digits alone.
    """

    def __init__(
        self,
        values: Iterable[SecretValue],
        patterns: Sequence[Pattern],
        spread: Sequence[Pattern],
        factory: EngineFactory,
        finder: FinderFactory,
    ) -> None:
        self.values = frozenset(values)
        self.plain = Matcher(patterns, finder)
        self.squeezed = Matcher(spread, finder)
        self.hold = HoldIndex(patterns)
        # No smallest piece of letters is longer than this; to ask each would take a while.
        self.longest_squeezed = max(
            (max(pattern.window, LONGEST_BRIDGE) for pattern in spread), default=1
        )
        raw, near = detecting(patterns, spread)
        self.engines = factory(raw), factory(near)
        # To ask an engine of no patterns takes as long as to ask any.
        self.in_text = self.engines[0].any if raw else None
        self.in_letters = self.engines[1].any if near else None
        if len(self.values) > MANY_VALUES:
            threading.Thread(target=self._compile, daemon=True).start()

    def _compile(self) -> None:
        """Make what finds before it is needed: whoever needs it would wait for seconds."""
        self.plain.find(b"")
        self.squeezed.find(b"")
