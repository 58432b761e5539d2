"""Settings that cannot be had are refused by name: with others, another store would be used."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.settings import load_settings
from tests.jupyter import Server, command_line

BROKEN = "c.JupyterSecrets.labelled_markers = True\nc.JupyterSecrets.store_path = 'secret-word\n"


@pytest.fixture
def configure(home):
    """Write a configuration file; return its path."""

    def write(content: str | bytes, name: str = "jupyter_server_config.py") -> Path:
        path = home / "config" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("max_scopes", "'secret-word'", "must be a whole number of 0 or more"),
        ("max_scopes", "True", "must be a whole number of 0 or more"),
        ("max_secrets_per_scope", "-1", "must be a whole number of 0 or more"),
        ("max_value_size", "-1", "must be a whole number of 0 or more"),
        ("max_known_values", "-1", "must be a whole number of 0 or more"),
        ("retention_days", "-1", "0 for not at all"),
        ("groups_max_age", "-1", "must be a number of seconds of 0 or more"),
        ("login_groups_max_age", "float('nan')", "must be a number of seconds of 0 or more"),
        ("kernel_permission", "'secret-word'", "'READ', 'WRITE', 'MANAGE'"),
        ("kernel_env", "{'A': ['secret-word']}", "must be a dict"),
        ("store_path", "1", "must be a unicode string"),
        ("store_path", "''", "that is not empty"),
        ("key_path", "' '", "that is not empty"),
        ("databricks_env", "'secret-word'", "'auto', 'on', 'off'"),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_told_by_its_name(configure, name, value, told):
    configure(f"c.JupyterSecrets.max_known_values = 5\nc.JupyterSecrets.{name} = {value}")

    with pytest.raises(InvalidParameterError) as caught:
        load_settings()

    assert f"c.JupyterSecrets.{name} must be" in str(caught.value)
    assert told in str(caught.value)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "mode"),
    [("'auto'", "auto"), ("'off'", "off"), ("False", "off"), ("True", "on"), ("'true'", "on")],
)
def test_what_turns_databricks_env_on_and_off(configure, value, mode):
    configure(f"c.JupyterSecrets.databricks_env = {value}")

    assert load_settings().databricks_env == mode


@pytest.mark.parametrize("stem", ["jupyter_config", "jupyter_server_config"])
@pytest.mark.parametrize(
    ("ending", "content", "fault"),
    [
        (".py", BROKEN, "has an error in line 2 (SyntaxError)"),
        (".py", "x = 1\n\nsecret_word\n", "has an error in line 3 (NameError)"),
        (".py", "x = 1\nopen('/none/secret-word')\n", "has an error in line 2 (FileNotFoundError)"),
        (".py", "x = 1\nraise SystemExit('secret-word')\n", "has an error in line 2 (SystemExit)"),
        (".json", '{"JupyterSecrets":\n{"owner": "secret-word",}}', "has an error in line 2 ("),
        (".json", b'{"JupyterSecrets": "\xff"}', "cannot be read (UnicodeDecodeError)"),
    ],
    ids=["syntax", "name", "missing", "exit", "JSON", "Latin-1"],
)
def test_a_broken_configuration_file_is_told_by_file_and_line(
    configure, stem, ending, content, fault
):
    path = configure(content, stem + ending)

    with pytest.raises(InvalidParameterError) as caught:
        load_settings()

    assert f"The configuration file {path} {fault}" in str(caught.value)
    assert "secret" not in str(caught.value).replace("JupyterSecrets", "")


@pytest.mark.parametrize(
    "place",
    [
        lambda path: path.symlink_to("nowhere.py"),
        lambda path: path.symlink_to(path),
        lambda path: path.mkdir(),
    ],
    ids=["dangling-link", "circle", "folder"],
)
@pytest.mark.parametrize("name", ["jupyter_config.json", "jupyter_server_config.py"])
def test_what_is_no_file_is_not_passed_over(configure, place, name):
    path = configure("", name)
    path.unlink()
    place(path)

    with pytest.raises(InvalidParameterError) as caught:
        load_settings()

    assert f"The configuration file {path} is no file, or a link to none" in str(caught.value)


def test_a_section_that_holds_no_settings_is_told(configure):
    configure('{"JupyterSecrets": "secret-word"}', "jupyter_config.json")

    with pytest.raises(InvalidParameterError, match="must be an object in JSON") as caught:
        load_settings()

    assert "secret-word" not in str(caught.value)


def test_files_are_read_in_jupyters_order(configure):
    configure("c.JupyterSecrets.owner = 'a'\nc.JupyterSecrets.max_scopes = 1", "jupyter_config.py")
    configure("c.JupyterSecrets.max_scopes = 2\nc.JupyterSecrets.retention_days = 2")
    configure('{"JupyterSecrets": {"retention_days": 3}}', "jupyter_server_config.json")

    settings = load_settings(max_value_size=4)

    assert (settings.owner, settings.max_scopes) == ("a", 2)
    assert (settings.retention_days, settings.max_value_size) == (3, 4)


def test_the_command_line_uses_no_other_store(home, configure):
    path = configure(BROKEN)

    done = command_line("create-scope", "prod", home=home)

    assert (done.returncode, done.stdout) == (1, "")
    assert f"{path} has an error in line 2" in done.stderr
    assert "secret-word" not in done.stderr
    assert not (home / "data/jupyter_secrets").exists()


def test_a_kernel_without_a_server_uses_no_other_store(home, configure, monkeypatch):
    monkeypatch.delenv("PYTEST_CURRENT_TEST", raising=False)
    path = configure(BROKEN)
    cells = ["%load_ext jupyter_secrets", "dbutils.secrets.listScopes()"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])

    NotebookClient(notebook, kernel_name="python3", allow_errors=True).execute()

    assert f"{path} has an error in line 2" in notebook.cells[0].outputs[0].evalue
    assert notebook.cells[1].outputs[0].ename == "InvalidParameterError"
    assert "secret-word" not in str(notebook)
    assert not (home / "data/jupyter_secrets").exists()


@pytest.mark.parametrize(
    ("config", "arguments", "fault"),
    [
        (BROKEN, (), "jupyter_server_config.py has an error in line 2 (SyntaxError)"),
        ("", ("--JupyterSecrets.max_scopes=many",), "max_scopes must be a whole number"),
        ("", ("--config=/nowhere/given.py",), "There is no configuration file /nowhere/given.py"),
    ],
    ids=["file", "setting", "no-file"],
)
def test_a_server_does_not_start(tmp_path, config, arguments, fault):
    server = Server(tmp_path, config=config, arguments=arguments)
    server.launch()

    status = server.process.wait(60)

    assert status != 0
    (told,) = [line for line in server.log.read_text().splitlines() if "does not start" in line]
    assert fault in told
    assert "secret-word" not in told
    assert not (tmp_path / "data/jupyter_secrets").exists()


def test_a_file_that_a_server_is_given_and_an_extensions_own_are_looked_at(tmp_path):
    (tmp_path / "given.py").write_text(BROKEN)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/jupyter_lab_config.py").write_text("")
    given = Server(tmp_path, arguments=(f"--config={tmp_path / 'given.py'}",))
    given.launch()
    assert given.process.wait(60) != 0
    assert f"{tmp_path / 'given.py'} has an error in line 2" in given.log.read_text()

    (tmp_path / "config/jupyter_lab_config.py").write_text(BROKEN)
    of_extension = Server(tmp_path)
    of_extension.launch()

    assert of_extension.process.wait(60) != 0
    assert "jupyter_lab_config.py has an error in line 2" in of_extension.log.read_text()
