"""What happens when the filter itself breaks: nothing gets out, and everything goes on."""

from __future__ import annotations

import json
import logging
import struct

import pytest

from jupyter_secrets.outputs import WITHHELD, MessageFilter
from jupyter_secrets.redaction import Redactor
from jupyter_secrets.server.filters.frames import Frame, LegacyCodec, V1Codec
from jupyter_secrets.server.filters.websocket import WebsocketFilter
from tests.jupyter import V1, Server
from tests.outputs.conftest import give, run
from tests.outputs.leaks import VALUE, leaks, shown

BREAK = "r = get_ipython()._jupyter_secrets.guard.redactor; saved = r.scanner, r.prefilter\n"
BREAKS = {
    "an error in it": "def fail(*_, **__): raise RuntimeError(v)\nr.prefilter = r.stream = fail",
    "a panic in its engine": (
        "class Panic(BaseException): pass\n"
        "def fail(*_, **__): raise Panic(v)\n"
        "r.prefilter = r.stream = fail"
    ),
    "its engine taken away": "r.scanner = None",
}
MEND = "r.scanner, r.prefilter = saved; vars(r).pop('stream', 0); vars(r).pop('prefilter')"
SHOWN = {
    "stream": "print(v)",
    "stderr": "import sys; print(v, file=sys.stderr)",
    "display": "display(v)",
    "result": "v",
    "error": "1 / 0 # {v}",
    "user's own message": (
        "k = get_ipython().kernel; k.session.send(k.iopub_socket, 'x_custom', {'a': v}); print(v)"
    ),
    "buffers": "import comm; comm.create_comm('x', data={}, buffers=[v.encode()]); print(v)",
    "prompt": "input(v)",
}


@pytest.mark.parametrize("how", BREAKS.values(), ids=BREAKS)
def test_a_kernel_whose_filter_breaks_says_so_and_shows_nothing(layers, how):
    with layers["kernel"].kernel() as kernel:
        give(kernel)
        kernel.execute(BREAK + how)

        replies = {name: kernel.execute(code) for name, code in SHOWN.items()}
        kernel.execute(MEND)
        mended = kernel.execute("print(v, 'goes on')")

    for name, reply in replies.items():
        assert not leaks(shown(reply)), name
        assert WITHHELD in shown(reply), name
    assert mended.stream() == "[REDACTED] goes on\n"


def test_a_kernel_without_its_engine_still_writes_no_value_to_the_servers_terminal(layers):
    server = layers["kernel"]
    with server.kernel() as kernel:
        give(kernel)
        kernel.execute(BREAK + BREAKS["its engine taken away"])

        run(kernel, "import os, time; os.write(1, f'{v}\\n'.encode()); time.sleep(1)", WITHHELD)

    assert WITHHELD in server.log.read_text()
    assert not leaks(server.log.read_text())


@pytest.fixture(scope="module")
def broken(start_server):
    """A server whose filter fails on whatever has `break-it` in it."""
    server = start_server(
        config=(
            "import jupyter_secrets.outputs.message_filter as f\n"
            "def breaking(function, text_at):\n"
            "    def call(*arguments, **named):\n"
            "        text = arguments[text_at]\n"
            "        if 'break-it' in (text if isinstance(text, str) else text.decode()):\n"
            "            raise RuntimeError(text)\n"
            "        return function(*arguments, **named)\n"
            "    return call\n"
            "f.redact_packed = breaking(f.redact_packed, 1)\n"
            "f.StreamBuffer.feed = breaking(f.StreamBuffer.feed, 3)\n"
            "c.JupyterSecrets.autoload = False\n"
        )
    )
    server.store_secret("token", VALUE)
    return server


@pytest.mark.parametrize("protocol", [V1, ""], ids=["v1", "legacy"])
def test_a_server_whose_filter_breaks_says_so_and_shows_nothing(broken, protocol):
    with broken.kernel(protocol=protocol) as kernel:
        give(kernel)
        b = "b = 'break' + '-it'"
        kernel.execute(b)
        replies = [
            kernel.execute(code)
            for code in (
                "print(v, b)",
                "display([v, b])",
                "raise ValueError(v + b)",
                "input(b + v)",
            )
        ]
        mended = kernel.execute("print(v, 'goes on')")

    for reply in replies:
        assert not leaks(shown(reply))
        assert WITHHELD in shown(reply)
    assert mended.stream() == "[REDACTED] goes on\n"
    assert not leaks(broken.log.read_text())
    assert "output withheld: RuntimeError" in broken.log.read_text()


