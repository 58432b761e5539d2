"""The filter of Jupyter messages, the same in a kernel, before a browser and for other clients."""

from jupyter_secrets.outputs.message_filter import Content, Message, MessageFilter, unpacked
from jupyter_secrets.outputs.stream_buffer import LATE_SECONDS
from jupyter_secrets.outputs.withheld import WITHHELD, FailureLog, withheld_content

__all__ = [
    "LATE_SECONDS",
    "WITHHELD",
    "Content",
    "FailureLog",
    "Message",
    "MessageFilter",
    "unpacked",
    "withheld_content",
]
