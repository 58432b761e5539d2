"""Who a server's users are, and what each may have redacted."""

from __future__ import annotations

import base64
import copy
import getpass
import time

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
            groups = file.read_text().split()
            if "unreachable" in groups:
                raise ConnectionError("the directory is away: " + groups[-1])
            return groups
        return dict(self.users.values())[username]

    def group_exists(self, name):
        return name == "staff"

c.ServerApp.identity_provider_class = TeamProvider
c.JupyterSecrets.owner = "alice"
c.JupyterSecrets.groups_max_age = 0.5
HOME = os.environ["HOME"]
"""
VALUE = "team-value-Abc-123456"
GROUPS_MAX_AGE = 0.5


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


@pytest.fixture
def analyst(team):
    """Bob, who may read prod as an analyst; what is written to the file are his groups."""
    grant = {"scope": "prod", "principal": "group:analysts", "permission": "READ"}
    team.request("POST", "api/2.0/secrets/acls/put", grant)
    groups = team.home / "groups-of-bob"
    yield groups
    groups.unlink(missing_ok=True)
    time.sleep(GROUPS_MAX_AGE)
    team.request("POST", "api/2.0/secrets/acls/delete", grant)


def join_only(groups, *names: str) -> None:
    groups.write_text(" ".join(names))
    time.sleep(GROUPS_MAX_AGE)


def test_a_running_kernel_has_the_groups_of_the_moment(team, analyst):
    read = "print(len(dbutils.secrets.get('prod', 'db')))"
    team_of_bob = replace_token(team, "token-of-bob")
    with team_of_bob.kernel() as kernel:
        before = kernel.execute(read)
        join_only(analyst, "cooks")
        left = kernel.execute(read)
        join_only(analyst, "cooks", "analysts")
        back = kernel.execute(read)

    assert before.stream() == back.stream() == f"{len(VALUE)}\n"
    assert "bob does not have READ permission on scope prod" in left.text


def test_while_the_provider_cannot_say_nobody_is_in_a_group(team, analyst):
    join_only(analyst, "unreachable", "secret-of-the-directory")

    with pytest.raises(
        HttpError, match=r"TeamProvider does not answer \(ConnectionError\)"
    ) as caught:
        get(team, "token-of-bob")

    assert "bob does not have READ permission on scope prod to perform" in caught.value.body
    assert "secret-of-the-directory" not in caught.value.body + team.log.read_text()
    body = {"scope": "bobs", "key": "still-his", "string_value": "x-Ab-91"}
    team.request("POST", "api/2.0/secrets/put", body, token="token-of-bob")


@pytest.mark.parametrize(
    ("principal", "kind"),
    [("analysts", "group"), ("staff", "group"), ("carol", "user"), ("user:staff", "user")],
)
def test_a_plain_name_is_a_group_that_one_is_in_or_the_provider_knows(team, principal, kind):
    entry = {"scope": "bobs", "principal": principal, "permission": "READ"}
    item = team.request("POST", "api/2.0/secrets/acls/put", entry, token="token-of-bob")
    team.request("POST", "api/2.0/secrets/acls/delete", entry, token="token-of-bob")

    assert item["kind"] == kind


LOGINS = """
import os
from pathlib import Path
from jupyter_server.auth.identity import IdentityProvider, User

class LoginProvider(IdentityProvider):
    async def _get_user(self, handler):
        token = self.get_token(handler)
        if not token:
            return None
        handler._token_authenticated = True
        name, *login = token.split("-")
        user = User(name)
        if login:
            user.groups = ["analysts"]
        if "old" in login:
            user.groups_time = 1.0
        return user

c.ServerApp.identity_provider_class = LoginProvider
c.JupyterSecrets.owner = "alice"
c.JupyterSecrets.login_groups_max_age = 4
"""


def test_groups_that_come_with_logins_only_count_for_a_while_after_the_last(start_server):
    server = start_server(config=LOGINS, token="alice")
    server.store_secret("db", VALUE)
    grant = {"scope": "prod", "principal": "group:analysts", "permission": "READ"}
    server.request("POST", "api/2.0/secrets/acls/put", grant)
    with pytest.raises(HttpError, match=r"to perform this action\.\W"):
        get(server, "bob")
    with pytest.raises(HttpError, match="the last login was too long ago: log in again"):
        get(server, "bob-login-old")

    assert get(server, "bob-login") == VALUE
    assert get(server, "bob") == VALUE
    with replace_token(server, "bob").kernel() as kernel:
        read = "print(len(dbutils.secrets.get('prod', 'db')))"
        kernel.execute("1")
        get(server, "bob-login")
        assert kernel.execute(read).stream() == f"{len(VALUE)}\n"
        time.sleep(4)
        assert "the last login was too long ago" in kernel.execute(read).text


def replace_token(server, token: str):
    other = copy.copy(server)
    other.token = token
    return other


def test_a_providers_group_called_admins_makes_nobody_an_admin(team):
    with pytest.raises(HttpError, match="eve does not have READ"):
        get(team, "token-of-eve")


@pytest.mark.parametrize("user", ["alice", "bob", "eve"])
def test_only_the_owner_keeps_the_store(team, user):
    status = team.request("GET", "jupyter-secrets/status", token=f"token-of-{user}")

    assert status["admin"] is (user == "alice")


def test_the_owner_manages_every_scope(team):
    acls = team.request("GET", "api/2.0/secrets/acls/list?scope=bobs")

    assert acls["items"][0]["principal"] == "bob"


def shown(team, token: str, code: str) -> str:
    with replace_token(team, token).kernel() as kernel:
        return kernel.execute(code).stream()


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
        "from jupyter_secrets import server as extension\n"
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
