"""What is exported is read back as it was, by the real readers of such files."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from dotenv import dotenv_values
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_secrets.cli.dotenv import decode_env, encode_env
from jupyter_secrets.cli.json_values import decode_json, encode_json
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import SecretVersion

PEM = f"-----BEGIN PRIVATE KEY-----\n{'MIIE+vQ/IB=' * 6}\n-----END PRIVATE KEY-----\n"
PRINT_VARIABLES = (
    "import os, sys; "
    "sys.stdout.buffer.write(b'\\0'.join(os.environb[name.encode()] for name in sys.argv[1:]))"
)

# What readers treat in a way of their own, alone and together.
PIECES = ["'", '"', "\\", "$", "${A}", "$(id)", "`id`", "\n", "#", " #", " ", "!", "\t", "é", "=",
          "{", "}", "\x01", "\x7f", "\x85", "\u2028", "n", "a"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=8).map("".join)


def read_by_bash(file: str, *names: str) -> list[str]:
    """Return what a program sees that is started after ``set -a; source FILE``."""
    with TemporaryDirectory() as folder:
        Path(folder, ".env").write_bytes(file.encode())
        done = subprocess.run(
            ["bash", "--norc", "-c", 'set -a; source ./.env; "$@"', "bash", sys.executable, "-I",
             "-c", PRINT_VARIABLES, *names],
            cwd=folder, capture_output=True, check=True,
        )  # fmt: skip
        assert [path.name for path in Path(folder).iterdir()] == [".env"]
    assert done.stderr == b""
    return [value.decode() for value in done.stdout.split(b"\0")]


def read_by_python_dotenv(file: str) -> dict[str, str | None]:
    with TemporaryDirectory() as folder:
        path = Path(folder, ".env")
        path.write_bytes(file.encode())
        return dict(dotenv_values(path))


@settings(deadline=None)  # each example starts bash
@given(st.lists(TEXTS, min_size=1, max_size=12))
def test_bash_python_dotenv_and_import_read_back_what_is_exported(texts):
    values = {}
    for number, text in enumerate(texts):
        try:
            encode_env({f"V{number}": text.encode()})
        except InvalidParameterError:
            continue
        values[f"V{number}"] = text

    file = encode_env({name: text.encode() for name, text in values.items()})

    assert decode_env(file) == {name: text.encode() for name, text in values.items()}
    assert read_by_python_dotenv(file) == values
    if values:
        assert read_by_bash(file, *values) == list(values.values())


@pytest.mark.parametrize(
    "text",
    ["", "plain", "a b # c", "it's", 'q"uo\\te', "`touch here`", "$(touch here)", "pa$$w0rd$HOME",
     "C:\\\\share", "!history", "back\\slash", '{"a": "b\\nc"}', "line\nbreak\t$HOME", PEM, "naïve",
     "postgresql://app:p%40ss@host/db?a=1&b=2"],
)  # fmt: skip
def test_what_people_store_can_be_exported(text):
    file = encode_env({"A": text.encode(), "B": b"next"})

    assert read_by_bash(file, "A", "B") == [text, "next"]
    assert read_by_python_dotenv(file) == {"A": text, "B": "next"}
    assert decode_env(file) == {"A": text.encode(), "B": b"next"}


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("A", b"\xff\x00", "not UTF-8"),
        ("A", b"a\0b", "NUL"),
        ("A", b"a\r\nb", "carriage return"),
        ("A", b"a${HOME}b", "python-dotenv replaces"),
        ("A", b"a\\", "ends with a backslash"),
        ("A", b"it's $5", "has ' or"),
        ("a-b", b"x", "not one of a variable"),
        ("a.b", b"x", "not one of a variable"),
        ("1a", b"x", "not one of a variable"),
        ("RANDOM", b"x", "variable of its own"),
        ("PROMPT_COMMAND", b"x", "variable of its own"),
        ("MAILPATH", b"x", "variable of its own"),
        ("ENV", b"`x`", "run the commands"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(name, value, why):
    with pytest.raises(InvalidParameterError, match="--format json") as caught:
        encode_env({"FINE": b"x", name: value, "a/b": b"y"})

    assert f"{name} (" in str(caught.value)
    assert why in str(caught.value)
    assert "a/b (" in str(caught.value)
    assert "FINE" not in str(caught.value)


def test_a_variable_of_bash_is_refused_or_keeps_what_it_is_set_to():
    listed = "compgen -v; echo RANDOM SRANDOM SECONDS LINENO BASHPID HISTCMD FUNCNAME GROUPS"
    names = subprocess.run(
        ["bash", "--norc", "-c", listed], capture_output=True, text=True, check=True
    ).stdout.split()

    for name in names:
        try:
            file = encode_env({name: b"a[$(touch here)]"})
        except InvalidParameterError:
            continue
        if name != "PATH":  # found by name no more
            assert read_by_bash(file, name) == ["a[$(touch here)]"]


# Variables that interactive shells read, as their manuals list them.
INTERACTIVE = """
    CDPATH CHILD_MAX COLUMNS COMP_LINE EMACS ENV EXECIGNORE FCEDIT FIGNORE FUNCNEST GLOBIGNORE
    HISTCONTROL HISTFILE HISTFILESIZE HISTIGNORE HISTSIZE HISTTIMEFORMAT HOSTFILE IGNOREEOF
    INPUTRC INSIDE_EMACS LANG LINES MAIL MAILCHECK MAILPATH OPTERR PROMPT_DIRTRIM PS0 PS1 PS2 PS4
    TIMEFORMAT TMOUT auto_resume histchars