class Handler:
    """Stands for a websocket's handler; collects what it is given to write."""

    def __init__(self, protocol: str) -> None:
        self.selected_subprotocol = protocol
        self.written: list[bytes | str] = []

    def write_message(self, message: bytes | str, binary: bool = False) -> None:
        assert binary == isinstance(message, bytes)
        self.written.append(message)


def websocket_filter(handler: Handler) -> WebsocketFilter:
    log = logging.getLogger("test")
    message_filter = MessageFilter(Redactor([VALUE]), log)
    return WebsocketFilter(handler, lambda: message_filter, log)


def frame_of(message_type: object, content: bytes, **header: object) -> Frame:
    packed = json.dumps({"msg_id": "1", "msg_type": message_type, **header}).encode()
    return Frame("iopub", packed, b'{"msg_id":"0"}', b"{}", content)


def cut(frame: Frame, by: int) -> bytes:
    return V1Codec().encode(frame)[:-by]


GOOD = frame_of("stream", json.dumps({"name": "stdout", "text": VALUE}).encode())
MALFORMED = {
    "cut": cut(GOOD, 4),
    "without offsets": VALUE.encode(),
    "a gap in it": struct.pack("<7Q", 6, 64, 64, 64, 64, 64, 64) + VALUE.encode(),
    "offsets that go back": struct.pack("<7Q", 6, 56, 50, 60, 70, 80, 91) + VALUE.encode(),
    "endless": struct.pack("<Q", 2**62) + VALUE.encode(),
    "a header that is no JSON": V1Codec().encode(
        Frame("iopub", VALUE.encode(), b"{}", b"{}", b"{}")
    ),
    "a header that is a list": V1Codec().encode(Frame("iopub", b"[]", b"{}", b"{}", b"{}")),
    "a stream without text": V1Codec().encode(frame_of("stream", b'{"name":"stdout"}')),
    "a stream whose text is a list": V1Codec().encode(
        frame_of("stream", json.dumps({"name": "x", "text": [VALUE[:9], VALUE[9:]]}).encode())
    ),
    "text where bytes are due": json.dumps({"text": VALUE}),
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_frame_is_withheld_with_a_line_that_says_so(message):
    handler = Handler(V1)
    (written,) = websocket_filter(handler).filter(message)

    assert WITHHELD in json.loads(V1Codec().decode(written).content)["text"]
    assert not leaks(written.decode(errors="replace"))


@pytest.mark.parametrize("message", ["{}", "[1]", b"\0\0\0\1\0\0\0\x08{}", VALUE], ids=repr)
def test_a_malformed_legacy_message_is_withheld_too(message):
    (written,) = websocket_filter(Handler("")).filter(message)

    assert WITHHELD in json.loads(LegacyCodec().decode(written).content)["text"]


def test_a_message_of_32_megabytes_is_filtered_and_the_next_one_comes(start_server):
    server = start_server(config="c.ZMQChannelsWebsocketConnection.limit_rate = False")
    server.store_secret("token", VALUE)
    with server.kernel() as kernel:
        kernel.execute("v = dbutils.secrets.get('prod', 'token')")

        large = kernel.execute("print('x' * (32 << 20), v)")
        after = kernel.execute("print('goes on')")

    assert large.stream() == "x" * (32 << 20) + " [REDACTED]\n"
    assert after.stream() == "goes on\n"


@pytest.mark.parametrize(
    "breaking",
    [
        "import jupyter_secrets.server.filters.websocket as w; del w.install",
        "import jupyter_secrets.server.filters.kernel_client as e; e.install = None",
        "import jupyter_secrets.server.extension as e; e.open_scopes = lambda _: 1 / 0",
    ],
    ids=["websockets", "execution", "store"],
)
def test_a_server_that_cannot_install_the_filter_does_not_start(tmp_path, breaking):
    server = Server(tmp_path, config=breaking)

    server.launch()

    try:
        assert server.process.wait(30) != 0
    finally:
        server.stop()
    log = server.log.read_text()
    assert "jupyter_secrets cannot filter the outputs of this server, so it does not start" in log
    assert "jupyter server extension disable jupyter_secrets" in log
