"""What every `SecretsClient` must do: subclass `ClientSuite` and give it one."""

from __future__ import annotations

import inspect
import time
import uuid
from collections.abc import Callable

import pytest

from jupyter_secrets.client import SecretsClient
from jupyter_secrets.errors import (
    AclNotFoundError,
    AlreadyExistsError,
    ConflictError,
    InvalidParameterError,
    PermissionDeniedError,
    ScopeNotFoundError,
    SecretNotFoundError,
    SecretsError,
    SecretTooLargeError,
    StoreLockedError,
)
from jupyter_secrets.model import MAX_TIME, USERS, AclItem, AuditFilter, Permission, SecretUpdate

METHODS = [
    name
    for name, _ in inspect.getmembers(SecretsClient, inspect.isfunction)
    if not name.startswith("_")
]
REFUSALS: dict[str, tuple[type[SecretsError], Callable[[SecretsClient, str], object]]] = {
    "a scope that exists": (AlreadyExistsError, lambda c, s: c.create_scope(s)),
    "a scope's name": (InvalidParameterError, lambda c, s: c.create_scope("no/slash")),
    "an initial manager": (
        InvalidParameterError,
        lambda c, s: c.create_scope(f"{s}-2", initial_manage_principal="alice"),
    ),
    "a missing scope": (ScopeNotFoundError, lambda c, s: c.list_secrets(f"{s}-none")),
    "a missing secret": (SecretNotFoundError, lambda c, s: c.get(s, "none")),
    "a missing secret, deleted": (SecretNotFoundError, lambda c, s: c.delete(s, "none")),
    "a missing version": (SecretNotFoundError, lambda c, s: c.restore(s, "db", version=7)),
    "nothing to restore": (SecretNotFoundError, lambda c, s: c.restore(s, "none")),
    "a secret in the way": (AlreadyExistsError, lambda c, s: c.restore(s, "db")),
    "a missing entry": (AclNotFoundError, lambda c, s: c.get_acl(s, "nobody")),
    "a missing entry, deleted": (AclNotFoundError, lambda c, s: c.delete_acl(s, "nobody")),
    "a secret's name": (InvalidParameterError, lambda c, s: c.put(s, "no/slash", b"x")),
    "a value's size": (SecretTooLargeError, lambda c, s: c.put(s, "big", bytes(128 * 1024 + 1))),
    "an expiry": (
        InvalidParameterError,
        lambda c, s: c.update(s, "db", SecretUpdate(expires_at=MAX_TIME + 1)),
    ),
    "a component's name": (
        InvalidParameterError,
        lambda c, s: c.update(s, "db", SecretUpdate(verdicts={"host": "public"})),
    ),
    "a wrong passphrase": (PermissionDeniedError, lambda c, s: c.unlock("a wrong passphrase")),
}


