"""Cells that leak a secret in a stock kernel, through the real filters."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.outputs.leaks import strings

FOLDER = Path(__file__).parent
CELLS = json.loads((FOLDER / "gauntlet.json").read_text())["cells"]
SECRETS = json.loads((FOLDER / "gauntlet-secrets.json").read_text())
VISIBLE = 12
# Parts that are no secret: they stand in every key file and address.
PUBLIC = ("PRIVATE KEY", "postgresql", "example.com", "internal.", "sslmode", "-----")
# What is not seen: colours and tags.
UNSEEN = re.compile(r"\x1b\[[0-9;]*m|<[^>]*>")
SETUP = """
import json, os, sys
T, P, L, M, D, C, U, N = (dbutils.secrets.get("gauntlet", name) for name in "TPLMDCUN")
os.environ["MY_TOKEN"], os.environ["MY_PASS"] = T, P
"""


def pieces() -> set[str]:
    return {
        piece
        for value in SECRETS.values()
        for start in range(len(value) - VISIBLE + 1)
        if "\n" not in (piece := value[start : start + VISIBLE])
        and not any(part in piece or piece in part for part in PUBLIC)
    }


@pytest.fixture(scope="module")
def gauntlet(server):
    for name, value in SECRETS.items():
        server.store_secret(name, value, scope="gauntlet")
    with server.kernel() as kernel:
        assert kernel.execute(SETUP).reply["status"] == "ok"
        yield kernel


@pytest.mark.parametrize("code", [cell["code"] for cell in CELLS], ids=[c["name"] for c in CELLS])
def test_no_twelve_characters_of_a_secret_are_seen(gauntlet, code):
    reply = gauntlet.execute(code)

    contents = [m["content"] for m in reply.messages if m["header"]["msg_type"] != "execute_input"]
    text = "\n".join(strings(contents))
    seen = UNSEEN.sub("", text)
    assert not [piece for piece in pieces() if piece in text or piece in seen]
