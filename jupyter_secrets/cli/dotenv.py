"""A scope's values as a ``.env`` file, which bash and python-dotenv read the same.

Neither has a quote for everything: bash expands ``$`` and backticks between double quotation marks,
python-dotenv reads escapes between single ones and replaces ``${NAME}`` everywhere. A value that
has no spelling that both read as it is has no place in such a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from jupyter_secrets.errors import InvalidParameterError

# A name that bash can assign, and does not take for itself: it evaluates what RANDOM, HISTCMD or
# MAILCHECK is set to, and runs what is in PROMPT_COMMAND or MAILPATH.
_EXPORTED_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NAMES_OF_BASH = re.compile(
    r"BASH.*|COMP_WORDBREAKS|DIRSTACK|EPOCH(?:REALTIME|SECONDS)|E?UID|FUNCNAME|GROUPS|HISTCMD"
    r"|LC_.*|LINENO|MAIL(?:CHECK|PATH)|OPTIND|PIPESTATUS|PPID|PROMPT_COMMAND|PS[0-4]|S?RANDOM"
    r"|SECONDS|SHELLOPTS|SHLVL|_"
)
_REPLACED = re.compile(r"\$\{[^}]*\}")

_BLANK = r"[^\S\n]"
_NAME = re.compile(
    rf"{_BLANK}*(?:export{_BLANK}+)?(?!export{_BLANK})(?P<name>[\w.-]+){_BLANK}*=", re.ASCII
)
# A value in quotation marks may go on over several lines.
_VALUE = re.compile(
    rf"""{_BLANK}*
    (?: "(?P<double>(?:[^"\\]|\\.)*)" | '(?P<single>(?:[^'\\]|\\.)*)' )
    {_BLANK}*(?:\#[^\n]*)?(?=\n|\Z)
    | {_BLANK}+\#[^\n]*(?=\n|\Z)
    | {_BLANK}*(?![^\S\n]|["'])(?P<plain>[^\n]*)""",
    re.DOTALL | re.VERBOSE,
)
_NOTHING = re.compile(rf"{_BLANK}*(?:#[^\n]*)?(?=\n|\Z)")
_DOUBLE_ESCAPE = re.compile(r"\\([\\'\"abfnrtv])")
_SINGLE_ESCAPE = re.compile(r"\\([\\'])")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def encode_env(values: Mapping[str, bytes]) -> str:
    """Return lines of ``NAME='value'``, or of ``NAME="value"``.

    Raises `InvalidParameterError`, which names all that cannot be written so, and why.

    >>> print(encode_env({"A": b"pa$$w0rd", "B": b"it's"}), end="")
    A='pa$$w0rd'
    B="it's"
    """
    lines, refused = [], []
    for name, value in values.items():
        try:
            lines.append(f"{_exported(name, value)}={_quote(value)}\n")
        except ValueError as error:
            refused.append(f"{name} ({error})")
    if refused:
        raise InvalidParameterError(
            "A .env file that bash and python-dotenv read the same cannot hold "
            f"{', '.join(refused)}: use --format json."
        )
    return "".join(lines)


def _exported(name: str, value: bytes) -> str:
    if not _EXPORTED_NAME.fullmatch(name):
        raise ValueError("the name is not one of a variable: letters, digits and _ only")
    if _NAMES_OF_BASH.fullmatch(name):
        raise ValueError("bash has a variable of its own of this name")
    # A name that many programs use; what is no command is harmless in it.
    if name == "ENV" and (b"$" in value or b"`" in value):
        raise ValueError("shells run the commands in the value of this variable")
    return name


def _quote(value: bytes) -> str:
    """Return a value in quotation marks; raise `ValueError`, which says why there are none."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        raise ValueError("the value is not UTF-8 text") from None
    if "\0" in text or "\r" in text:
        raise ValueError("the value has a NUL or a carriage return")
    if _REPLACED.search(text):
        raise ValueError("the value has a ${…}, which python-dotenv replaces")
    if text.endswith("\\"):
        raise ValueError("the value ends with a backslash")
    if "'" not in text and "\\\\" not in text:
        return f"'{text}'"
    if "$" not in text and "`" not in text:
        return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
    raise ValueError("the value has ' or \\\\, and $ or `")


def decode_env(text: str) -> dict[str, bytes]:
    """Return the values of a ``.env`` file, as python-dotenv reads them.

    Raises `InvalidParameterError`, which names the line and nothing of it, for what is no
    assignment, and for what programs replace or read differently.

    >>> decode_env('# no value\\nexport A=b # c\\nB="x # y\\\\n"')
    {'A': b'b', 'B': b'x # y\\n'}
    """
    values, position = {}, 0
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    while position < len(text):
        match = _NOTHING.match(text, position)
        if match is None:
            name = _NAME.match(text, position)
            match = _VALUE.match(text, name.end()) if name else None
            number = text.count("\n", 0, position) + 1
            if name is None or match is None:
                raise InvalidParameterError(
                    f"Line {number} is not NAME=value, or its quotation mark is never closed."
                )
            values[name["name"]] = _plain_text(match, number).encode()
        position = match.end() + 1
    return values


def _plain_text(match: re.Match[str], line: int) -> str:
    if _REPLACED.search(match.group()):
        raise InvalidParameterError(
            f"The value in line {line} has a ${{…}}, which stands for another variable: write "
            "what it stands for, or import the value as JSON."
        )
    if match["double"] is not None:
        if re.search(r"(?<!\\)(?:\\\\)*\\[$`]", match["double"]):
            raise InvalidParameterError(
                f"Programs differ in how they read \\$ and \\` in line {line}: put the value "
                "between single quotation marks, without these backslashes."
            )
        return _DOUBLE_ESCAPE.sub(_unescaped, match["double"])
    if match["single"] is not None:
        return _SINGLE_ESCAPE.sub(r"\1", match["single"])
    return re.sub(r"(?<!\s)\s+#.*", "", match["plain"] or "").rstrip()


def _unescaped(escape: re.Match[str]) -> str:
    return _ESCAPES.get(escape[1], escape[1])
