"""Secrets that a text of no known form announces: mails, notes, source code, seed phrases.

Each is an excerpt that is secret besides the text as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import Excerpt, unescaped, words_of
from jupyter_secrets.redaction.components.documents import escape
from jupyter_secrets.redaction.components.logins import of_logins
from jupyter_secrets.redaction.components.prose import is_common, is_state
from jupyter_secrets.redaction.components.urls import split

SHORTEST = 4
_LONGEST = 4096
_MOST_LINES = 64
_NAME = re.compile(
    r"(?<![\w.-])-{0,2}([^\W\d][\w.-]{0,63})[\"'`\])]{0,3}"
    r"(?:[ \t]?:[ \t]?[A-Za-z][\w.]{0,32}(?=[ \t]?=))?"  # an annotated type
    r"[ \t]{0,8}(?::=|=>|<-|->|==?|::?|\uff1a|,(?=[ \t]?[\"'`]))[ \t]{0,8}"
    r"(?:(?i:basic|bearer|digest|token)[ \t]{1,4})?(?:[A-Za-z$@]{0,2}([\"'`]))?"
)
_BARE = re.compile(r"[^\s,;)\]}\"'`]{1,4096}")
_ENDS = ".!?:,;"
_BETWEEN = frozenset(("=", ":", "->", "=>", "the", "for", "by", "as", "to"))
_ANNOUNCING = frozenset(("identified", "community"))
# Before the passphrases of a user of SNMP.
_ALGORITHMS = frozenset(
    ("md5", "sha", "sha256", "sha512", "des", "3des", "aes", "aes128", "aes256")
)
# Of Redis' sentinels: the name of a server stands before the password.
_WITH_NAME = frozenset(("auth-pass", "auth-user"))
_FEW = 4
_IS = frozenset(("is", "ist", "lautet", "est", "es", "was"))
_SCHEMES = frozenset(("basic", "bearer", "digest", "token", "apikey"))
_AFTER = frozenset((
    "with", "from", "into", "that", "this", "will", "must", "when", "auth", "stored", "required",
    "set", "kept", "used", "here", "there", "send", "below", "above", "only", "also",
    "read-only", "read-write", "readonly", "readwrite",
))  # fmt: skip
_NUMBERED = re.compile(r"[0-9]{1,3}[.):]?[ \t]{1,4}(\S{1,64})")
_SHORT_NAME = re.compile(r"[A-Za-z$][\w.@\\-]{0,63}")
_ARROW = re.compile(r"(?:^|(?<=[ \t]))>(\S{4,256})")
_WIFI = re.compile(r"WIFI:(?:[^;]{0,256};){0,8}?P:([^;]{4,256});")
_INLINE = re.compile(r"<auth-user-pass>\s{1,8}\S{1,256}[ \t]{0,8}\n[ \t]{0,8}(\S{4,256})\s{1,8}</")
_IN_QUOTES = re.compile(r"[\"'`]([^\"'`\s]{4,256})[\"'`]")
_CONTROL = re.compile(r"\\[rnt]$")
_PUBLIC = ("host", "address", "date", "flag", "placeholder", "version", "duration", "number")


def _is_public(text: str) -> bool:
    return names.is_option(text) or shapes.kind_of(text) in _PUBLIC


def stated(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield what a text plainly says is secret: what is assigned, and `the password is x`."""
    yield from _assigned(excerpt)
    yield from _told(excerpt)


