"""Who manages a scope decides which components of a value are secret; nobody else does."""

from __future__ import annotations

import json

import pytest

from jupyter_secrets.errors import (
    InvalidParameterError,
    LimitExceededError,
    PermissionDeniedError,
    SecretsError,
)
from jupyter_secrets.model import AuditFilter, Permission, SecretUpdate
from jupyter_secrets.scopes import Session
from jupyter_secrets.scopes import verdicts as rules
from tests.callers import ADMIN, ALICE, CAROL

PASSWORD, HOST = "aB3xQ9Lm7Zk2Vp4R", "db.acme.test"
VALUE = f"postgresql://reporting:{PASSWORD}@{HOST}:5432/shop?sslmode=require".encode()


@pytest.fixture
def scopes(new_scopes):
    """Alice's scope prod with the secret db, in which bob may WRITE."""
    session = new_scopes.session(ALICE)
    session.create_scope("prod")
    session.put("prod", "db", VALUE)
    session.put_acl("prod", "bob", Permission.WRITE)
    return new_scopes


def judge(session: Session, **verdicts: str) -> None:
    session.update("prod", "db", SecretUpdate(verdicts=verdicts))


def verdicts(session: Session) -> dict[str, str]:
    return dict(session.get("prod", "db").verdicts)


def test_who_may_manage_decides_and_takes_it_back_and_every_reader_is_told(scopes, alice, bob):
    judge(alice, Host="public", user="secret")

    assert verdicts(bob) == {"host": "public", "user": "secret"}
    assert dict(bob.marks().verdicts["prod/db"]) == {"host": "public", "user": "secret"}
    assert scopes.session(CAROL).marks().verdicts == {}

    judge(alice, HOST="default")
    assert verdicts(bob) == {"user": "secret"}

    judge(alice, user="default")
    assert verdicts(bob) == {}
    assert bob.marks().verdicts == {"prod/db": ()}


def test_who_may_only_write_decides_nothing(scopes, alice, bob):
    for update in (
        SecretUpdate(verdicts={"host": "public"}),
        SecretUpdate("x", verdicts={"a": "b"}),
    ):
        with pytest.raises(PermissionDeniedError, match="bob does not have MANAGE permission"):
            bob.update("prod", "db", update)

    assert verdicts(alice) == {}
    assert alice.describe_secrets("prod")[0].comment is None


REFUSALS = {
    "no such component": ({"port": "public"}, "those with a name are host, password, sslmode and"),
    "a number": ({"component 3": "public"}, "has no component of that name"),
    "the password's text": ({PASSWORD: "public"}, "has no component of that name"),
    "the whole": ({"whole value": "public"}, "is always redacted"),
    "no verdict": ({"host": "maybe"}, 'one of "public", "secret" and "default"'),
    "twice": ({"host": "public", "HOST": "secret"}, "Name each component once"),
}


