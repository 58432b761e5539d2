"""What each kernel that is installed here has of `dbutils`: it is started once and asked."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

# Asked of a kernel: whether the package is there, whose `dbutils` it has, and where it lives.
_QUESTION = (
    "(__import__('importlib.util').util.find_spec('jupyter_secrets') is not None,"
    " type(get_ipython().user_ns.get('dbutils')).__module__, __import__('sys').prefix)"
)
_OURS = "jupyter_secrets.kernel.dbutils"
_WITHOUT_IPYTHON = (
    "import jupyter_secrets; jupyter_secrets.get(…), whose values a server alone redacts; or a "
    "kernel that has IPython"
)
_START_SECONDS = 30
_ANSWER_SECONDS = 10


class KernelCheck(NamedTuple):
    """A kernel, whether `dbutils` is there by itself, and what to do where it is not."""

    kernel: str
    dbutils: str
    advice: str


def check_kernels() -> Iterator[KernelCheck]:
    """Start each Python kernel, ask it, and end it."""
    from jupyter_client.kernelspec import KernelSpecManager  # slow to import

    for name, spec_info in sorted(KernelSpecManager().get_all_specs().items()):
        language = str(spec_info["spec"].get("language", "")).lower()
        if language == "python":
            yield _check_python(name)
        else:
            advice = "references in its environment and the server's filter work"
            yield KernelCheck(name, f"no: it runs {language or 'another language'}", advice)


def _check_python(name: str) -> KernelCheck:
    from jupyter_client.manager import start_new_kernel

    try:
        manager, client = start_new_kernel(
            _START_SECONDS, name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except Exception:  # whatever keeps it from starting
        return KernelCheck(
            name, "unknown: it does not start", f"jupyter console --kernel {name} says why"
        )
    try:
        return _judge(name, *_ask(client))
    except Exception:  # an answer that only a shell of IPython gives as is expected
        return KernelCheck(name, "no: it has no IPython", _WITHOUT_IPYTHON)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _ask(client: Any) -> tuple[bool, str, str]:
    reply = client.execute(
        "", silent=True, user_expressions={"found": _QUESTION}, reply=True, timeout=_ANSWER_SECONDS
    )
    text = reply["content"]["user_expressions"]["found"]["data"]["text/plain"]
    installed, module, prefix = ast.literal_eval(text)
    return bool(installed), str(module), str(prefix)


def _judge(name: str, installed: bool, module: str, prefix: str) -> KernelCheck:
    if module == _OURS:
        return KernelCheck(name, "yes", "")
    if module != "builtins":
        return KernelCheck(name, "no: it has another dbutils", "del dbutils")
    if installed:
        return KernelCheck(name, "no: it is not loaded", "jupyter secrets enable --user")
    advice = f"a Jupyter server brings it along; for other programs, install it in {prefix}"
    return KernelCheck(name, "no: it is not installed", advice)
