"""The official SDK works against a Jupyter server as it is."""

from __future__ import annotations

import base64
import logging

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceAlreadyExists
from databricks.sdk.service.workspace import AclPermission


@pytest.fixture(scope="module", params=["/", "/user/alice/"], ids=["root", "hub"])
def client(request, start_server):
    server = start_server(base_url=request.param)
    return WorkspaceClient(host=server.url.rstrip("/"), token=server.token, auth_type="pat")


def test_the_sdk_creates_puts_lists_gets_and_sets_permissions(client):
    client.secrets.create_scope("sdk")
    client.secrets.put_secret("sdk", "db", string_value="s3cret-of-the-sdk")
    client.secrets.put_secret("sdk", "raw", bytes_value=base64.b64encode(b"\xff\x00").decode())

    assert [scope.name for scope in client.secrets.list_scopes()] == ["sdk"]
    assert [secret.key for secret in client.secrets.list_secrets("sdk")] == ["db", "raw"]
    value = client.secrets.get_secret("sdk", "db").value
    assert base64.b64decode(value) == b"s3cret-of-the-sdk"
    assert client.dbutils.secrets.get("sdk", "db") == "s3cret-of-the-sdk"
    assert client.dbutils.secrets.getBytes("sdk", "raw") == b"\xff\x00"
    assert [scope.name for scope in client.dbutils.secrets.listScopes()] == ["sdk"]

    client.secrets.put_acl("sdk", "bob", AclPermission.READ)
    assert client.secrets.get_acl("sdk", "bob").permission is AclPermission.READ
    assert "bob" in [acl.principal for acl in client.secrets.list_acls("sdk")]
    client.secrets.delete_acl("sdk", "bob")

    client.secrets.delete_secret("sdk", "raw")
    client.secrets.delete_scope("sdk")
    assert list(client.secrets.list_scopes()) == []


def test_the_sdk_raises_its_own_errors(client):
    with pytest.raises(NotFound, match="Scope nope does not exist!"):
        client.secrets.get_secret("nope", "x")
    client.secrets.create_scope("twice")
    with pytest.raises(ResourceAlreadyExists, match="already exists!"):
        client.secrets.create_scope("twice")
    with pytest.raises(NotFound, match="Secret does not exist with scope: twice and key: x"):
        client.secrets.get_secret("twice", "x")


def test_the_sdk_finds_nothing_to_warn_about(client, caplog):
    with caplog.at_level(logging.WARNING):
        list(client.secrets.list_scopes())

    assert not caplog.records
