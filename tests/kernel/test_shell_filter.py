"""The filter of one shell in this process: what it leaves as it was, and how it fails."""

from __future__ import annotations

import io
import os
import sys
import threading

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from jupyter_secrets.kernel.exceptions import redacted_error
from jupyter_secrets.kernel.runtime import loaded
from jupyter_secrets.kernel.streams import StreamFilter
from jupyter_secrets.outputs import WITHHELD
from tests.jupyter import home_environment, store_secret
from tests.outputs.leaks import VALUE, leaks

NAMES = ("stdout", "stderr", "__stdout__", "__stderr__")


@pytest.fixture(scope="module", autouse=True)
def _store(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    store_secret(home, "token", VALUE)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in home_environment(home).items():
            patch.setenv(name, value)
        yield


@pytest.fixture
def shell():
    shell = InteractiveShell()
    kept = {name: getattr(sys, name) for name in NAMES}
    yield shell
    extension = loaded(shell)
    if extension is not None:
        extension.guard.redactor.replace([])
        extension.unload()
    for name, stream in kept.items():
        setattr(sys, name, stream)
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell):
    """Run cells, each captured by itself; return what the last one wrote."""

    def run(*cells: str) -> str:
        for cell in cells:
            with capture_output(display=False) as captured:
                shell.run_cell(cell)
        return captured.stdout + captured.stderr

    return run


LOAD = "%load_ext jupyter_secrets"
GET = "v = dbutils.secrets.get('prod', 'token')"


def state(shell) -> list[object]:
    """Return what the filter replaces, and who listens to the shell."""
    owners = (shell, shell.display_pub, shell.display_formatter, shell.payload_manager)
    attributes = [vars(owner).keys() - {"_jupyter_secrets"} for owner in owners]
    events = [list(callbacks) for callbacks in shell.events.callbacks.values()]
    streams = [(stream, stream.write) for stream in (getattr(sys, name) for name in NAMES)]
    return [attributes, events, streams, sys.displayhook]


def filters(stream) -> int:
    write, number = stream.write, 0
    while isinstance(write, StreamFilter):
        write, number = write.write, number + 1
    return number


def test_unloading_puts_everything_back_while_no_value_is_known(shell, run, monkeypatch, tmp_path):
    for name, folder in home_environment(tmp_path).items():
        monkeypatch.setenv(name, folder)
    run("1")
    before = state(shell)

    run(LOAD, "dbutils.secrets.listScopes()")
    loaded_state = state(shell)
    run("%unload_ext jupyter_secrets")

    assert loaded_state != before
    assert state(shell) == before


def test_unloading_keeps_the_filter_while_values_are_being_read(shell, run):
    run(LOAD)
    extension, was_unloaded = loaded(shell), threading.Event()
    extension.guard.wait(5)
    extension.guard.redactor.replace([])
    extension.guard.learn(lambda: [] if was_unloaded.wait(30) else ["no value"])

    extension.unload()
    was_unloaded.set()

    assert filters(sys.__stdout__) == 1


def test_unloading_keeps_the_filter_once_a_value_is_known(run):
    run(LOAD, GET)

    assert run("%unload_ext jupyter_secrets", "print(v)") == "[REDACTED]\n"


def test_a_dbutils_that_was_kept_filters_what_it_gives_after_unloading(run):
    run(LOAD, "kept = dbutils", "%unload_ext jupyter_secrets")

    assert run("v = kept.secrets.get('prod', 'token'); print(v)") == "[REDACTED]\n"
    assert run("print(v)") == "[REDACTED]\n"


@pytest.mark.parametrize("times", [1, 3])
def test_however_often_it_is_loaded_there_is_one_filter(run, times):
    run(LOAD, GET, *["%reload_ext jupyter_secrets", LOAD, "%unload_ext jupyter_secrets"] * times)

    assert run(LOAD, "print('a', v)") == "a [REDACTED]\n"
    assert filters(sys.__stdout__) == 1


def test_two_shells_of_one_process_share_the_streams_and_hide_each_others_values(shell, run):
    run(LOAD, GET)
    other = InteractiveShell()

    with capture_output(display=False) as captured:
        other.run_cell(LOAD)
        other.user_ns["v"] = shell.user_ns["v"]
        other.run_cell("print(v)")

    assert captured.stdout == "[REDACTED]\n"
    assert filters(sys.__stdout__) == 1


