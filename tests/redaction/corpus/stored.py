"""A value of the corpus: what is stored, what in it is secret, what public text it touches."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Stored:
    """A value, its secret components as the value writes them and decoded, and public texts.

    Each of `hide` printed alone must not show; each of `keep` must come out as it went in, although
    it shares hosts, option names and neighbours with the value.
    """

    value: str
    hide: tuple[str, ...]
    keep: tuple[str, ...]


Shapes = dict[str, list[Stored]]


def stored(value: str, *, hide: Sequence[str], keep: Sequence[str] = ()) -> Stored:
    """Return a value of the corpus."""
    return Stored(value, tuple(hide), tuple(keep))


def b64(text: str) -> str:
    """Return the base64 of a text."""
    return base64.b64encode(text.encode()).decode()


def b64url(text: str) -> str:
    """Return the base64 of a text as JWTs write it."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def json_lines(**members: object) -> str:
    """Return a JSON object over several lines, as consoles offer it for download."""
    return json.dumps(members, indent=2, ensure_ascii=False)
