"""Redact notebooks as they are saved."""

from __future__ import annotations

import json
import logging
from typing import Any

import nbformat
from jupyter_server.base.call_context import CallContext
from tornado.web import HTTPError

from jupyter_secrets.redaction import Redactor, redact_notebook
from jupyter_secrets.server.services import Services


class SaveFilter:
    """A pre-save hook for Jupyter's contents managers."""

    # Jupyter's managers name their hooks in their logs.
    __name__ = "jupyter_secrets"

    def __init__(self, services: Services, log: logging.Logger) -> None:
        self._services = services
        self._log = log

    def __call__(self, model: dict[str, Any], path: str, **_options: Any) -> None:
        """Redact a notebook in place, with the values that whoever saves it may read.

        Other files are the user's own, and untouched. Raises `HTTPError` if it cannot be done:
        Jupyter would log any other error and save the notebook as it is.
        """
        if not path.endswith(".ipynb") or model.get("content") is None:
            return
        try:
            caller = self._services.identities.of(CallContext.get(CallContext.JUPYTER_HANDLER))
            if caller is not None:
                self._redact(model, self._services.known.redactor(caller))
        except Exception as error:
            # The cause may hold a value.
            self._log.error("jupyter_secrets: %s was not saved: %s", path, type(error).__name__)
            raise HTTPError(
                500, "The notebook was not saved: its outputs could not be searched for secrets."
            ) from None

    def _redact(self, model: dict[str, Any], redactor: Redactor) -> None:
        if model.get("type") == "notebook":
            content = redact_notebook(redactor, model["content"])
            if content is not model["content"]:
                model["content"] = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
        elif model.get("type") == "file" and model.get("format") != "base64":
            model["content"] = redact_notebook_text(redactor, model["content"])


def redact_notebook_text(redactor: Redactor, text: str) -> str:
    """Redact the JSON text of a notebook; text that holds no value comes back as it is."""
    if not redactor.may_contain(text.encode("utf-8", "surrogatepass")):
        return text
    try:
        notebook = json.loads(text)
    except ValueError:
        return redactor.redact(text)
    redacted = redact_notebook(redactor, notebook)
    return text if redacted is notebook else json.dumps(redacted, indent=1, ensure_ascii=False)
