"""URLs and what is written like them: the password is secret, the host is not.

A path and a query are read segment by segment. A JDBC URL has its settings after semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, unescaped

_SCHEME = re.compile(r"(?:jdbc:)?[A-Za-z][A-Za-z0-9+.:-]{0,40}://")
_NEXT = re.compile(
    r"[,;|](?=[A-Za-z][A-Za-z0-9+.-]{1,40}://[^\s/?#@:]{0,128}:[^\s/?#@]{1,256}@)"  # in a list
)
_INNER = re.compile(r"https?://")
_SHORT_JDBC = re.compile(r"jdbc:[a-z0-9]{1,16}:[\w.:-]{1,128}\?")
_SETTING = re.compile(r"[A-Za-z_]\w{0,63}=[^=]")
_CONTINUING = ("8", "9", "a", "b", "A", "B")  # first digits of the next bytes of a character
_HOST = re.compile(
    r"(?:tcp|unix)\([^()]{1,128}\)|(?:tcp:)?(?:[\w.*-]+|\[[0-9a-fA-F:.%]+\])(?:[:,][0-9]{1,5})?"
)
_BRACKETS_TO_COMMAS = str.maketrans("()", ",,")
_LEAST_CHANGES = 3
_HEX = frozenset("0123456789abcdefABCDEF")


def read_url(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a URL, or of a list of URLs with passwords, or `None` for neither."""
    text = excerpt.text
    scheme = _SCHEME.match(text)
    if any(map(str.isspace, text)):
        return None
    if scheme is None:
        return _short_jdbc(excerpt)
    fields: list[Field] = []
    start = 0
    for following in _NEXT.finditer(text, scheme.end()):
        fields += _one_url(excerpt.part(start, following.start()))
        start = following.end()
    return fields + _one_url(excerpt.part(start, len(text)))


def url_within(excerpt: Excerpt) -> Excerpt | None:
    """Return a word from the URL in it on, or `None` where there is none."""
    scheme = _SCHEME.search(excerpt.text)
    return excerpt.part(scheme.start(), len(excerpt.text)) if scheme else None


def _one_url(excerpt: Excerpt) -> list[Field]:
    text = excerpt.text
    scheme = _SCHEME.match(text)
    if scheme is None:
        return []
    fields = [Field(excerpt.part(0, scheme.end()), Role.PUBLIC, "scheme")]
    inner = _INNER.match(text, scheme.end())  # of BigQuery's JDBC
    if inner:
        fields.append(Field(excerpt.part(*inner.span()), Role.PUBLIC, "scheme"))
        scheme = inner
    end = _first(text, "/?#;", scheme.end())
    # A password may have any of these in it where nobody encoded it.
    position = text.rfind("@", scheme.end(), end)
    if position < 0:
        later = text.rfind("@")
        if later >= 0 and _has_password_before(text, scheme.end(), later):
            position, end = later, _first(text, "/?#;", later)
    if position >= 0:
        fields += _userinfo(excerpt.part(scheme.end(), position))
    start = max(position + 1, scheme.end())
    fields += hosts(excerpt.part(start, end))
    return fields + list(_rest(excerpt, end))


