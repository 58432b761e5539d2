"""What documents ask of a redactor."""

from __future__ import annotations

from typing import Protocol

from jupyter_secrets.redaction.search.spans import Region


class TextRedactor(Protocol):
    """Redacts texts; `Redactor` is the one there is."""

    def redact(self, text: str) -> str:
        """Return a text redacted."""

    def redact_bytes(self, data: bytes, *, markup: bool | None = None, words: bool = True) -> bytes:
        """Return bytes redacted, the same object where there is nothing to hide."""

    def prefilter(self, data: bytes, *, is_json: bool = False) -> bool:
        """Tell whether there may be anything to hide in a packed document or any raw bytes."""

    def find(self, data: bytes, *, markup: bool | None = None, words: bool = True) -> list[Region]:
        """Return the regions to hide."""

    def marker_for(self, label: str) -> bytes:
        """Return the marker of a run whose first match has a label."""
