"""What stands in the place of a message that could not be filtered."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from jupyter_secrets.redaction import EXECUTION_STATES

WITHHELD = "[output withheld: jupyter_secrets could not search it for secrets]"

_RESULTS = frozenset({"display_data", "update_display_data", "execute_result"})


def withheld_content(message_type: str, content: object = None) -> dict[str, object]:
    """Return the content that replaces one which could not be filtered, and says so.

    The message keeps its envelope, so that nobody waits for it; nothing of the content is kept
    but a kernel's state.
    """
    if message_type == "stream":
        return {"name": "stderr", "text": f"{WITHHELD}\n"}
    if message_type in _RESULTS:
        return {
            "data": {"text/plain": WITHHELD},
            "metadata": {},
            "transient": {},
            "execution_count": None,
        }
    if message_type == "status":
        state = content.get("execution_state") if isinstance(content, Mapping) else None
        return {"execution_state": state if state in EXECUTION_STATES else "idle"}
    if message_type == "input_request":
        return {"prompt": f"{WITHHELD} ", "password": True}
    if message_type == "error" or message_type.endswith("_reply"):
        return {
            "status": "error",
            "ename": "OutputWithheld",
            "evalue": WITHHELD,
            "traceback": [WITHHELD],
            "execution_count": None,
        }
    return {}


class FailureLog:
    """Logs that messages were withheld, once for each type of error.

    A log may be an output that is filtered itself, and fails again. The text of an error may
    hold a value.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._logged: set[str] = set()

    def add(self, error: BaseException) -> None:
        """Log an error, unless one of its type was logged before."""
        failure = type(error).__name__
        if failure not in self._logged:
            self._logged.add(failure)
            self._log.error("jupyter_secrets: output withheld: %s", failure)
