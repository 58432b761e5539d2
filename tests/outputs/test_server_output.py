"""What leaves a server: its own layer, with kernels that have no filter."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest

from tests.jupyter import V1, Kernel, Reply, Server
from tests.outputs.conftest import filled, give, installed
from tests.outputs.leaks import VALUE, leaks, shown

BUFFERS = (
    "import comm\n"
    "comm.create_comm('x', data={}).send({'shape': [2]}, buffers=[v.encode(), b'\\0\\xff' * 8])"
)


def kernelspec(server: Server, name: str, *argv: str, **env: str) -> str:
    folder = server.home / "data/kernels" / name
    folder.mkdir(parents=True, exist_ok=True)
    spec = {"argv": [*argv], "display_name": name, "language": "x", "env": env}
    (folder / "kernel.json").write_text(json.dumps(spec))
    return name


@pytest.mark.parametrize("protocol", [V1, ""], ids=["v1", "legacy"])
def test_binary_buffers_are_filtered_and_others_arrive_as_they_were(layers, protocol):
    with layers["server"].kernel(protocol=protocol) as kernel:
        give(kernel)

        reply = kernel.execute(BUFFERS)

    assert not leaks(shown(reply))
    (message,) = (m for m in reply.messages if m["header"]["msg_type"] == "comm_msg")
    assert message["buffers"] == [b"[REDACTED]", b"\0\xff" * 8]
    assert message["content"]["data"] == {"shape": [2]}


@pytest.mark.parametrize("layer", ["kernel", "server"])
def test_a_session_that_is_connected_again_goes_on_where_it_stopped(layers, layer):
    with layers[layer].kernel() as kernel:
        give(kernel)
        kernel.send("execute_request", code_of("first, rest = v[:9], v[9:]"))
        code = (
            "import time\nprint('a', first, end='', flush=True)\ntime.sleep(1.5)\nprint(rest, 'z')"
        )
        message_id = kernel.send("execute_request", code_of(code))
        before = Reply()
        kernel.wait_for(before, lambda: "a " in before.stream())
        kernel.close()
        time.sleep(2)

        kernel.connect()
        after = Reply()
        kernel.wait_for(after, lambda: "z" in after.stream())

    own = [m for r in (before, after) for m in r.messages if m["header"]["msg_type"] == "stream"]
    assert {m["parent_header"]["msg_id"] for m in own} == {message_id}
    # A piece that is too short to be hidden does not wait for the rest.
    shown_text = (before.stream() + after.stream()).replace(VALUE[:9], "")
    assert shown_text == "a [REDACTED] z\n"


def code_of(code: str) -> dict[str, object]:
    return {"code": code, "silent": False, "store_history": False, "allow_stdin": False}


def test_what_a_kernel_printed_before_it_died_is_not_lost(layers):
    with layers["server"].kernel() as kernel:
        give(kernel)
        kernel.send(
            "execute_request",
            code_of(
                "import os, time; print(v[:9], end='', flush=True); time.sleep(.2); os._exit(9)"
            ),
        )
        reply = Reply()
        kernel.wait_for(reply, lambda: "restarting" in reply.text)
        kernel.wait_for(reply, lambda: reply.stream() != "")

    assert reply.stream() == VALUE[:9]


def test_a_kernel_in_another_language_is_filtered(layers):
    server = layers["server"]
    argv = ("python", "-m", "bash_kernel", "-f", "{connection_file}")
    name = kernelspec(server, "bash", *argv, PS1="$")
    with server.kernel(name=name) as kernel:
        reply = kernel.execute(f"v=$(echo {VALUE[::-1]} | rev); echo whole $v")
        halves = kernel.execute("echo -n ${v:0:18}; sleep .3; echo ${v:18} end")
        error = kernel.execute("ls /$v")

    assert reply.stream() == "whole [REDACTED]\n"
    assert halves.stream() == "[REDACTED] end\n"
    assert "[REDACTED]" in shown(error)
    assert not leaks("".join(map(shown, (halves, error))))


def test_a_filter_that_is_removed_from_a_cell_is_not_the_last_one(start_server):
    server = filled(start_server())
    remove = "s = get_ipython().kernel.session\ndel s.__dict__['send'], s.__dict__['serialize']"
    with server.kernel() as kernel:
        give(kernel)
        assert kernel.execute("'send' in vars(get_ipython().kernel.session)").of("execute_result")
        kernel.execute(remove)

        reply = kernel.execute("print(v); v")

    assert reply.stream() == "[REDACTED]\n"
    assert not leaks(shown(reply))


def test_another_extension_that_wraps_too_does_not_undo_the_filter(start_server):
    config = """
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.serverapp import ServerApp
from traitlets.config import get_config

class Other(ZMQChannelsWebsocketConnection):
    def handle_outgoing_message(self, stream, message):
        self.log.info("the other extension was here")
        super().handle_outgoing_message(stream, message)

start = ServerApp._post_start if hasattr(ServerApp, "_post_start") else None
original = ServerApp.start_ioloop

def start_ioloop(self):
    self.io_loop.call_later(0.2, self.web_app.settings.update, {
        "kernel_websocket_connection_class": Other})
    original(self)

