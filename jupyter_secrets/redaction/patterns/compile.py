"""All patterns of a secret, as its strength allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from jupyter_secrets.redaction.patterns.alnum import alnum_patterns
from jupyter_secrets.redaction.patterns.encodings import (
    LONGEST_IN_PIECES,
    Encoded,
    Spreads,
    as_it_is,
    encodings,
    encodings_of_bytes,
    other_spellings,
    text_encodings,
)
from jupyter_secrets.redaction.patterns.parts import is_structured, parts, public_segments
from jupyter_secrets.redaction.patterns.pattern import NO_PIECES, Pattern, Pieces, whole
from jupyter_secrets.redaction.patterns.pieces import (
    WINDOW,
    alnum_pieces_of,
    bridges_of,
    covers,
    pieces_of,
)
from jupyter_secrets.redaction.patterns.policy import (
    COMMON_WORDS,
    SHORTEST,
    SHORTEST_FULL,
    Strength,
    has_pieces,
    is_opaque,
    spreads_whole,
    strength,
)
from jupyter_secrets.redaction.values import SecretValue, encode

# A larger value has pieces as it is, and its two ends in every encoding.
LARGE = LONGEST_IN_PIECES
LARGE_END = 1024


class CompiledValue:
    """What is looked for of one value: made once, shared by all redactors that know it.

    `alnum` are looked for in letters and digits, `in_text` in the text itself; `letter_grams` and
    `text_grams` are all of their grams. `wholes` are the texts that are found whole only, `partial`
    those that have pieces, by the length of their longest smallest piece.
    """

    __slots__ = (
        "__weakref__",
        "alnum",
        "in_text",
        "letter_grams",
        "longest",
        "longest_alnum",
        "partial",
        "secret",
        "text_grams",
        "wholes",
    )

    def __init__(self, secret: SecretValue, patterns: Iterable[Pattern], *, alnum: bool) -> None:
        patterns = list({pattern_key(pattern): pattern for pattern in patterns}.values())
        self.secret = secret
        self.alnum, self.in_text = alnum_patterns(patterns) if alnum else ([], patterns)
        self.letter_grams = {gram for each in self.alnum for gram in each.grams.values()}
        self.text_grams = {gram for each in self.in_text for _, gram in each.grams()}
        # A word is certain only with the character after it: it is held in full.
        self.wholes = {
            each.text + b"\xff" if each.word else each.text for each in patterns if each.is_whole
        }
        self.partial: dict[int, set[bytes]] = {}
        for each in patterns:
            if not each.is_whole:
                self.partial.setdefault(_rounded(each.longest), set()).add(each.text)
        self.longest = max((len(pattern.text) for pattern in patterns), default=0)
        self.longest_alnum = max((pattern.longest for pattern in self.alnum), default=1)


def _rounded(size: int) -> int:
    return -(-size // WINDOW) * WINDOW


def pattern_key(pattern: Pattern) -> tuple[object, ...]:
    """Return what tells a value's patterns apart."""
    return pattern.text, pattern.is_whole, pattern.word


def patterns_of(
    secret: SecretValue,
    *,
    fragments: bool = True,
    common_words: frozenset[str] = COMMON_WORDS,
) -> list[Pattern]:
    """Return all patterns of a secret, as its strength allows."""
    level = strength(secret, common_words)
    if level is Strength.NOTHING:
        return []
    text = secret.text
    if level is Strength.WORD:
        return _word_patterns(secret, common_words)
    fragments = fragments and level is Strength.PIECES
    if text is None:
        return list(_of_bytes(secret, fragments))
    text = text.strip()
    found = list(_of_text(text, secret, fragments, encodings))
    for part, named in _parts(text, fragments):
        found += _part_patterns(part, named, secret, fragments, common_words, len(text) > LARGE)
    return found


def _word_patterns(secret: SecretValue, common_words: frozenset[str]) -> list[Pattern]:
    text = secret.text
    if text is None:
        return [whole(secret.data, secret, word=True)]
    text = text.strip()
    written = [encode(text)]
    if text.casefold() not in common_words:
        written += [encoded.data for encoded in text_encodings(text)]
    texts = dict.fromkeys(data for data in written if len(data) >= len(text))
    return [whole(data, secret, word=True) for data in texts]


