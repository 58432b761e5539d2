"""Loading, unloading, reloading and resetting, in a kernel and in other shells."""

from __future__ import annotations

import itertools

import pytest

from tests.jupyter import store_secret
from tests.kernel.shells import PROGRAMS, run_bare, stream
from tests.outputs.leaks import VALUE, leaks

STEPS = {
    "load": "%load_ext jupyter_secrets",
    "reload": "%reload_ext jupyter_secrets",
    "unload": "%unload_ext jupyter_secrets",
    "reset": "%reset -f",
    "selective": "%reset_selective -f dbutils",
    "again": "get_ipython().extension_manager.load_extension('jupyter_secrets')",
}
# A value from elsewhere: what `%reset` takes away is put back without asking `dbutils`.
SHOW = f"print('a', {VALUE[::-1]!r}[::-1], 'z')"
HAS = "print('dbutils' in globals() and len(dbutils.secrets.get('prod', 'token')))"
SEQUENCES = [
    ("reload", "reload"),
    ("reload", "reset"),
    ("reload", "reset", "reload", "reset"),
    ("unload", "load", "reset"),
    ("unload", "unload", "reload", "reload"),
    ("reset", "unload"),
    ("reset", "unload", "load"),
    ("unload", "reset"),
    ("load", "again", "reload", "selective"),
]


def is_loaded(sequence) -> bool:
    changes = [step for step in sequence if step in ("load", "reload", "unload", "again")]
    return not changes or changes[-1] != "unload"


def cells_of(sequence) -> list[str]:
    steps = itertools.chain.from_iterable((STEPS[step], SHOW) for step in sequence)
    return [*steps, HAS, "%secret scopes"]


@pytest.mark.parametrize("sequence", SEQUENCES, ids=", ".join)
def test_a_kernel_keeps_one_filter_and_a_dbutils_that_works(server, sequence):
    server.store_secret("token", VALUE)
    with server.kernel() as kernel:
        kernel.execute("dbutils.secrets.get('prod', 'token');")
        kernel.execute("import builtins; builtins.first = get_ipython().kernel.session.send")
        *replies, has, scopes = [kernel.execute(cell) for cell in cells_of(sequence)]
        same = kernel.execute("print(get_ipython().kernel.session.send == first)")

    assert all(reply.reply["status"] == "ok" for reply in replies)
    assert [reply.stream() for reply in replies[1::2]] == ["a [REDACTED] z\n"] * len(sequence)
    assert not any(reply.stream("stderr") or leaks(reply.text) for reply in replies[::2])
    assert has.stream() == (f"{len(VALUE)}\n" if is_loaded(sequence) else "False\n")
    assert ("prod" in scopes.stream()) == is_loaded(sequence)
    assert same.stream() == "True\n"


@pytest.mark.parametrize("program", ["InteractiveShell", "ploomber-engine", "xeus-python"])
def test_another_shell_keeps_one_filter_and_a_dbutils_that_works(program, home):
    store_secret(home, "token", VALUE)
    sequence = [step for steps in SEQUENCES for step in steps] + ["load"]
    cells = ["%load_ext jupyter_secrets", "dbutils.secrets.get('prod', 'token');"]

    run = PROGRAMS[program]([*cells, *cells_of(sequence)], home)

    *shown, has, scopes = [stream(outputs) for outputs in run.cells[len(cells) :]]
    assert shown[1::2] == ["a [REDACTED] z\n"] * len(sequence)
    assert has == f"{len(VALUE)}\n"
    assert scopes == "prod\n"


def test_unloading_leaves_no_dbutils_and_no_magic(home):
    run = run_bare([STEPS["load"], STEPS["unload"], HAS, "%secret scopes"], home)

    *_, has, magic = [stream(outputs) + stream(outputs, "stderr") for outputs in run.cells]
    assert has == "False\n"
    assert "`%secret` not found" in magic


def test_an_aggressive_reset_leaves_the_filter_and_dbutils(server):
    server.store_secret("token", VALUE)
    with server.kernel() as kernel:
        kernel.execute("dbutils.secrets.get('prod', 'token');")
        kernel.execute("%reset -f --aggressive")
        has, shown = kernel.execute(HAS), kernel.execute(SHOW)
        again = kernel.execute(
            "import jupyter_secrets; jupyter_secrets.redact('other-' + 'value-7')"
        )
        other = kernel.execute("print('other-' + 'value-7')")

    assert has.stream() == f"{len(VALUE)}\n"
    assert shown.stream() == "a [REDACTED] z\n"
    assert again.reply["status"] == "ok"
    assert other.stream() == "[REDACTED]\n"
