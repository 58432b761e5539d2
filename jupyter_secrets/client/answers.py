"""JSON answers of a server whose version may be another one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")


class Answer(dict[str, Any]):
    """An object in an answer; asking for a field that it lacks raises what `missing` returns."""

    def __init__(
        self, content: Mapping[str, Any], missing: Callable[[str], Exception] = KeyError
    ) -> None:
        super().__init__(content)
        self._missing = missing

    def __missing__(self, name: str) -> Any:
        raise self._missing(name)


def known_fields(cls: type[T], answer: Mapping[str, Any], **converted: Any) -> T:
    """Return a dataclass made of an answer, without the fields that only a newer server has."""
    names = [
        each.name
        for each in fields(cls)  # type: ignore[arg-type]
        if each.name not in converted
        and (each.name in answer or (each.default is MISSING and each.default_factory is MISSING))
    ]
    return cls(**{name: answer[name] for name in names}, **converted)
