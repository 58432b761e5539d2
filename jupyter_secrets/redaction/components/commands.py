"""Command lines and lists of options: `--password x`, `-u user:password`, `-e NAME=value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role
from jupyter_secrets.redaction.components.settings import read_settings

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
    "borg", "$", "%", "mysqladmin", "mysqlimport", "mariadb", "mariadb-dump", "mycli", "influx",
    "htpasswd", "rabbitmqctl", "keytool", "zip", "unzip", "7z", "7za", "rar", "unrar", "gpg",
    "cqlsh", "clickhouse-client", "beeline", "mosquitto_pub", "mosquitto_sub", "ipmitool", "mc",
    "mssql-cli", "isql", "mysqlsh", "smbpasswd", "rdesktop", "git-credential", "heroku", "gh",
))  # fmt: skip
# What follows these is a user and a password, or a password right after the letter.
_LOGINS = frozenset(("-u", "--user", "--proxy-user", "-U"))
_WITH_LETTER = {"mysql": "-p", "mysqldump": "-p", "sqlcmd": "-P", "bcp": "-P", "sshpass": "-p",
                "redis-cli": "-a", "ldapsearch": "-w", "7z": "-p", "mongo": "-p", "mongosh": "-p",
                "mysqladmin": "-p", "mysqlimport": "-p", "mariadb": "-p", "mariadb-dump": "-p",
                "mycli": "-p", "mysqlsh": "-p", "zip": "-P", "unzip": "-P", "7za": "-p",
                "rar": "-p", "unrar": "-p", "cqlsh": "-p", "beeline": "-p", "mosquitto_pub": "-P",
                "mosquitto_sub": "-P", "ipmitool": "-P", "mssql-cli": "-P", "isql": "-P",
                "rdesktop": "-p",
                }  # fmt: skip
_SNMP = re.compile(r"(?:snmp|encode_keychange)[a-z]{0,16}")
_OF_SNMP = ("-A", "-X", "-c")
# What they take stands as a name and a value.
_WITH_NAMES = frozenset(("nmcli",))
_BEFORE_NAMES = frozenset(("connect", "up", "down", "ssid", "con-name", "id", "modify", "delete"))
_REMOTE = frozenset(("ssh", "scp", "rsync", "sshpass"))
_AT_HOST = re.compile(r"([\w.-]{1,64})@[A-Za-z][\w.-]{0,128}(?::\S{0,256})?")
_WITH_LAST = re.compile(
    r"(?:htpasswd -\w{0,4}b|rabbitmqctl (?:add_user|change_password)|net user|mc alias set"
    r"|mc config host add)\b|htpasswd -b"
)
_FEWEST = 3
_HEADERS = frozenset(("-H", "--header"))


def read_command(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a command line, or of lines of options, or `None`."""
    words = list(_words(excerpt))
    if len(words) < 2 or not _is_command(words):
        return None
    fields: list[Field] = []
    last = _password_of(words)
    letters = _letters(words[0].text)
    is_login = any(word.text == "login" for word in words)
    before = ""
    for word, following in zip(words, [*words[1:], None], strict=True):
        if (
            word is last
            or _is_password_alone(word.text, following, words)
            or (before == "-p" and is_login)
        ):
            fields.append(Field(word, Role.SECRET, "password"))
        elif (before in _LOGINS and is_login and shapes.is_address(word.text)) or (
            words[0].text in _REMOTE and _is_at_host(word.text)
        ):
            fields.append(Field(word, Role.PUBLIC, "user"))
        elif words[0].text in _WITH_NAMES and before in _BEFORE_NAMES:
            fields.append(Field(word, Role.PUBLIC, "connection"))
        else:
            fields += _fields(word, before, letters)
        is_named = (
            _OPTION.fullmatch(word.text)
            or before == "set"
            or (words[0].text in _WITH_NAMES and _names_what_follows(word.text))
        )
        before = word.text if is_named or word.text == "set" else ""
    return fields


def _password_of(words: list[Excerpt]) -> Excerpt | None:
    """Return the word that a command takes for a password because it is its last, or `None`."""
    texts = [word.text for word in words]
    if not _WITH_LAST.match(" ".join(texts[:4])) or len(words) <= _FEWEST:
        return words[-1] if texts[-2:-1] == ["<<<"] else None
    return next((word for word in reversed(words) if word.text[0] not in "-/"), None)


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
    is_command = first in _COMMANDS or _SNMP.fullmatch(first)
    if not is_command and not re.fullmatch(r"--[a-z][a-z-]{1,63}", first):
        return False
    if any(_shows_a_command(word.text) for word in words):
        return True
    if first in _WITH_NAMES and any(_is_secret(word.text) for word in words[:-1]):
        return True
    sets = first != "set" and any(word.text == "set" for word in words[1:-2])
    return sets or _password_of(words) is not None


def _shows_a_command(text: str) -> bool:
    return text.startswith(("-", "/user:")) or "://" in text or _ASSIGNMENT.match(text) is not None


def _names_what_follows(text: str) -> bool:
    return text in _BEFORE_NAMES or names.is_known(text)


def _is_secret(name: str) -> bool:
    return names.verdict([name]) is names.Verdict.SECRET


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


def _letters(command: str) -> tuple[str, ...]:
    """Return the options of one letter that a command takes secrets by."""
    if _SNMP.fullmatch(command):
        return _OF_SNMP
    return (_WITH_LETTER[command],) if command in _WITH_LETTER else ()


def _is_at_host(text: str) -> bool:
    """Tell whether a word is `user@host`, maybe with a path."""
    match = _AT_HOST.fullmatch(text)
    return match is not None and shapes.is_user(match[1])


def _fields(word: Excerpt, before: str, letters: tuple[str, ...]) -> Iterator[Field]:
    text = word.text
    if before in letters or (before and names.verdict([before]) is names.Verdict.SECRET):
        source = len("pass:") if text.startswith("pass:") else 0  # of OpenSSL
        secret = word.part(source, len(text))
        yield Field(secret, Role.SECRET, "value of an option", (before,))
    elif before in _LOGINS and ":" in text:
        colon = text.index(":")
        yield Field(word.part(0, colon), Role.PUBLIC, "user")
        yield Field(word.part(colon + 1, len(text)), Role.SECRET, "password")
    elif before in _HEADERS:
        yield from _header(word)
    elif before.startswith("--set") and (settings := read_settings(word)):
        yield from settings
    elif _OPTION.fullmatch(text) and not (text.startswith(letters) and len(text) > 3):
        yield Field(word, Role.PUBLIC, "option name")
    elif text.startswith(letters) and len(text) > 2:
        yield Field(word.part(0, 2), Role.PUBLIC, "option name")
        yield Field(word.part(2, len(text)), Role.SECRET, "password")
    elif assignment := _ASSIGNMENT.match(text):
        yield Field(word.part(0, assignment.end() - 1), Role.SEGMENT, "option name")
        value = word.part(assignment.end(), len(text))
        yield Field(_unquoted(value), Role.SETTING, names=(assignment[1],))
    elif text in _COMMANDS or _SNMP.fullmatch(text):
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
