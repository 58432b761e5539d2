"""The filter of Jupyter messages, the same in a kernel, before a browser and for other clients."""

from jupyter_secrets.outputs.contents import redact_payload
from jupyter_secrets.outputs.message_filter import (
    Content,
    Message,
    MessageFilter,
    may_have_marker,
    unpacked,
)
from jupyter_secrets.outputs.stream_buffer import LATE_SECONDS
from jupyter_secrets.outputs.widgets import NOT_SENT
from jupyter_secrets.outputs.withheld import WITHHELD, FailureLog, withheld_content

__all__ = [
    "LATE_SECONDS",
    "NOT_SENT",
    "WITHHELD",
    "Content",
    "FailureLog",
    "Message",
    "MessageFilter",
    "may_have_marker",
    "redact_payload",
    "unpacked",
    "withheld_content",
]
