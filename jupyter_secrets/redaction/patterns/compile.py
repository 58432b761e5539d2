"""All patterns of a secret, as its strength allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from operator import add

from jupyter_secrets.redaction.components.component import Component
from jupyter_secrets.redaction.components.keys import everybodys
from jupyter_secrets.redaction.components.verdicts import judged_components
from jupyter_secrets.redaction.patterns.alnum import alnum_patterns
from jupyter_secrets.redaction.patterns.encodings import (
    LONGEST_IN_PIECES,
    LONGEST_NESTED,
    AlnumMode,
    Encoded,
    as_it_is,
    encodings,
    encodings_of_bytes,
    hex_pairs,
    text_encodings,
)
from jupyter_secrets.redaction.patterns.offsets import (
    GRAM,
    NO_PIECES,
    OffsetMap,
    Piece,
    shared_pieces,
)
from jupyter_secrets.redaction.patterns.pattern import Pattern, whole
from jupyter_secrets.redaction.patterns.pieces import (
    SECRET_CHARACTERS,
    WINDOW,
    PieceSets,
    bridges_of,
    covers,
    piece_sets,
    pieces_of,
    without_words,
)
from jupyter_secrets.redaction.patterns.policy import (
    COMMON_WORDS,
    SHORTEST,
    SHORTEST_FULL,
    Strength,
    has_pieces,
    is_distinct_in_alnum,
    is_number,
    is_opaque,
    shares_marker,
    strength,
)
from jupyter_secrets.redaction.patterns.spellings import other_spellings
from jupyter_secrets.redaction.patterns.writers import json_ascii, json_unicode
from jupyter_secrets.redaction.values import SecretValue, encode

EncodeAll = Callable[[str], dict[bytes, Encoded]]

# A larger value has pieces as it is, and its two ends in every encoding.
LARGE = LONGEST_IN_PIECES
LARGE_END = 1024
# The rare encodings of a longer one are looked for as a whole.
LONG = LONGEST_NESTED
# To make the patterns of a short text takes as long as of so many characters.
LEAST_COST = 64


class CompiledValue:
    """What is looked for of one value: made once, shared by all redactors that know it.

    `alnum` are looked for in the alphanumeric projection, `in_text` in the text itself; `size`
    counts their grams. `wholes` are the texts that are found whole only, `partial` those that have
    pieces, by a bound of their longest smallest piece.
    """

    __slots__ = (
        "__weakref__",
        "alnum",
        "in_text",
        "longest",
        "longest_alnum",
        "partial",
        "secret",
        "size",
        "wholes",
    )

    def __init__(self, secret: SecretValue, patterns: Iterable[Pattern], *, alnum: bool) -> None:
        patterns = list({pattern_key(pattern): pattern for pattern in patterns}.values())
        self.secret = secret
        self.alnum, self.in_text = alnum_patterns(patterns) if alnum else ([], patterns)
        self.size = sum(len(each.offsets) for each in self.alnum)
        self.size += sum(1 for _ in self.text_grams())
        self.wholes: list[bytes] = []
        self.partial: dict[int, list[bytes]] = {}
        for each in patterns:
            if each.is_whole:
                # A word is certain only with the character after it: it is held in full.
                self.wholes.append(each.text + b"\xff" if each.word else each.text)
            else:
                self.partial.setdefault(_rounded(each.longest), []).append(each.text)
        self.longest = max((len(pattern.text) for pattern in patterns), default=0)
        self.longest_alnum = max((pattern.longest for pattern in self.alnum), default=1)

    def alnum_grams(self) -> Iterator[bytes]:
        """Yield the grams that are looked for in the alphanumeric projection."""
        return (gram for each in self.alnum for _, gram in each.grams())

    def text_grams(self) -> Iterator[bytes]:
        """Yield the grams that are looked for in the text itself."""
        return (gram for each in self.in_text for _, gram in each.grams())


def _rounded(size: int) -> int:
    return -(-size // WINDOW) * WINDOW


def pattern_key(pattern: Pattern) -> tuple[object, ...]:
    """Return what tells a value's patterns apart."""
    return pattern.text, pattern.word, len(pattern.offset_map), len(pattern.pieces.firsts)


