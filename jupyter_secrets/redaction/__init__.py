"""Redaction: text in, text out. Knows nothing of Jupyter, scopes or stores.

>>> redactor = Redactor([SecretValue("tk_9fA7xQ2LmZ8vKp4W", "prod/token")])
>>> redactor.redact("curl -H 'X-Token: tk_9fA7xQ2LmZ8vKp4W'")
"curl -H 'X-Token: [REDACTED]'"
"""

from __future__ import annotations

from jupyter_secrets.redaction.documents.json_documents import (
    redact_buffer,
    redact_json,
    redact_packed,
)
from jupyter_secrets.redaction.documents.notebooks import redact_notebook
from jupyter_secrets.redaction.documents.reserved import EXECUTION_STATES
from jupyter_secrets.redaction.documents.same_objects import same_objects, same_or_new
from jupyter_secrets.redaction.explanation import (
    PartExplanation,
    explain,
    names_to_judge,
    put_warning,
    refused_verdicts,
)
from jupyter_secrets.redaction.patterns.policy import COMMON_WORDS, MARKER, weakness
from jupyter_secrets.redaction.redactor import Redactor
from jupyter_secrets.redaction.stream import RedactionStream
from jupyter_secrets.redaction.values import SecretValue

__all__ = [
    "COMMON_WORDS",
    "EXECUTION_STATES",
    "MARKER",
    "PartExplanation",
    "RedactionStream",
    "Redactor",
    "SecretValue",
    "explain",
    "names_to_judge",
    "put_warning",
    "redact_buffer",
    "redact_json",
    "redact_notebook",
    "redact_packed",
    "refused_verdicts",
    "same_objects",
    "same_or_new",
    "weakness",
]