@pytest.mark.parametrize(("changes", "message"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_decided_is_refused_by_name_and_nothing_changes(
    scopes, alice, changes, message
):
    with pytest.raises(InvalidParameterError, match=message) as caught:
        alice.update("prod", "db", SecretUpdate(verdicts={"user": "secret", **changes}))

    assert PASSWORD not in str(caught.value)
    assert verdicts(alice) == {}


def test_a_component_with_another_hidden_one_in_it_cannot_be_public(scopes, alice):
    value = {"host": f"{PASSWORD}.acme.test", "password": PASSWORD}
    alice.put("prod", "db", json.dumps(value).encode())

    with pytest.raises(InvalidParameterError, match="In prod/db, host cannot be public") as caught:
        judge(alice, host="public")

    assert PASSWORD not in str(caught.value)
    judge(alice, host="public", password="public")


@pytest.mark.parametrize("value", [b"\xff\xfe\x00", b"aB3xQ9Lm7Zk2Vp4R", b""])
def test_a_value_without_components_says_that_none_has_a_name(scopes, alice, value):
    alice.put("prod", "db", value)

    with pytest.raises(InvalidParameterError, match="none of them has a name"):
        judge(alice, password="public")


def test_a_name_that_is_no_options_is_taken_unless_a_value_is_in_it(scopes, alice):
    scopes.audit_redaction.redact = lambda transaction, caller, text: text.replace("tok9x8", "-")
    value = {"customer_no": "Kd99fA7xQ2Lm", "tok9x8": "Zd99fA7xQ2Lm", "password": PASSWORD}
    alice.put("prod", "db", json.dumps(value).encode())

    judge(alice, customer_no="public")
    with pytest.raises(InvalidParameterError, match="holds the value of a secret"):
        judge(alice, tok9x8="public")

    assert verdicts(alice) == {"customer_no": "public"}


def test_verdicts_are_kept_over_versions_deletion_and_import(scopes, alice, bob):
    judge(alice, host="public", user="secret")

    bob.put("prod", "db", b"no form at all: 9fA7xQ2LmZ8v")
    alice.import_scope("prod", {"db": VALUE})
    bob.restore("prod", "db", version=2)
    bob.delete("prod", "db")
    bob.restore("prod", "db")

    assert verdicts(bob) == {"host": "public", "user": "secret"}
    judge(alice, host="default")  # though this value has none
    assert verdicts(bob) == {"user": "secret"}


def test_a_new_secret_of_the_same_name_begins_without_them(scopes, alice):
    judge(alice, host="public")
    alice.delete("prod", "db")

    alice.put("prod", "db", VALUE)

    assert verdicts(alice) == {}


def test_a_backup_brings_them_back(scopes, alice, tmp_path):
    judge(alice, host="public")
    admin = scopes.session(ADMIN).admin
    admin.back_up(tmp_path / "backup.db")
    judge(alice, host="default")

    admin.restore_backup(tmp_path / "backup.db")

    assert verdicts(alice) == {"host": "public"}
    assert admin.check() == []


def test_the_audit_log_says_who_decided_what_by_names(scopes, alice, bob):
    judge(alice, host="public", user="secret")
    for session, name in ((bob, "host"), (alice, PASSWORD)):
        with pytest.raises(SecretsError):
            session.update("prod", "db", SecretUpdate(verdicts={name: "public"}))

    records = alice.audit_tail(AuditFilter(scope="prod", action="update"), limit=9)

    told = [(each["principal"], each["outcome"], each.get("verdicts")) for each in records]
    assert told == [
        ("alice", "allow", {"host": "public", "user": "secret"}),
        ("bob", "deny", None),
        ("alice", "error", None),
    ]
    assert PASSWORD not in str(records)


def test_there_are_only_so_many(scopes, alice, monkeypatch):
    monkeypatch.setattr(rules, "MAX_VERDICTS", 1)
    judge(alice, host="public")

    with pytest.raises(LimitExceededError, match="take some back with --default"):
        judge(alice, user="secret")

    judge(alice, host="default", user="secret")


def test_an_import_takes_those_that_the_values_have_a_use_for(scopes, alice):
    alice.put("prod", "token", b"tk-9fA7xQ2LmZ8vKp4W")
    judge(alice, host="public", user="secret")
    exported = alice.export_scope("prod")
    alice.create_scope("new")

    verdicts = {secret.key: {**dict(secret.verdicts), "gone": "public"} for secret in exported}
    verdicts["token"] = {"password": "public"}
    alice.import_scope("new", {secret.key: secret.value for secret in exported}, verdicts)

    found = {secret.key: dict(secret.verdicts) for secret in alice.export_scope("new")}
    assert found == {"db": {"host": "public", "user": "secret"}, "token": {}}
    (record,) = alice.audit_tail(AuditFilter(scope="new", action="import-scope"), limit=9)
    assert record["verdicts"] == {"db": {"host": "public", "user": "secret"}}


def test_an_import_makes_nothing_public_that_has_another_hidden_component_in_it(scopes, alice):
    value = json.dumps({"host": f"{PASSWORD}.acme.test", "password": PASSWORD}).encode()

    alice.import_scope("prod", {"db": value}, {"db": {"host": "public"}})

    assert verdicts(alice) == {}