def mentioned(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield what a text says is secret, also what only follows a word or a user's name."""
    yield from stated(excerpt)
    yield from _announced(excerpt)
    for pattern in (_WIFI, _INLINE, _IN_QUOTES, _ARROW):
        for match in pattern.finditer(excerpt.text):
            # URLs are read for themselves.
            if not (_is_public(match[1]) or "://" in match[1]):
                yield excerpt.part(match.start(1), match.start(1) + len(_CONTROL.sub("", match[1])))
    lines = [excerpt.part(*span).stripped() for span in split(excerpt.text, "\n")]
    lines = [line for line in lines if line.text]
    if len(lines) <= _MOST_LINES:
        yield from of_logins(lines)
        yield from _numbered(excerpt, lines)
        yield from _items(lines)


def within(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield what a secret may hold that is secret by itself.

    These are the password of `user:password`, what is assigned, what stands in quotes, and what
    stands before a comma.
    """
    text = excerpt.text
    if len(text) > _LONGEST or "\n" in text:
        return
    for separator in ":/=%":
        head, found_separator, tail = text.partition(separator)
        if (
            found_separator
            and len(tail) >= SHORTEST
            and tail.strip("=")
            and _SHORT_NAME.fullmatch(head)
        ):
            yield excerpt.part(len(text) - len(tail), len(text)).stripped()
    last = text.rpartition(":")[2]
    if text.count(":") > 1 and len(last) >= SHORTEST and not any(map(str.isspace, text)):
        yield excerpt.part(len(text) - len(last), len(text))
    first = text.split(", ", 1)[0].split("; ", 1)[0]
    if SHORTEST <= len(first) < len(text):
        yield excerpt.part(0, len(first))
    yield from _quoted(excerpt)
    if "\\" in text:  # as properties escape
        yield unescaped(excerpt, "\\", escape)
    if text[:1] in ("'", '"', "$"):  # a shell joins what stands in several quotes
        yield excerpt.decoded((c, position) for position, c in enumerate(text) if c not in "'\"")
    yield from _assigned(excerpt)


def _quoted(excerpt: Excerpt) -> Iterator[Excerpt]:
    text = excerpt.text
    for quote in "\"'`":
        position = 0
        while (start := text.find(quote, position) + 1) and (end := text.find(quote, start)) > 0:
            if end - start >= SHORTEST:
                yield excerpt.part(start, end)
            position = end + 1


def _assigned(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the values of assignments to names that are secret, in any language."""
    text = excerpt.text
    for match in _NAME.finditer(text):
        if names.verdict([match[1]]) is not names.Verdict.SECRET:
            continue
        value = _value(excerpt, match.end(), match[2])
        if value is not None and not _is_nothing(value.text):
            yield from [value] if match[2] else _with_and_without_its_stop(value)


def _value(excerpt: Excerpt, start: int, quote: str) -> Excerpt | None:
    if quote:
        end = excerpt.text.find(quote, start, start + _LONGEST)
        if "\n" in excerpt.text[start:end]:
            return None
        return excerpt.part(start, end) if end >= start else None
    bare = _BARE.match(excerpt.text, start)
    # What is called or looked up is no value.
    if bare is None or any(bracket in bare[0] for bracket in "(["):
        return None
    return excerpt.part(*bare.span())


def _is_nothing(text: str) -> bool:
    return len(text) < SHORTEST or shapes.is_placeholder(text) or shapes.is_flag(text)


def _told(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the word after `is` in a sentence that speaks of a secret before it."""
    spoken_of = told = False
    for word in words_of(excerpt):
        if told and _may_be_secret(word.text):
            yield from _with_and_without_its_stop(word)
        told = spoken_of and word.text.casefold() in _IS
        spoken_of = (spoken_of or _announces(word.text)) and word.text[-1] not in ".!?"


def _announced(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the words after one that announces a secret: `password x`, `IDENTIFIED BY x`."""
    announced = named = between = False
    words = list(words_of(excerpt))
    announcing = _ANNOUNCING | _ALGORITHMS if _is_of_snmp(words) else _ANNOUNCING
    for word in words:
        text = word.text.casefold()
        if named:
            named = False
            continue
        named = text in _WITH_NAME
        if text in _BETWEEN or (announced and _is_how(text)):
            between = text in ("for", "the")  # the password for the database
            continue
        if announced and _may_be_secret(text) and not (between and is_common(text)):
            yield from _with_and_without_its_stop(word)
        goes_on = announced and between and word.text.endswith(":")
        announced, between = text in announcing or _announces(word.text) or goes_on, False
    if 2 < len(words) <= _FEW and any(_announces(word.text) for word in words[:-1]):
        yield words[-1]


def _is_how(word: str) -> bool:
    """Tell whether a word before a secret says of which kind it is: `password 7 …` of routers."""
    is_option = word.startswith("--") and not word.startswith("-----")
    return is_option or word in _SCHEMES or (word.isdigit() and len(word) < SHORTEST)


def _is_of_snmp(words: list[Excerpt]) -> bool:
    return any(word.text.startswith("snmp") for word in words[:2])


def _may_be_secret(word: str) -> bool:
    # The name of what follows, an element of several words, or the border of a key.
    is_name = word[-1] in ":{" or "-----" in word or ("-" in word and names.is_option(word))
    says_nothing = word.casefold() in _AFTER or is_state(word)
    return len(word) >= SHORTEST and not is_name and not says_nothing


def _with_and_without_its_stop(word: Excerpt) -> Iterator[Excerpt]:
    yield word
    if word.text[-1] in _ENDS:
        yield word.part(0, len(word.text.rstrip(_ENDS)))


def _announces(word: str) -> bool:
    name = word.rstrip(":=\uff1a")
    is_name = not any(character in name for character in "=:()\"'")
    return is_name and names.verdict([name]) is names.Verdict.SECRET


def _items(lines: list[Excerpt]) -> Iterator[Excerpt]:
    """Yield the words of a numbered list that are no words of a language: codes."""
    matches = [_NUMBERED.fullmatch(line.text) for line in lines]
    if len(lines) < 2 or None in matches:
        return
    for line, match in zip(lines, matches, strict=True):
        if match is not None and (
            shapes.kind_of(match[1]) is None or any(map(str.isdigit, match[1]))
        ):
            yield line.part(*match.span(1))


def _numbered(excerpt: Excerpt, lines: list[Excerpt]) -> Iterator[Excerpt]:
    """Yield the words of a numbered list as one text: a seed phrase."""
    if len(lines) < 6 or not all(_NUMBERED.fullmatch(line.text) for line in lines):
        return
    units: list[tuple[str, int]] = []
    position = 0
    for line in lines:
        word = line.text.split()[-1]
        position = excerpt.text.index(line.text, position) + len(line.text)
        start = position - len(word)
        units += [(" ", start)] if units else []
        units += [(letter, start + number) for number, letter in enumerate(word)]
    yield excerpt.part(0, position).decoded(units)
