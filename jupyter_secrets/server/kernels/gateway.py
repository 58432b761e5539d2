"""Kernels behind a gateway: another server starts them, and hands on some variables only."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from collections.abc import Mapping
from typing import Any

from jupyter_server.gateway.gateway_client import GatewayClient
from jupyter_server.gateway.managers import GatewayKernelManager
from jupyter_server.utils import ensure_async

from jupyter_secrets.environment import AUTOLOAD_VARIABLE, GATEWAY_PREFIX, switches_off
from jupyter_secrets.errors import SecretsError
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.kernels.credentials import OWN_VARIABLES, Address, KernelCredentials
from jupyter_secrets.server.kernels.extension_loader import GRACE_SECONDS, comes_true
from jupyter_secrets.server.kernels.launch import KernelNotStartedError
from jupyter_secrets.variables import NOTEBOOK_VARIABLE

# How often a gateway is asked whether a kernel is idle: it may have no client for long.
FIRST_LOOK_SECONDS, LAST_LOOK_SECONDS = 1.0, 30.0
_REASON = (
    "Its kernel runs behind a gateway and has not asked for its token. Install jupyter-secrets "
    "where it runs; the gateway has to hand on variables that begin with KERNEL_JUPYTER_SECRETS, "
    "and the kernel has to reach {url}."
)
_LEFT_OUT = (
    "jupyter_secrets: kernel_env sets %s, which no gateway is sent: name them in "
    "c.GatewayClient.allowed_envs"
)


class GatewayLaunch:
    """Prepares each start of one kernel behind a gateway.

    It works on the manager's instance. The gateway gives the kernel its id, and restarts it with
    the environment that it had.
    """

    def __init__(
        self,
        manager: GatewayKernelManager,
        context: AppContext,
        address: Address,
        log: logging.Logger,
    ) -> None:
        self._manager: Any = manager
        self._context = context
        self._address = address
        self._log = log
        self._credentials = KernelCredentials(context, self._server, self._is_alive)
        self._watch: asyncio.Task[None] | None = None
        wrapped: Any = manager
        self._original_start = wrapped.start_kernel
        self._original_restart = wrapped.restart_kernel
        self._original_shutdown = wrapped.shutdown_kernel
        wrapped.start_kernel = self._start
        wrapped.restart_kernel = self._restart
        wrapped.shutdown_kernel = self._shutdown

    def _server(self) -> tuple[str, str]:
        # A certificate's file is on this machine.
        return self._address()[0], ""

    async def _start(self, **options: Any) -> None:
        if options.get("kernel_id") is not None:  # the gateway has it already
            await self._original_start(**options)
            return
        requested = dict(options.get("env") or os.environ)
        self._credentials.kernel_id = str(uuid.uuid4())
        self._credentials.notebook = requested.get(NOTEBOOK_VARIABLE)
        environment = await self._environment(requested)
        try:
            await self._original_start(**{**options, "env": environment})
        except BaseException:
            self._credentials.forget()
            raise
        self._credentials.rename(self._manager.kernel_id)
        self._begin_watch(environment)

    async def _environment(self, requested: dict[str, str]) -> dict[str, str]:
        """Return the environment of which the gateway is sent what it takes."""
        names = {*GatewayClient.instance().allowed_envs.split(",")}
        configured = self._context.settings.kernel_env
        if left_out := configured.keys() - _allowed(configured, names):
            self._log.warning(_LEFT_OUT, ", ".join(sorted(left_out)))
        try:
            resolved, versions = await self._credentials.resolve(
                requested, _allowed(requested, names), {}, _allowed(configured, names)
            )
        except SecretsError as error:
            explanation = f"The kernel was not started: {error}"
            self._log.error("jupyter_secrets: %s", explanation)
            raise KernelNotStartedError(explanation) from None
        variables = await self._credentials.token_variables(versions)
        if not self._context.settings.autoload:
            variables[AUTOLOAD_VARIABLE] = "0"
        sent = {_sent_name(name): text for name, text in variables.items()}
        return _Environment({**requested, **resolved, **sent})

    async def _restart(self, **options: Any) -> None:
        self._context.tokens.renew_code(self._manager.kernel_id)
        self._credentials.forget_values(restart=True)
        await self._original_restart(**options)

    async def _shutdown(self, now: bool = False, restart: bool = False) -> None:
        self._stop_watch()
        self._credentials.forget(restart=restart)
        await self._original_shutdown(now=now, restart=restart)

    async def _is_alive(self) -> bool:
        try:
            # It answers for a kernel that is gone once more.
            return bool(await ensure_async(self._manager.is_alive())) and self._manager.has_kernel
        except Exception:  # the gateway does not answer
            return False

    def _begin_watch(self, environment: Mapping[str, str]) -> None:
        if not switches_off(environment):
            self._watch = asyncio.create_task(self._look_for_token())

    def _stop_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    async def _look_for_token(self) -> None:
        """Tell the notebook's user if the kernel has no token soon after it was idle first."""
        tokens, kernel_id = self._context.tokens, self._manager.kernel_id
        try:
            is_python = await self._is_python()
            if is_python:
                await self._wait_until_idle()
                if await comes_true(lambda: tokens.is_exchanged(kernel_id), GRACE_SECONDS):
                    return
        except Exception as error:  # the gateway does not answer; then there is no notebook either
            self._log.warning("jupyter_secrets: no answer of a gateway: %s", type(error).__name__)
            return
        tokens.revoke_code(kernel_id)
        if is_python:
            reason = _REASON.format(url=self._address()[0])
            self._context.tell_missing(kernel_id, reason)

    async def _is_python(self) -> bool:
        specs = self._manager.parent.kernel_spec_manager
        model = await ensure_async(specs.get_kernel_spec(self._manager.kernel["name"]))
        return str(model["spec"].get("language", "")).lower() == "python"

    async def _wait_until_idle(self) -> None:
        pause = FIRST_LOOK_SECONDS
        while (await self._manager.refresh_model() or {}).get("execution_state") == "starting":
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_LOOK_SECONDS)


class _Environment(dict[str, str]):
    """An environment of which a log shows no values: Jupyter logs what kernels are started with."""

    def __repr__(self) -> str:
        return f"<{len(self)} variables>"


def _allowed(variables: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """Return the variables that Jupyter sends to a gateway."""
    return {
        name: text
        for name, text in variables.items()
        if name.startswith(GATEWAY_PREFIX) or name in names
    }


def _sent_name(name: str) -> str:
    """Return the name under which every gateway hands on a variable of ours."""
    is_own = name in OWN_VARIABLES or name == AUTOLOAD_VARIABLE
    return GATEWAY_PREFIX + name if is_own else name
