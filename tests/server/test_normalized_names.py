"""Names of users and groups that an identity source spells in several ways."""

from __future__ import annotations

import base64
import copy

import pytest

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.settings import load_settings
from tests.jupyter import HttpError, command_line

NORMALIZE = """
def normalize(name):
    if name == "Unnamable":
        raise LookupError("secret-of-the-directory")
    return name.lower().removesuffix("@example.org")

c.JupyterSecrets.normalize_name = normalize
c.JupyterSecrets.owner = "Alice@Example.org"
"""
# The directory knows its own spelling only.
PROVIDER = f"""
from jupyter_server.auth.identity import IdentityProvider, User

class TeamProvider(IdentityProvider):
    groups = {{
        "Alice@Example.org": [], "Bob@Example.org": ["Analysts@EXAMPLE.ORG"],
        "bob@elsewhere.org": [], "Eve@Example.org": ["Admins"], "carol": ["Unnamable"],
        "Unnamable": [],
    }}

    async def _get_user(self, handler):
        handler._token_authenticated = True
        token = self.get_token(handler)
        return User(token) if token in self.groups else None

    def get_user_groups(self, username):
        return self.groups[username]

c.ServerApp.identity_provider_class = TeamProvider
{NORMALIZE}"""
VALUE = "team-value-Abc-123456"


@pytest.fixture(scope="module")
def team(start_server):
    """A server with prod/db of alice, which the analysts may read."""
    server = start_server(config=PROVIDER, token="Alice@Example.org")
    server.store_secret("db", VALUE)
    put_acl(server, "group:ANALYSTS", "READ")
    server.request("POST", "jupyter-secrets/principals/create", {"name": "ETL"})
    return server


def put_acl(server, principal: str, permission: str) -> dict[str, str]:
    entry = {"scope": "prod", "principal": principal, "permission": permission}
    return server.request("POST", "api/2.0/secrets/acls/put", entry)


def get(server, user: str) -> str:
    answer = server.request("GET", "api/2.0/secrets/get?scope=prod&key=db", token=user)
    return base64.b64decode(answer["value"]).decode()


def test_a_group_counts_in_any_spelling(team):
    assert get(team, "Bob@Example.org") == VALUE


def test_a_kernel_has_the_groups_that_the_source_has_under_its_own_spelling(team):
    bobs = copy.copy(team)
    bobs.token = "Bob@Example.org"

    with bobs.kernel() as kernel:
        reply = kernel.execute("print(len(dbutils.secrets.get('prod', 'db')))")

    assert reply.stream() == f"{len(VALUE)}\n"


def test_the_owner_is_the_owner_in_any_spelling(team):
    status = team.request("GET", "jupyter-secrets/status")
    acls = team.request("GET", "api/2.0/secrets/acls/list?scope=prod")["items"]

    assert status["principal"] == "alice"
    assert {"principal": "alice", "permission": "MANAGE", "kind": "user"} in acls


def test_another_domains_user_is_another_user(team):
    with pytest.raises(HttpError, match=r"bob@elsewhere\.org does not have READ"):
        get(team, "bob@elsewhere.org")


@pytest.mark.parametrize(
    ("typed", "stored", "kind"),
    [
        ("DAVE@example.org", "dave", "user"),
        ("user:Dave", "dave", "user"),
        ("group:Cooks@example.org", "cooks", "group"),
        ("service:ETL", "service:ETL", "service"),
    ],
)
def test_what_is_typed_is_stored_normalized_and_found_by_either_name(team, typed, stored, kind):
    item = put_acl(team, typed, "READ")
    found = team.request("GET", f"api/2.0/secrets/acls/get?scope=prod&principal={typed}")
    full = stored if ":" in stored else f"{kind}:{stored}"
    team.request("POST", "api/2.0/secrets/acls/delete", {"scope": "prod", "principal": full})

    assert item["principal"] in (stored, full.removeprefix("service:"))
    assert item["kind"] == kind
    assert found == item


@pytest.mark.parametrize("typed", ["Users", "group:USERS", "Admins@example.org"])
def test_nothing_becomes_a_built_in_group_unawares(team, typed):
    with pytest.raises(HttpError, match="would be the built-in group") as caught:
        put_acl(team, typed, "READ")

    assert caught.value.status == 400


def test_a_sources_group_that_becomes_admins_counts_for_nothing(team):
    with pytest.raises(HttpError, match="eve does not have READ"):
        get(team, "Eve@Example.org")


def test_whose_name_cannot_be_normalized_is_refused_and_told_why(team):
    with pytest.raises(HttpError, match=r"no name for 'Unnamable' \(LookupError\)") as user:
        get(team, "Unnamable")
    with pytest.raises(HttpError, match=r"carol does not .* no name for 'Unnamable'") as member:
        get(team, "carol")

    assert (user.value.status, member.value.status) == (400, 403)
    assert "secret-of-the-directory" not in team.log.read_text()


def test_an_entry_under_an_older_spelling_counts_no_longer_and_can_be_deleted(home):
    for command in (["create-scope", "prod"], ["put-acl", "prod", "user:Dave", "READ"]):
        assert command_line(*command, home=home).returncode == 0
    (home / "config").mkdir(exist_ok=True)
    (home / "config/jupyter_server_config.py").write_text(NORMALIZE)

    command_line("put-acl", "prod", "DAVE", "WRITE", home=home)
    both = command_line("list-acls", "prod", home=home).stdout
    deleted = command_line("delete-acl", "prod", "Dave", home=home)
    left = command_line("list-acls", "prod", home=home).stdout

    assert "Dave" in both
    assert "dave" in both
    assert deleted.returncode == 0, deleted.stderr
    assert "Dave" not in left
    assert "dave" in left


def test_only_a_function_can_be_set(home):
    (home / "config").mkdir(exist_ok=True)
    path = home / "config/jupyter_server_config.py"
    path.write_text("c.JupyterSecrets.normalize_name = 'lower'")

    with pytest.raises(InvalidParameterError, match="normalize_name must be a callable"):
        load_settings()
