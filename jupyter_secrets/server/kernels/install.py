"""Prepare every kernel that a server starts."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jupyter_server.gateway.managers import GatewayKernelManager

from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.kernels.credentials import Address
from jupyter_secrets.server.kernels.gateway import GatewayLaunch
from jupyter_secrets.server.kernels.launch import KernelLaunch


def install(
    kernel_manager: Any, context: AppContext, address: Address, log: logging.Logger
) -> None:
    """Prepare every kernel that a multi-kernel manager starts from now on."""
    create: Callable[..., Any] = kernel_manager.kernel_manager_factory

    def create_prepared(*args: Any, **options: Any) -> Any:
        manager = create(*args, **options)
        is_remote = isinstance(manager, GatewayKernelManager)
        launch = GatewayLaunch if is_remote else KernelLaunch
        launch(manager, context, address, log)
        return manager

    kernel_manager.kernel_manager_factory = create_prepared
