"""Kernels' starts, which what clients send waits for."""

from __future__ import annotations

import asyncio

import pytest

from jupyter_secrets.server import starting_kernels
from jupyter_secrets.server.filters.frames import Frame, LegacyCodec
from jupyter_secrets.server.filters.incoming import IncomingMessages
from jupyter_secrets.server.starting_kernels import KernelStarts


class Handler:
    """As much of a websocket's handler as is looked at."""

    selected_subprotocol = ""
    ws_connection: object = True


def message(name: str, channel: str = "shell") -> str:
    frame = Frame(channel, b'{"msg_id": "%s"}' % name.encode(), b"{}", b"{}", b"{}")
    return str(LegacyCodec().encode(frame))


def test_cells_wait_in_order_through_a_restart_and_interrupts_do_not():
    async def run() -> list[str]:
        kernels, sent = KernelStarts(), []
        incoming = IncomingMessages(Handler(), lambda: kernels.pending("one"))
        first = kernels.begin("one")
        for name, channel in (("a", "shell"), ("b", "shell"), ("interrupt", "control")):
            incoming.send(lambda _, name=name: sent.append(name), message(name, channel))
        second = kernels.begin("one")
        first()
        await asyncio.sleep(0)
        assert sent == ["interrupt"]
        second()
        incoming.send(lambda _: sent.append("c"), message("c"))
        await asyncio.sleep(0)
        incoming.send(lambda _: sent.append("d"), message("d"))
        return sent

    assert asyncio.run(run()) == ["interrupt", "a", "b", "c", "d"]


def test_what_waits_for_a_client_that_has_gone_is_not_sent():
    async def run() -> list[str]:
        kernels, sent, handler = KernelStarts(), [], Handler()
        incoming = IncomingMessages(handler, lambda: kernels.pending("one"))
        end = kernels.begin("one")
        incoming.send(lambda _: sent.append("a"), message("a"))
        handler.ws_connection = None
        end()
        await asyncio.sleep(0)
        return sent

    assert asyncio.run(run()) == []


def test_a_kernel_that_never_answers_keeps_nothing_for_ever(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(starting_kernels, "MAX_WAIT_SECONDS", 0.0)

    async def run() -> None:
        kernels = KernelStarts()
        kernels.begin("one")
        start = kernels.pending("one")
        assert start is not None
        await asyncio.wait_for(start, 60)
        assert kernels.pending("one") is None

    asyncio.run(run())
