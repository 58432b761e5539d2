"""Kernels that were started and do not have `dbutils` yet: what clients send them waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

# For so long what clients send to a kernel waits at most, from its start on.
MAX_WAIT_SECONDS = 60.0


class KernelStarts:
    """The starts that are under way, by the ids of the kernels."""

    def __init__(self) -> None:
        self._starts: dict[str, asyncio.Future[None]] = {}

    def begin(self, kernel_id: str) -> Callable[[], None]:
        """Have what clients send to a kernel wait; return what ends that, once or several times."""
        loop = asyncio.get_running_loop()
        start = loop.create_future()
        earlier = self._starts.get(kernel_id)
        self._starts[kernel_id] = start

        def end() -> None:
            timer.cancel()
            if self._starts.get(kernel_id) is start:
                del self._starts[kernel_id]
            if not start.done():
                start.set_result(None)

        timer = loop.call_later(MAX_WAIT_SECONDS, end)
        if earlier is not None and not earlier.done():
            earlier.set_result(None)
        return end

    def pending(self, kernel_id: str) -> asyncio.Future[None] | None:
        """Return what is done when a kernel's start is over, or nothing if it is."""
        return self._starts.get(kernel_id)
