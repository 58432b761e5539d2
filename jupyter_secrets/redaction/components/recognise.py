"""Reads a value once into its components, and judges each: secret or public, and why.

Public needs evidence: a recogniser that is sure of its form, and a part that is public by its
name or its own shape. What no recogniser knows is one opaque component. What is nested is read as
well, four levels deep: base64 in JSON, a URL in an `.env` file, JSON in base64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.base64_text import decoded_base64, is_base64
from jupyter_secrets.redaction.components.blocks import read_blocks
from jupyter_secrets.redaction.components.cmdlets import read_cmdlets
from jupyter_secrets.redaction.components.code import public_lines
from jupyter_secrets.redaction.components.commands import read_command
from jupyter_secrets.redaction.components.component import (
    Component,
    Excerpt,
    Field,
    Recogniser,
    Role,
    excerpt_of,
    words_of,
)
from jupyter_secrets.redaction.components.daemons import (
    read_chap_secrets,
    read_dump,
    read_snmp_users,
)
from jupyter_secrets.redaction.components.defaults import read_default
from jupyter_secrets.redaction.components.directives import read_directives
from jupyter_secrets.redaction.components.documents import read_json
from jupyter_secrets.redaction.components.entries import read_entries
from jupyter_secrets.redaction.components.keys import (
    is_boundary,
    read_jwt,
    read_pem,
    read_ssh_public_key,
)
from jupyter_secrets.redaction.components.lines import (
    read_header,
    read_lines,
    read_netrc,
    read_pair,
    read_table,
    read_titled,
)
from jupyter_secrets.redaction.components.markup import read_xml
from jupyter_secrets.redaction.components.mentions import mentioned, stated, within
from jupyter_secrets.redaction.components.oracle import read_oracle
from jupyter_secrets.redaction.components.routers import read_router
from jupyter_secrets.redaction.components.settings import read_login_module, read_settings
from jupyter_secrets.redaction.components.urls import read_url, split, url_within

DEEPEST = 4
SHORTEST_NAMED = 4
SHORTEST_OPAQUE = 8

Mentions = Callable[[Excerpt], Iterable[Excerpt]]

_BY_SHAPE = "its shape says so"
_MENTIONED = "mentioned"
_MOST_LINES = 16
# Options that take `user` or `user:password`.
_USERS = frozenset(("user", "proxy-user", "proxy_user", "userinfo", "login"))


def _read_pem_in_base64(excerpt: Excerpt) -> list[Field] | None:
    """Read the base64 of a PEM file, which begins as the base64 of all of them does."""
    decoded = decoded_base64(excerpt)
    if decoded is None or not decoded.text.startswith("-----BEGIN "):
        return None
    return read_pem(decoded)


# Sure of their form wherever it stands. The order decides what is tried first.
_FORMS: tuple[Recogniser, ...] = (
    read_pem,
    _read_pem_in_base64,
    read_jwt,
    read_ssh_public_key,
    read_default,
    read_json,
    read_xml,
    read_url,
    read_header,
    read_netrc,
    read_lines,
    read_table,
    read_chap_secrets,
    read_snmp_users,
    read_dump,
    read_router,
    read_cmdlets,
    read_blocks,
    read_directives,
)
_IN_SECRETS = (*_FORMS, read_settings)
_IN_SETTINGS = (*_FORMS, read_settings, read_command, read_entries)
_ON_A_LINE = (*_FORMS, read_oracle, read_command, read_settings, read_entries, read_pair)
_ON_LINES = (*_FORMS, read_login_module, read_entries, read_titled, read_settings, read_command)


def components_of(value: str) -> list[Component]:
    """Return the components of a value, in order; a value of no known form is one.

    Of one that has several lines, each line is a component as well.
    """
    whole = excerpt_of(value).stripped()
    if shapes.is_reference(whole.text):
        return [_public(whole, "placeholder", "it only stands for a value")]
    components = _read(whole, _alone(whole), 0)
    if components:
        return (
            components
            if any(each.secret for each in components)
            else list(map(_in_doubt, components))
        )
    opaque = _secret(whole, "opaque", "nothing is known of its form")
    inner = [*_lines(whole), *_mentioned(whole, 0), *_unquoted(whole), *_in_base64(whole, 0)]
    return [opaque, *inner]


def _in_doubt(component: Component) -> Component:
    """Return a word as secret, where nothing else of a value is and no name says what it is."""
    if component.why != _BY_SHAPE or component.kind not in ("word", "text"):
        return component
    if len(component.text) < SHORTEST_OPAQUE:
        return component
    return replace(component, secret=True, named=True, why="nothing else of the value is secret")


def _unquoted(excerpt: Excerpt) -> list[Component]:
    """Return what stands in quotes, where these are around the whole."""
    text = excerpt.text
    if len(text) < SHORTEST_NAMED + 2 or text[0] != text[-1] or text[0] not in "\"'`":
        return []
    inner = excerpt.part(1, len(text) - 1)
    return [_secret(inner, "opaque", "nothing is known of its form", named=True)]


def _mentioned(excerpt: Excerpt, depth: int, read: Mentions = mentioned) -> list[Component]:
    """Return what a text of no known form says is secret, and what is so of its URLs."""
    components: dict[tuple[int, str], Component] = {}
    if depth >= DEEPEST or len(excerpt.text) < SHORTEST_NAMED:
        return []
    for part in read(excerpt):
        if len(part.text) < SHORTEST_NAMED or shapes.is_placeholder(part.text):
            continue
        for each in _with_content(part, _MENTIONED, "the text before it says so", depth + 1):
            if each.secret:
                components.setdefault((each.start, each.text), each)
    for word in words_of(excerpt):
        url = url_within(word) if "://" in word.text else None
        if url:
            for each in _read(url, (read_url,), depth + 1) or ():
                if each.secret:
                    components.setdefault((each.start, each.text), each)
    return list(components.values())


def _alone(excerpt: Excerpt) -> Sequence[Recogniser]:
    return _ON_LINES if "\n" in excerpt.text else _ON_A_LINE


def _lines(excerpt: Excerpt) -> list[Component]:
    """Return the lines of an opaque text that has several."""
    if "\n" not in excerpt.text:
        return []
    public = set(public_lines(excerpt.text))
    spans = [span for span in split(excerpt.text, "\n") if span not in public]
    lines = [excerpt.part(*span).stripped() for span in spans]
    return [
        _secret(line, "line", "nothing is known of its form")
        for line in lines
        if not (_refers(line) or _is_name(line) or is_boundary(line.text))
        and len(line.text) >= SHORTEST_OPAQUE
        and (not shapes.kind_of(line.text) or _has_digit(line.text))
    ]


def _is_name(line: Excerpt) -> bool:
    """Tell whether a line only has the name of an option: ``? password``."""
    text = line.text.strip("?:=- \t")
    return not any(map(str.isspace, text)) and names.is_option(text)


def _refers(line: Excerpt) -> bool:
    """Tell whether a line only says where a value is: ``password = os.environ["PASSWORD"]``."""
    parts = (line.text.partition(separator)[2].strip(" \t,;") for separator in "=:")
    return any(map(shapes.is_reference, parts))


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _read(
    excerpt: Excerpt,
    recognisers: Sequence[Recogniser],
    depth: int,
    within: tuple[str, ...] = (),
) -> list[Component] | None:
    """Return the components of what a recogniser is sure of, or `None`.

    `within` are the names of what the excerpt is the value of.
    """
    excerpt = excerpt.stripped()
    if depth >= DEEPEST or len(excerpt.text) < SHORTEST_NAMED:
        return None
    for recognise in recognisers:
        fields = recognise(excerpt)
        if fields:
            return [each for field in fields for each in _judged(field, depth + 1, within)]
    return None


def _judged(field: Field, depth: int, within: tuple[str, ...]) -> list[Component]:
    excerpt = field.excerpt
    if not excerpt.text.strip():
        return []
    if field.role is Role.PUBLIC:
        return [_public(excerpt, field.kind, "its place says so")]
    if field.role is Role.SECRET and shapes.is_reference(excerpt.text.strip()):
        return [_public(excerpt, "placeholder", "it only stands for a value")]
    if field.role is Role.SECRET:
        return _with_content(excerpt, field.kind, "its place says so", depth)
    if field.role is Role.SEGMENT:
        return _segment(field, depth)
    return _setting(field, depth, (*within[-2:], *field.names))


def _setting(field: Field, depth: int, known_names: tuple[str, ...]) -> list[Component]:
    """Judge the value of an option: by its name, then by what it is."""
    excerpt, text = field.excerpt, field.excerpt.text
    judged = names.verdict(known_names)
    name = _own_name(known_names)
    if judged is names.Verdict.SECRET:
        if shapes.is_placeholder(text):
            return [_public(excerpt, "placeholder", "it only stands for a value", name)]
        if shapes.is_signing_scope(text):
            return [_public(excerpt, "scope of a signature", _BY_SHAPE, name)]
        if names.is_seed(known_names) and shapes.kind_of(text) == "number":
            return [_public(excerpt, "number", _BY_SHAPE, name)]
        weak = names.is_weak(known_names) or names.verdict(known_names[-1:]) is not judged
        if shapes.is_nothing(text) or (shapes.is_flag(text) and weak):
            return [_public(excerpt, "flag", "it says how, not what", name)]
        return _with_content(excerpt, field.kind or "named", "its name says so", depth, known_names)
    with_password = bool(known_names) and known_names[-1].lower() in _USERS
    recognisers = (read_pair, *_IN_SETTINGS) if with_password else _IN_SETTINGS
    nested = _read(excerpt, recognisers, depth, known_names)
    if nested:
        return nested
    if any(map(str.isspace, text)) and _mentioned(excerpt, depth, stated):
        return _of_words(excerpt, depth, stated)
    kind = shapes.kind_of(text)
    if judged is names.Verdict.PUBLIC and (kind or shapes.is_identifier(text)):
        return [_public(excerpt, field.kind or kind or "option", "its name says so", name)]
    if names.is_public_key(known_names) and is_base64(text):
        return [_public(excerpt, "public key", "its name says so", name)]
    if judged is names.Verdict.PUBLIC and shapes.is_loosely_host(text):
        return [_public(excerpt, "host", "its name and its shape say so", name)]
    if kind:
        return [_public(excerpt, kind, _BY_SHAPE, name)]
    if judged is names.Verdict.PUBLIC and " " in text:
        return _of_words(excerpt, depth, stated)
    return [
        *_by_length(excerpt, name),
        *_in_base64(excerpt, depth),
        *_mentioned(excerpt, depth),
        *_held(excerpt, depth),
    ]


def _of_words(excerpt: Excerpt, depth: int, read: Mentions) -> list[Component]:
    """Judge each word of a text by its shape, and by the words before it."""
    secrets = _mentioned(excerpt, depth, read)
    taken = {(each.start, each.end) for each in secrets}
    words = [each for word in _words(excerpt) for each in _segment(word, depth)]
    return [each for each in words if (each.start, each.end) not in taken] + secrets


def _held(excerpt: Excerpt, depth: int) -> list[Component]:
    """Return what a secret holds that is secret by itself."""
    components = []
    for part in within(excerpt):
        components.append(_secret(part, "part", "it is a part of a secret", named=True))
        components += _in_base64(part, depth + 1, named=True)
    return components


def _segment(field: Field, depth: int) -> list[Component]:
    """Judge a part by its shape alone."""
    excerpt, text = field.excerpt, field.excerpt.text
    if field.kind == "option name" and shapes.is_identifier(text):
        return [_public(excerpt, "option name", "it is the name of an option")]
    if field.kind == "comment" and (entries := _read(excerpt, (read_entries,), depth)):
        return entries
    if any(map(str.isspace, text.strip())):
        return _of_words(excerpt, depth, mentioned if field.kind == "line" else stated)
    nested = _read(excerpt, (read_url,), depth)
    if nested:
        return nested
    kind = shapes.kind_of(text.rstrip(":"))
    if kind:
        return [_public(excerpt, kind, _BY_SHAPE)]
    if not any(map(str.isalnum, text)) or shapes.is_address(text) or names.is_option(text):
        return [_public(excerpt, "text", _BY_SHAPE)]
    return _by_length(excerpt, "")


def _words(excerpt: Excerpt) -> list[Field]:
    return [Field(word, Role.SEGMENT, "word") for word in words_of(excerpt)]


def _with_content(
    excerpt: Excerpt, kind: str, why: str, depth: int, known_names: tuple[str, ...] = ()
) -> list[Component]:
    """Return a secret component, or what it is made of where that is known."""
    nested = _read(excerpt, _IN_SECRETS, depth, known_names)
    if nested and any(each.secret for each in nested):
        return nested
    name = _own_name(known_names)
    secret = _secret(excerpt.stripped(), kind, why, named=True, name=name)
    lines = _named_lines(excerpt, kind) if "\n" in excerpt.text and known_names else []
    lines_of_it = _few_lines(excerpt) if known_names or kind == _MENTIONED else []
    parts = [part for line in lines_of_it for part in _held(line, depth)]
    return [secret, *lines, *_in_base64(excerpt, depth, named=True), *parts]


def _named_lines(excerpt: Excerpt, kind: str) -> list[Component]:
    """Return the lines of a secret that has a few."""
    return [
        _secret(part, kind, "it is a line of a secret", named=True)
        for part in _few_lines(excerpt)
        if len(part.text) >= SHORTEST_NAMED
    ]


def _few_lines(excerpt: Excerpt) -> list[Excerpt]:
    """Return the lines of a text that has a few, or none."""
    parts = [excerpt.part(*span).stripped() for span in split(excerpt.text, "\n")]
    return parts if len(parts) <= _MOST_LINES else []


def _by_length(excerpt: Excerpt, name: str) -> list[Component]:
    if len(excerpt.text) < SHORTEST_OPAQUE:
        return [_public(excerpt, "text", f"it has fewer than {SHORTEST_OPAQUE} characters", name)]
    return [_secret(excerpt, "opaque", "nothing says that it is public", name=name)]


def _in_base64(excerpt: Excerpt, depth: int, *, named: bool = False) -> list[Component]:
    """Return the secret components of what a text is the base64 of."""
    decoded = decoded_base64(excerpt)
    if decoded is None or depth >= DEEPEST:
        return []
    nested = _read(decoded, _alone(decoded), depth + 1)
    if nested:
        return [each for each in nested if each.secret]
    if len(decoded.text.strip()) >= (SHORTEST_NAMED if named else SHORTEST_OPAQUE):
        decoded = decoded.stripped()
        secret = _secret(decoded, "base64", "it is the base64 of a secret", named=True)
        return [secret, *_held(decoded, DEEPEST)]
    return []


def _own_name(known_names: Sequence[str]) -> str:
    return known_names[-1] if known_names else ""


def _public(excerpt: Excerpt, kind: str, why: str, name: str = "") -> Component:
    return _component(excerpt, secret=False, kind=kind, why=why, name=name)


def _secret(
    excerpt: Excerpt, kind: str, why: str, *, named: bool = False, name: str = ""
) -> Component:
    return _component(excerpt, secret=True, kind=kind, why=why, named=named, name=name)


def _component(
    excerpt: Excerpt, *, secret: bool, kind: str, why: str, named: bool = False, name: str = ""
) -> Component:
    offsets = excerpt.offsets
    return Component(offsets[0], offsets[-1], excerpt.text, secret, kind, why, named, name)
