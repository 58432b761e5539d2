"""All patterns of one opaque text: whole, in pieces, and in other spellings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from operator import add

from jupyter_secrets.redaction.components.keys import everybodys
from jupyter_secrets.redaction.patterns.encodings import (
    LONGEST_IN_PIECES,
    LONGEST_NESTED,
    AlnumMode,
    Encoded,
    as_it_is,
    encodings,
    hex_pairs,
)
from jupyter_secrets.redaction.patterns.offsets import (
    NO_PIECES,
    OffsetMap,
    shared_pieces,
)
from jupyter_secrets.redaction.patterns.pattern import Pattern, whole
from jupyter_secrets.redaction.patterns.pieces import (
    PieceSets,
    bridges_of,
    covers,
    piece_sets,
    without_words,
)
from jupyter_secrets.redaction.patterns.policy import (
    SHORTEST_FULL,
    is_distinct_in_alnum,
    is_number,
    shares_marker,
)
from jupyter_secrets.redaction.patterns.spellings import other_spellings
from jupyter_secrets.redaction.values import SecretValue, encode

EncodeAll = Callable[[str], dict[bytes, Encoded]]

# A larger value has pieces as it is, and its two ends in every encoding.
LARGE = LONGEST_IN_PIECES
LARGE_END = 1024


def patterns_of_text(
    text: str,
    owner: SecretValue,
    fragments: bool,
    encode_all: EncodeAll,
    *,
    spellings: bool = True,
) -> Iterator[Pattern]:
    """Yield what hides an opaque text, whole and in the pieces that it has."""
    if is_number(text):
        yield from _of_number(text, owner, encode_all)
        return
    secret = secret_characters(text)
    sets = piece_sets(text, secret) if fragments else PieceSets([])
    if not owner.disclosed:
        sets = sets._replace(pieces=without_words(text, sets.pieces))
    if len(text) > LARGE and sets.pieces:
        yield from encoded_patterns(text, [as_it_is(text)], sets, owner)
        for end in (text[:LARGE_END], text[-LARGE_END:]):
            yield from patterns_of_text(end, owner, fragments, encode_all, spellings=False)
        for each in encode_all(text).values():
            yield whole(each.data, owner, in_base64=each.in_base64)
        return
    yield from encoded_patterns(text, encode_all(text).values(), sets, owner)
    # What has no small pieces has to wait for its end.
    late = not sets.mixed or not (sets.alnum or is_distinct_in_alnum(text))
    if len(text) <= LONGEST_NESTED and late:
        yield from encoded_patterns(text, _separated(text), sets, owner)
    for other in dict.fromkeys(other_spellings(text)) if spellings and secret is None else ():
        if len(other) >= SHORTEST_FULL and other not in text:
            yield from _of_spelling(other, owner, fragments)


def _of_spelling(text: str, owner: SecretValue, fragments: bool) -> Iterator[Pattern]:
    """Yield what hides another spelling of a value, of which it is not known whether it is used."""
    sets = piece_sets(text) if fragments else PieceSets([])
    if is_number(text):
        yield from _of_number(text, owner, encodings)
    else:
        yield from encoded_patterns(text, encodings(text).values(), sets, owner)


def _of_number(text: str, owner: SecretValue, encode_all: EncodeAll) -> Iterator[Pattern]:
    """Yield what hides a number, never within a longer one."""
    in_alnum = _whole_in_alnum(text)
    for number, each in enumerate(encode_all(text).values()):
        if number:
            yield _whole(each, owner, in_alnum)
        else:
            yield whole(each.data, owner, word=True, alnum=in_alnum[AlnumMode.WINDOWS])
    if in_alnum[AlnumMode.WINDOWS]:
        yield from (whole(each.data, owner, word=True) for each in _separated(text))


# As people and lists write characters one by one, `pprint` and JSON among them.
_SEPARATORS = (" ", "\n", "\t", ",", "-", ", ", "', '", "',\n '", '", "')


def _separated(text: str) -> Iterator[Encoded]:
    """Yield a text character by character, and its hex byte by byte.

    Its projection is not enough to find it, or finds it when all of it has been shown.
    """
    sizes = [len(encode(character)) for character in text]
    for separator in _SEPARATORS:
        starts = list(accumulate((size + len(separator) for size in sizes[:-1]), initial=0))
        offset_map = OffsetMap(starts, list(map(add, starts, sizes)))
        yield Encoded(encode(separator.join(text)), offset_map, AlnumMode.NOTHING)
    yield from hex_pairs(as_it_is(text))


def secret_characters(text: str) -> bytes | None:
    """Return a 1 for each character that is not in everybody's texts, or `None` if all are."""
    segments = list(everybodys(text))
    if not segments:
        return None
    mask = bytearray(b"\1" * len(text))
    for start, end in segments:
        mask[start:end] = bytes(end - start)
    return bytes(mask)


def encoded_patterns(
    text: str,
    encoded: Iterable[Encoded],
    sets: PieceSets,
    owner: SecretValue,
    *,
    complete: bool = True,
) -> Iterator[Pattern]:
    """Yield a pattern of each encoding; with `complete` the whole text is hidden in each."""
    in_alnum = _whole_in_alnum(text)
    if not sets.pieces:
        yield from (_whole(each, owner, in_alnum) for each in encoded)
        return
    bridges = bridges_of(sets.pieces, len(text)) if complete else []
    needs_whole = complete and not covers(sets.pieces, bridges, len(text))
    needs_whole_in_alnum = (
        in_alnum[AlnumMode.WINDOWS] and complete and not covers(sets.alnum, (), len(text))
    )
    smallest, joining = shared_pieces(sets.pieces), shared_pieces(bridges)
    windows = shared_pieces(sets.alnum)
    for number, each in enumerate(encoded):
        if len(each.offset_map) < len(text):
            yield _whole(each, owner, in_alnum)
            continue
        alnum_pieces = smallest if each.alnum_mode is AlnumMode.PIECES else windows
        if each.folded and alnum_pieces:
            alnum_pieces = shared_pieces(sets.folded(_folded(text, each.data)))
        yield Pattern(
            each.data,
            each.offset_map,
            smallest,
            joining,
            NO_PIECES if each.alnum_mode is AlnumMode.NOTHING else alnum_pieces,
            owner=owner,
            in_base64=each.in_base64,
        )
        whole_in_alnum = needs_whole_in_alnum and not number
        if needs_whole or whole_in_alnum:
            yield whole(each.data, owner, alnum=whole_in_alnum, in_base64=each.in_base64)


def _whole(encoded: Encoded, owner: SecretValue, in_alnum: dict[AlnumMode, bool]) -> Pattern:
    """Return what hides an encoding as a whole."""
    alnum = in_alnum[encoded.alnum_mode]
    return whole(encoded.data, owner, alnum=alnum, in_base64=encoded.in_base64)


def _whole_in_alnum(text: str) -> dict[AlnumMode, bool]:
    """Tell of which encodings the projection is enough to find a text as a whole."""
    return {
        AlnumMode.NOTHING: False,
        AlnumMode.WINDOWS: is_distinct_in_alnum(text),
        AlnumMode.PIECES: not shares_marker(text),
    }


def _folded(text: str, data: bytes) -> str:
    folded = text.lower() if encode(text.lower()) == data else text.upper()
    return folded if len(folded) == len(text) else ""
