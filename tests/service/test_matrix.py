"""Who may do what, by whichever way: one table of expectations for notebooks, CLI, SDK and REST."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.workspace import AclPermission

from jupyter_secrets.app import local_session
from jupyter_secrets.model import Permission
from tests.hub import ADMIN
from tests.jupyter import HttpError, Server, home_environment

VALUE = "matrix-value-Gk48-canary-Uw"
# What each verb takes.
VERBS = {
    "list": Permission.READ,
    "get": Permission.READ,
    "put": Permission.WRITE,
    "delete": Permission.WRITE,
    "list-acls": Permission.MANAGE,
    "put-acl": Permission.MANAGE,
}
PERMISSIONS = ("NONE", "READ", "WRITE", "MANAGE")
PRINCIPAL = "etl-matrix"


@dataclass(frozen=True)
class Kind:
    """A kind of principal: who asks, and who in the ACL is meant to let them in."""

    name: str
    asks: str
    granted: str


KINDS = [
    Kind("user", "alice", "user:alice"),
    Kind("member", "bob", "group:analysts"),
    Kind("service", PRINCIPAL, f"service:{PRINCIPAL}"),
    # Whoever is not named gets nothing of what others are given.
    Kind("stranger", "carol", "user:alice"),
    Kind("admin", ADMIN, "user:alice"),
]
# A server's token is never an administrator's.
AS_ADMIN = {"cli", "sdk"}


def expected(way: str, kind: Kind) -> dict[str, dict[str, bool]]:
    """Return, for each permission that was given, which verbs are allowed."""

    def may(permission: str, needed: Permission) -> bool:
        if kind.name == "admin":
            return way in AS_ADMIN
        if kind.name == "stranger" or permission == "NONE":
            return False
        return Permission[permission] >= needed

    return {
        permission: {verb: may(permission, needed) for verb, needed in VERBS.items()}
        for permission in PERMISSIONS
    }


def scope_of(kind: Kind, permission: str) -> str:
    return f"{kind.name}-{permission.lower()}"


@pytest.fixture(scope="module")
def owner(team):
    """What is done at the service's own machine, in whose store each scope has one grant."""
    session = local_session(team.settings, "cli")
    session.service_principals.create(PRINCIPAL)
    for kind in KINDS:
        for permission in PERMISSIONS:
            scope = scope_of(kind, permission)
            session.create_scope(scope)
            session.put(scope, "db", VALUE.encode())
            if permission != "NONE":
                session.put_acl(scope, kind.granted, Permission[permission])
    yield session
    for kind in KINDS:
        for permission in PERMISSIONS:
            session.delete_scope(scope_of(kind, permission))
    session.service_principals.delete(PRINCIPAL)


@pytest.fixture(scope="module")
def token_of(team, owner) -> Callable[[Kind], str]:
    """Return a token of somebody's own: the Hub's, or of a service principal the service's."""
    _, made = owner.tokens.create("matrix", owner=f"service:{PRINCIPAL}")
    return lambda kind: made if kind.name == "service" else team.token(kind.asks)


@pytest.fixture(scope="module")
def server_of(team, owner, token_of, start_server) -> Callable[[Kind], Server]:
    """Return somebody's Jupyter server, which uses the service."""

    @cache
    def server_of(kind: Kind) -> Server:
        if kind.name != "service":
            return team.server(kind.asks)
        return start_server(
            config=f"c.JupyterSecrets.service_url = {team.service_url!r}\n",
            environment={"JUPYTER_SECRETS_SERVICE_TOKEN": token_of(kind)},
        )

    return server_of


# The ways. Each returns, for every scope of a kind, which verbs were allowed; what fails for
# another reason than a permission fails the test.

Results = dict[str, dict[str, bool]]

IN_NOTEBOOK = """
import json
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.workspace import AclPermission
workspace = WorkspaceClient()
shell, value = get_ipython(), {value!r}

def attempts(scope):
    yield "list", lambda: dbutils.secrets.list(scope)
    yield "get", lambda: dbutils.secrets.get(scope, "db")
    yield "put", lambda: shell.run_line_magic("secret", f"put {{scope}} new --from value")
    yield "delete", lambda: shell.run_line_magic("secret", f"delete {{scope}} new")
    yield "list-acls", lambda: list(workspace.secrets.list_acls(scope))
    yield "put-acl", lambda: workspace.secrets.put_acl(scope, "user:erin", AclPermission.READ)

def may(attempt):
    try:
        attempt()
    except Exception as error:
        if "does not have" not in str(error):
            raise
        return False
    return True

results = {{
    permission: {{verb: may(attempt) for verb, attempt in attempts(scope)}}
    for permission, scope in {scopes!r}.items()
}}
print("RESULTS" + json.dumps(results))
"""

