"""Tokens and service principals through backups, restores and rotations."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from jupyter_secrets.errors import UnauthenticatedError
from jupyter_secrets.model import Permission
from jupyter_secrets.scopes import Scopes
from tests.callers import ADMIN

VALUE = b"first-canary-value"


@pytest.fixture
def etl(session) -> tuple[str, str]:
    """The id of a token of the service principal etl, and the token."""
    session.service_principals.create("etl")
    session.put_acl("prod", "etl", Permission.READ)
    info, token = session.tokens.create("nightly", owner="etl")
    return info.token_id, token


@pytest.fixture
def backup(session, etl, tmp_path):
    path = tmp_path / "backup.db"
    session.admin.back_up(path)
    return path


def read(scopes: Scopes, token: str) -> bytes:
    return scopes.session(scopes.authenticate(token)).get("prod", "db").value


def test_a_token_that_was_revoked_after_the_backup_stays_so(scopes, session, etl, backup):
    session.tokens.revoke(etl[0])
    _, newer = session.tokens.create("newer", owner="etl")

    session.admin.restore_backup(backup)

    with pytest.raises(UnauthenticatedError, match="was revoked"):
        read(scopes, etl[1])
    assert read(scopes, newer) == VALUE
    assert session.admin.check() == []


def test_a_service_principal_comes_back_with_its_permissions_and_without_tokens(
    scopes, session, etl, backup
):
    session.service_principals.delete("etl")

    session.admin.restore_backup(backup)

    with pytest.raises(UnauthenticatedError, match="not known"):
        read(scopes, etl[1])
    assert [item.principal for item in session.list_acls("prod")] == ["etl", "root"]
    assert read(scopes, session.tokens.create("again", owner="etl")[1]) == VALUE


def test_a_token_of_a_principal_from_after_the_backup_is_worth_nothing(scopes, session, backup):
    session.service_principals.create("later")
    _, token = session.tokens.create("ci", owner="later")

    session.admin.restore_backup(backup)

    with pytest.raises(UnauthenticatedError, match="was deleted"):
        read(scopes, token)
    session.service_principals.create("later")
    with pytest.raises(UnauthenticatedError, match="not known"):
        read(scopes, token)


def test_where_the_tokens_were_changed_or_are_lost_they_come_from_the_backup(
    scopes, session, etl, backup, paths
):
    for damage in ("UPDATE tokens SET owner = 'x'", None):
        if damage:
            with closing(sqlite3.connect(paths.database)) as connection, connection:
                connection.execute(damage)
        else:
            scopes.close()
            paths.database.unlink()

        session.admin.restore_backup(backup)

        assert read(scopes, etl[1]) == VALUE
        assert session.admin.check() == []


def test_a_token_opens_the_store_after_its_keys_were_rotated(scopes, session, etl, paths):
    with closing(Scopes(paths)) as other:
        assert read(other, etl[1]) == VALUE
        session.admin.rotate_root_key()
        session.rotate_scope_key("prod")

        assert read(other, etl[1]) == read(scopes, etl[1]) == VALUE
    assert scopes.session(ADMIN).admin.check() == []
