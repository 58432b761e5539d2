"""The redactor: text in, text out."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from jupyter_secrets.redaction.documents.images import PNG_BASE64
from jupyter_secrets.redaction.documents.json_prefilter import flatten, join_strings
from jupyter_secrets.redaction.patterns.alnum import alnum_patterns
from jupyter_secrets.redaction.patterns.pattern import Pattern, patterns_of, whole
from jupyter_secrets.redaction.patterns.policy import COMMON_WORDS, MARKER, weakness
from jupyter_secrets.redaction.search.engines import engine_factory, finder_factory
from jupyter_secrets.redaction.search.index import CompiledIndex
from jupyter_secrets.redaction.search.projections import has_invisible
from jupyter_secrets.redaction.search.scanner import Scanner
from jupyter_secrets.redaction.search.spans import Region, merge, splice
from jupyter_secrets.redaction.stream import RedactionStream
from jupyter_secrets.redaction.values import SecretValue, decode_any, encode, secret_value

# Compiling so few takes some milliseconds.
FEW_VALUES = 16
_PNG_STRING = f'"{PNG_BASE64}'.encode()


class Redactor:
    """Replaces values, in all the encodings they take, by a marker.

    `labelled` makes the marker ``[REDACTED:label]``. `fragments` hides pieces of 12 characters,
    `views` sees through colour, tags and separators. `engine` names a search library; the best
    one installed is the default. `common_words` are hidden as whole words only, like those of
    `COMMON_WORDS`. Thread-safe: every call uses the values known when it starts.
    """

    def __init__(
        self,
        values: Iterable[SecretValue | str | bytes] = (),
        *,
        labelled: bool = False,
        fragments: bool = True,
        views: bool = True,
        engine: str | None = None,
        common_words: Iterable[str] = (),
    ) -> None:
        self._labelled = labelled
        self._fragments = fragments
        self._views = views
        self._exact = False
        self._factory = engine_factory(engine)
        self._finder = finder_factory(engine)
        self._common_words = COMMON_WORDS | {word.casefold() for word in common_words}
        self._lock = threading.Lock()
        self._values: dict[SecretValue, None] = {}
        self._base = self._compile(())
        self._worker: threading.Thread | None = None
        self.scanner = Scanner()
        self.replace(values)

    @classmethod
    def exact(
        cls,
        values: Iterable[SecretValue | str | bytes] = (),
        *,
        labelled: bool = False,
        engine: str | None = None,
    ) -> Redactor:
        """Return a redactor of the values as they are, of any length: no encodings, no policy."""
        redactor = cls(labelled=labelled, fragments=False, views=False, engine=engine)
        redactor._exact = True
        redactor.replace(values)
        return redactor

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._values)} values>"

    @property
    def is_empty(self) -> bool:
        """Whether no value is known."""
        return not self._values

    @property
    def is_compiling(self) -> bool:
        """Whether values are being compiled in the background; they count already."""
        worker = self._worker
        return worker is not None and worker.is_alive()

    def marker_for(self, label: str) -> bytes:
        """Return the marker of a run whose first match has a label."""
        if self._labelled and label:
            return encode(f"{MARKER[:-1]}:{label}]")
        return MARKER.encode()

    def add(self, *values: SecretValue | str | bytes) -> None:
        """Add values; texts and streams under way count them from their next call on."""
        with self._lock:
            added = dict.fromkeys(map(secret_value, values))
            self._set({**self._values, **added})

    def replace(self, values: Iterable[SecretValue | str | bytes]) -> None:
        """Put values in the place of all known so far, in one step."""
        with self._lock:
            self._set(dict.fromkeys(map(secret_value, values)))

    def weakness(self, value: SecretValue | str | bytes) -> str | None:
        """Tell why a value will not be fully hidden, to be shown after its name, or `None`."""
        return weakness(value, self._common_words)

    def redact(self, text: str) -> str:
        """Return a whole text with each run of values replaced by one marker."""
        data = encode(text)
        redacted = self.redact_bytes(data)
        return text if redacted is data else decode_any(redacted)

    def redact_bytes(self, data: bytes, *, markup: bool | None = None) -> bytes:
        """Do as `redact` for bytes; the same object comes back where nothing was found.

        `markup` tells whether the text is HTML or the like, `None` that nobody knows.
        """
        scanner = self.scanner
        # Of a large text, `find` looks closely only where there may be something anyway.
        if not markup and not scanner.is_large(data) and scanner.is_clean(data):
            return data
        regions = scanner.find(data, markup=markup)
        return splice(data, merge(regions), self.marker_for) if regions else data

    def find(self, data: bytes, *, markup: bool | None = None, words: bool = True) -> list[Region]:
        """Return the regions of data to hide, each with the label of its value.

        Without `words`, those that are hidden as whole words only are left alone.
        """
        return self.scanner.find(data, markup=markup, words=words)

    def stream(self) -> RedactionStream:
        """Return a stream for a text that arrives in pieces."""
        return RedactionStream(self)

    def prefilter(self, data: bytes | memoryview) -> bool:
        """Tell whether there may be anything to hide in a packed JSON message or any raw bytes.

        `False` is certain: no view finds anything in data, nor in any string of the JSON it is.
        """
        scanner = self.scanner
        if not scanner.indexes:
            return False
        data = bytes(data)
        if _PNG_STRING in data:
            return True  # its texts may be compressed
        flat = flatten(data)
        if flat is not data and scanner.may_match(data):
            return True
        if self._prefilter_text(scanner, flat):
            return True
        joined = join_strings(data)
        if joined is None:
            return True
        return joined is not data and self._prefilter_text(scanner, flatten(joined))

    def _prefilter_text(self, scanner: Scanner, data: bytes) -> bool:
        if scanner.is_clean(data):
            return False
        # What has no end in one string, an escape or a comment, would hide the next ones here.
        return (
            not self._views
            or has_invisible(data)
            or b"<!--" in data
            or scanner.may_match(data)
            or bool(scanner.find(data))
        )

    def _set(self, values: dict[SecretValue, None]) -> None:
        """Swap in scanners of other values: most of them are compiled already."""
        self._values = values
        missing = [value for value in values if value not in self._base.values]
        gone = frozenset(value for value in self._base.values if value not in values)
        changes = len(missing) + len(gone)
        if len(values) <= FEW_VALUES or len(missing) > len(self._base.values):
            self._base = self._compile(values)
            missing, gone = [], frozenset()
        elif changes > max(FEW_VALUES, len(values) // 8):
            self._compile_later()
        indexes = [self._base, self._compile(missing)] if missing else [self._base]
        self.scanner = Scanner(indexes, views=self._views, gone=gone)

    def _compile_later(self) -> None:
        """Compile all values into one in the background, unless that is under way."""
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._compile_all, daemon=True)
            self._worker.start()

    def _compile_all(self) -> None:
        base = self._compile(self._values)
        with self._lock:
            self._base = base
            self._worker = None
            self._set(self._values)

    def _compile(self, values: Iterable[SecretValue]) -> CompiledIndex:
        values = list(values)
        patterns = [pattern for value in values for pattern in self._patterns(value)]
        alnum = alnum_patterns(patterns) if self._views and self._fragments else []
        return CompiledIndex(values, patterns, alnum, self._factory, self._finder)

    def _patterns(self, value: SecretValue) -> list[Pattern]:
        if self._exact:
            return [whole(value.data, value)] if value.data else []
        return patterns_of(value, fragments=self._fragments, common_words=self._common_words)
