"""Who a server's users are, and what each may have redacted."""

from __future__ import annotations

import base64
import getpass
import time

import nbformat
import pytest

from tests.jupyter import HttpError

# Names and groups by token, as a hub's identity provider gives them.
PROVIDER = """
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
        user = TeamUser(name)
        user.hub_user = {"groups": groups}
        handler._token_authenticated = True
        return user

c.ServerApp.identity_provider_class = TeamProvider
c.JupyterSecrets.owner = "alice"
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
    assert items == [{"principal": getpass.getuser(), "permission": "MANAGE"}]


def test_under_another_provider_it_is_the_real_name(team):
    status = team.request("GET", "jupyter-secrets/status", token="token-of-bob")
    items = team.request("GET", "api/2.0/secrets/acls/list?scope=bobs", token="token-of-bob")[
        "items"
    ]

    assert status["principal"] == "bob"
    assert items == [{"principal": "bob", "permission": "MANAGE"}]


def test_a_user_gets_what_the_acl_gives_and_groups_count(team):
    with pytest.raises(HttpError, match="bob does not have READ permission on scope prod"):
        get(team, "token-of-bob")
    grant = {"scope": "prod", "principal": "analysts", "permission": "READ"}
    team.request("POST", "api/2.0/secrets/acls/put", grant)
    try:
        assert get(team, "token-of-bob") == VALUE
    finally:
        revoke = {"scope": "prod", "principal": "analysts"}
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


def test_what_an_extension_saves_for_nobody_is_searched_for_the_owners_values(start_server):
    # At the first look at the store nobody makes a request, and nobody's groups are known.
    save = (
        "from jupyter_secrets.server import extension\n"
        "start = extension.start\n"
        "async def start_and_save(server):\n"
        "    await start(server)\n"
        "    import nbformat\n"
        f"    output = nbformat.v4.new_output('stream', text={VALUE!r})\n"
        "    cell = nbformat.v4.new_code_cell('1', outputs=[output])\n"
        "    content = nbformat.v4.new_notebook(cells=[cell])\n"
        "    model = {'type': 'notebook', 'content': content}\n"
        "    await server.contents_manager.save(model, 'background.ipynb')\n"
        "extension.start = start_and_save\n"
    )
    server = start_server(config=PROVIDER, token="token-of-alice")
    server.store_secret("db", VALUE)
    server.stop()
    server.config = PROVIDER + save
    server.start()

    path = server.root / "background.ipynb"
    deadline = time.monotonic() + 20  # extensions start when the server answers already
    while not (path.exists() and path.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert "REDACTED" in path.read_text()
    assert VALUE not in path.read_text()
