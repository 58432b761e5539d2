"""See to it that a kernel has `dbutils` before any cell runs, whichever environment it runs in.

What a command line starts cannot be told from its words: it may be a shell's, a script's or
``conda run``. So the kernel is asked what it is, and if it is an ipykernel that has not loaded the
extension by itself, it loads it then, from its own environment or from the server's.
"""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_client.asynchronous.client import AsyncKernelClient
from zmq.asyncio import Context

# So long, in seconds, a kernel that is idle for the first time may take to ask for its token.
GRACE_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_OLDEST_PYTHON = (3, 10)
_PACKAGE = Path(__file__).parents[2]
_NAME = "loaded"


class Language(NamedTuple):
    """What a kernel runs, as it says itself."""

    implementation: str
    name: str
    version: str

    @property
    def is_python(self) -> bool:
        return self.name.lower() == "python"

    @property
    def is_too_old(self) -> bool:
        numbers = self.version.split(".")[:2]
        is_number = all(number.isdigit() for number in numbers)
        return is_number and tuple(map(int, numbers)) < _OLDEST_PYTHON


async def introduce(manager: Any, has_token: Callable[[], bool], release: str) -> str | None:
    """Have a kernel load the extension; return why it has no token, or nothing.

    Of kernels in other languages none is expected; others than ipykernel may get theirs later.
    This waits for as long as the kernel takes to answer.
    """
    client = AsyncKernelClient(context=Context.instance())
    # A session of its own: clients of one identity would take each other's answers.
    client.load_connection_info(manager.get_connection_info())
    try:
        return await _introduce(client, has_token, release)
    finally:
        client.shell_channel.stop()


async def _introduce(client: Any, has_token: Callable[[], bool], release: str) -> str | None:
    language = await _ask_language(client)
    if has_token() or not language.is_python:
        return None
    if language.is_too_old:
        oldest = ".".join(map(str, _OLDEST_PYTHON))
        return f"Its kernel runs Python {language.version}: use {oldest} or newer."
    if language.implementation == "ipython":
        reason = await _load(client, release)
        if has_token():
            return None
        return reason or "jupyter_secrets was loaded and has not asked for the kernel's token."
    kind = language.implementation
    return f"Its kernel, {kind}, has not loaded jupyter_secrets: install it in its environment."


async def _ask_language(client: Any) -> Language:
    content = await _reply(client, client.kernel_info())
    info = content.get("language_info") or {}
    name, version = str(info.get("name", "")), str(info.get("version", ""))
    return Language(str(content.get("implementation", "")), name, version)


async def _load(client: Any, release: str) -> str:
    """Run `kernel/bootstrap.py` in a kernel; return what is wrong, or nothing."""
    source = (_PACKAGE / "kernel/bootstrap.py").read_text()
    arguments = f"get_ipython(), {str(_PACKAGE.parent)!r}, {release!r}"
    # An expression: of a statement, names and a place in the history would stay.
    expression = (
        f"(lambda scope: (exec({source!r}, scope), scope['load']({arguments}))[1])"
        "({'__name__': 'jupyter_secrets_bootstrap'})"
    )
    sent = client.execute("", silent=True, user_expressions={_NAME: expression}, allow_stdin=False)
    answers = (await _reply(client, sent)).get("user_expressions") or {}
    answer = answers.get(_NAME) or {}
    if answer.get("status") != "ok":
        return f"jupyter_secrets could not be loaded: {answer.get('ename', 'no answer')}."
    return str(ast.literal_eval(answer["data"]["text/plain"]))


async def _reply(client: Any, message_id: str) -> dict[str, Any]:
    while True:
        message = await client.get_shell_msg(timeout=None)
        if message["parent_header"].get("msg_id") == message_id:
            content: dict[str, Any] = message["content"]
            return content


async def comes_true(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true, and return whether it came true in time."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
    return True


def runs_here(command: list[str]) -> bool:
    """Tell whether a command line runs this server's own Python."""
    return bool(command) and Path(command[0]).parent == Path(sys.executable).parent
