"""The redactor: text in, text out."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from weakref import WeakSet, WeakValueDictionary

from jupyter_secrets.redaction.documents.html_prefilter import cut_common_tags
from jupyter_secrets.redaction.documents.images import cut_images
from jupyter_secrets.redaction.documents.json_prefilter import flatten, join_strings
from jupyter_secrets.redaction.patterns.compile import patterns_of
from jupyter_secrets.redaction.patterns.compiled import CompiledValue
from jupyter_secrets.redaction.patterns.pattern import Pattern
from jupyter_secrets.redaction.patterns.policy import (
    MARKER,
    Strength,
    strength,
)
from jupyter_secrets.redaction.search.chunks import LARGE
from jupyter_secrets.redaction.search.engines import engine_factory, quick_engine
from jupyter_secrets.redaction.search.index import CompiledIndex
from jupyter_secrets.redaction.search.projections import has_invisible, has_markup, rendered_text
from jupyter_secrets.redaction.search.scanner import Scanner
from jupyter_secrets.redaction.search.spans import Region, merge, splice
from jupyter_secrets.redaction.stream import RedactionStream
from jupyter_secrets.redaction.values import SecretValue, decode_any, encode, secret_value

FEW_VALUES = 16
# To put so many grams together takes less than a millisecond.
SMALL_INDEX = 300
# Each index is one more search of each text.
MOST_INDEXES = 6
# By value, and whether its words are among the patterns. What no redactor has any more goes.
_CompiledValues = WeakValueDictionary[tuple[SecretValue, bool], CompiledValue]
_KnownIndexes = WeakValueDictionary[tuple[object, ...], CompiledIndex]


class Redactor:
    """Replaces values, in all the encodings they take, by a marker.

    `labelled` makes the marker ``[REDACTED:label]``. `fragments` hides pieces of 12 characters,
    `projections` sees through colour, tags and separators. `engine` names a search library; the
    best one installed is the default. Thread-safe: every call uses the values known when it starts.

    A redactor hides what its `parents` hide as well, now and later. Those with a common ancestor
    share what is compiled of values, and of the same sets of them; all have to be made with the
    same options. Without `words`, what is hidden as a whole word only is left alone in the
    redactor's own values.
    """

    def __init__(
        self,
        values: Iterable[SecretValue | str | bytes] = (),
        *,
        labelled: bool = False,
        fragments: bool = True,
        projections: bool = True,
        engine: str | None = None,
        parents: Sequence[Redactor] = (),
        words: bool = True,
    ) -> None:
        self._labelled = labelled
        self._fragments = fragments
        self._projections = projections
        self._engine = engine
        self._words = words
        self._parents = tuple(parents)
        self._children: WeakSet[Redactor] = WeakSet()
        self._compiled: _CompiledValues = parents[0]._compiled if parents else WeakValueDictionary()
        self._known_indexes: _KnownIndexes = (
            parents[0]._known_indexes if parents else WeakValueDictionary()
        )
        # Whoever holds the lock of a redactor may take those of its children.
        self._lock = threading.Lock()
        self._values: dict[SecretValue, None] = {}
        self._indexes: tuple[CompiledIndex, ...] = ()
        self._removed: set[SecretValue] = set()
        self._worker: threading.Thread | None = None
        self.scanner = Scanner()
        self._all_removed: frozenset[SecretValue] = frozenset()
        for parent in self._parents:
            with parent._lock:
                parent._children.add(self)
        self._follow_parents()
        self.replace(values)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._values)} values>"

    @property
    def is_empty(self) -> bool:
        """Whether no value is known."""
        return not self._values and all(parent.is_empty for parent in self._parents)

    def knows(self, value: SecretValue) -> bool:
        """Tell whether a value is one of those that are hidden."""
        return value in self._values or any(parent.knows(value) for parent in self._parents)

    def is_weak(self, value: SecretValue) -> bool:
        """Tell whether a value is hidden only as a whole word: it is short, or a common word."""
        return strength(value) is Strength.WORD

    def marker_for(self, label: str) -> bytes:
        """Return the marker of a run whose first match has a label."""
        if self._labelled and label:
            return encode(f"{MARKER[:-1]}:{label}]")
        return MARKER.encode()

    def add(self, *values: SecretValue | str | bytes) -> None:
        """Add values; texts and streams under way count them from their next call on.

        Takes as long as the values are long, however many are known. Nobody who redacts waits.
        """
        added = dict.fromkeys(map(secret_value, values))
        if added.keys() <= self._values.keys():
            return
        compiled = self._with_missing(added)
        with self._lock:
            self._values.update(added)
            self._removed -= added.keys()
            self._publish(added)
        del compiled

    def remove(self, *values: SecretValue | str | bytes) -> None:
        """Forget values; what the parents know stays hidden."""
        removed = set(map(secret_value, values))
        with self._lock:
            remaining = dict.fromkeys(value for value in self._values if value not in removed)
            if len(remaining) < len(self._values):
                self._put_in_place(remaining)

    def replace(self, values: Iterable[SecretValue | str | bytes]) -> None:
        """Put values in the place of all known so far, in one step."""
        replaced = dict.fromkeys(map(secret_value, values))
        if replaced.keys() == self._values.keys():
            return
        compiled = self._with_missing(replaced)
        with self._lock:
            self._put_in_place(replaced)
        del compiled

    def redact(self, text: str) -> str:
        """Return a whole text with each run of values replaced by one marker."""
        data = encode(text)
        redacted = self.redact_bytes(data)
        return text if redacted is data else decode_any(redacted)

    def redact_bytes(self, data: bytes, *, markup: bool | None = None, words: bool = True) -> bytes:
        """Do as `redact` for bytes; the same object comes back where nothing was found.

        `markup` tells whether the text is HTML or the like, `None` that nobody knows. Without
        `words`, what is hidden as a whole word only is left alone.
        """
        regions = self.scanner.search(data, markup=markup)[0]
        if not words:
            regions = [region for region in regions if not region.word]
        return splice(data, merge(regions), self.marker_for) if regions else data

    def find(self, data: bytes, *, markup: bool | None = None, words: bool = True) -> list[Region]:
        """Return the regions of data to hide, each with the label of its value.

        Without `words`, those that are hidden as whole words only are left alone.
        """
        return self.scanner.find(data, markup=markup, words=words)

    def stream(self) -> RedactionStream:
        """Return a stream for a text that arrives in pieces."""
        return RedactionStream(self)

    def prefilter(self, data: bytes | memoryview, *, is_json: bool = False) -> bool:
        """Tell whether there may be anything to hide in a packed JSON message or any raw bytes.

        `False` is certain, for all projections of data, and of any string of the JSON it is. The
        pixels of PNG images count for nothing, and in a large page the text of its commonest tags.
        With `is_json` data is JSON, or nobody can read it at all.
        """
        cut = cut_images(bytes(data))
        if cut is None or any(map(self.find, cut[1])):
            return True
        data = cut[0] if self.scanner.has_tags else cut_common_tags(cut[0])
        flat = flatten(data)
        if self._prefilter_projections(flat):
            return True
        # What is no JSON has no escapes; what looks like it is not read as a page once more.
        if (
            not is_json
            and flat is not data
            and self._prefilter_projections(data, page=not data.startswith((b"{", b"[")))
        ):
            return True
        # No letter or digit stands between two strings, and no token is in several.
        if not self.scanner.finds_values_in_text:
            return False
        joined = join_strings(data)
        return joined is None or (
            joined is not data and self._prefilter_projections(flatten(joined))
        )

    def _prefilter_projections(self, data: bytes, *, page: bool = True) -> bool:
        """Do as `prefilter` for a text, in all its projections."""
        # What has no end in one string, an escape or a comment, would hide the next ones here.
        if self._projections and (has_invisible(data) or b"<!--" in data):
            return True
        page = page and self._projections and has_markup(data)
        if len(data) >= LARGE:
            return self.scanner.verify_any(data) or (page and self.scanner.verify_page(data))
        return self.scanner.prefilter_any([data, rendered_text(data)] if page else [data])

    def _with_missing(self, values: Iterable[SecretValue]) -> tuple[CompiledIndex, ...]:
        """Return the indexes with one more, of the values that are in none of them.

        Whoever keeps the result finds it made when asking again: so no lock has to be held
        while it is made.
        """
        indexes = self._indexes
        missing = [value for value in values if not any(value in index.values for index in indexes)]
        if not missing:
            return indexes
        # What is compiled alone has to be there at once.
        at_once = bool(indexes) or len(missing) <= FEW_VALUES
        compiled = [self._compile(value) for value in missing]
        # Few and short values are put together with the last ones.
        if indexes and indexes[-1].size + sum(value.size for value in compiled) <= SMALL_INDEX:
            compiled = [*indexes[-1].compiled, *compiled]
            indexes = indexes[:-1]
        return (*indexes, self._index(compiled, at_once=at_once))

    def _put_in_place(self, values: dict[SecretValue, None]) -> None:
        """Know these values and no others; the lock is held."""
        self._values = values
        current_values = (value for each in self._indexes for value in each.values)
        self._removed = {value for value in current_values if value not in values}
        self._publish(values)

    def _publish(self, values: Iterable[SecretValue]) -> None:
        """Swap in a scanner that has the values; the lock is held."""
        self._indexes = self._with_missing(values)
        if len(self._removed) == sum(len(each.values) for each in self._indexes):
            self._indexes, self._removed = (), set()
        if len(self._indexes) > MOST_INDEXES or self._has_many_removed():
            self._merge_later()
        self._swap_scanner()

    def _swap_scanner(self) -> None:
        """Put a scanner of all values in place, the parents' too; the lock is held."""
        inherited = [index for each in self._parents for index in each.scanner.indexes]
        removed = self._removed.union(*(parent._all_removed for parent in self._parents))
        self._all_removed = frozenset(value for value in removed if not self.knows(value))
        indexes = dict.fromkeys([*inherited, *self._indexes])
        self.scanner = Scanner(
            indexes, projections=self._projections, removed_values=self._all_removed
        )
        for child in list(self._children):
            child._follow_parents()

    def _follow_parents(self) -> None:
        with self._lock:
            self._swap_scanner()

    def _has_many_removed(self) -> bool:
        return len(self._removed) > max(FEW_VALUES, len(self._values) // 8)

    def _merge_later(self) -> None:
        """Make one index of several in the background, unless one is made; the lock is held."""
        if self._worker is None or not self._worker.is_alive():
            worker = threading.Thread(target=self._merge, daemon=True)
            worker.start()
            # Only now, so that whoever sees it can wait for it; it needs the lock to end.
            self._worker = worker

    def _merge(self) -> None:
        with self._lock:
            merged, removed = self._mergeable(), frozenset(self._removed)
        compiled = [
            value for index in merged for value in index.compiled if value.secret not in removed
        ]
        index = self._index(compiled, at_once=False)
        with self._lock:
            self._worker = None
            others = (each for each in self._indexes if each not in merged)
            self._indexes = tuple(sorted((index, *others), key=_by_size))
            self._removed -= removed
            self._removed |= {value for value in index.values if value not in self._values}
            self._publish(removed & self._values.keys())

    def _mergeable(self) -> tuple[CompiledIndex, ...]:
        """Return the indexes to merge: all but those that are much larger than the rest."""
        indexes = sorted(self._indexes, key=_by_size)
        if not self._has_many_removed():
            while len(indexes) > 2 and indexes[0].size > sum(each.size for each in indexes[1:]):
                indexes.pop(0)
        return tuple(indexes)

    def _index(self, values: Sequence[CompiledValue], *, at_once: bool) -> CompiledIndex:
        # The identities are of values that the index keeps.
        key = at_once, *map(id, values)
        index = self._known_indexes.get(key)
        if index is None:
            factory = engine_factory(self._engine)
            if at_once and self._engine is None:
                factory = quick_engine
            index = self._known_indexes[key] = CompiledIndex(values, factory)
        return index

    def _compile(self, value: SecretValue) -> CompiledValue:
        compiled = self._compiled.get((value, self._words))
        if compiled is not None:
            return compiled
        patterns = self._patterns(value)
        strong = [pattern for pattern in patterns if not pattern.is_weak]
        looked_for = patterns if self._words else strong
        compiled = CompiledValue(value, looked_for, alnum=self._projections and self._fragments)
        self._compiled[value, self._words] = compiled
        if len(strong) == len(patterns):
            self._compiled[value, not self._words] = compiled
        return compiled

    def _patterns(self, value: SecretValue) -> list[Pattern]:
        return patterns_of(value, fragments=self._fragments)


def _by_size(index: CompiledIndex) -> int:
    return -index.size
