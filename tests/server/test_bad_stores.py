"""A store that cannot be used: what REST, kernels, the magics and the status say."""

from __future__ import annotations

import base64
import sqlite3
from contextlib import closing

import pytest

from tests.jupyter import HttpError, command_line, store_secret

KEY = "config/jupyter_secrets/master.key"
DATABASE = "data/jupyter_secrets/store.db"


def remove_key(home):
    (home / KEY).unlink()


def open_permissions(home):
    (home / KEY).chmod(0o644)


def wrong_key(home):
    text = (home / KEY).read_text()
    start = text.index('"key": "') + 8
    (home / KEY).write_text(text[:start] + "AAAAAAAA" + text[start + 8 :])


def damage_key(home):
    (home / KEY).write_text((home / KEY).read_text()[:60])


def remove_database(home):
    (home / DATABASE).unlink()


def make_newer(home):
    with closing(sqlite3.connect(home / DATABASE)) as connection, connection:
        connection.execute("UPDATE store SET format = 99")


BROKEN = {
    "locked": (remove_key, 423, "STORE_LOCKED", "The store is locked"),
    "open permissions": (open_permissions, 500, "STORE_UNUSABLE", "chmod 600"),
    "wrong key": (wrong_key, 500, "STORE_UNUSABLE", "does not open this store"),
    "damaged key": (damage_key, 500, "STORE_UNUSABLE", "is damaged, or of another version"),
    "newer format": (make_newer, 500, "STORE_UNUSABLE", "install a newer version"),
    "no database": (remove_database, 500, "STORE_UNUSABLE", "Put the database back"),
}


@pytest.fixture(scope="module", params=BROKEN.values(), ids=BROKEN)
def broken(request, start_server, tmp_path_factory):
    """A server over a store that was broken before it started; the code and the message."""
    breaks, status, code, message = request.param
    home = tmp_path_factory.mktemp("broken")
    store_secret(home, "db", "a-value-Abc-123456")
    breaks(home)
    config = "\n".join(
        [
            f"c.JupyterSecrets.store_path = {str(home / DATABASE)!r}",
            f"c.JupyterSecrets.key_path = {str(home / KEY)!r}",
        ]
    )
    return start_server(config=config), status, code, message


def test_rest_says_what_is_wrong(broken):
    server, status, code, message = broken

    with pytest.raises(HttpError) as caught:
        server.secrets("GET", "get", scope="prod", key="db")

    assert (caught.value.status, caught.value.answer["error_code"]) == (status, code)
    assert message in caught.value.answer["message"]


def test_a_kernel_starts_and_says_what_is_wrong(broken):
    server, _, code, message = broken

    with server.kernel() as kernel:
        error = kernel.execute("dbutils.secrets.get('prod', 'db', default='x')").reply
        magic = kernel.execute("%secret scopes").reply
        works = kernel.execute("print(1 + 1)").stream()

    assert message in error["evalue"]
    assert magic["evalue"].startswith(f"{code}: ")
    assert works == "2\n"


def test_nothing_is_replaced_by_a_fresh_store(broken):
    server, *_ = broken

    with pytest.raises(HttpError):
        server.secrets("POST", "scopes/create", scope="fresh")


@pytest.fixture
def filled(start_server):
    """A server of one's own with a secret; its database."""
    server = start_server()
    server.store_secret("db", "a-value-Abc-123456")
    return server, server.home / "data/jupyter_secrets/store.db"


def test_a_damaged_index_hides_no_secret(filled):
    server, database = filled
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        broken = "sql = replace(sql, 'deleted_at IS NULL', 'deleted_at = 1')"
        connection.execute(f"UPDATE sqlite_master SET {broken} WHERE name = 'secrets_by_name'")
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("REINDEX")  # as partial as it says: nothing is in it
        connection.execute("PRAGMA writable_schema = ON")
        mended = "sql = replace(sql, 'deleted_at = 1', 'deleted_at IS NULL')"
        connection.execute(f"UPDATE sqlite_master SET {mended} WHERE name = 'secrets_by_name'")

    with pytest.raises(HttpError) as caught:
        server.secrets("GET", "get", scope="prod", key="db")
    with server.kernel() as kernel:
        error = kernel.execute("dbutils.secrets.get('prod', 'db', default='x')").reply

    assert (caught.value.status, caught.value.answer["error_code"]) == (500, "INTEGRITY_ERROR")
    assert "Scope prod was changed by something other" in error["evalue"]


def test_a_replaced_database_is_refused_until_it_is_accepted(filled):
    server, database = filled
    older = database.read_bytes()
    server.store_secret("db", "another-value-Abc-123456")
    other = database.with_name("other.db")
    other.write_bytes(older)
    other.chmod(0o600)
    other.replace(database)

    for _ in range(2):
        with pytest.raises(HttpError, match="older than the store was"):
            server.secrets("GET", "get", scope="prod", key="db")
    assert command_line("reanchor", "--yes", home=server.home).returncode == 0

    got = server.secrets("GET", "get", scope="prod", key="db")["value"]
    assert base64.b64decode(got) == b"a-value-Abc-123456"
    server.store_secret("db", "a-third-value-Abc-123456")


def test_a_database_that_was_moved_away_is_missed_and_welcome_back(filled):
    server, database = filled
    away = database.rename(database.with_name("away.db"))

    with pytest.raises(HttpError, match="was moved or removed while it was in use"):
        server.secrets("GET", "list", scope="prod")
    status = server.request("GET", "jupyter-secrets/status")
    with server.kernel() as kernel:
        shown = kernel.execute("print('a-value-' + 'Abc-123456')").stream()
    away.rename(database)

    assert (status["state"], "put it back" in status["message"]) == ("failed", True)
    assert shown == "[REDACTED]\n"
    assert server.request("GET", "jupyter-secrets/status")["state"] == "ready"
    got = server.secrets("GET", "get", scope="prod", key="db")["value"]
    assert base64.b64decode(got) == b"a-value-Abc-123456"
