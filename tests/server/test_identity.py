"""Who a server's users are, and what each may have redacted."""

from __future__ import annotations

import base64
import getpass

import nbformat
import pytest

from tests.jupyter import HttpError

# Names by token, and groups that a provider is asked for, or that it reads from a file.
PROVIDER = """
import os
from pathlib import Path

from jupyter_server.auth.identity import IdentityProvider, User

class TeamUser(User):
    pass

class TeamProvider(IdentityProvider):
    users = {"token-of-alice": ("alice", []), "token-of-bob": ("bob", ["analysts"]),
             "token-of-eve": ("eve", ["admins"]), "token-of-carol": ("carol", [])}

    async def _get_user(self, handler):
        token = self.get_token(handler)
        if token not in self.users:
            return None
        name, groups = self.users[token]
        handler._token_authenticated = True
        return TeamUser(name)

    async def get_user_groups(self, username):
        file = Path(HOME, "groups-of-" + username)
        if file.exists():
            return file.read_text().split()
        return dict(self.users.values())[username]

    def group_exists(self, name):
        return name == "staff"

c.ServerApp.identity_provider_class = TeamProvider
c.JupyterSecrets.owner = "alice"
c.JupyterSecrets.groups_max_age = 0.5
HOME = os.environ["HOME"]
"""
VALUE = "team-value-Abc-123456"


@pytest.fixture(scope="module")
def team(start_server):
    server = start_server(config=PROVIDER, token="token-of-alice")
    server.store_secret("db", VALUE)
    server.request("POST", "api/2.0/secrets/scopes/create", {"scope": "bobs"}, token="token-of-bob")
    return server


def get(server, token: str) -> str:
    path = "api/2.0/secrets/get?scope=prod&key=db"
    return base64.b64decode(server.request("GET", path, token=token)["value"]).decode()


def test_a_single_user_servers_principal_is_its_owner_and_never_the_anonymous_name(server):
    server.secrets("POST", "scopes/create", scope="who")

    items = server.secrets("GET", "acls/list", scope="who")["items"]
    owner = {"principal": getpass.getuser(), "permission": "MANAGE", "kind": "user"}
    assert items == [owner]


def test_under_another_provider_it_is_the_real_name(team):
    status = team.request("GET", "jupyter-secrets/status", token="token-of-bob")
    items = team.request("GET", "api/2.0/secrets/acls/list?scope=bobs", token="token-of-bob")[
        "items"
    ]

    assert status["principal"] == "bob"
    assert items == [{"principal": "bob", "permission": "MANAGE", "kind": "user"}]


def test_a_user_gets_what_the_acl_gives_and_groups_count(team):
    with pytest.raises(HttpError, match="bob does not have READ permission on scope prod"):
        get(team, "token-of-bob")
    grant = {"scope": "prod", "principal": "group:analysts", "permission": "READ"}
    team.request("POST", "api/2.0/secrets/acls/put", grant)
    try:
        assert get(team, "token-of-bob") == VALUE
    finally:
        revoke = {"scope": "prod", "principal": "group:analysts"}
        team.request("POST", "api/2.0/secrets/acls/delete", revoke)
    with pytest.raises(HttpError):
        get(team, "token-of-bob")


def test_a_hub_group_called_admins_makes_nobody_an_admin(team):
    with pytest.raises(HttpError, match="eve does not have READ"):
        get(team, "token-of-eve")


@pytest.mark.parametrize("user", ["alice", "bob", "eve"])
def test_only_the_owner_keeps_the_store(team, user):
    status = team.request("GET", "jupyter-secrets/store", token=f"token-of-{user}")

    assert status["keeper"] is (user == "alice")


def test_the_owner_manages_every_scope(team):
    acls = team.request("GET", "api/2.0/secrets/acls/list?scope=bobs")

    assert acls["items"][0]["principal"] == "bob"


def shown(team, token: str, code: str) -> str:
    saved, team.token = team.token, token
    try:
        with team.kernel() as kernel:
            return kernel.execute(code).stream()
    finally:
        team.token = saved


def test_a_kernel_acts_for_whoever_started_it(team):
    code = "print(len(dbutils.secrets.get('prod', 'db', default='x' * 99)))"

    assert shown(team, "token-of-alice", code) == f"{len(VALUE)}\n"
    assert shown(team, "token-of-bob", code) == ""


@pytest.mark.parametrize("length", [8, 12, 16, len(VALUE)])
def test_guesses_of_a_value_one_may_not_read_are_never_redacted(team, length):
    guess = VALUE[:length]
    code = f"print({guess[:4]!r} + {guess[4:]!r})"

    assert shown(team, "token-of-carol", code) == f"{guess}\n"


def test_guesses_are_saved_byte_for_byte_by_whoever_may_not_read_the_value(team):
    guesses = "\n".join(VALUE[:length] for length in range(4, len(VALUE) + 1))
    output = nbformat.v4.new_output("stream", text=guesses)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    model = {"type": "notebook", "content": notebook}
    saved = {}
    for user in ("carol", "alice"):
        token = f"token-of-{user}"
        team.request("PUT", f"api/contents/{user}.ipynb", model, token=token)
        (cell,) = nbformat.read(team.root / f"{user}.ipynb", 4).cells
        saved[user] = cell.outputs[0].text

    assert saved["carol"] == guesses
    assert VALUE not in saved["alice"]


def test_whoever_may_read_a_value_has_it_redacted_unasked(team):
    assert shown(team, "token-of-alice", f"print({VALUE[:4]!r} + {VALUE[4:]!r})") == "[REDACTED]\n"


def test_nobody_masks_anothers_output_by_storing_common_text(team):
    body = {"scope": "bobs", "key": "word", "string_value": "AnalysisReport2026"}
    team.request("POST", "api/2.0/secrets/put", body, token="token-of-bob")
    code = "print('Analysis' 'Report2026')"

    assert shown(team, "token-of-bob", code) == "[REDACTED]\n"
    assert shown(team, "token-of-carol", code) == "AnalysisReport2026\n"