def _of_bytes(secret: SecretValue, fragments: bool) -> Iterator[Pattern]:
    encoded = encodings_of_bytes(secret.data)
    units = secret.data.decode("latin-1")
    pieces = pieces_of(units) if fragments else []
    yield from _encoded_patterns(units, encoded.values(), pieces, None, secret)


def _of_text(
    text: str,
    owner: SecretValue,
    fragments: bool,
    encode_all: Callable[[str], dict[bytes, Encoded]],
) -> Iterator[Pattern]:
    if len(text) > LARGE and fragments:
        if not is_structured(text):
            secret = _secret_characters(text)
            pieces = pieces_of(text, secret)
            yield from _encoded_patterns(text, [as_it_is(text)], pieces, secret, owner)
        for end in (text[:LARGE_END], text[-LARGE_END:]):
            yield from _of_text(end, owner, fragments, encode_all)
        encoded = encode_all(text)
        yield from (whole(data, owner) for data in encoded)
        return
    secret, pieces = None, []
    if fragments and not is_structured(text):
        secret = _secret_characters(text)
        pieces = pieces_of(text, secret)
    yield from _encoded_patterns(text, encode_all(text).values(), pieces, secret, owner)
    for other in dict.fromkeys(other_spellings(text)) if encode_all is encodings else ():
        if len(other) >= SHORTEST_FULL and other not in text:
            yield from _of_text(other, owner, fragments and len(other) >= WINDOW, _plain_only)


def _plain_only(text: str) -> dict[bytes, Encoded]:
    return {encoded.data: encoded for encoded in text_encodings(text)}


def _as_it_is(text: str) -> dict[bytes, Encoded]:
    encoded = as_it_is(text)
    return {encoded.data: encoded}


def _secret_characters(text: str) -> bytes | None:
    """Return a 1 for each character that stands in no public place, or `None` if all are."""
    segments = list(public_segments(text))
    if not segments:
        return None
    mask = bytearray(b"\1" * len(text))
    for start, end in segments:
        mask[start:end] = bytes(end - start)
    return bytes(mask)


def _encoded_patterns(
    text: str,
    encoded: Iterable[Encoded],
    pieces: list[tuple[int, int]],
    secret: bytes | None,
    owner: SecretValue,
) -> Iterator[Pattern]:
    if not pieces:
        spreads = spreads_whole(text)
        for number, each in enumerate(encoded):
            yield whole(each.data, owner, spreads=spreads and not number)
        return
    bridges = bridges_of(pieces, len(text))
    complete = covers(pieces, bridges, len(text))
    alnum_pieces = Pieces(alnum_pieces_of(text, pieces, secret))
    smallest, joining = Pieces(pieces), Pieces(bridges)
    for each in encoded:
        spread = {Spreads.LETTERS: alnum_pieces, Spreads.PIECES: smallest}.get(each.spreads)
        if each.folded and spread:
            spread = Pieces(alnum_pieces_of(_folded(text, each.data), pieces, secret))
        yield Pattern(
            each.data,
            each.starts,
            each.ends,
            smallest,
            joining,
            spread or NO_PIECES,
            owner=owner,
        )
        if not complete:
            yield whole(each.data, owner)


def _folded(text: str, data: bytes) -> str:
    folded = text.lower() if encode(text.lower()) == data else text.upper()
    return folded if len(folded) == len(text) else ""


def _parts(text: str, fragments: bool) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a text that have patterns of their own, and whether they are named."""
    found = fragments and not is_structured(text)
    for part, named in parts(text).items():
        # What has pieces is found by those of the whole text.
        if not (found and part in text and has_pieces(part)):
            yield part, named


def _part_patterns(
    part: str,
    named: bool,
    secret: SecretValue,
    fragments: bool,
    common_words: frozenset[str],
    plain: bool,
) -> Iterator[Pattern]:
    if part.casefold() in common_words or len(part) < SHORTEST:
        return
    if not secret.disclosed and not is_opaque(part):
        return
    if part.isdigit() and len(part) < WINDOW:
        if named and secret.disclosed:  # as a number of its own, not within a longer one
            yield whole(encode(part), secret, word=True)
    elif len(part) >= SHORTEST_FULL:
        fragments = fragments and has_pieces(part)
        yield from _of_text(part, secret, fragments, _as_it_is if plain else encodings)
    elif named and secret.disclosed:
        yield whole(encode(part), secret, word=True)
