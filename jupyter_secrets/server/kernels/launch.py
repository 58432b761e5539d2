"""What a kernel is started with: its environment, its extension and its token."""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from jupyter_client.manager import KernelManager
from jupyter_server.utils import ensure_async
from tornado.web import HTTPError

from jupyter_secrets.environment import AUTOLOAD_VARIABLE, switches_off
from jupyter_secrets.errors import SecretsError
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.kernels.credentials import Address, KernelCredentials
from jupyter_secrets.server.kernels.extension_loader import (
    GRACE_SECONDS,
    comes_true,
    introduce,
    runs_here,
)
from jupyter_secrets.variables import NOTEBOOK_VARIABLE

_KERNEL_MODULES = ("ipykernel", "ipykernel_launcher")
_MAGIC = re.compile(r'"%secret [^"]*" or ')
EXTENSION_ARGUMENT = "--ext=jupyter_secrets"


class KernelNotStartedError(HTTPError):
    """Why a kernel was not started, for whoever asked for it to see."""

    def __init__(self, explanation: str) -> None:
        # There is no kernel for a magic; and tornado doubles each % that it gets.
        explanation = _MAGIC.sub("", explanation)
        super().__init__(500, explanation)
        self.explanation = explanation

    def __str__(self) -> str:
        return self.explanation


class KernelLaunch:
    """Prepares each start of one kernel: the first, every restart, and automatic ones.

    It works on the manager's instance, so it composes with whatever class is configured.
    """

    def __init__(
        self, manager: KernelManager, context: AppContext, address: Address, log: logging.Logger
    ) -> None:
        self._manager: Any = manager
        self._context = context
        self._credentials = KernelCredentials(context, address, self._is_alive)
        self._log = log
        self._started = False
        self._restarting_itself = False
        self._told = False
        self._end_start: Callable[[], None] | None = None
        self._introduction: asyncio.Task[None] | None = None
        self._watched: object = None
        wrapped: Any = manager
        self._original_pre_start = wrapped._async_pre_start_kernel
        self._original_post_start = wrapped._async_post_start_kernel
        self._original_cleanup = wrapped._async_cleanup_resources
        self._original_start_restarter = wrapped.start_restarter
        wrapped._async_pre_start_kernel = self._pre_start
        wrapped._async_post_start_kernel = self._post_start
        wrapped._async_cleanup_resources = self._cleanup
        wrapped.start_restarter = self._start_restarter

    async def _pre_start(self, **options: Any) -> tuple[list[str], dict[str, Any]]:
        requested = dict(options.get("env", os.environ))
        self._credentials.notebook = requested.get(NOTEBOOK_VARIABLE)
        command, options = await self._original_pre_start(**options)
        self._credentials.kernel_id = self._manager.kernel_id
        kernelspec = getattr(self._manager.kernel_spec, "env", None) or {}
        try:
            environment, versions = await self._credentials.resolve(
                requested, options["env"], kernelspec, self._context.settings.kernel_env
            )
        except SecretsError as error:
            explanation = f"The kernel was not started: {error}"
            self._report(explanation)
            raise KernelNotStartedError(explanation) from None
        finally:
            self._restarting_itself = False
        self._started = True
        environment |= await self._credentials.token_variables(versions)
        if not self._context.settings.autoload:
            environment[AUTOLOAD_VARIABLE] = "0"
        self._end_start = None
        if not switches_off(environment):
            self._end_start = self._context.starts.begin(self._manager.kernel_id)
            if _is_ipykernel(command) and runs_here(command):
                command = [*command, EXTENSION_ARGUMENT]
        return command, {**options, "env": environment}

    async def _post_start(self, **options: Any) -> None:
        await self._original_post_start(**options)
        if self._end_start is not None:
            self._introduction = asyncio.create_task(self._introduce(self._end_start))

    async def _introduce(self, end_start: Callable[[], None]) -> None:
        tokens, kernel_id = self._context.tokens, self._manager.kernel_id
        has_token = partial(tokens.is_exchanged, kernel_id)
        try:
            reason = await introduce(self._manager, has_token, self._context.version)
        except Exception as error:  # whatever a kernel answers
            self._log.warning("jupyter_secrets: a kernel was not asked: %s", type(error).__name__)
            return
        finally:
            end_start()
        if reason and await comes_true(has_token, GRACE_SECONDS):
            return
        tokens.revoke_code(kernel_id)
        if reason and not self._told:
            self._told = True
            self._context.tell_missing(kernel_id, reason)

    async def _is_alive(self) -> bool:
        return bool(await ensure_async(self._manager.is_alive()))

    async def _cleanup(self, restart: bool = False) -> None:
        self._forget(restart=restart)
        await self._original_cleanup(restart=restart)

    def _forget(self, *, restart: bool = False) -> None:
        if self._introduction is not None:
            self._introduction.cancel()
        if self._end_start is not None and not restart:
            self._end_start()
        self._credentials.forget(restart=restart)

    def _start_restarter(self) -> None:
        self._original_start_restarter()
        restarter = getattr(self._manager, "_restarter", None)
        if restarter is not None and restarter is not self._watched:
            self._watched = restarter
            self._manager.add_restart_callback(self._restarts_itself, "restart")
            self._manager.add_restart_callback(self._forget, "dead")

    def _restarts_itself(self) -> None:
        self._restarting_itself = True
        if self._end_start is not None:  # what comes from now on is for the new process
            self._end_start = self._context.starts.begin(self._manager.kernel_id)

    def _report(self, explanation: str) -> None:
        """Make a failure seen: a first start's is in the answer to whoever asked for it."""
        self._log.error("jupyter_secrets: %s", explanation)
        if self._started:
            self._context.notices.error(explanation, kernel_id=self._manager.kernel_id)
        if self._restarting_itself:
            # jupyter_client would try again every three seconds, for ever.
            self._manager.stop_restarter()
            self._manager._restarter._fire_callbacks("dead")


def _is_ipykernel(command: list[str]) -> bool:
    return any(argument.partition(".")[0] in _KERNEL_MODULES for argument in command)
