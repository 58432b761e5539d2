from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def kernel(server):
    """A kernel of the shared server, in which `run` gives a cell's standard output."""
    server.store_secret("db", "magic-value-Abc-123456")
    with server.kernel() as kernel:
        yield kernel


@pytest.fixture
def run(kernel):
    return lambda code, **options: kernel.execute(code, **options).stream()


@pytest.fixture
def error(kernel):
    """Run a cell that fails; return the name and the text of its error."""

    def error(code: str) -> tuple[str, str]:
        reply = kernel.execute(code).reply
        assert reply["status"] == "error"
        return reply["ename"], reply["evalue"]

    return error