class ClientSuite:
    """The behaviour that all clients share.

    A subclass has a fixture `client`: one of an administrator, of a store that its key file opens
    and whose limits are the default ones. Tests may share the store.
    """

    @pytest.fixture
    def client(self) -> SecretsClient:
        raise NotImplementedError

    @pytest.fixture
    def scope(self, client: SecretsClient) -> str:
        """A scope of the test's own, with the secret db."""
        name = f"scope-{uuid.uuid4().hex}"
        client.create_scope(name)
        client.put(name, "db", b"first-canary-value")
        return name

    @pytest.mark.parametrize("name", METHODS)
    def test_it_can_be_called_as_the_protocol_says(self, client, name):
        required = inspect.Parameter.empty
        accepted = dict(inspect.signature(getattr(client, name)).parameters)
        promised = dict(inspect.signature(getattr(SecretsClient, name)).parameters)
        del promised["self"]

        for parameter in promised.values():
            counterpart = accepted.pop(parameter.name)
            assert counterpart.kind is parameter.kind
            assert parameter.default in (required, counterpart.default)
        assert all(extra.default is not required for extra in accepted.values())

    def test_a_scope_is_listed_until_it_is_deleted(self, client, scope):
        assert scope in [listed.name for listed in client.list_scopes()]

        client.delete_scope(scope)

        assert scope not in [listed.name for listed in client.list_scopes()]

    def test_all_scopes_are_seen_at_once_with_permission_and_count(self, client, scope):
        (seen,) = [each for each in client.overview() if each.name == scope]
        (described,) = [each for each in client.overview(secrets=True) if each.name == scope]

        assert (seen.permission, seen.count, seen.secrets) == (Permission.MANAGE, 1, None)
        assert described.secrets == tuple(client.describe_secrets(scope))

    @pytest.mark.parametrize("value", [b"", b"text-canary", "Größe ✓".encode(), bytes(range(256))])
    def test_a_value_comes_back_byte_for_byte(self, client, scope, value):
        client.put(scope, "binary", value)

        read = client.get(scope, "binary")

        assert (read.scope, read.key, read.value, read.sensitive) == (scope, "binary", value, True)
        assert "canary" not in repr(read)

    def test_the_newest_value_is_read_and_secrets_are_listed_with_its_time(self, client, scope):
        before = int(time.time() * 1000)
        client.put(scope, "db", b"second-canary-value")

        (listed,) = client.list_secrets(scope)

        assert client.get(scope, "db").value == b"second-canary-value"
        assert listed.key == "db"
        assert before <= listed.last_updated_timestamp <= int(time.time() * 1000)

    def test_a_secret_is_read_and_listed_in_its_own_spelling(self, client, scope):
        client.put(scope, "DB", b"other-canary-value")

        assert client.get(scope, "Db").key == "db"
        assert [listed.key for listed in client.list_secrets(scope)] == ["db"]

    def test_permissions_are_given_replaced_and_taken(self, client, scope):
        given = client.put_acl(scope, "alice", Permission.READ)
        replaced = client.put_acl(scope, "group:data", Permission.WRITE)
        everyone = client.put_acl(scope, USERS, Permission.READ)

        assert given == AclItem("alice", Permission.READ, "user")
        assert (replaced.permission, replaced.kind) == (Permission.WRITE, "group")
        assert (everyone.principal, everyone.kind) == (USERS, "group")
        assert client.get_acl(scope, "alice") == given
        listed = client.list_acls(scope)
        assert [entry for entry in (given, replaced, everyone) if entry not in listed] == []

        assert client.put_acl(scope, "alice", Permission.MANAGE).permission is Permission.MANAGE
        client.delete_acl(scope, "alice")

        assert "alice" not in [entry.principal for entry in client.list_acls(scope)]

    @pytest.mark.parametrize(("error", "call"), REFUSALS.values(), ids=REFUSALS)
    def test_what_is_refused_raises_the_error_that_says_why(self, client, scope, error, call):
        with pytest.raises(error) as caught:
            call(client, scope)

        assert type(caught.value) is error
        assert client.get(scope, "db").value == b"first-canary-value"

    def test_what_is_said_about_a_secret_changes_and_the_rest_stays(self, client, scope):
        client.update(scope, "db", SecretUpdate("the main one", 1_893_456_000_000, False))
        client.update(scope, "db", SecretUpdate(comment="the only one"))

        (secret,) = client.describe_secrets(scope)

        assert (secret.scope, secret.key, secret.version) == (scope, "db", 1)
        assert (secret.comment, secret.expires_at) == ("the only one", 1_893_456_000_000)
        assert secret.sensitive is False
        assert client.get(scope, "db").sensitive is False

        client.update(scope, "db", SecretUpdate(comment="", expires_at=0))

        (secret,) = client.describe_secrets(scope)
        assert (secret.comment, secret.expires_at) == (None, None)

    def test_what_is_not_sensitive_is_listed_by_its_label(self, client, scope):
        client.put(scope, "host", b"example.org")
        client.update(scope, "host", SecretUpdate(sensitive=False))

        marked = client.marks().not_sensitive
        assert [label for label in marked if label.startswith(scope)] == [f"{scope}/host"]

    def test_what_is_decided_about_components_comes_with_the_value_and_in_the_marks(
        self, client, scope
    ):
        client.put(scope, "url", b"https://svc:canary-Pass-12@db.acme.test/")

        client.update(scope, "url", SecretUpdate(verdicts={"host": "public", "user": "secret"}))

        decided = (("host", "public"), ("user", "secret"))
        assert client.get(scope, "url").verdicts == decided
        assert client.marks().verdicts[f"{scope}/url"] == decided
        assert client.get(scope, "db").verdicts == ()

        client.update(scope, "url", SecretUpdate(verdicts={"host": "default", "user": "default"}))

        assert client.get(scope, "url").verdicts == ()
        assert client.marks().verdicts[f"{scope}/url"] == ()

    def test_an_older_version_becomes_the_newest_again(self, client, scope):
        client.put(scope, "db", b"second-canary-value")

        client.restore(scope, "db", version=1)

        assert [version.version for version in client.versions(scope, "db")] == [1, 2, 3]
        assert client.get(scope, "db").value == b"first-canary-value"

    def test_a_deleted_secret_can_be_restored_until_it_is_purged(self, client, scope):
        client.delete(scope, "db")
        assert [deleted.key for deleted in client.describe_secrets(scope, deleted=True)] == ["db"]
        assert client.list_secrets(scope) == client.describe_secrets(scope) == []

        client.restore(scope, "db")
        assert client.get(scope, "db").value == b"first-canary-value"

        client.delete(scope, "db")
        assert client.purge(scope, "db") == 1
        assert client.purge(scope) == 0
        assert client.describe_secrets(scope, deleted=True) == []

    def test_the_newest_records_that_match_come_newest_last(self, client, scope):
        client.get(scope, "db")
        with pytest.raises(SecretNotFoundError):
            client.get(scope, "none")

        reads = client.audit_tail(AuditFilter(scope=scope, action="get"), limit=10)

        assert [record["outcome"] for record in reads] == ["allow", "error"]
        assert client.audit_tail(AuditFilter(scope=scope, action="get"), limit=1) == reads[1:]
        assert client.audit_tail(AuditFilter(scope=scope, outcome="allow", until=1), limit=9) == []

    def test_a_put_replaces_the_version_that_it_names_and_no_other_one(self, client, scope):
        client.put(scope, "db", b"second-canary-value", if_version=1)

        with pytest.raises(ConflictError, match="version 2"):
            client.put(scope, "db", b"third-canary-value", if_version=1)
        with pytest.raises(ConflictError):
            client.put(scope, "db", b"third-canary-value", if_version=0)

        assert client.get(scope, "db").value == b"second-canary-value"

    def test_a_value_says_that_it_has_expired(self, client, scope):
        client.update(scope, "db", SecretUpdate(expires_at=1_000))

        assert client.get(scope, "db").expired.startswith(f"{scope}/db expired at 1970-01-01")


