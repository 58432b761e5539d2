"""What a leak is: any piece of 12 characters of a value, in any form that a reader would see."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

from tests.jupyter import Reply

VALUE = "tk-9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS3u"
# Highlighters colour the pieces of this one apart.
PASSWORD = "pa%s{wd}x9-Lm%dQ/7Zk"
PIECE = 12

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|(?:\\u001b|\\x1b)\[[0-9;?]*[A-Za-z]")
_TAGS = re.compile(r"<[^<>]*>")


def pieces(text: str) -> list[str]:
    """Return all pieces of a text that give it away."""
    return [text[start : start + PIECE] for start in range(len(text) - PIECE + 1)]


def forms(value: str) -> list[str]:
    """Return how a value may look, written here independently of the package."""
    data = value.encode()
    encoded = [
        base64.b64encode(b"x" * offset + data).decode()[offset and 4 : -4] for offset in range(3)
    ]
    quoted = [json.dumps(value)[1:-1], repr(value)[1:-1], quote(value), quote(value, safe="")]
    return [value, html.escape(value), data.hex(), *quoted, *encoded]


def leaks(text: str, *values: str) -> list[str]:
    """Return the pieces of values that a text shows, through colours and tags too."""
    views = [text, _ESCAPES.sub("", text), _TAGS.sub("", text)]
    known = [
        piece for value in values or (VALUE, PASSWORD) for f in forms(value) for piece in pieces(f)
    ]
    return [piece for piece in known if any(piece in view for view in views)]


def shown(reply: Reply) -> str:
    """Return all that came to a front end: frames as they are, and streams joined."""
    images = [buffer.decode(errors="replace") for m in reply.messages for buffer in m["buffers"]]
    streams = [reply.stream(), reply.stream("stderr")]
    joined = ["".join(stream.split()) for stream in streams]
    return "\n".join([reply.text, *streams, *joined, *images])


def strings(found: object) -> Iterator[str]:
    """Yield each string of a message's content, numbers too, and the strings of a list as one."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for key, value in found.items():
            yield key
            yield from strings(value)
    elif isinstance(found, list):
        if found and all(isinstance(item, str) for item in found):
            yield "\n".join(found)
        for value in found:
            yield from strings(value)
    elif isinstance(found, (int, float)):
        yield str(found)
