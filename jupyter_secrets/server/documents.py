"""Redact notebooks as they are saved, and tell who saves about values in their sources."""

from __future__ import annotations

import base64
import json
import logging
from collections import OrderedDict
from typing import Any

import nbformat
from jupyter_server.base.call_context import CallContext
from tornado.web import HTTPError

from jupyter_secrets.redaction import Redactor, redact_notebook
from jupyter_secrets.scan import Finding, UnscrubbableError, find_in_sources, scrub_notebook
from jupyter_secrets.server.services import Services

# Notebooks are saved every two minutes: what was said of so many of them is not said again.
_MAX_TOLD = 256


class SaveFilter:
    """A pre-save hook for Jupyter's contents managers."""

    # Jupyter's managers name their hooks in their logs.
    __name__ = "jupyter_secrets"

    def __init__(self, services: Services, log: logging.Logger) -> None:
        self._services = services
        self._log = log
        self._told: OrderedDict[str, frozenset[Finding]] = OrderedDict()

    def __call__(self, model: dict[str, Any], path: str, **_options: Any) -> None:
        """Redact a notebook in place, with the values that whoever saves it may read.

        Other files are the user's own, and untouched, as is what is uploaded in chunks; so are
        the sources of cells, of which a warning is shown. Raises `HTTPError` if it cannot be done:
        Jupyter would log any other error and save the notebook as it is.
        """
        if not path.lower().endswith(".ipynb") or model.get("content") is None:
            return
        try:
            caller = self._services.identities.of(CallContext.get(CallContext.JUPYTER_HANDLER))
            if caller is not None:
                self._redact(model, self._services.known.redactor(caller), path)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception
            # The cause may hold a value.
            self._log.error("jupyter_secrets: %s was not saved: %s", path, type(error).__name__)
            raise HTTPError(
                500, "The notebook was not saved: its outputs could not be searched for secrets."
            ) from None

    def _redact(self, model: dict[str, Any], redactor: Redactor, path: str) -> None:
        if model.get("type") == "notebook":
            notebook = model["content"]
            content = redact_notebook(redactor, notebook)
            if content is not notebook:
                model["content"] = nbformat.from_dict(content)  # type: ignore[no-untyped-call]
            self._tell(redactor, notebook, path)
        elif model.get("type") == "file" and "chunk" not in model:
            text, in_base64 = model["content"], model.get("format") == "base64"
            if in_base64:
                text = base64.b64decode(text).decode("utf-8", "surrogateescape")
            redacted = redact_notebook_text(redactor, text)
            if redacted is not text:
                data = redacted.encode("utf-8", "surrogateescape")
                model["content"] = base64.b64encode(data).decode() if in_base64 else redacted
            self._tell(redactor, _parsed(redacted), path)

    def _tell(self, redactor: Redactor, notebook: dict[str, Any], path: str) -> None:
        """Show a warning for each value in a source, unless that was shown the last time."""
        found = find_in_sources(redactor, notebook)
        told = self._told.pop(path, frozenset())
        self._told[path] = frozenset(found)
        if len(self._told) > _MAX_TOLD:
            self._told.popitem(last=False)
        for finding in dict.fromkeys(found):
            if finding not in told:
                self._services.notices.warning(_warning(path, finding))


def _warning(path: str, finding: Finding) -> str:
    advice = f" Use {finding.replacement} there." if finding.replacement else ""
    return (
        f"{path} has the value of {finding.label} in cell {finding.cell}, line {finding.line}, "
        f"and was saved with it: sources are not redacted.{advice}"
    )


def redact_notebook_text(redactor: Redactor, text: str) -> str:
    """Redact the JSON text of a notebook; text that holds no value comes back as it is.

    The source of its cells and the way it is written stay. What is no notebook is redacted whole.
    """
    if not redactor.prefilter(text.encode("utf-8", "surrogatepass")):
        return text
    try:
        return scrub_notebook(redactor, text)
    except UnscrubbableError:
        return redactor.redact(text)


def _parsed(text: str) -> dict[str, Any]:
    try:
        notebook = json.loads(text)
    except (RecursionError, ValueError):
        return {}
    return notebook if isinstance(notebook, dict) else {}
