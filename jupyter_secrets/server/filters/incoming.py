"""What front ends send to a kernel, in the order in which the kernel is to see it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from jupyter_secrets.server.filters.frames import Data, agreed_codec


class IncomingMessages:
    """What a front end sends to a kernel; while the kernel starts, its cells wait.

    `find_start` returns what is done when the kernel's start is over, or nothing.
    """

    def __init__(self, handler: Any, find_start: Callable[[], asyncio.Future[None] | None]) -> None:
        self._handler = handler
        self._find_start = find_start
        self._waiting: deque[tuple[Callable[[Data], object], Data]] = deque()

    def send(self, send: Callable[[Data], object], data: Data) -> None:
        """Hand a message on, after those that wait."""
        start = self._find_start()
        if (start is None and not self._waiting) or self._is_urgent(data):
            send(data)
            return
        self._waiting.append((send, data))
        if len(self._waiting) == 1:
            self._release_after(start)

    def _is_urgent(self, data: Data) -> bool:
        """Tell whether a message is to reach a kernel that is busy: an interrupt, an answer."""
        try:
            return agreed_codec(self._handler).decode(data).channel != "shell"
        except ValueError:  # the kernel's to refuse
            return True

    def _release_after(self, start: asyncio.Future[None] | None) -> None:
        if start is not None:
            start.add_done_callback(lambda _: self._release())

    def _release(self) -> None:
        start = self._find_start()
        if start is not None:  # it was started once more
            self._release_after(start)
            return
        while self._waiting:
            send, data = self._waiting.popleft()
            if self._handler.ws_connection is not None:
                send(data)