class AdministratorSuite(ClientSuite):
    """What a client of an administrator who logged in must do besides."""

    def test_a_token_is_listed_without_its_value_until_it_is_revoked(self, client, scope):
        info, token = client.tokens.create(
            "ci", lifetime=60, scopes=[scope], permission=Permission.READ
        )

        assert token.startswith("jst_")
        assert (info.name, info.scopes, info.permission) == ("ci", (scope,), Permission.READ)
        assert info.expires_at - info.created_at == 60_000
        assert info in client.tokens.list()

        client.tokens.revoke(info.token_id)

        (listed,) = (each for each in client.tokens.list() if each.token_id == info.token_id)
        assert listed.revoked_at is not None

    def test_a_service_principal_is_listed_and_resolved_until_it_is_deleted(self, client, scope):
        name = f"job-{scope}"
        client.service_principals.create(name, "every night")

        info, _ = client.tokens.create("ci", owner=name)

        assert info.owner == f"service:{name}"
        assert client.put_acl(scope, name, Permission.READ) == AclItem(
            name, Permission.READ, "service"
        )
        assert ("every night", name) in [
            (each.comment, each.name) for each in client.service_principals.list()
        ]
        with pytest.raises(AlreadyExistsError):
            client.service_principals.create(name)

        client.service_principals.delete(name)

        assert name not in [each.name for each in client.service_principals.list()]
        assert name not in [item.principal for item in client.list_acls(scope)]
        with pytest.raises(InvalidParameterError):
            client.put_acl(scope, f"service:{name}", Permission.READ)

    def test_a_locked_store_says_so_until_it_is_unlocked(self, client, scope):
        client.lock()

        with pytest.raises(StoreLockedError, match="jupyter secrets unlock"):
            client.get(scope, "db")

        client.unlock()
        assert client.get(scope, "db").value == b"first-canary-value"
