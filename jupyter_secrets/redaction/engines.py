"""The seam to multi-pattern search: one small protocol, an engine for each library.

All engines give the same answers; which one is used is a question of speed alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol

# Up to here the packed search (Teddy) is used, which only the leftmost kinds have.
PACKED_PATTERNS = 64
# Up to here a full automaton pays: twice as fast as the compact one, at some 1 KB a pattern.
FULL_PATTERNS = 60_000


class Engine(Protocol):
    """Finds byte patterns, which are distinct and not empty."""

    def any(self, data: bytes | memoryview) -> bool:
        """Tell whether any pattern occurs in data."""

    def find(self, data: bytes) -> list[tuple[int, int]]:
        """Return (pattern, start) of all occurrences, overlapping ones included, in any order."""


class NothingEngine:
    """Finds nothing: the engine of an empty set of patterns."""

    def any(self, data: bytes | memoryview) -> bool:
        """Return `False`."""
        return False

    def find(self, data: bytes) -> list[tuple[int, int]]:
        """Return no occurrence."""
        return []


class AhoCorasickEngine:
    """ahocorasick_rs: the default. Memory-safe, takes buffers, frees the GIL."""

    def __init__(self, patterns: Sequence[bytes]) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        self._patterns = patterns
        kind = Implementation.DFA if len(patterns) <= FULL_PATTERNS else None
        if len(patterns) <= PACKED_PATTERNS:
            kind = None
        self._detector = BytesAhoCorasick(patterns, MatchKind.LeftmostLongest, kind)
        self._finder: BytesAhoCorasick | None = None

    def any(self, data: bytes | memoryview) -> bool:
        """Tell whether any pattern occurs in data."""
        return bool(self._detector.find_matches_as_indexes(data))

    def find(self, data: bytes) -> list[tuple[int, int]]:
        """Return all occurrences; the automaton for overlapping ones is built when first needed."""
        if not self._detector.find_matches_as_indexes(data):
            return []
        if self._finder is None:
            from ahocorasick_rs import BytesAhoCorasick, MatchKind

            self._finder = BytesAhoCorasick(self._patterns, MatchKind.Standard)
        found = self._finder.find_matches_as_indexes(data, overlapping=True)
        return [(pattern, start) for pattern, start, _ in found]


class PythonEngine:
    """Pure Python, for platforms without a wheel of any compiled engine."""

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._by_length: dict[int, dict[bytes, int]] = {}
        for index, pattern in enumerate(patterns):
            self._by_length.setdefault(len(pattern), {})[pattern] = index

    def any(self, data: bytes | memoryview) -> bool:
        """Tell whether any pattern occurs in data."""
        return bool(self.find(bytes(data)))

    def find(self, data: bytes) -> list[tuple[int, int]]:
        """Return all occurrences."""
        found = []
        for size, patterns in self._by_length.items():
            for start in range(len(data) - size + 1):
                index = patterns.get(data[start : start + size])
                if index is not None:
                    found.append((index, start))
        return found


EngineFactory = Callable[[Sequence[bytes]], Engine]

_FACTORIES: dict[str, EngineFactory] = {
    "ahocorasick_rs": AhoCorasickEngine,
    "python": PythonEngine,
}


def engine_factory(name: str | None = None) -> EngineFactory:
    """Return the engine of a name, or the best one installed; `ValueError` for an unknown name."""
    if name is None:
        name = "ahocorasick_rs" if find_spec("ahocorasick_rs") else "python"
    try:
        factory = _FACTORIES[name]
    except KeyError:
        raise ValueError(f"There is no engine {name!r}: use {sorted(_FACTORIES)}.") from None
    return lambda patterns: factory(patterns) if patterns else NothingEngine()