def _short_jdbc(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a JDBC URL without slashes but with a query, or `None`."""
    scheme = _SHORT_JDBC.match(excerpt.text)
    if scheme is None:
        return None
    query = scheme.end() - 1
    fields = [Field(excerpt.part(0, query), Role.PUBLIC, "scheme")]
    return fields + list(_rest(excerpt, query))


def _has_password_before(text: str, start: int, position: int) -> bool:
    """Tell whether a user and a password stand before an at sign with a host after it."""
    colon = text.find(":", start, position)
    if colon < 0:
        return False
    slash = _first(text, "/?#", start)
    # host:port/path@x is no password
    return colon < slash and not text[colon + 1 : slash].isdigit()


def _first(text: str, characters: str, start: int) -> int:
    offsets = [index for c in characters if (index := text.find(c, start)) >= 0]
    return min(offsets, default=len(text))


def _userinfo(excerpt: Excerpt) -> Iterator[Field]:
    colon = excerpt.text.find(":")
    if colon < 0:
        yield Field(percent_decoded(excerpt), Role.SECRET, "user of a URL without a password")
        return
    user, password = excerpt.part(0, colon), excerpt.part(colon + 1, len(excerpt.text))
    placeholder = password.text in ("", "x-oauth-basic", "x", "X")
    role = Role.SECRET if placeholder else Role.PUBLIC
    yield Field(percent_decoded(user), role, "user")
    if not placeholder:
        yield Field(percent_decoded(password), Role.SECRET, "password of a URL")


def hosts(excerpt: Excerpt) -> Iterator[Field]:
    """Yield hosts and their ports; several are joined by commas."""
    if "=" in excerpt.text:  # (host=h1,port=3306) of MySQL
        flat = excerpt.text.translate(_BRACKETS_TO_COMMAS)
        yield from query_fields(Excerpt(flat, excerpt.offsets), ",")
        return
    for start, end in split(excerpt.text, ","):
        if start < end:
            host = percent_decoded(excerpt.part(start, end))
            if host.text.startswith("/"):  # the folder of a socket
                yield Field(host, Role.SETTING, "host", ("host",))
                continue
            role = Role.PUBLIC if _HOST.fullmatch(host.text) else Role.SEGMENT
            yield Field(host, role, "host")


def _rest(excerpt: Excerpt, start: int) -> Iterator[Field]:
    text = excerpt.text
    fragment = _or_end(text, "#", start)
    query = min(_or_end(text, "?", start), fragment)
    settings = min(_or_end(text, ";", start), query)
    is_hook = "hook" in text[:start].lower()
    for low, high in split(text[start:settings], "/"):
        segment = excerpt.part(start + low, start + high)
        if _SETTING.match(segment.text):
            yield from query_fields(segment, ",")
        elif low < high:
            secret = is_hook and _is_mixed(segment.text)
            role = Role.SECRET if secret else Role.SEGMENT
            yield Field(percent_decoded(segment), role, "path segment")
        is_hook = is_hook or "hook" in segment.text.lower()
    yield from query_fields(excerpt.part(settings + 1, query), ";")
    yield from query_fields(excerpt.part(query + 1, fragment), "&")
    yield from query_fields(excerpt.part(fragment + 1, len(text)), "&")


def _is_mixed(segment: str) -> bool:
    """Tell whether a short segment has letters and digits in turn, as chance makes them."""
    changes = sum(a.isdigit() != b.isdigit() for a, b in pairwise(segment))
    return segment.isalnum() and changes >= _LEAST_CHANGES


def _or_end(text: str, character: str, start: int) -> int:
    index = text.find(character, start)
    return index if index >= 0 else len(text)


def query_fields(excerpt: Excerpt, separator: str) -> Iterator[Field]:
    """Yield the names and values of a query."""
    for start, end in _query_parts(excerpt.text, separator):
        equals = excerpt.text.find("=", start, end)
        if equals < 0:
            if start < end:
                yield Field(percent_decoded(excerpt.part(start, end)), Role.SEGMENT, "part")
            continue
        name = percent_decoded(excerpt.part(start, equals))
        yield Field(name, Role.SEGMENT, "option name")
        value = excerpt.part(equals + 1, end)
        if separator == ";" and value.text.startswith("{") and value.text.endswith("}"):
            value = unescaped(value.part(1, len(value.text) - 1), "}", _brace)
        yield Field(_of_query(value), Role.SETTING, names=(name.text,))


def _brace(text: str, position: int) -> tuple[str, int]:
    """Return the closing brace at a place, which may be doubled, and its end."""
    return "}", position + 1 + text.startswith("}", position + 1)


def _of_query(excerpt: Excerpt) -> Excerpt:
    """Return a value of a query; a plus sign is a space in what is surely a document."""
    value = percent_decoded(excerpt)
    if value.text[:1] in ("{", "[") and value.text != excerpt.text:
        return Excerpt(value.text.replace("+", " "), value.offsets)
    return value


def _query_parts(text: str, separator: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each part; a value in braces may have semicolons in it."""
    start, is_open = 0, False
    for low, high in split(text, separator):
        part = text[low:high]
        # A brace that is doubled is one of the value, unless no other closes it.
        is_closed = "}" in (part.replace("}}", "") if "}" in text[high:] else part)
        is_open = separator == ";" and (is_open or "={" in part) and not is_closed
        if is_open and high < len(text):
            continue
        yield start, high
        start = high + 1


def split(text: str, separator: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each part between separators."""
    start = 0
    for part in text.split(separator):
        yield start, start + len(part)
        start += len(part) + len(separator)


def percent_decoded(excerpt: Excerpt) -> Excerpt:
    """Return an excerpt without percent-encoding, or itself if that is no UTF-8."""
    try:
        return unescaped(excerpt, "%", _percent)
    except UnicodeDecodeError:
        return excerpt


def _percent(text: str, position: int) -> tuple[str, int]:
    """Return the character that is percent-encoded at a place, and its end."""
    data = bytearray()
    while (
        text[position : position + 1] == "%"
        and len(pair := text[position + 1 : position + 3]) == 2
        and set(pair) <= _HEX
    ):
        data.append(int(pair, 16))
        position += 3
        if data[0] < 0x80 or text[position + 1 : position + 2] not in _CONTINUING:
            break
    return (data.decode(), position) if data else ("%", position + 1)
