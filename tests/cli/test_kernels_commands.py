from __future__ import annotations

import json
import sys

import pytest

from jupyter_secrets.environment import AUTOLOAD_VARIABLE

LOADED = {"InteractiveShellApp": {"extra_extensions": ["jupyter_secrets.autoload"]}}
OTHER = {"InteractiveShellApp": {"extra_extensions": ["other"]}, "X": {"y": 1}}


@pytest.fixture
def profile(home):
    """The file of the user's profile that is the default."""
    return home / "ipython/profile_default/ipython_config.json"


@pytest.fixture
def prefix(tmp_path, monkeypatch):
    """The file of an environment that nothing is installed in."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "environment"))
    return tmp_path / "environment/etc/ipython/ipython_config.json"


def test_enable_writes_one_file_and_disable_removes_it(run, profile, prefix):
    run("enable", "--user")
    assert json.loads(profile.read_text()) == LOADED

    run("disable", "--user")
    assert not profile.exists()

    run("enable")
    assert json.loads(prefix.read_text()) == LOADED


def test_what_else_is_in_the_file_stays(run, profile, prefix):
    profile.parent.mkdir(parents=True)
    profile.write_text(json.dumps(OTHER))

    run("enable", "--user")
    run("enable", "--user")
    extensions = json.loads(profile.read_text())["InteractiveShellApp"]["extra_extensions"]
    run("disable", "--user")

    assert extensions == ["other", "jupyter_secrets.autoload"]
    assert json.loads(profile.read_text()) == OTHER


def test_disable_names_the_file_that_still_loads_it(run, profile, prefix):
    run("enable")
    run("enable", "--user")

    assert str(prefix) in run("disable", "--user")[1]


def test_what_cannot_be_changed_is_named(run, profile, prefix):
    profile.parent.mkdir(parents=True)
    profile.write_text("[")

    assert str(profile) in run("enable", "--user")[2]
    assert run("enable", "--profile", "nope")[2].endswith(
        f"no IPython profile nope in {profile.parents[1]}: make it with "
        '"ipython profile create nope".\n'
    )


# What xeus-python's `xpython-raw` is: Python in a kernel without IPython.
NO_IPYTHON = """
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class Raw(Kernel):
    implementation = "raw"
    implementation_version = banner = ""
    language_info = {"name": "python"}

    def do_execute(self, code, silent, *arguments, user_expressions=None, **named):
        error = {"status": "error", "ename": "NameError", "evalue": "", "traceback": []}
        expressions = dict.fromkeys(user_expressions or {}, error)
        return {"status": "ok", "execution_count": 1, "user_expressions": expressions}

IPKernelApp.launch_instance(kernel_class=Raw)
"""


def test_doctor_starts_each_kernel_and_says_what_it_lacks(run, home, monkeypatch):
    shell = home / "raw.py"
    shell.write_text(NO_IPYTHON)
    for name, spec in {
        "quiet": {"language": "python", "env": {AUTOLOAD_VARIABLE: "0"}},
        "broken": {"language": "python", "argv": [sys.executable, "-c", "raise SystemExit(1)"]},
        "julia": {"language": "julia"},
        "raw": {"argv": [sys.executable, str(shell), "-f", "{connection_file}"]},
    }.items():
        folder = home / "data/kernels" / name
        folder.mkdir(parents=True)
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        content = {"argv": argv, "display_name": name, "language": "python", **spec}
        (folder / "kernel.json").write_text(json.dumps(content))

    status, shown, _ = run("doctor", "-o", "json")

    rows = json.loads(shown)["kernels"]
    found = {row["kernel"]: (row["dbutils"], row["advice"]) for row in rows}
    assert status == 1
    assert found["python3"] == ("yes", "")
    assert found["quiet"] == ("no: it is not loaded", "jupyter secrets enable --user")
    assert found["broken"][0] == "unknown: it does not start"
    assert found["julia"][0] == "no: it runs julia"
    assert found["raw"] == (
        "no: it has no IPython",
        "import jupyter_secrets; jupyter_secrets.get(…), whose values a server alone redacts; or "
        "a kernel that has IPython",
    )
