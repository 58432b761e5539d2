"""Goes through a JSON-like document and redacts every string in it, keys included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jupyter_secrets.redaction.documents.images import (
    EMPTY_IMAGE,
    EMPTY_IMAGE_BASE64,
    holds_any,
    is_image,
)
from jupyter_secrets.redaction.documents.protocol import TextRedactor
from jupyter_secrets.redaction.documents.reserved import is_constant, is_reserved_key
from jupyter_secrets.redaction.documents.same_objects import same_objects
from jupyter_secrets.redaction.patterns.pattern import LONG_NUMBER
from jupyter_secrets.redaction.patterns.policy import SHORTEST
from jupyter_secrets.redaction.search.spans import Run, merge
from jupyter_secrets.redaction.values import decode_any, encode

_MARKUP_TYPES = ("html", "svg", "xml", "markdown")


class JsonTree:
    """Redacts the values of one document.

    Nothing is changed in place; what has nothing to hide comes back as the very same object.
    Without `words`, what is hidden as a whole word only is left alone, and without `numbers` so
    are these: a schema may ask for them.
    """

    def __init__(self, redactor: TextRedactor, *, words: bool = True, numbers: bool = True) -> None:
        self._redactor = redactor
        self._words = words
        self._numbers = numbers

    def value(self, value: Any, kind: str | None = None) -> Any:
        """Redact any JSON-like value; `kind` is the MIME type that a key above it named."""
        if isinstance(value, str):
            return self.text(value, kind)
        if isinstance(value, dict):
            return self.mapping(value, kind)
        if isinstance(value, (list, tuple)):
            return self._sequence(value, kind)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._number(value)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return self.buffer(value)
        return value

    def text(self, text: str, kind: str | None = None) -> str:
        """Redact a string; image data is replaced as a whole."""
        named_image = kind is not None and kind.startswith("image/") and "svg" not in kind
        if named_image or is_image(text):
            return EMPTY_IMAGE_BASE64 if holds_any(self._redactor, text) else text
        data = encode(text)
        redacted = self._redactor.redact_bytes(data, markup=_markup(kind), words=self._words)
        return text if redacted is data else decode_any(redacted)

    def buffer(self, buffer: Any) -> Any:
        """Redact a binary buffer if it is text; replace it, if it holds a value, if it is not."""
        data = bytes(buffer)
        if is_image(data):
            return EMPTY_IMAGE if holds_any(self._redactor, data) else buffer
        if not self._redactor.prefilter(data):
            return buffer
        redacted = self._redactor.redact_bytes(data, words=self._words)
        if redacted is data:
            return buffer
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return bytes(len(data))
        return redacted

    def joined(self, texts: Sequence[str], kind: str | None = None) -> list[str]:
        """Redact texts, each by itself and all of them as one.

        The marker of a run that reaches over several texts stands where it begins.
        """
        markup = _markup(kind)
        encoded = [encode(text) for text in texts]
        data = b"".join(encoded)
        find = self._redactor.find
        regions = find(data, markup=markup, words=False)
        starts, offset = [], 0
        for part in encoded:
            own_regions = find(part, markup=markup, words=self._words)
            regions += [region.moved(offset) for region in own_regions]
            starts.append(offset)
            offset += len(part)
        if not regions:
            return list(texts)
        runs = merge(regions)
        return [
            text if new is part else decode_any(new)
            for text, part, new in zip(
                texts, encoded, self._distributed(data, encoded, starts, runs), strict=True
            )
        ]

    def _distributed(
        self, data: bytes, parts: list[bytes], starts: list[int], runs: list[Run]
    ) -> list[bytes]:
        """Return each part with the runs of the whole that touch it replaced."""
        redacted = []
        for part, start in zip(parts, starts, strict=True):
            end = start + len(part)
            touching = [run for run in runs if run.start < end and run.end > start]
            if not touching:
                redacted.append(part)
                continue
            pieces, position = [], start
            for run in touching:
                pieces.append(data[position : max(run.start, position)])
                if run.start >= start:
                    pieces.append(self._redactor.marker_for(run.label))
                pieces.append(run.remaining_between(data, start, end))
                position = min(run.end, end)
            pieces.append(data[position:end])
            redacted.append(b"".join(pieces))
        return redacted

    def _number(self, number: float) -> Any:
        text = repr(number)
        if not self._numbers or len(text) < (SHORTEST if self._words else LONG_NUMBER):
            return number
        runs = merge(self._redactor.find(encode(text), words=self._words))
        # A number is more than the digits that a value happens to have as well.
        if len(runs) != 1 or (runs[0].start, runs[0].end) != (0, len(text)):
            return number
        return decode_any(self._redactor.marker_for(runs[0].label))

    def mapping(
        self,
        mapping: dict[Any, Any],
        kind: str | None = None,
        redact: Callable[[Any, Any], Any] | None = None,
    ) -> dict[Any, Any]:
        """Redact the keys and the values of a mapping.

        `redact` returns a value redacted, given its key too; `JsonTree.value` does without it.
        """
        result: dict[Any, Any] = {}
        same = True
        for key, item in mapping.items():
            new_key = self._key(key) if isinstance(key, str) else key
            while new_key is not key and new_key in result:
                new_key += "'"  # two keys that are hidden are still two
            if redact is not None:
                new = redact(key, item)
            else:
                new = self.value(item, key if isinstance(key, str) and "/" in key else kind)
                if new is not item and is_constant(key, item):
                    new = item
            result[new_key] = new
            same = same and new is item and new_key is key
        return mapping if same else result

    def _key(self, key: str) -> str:
        redacted = self.text(key)
        return key if redacted is not key and is_reserved_key(key) else redacted

    def _sequence(self, items: Sequence[Any], kind: str | None) -> Any:
        if len(items) > 1 and all(isinstance(item, str) for item in items):
            redacted: list[Any] = list(self.joined(items, kind))
        else:
            redacted = [self.value(item, kind) for item in items]
        if same_objects(items, redacted):
            return items
        return redacted if isinstance(items, list) else tuple(redacted)


def _markup(kind: str | None) -> bool | None:
    """Return `True` for HTML and the like, `None` where only the text itself can tell."""
    return True if kind and any(name in kind for name in _MARKUP_TYPES) else None
