"""Redaction: text in, text out. Knows nothing of Jupyter, scopes or stores.

>>> redactor = Redactor([SecretValue("tk_9fA7xQ2LmZ8vKp4W", "prod/token")])
>>> redactor.redact("curl -H 'X-Token: tk_9fA7xQ2LmZ8vKp4W'")
"curl -H 'X-Token: [REDACTED]'"
"""

from __future__ import annotations

from jupyter_secrets.redaction.document import (
    redact_buffer,
    redact_json,
    redact_notebook,
    redact_packed,
)
from jupyter_secrets.redaction.policy import COMMON_WORDS, MARKER, why_weak
from jupyter_secrets.redaction.redactor import Redactor
from jupyter_secrets.redaction.stream import RedactionStream
from jupyter_secrets.redaction.values import SecretValue

__all__ = [
    "COMMON_WORDS",
    "MARKER",
    "RedactionStream",
    "Redactor",
    "SecretValue",
    "redact_buffer",
    "redact_json",
    "redact_notebook",
    "redact_packed",
    "why_weak",
]
