from __future__ import annotations

import io
import os
import sys

import pytest

from jupyter_secrets import cli


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(home, capsys, monkeypatch):
    """Run a command in this process: ``run("key", "list") == (0, output, errors)``."""
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # no terminal

    def run_it(*arguments: str) -> tuple[int, str, str]:
        status = cli.main(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_it


@pytest.fixture
def descriptor(tmp_path):
    """The number of a file descriptor from which a text can be read, once."""

    def open_it(text: str) -> str:
        reading, writing = os.pipe()
        os.write(writing, f"{text}\n".encode())
        os.close(writing)
        return str(reading)

    return open_it


@pytest.fixture
def scope(run):
    run("create-scope", "prod")
    run("put-secret", "prod", "db", "--string-value", "first-Value-1234")
    run("put-secret", "prod", "db", "--string-value", "second-Value-1234")
    return "prod"


@pytest.fixture
def terminal(monkeypatch):
    """Have somebody type these lines, and passphrases and values; returns what was asked for."""

    def sit_down(*lines: str, hidden: str = "") -> list[str]:
        asked: list[str] = []
        monkeypatch.setattr(sys, "stdin", Terminal("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or hidden)
        return asked

    return sit_down