def patterns_of(
    secret: SecretValue,
    *,
    fragments: bool = True,
) -> list[Pattern]:
    """Return all patterns of a secret, as its strength and its components allow."""
    level = strength(secret)
    if level is Strength.NOTHING:
        return []
    text = secret.text
    if level is Strength.WORD:
        return _word_patterns(secret.data if text is None else text.strip(), secret)
    if text is None:
        return list(_of_bytes(secret, fragments and level is Strength.PIECES))
    text = text.strip()
    components = [each for each in judged_components(text, secret.verdicts) if each.secret]
    patterns: list[Pattern] = []
    if components and components[0].text == text:
        patterns += _of_text(text, secret, fragments, encodings)
    else:
        patterns += _whole_value(text, components, secret)
    for component, encode_all in _to_look_for(text, components, fragments):
        patterns += _of_component(component, secret, fragments, encode_all)
        if fragments and secret.disclosed and encode_all is encodings:
            patterns += _edges(text, component, secret)
        patterns += _as_written(text, component, secret, fragments, encode_all)
    return patterns


def _word_patterns(word: str | bytes, owner: SecretValue) -> list[Pattern]:
    if isinstance(word, bytes):
        return [whole(word, owner, word=True)]
    written = [encode(word)]
    if word.casefold() not in COMMON_WORDS:
        written += [encoded.data for encoded in text_encodings(word)]
    texts = dict.fromkeys(data for data in written if len(data) >= len(word))
    return [whole(data, owner, word=True) for data in texts]


def _of_bytes(secret: SecretValue, fragments: bool) -> Iterator[Pattern]:
    encoded = encodings_of_bytes(secret.data)
    units = secret.data.decode("latin-1")
    sets = PieceSets(pieces_of(units)) if fragments else PieceSets([])
    yield from _encoded_patterns(units, encoded.values(), sets, secret)


def _whole_value(text: str, components: list[Component], owner: SecretValue) -> Iterator[Pattern]:
    """Yield what hides a whole value of a known form; its secret components are looked for apart.

    The grams lie in the longest of these: what is public stands in everybody's texts.
    """
    longest = max(components, key=lambda each: each.end - each.start, default=None)
    is_distinct = is_distinct_in_alnum(text)
    start, end = (longest.start, longest.end) if longest else (0, len(text))
    # Its middle is about in the same place in each encoding then: no offsets are needed.
    fills = len(text) > LONG and end - start > len(text) // 2
    for each in encodings(text, offsets=not fills).values():
        if len(each.offset_map) == len(text):
            rare = max(each.offset_map.ends[end - 1] - GRAM, 0)
        else:
            rare = (start + end) * len(each.data) // (2 * len(text))
        alnum = is_distinct and each.alnum_mode is not AlnumMode.NOTHING
        yield whole(each.data, owner, alnum=alnum, rare=rare, in_base64=each.in_base64)


def _to_look_for(
    text: str, components: list[Component], fragments: bool
) -> Iterator[tuple[Component, EncodeAll]]:
    """Yield the components that need patterns of their own, and the encodings of each.

    Of a long value with very many, the encodings of the first ones only.
    """
    opaque = fragments and bool(components) and components[0].text == text and has_pieces(text)
    budget, seen = LARGE, {text}
    for component in sorted(components, key=_by_name_first):
        # What has pieces is found by those of the whole text.
        if component.text in seen or (
            opaque and component.text in text and has_pieces(component.text)
        ):
            continue
        seen.add(component.text)
        budget -= max(len(component.text), LEAST_COST)
        yield component, encodings if budget >= 0 else _as_it_is


def _as_written(
    text: str, component: Component, owner: SecretValue, fragments: bool, encode_all: EncodeAll
) -> Iterator[Pattern]:
    """Yield what hides a component as the value has it: percent-encoded, escaped, in base64.

    It has no pieces where little of what it stands for is in 12 characters of it.
    """
    written = text[component.start : component.end]
    if written == component.text or written == text or len(written) < SHORTEST_FULL:
        return
    if not (owner.disclosed or is_opaque(component.text)):
        return
    if len(written) > LONG and written in _in_json(component.text):
        return
    fragments = fragments and len(written) <= 2 * len(component.text)
    yield from _of_text(written, owner, fragments, encode_all, spellings=False)


def _in_json(text: str) -> tuple[str, str]:
    return "".join(map(json_ascii, text)), "".join(map(json_unicode, text))