"""
# New mail is what one such variable is about; a shell in POSIX mode reads another one.
SESSION = """
MAILCHECK=0
set -a; . ./values.env; set +a
echo hello > mail; touch -t 209901010000 mail
time true
bash --posix --norc -i < /dev/null
echo done
"""


@pytest.mark.parametrize("value", ["a[$(touch here)]", "mail?$(touch here)"])
def test_a_variable_of_interactive_shells_is_refused_or_runs_nothing(tmp_path, value):
    for name in INTERACTIVE.split():
        try:
            (tmp_path / "values.env").write_text(encode_env({name: value.encode()}))
        except InvalidParameterError:
            continue
        (tmp_path / "mail").write_text("")
        shell = ["bash", "--norc", "--noprofile", "-i"]

        subprocess.run(
            shell, input=SESSION, cwd=tmp_path, text=True, capture_output=True, check=False
        )

        assert not (tmp_path / "here").exists(), name


def test_a_common_name_that_shells_use_too_is_written():
    assert encode_env({"ENV": b"production"}) == "ENV='production'\n"


@pytest.mark.parametrize("text", ["plain", "", "é'", "line\nbreak\t$HOME"])
def test_a_value_survives_json(text):
    decided = (("host", "public"), ("user", "secret"))
    entries = {
        "A.b-C": (text.encode(), ()),
        "bytes": (b"\xff\x00", ()),
        "decided": (text.encode(), decided),
        "decided.bytes": (b"\xff\x00", decided),
    }
    secrets = [
        SecretVersion("prod", key, 1, value, verdicts=verdicts)
        for key, (value, verdicts) in entries.items()
    ]

    assert decode_json(encode_json(secrets)) == entries


# Import

LINES = st.lists(
    st.sampled_from(
        ["A", "B=", "=", "export ", "'", '"', "\\", "\n", " ", "#", "x", "\\n", "\\'", "\r\n", "\t",
         "$X", "é", "\xa0", "\x0b"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@given(LINES)
def test_a_file_that_is_accepted_is_read_as_python_dotenv_reads_it(text):
    try:
        values = decode_env(text)
    except InvalidParameterError:
        return

    assert {name: value.decode() for name, value in values.items()} == dotenv_values(
        stream=io.StringIO(text.replace("\r\n", "\n"))
    )


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ('A="one\ntwo" # note\nB=x', {"A": "one\ntwo", "B": "x"}),
        ("A='one\n# two\n'\n\nB=x", {"A": "one\n# two\n", "B": "x"}),
        ('A="a \\"b\\"\nc"', {"A": 'a "b"\nc'}),
        ("A=\nB= \nC=#d\nD= # e", {"A": "", "B": "", "C": "#d", "D": ""}),
        ("  export A = b c # d", {"A": "b c"}),
        ("A=it's", {"A": "it's"}),
        ("A=pa$$w0rd$HOME", {"A": "pa$$w0rd$HOME"}),
        ("A='a\\b' # c", {"A": "a\\b"}),
        ("A.b-c=x", {"A.b-c": "x"}),
        ('A="x"\r\nB="y\r\nz"\r\n', {"A": "x", "B": "y\nz"}),
        ("", {}),
    ],
)
def test_what_env_files_have_is_read(text, values):
    assert decode_env(text) == {name: value.encode() for name, value in values.items()}


def test_the_line_of_an_env_file_is_the_one_that_the_fault_begins_on():
    with pytest.raises(InvalidParameterError, match="Line 4 is not NAME=value"):
        decode_env('A="1\n2"\n# note\nB="secret\nC=x')


@pytest.mark.parametrize("text", ["A=b\nsecret words", 'A="open', "A='open", "=b", 'A="b" c'])
def test_a_bad_env_file_is_told_by_its_line_alone(text):
    with pytest.raises(InvalidParameterError, match=r"Line \d is not") as caught:
        decode_env(text)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["A=b\nB=secret${C}", "A=b\nB='${C}'", 'A=b\nB="\\$secret"'])
def test_what_programs_replace_or_read_differently_is_not_guessed(text):
    with pytest.raises(InvalidParameterError, match=r"line 2") as caught:
        decode_env(text)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{",
        '{"a": 1}',
        '{"a":' * 100_000,
        '{"a": {"base64": "*"}}',
        '{"a": {"text": "x", "base64": ""}}',
        '{"a": {"verdicts": {}}}',
        '{"a": {"text": "x", "verdicts": []}}',
        '{"a": {"text": "x", "verdicts": {"host": 1}}}',
    ],
)
def test_a_bad_json_file_is_refused(text):
    with pytest.raises(InvalidParameterError, match="not a JSON object"):
        decode_json(text)
