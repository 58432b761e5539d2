"""Some of a redactor's values, compiled: immutable, shared, thread-safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from jupyter_secrets.redaction.engines import EngineFactory, FinderFactory
from jupyter_secrets.redaction.hold import HoldIndex
from jupyter_secrets.redaction.letters import detecting
from jupyter_secrets.redaction.matcher import Matcher
from jupyter_secrets.redaction.patterns import Pattern
from jupyter_secrets.redaction.values import SecretValue


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
        self.longest_squeezed = max((pattern.longest for pattern in spread), default=1)
        raw, near = detecting(patterns, spread)
        self.engines = factory(raw), factory(near)
        self._in_text, self._in_letters = (engine.any for engine in self.engines)

    def fires(self, text: bytes, letters: bytes) -> bool:
        """Tell whether there may be something in a text or its letters; `False` is certain.

        The letters may be preceded by others.
        """
        return self._in_letters(letters) or self._in_text(text)
