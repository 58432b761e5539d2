"""Redact notebooks as they are saved, and tell who saves about values in their sources."""

from __future__ import annotations

import inspect
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from jupyter_server.base.call_context import CallContext
from tornado.web import HTTPError

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.scan import Finding, find_in_sources
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.filters.notebooks import NotebookContent, is_candidate

# Notebooks are saved every two minutes: what was said of so many of them is not said again.
_MAX_TOLD = 256
_LAST_CHUNK = -1


def install(contents_manager: Any, context: AppContext, log: logging.Logger) -> None:
    """Have a contents manager redact what it saves, also what arrives in chunks."""
    contents_manager.register_pre_save_hook(SaveFilter(context, log))
    contents_manager.save = _saving_uploads_again(contents_manager)


def _saving_uploads_again(contents_manager: Any) -> Callable[..., Any]:
    """Return a `save` that saves a notebook once more, whole, when its last chunk has come.

    Only then can it be read, and be redacted.
    """
    save, get = contents_manager.save, contents_manager.get

    def is_uploaded(model: dict[str, Any], path: str) -> bool:
        return model.get("chunk") == _LAST_CHUNK and is_candidate(path, "")

    def whole(saved_model: dict[str, Any]) -> dict[str, Any]:
        return {name: saved_model[name] for name in ("type", "format", "content")}

    async def save_async(model: dict[str, Any], path: str = "") -> Any:
        saved = await save(model, path)
        if not is_uploaded(model, path):
            return saved
        return await save(whole(await get(path, type="file", format="base64")), path)

    def save_sync(model: dict[str, Any], path: str = "") -> Any:
        saved = save(model, path)
        if not is_uploaded(model, path):
            return saved
        return save(whole(get(path, type="file", format="base64")), path)

    return save_async if inspect.iscoroutinefunction(save) else save_sync


class SaveFilter:
    """A pre-save hook for Jupyter's contents managers."""

    # Jupyter's managers name their hooks in their logs.
    __name__ = "jupyter_secrets"

    def __init__(self, context: AppContext, log: logging.Logger) -> None:
        self._context = context
        self._log = log
        self._told: OrderedDict[str, frozenset[Finding]] = OrderedDict()

    def __call__(self, model: dict[str, Any], path: str, **_options: Any) -> None:
        """Redact a notebook in place, with the values that whoever saves it may read.

        A notebook is what the model, the name or the text says is one. Other files are the user's
        own, and untouched; so are the sources of cells, of which a warning is shown. Raises
        `HTTPError` if it cannot be done: Jupyter would log any other error and save the notebook
        as it is.
        """
        try:
            notebook = NotebookContent.of_model(model, path)
            # A chunk that is no notebook by itself is a piece of one, and redacted with the rest.
            if notebook is None or (model.get("chunk") is not None and not notebook.notebook):
                return
            handler = CallContext.get(CallContext.JUPYTER_HANDLER)
            redactor = self._context.notebook_redactor(handler, path)
            redacted = notebook.redacted(redactor)
            if redacted is not None:
                model["content"] = redacted
            self._tell(redactor, notebook.notebook, path)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception
            # The cause may hold a value.
            self._log.error("jupyter_secrets: %s was not saved: %s", path, type(error).__name__)
            raise HTTPError(
                500, "The notebook was not saved: its outputs could not be searched for secrets."
            ) from None

    def _tell(self, redactor: Redactor, notebook: dict[str, Any], path: str) -> None:
        """Show a warning for each value in a source, unless that was shown the last time."""
        findings = find_in_sources(redactor, notebook)
        told = self._told.pop(path, frozenset())
        self._told[path] = frozenset(findings)
        if len(self._told) > _MAX_TOLD:
            self._told.popitem(last=False)
        for finding in dict.fromkeys(findings):
            if finding not in told:
                self._context.notices.warning(_warning(path, finding))


def _warning(path: str, finding: Finding) -> str:
    whose = f"the value of {finding.label}" if finding.secret else finding.label
    what = f"a piece of {whose}" if finding.piece else whose
    advice = f" Use {finding.replacement} there." if finding.replacement else ""
    return (
        f"{path} has {what} in cell {finding.cell}, line {finding.line}, "
        f"and was saved with it: sources are not redacted.{advice}"
    )
