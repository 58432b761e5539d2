"""Lists of settings, `name=value` after `name=value`: ODBC, ADO.NET, libpq, Azure storage, JAAS.

A value may stand in quotes or braces, with the separator in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, unescaped
from jupyter_secrets.redaction.components.urls import hosts, percent_decoded

_NAME = re.compile(r"[A-Za-z_$@?][\w .:$@/-]{0,80}")
_MODULE = re.compile(
    r"(?:[A-Za-z]\w{0,63}\s{0,8}\{\s{0,64})?"
    r"[A-Za-z_][\w.$]{0,128}[ \t]{1,8}(?:required|requisite|sufficient|optional)(?=\s)"
)
_CALL = re.compile(r"((?:new[ ])?[A-Za-z_][\w.]{0,127})\((.*)\)", re.DOTALL)
_SCHEME = re.compile(r"(?i:digest|oauth|hawk|mac|signature|aws4-[a-z0-9-]{4,32})[ ]{1,4}(?=\w+=)")
_COOKIES = re.compile(r"(?i:(?:set-)?cookie)[ ]?:[ ]{0,4}")
_WIDEST = 8
_CLOSING = {'"': '"', "'": "'", "{": "}"}


class Pair(NamedTuple):
    """A setting: its name and its value, without quotes; no name for what is no setting."""

    name: Excerpt | None
    value: Excerpt


def read_settings(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a list of settings, or `None` for what is none."""
    if excerpt.text.startswith("?"):
        excerpt = excerpt.part(1, len(excerpt.text))
    if excerpt.text.startswith("{") and excerpt.text.endswith("}"):
        excerpt = excerpt.part(1, len(excerpt.text) - 1).stripped()
    scheme = _SCHEME.match(excerpt.text)  # of a header
    if scheme:
        excerpt = excerpt.part(scheme.end(), len(excerpt.text))
    cookies = _COOKIES.match(excerpt.text)
    if cookies:
        excerpt = excerpt.part(cookies.end(), len(excerpt.text))
    text = excerpt.text
    if "=" not in text:
        return None
    module = read_login_module(excerpt)
    if module is not None:
        return module
    call = _CALL.fullmatch(text)
    if call is not None:
        arguments = list(pairs(excerpt.part(*call.span(2)), ","))
        name = Field(excerpt.part(*call.span(1)), Role.PUBLIC, "function")
        return [name, *_fields(arguments)] if _is_list(arguments, ",") else None
    for separator in (",",) if scheme else (";",) if cookies else (";", "&", " ", ","):
        if separator in text and not (separator == "," and "\n" in text):
            fields = list(pairs(excerpt, separator))
            if _is_list(fields, separator) or (cookies and fields[0].name is not None):
                is_oauth = scheme and scheme[0].lower().startswith("oauth")
                is_encoded = separator == "&" or cookies or is_oauth
                decode = percent_decoded if is_encoded else _itself
                return list(_fields(fields, decode))
    return None