ServerApp.start_ioloop = start_ioloop
c.JupyterSecrets.autoload = False
"""
    server = start_server(config=config)
    filled(server)
    time.sleep(1)
    with server.kernel() as kernel:
        give(kernel)

        reply = kernel.execute("print(v)")

    assert "the other extension was here" in server.log.read_text()
    assert reply.stream() == "[REDACTED]\n"


GATEWAY = """
import os
os.environ["JUPYTER_SECRETS_AUTOLOAD"] = "0"
c.ServerApp.jpserver_extensions = {"jupyter_secrets": False}
"""


def test_kernels_behind_a_gateway_are_filtered(start_server):
    gateway = start_server(config=GATEWAY)
    server = start_server(
        config=(
            f"c.GatewayClient.url = {gateway.url!r}\n"
            f"c.GatewayClient.auth_token = {gateway.token!r}\n"
        )
    )
    filled(server)
    with server.kernel(protocol="") as kernel:
        give(kernel)
        assert gateway.request("GET", "api/kernels")[0]["id"] == kernel.id

        reply = kernel.execute("print(v[:18], end='', flush=True); print(v[18:]); display(v)")

    assert reply.stream() == "[REDACTED]\n"
    assert not leaks(shown(reply))


@pytest.fixture(scope="module")
def nbmodel(start_server, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that runs cells itself, of kernels without a filter."""
    folder = installed(
        tmp_path_factory.mktemp("nbmodel"), "jupyter-server-nbmodel", "jupyter-kernel-client"
    )
    server = start_server(
        config=(
            "c.ServerApp.jpserver_extensions = {'jupyter_server_nbmodel': True}\n"
            "c.JupyterSecrets.autoload = False"
        ),
        environment={"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
    )
    return filled(server)


def run_in_server(server: Server, kernel: Kernel, code: str) -> list[dict]:
    answer = server.request("POST", f"api/kernels/{kernel.id}/execute", {"code": code})
    while True:
        answer = server.request("GET", answer["request_url"].lstrip("/"))
        if not answer.get("pending"):
            return json.loads(answer["outputs"])
        answer.setdefault("request_url", f"api/kernels/{kernel.id}/requests/{answer['request_id']}")
        time.sleep(0.05)


def test_cells_that_the_server_runs_are_filtered(nbmodel):
    with nbmodel.kernel() as kernel:
        give(kernel)

        outputs = run_in_server(
            nbmodel,
            kernel,
            "for c in v: print(c, end='', flush=True)\ndisplay({'text/html': v}, raw=True)\n"
            "print(v[:9], end='')",
        )
        error = run_in_server(nbmodel, kernel, "raise ValueError(v)")
        run_in_server(nbmodel, kernel, f"len({VALUE!r})")  # it logs what it runs

    assert not leaks(json.dumps([outputs, error]))
    streams = [output["text"] for output in outputs if output["output_type"] == "stream"]
    assert "".join(streams) == "[REDACTED]" + VALUE[:9]
    assert [o["data"] for o in outputs if "data" in o] == [{"text/html": "[REDACTED]"}]
    assert error[0]["evalue"] == "[REDACTED]"
    assert "len('[REDACTED]')" in nbmodel.log.read_text()
    assert not leaks(nbmodel.log.read_text())


def test_the_servers_own_log_shows_no_value(layers):
    server = layers["server"]
    with pytest.raises(Exception, match="400"):
        server.respond("POST", "api/contents", f'{{"type": "{VALUE}", '.encode())
    with server.kernel(protocol="") as kernel:
        kernel.send("execute_request", code_of("1"), channel=f"channel {VALUE}")
        kernel.ask("kernel_info_request", {})
    server.request("GET", f"api/contents?content=0&q={VALUE}")
    server.request("GET", "api/status")  # a request is logged after its answer is sent

    log = server.log.read_text()

    assert 'Bad JSON: \'{"type": "[REDACTED]' in log
    assert "No such channel: 'channel [REDACTED]'" in log
    assert "q=[REDACTED]" in log
    assert not leaks(log[log.index("Bad JSON") :])


@pytest.mark.parametrize("code", ["%cd /nope/{w}\n1/0", "x = 'pa%s{wd}x9-Lm%dQ/7Zk'\n1/0"])
def test_the_kernel_and_ipython_before_todays_are_filtered_too(layers, older: Path, code):
    server = layers["kernel"]
    argv = ("python", "-m", "ipykernel_launcher", "-f", "{connection_file}")
    name = kernelspec(server, "older", *argv, PYTHONPATH=f"{older}:{Path.cwd()}")
    with server.kernel(name=name) as kernel:
        give(kernel)
        versions = kernel.execute(
            "import IPython, ipykernel; IPython.__version__[0], ipykernel.__version__"
        )

        reply = kernel.execute(code)
        stream = kernel.execute("for c in v: print(c, end='', flush=True)\nprint(end='.')")

    assert "('8', '6.29.5')" in shown(versions)
    assert not leaks(shown(reply))
    assert "[REDACTED]" in shown(reply)
    assert stream.stream() == "[REDACTED]."
