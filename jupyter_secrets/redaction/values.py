"""What is to be hidden: a value, the name it goes by, and what is known of it."""

from __future__ import annotations

from dataclasses import dataclass, field

# What the owner of a value decided about its components, by their names in lower case: each is
# "public" or "secret".
Verdicts = tuple[tuple[str, str], ...]
PUBLIC, SECRET = "public", "secret"


@dataclass(frozen=True, slots=True)
class SecretValue:
    """A value to hide.

    `label` names it in messages and in labelled markers (``scope/key``). `disclosed` tells that a
    kernel was given the value, or that it was marked by hand: only then is a short or common value
    hidden, and only as a whole word. A value with ``disclosed=False`` counts from 12 characters
    of two kinds on, and never if it is words or a number. `verdicts` are its owner's.
    """

    value: str | bytes = field(repr=False)
    label: str = ""
    disclosed: bool = True
    verdicts: Verdicts = ()

    @property
    def data(self) -> bytes:
        """The value as bytes; text is encoded as UTF-8."""
        return encode(self.value) if isinstance(self.value, str) else bytes(self.value)

    @property
    def text(self) -> str | None:
        """The value as text, or `None` where its bytes are not UTF-8."""
        try:
            return decode(self.data)
        except UnicodeDecodeError:
            return None


def secret_value(value: SecretValue | str | bytes) -> SecretValue:
    """Wrap a bare value."""
    return value if isinstance(value, SecretValue) else SecretValue(value)


def encode(text: str) -> bytes:
    """Return text as UTF-8; lone surrogates pass, as Python prints them."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """Return the text that `encode` made data of; raise `UnicodeDecodeError` for other bytes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogatepass")


def decode_any(data: bytes) -> str:
    """Return the text that data is, with a replacement character for what is no text.

    A value disclosed as bytes may begin or end within a character of a text.
    """
    try:
        return decode(data)
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")
