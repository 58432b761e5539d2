"""All patterns of a secret, as its strength allows."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_secrets.redaction.components.component import Component
from jupyter_secrets.redaction.components.verdicts import judged_components
from jupyter_secrets.redaction.patterns.encodings import (
    LONGEST_NESTED,
    AlnumMode,
    Encoded,
    as_it_is,
    encodings,
    encodings_of_bytes,
    text_encodings,
)
from jupyter_secrets.redaction.patterns.offsets import (
    GRAM,
    Piece,
)
from jupyter_secrets.redaction.patterns.opaque_text import (
    LARGE,
    EncodeAll,
    encoded_patterns,
    patterns_of_text,
    secret_characters,
)
from jupyter_secrets.redaction.patterns.pattern import Pattern, whole
from jupyter_secrets.redaction.patterns.pieces import (
    SECRET_CHARACTERS,
    WINDOW,
    PieceSets,
    piece_sets,
    pieces_of,
)
from jupyter_secrets.redaction.patterns.policy import (
    COMMON_WORDS,
    SHORTEST,
    SHORTEST_FULL,
    Strength,
    has_pieces,
    is_distinct_in_alnum,
    is_opaque,
    strength,
)
from jupyter_secrets.redaction.patterns.writers import json_ascii, json_unicode
from jupyter_secrets.redaction.values import SecretValue, encode

# The rare encodings of a longer one are looked for as a whole.
LONG = LONGEST_NESTED
# To make the patterns of a short text takes as long as of so many characters.
LEAST_COST = 64


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
        patterns += patterns_of_text(text, secret, fragments, encodings)
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
    yield from encoded_patterns(units, encoded.values(), sets, secret)


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
        if component.text in seen or (opaque and _is_found_within(text, component)):
            continue
        seen.add(component.text)
        budget -= max(len(component.text), LEAST_COST)
        yield component, encodings if budget >= 0 else _as_it_is


def _is_found_within(text: str, component: Component) -> bool:
    """Tell whether the pieces of a whole text are enough to find a component of it.

    Of one that is not well mixed there are none that count through separators.
    """
    if component.text not in text or not has_pieces(component.text):
        return False
    return not component.named or bool(piece_sets(component.text).alnum)


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
    yield from patterns_of_text(written, owner, fragments, encode_all, spellings=False)


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
        yield from patterns_of_text(text, owner, fragments, encode_all)
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
    mask = secret_characters(written) or b"\1" * len(written)
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
            yield from encoded_patterns(part, text_encodings(part), sets, owner, complete=False)


def _shows_more(text: str, counts: bytes, piece: Piece) -> bool:
    """Tell whether more than white space stands beside what is secret in a piece."""
    public = [text[index] for index in range(*piece) if not counts[index]]
    return not public or not all(map(str.isspace, public))


def _as_it_is(text: str) -> dict[bytes, Encoded]:
    encoded = as_it_is(text)
    return {encoded.data: encoded}
