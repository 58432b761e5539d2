"""Redact notebooks as the server hands them out, whoever wrote them."""

from __future__ import annotations

import inspect
import logging
from asyncio import to_thread
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import nbformat
from jupyter_server.auth.decorator import authorized
from jupyter_server.base.call_context import CallContext
from jupyter_server.utils import url_path_join
from tornado.web import HTTPError, StaticFileHandler, authenticated

from jupyter_secrets.outputs import WITHHELD
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.filters.notebooks import NotebookContent, read_candidate

_FILTERED = "_jupyter_secrets_filters_reads"
_KEPT_OF_CELLS = ("cell_type", "id", "source")
# To trust a notebook is to sign it as it is on the disk.
_AS_IT_IS: ContextVar[bool] = ContextVar("jupyter_secrets_as_it_is", default=False)


def install(server: Any, context: AppContext, log: logging.Logger) -> None:
    """Filter what a server's contents manager reads, and what it serves at ``/files/``."""
    manager = server.contents_manager
    if hasattr(manager, _FILTERED):
        return

    def notify(message: str) -> None:
        # Reading is done in threads, and events are emitted in the loop.
        server.io_loop.add_callback(context.notices.error, message)

    reads = ReadFilter(context, log, notify)
    manager.get = _filtered(manager.get, reads)
    manager.trust_notebook = _unfiltered(manager.trust_notebook)
    setattr(manager, _FILTERED, True)
    # A handler that is no StaticFileHandler asks the manager.
    if issubclass(manager.files_handler_class or object, StaticFileHandler):
        path = url_path_join(server.web_app.settings["base_url"], "/files/(.*)")
        handler = filtered_files(manager.files_handler_class, reads)
        server.web_app.add_handlers(".*$", [(path, handler, manager.files_handler_params)])


class ReadFilter:
    """Redacts notebooks with the values that whoever reads them may read.

    Outputs, attachments and metadata are redacted; the sources of cells stay their author's, and
    other files the user's own.
    """

    def __init__(
        self, context: AppContext, log: logging.Logger, notify: Callable[[str], None]
    ) -> None:
        self._context = context
        self._log = log
        self._notify = notify

    def prepare(self) -> None:
        """Do what can be done in the server's thread only, before a read in another one."""
        self._context.notebooks.refresh()

    def model(self, model: dict[str, Any]) -> dict[str, Any]:
        """Return a contents model redacted; its hash, size and times stay the file's.

        Of a notebook that cannot be searched only the sources are kept, and nobody may save it.
        Raises `HTTPError` for a file that cannot be searched.
        """
        if model.get("content") is None or model.get("type") == "directory" or _AS_IT_IS.get():
            return model
        path = str(model.get("path"))
        try:
            return self._redacted(model, path)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception
            refusal = self._refuse(path, error)
            if model.get("type") != "notebook":
                raise refusal from None
            content = _only_sources(model["content"])
            return {**model, "content": content, "writable": False, "message": refusal.log_message}

    def file(self, absolute_path: str, path: str, handler: Any) -> bytes | None:
        """Return what to serve in a file's place, or `None` if it holds nothing to hide.

        Raises `HTTPError` if it cannot be searched.
        """
        text = read_candidate(absolute_path)
        try:
            notebook = None if text is None else NotebookContent.of_text(text, path)
            redacted = notebook and notebook.redacted(
                self._context.notebook_redactor(handler, path)
            )
            return redacted.encode("utf-8", "surrogateescape") if redacted else None
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # an engine's panic is no Exception
            raise self._refuse(path, error) from None

    def _redacted(self, model: dict[str, Any], path: str) -> dict[str, Any]:
        notebook = NotebookContent.of_model(model, path)
        if notebook is None:
            return model
        handler = CallContext.get(CallContext.JUPYTER_HANDLER)
        redactor = self._context.notebook_redactor(handler, path)
        redacted = notebook.redacted(redactor)
        if redacted is not None:
            model = {**model, "content": redacted}
        if model.get("message"):  # an output that is not valid is quoted there
            model = {**model, "message": redactor.redact(model["message"])}
        return model

    def _refuse(self, path: str, error: BaseException) -> HTTPError:
        # The cause may hold a value.
        self._log.error("jupyter_secrets: %s was withheld: %s", path, type(error).__name__)
        message = f"The outputs of {path} were withheld: they could not be searched for secrets."
        self._notify(message)
        return HTTPError(500, message)


def filtered_files(base: type[Any], reads: ReadFilter) -> type[Any]:
    """Return a subclass of a handler of static files that serves notebooks redacted."""

    class FilteredFiles(base):  # type: ignore[misc]
        _redacted: bytes | None = None

        @authenticated
        @authorized("read", "contents")  # type: ignore[untyped-decorator]
        async def get(self, path: str, include_body: bool = True) -> None:
            self.check_xsrf_cookie()
            self.path = self.parse_url_path(path)
            absolute = self.get_absolute_path(self.root, self.path)
            absolute = self.validate_absolute_path(self.root, absolute)
            if absolute is None:  # it is redirected
                return
            reads.prepare()
            self._redacted = await to_thread(reads.file, absolute, path, self)
            await super().get(path, include_body=include_body)

        def get_content_size(self) -> int:
            if self._redacted is None:
                return int(super().get_content_size())
            return len(self._redacted)

        def get_content(
            self, abspath: str, start: int | None = None, end: int | None = None
        ) -> Any:
            if self._redacted is None:
                return super().get_content(abspath, start, end)
            return self._redacted[start:end]

    FilteredFiles.__name__ = FilteredFiles.__qualname__ = f"Filtered{base.__name__}"
    return FilteredFiles


def _filtered(get: Callable[..., Any], reads: ReadFilter) -> Callable[..., Any]:
    async def get_later(pending: Awaitable[Any]) -> Any:
        model = await pending
        reads.prepare()
        return await to_thread(reads.model, model)

    def get_filtered(*args: Any, **options: Any) -> Any:
        pending = get(*args, **options)
        return get_later(pending) if inspect.isawaitable(pending) else reads.model(pending)

    async def get_filtered_async(*args: Any, **options: Any) -> Any:
        return await get_later(get(*args, **options))

    return get_filtered_async if inspect.iscoroutinefunction(get) else get_filtered


def _unfiltered(function: Callable[..., Any]) -> Callable[..., Any]:
    async def call_async(*args: Any, **options: Any) -> Any:
        with _as_it_is():
            return await function(*args, **options)

    def call(*args: Any, **options: Any) -> Any:
        with _as_it_is():
            return function(*args, **options)

    return call_async if inspect.iscoroutinefunction(function) else call


@contextmanager
def _as_it_is() -> Iterator[None]:
    token = _AS_IT_IS.set(True)
    try:
        yield
    finally:
        _AS_IT_IS.reset(token)


def _only_sources(notebook: Any) -> Any:
    """Return a notebook's sources, with a remark in place of the outputs of each cell."""
    remark = {"output_type": "stream", "name": "stderr", "text": f"{WITHHELD}\n"}
    cells = []
    for cell in notebook.get("cells", ()):
        source_fields = {name: cell[name] for name in _KEPT_OF_CELLS if name in cell} | {
            "metadata": {}
        }
        if cell.get("cell_type") == "code":
            source_fields |= {
                "execution_count": None,
                "outputs": [remark] if cell.get("outputs") else [],
            }
        cells.append(source_fields)
    versions = {name: notebook[name] for name in ("nbformat", "nbformat_minor") if name in notebook}
    content = {"cells": cells, "metadata": {}, **versions}
    return nbformat.from_dict(content)  # type: ignore[no-untyped-call]
