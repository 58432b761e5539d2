"""Messages as kernels and front ends send them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Sent:
    """One message, as a kernel sends it and as a receiver gets it."""

    type: str
    content: dict[str, Any]
    parent: str = "cell-1"
    metadata: dict[str, Any] = field(default_factory=dict)
    buffers: list[bytes] = field(default_factory=list)
    message_id: str = ""


def stream(text: str, name: str = "stdout", parent: str = "cell-1", **more: Any) -> Sent:
    """Return a stream's message."""
    return Sent("stream", {"name": name, "text": text, **more}, parent)


def status(state: str, parent: str = "cell-1") -> Sent:
    """Return a message of the kernel's state."""
    return Sent("status", {"execution_state": state}, parent)


def display(data: dict[str, Any], parent: str = "cell-1") -> Sent:
    """Return a displayed MIME bundle."""
    return Sent("display_data", {"data": data, "metadata": {}, "transient": {}}, parent)


def reply(kind: str, **fields: Any) -> Sent:
    """Return a reply."""
    return Sent(f"{kind}_reply", {"status": "ok", **fields})


def completions(matches: list[str], entries: list[dict[str, Any]] | None = None) -> Sent:
    """Return the answer to a completion."""
    metadata = {} if entries is None else {"_jupyter_types_experimental": entries}
    return reply("complete", matches=matches, cursor_start=0, cursor_end=2, metadata=metadata)


def executed(payload: dict[str, Any], **fields: Any) -> Sent:
    """Return the answer to a cell with one payload."""
    return reply("execute", execution_count=1, payload=[payload], **fields)


def next_input(text: str) -> Sent:
    """Return the answer to a cell that wants a text in the next one."""
    return executed({"source": "set_next_input", "text": text, "replace": False})


def comm(**state: Any) -> Sent:
    """Return an update of a widget's state."""
    data = {"method": "update", "state": state, "buffer_paths": []}
    return Sent("comm_msg", {"comm_id": "w1", "data": data})


REPLY = Sent("execute_reply", {"status": "ok", "execution_count": 1})
