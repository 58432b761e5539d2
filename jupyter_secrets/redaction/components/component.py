"""A component of a value: where it lies, what it says, and whether it is secret.

A recogniser reads an excerpt of a value into fields; `recognise` judges each and makes it a
component. An excerpt knows where each of its characters is written in the value, through escapes,
percent-encoding and base64, so that components of what is nested lie in the value too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

_AROUND_WORDS = "\"'`()[]<>{},;"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A text, and where each of its characters is written in the value, and where the last ends.

    `offsets` has one number more than `text` has characters.
    """

    text: str = field(repr=False)
    offsets: Sequence[int] = field(repr=False)

    def part(self, start: int, end: int) -> Excerpt:
        """Return the characters from `start` to `end`."""
        return Excerpt(self.text[start:end], self.offsets[start : end + 1])

    def stripped(self) -> Excerpt:
        """Return the excerpt without the white space around it."""
        start = len(self.text) - len(self.text.lstrip())
        return self.part(start, start + len(self.text.strip()))

    def decoded(self, units: Iterable[tuple[str, int]]) -> Excerpt:
        """Return what is written as (text, start) units of this excerpt, in order, up to its end.

        A unit of no characters ends the one before it.
        """
        texts, offsets = [], []
        for text, start in units:
            texts.append(text)
            offsets += [self.offsets[start]] * len(text)
        return Excerpt("".join(texts), [*offsets, self.offsets[len(self.text)]])


def excerpt_of(value: str) -> Excerpt:
    """Return a whole value."""
    return Excerpt(value, range(len(value) + 1))


def words_of(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the words of a text without the quotes and brackets around them."""
    position = 0
    for word in excerpt.text.split():
        position = excerpt.text.index(word, position)
        inner = word.strip(_AROUND_WORDS) or word
        start = position + word.index(inner)
        yield excerpt.part(start, start + len(inner))
        position += len(word)


class Role(Enum):
    """How a field is judged."""

    SECRET = auto()  # its place says so
    PUBLIC = auto()
    SETTING = auto()  # by its name, else by its shape
    SEGMENT = auto()  # by its shape: of a path, a list, a name in a document


@dataclass(frozen=True, slots=True)
class Field:
    """What a recogniser takes for one part of a value.

    `names` are its option's name and those of what it lies in, the innermost last. `kind` tells
    what it is where its place tells that.
    """

    excerpt: Excerpt
    role: Role
    kind: str = ""
    names: tuple[str, ...] = ()


Recogniser = Callable[[Excerpt], "list[Field] | None"]


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a value: `value[start:end]`, and what that stands for.

    `text` is decoded where the value has it escaped, percent-encoded or in base64. `named` tells
    that its name or its place says that it is secret; it counts from 4 characters then. `why` is
    a sentence without any text of the value. `name` is that of its option, as the value has it.
    """

    start: int
    end: int
    text: str = field(repr=False)
    secret: bool
    kind: str
    why: str
    named: bool = False
    name: str = field(default="", repr=False)


def unescaped(
    excerpt: Excerpt, escape: str, decode: Callable[[str, int], tuple[str, int]]
) -> Excerpt:
    """Return an excerpt decoded: at each `escape`, `decode` gives the text there and its end."""
    if escape not in excerpt.text:
        return excerpt
    return excerpt.decoded(_units(excerpt.text, escape, decode))


def _units(
    text: str, escape: str, decode: Callable[[str, int], tuple[str, int]]
) -> Iterator[tuple[str, int]]:
    position = 0
    while position < len(text):
        if text[position] == escape:
            decoded, end = decode(text, position)
            yield decoded, position
            position = max(end, position + 1)
        else:
            yield text[position], position
            position += 1