IN_SHELL = """
import contextlib, io, json, sys
from jupyter_secrets.cli import main

def may(*arguments, typed=""):
    sys.stdin, errors = io.TextIOWrapper(io.BytesIO(typed.encode())), io.StringIO()
    shown = io.TextIOWrapper(io.BytesIO())
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(errors):
        status = main(arguments)
    assert status == 0 or "does not have" in errors.getvalue(), errors.getvalue()
    return status == 0

def attempts(scope):
    return {{
        "list": may("list-secrets", scope),
        "get": may("get-secret", scope, "db"),
        "put": may("put-secret", scope, "new", typed={value!r}),
        "delete": may("delete-secret", scope, "new"),
        "list-acls": may("list-acls", scope),
        "put-acl": may("put-acl", scope, "user:erin", "READ"),
    }}

print(json.dumps({{permission: attempts(scope) for permission, scope in {scopes!r}.items()}}))
"""


def by_notebook(kind: Kind, server_of, **_: object) -> Results:
    with server_of(kind).kernel() as kernel:
        reply = kernel.execute(IN_NOTEBOOK.format(value=VALUE[::-1], scopes=scopes(kind)))
    assert "RESULTS" in reply.stream(), reply.text
    return json.loads(reply.stream().partition("RESULTS")[2])


def by_cli(kind: Kind, token_of, team, tmp_path, **_: object) -> Results:
    variables = home_environment(tmp_path) | {
        "JUPYTER_SECRETS_SERVICE_URL": team.service_url,
        "JUPYTER_SECRETS_SERVICE_TOKEN": token_of(kind),
    }
    done = subprocess.run(
        [sys.executable, "-c", IN_SHELL.format(value=VALUE[::-1], scopes=scopes(kind))],
        env=os.environ | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def by_sdk(kind: Kind, token_of, team, **_: object) -> Results:
    api = WorkspaceClient(host=team.service_url, token=token_of(kind), auth_type="pat").secrets

    def attempts(scope: str) -> dict[str, Callable[[], object]]:
        return {
            "list": lambda: list(api.list_secrets(scope)),
            "get": lambda: api.get_secret(scope, "db"),
            "put": lambda: api.put_secret(scope, "new", string_value=VALUE[::-1]),
            "delete": lambda: api.delete_secret(scope, "new"),
            "list-acls": lambda: list(api.list_acls(scope)),
            "put-acl": lambda: api.put_acl(scope, "user:erin", AclPermission.READ),
        }

    return results(kind, attempts, PermissionDenied)


def by_sidebar(kind: Kind, server_of, **_: object) -> Results:
    server = server_of(kind)

    def attempts(scope: str) -> dict[str, Callable[[], object]]:
        names = {"scope": scope, "key": "new"}
        grant = {"principal": "user:erin", "permission": "READ"}
        describe = f"jupyter-secrets/describe-secrets?scope={scope}"
        put = {**names, "string_value": VALUE[::-1]}
        return {
            "list": lambda: server.request("GET", describe),
            "get": lambda: server.secrets("GET", "get", scope=scope, key="db"),
            "put": lambda: server.request("POST", "jupyter-secrets/put", put),
            "delete": lambda: server.secrets("POST", "delete", **names),
            "list-acls": lambda: server.secrets("GET", "acls/list", scope=scope),
            "put-acl": lambda: server.secrets("POST", "acls/put", scope=scope, **grant),
        }

    return results(kind, attempts, HttpError)


def results(kind: Kind, attempts: Callable[[str], dict], refusal: type[Exception]) -> Results:
    def may(attempt: Callable[[], object]) -> bool:
        try:
            attempt()
        except refusal as error:
            if "does not have" not in str(error):
                raise
            return False
        return True

    return {
        permission: {verb: may(attempt) for verb, attempt in attempts(scope).items()}
        for permission, scope in scopes(kind).items()
    }


def scopes(kind: Kind) -> dict[str, str]:
    return {permission: scope_of(kind, permission) for permission in PERMISSIONS}


WAYS = {"notebook": by_notebook, "cli": by_cli, "sdk": by_sdk, "sidebar": by_sidebar}


# What takes one more server to start, or a kernel that shows what another way shows as well.
SLOW = {(way, kind) for way in ("notebook", "sidebar") for kind in ("service", "stranger")}
SLOW.add(("notebook", "admin"))


CASES = [
    pytest.param(
        way, kind, id=f"{way}-{kind.name}",
        marks=[pytest.mark.matrix] if (way, kind.name) in SLOW else [],
    )
    for way in WAYS for kind in KINDS
]  # fmt: skip


@pytest.mark.parametrize(("way", "kind"), CASES)
def test_each_verb_takes_its_permission(way, kind, team, token_of, server_of, tmp_path):
    found = WAYS[way](kind, token_of=token_of, server_of=server_of, team=team, tmp_path=tmp_path)

    assert found == expected(way, kind)
