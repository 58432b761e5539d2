"""Command lines and lists of options: `--password x`, `-u user:password`, `-e NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role

_WORD = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|[^\s\"']+(?:\"[^\"]*\"|'[^']*'|[^\s\"']+)*")
_OPTION = re.compile(r"--?[A-Za-z][\w.-]{0,63}")
_ASSIGNMENT = re.compile(r"((?:--?)?[A-Za-z_][\w.-]{0,63})=(?=.)", re.DOTALL)
_COMMANDS = frozenset((
    "curl", "wget", "http", "https", "mysql", "mysqldump", "psql", "pg_dump", "mongo", "mongosh",
    "redis-cli", "docker", "podman", "kubectl", "helm", "az", "aws", "gcloud", "git", "ssh",
    "sshpass", "scp", "rsync", "ftp", "lftp", "smbclient", "ldapsearch", "sqlcmd", "bcp",
    "sqlplus", "snowsql", "pip", "twine", "npm", "yarn", "export", "set", "env", "sudo",
    "databricks", "terraform", "vault", "openssl", "java", "python", "node", "spark-submit",
    "kinit", "mount", "net", "nmcli", "ansible-playbook", "restic", "rclone", "borg", "$", "%",
))  # fmt: skip
# What follows these is a user and a password, or a password right after the letter.
_LOGINS = frozenset(("-u", "--user", "--proxy-user", "-U"))
_WITH_LETTER = {"mysql": "-p", "mysqldump": "-p", "sqlcmd": "-P", "bcp": "-P", "sshpass": "-p",
                "redis-cli": "-a", "ldapsearch": "-w", "7z": "-p", "mongo": "-p", "mongosh": "-p",
                "docker": "-p\0", "snowsql": "-p\0", "kinit": "-w\0", "curl": "-p\0"}  # fmt: skip
_HEADERS = frozenset(("-H", "--header"))


def read_command(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a command line, or of lines of options, or `None`."""
    words = list(_words(excerpt))
    if len(words) < 2 or not _is_command(words):
        return None
    fields: list[Field] = []
    letter = _WITH_LETTER.get(words[0].text, "\0")
    before = ""
    for word in words:
        fields += _fields(word, before, letter)
        before = word.text if _OPTION.fullmatch(word.text) else ""
    return fields


def _is_command(words: list[Excerpt]) -> bool:
    """Tell whether the first word is a command, or an option."""
    first = words[0].text
    if first not in _COMMANDS and not re.fullmatch(r"--[a-z][a-z-]{1,63}", first):
        return False
    return any(
        word.text.startswith("-") or "://" in word.text or _ASSIGNMENT.match(word.text)
        for word in words
    )


def _words(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the words as a shell parts them, without the quotes around them."""
    for match in _WORD.finditer(excerpt.text):
        group = 1 if match[1] is not None else 2 if match[2] is not None else 0
        if match[group]:
            yield excerpt.part(*match.span(group))


def _fields(word: Excerpt, before: str, letter: str) -> Iterator[Field]:
    text = word.text
    if before == letter or (before and names.verdict([before]) is names.Verdict.SECRET):
        yield Field(word, Role.SECRET, "value of an option", (before,))
    elif before in _LOGINS and ":" in text:
        colon = text.index(":")
        yield Field(word.part(0, colon), Role.PUBLIC, "user")
        yield Field(word.part(colon + 1, len(text)), Role.SECRET, "password")
    elif before in _HEADERS:
        yield Field(word, Role.SETTING, names=("header",))
    elif _OPTION.fullmatch(text) and not (text.startswith(letter) and len(text) > 3):
        yield Field(word, Role.PUBLIC, "option name")
    elif text.startswith(letter) and len(text) > 2:
        yield Field(word.part(0, 2), Role.PUBLIC, "option name")
        yield Field(word.part(2, len(text)), Role.SECRET, "password")
    elif assignment := _ASSIGNMENT.match(text):
        yield Field(word.part(0, assignment.end() - 1), Role.SEGMENT, "option name")
        value = word.part(assignment.end(), len(text))
        yield Field(_unquoted(value), Role.SETTING, names=(assignment[1],))
    else:
        yield Field(word, Role.SETTING, names=(before or "word",))


def _unquoted(value: Excerpt) -> Excerpt:
    text = value.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return value.part(1, len(text) - 1)
    return value