def read_login_module(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a login module of JAAS and its options, or `None`."""
    module = _MODULE.match(excerpt.text)
    if module is None:
        return None
    end = len(excerpt.text.rstrip("}; \t\r\n"))
    fields = [Field(excerpt.part(0, module.end()), Role.PUBLIC, "login module")]
    options = _fields(pairs(excerpt.part(module.end(), end), " "))
    return fields + list(map(_of_user, options))


def _of_user(option: Field) -> Field:
    """Return the option `user_bob` of a server's login module as what it is: bob's password."""
    if option.names and option.names[-1].startswith("user_"):
        return replace(option, names=("password",))
    return option


def _itself(excerpt: Excerpt) -> Excerpt:
    return excerpt


def _is_list(read_pairs: list[Pair], separator: str) -> bool:
    """Tell whether these are surely settings: two and more, with a name that is known."""
    named = [pair for pair in read_pairs if pair.name is not None]
    # Of a list with commas, the first part is often a host.
    unnamed = len(read_pairs) - len(named)
    if any(set(pair.value.text) & set("\"'") for pair in read_pairs if pair.name is None):
        return False
    if separator == ";":
        return (
            len(named) > 0 and len(read_pairs) > 1 and unnamed <= 1 and any(map(_is_known, named))
        )
    if separator == ",":
        return bool(named) and unnamed <= max(1, len(named)) and any(map(_is_known, named))
    if unnamed == 1 and separator == " " and read_pairs[0].name is None:  # a host of Ansible
        return sum(map(_is_known, named)) > 1
    return unnamed == 0 and len(named) > 1 and any(map(_is_known, named))


def _is_known(pair: Pair) -> bool:
    return pair.name is not None and names.is_known(pair.name.text)


def _fields(
    read_pairs: Iterator[Pair] | list[Pair], decode: Callable[[Excerpt], Excerpt] = _itself
) -> Iterator[Field]:
    for pair in read_pairs:
        if pair.name is None:
            if ":" in pair.value.text or "." in pair.value.text:
                yield from hosts(pair.value)
            else:
                yield Field(pair.value, Role.SEGMENT, "part")
            continue
        name = decode(pair.name)
        yield Field(name, Role.SEGMENT, "option name")
        yield Field(decode(pair.value), Role.SETTING, names=(name.text,))


def pairs(excerpt: Excerpt, separator: str) -> Iterator[Pair]:
    """Yield what stands between separators; a space stands for any white space."""
    text, position = excerpt.text, 0
    while position < len(text):
        if text[position].isspace() or text[position] == separator:
            position += 1
            continue
        equals = text.find("=", position)
        end = _end(text, separator, position)
        if separator == " " and 0 < equals - end <= _WIDEST and text[end:equals].isspace():
            end = max(end, equals + 1)
        if equals < 0 or equals >= end or not _NAME.fullmatch(text, position, equals):
            yield Pair(None, excerpt.part(position, end).stripped())
            position = end
            continue
        name = excerpt.part(position, equals).stripped()
        value, position = _value(excerpt, separator, equals + 1)
        yield Pair(name, value)


def _end(text: str, separator: str, position: int) -> int:
    if separator != " ":
        end = text.find(separator, position)
        return end if end >= 0 else len(text)
    while position < len(text) and not text[position].isspace():
        position += 1
    return position


def _value(excerpt: Excerpt, separator: str, position: int) -> tuple[Excerpt, int]:
    """Return a value without its quotes, and where it ends with them."""
    text = excerpt.text
    while text[position : position + 1] in (" ", "\t"):
        position += 1
    closing = _CLOSING.get(text[position : position + 1])
    if closing is not None and (end := _closed(text, closing, position + 1)) is not None:
        after = end + 1
        if (
            after == len(text)
            or text[after] == separator
            or text[after].isspace()
            or text[after] in ";,"
        ):
            return _unquoted(excerpt.part(position + 1, end), closing), after
    end = _end(text, separator, position)
    return excerpt.part(position, end).stripped(), end


def _closed(text: str, closing: str, position: int) -> int | None:
    """Return where a quoted value ends: at a closing quote that is neither doubled nor escaped."""
    while True:
        end = text.find(closing, position)
        if end < 0:
            return None
        if text[end + 1 : end + 2] == closing:
            position = end + 2
        elif closing != "}" and text[end - 1] == "\\" and text[end - 2 : end - 1] != "\\":
            position = end + 1
        else:
            return end


def _unquoted(excerpt: Excerpt, closing: str) -> Excerpt:
    if closing * 2 in excerpt.text:
        return unescaped(excerpt, closing, lambda text, position: (closing, position + 2))
    if closing == "}":
        return excerpt
    return unescaped(
        excerpt, "\\", lambda text, position: (text[position + 1 : position + 2], position + 2)
    )