def _by_name_first(component: Component) -> tuple[bool, int]:
    return not component.named, component.start


def _of_component(
    component: Component,
    owner: SecretValue,
    fragments: bool,
    encode_all: EncodeAll,
) -> Iterator[Pattern]:
    text = component.text
    if len(text) < SHORTEST or not (owner.disclosed or is_opaque(text)):
        return
    if text.casefold() in COMMON_WORDS:
        if component.named:
            yield whole(encode(text), owner, word=True)
    elif len(text) >= SHORTEST_FULL:
        yield from _of_text(text, owner, fragments, encode_all)
    elif component.named:
        yield from _word_patterns(text, owner)
        words = {encoded.data for encoded in text_encodings(text)}
        for each in encode_all(text).values():
            if each.data not in words:
                yield whole(each.data, owner, in_base64=each.in_base64)


def _edges(text: str, component: Component, owner: SecretValue) -> Iterator[Pattern]:
    """Yield what hides the beginning and the end of a component with what stands beside them."""
    start, end, beside = component.start, component.end, WINDOW - SECRET_CHARACTERS
    written = text[start:end]
    if not has_pieces(written) or len(written) > 2 * len(component.text):
        return
    mask = _secret_characters(written) or b"\1" * len(written)
    # A line end after a secret is the text's own, as a space before it is.
    before = text[max(start - beside, 0) : start].rpartition("\n")[2]
    after = text[end : end + beside].partition("\n")[0]
    for beside_it, part, counts in (
        (before, before + written[:WINDOW], bytes(len(before)) + mask[:WINDOW]),
        (after, written[-WINDOW:] + after, mask[-WINDOW:] + bytes(len(after))),
    ):
        if not beside_it:
            continue
        sets = PieceSets(
            [each for each in pieces_of(part, counts) if _shows_more(part, counts, each)]
        )
        if sets.pieces:
            yield from _encoded_patterns(part, text_encodings(part), sets, owner, complete=False)


def _shows_more(text: str, counts: bytes, piece: Piece) -> bool:
    """Tell whether more than white space stands beside what is secret in a piece."""
    public = [text[index] for index in range(*piece) if not counts[index]]
    return not public or not all(map(str.isspace, public))


def _of_text(
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
    secret = _secret_characters(text)
    sets = piece_sets(text, secret) if fragments else PieceSets([])
    if not owner.disclosed:
        sets = sets._replace(pieces=without_words(text, sets.pieces))
    if len(text) > LARGE and sets.pieces:
        yield from _encoded_patterns(text, [as_it_is(text)], sets, owner)
        for end in (text[:LARGE_END], text[-LARGE_END:]):
            yield from _of_text(end, owner, fragments, encode_all, spellings=False)
        for each in encode_all(text).values():
            yield whole(each.data, owner, in_base64=each.in_base64)
        return
    yield from _encoded_patterns(text, encode_all(text).values(), sets, owner)
    # What has no small pieces has to wait for its end.
    late = not sets.mixed or not (sets.alnum or is_distinct_in_alnum(text))
    if len(text) <= LONGEST_NESTED and late:
        yield from _encoded_patterns(text, _separated(text), sets, owner)
    for other in dict.fromkeys(other_spellings(text)) if spellings and secret is None else ():
        if len(other) >= SHORTEST_FULL and other not in text:
            yield from _of_spelling(other, owner, fragments)


def _of_spelling(text: str, owner: SecretValue, fragments: bool) -> Iterator[Pattern]:
    """Yield what hides another spelling of a value, of which it is not known whether it is used."""
    sets = piece_sets(text) if fragments else PieceSets([])
    if is_number(text):
        yield from _of_number(text, owner, encodings)
    else:
        yield from _encoded_patterns(text, encodings(text).values(), sets, owner)


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


def _as_it_is(text: str) -> dict[bytes, Encoded]:
    encoded = as_it_is(text)
    return {encoded.data: encoded}


def _secret_characters(text: str) -> bytes | None:
    """Return a 1 for each character that is not in everybody's texts, or `None` if all are."""
    segments = list(everybodys(text))
    if not segments:
        return None
    mask = bytearray(b"\1" * len(text))
    for start, end in segments:
        mask[start:end] = bytes(end - start)
    return bytes(mask)


def _encoded_patterns(
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
