"""Names that the formats of Jupyter reserve: to hide one would break a message or a notebook.

They are public, also where somebody stores one of them as a value.
"""

from __future__ import annotations

import re

# fmt: off
_KEYS = frozenset((
    # Messages
    "ask_exit", "banner", "buffer_paths", "code", "comm_id", "comms", "command", "content",
    "cursor_end", "cursor_pos", "cursor_start", "data", "ename", "evalue", "event", "events",
    "execution_count", "execution_state", "found", "header", "history", "implementation",
    "implementation_version", "indent", "keepkernel", "language_info", "matches", "message",
    "metadata", "method", "msg_id", "msg_type", "name", "parent_header", "password", "payload",
    "prompt", "protocol_version", "replace", "restart", "source", "start", "state", "status",
    "subshell_id", "target_module", "target_name", "text", "traceback", "transient",
    "user_expressions", "value", "version", "wait", "display_id", "mimetype", "file_extension",
    "_jupyter_types_experimental", "dependencies_met", "engine", "started",
    # The debugger
    "arguments", "body", "request_seq", "seq", "success", "type", "variables", "evaluateName",
    "variablesReference", "richInspectVariables", "namedVariables", "indexedVariables",
    # Notebooks
    "attachments", "cell_type", "cells", "id", "kernelspec", "nbformat", "nbformat_minor",
    "output_type", "outputs", "widgets", "version_major", "version_minor", "model_id",
    "model_module", "model_module_version", "model_name",
))
EXECUTION_STATES = frozenset({"busy", "idle", "starting", "restarting", "autorestarting", "dead"})
_CONSTANTS = {
    "cell_type": {"code", "markdown", "raw"},
    "execution_state": EXECUTION_STATES,
    "method": {"update", "echo_update", "request_state", "request_states", "update_states",
               "custom"},
    "name": {"stdout", "stderr"},
    "output_type": {"stream", "display_data", "update_display_data", "execute_result", "error"},
    "source": {"page", "set_next_input", "edit", "edit_magic", "ask_exit"},
    "status": {"ok", "error", "abort", "aborted", "complete", "incomplete", "invalid", "unknown"},
}
# fmt: on
_MIME_TYPE = re.compile(
    r"(?:application|audio|chemical|font|image|message|model|multipart|text|video)/[a-z0-9.+_-]+"
)


def is_reserved_key(key: str) -> bool:
    """Tell whether a key is one of a protocol's, or a MIME type."""
    return key in _KEYS or _MIME_TYPE.fullmatch(key) is not None


def is_constant(key: object, value: object) -> bool:
    """Tell whether a protocol gives a value of a key its meaning."""
    return isinstance(value, str) and isinstance(key, str) and value in _CONSTANTS.get(key, ())
