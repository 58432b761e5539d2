"""Tells waiting servers that values, or who may read them, have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from jupyter_secrets.scopes import Scopes

# Another process may change the store: it is looked at so often while somebody waits.
LOOK_SECONDS = 0.25


class Changes:
    """The state of the store as one short text, and a wait for another one.

    However many wait, the store is asked once for all of them.
    """

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._loop = asyncio.get_running_loop()
        self._look_now = asyncio.Event()
        self._changed = asyncio.Condition()
        self._state = ""
        self._waiting = 0
        self._watch: asyncio.Task[None] | None = None
        self._is_closed = False

    def notify(self) -> None:
        """Have the store looked at now, from any thread."""
        self._loop.call_soon_threadsafe(self._look_now.set)

    async def state(self) -> str:
        """Return the state as it is now."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> str:
        return self._scopes.revision()

    async def wait(self, is_news: Callable[[str], bool], seconds: float) -> str:
        """Return a state that is news, or after some seconds whichever there is."""
        state = await self.state()
        if is_news(state) or self._is_closed:
            return state
        self._waiting += 1
        if self._watch is None:
            self._watch = asyncio.create_task(self._look())
        try:
            async with self._changed:
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: self._is_closed or self._is(is_news)), seconds
                )
        except asyncio.TimeoutError:
            pass
        finally:
            self._waiting -= 1
        return self._state or state

    def _is(self, is_news: Callable[[str], bool]) -> bool:
        return bool(self._state) and is_news(self._state)

    async def _look(self) -> None:
        while self._waiting and not self._is_closed:
            self._look_now.clear()
            state = await self.state()
            if state != self._state:
                async with self._changed:
                    self._state = state
                    self._changed.notify_all()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), LOOK_SECONDS)
        self._watch, self._state = None, ""

    async def close(self) -> None:
        """Have nobody wait any longer."""
        self._is_closed = True
        self._look_now.set()
        async with self._changed:
            self._changed.notify_all()
