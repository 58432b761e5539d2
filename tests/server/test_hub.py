"""The main job under a real JupyterHub."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module")
def server(hub):
    return hub.server("alice")


def test_a_kernel_can_write(server):
    with server.kernel() as kernel:
        created = kernel.execute("%secret create-scope made-in-a-kernel")
        stored = kernel.execute("%secret put made-in-a-kernel key --generate")
        read = kernel.execute("print(len(dbutils.secrets.get('made-in-a-kernel', 'key')) > 0)")
        deleted = kernel.execute("%secret delete made-in-a-kernel key")

    for reply in (created, stored, read, deleted):
        assert reply.reply["status"] == "ok", reply.text
