from __future__ import annotations

import base64
import io
import json
import os
import shlex
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import nbformat
import pytest
import yaml

from jupyter_secrets.cli import main
from tests.jupyter import command_line, home_environment, store_secret

VALUE = "tk-9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS3u"
PASSWORD = "pä\"ss'W0rd/with\\all<of>it"
HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a store of two values and one that is too short to look for."""
    home = tmp_path_factory.mktemp("home")
    command_line("create-scope", "prod", home=home)
    for key, value in (("db", VALUE), ("pass-word", PASSWORD), ("pin", "1234")):
        done = command_line("put-secret", "prod", key, home=home, stdin=value)
        assert done.returncode == 0, done.stderr
    return home


def scan(home: Path, *arguments: str | Path) -> Any:
    """Run the command in this process: there are many cases."""
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, home_environment(home)),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = main(["scan", *map(str, arguments)])
    done = SimpleNamespace(returncode=status, stdout=out.getvalue(), stderr=err.getvalue())
    shown = done.stdout + done.stderr
    assert VALUE not in shown
    assert PASSWORD not in shown
    return done


def notebook(tmp_path: Path, *cells: object, name: str = "a.ipynb", **style: object) -> Path:
    path = tmp_path / name
    content = nbformat.v4.new_notebook(cells=list(cells))
    path.write_text(json.dumps(content, **{"indent": 1, "ensure_ascii": False, **style}) + "\n")
    return path


def cell(source: str = "", *outputs: object) -> object:
    return nbformat.v4.new_code_cell(source, outputs=list(outputs), execution_count=7)


def stream(text: str) -> object:
    return nbformat.v4.new_output("stream", text=text)


def display(**data: object) -> object:
    return nbformat.v4.new_output(
        "display_data", data={k.replace("_", "/"): v for k, v in data.items()}
    )


FORMS = {
    "as it is": stream(f"token: {VALUE}"),
    "base64": stream(base64.b64encode(f"user:{VALUE}".encode()).decode()),
    "hex": stream(VALUE.encode().hex()),
    "a piece": stream(f"{VALUE[5:20]}…"),
    "colours": stream(f"{VALUE[:9]}\x1b[31m{VALUE[9:]}"),
    "html": display(text_html=f"<b>{VALUE[:9]}</b>{VALUE[9:]}"),
    "json key": display(application_json={VALUE: 1}),
    "picture": display(image_png=base64.b64encode(b"\x89PNG\r\n\x1a\n" + VALUE.encode()).decode()),
    "error": nbformat.v4.new_output("error", ename="E", evalue=VALUE, traceback=[VALUE]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_value_in_an_output_is_found_and_named(home, tmp_path, name):
    output = FORMS[name]
    path = notebook(tmp_path, cell("x"), cell("y", stream("nothing here\n"), output))

    done = scan(home, path)

    assert done.returncode == 1
    what = "a piece of prod/db" if name == "a piece" else "prod/db"
    assert done.stdout == f"{path}: cell 2, output 2: {what}\n"


TOKEN = "jst_" + "aB3dE6gH9" * 4 + "xY7zK1q"
TOKENS = {
    "as it is": f"Bearer {TOKEN}",
    "base64": base64.b64encode(TOKEN.encode()).decode(),
    "base64, behind one letter": base64.b64encode(f"x{TOKEN}".encode()).decode(),
    "base64, behind two letters": base64.b64encode(f"xx{TOKEN}".encode()).decode(),
    "a password for HTTP": "Basic " + base64.b64encode(f"token:{TOKEN}".encode()).decode(),
    "base64 for URLs": "?t=" + base64.urlsafe_b64encode(f"ÿþ{TOKEN}ÿ".encode()).decode(),
    "base64 in base64's letters": "x" + base64.b64encode(TOKEN.encode()).decode(),
    "percent-encoded": "https://h/?t=" + TOKEN.replace("_", "%5F"),
}


@pytest.mark.parametrize("text", TOKENS.values(), ids=TOKENS)
def test_a_token_is_found_and_called_one(home, tmp_path, text):
    written = tmp_path / "notes.txt"
    written.write_text(f"first line\n{text}\n")
    path = notebook(tmp_path, cell(f"t = {text!r}", stream(f"{text}\n")))

    done = scan(home, written, path)

    assert done.stdout.splitlines() == [
        f"{written}: text line 2: an access token (jst_…)",
        f"{path}: cell 1, source line 1: an access token (jst_…)",
        f"{path}: cell 1, output 1: an access token (jst_…)",
    ]
    assert done.returncode == 1


def test_what_only_begins_like_an_encoded_token_is_none(home, tmp_path):
    path = tmp_path / "notes.txt"
    almost = [
        f"anN0X{TOKEN[4:]}{TOKEN[4:]}",
        "pzdF" * 20,
        base64.b64encode(TOKEN[:-1].encode()).decode(),
    ]
    path.write_text("\n".join(almost))

    assert scan(home, path).stdout == ""


def test_halves_in_adjacent_outputs_are_found(home, tmp_path):
    path = notebook(tmp_path, cell("", stream(VALUE[:9]), stream(VALUE[9:18])))

    done = scan(home, path)

    assert done.stdout.splitlines() == [
        f"{path}: cell 1, output {n}: a piece of prod/db" for n in (1, 2)
    ]


def test_a_value_in_a_source_comes_with_the_line_to_put_there(home, tmp_path):
    path = notebook(tmp_path, cell(f"import os\n\nconnect({PASSWORD!r})"))

    done = scan(home, path)

    assert done.stdout == (
        f"{path}: cell 1, source line 3: prod/pass-word: "
        'use dbutils.secrets.get("prod", "pass-word")\n'
    )


def test_the_json_output_says_where_and_whose(home, tmp_path):
    path = notebook(tmp_path, cell(f"x = {VALUE!r}", stream(VALUE)))

    done = scan(home, path, "-o", "json")

    common = {"file": str(path), "cell": 1, "scope": "prod", "key": "db", "fixed": False}
    common["what"] = "prod/db"
    common["piece"] = False
    assert json.loads(done.stdout) == {
        "files": 1,
        "errors": [],
        "findings": [
            {**common, "location": "source", "line": 1,
             "replacement": 'dbutils.secrets.get("prod", "db")'},
            {**common, "location": "output 1", "line": None, "replacement": None},
        ],
    }  # fmt: skip


def test_folders_are_searched_with_old_checkpoints_and_other_text(home, tmp_path):
    (tmp_path / ".ipynb_checkpoints").mkdir()
    old = notebook(tmp_path / ".ipynb_checkpoints", cell("", stream(VALUE)), name="old.ipynb")
    (tmp_path / ".env").write_text(f"A=1\nTOKEN={VALUE}\n")
    (tmp_path / "data.bin").write_bytes(b"\0" + VALUE.encode())
    (tmp_path / "broken.ipynb").write_text(f'{{"cells": [{VALUE}')
    (tmp_path / "clean.py").write_text("print('tk-')")

    done = scan(home, tmp_path)

    assert sorted(done.stdout.splitlines()) == sorted(
        [
            f"{tmp_path / '.env'}: text line 2: prod/db",
            f"{old}: cell 1, output 1: prod/db",
            f"{tmp_path / 'broken.ipynb'}: text line 1: prod/db",
        ]
    )
    assert scan(home, tmp_path / "data.bin").returncode == 1


def test_nothing_found_is_status_0_and_short_values_are_named(home, tmp_path):
    path = notebook(tmp_path, cell("print(1234)", stream("1234")))

    done = scan(home, path)

    assert (done.returncode, done.stdout) == (0, "")
    assert "prod/pin is not looked for" in done.stderr


STYLES = {
    "Jupyter's": {"indent": 1, "ensure_ascii": False},
    "ASCII, wide": {"indent": 4, "ensure_ascii": True},
    "one line": {"separators": (",", ":"), "indent": None},
    "tabs, sorted": {"indent": "\t", "sort_keys": True},
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("ending", ["", "\n", "\r\n\r\n"], ids=["none", "newline", "CRLF"])
def test_fix_scrubs_outputs_and_leaves_every_other_byte(home, tmp_path, style, ending):
    untouched = stream("grüße 1.50 1e5 \u2028 \\ud83d")
    path = notebook(
        tmp_path, cell(f"v = {VALUE!r}", untouched, stream("OUTPUT"), untouched), **style
    )
    template = path.read_text().rstrip("\n").replace("\n", "\n" if ending != "\r\n\r\n" else "\r\n")
    path.write_bytes((template.replace("OUTPUT", f"<{VALUE}>") + ending).encode())
    path.chmod(0o640)

    done = scan(home, path, "--fix")

    assert done.returncode == 1  # what is in the source stays, and is still there
    assert f"{path}: cell 1, output 2: prod/db: scrubbed" in done.stdout
    assert path.read_bytes() == (template.replace("OUTPUT", "<[REDACTED]>") + ending).encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_fix_alone_gives_status_0_where_outputs_were_all(home, tmp_path):
    path = notebook(
        tmp_path, cell("", *FORMS.values(), stream(VALUE[:9]), stream(VALUE[9:18])), cell("x")
    )

    done = scan(home, path, "--fix")

    assert done.returncode == 0
    assert scan(home, path).stdout == ""
    nbformat.validate(nbformat.read(path, 4))


def test_fix_writes_nothing_where_there_is_nothing_to_scrub(home, tmp_path):
    path = notebook(tmp_path, cell(f"x = {VALUE!r}", stream("clean")))
    before = path.stat()

    scan(home, path, "--fix")

    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_notebook_with_a_name_twice_is_not_scrubbed_and_that_is_said(home, tmp_path):
    path = notebook(tmp_path, cell("", stream(VALUE)))
    path.write_text(path.read_text().replace('"cells":', f'"note": "{VALUE}", "note": 1, "cells":'))
    before = path.read_bytes()

    done = scan(home, path, "--fix")

    assert done.returncode == 2
    assert "was not scrubbed" in done.stderr
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_read_is_an_error_and_never_a_pass(home, tmp_path):
    clean = notebook(tmp_path, cell("x"))

    done = scan(home, clean, tmp_path / "missing.ipynb")

    assert done.returncode == 2
    assert f"Error: {tmp_path / 'missing.ipynb'}: No such file or directory" in done.stderr


def test_no_store_passes_nothing_and_none_is_made(tmp_path):
    done = scan(tmp_path, notebook(tmp_path, cell("x")))

    assert done.returncode == 2
    assert "There is no store on this machine" in done.stderr
    assert not (tmp_path / "data").exists()


def test_an_empty_store_passes_nothing(tmp_path):
    command_line("create-scope", "prod", home=tmp_path)

    done = scan(tmp_path, HOOKS)

    assert done.returncode == 2
    assert "no value to look for" in done.stderr


def test_a_store_without_its_key_passes_nothing(home, tmp_path):
    subprocess.run(["cp", "-r", f"{home}/.", str(tmp_path)], check=True)
    (tmp_path / "config/jupyter_secrets/master.key").unlink()

    done = scan(tmp_path, HOOKS)

    assert done.returncode == 2
    assert "Error: " in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [HOOKS, "--nonsense"],
        [HOOKS, "--host", "http://127.0.0.1:1"],
        [HOOKS, "--passphrase-fd", "none"],
    ],
    ids=["no-path", "unknown-option", "of-a-server", "no-number"],
)
def test_arguments_that_cannot_be_used_pass_nothing_and_find_nothing(home, arguments):
    done = scan(home, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert "Error: INVALID_PARAMETER_VALUE: " in done.stderr


def test_settings_that_cannot_be_used_pass_nothing_and_find_nothing(home, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/jupyter_config.py").write_text("c.JupyterSecrets.max_scopes = 'many'")

    assert scan(tmp_path, HOOKS).returncode == 2


def test_a_folder_that_cannot_be_listed_is_an_error_and_never_a_pass(home, tmp_path, monkeypatch):
    closed = tmp_path / "a/closed"
    closed.mkdir(parents=True)
    listed = os.scandir

    def scandir(path):
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)

    done = scan(home, tmp_path)

    assert done.returncode == 2
    assert f"Error: {closed}: " in done.stderr


def test_the_pre_commit_hook_keeps_a_staged_notebook_out(home, tmp_path):
    path = notebook(tmp_path, cell("", stream(VALUE)))
    check, scrub = yaml.safe_load(HOOKS.read_text())
    environment = os.environ | home_environment(home)
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"

    def run(hook: dict[str, str]) -> int:
        command = [*shlex.split(hook["entry"]), str(path)]
        return subprocess.run(command, env=environment, check=False, capture_output=True).returncode

    assert run(check) == 1
    assert run(scrub) == 0
    assert run(check) == 0


def test_what_is_decided_about_components_counts(tmp_path_factory, tmp_path):
    home = tmp_path_factory.mktemp("decided")
    account = (
        '{"customer_no": "Kd99fA7xQ2Lm", "region": "north-sea-7x4q", "password": "Xy7-Zz9-Qq4-Ww2"}'
    )
    store_secret(home, "app", account)
    report = tmp_path / "report.md"
    report.write_text("Kd99fA7xQ2Lm\nnorth-sea-7x4q\nXy7-Zz9-Qq4-Ww2\n")

    options = ("--public", "customer_no", "--secret", "region")
    decided = command_line("explain", "prod", "app", *options, home=home)
    done = scan(home, report, "-o", "json")

    assert decided.returncode == 0, decided.stderr
    assert [each["line"] for each in json.loads(done.stdout)["findings"]] == [2, 3]


@pytest.mark.parametrize("level", ["notebook", "cell", "output"])
def test_a_value_in_the_name_of_a_field_is_found_and_scrubbed(home, tmp_path, level):
    output = nbformat.v4.new_output("display_data", {"text/plain": "x"})
    path = notebook(tmp_path, nbformat.v4.new_code_cell("x", outputs=[output]))
    content = json.loads(path.read_text())
    cell = content["cells"][0]
    {"notebook": content, "cell": cell, "output": cell["outputs"][0]}[level][VALUE] = 1
    path.write_text(json.dumps(content))

    done = scan(home, "-o", "json", "--fix", path)

    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["scope"], finding["key"], finding["fixed"]) == ("prod", "db", True)
    assert VALUE not in path.read_text()
