"""Command lines and lists of options: `--password x`, `-u user:password`, `-e NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
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
    "kinit", "echo", "printf", "mount", "net", "nmcli", "ansible-playbook", "restic", "rclone",
    "borg", "$", "%",
))  # fmt: skip
# What follows these is a user and a password, or a password right after the letter.
_LOGINS = frozenset(("-u", "--user", "--proxy-user", "-U"))
_WITH_LETTER = {"mysql": "-p", "mysqldump": "-p", "sqlcmd": "-P", "bcp": "-P", "sshpass": "-p",
                "redis-cli": "-a", "ldapsearch": "-w", "7z": "-p", "mongo": "-p", "mongosh": "-p",
                }  # fmt: skip
_HEADERS = frozenset(("-H", "--header"))


def read_command(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a command line, or of lines of options, or `None`."""
    words = list(_words(excerpt))
    if len(words) < 2 or not _is_command(words):
        return None
    fields: list[Field] = []
    letter = _WITH_LETTER.get(words[0].text, "\0")
    is_login = any(word.text == "login" for word in words)
    before = ""
    for word, following in zip(words, [*words[1:], None], strict=True):
        if _is_password_alone(word.text, following, words) or (before == "-p" and is_login):
            fields.append(Field(word, Role.SECRET, "password"))
        elif before in _LOGINS and is_login and shapes.is_address(word.text):
            fields.append(Field(word, Role.PUBLIC, "user"))
        else:
            fields += _fields(word, before, letter)
        before = word.text if _OPTION.fullmatch(word.text) else ""
    return fields


def _is_password_alone(text: str, following: Excerpt | None, words: list[Excerpt]) -> bool:
    """Tell whether a word is a password by what stands beside it, without an option."""
    if following is None or text in _COMMANDS:
        return False
    if following.text.startswith("/user:"):
        return True
    piped = any(word.text == "--password-stdin" for word in words)
    return piped and following.text == "|"


def _is_command(words: list[Excerpt]) -> bool:
    """Tell whether the first word is a command, or an option."""
    first = words[0].text
    assignment = _ASSIGNMENT.match(first)
    if assignment and names.is_known(assignment[1]):
        command = next((word.text for word in words if not _ASSIGNMENT.match(word.text)), "")
        return command in _COMMANDS
    if any(map(_takes_a_secret, words[:-1])):
        return True
    if first not in _COMMANDS and not re.fullmatch(r"--[a-z][a-z-]{1,63}", first):
        return False
    return any(
        word.text.startswith(("-", "/user:")) or "://" in word.text or _ASSIGNMENT.match(word.text)
        for word in words
    )


def _takes_a_secret(word: Excerpt) -> bool:
    """Tell whether a word is an option of several letters whose value is secret."""
    is_long = _OPTION.fullmatch(word.text) is not None and len(word.text) > len("-p")
    return is_long and names.verdict([word.text]) is names.Verdict.SECRET


def _words(excerpt: Excerpt) -> Iterator[Excerpt]:
    """Yield the words as a shell parts them, without the quotes around them."""
    for match in _WORD.finditer(excerpt.text):
        group = 1 if match[1] is not None else 2 if match[2] is not None else 0
        if match[group]:
            yield excerpt.part(*match.span(group))


def _fields(word: Excerpt, before: str, letter: str) -> Iterator[Field]:
    text = word.text
    if before == letter or (before and names.verdict([before]) is names.Verdict.SECRET):
        source = len("pass:") if text.startswith("pass:") else 0  # of OpenSSL
        secret = word.part(source, len(text))
        yield Field(secret, Role.SECRET, "value of an option", (before,))
    elif before in _LOGINS and ":" in text:
        colon = text.index(":")
        yield Field(word.part(0, colon), Role.PUBLIC, "user")
        yield Field(word.part(colon + 1, len(text)), Role.SECRET, "password")
    elif before in _HEADERS:
        yield from _header(word)
    elif _OPTION.fullmatch(text) and not (text.startswith(letter) and len(text) > 3):
        yield Field(word, Role.PUBLIC, "option name")
    elif text.startswith(letter) and len(text) > 2:
        yield Field(word.part(0, 2), Role.PUBLIC, "option name")
        yield Field(word.part(2, len(text)), Role.SECRET, "password")
    elif assignment := _ASSIGNMENT.match(text):
        yield Field(word.part(0, assignment.end() - 1), Role.SEGMENT, "option name")
        value = word.part(assignment.end(), len(text))
        yield Field(_unquoted(value), Role.SETTING, names=(assignment[1],))
    elif text in _COMMANDS:
        yield Field(word, Role.PUBLIC, "command")
    else:
        yield Field(word, Role.SETTING, names=(before or "word",))


def _header(word: Excerpt) -> Iterator[Field]:
    name, colon, _ = word.text.partition(":")
    if colon:
        yield Field(word.part(0, len(name)), Role.SEGMENT, "option name")
    start = len(name) + 1 if colon else 0
    value = word.part(start, len(word.text)).stripped()
    yield Field(value, Role.SETTING, names=(name if colon else "header",))


def _unquoted(value: Excerpt) -> Excerpt:
    text = value.text
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return value.part(1, len(text) - 1)
    return value
