"""What front ends send back of widgets: a marker must not become a widget's value.

A widget that shows a secret shows a marker. What a person types around it comes back with the
marker in it, and is not what anybody meant: it is left out of the update. Where no marker was shown
somebody typed it. A filter before this one may have put it there: what counts is what is sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jupyter_secrets.redaction import MARKER

COMM_TYPES = frozenset({"comm_open", "comm_msg", "comm_close"})
# A labelled marker begins in the same way.
MARKER_START = MARKER[:-1]
NOT_SENT = (
    f"What was typed into a widget was not sent to the kernel: it holds {MARKER}, which stands for "
    "the value of a secret."
)
_NOTHING: Mapping[str, Any] = {}


class WidgetStates:
    """Which fields of which widgets a front end has with a marker in them."""

    def __init__(self) -> None:
        self._marked_fields: dict[str, frozenset[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._marked_fields)

    def note(self, content: Mapping[str, Any], *, may_have_marker: bool = True) -> None:
        """Take note of a comm's message as it is sent to a front end."""
        comm_id, state = str(content.get("comm_id")), _state(content)
        marked = {key for key, item in state.items() if may_have_marker and _has_marker(item)}
        marked |= self._marked_fields.get(comm_id, frozenset()) - state.keys()
        if marked:
            self._marked_fields[comm_id] = frozenset(marked)
        else:
            self._marked_fields.pop(comm_id, None)

    def forget(self, comm_id: str) -> None:
        """Forget a comm that was closed."""
        self._marked_fields.pop(comm_id, None)

    def without_markers(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an update from a front end without the fields that come back with a marker.

        The same object comes back where there is none.
        """
        marked = self._marked_fields.get(str(content.get("comm_id")), frozenset())
        state = _state(content)
        dropped = {key for key in marked & state.keys() if _has_marker(state[key])}
        if not dropped:
            return content
        remaining = {key: item for key, item in state.items() if key not in dropped}
        data = {**content["data"], "state": remaining}
        if data.get("buffer_paths"):  # they follow the order of the buffers, which stay
            data |= {"state": {}, "buffer_paths": []}
        return {**content, "data": data}


def _state(content: Mapping[str, Any]) -> Mapping[str, Any]:
    data = content.get("data")
    state = data.get("state") if isinstance(data, Mapping) else None
    return state if isinstance(state, Mapping) else _NOTHING


def _has_marker(item: Any) -> bool:
    return MARKER_START in json.dumps(item, ensure_ascii=False, default=str)
