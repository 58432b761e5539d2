"""The seam to multi-pattern search: one small protocol, an engine for each library.

All engines give the same answers; which one is used is a question of speed alone. Patterns are
short (grams of at most 8 bytes), distinct and never empty.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

# Up to here the packed search (Teddy) is used, which only the leftmost kinds have.
PACKED_PATTERNS = 64
# In texts from some length on, so many packed searches are faster than one automaton.
PACKED_SEARCHES = 8
PACKED_LENGTH = 4096
# Up to here a full automaton pays: two to three times as fast as the compact one. It takes some
# 3 KB a pattern instead of 200 bytes, and with more patterns it outgrows the caches.
FULL_PATTERNS = 16_000
# Beyond these daachorse is slower than ahocorasick_rs.
DAACHORSE_PATTERNS = 20_000
# Hyperscan compiles these in 50 ms; more of them in the background, a million not in minutes.
HYPERSCAN_AT_ONCE = 4_000
HYPERSCAN_PATTERNS = 600_000
HYPERSCAN_LENGTH = 8
# What is made at once makes way for the best engine when it has searched so much.
QUICK_BYTES = 1_000_000


# A pattern's number, and the start and end of an occurrence.
Span = tuple[int, int, int]
Find = Callable[[bytes], Sequence[Span]]


class Engine(Protocol):
    """Finds where byte patterns are, in one pass.

    `find` returns spans such that every occurrence of any pattern overlaps one of them. There is
    none where no pattern occurs; what else is there, the caller looks up.
    """

    @property
    def find(self) -> Find:
        """Return what searches bytes."""


EngineFactory = Callable[[Sequence[bytes]], Engine]


class NothingEngine:
    """Finds nothing: the engine of an empty set of patterns."""

    def find(self, data: bytes) -> Sequence[Span]:
        """Return no span."""
        return ()


class AhoCorasickEngine:
    """ahocorasick_rs: the default. Memory-safe, takes buffers, frees the GIL.

    A `quick` one is compiled in a fraction of the time, and is half as fast.
    """

    def __init__(self, patterns: Sequence[bytes], *, quick: bool = False) -> None:
        from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

        full = PACKED_PATTERNS < len(patterns) <= FULL_PATTERNS and not quick
        kind = Implementation.DFA if full else None
        # Leftmost-longest is the fastest where there is nothing, and overlaps all there is.
        automaton = BytesAhoCorasick(patterns, MatchKind.LeftmostLongest, kind)
        # The library's own function: a call more is a tenth of what a short message takes.
        self.find: Find = automaton.find_matches_as_indexes
        if full and len(patterns) <= PACKED_PATTERNS * PACKED_SEARCHES:
            alike = sorted(patterns)
            self._packed = [
                BytesAhoCorasick(alike[start : start + PACKED_PATTERNS], MatchKind.LeftmostLongest)
                for start in range(0, len(alike), PACKED_PATTERNS)
            ]
            self._short = self.find
            self.find = self._find

    def _find(self, data: bytes) -> Sequence[Span]:
        if len(data) < PACKED_LENGTH:
            return self._short(data)
        return [span for each in self._packed for span in each.find_matches_as_indexes(data)]


class DaachorseEngine:
    """daachorse: a double array, with a prefilter of its own."""

    def __init__(self, patterns: Sequence[bytes]) -> None:
        from daachorse import DoubleArrayAhoCorasick

        self._automaton = DoubleArrayAhoCorasick(list(patterns))

    def find(self, data: bytes) -> Sequence[Span]:
        """Return spans that overlap all occurrences."""
        spans = self._automaton.find_overlapping_no_suffix(data)
        return [(pattern, start, end) for start, end, pattern in spans]


class HyperscanEngine:
    """hyperscan: by far the fastest to say that there is nothing.

    Its scratch space serves one thread at a time: whoever finds it taken uses the default engine,
    so that nobody waits, not even a child that was forked while it was in use. A large database
    is compiled in the background; until it is there the default engine does the work.
    """

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._default = default_engine(patterns)
        self._lock = threading.Lock()
        self._scan: Callable[..., Any] | None = None
        self._found: list[Span] = []
        self._handler = self._add
        usable = [pattern for pattern in patterns if _suits_hyperscan(pattern)]
        rest = [p for p in patterns if not _suits_hyperscan(p)]
        self._rest = default_engine(rest) if rest else None
        if len(usable) <= HYPERSCAN_AT_ONCE:
            self._compile(usable)
        elif len(usable) <= HYPERSCAN_PATTERNS:
            threading.Thread(target=self._compile, args=(usable,), daemon=True).start()

    def find(self, data: bytes) -> Sequence[Span]:
        """Return spans that overlap all occurrences."""
        if self._scan is None or not self._lock.acquire(blocking=False):
            return self._default.find(data)
        try:
            self._scan(data, match_event_handler=self._handler)
            spans = self._found
            if spans:
                self._found = []
        finally:
            self._lock.release()
        return spans if self._rest is None else [*spans, *self._rest.find(data)]

    def _add(self, pattern: int, _: int, end: int, __: int, ___: object) -> None:
        self._found.append((pattern, end - HYPERSCAN_LENGTH, end))

    def _compile(self, patterns: list[bytes]) -> None:
        import hyperscan

        database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        if patterns:
            database.compile(
                expressions=patterns,
                ids=list(range(len(patterns))),
                elements=len(patterns),
                flags=[0] * len(patterns),
                literal=True,
            )
            self._scan = database.scan


def _suits_hyperscan(pattern: bytes) -> bool:
    """Tell whether hyperscan finds a pattern in all texts.

    To it, a pattern ends with its first NUL. Among patterns of different lengths it misses a
    short one at the very end of a text: 13 times in 2 million random cases of up to 100 patterns,
    with those of 8 bytes alone never in 1.5 million.
    """
    return len(pattern) == HYPERSCAN_LENGTH and b"\0" not in pattern


class PythonEngine:
    """Pure Python, for platforms that no compiled engine has a wheel for.

    A pattern of 7 bytes holds a whole 4-byte word of the text, wherever it stands; so the text's
    words are looked up in a set, which C code does at some 100 MB/s for any number of patterns.
    """

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._words: dict[int, list[tuple[int, int]]] = {}
        self._patterns = patterns
        self._short = [(index, p) for index, p in enumerate(patterns) if len(p) < 7]
        for index, pattern in enumerate(patterns):
            if len(pattern) < 7:
                continue
            for shift in range(4):
                word = int.from_bytes(pattern[shift : shift + 4], sys.byteorder)
                self._words.setdefault(word, []).append((index, shift))

    def find(self, data: bytes) -> Sequence[Span]:
        """Return the spans of all occurrences."""
        spans: list[Span] = []
        for index, pattern in self._short:
            start = data.find(pattern)
            while start >= 0:
                spans.append((index, start, start + len(pattern)))
                start = data.find(pattern, start + 1)
        words = memoryview(data)[: len(data) // 4 * 4].cast("I")
        if self._words.keys().isdisjoint(words):
            return spans
        for number, word in enumerate(words):
            for index, shift in self._words.get(word, ()):
                pattern, start = self._patterns[index], number * 4 - shift
                if start >= 0 and data.startswith(pattern, start):
                    spans.append((index, start, start + len(pattern)))
        return spans


class QuickEngine:
    """The default in the kind that is made the fastest; soon the best one, if much is searched.

    Most values that a kernel is given are looked for in little text: what takes longer to make
    is made in the background, and only once it pays.
    """

    def __init__(self, patterns: Sequence[bytes]) -> None:
        self._patterns = patterns
        self._left = QUICK_BYTES
        has_library = find_spec("ahocorasick_rs")
        self.current: Engine = (
            AhoCorasickEngine(patterns, quick=True) if has_library else PythonEngine(patterns)
        )

    def find(self, data: bytes) -> Sequence[Span]:
        """Return spans that overlap all occurrences."""
        if self._left > 0:
            self._left -= len(data)
            if self._left <= 0:
                threading.Thread(target=self._improve, daemon=True).start()
        return self.current.find(data)

    def _improve(self) -> None:
        self.current = best_engine(self._patterns)


def default_engine(patterns: Sequence[bytes]) -> Engine:
    """Return the engine that the package depends on, or pure Python where it has no wheel."""
    if not patterns:
        return NothingEngine()
    return AhoCorasickEngine(patterns) if find_spec("ahocorasick_rs") else PythonEngine(patterns)


def quick_engine(patterns: Sequence[bytes]) -> Engine:
    """Return an engine that is made the fastest, and improves with use."""
    return QuickEngine(patterns) if patterns else NothingEngine()


def best_engine(patterns: Sequence[bytes]) -> Engine:
    """Return the fastest engine installed for so many patterns."""
    if not patterns:
        return NothingEngine()
    if find_spec("hyperscan"):
        return HyperscanEngine(patterns)
    if len(patterns) <= DAACHORSE_PATTERNS and find_spec("daachorse"):
        return DaachorseEngine(patterns)
    return default_engine(patterns)


def engine_factory(name: str | None = None) -> EngineFactory:
    """Return the engine of a name, or the best one installed; `ValueError` for an unknown name."""
    if name is None:
        return best_engine
    factory = ENGINES.get(name)
    if factory is None:
        raise ValueError(f"There is no engine {name!r}: use one of {sorted(ENGINES)}.")
    return lambda patterns: factory(patterns) if patterns else NothingEngine()


ENGINES: dict[str, EngineFactory] = {
    "ahocorasick_rs": AhoCorasickEngine,
    "daachorse": DaachorseEngine,
    "hyperscan": HyperscanEngine,
    "python": PythonEngine,
}
