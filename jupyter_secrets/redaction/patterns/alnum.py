"""The view of letters and digits alone: whatever parts them, they are what a reader copies.

Nearly all patterns are found by it, those of the raw text too: where a piece of a form stands in
a text, its letters and digits stand together in the text's letters and digits. So one search
tells for both views that there is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate, pairwise

from jupyter_secrets.redaction.patterns.pattern import GRAM, Pattern, bridged, interned

_ALPHANUMERIC = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
NOT_ALPHANUMERIC = bytes(set(range(256)) - set(_ALPHANUMERIC))
_KEPT = bytes(byte in _ALPHANUMERIC for byte in range(256))
_KINDS = bytes(0 if 0x30 <= byte < 0x3A else 1 if 0x41 <= byte < 0x5B else 2 for byte in range(256))
# Words run together change their kind of character at their borders only.
ALNUM_CHANGES = 3


def alnum_patterns(patterns: Iterable[Pattern]) -> list[Pattern]:
    """Return the patterns of what is left of texts when only letters and digits are kept.

    Made from the encodings that have pieces and no escapes, of which squeezing would keep letters;
    but the lines of a key are often shown one by one, each with its ``\\n``.
    """
    found: dict[bytes, Pattern] = {}
    for pattern in patterns:
        if pattern.word or pattern.is_whole:
            continue
        if b"\\" in pattern.text and b"\\" in pattern.text.replace(b"\\n", b""):
            continue
        text = pattern.text.translate(None, NOT_ALPHANUMERIC)
        if len(text) < pattern.window or text in found:
            continue
        spans = _mixed_windows(pattern, text)
        if spans:
            spans = bridged(spans, len(text))
            found[text] = Pattern(text, pattern.window, spans, owner=pattern.owner)
    return list(found.values())


def alnum_grams(pattern: Pattern) -> list[bytes] | None:
    """Return grams so that the letters and digits of each smallest piece lookahead one of them.

    `None` where a piece has too few letters and digits for that.
    """
    text, window, spans = pattern.text, pattern.window, pattern.spans
    if window < GRAM:
        return None
    if spans is None and text.isalnum():
        return [gram for _, gram in pattern.grams()]
    counts = [0, *accumulate(text.translate(_KEPT))]
    letters = text.translate(None, NOT_ALPHANUMERIC)
    pieces: Iterable[tuple[int, int]] = spans or ()
    if spans is None:
        pieces = zip(range(len(text) - window + 1), range(window, len(text) + 1), strict=True)
    grams, anchored = [], -1
    for start, end in pieces:
        low, high = counts[start], counts[end]
        if high - low < GRAM:
            return None
        if anchored < low or anchored + GRAM > high:
            anchored = high - GRAM
            grams.append(letters[anchored:high])
    return grams


def prefilter_grams(
    patterns: Iterable[Pattern], spread: Iterable[Pattern]
) -> tuple[list[bytes], list[bytes]]:
    """Return the grams to look for in a text, and those to look for in its letters and digits.

    Where none is found, none of the patterns is in the text, and none of `spread` in its letters.
    """
    spread = list(spread)
    raw: dict[bytes, None] = {}
    near: dict[bytes, None] = {}
    covered: set[tuple[bytes, int]] = set()
    for pattern in patterns:
        grams = alnum_grams(pattern) if spread else None
        if grams is None:
            raw.update((gram, None) for _, gram in pattern.grams())
            continue
        near.update(dict.fromkeys(grams))
        if pattern.spans is None:
            # Each run of `window` letters holds those of a whole window of the form.
            letters = pattern.text.translate(None, NOT_ALPHANUMERIC)
            covered.add((letters, pattern.window))
    for pattern in spread:
        if (pattern.text, pattern.window) not in covered:
            near.update((gram, None) for _, gram in pattern.grams())
    return list(raw), list(near)


def _mixed_windows(pattern: Pattern, text: bytes) -> tuple[tuple[int, int], ...]:
    """Return the windows of a pattern of letters that no words run together could be."""
    window = pattern.window
    kinds = text.translate(_KINDS)
    changes = [0, *accumulate([a != b for a, b in pairwise(kinds)])]
    starts = [
        start
        for start, (low, high) in enumerate(zip(changes, changes[window - 1 :], strict=False))
        if high - low >= ALNUM_CHANGES
    ]
    if pattern.spans is not None:
        shown = bytearray(len(pattern.text))
        for start, end in pattern.spans:
            if end - start <= 2 * window:  # no bridge over what is public
                shown[start:end] = b"\1" * (end - start)
        kept = pattern.text.translate(_KEPT)
        private = [0, *accumulate(flag for flag, keep in zip(shown, kept, strict=True) if keep)]
        starts = [start for start in starts if private[start + window] - private[start] == window]
    return tuple([interned(start, start + window) for start in starts])