def test_a_value_fetched_within_a_capture_is_hidden_after_it_in_the_same_cell(run):
    code = (
        "from IPython.utils.capture import capture_output\n"
        "with capture_output():\n"
        "    get_ipython().run_line_magic('load_ext', 'jupyter_secrets')\n"
        "v = get_ipython().user_ns['dbutils'].secrets.get('prod', 'token')\n"
        "print(v)"
    )

    assert run(code) == "[REDACTED]\n"


def test_the_cell_that_loads_leaves_the_streams_filtered(shell):
    with capture_output(display=False) as captured:
        shell.run_cell(f"{LOAD}\n{GET}")
        print(shell.user_ns["v"])

    assert captured.stdout == "[REDACTED]\n"


class Slotted:
    """A stream that takes no attributes."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        self.written += text

    def flush(self) -> None:
        pass


def test_a_stream_that_takes_no_attributes_is_filtered_and_put_back(shell, monkeypatch):
    stream = Slotted()
    monkeypatch.setattr(sys, "stdout", stream)

    extension = _load(shell)
    extension.redact(VALUE)
    print("a", VALUE, "z")
    sys.stdout.writelines(["b ", VALUE, "\n"])
    extension.guard.wait(5)
    extension.guard.redactor.replace([])
    extension.unload()

    assert stream.written == "a [REDACTED] z\nb [REDACTED]\n"
    assert sys.stdout is stream


def _load(shell):
    from jupyter_secrets.kernel import extension

    extension.load(shell)
    return extension.loaded(shell)


def test_a_text_is_written_as_one_however_its_end_has_to_wait(shell, monkeypatch):
    class Pieces(io.StringIO):
        def __init__(self) -> None:
            super().__init__()
            self.pieces: list[str] = []

        def write(self, text: str) -> int:
            self.pieces.append(text)
            return super().write(text)

    stream = Pieces()
    monkeypatch.setattr(sys, "stdout", stream)
    _load(shell).redact(VALUE)

    print("ends with", VALUE[:5])
    print()

    assert stream.pieces == ["ends with", " ", VALUE[:5], "\n", "\n"]


def test_a_fork_writes_nothing_that_waits_in_its_parent(shell, monkeypatch, tmp_path):
    with (tmp_path / "out").open("w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        extension = _load(shell)
        extension.redact(VALUE)
        print(VALUE[:5], end="")
        child = os.fork()
        if not child:
            extension.guard.output.release()
            os._exit(0)
        os.waitpid(child, 0)
        extension.guard.output.release()

    assert (tmp_path / "out").read_text() == VALUE[:5]


BREAKS = {
    "an error": RuntimeError,
    "a panic": type("Panic", (BaseException,), {}),
}


@pytest.mark.parametrize("kind", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize(
    "code",
    ["print(v)", "v", "display(v)", "raise ValueError(v)", "v?", "import sys; sys.stderr.write(v)"],
)
def test_where_the_redactor_fails_nothing_is_shown(shell, run, kind, code):
    run(LOAD, GET)

    def fail(*_: object, **__: object) -> None:
        raise kind(VALUE)

    redactor = loaded(shell).guard.redactor
    with pytest.MonkeyPatch.context() as patch, capture_output() as captured:
        for name in ("redact", "redact_bytes", "stream"):
            patch.setattr(redactor, name, fail)
        result = shell.run_cell(code)

    shown = captured.stdout + captured.stderr + repr([output.data for output in captured.outputs])
    assert WITHHELD in shown
    assert not leaks(shown + repr(result.error_in_exec))


class NeedsTwo(ValueError):
    def __init__(self, one: str, two: str) -> None:
        super().__init__(one, two)


@pytest.mark.parametrize(
    "error",
    [ValueError(VALUE), KeyError(VALUE), OSError(2, "no", VALUE), NeedsTwo("a", VALUE),
     UnicodeDecodeError("utf-8", VALUE.encode(), 0, 1, VALUE), SystemExit(VALUE)],
    ids=repr,
)  # fmt: skip
def test_an_error_that_a_program_is_given_has_its_class_and_no_value(shell, error):
    redactor = _load(shell).guard.redactor
    redactor.add(VALUE)

    shown = redacted_error(redactor, error)

    assert isinstance(shown, type(error))
    assert type(shown).__name__ == type(error).__name__
    assert "[REDACTED]" in str(shown)
    assert not leaks(str(shown) + repr(shown) + repr(shown.args))


def test_an_error_without_a_value_is_given_as_it_is(shell):
    redactor = _load(shell).guard.redactor
    redactor.add(VALUE)
    error = ValueError("nothing of it")

    assert redacted_error(redactor, error) is error
