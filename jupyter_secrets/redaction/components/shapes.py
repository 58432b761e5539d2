"""Is a text public by its own shape: a number, a version, a date, a host, a plain word?"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise

from jupyter_secrets.redaction.components.defaults import has_default
from jupyter_secrets.redaction.components.names import is_option

SHORTEST_OPAQUE = 8
SHORTEST_NUMBER = 12  # longer ones are those of cards and accounts
LONGEST_WORD = 24
_MOST_CONSONANTS = 4
_ACRONYM = 4
# Letters of each of several words run together, in the mean.
_WORD_RUN_TOGETHER = 3.5
# Pairs of letters that hardly a word has, and most of what chance makes of twelve letters.
_RARE_PAIR = re.compile(
    r"q[^u]|j[^aeiouy]|v[bcdfghjkmpqtwxz]|x[bdgjkmnrvwxz]|[bcdfghjkmpqvwz]x|z[bcdfghjkmnpqrtvx]"
    r"|w[cfjmpqvxz]|[bcdfghjklmpqtvwxz]q|[cfgkmpqtvwxz]j|[bcfghjkmpqvwx]z|[cfghjkmpqtwxz]v"
    r"|[cfhjmqvxz]g|[fhjqvxz]b|[fjqvxz]d|[bgjqvxz]k|[fgjqvz]c|[hjqvz]p|[cgjqvz]f|[fjmqvz]h"
    r"|[cfghjqvxz]w|[jqvxz]m|[jqvxz]n|[jqxz]r|[jqx]l|[jq]s|[jqv]t"
)

_SEPARATORS = re.compile(r"[^a-zA-Z0-9]+")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?%?")
_VERSION = re.compile(
    r"[vV]?[0-9]{1,5}(?:\.[0-9]{1,5}){1,4}(?:[-+.]?(?:rc|a|b|dev|post)[0-9]{0,4})?"
)
_DATE = re.compile(
    r"[0-9]{8}T[0-9]{6}Z?"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TIME_ZONE = re.compile(
    r"(?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[\w/+-]{2,40}"
)
_SIGNING_SCOPE = re.compile(r"[^/\s]{1,128}/[0-9]{8}/[\w-]{1,32}/\w{1,32}/(?:aws4|goog4)_request")
_DURATION = re.compile(r"[0-9]{1,9} ?(?:[num]?s|[smhdwy]|min|[kKMGT]i?[bB]?)")
_HOST_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})")
_ADDRESS = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[?[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}\]?"
)
_PORTS = re.compile(r"[0-9]{1,5}(?::[0-9]{1,5}){1,2}(?:/(?:tcp|udp))?")
_IMAGE = re.compile(
    r"[a-z][a-z-]{1,32}:v?[0-9]{1,3}(?:\.[0-9]{1,3}){0,3}"
    r"(?:-(?:alpine|slim|bookworm))?"
)
_RELATIVE_NAME = r"(?i:cn|uid|ou|dc|o|c|l|st|sn)=[A-Za-z][A-Za-z .-]{0,40}"
_DISTINGUISHED_NAME = re.compile(rf"{_RELATIVE_NAME}(?:,{_RELATIVE_NAME}){{1,12}}")
_DERIVATION_PATH = re.compile(r"m(?:/[0-9]{1,10}'?){1,8}")
_ARN = re.compile(
    r"arn:aws[a-z-]{0,16}:[a-z0-9-]{1,32}:[a-z0-9-]{0,32}:[0-9]{0,12}:[\w/:.*-]{1,256}"
)
_INTERFACE = re.compile(
    r"(?i:(?:ten|twentyfivegig|forty|hundred)?(?:gig(?:abitethernet|e)?|ethernet)|fastethernet|vlan"
    r"|loopback|tunnel|serial|port-channel|management|[gx]e-|et-)[0-9]{1,4}(?:/[0-9]{1,3}){0,3}"
    r"(?:\.[0-9]{1,4})?"
)
_SHAPES = (
    ("ARN", _ARN),
    ("distinguished name", _DISTINGUISHED_NAME),
    ("derivation path", _DERIVATION_PATH),
    ("version", _VERSION),
    ("date", _DATE),
    ("duration", _DURATION),
    ("time zone", _TIME_ZONE),
    ("ports", _PORTS),
    ("interface", _INTERFACE),
    ("image", _IMAGE),
    ("scope of a signature", _SIGNING_SCOPE),
)
_ENDINGS = frozenset((
    "com", "net", "org", "io", "dev", "app", "cloud", "internal", "local", "localhost", "lan",
    "corp", "intranet", "home", "test", "example", "invalid", "edu", "gov", "mil", "int", "info",
    "biz", "co", "ai", "de", "uk", "us", "fr", "eu", "ch", "at", "nl", "it", "es", "pl", "se",
    "no", "fi", "dk", "be", "jp", "cn", "in", "br", "au", "ca", "ru", "kr", "svc", "cluster",
    "tech", "site", "online", "tv", "me", "xyz",
))  # fmt: skip
_PLACEHOLDER = re.compile(
    r"\$\{[^{}]*\}|\$\([^()]*\)"
    r"|\{\{[^{}]*\}\}|%[A-Za-z_]{1,64}%|<[A-Za-z _-]{1,64}>|\*+|x{3,}|\.{3}"
)
# How programs name a variable of the environment, or a secret, in place of its value. What closes
# it may have been taken for the end of a text in quotes or brackets.
_VARIABLE = r"([A-Z_][A-Z0-9_]{0,63})"
_REFERENCES = tuple(
    re.compile(form)
    for form in (
        r"(?:(?:os\.)?environ(?:\.get)?|(?:os\.|System\.|Sys\.)?[gG]etenv|ENV(?:\.fetch)?|\$_ENV"
        r"|process\.env|env|env_var|(?:std::)?env::var|Environment\.GetEnvironmentVariable)"
        rf"[\[(][\"']{_VARIABLE}[\"']?[\])]?",
        rf"(?:process\.env\.|import\.meta\.env\.|\$env:|\$\{{(?:env[:.])?){_VARIABLE}\}}?",
        r"dbutils\.secrets\.get\((?:scope=)?[\"']([\w.@-]{1,128})[\"'], ?(?:key=)?[\"']"
        r"([\w.@-]{1,128})[\"']?\)?",
        r"\{\{ ?secrets/([\w.@-]{1,128})/([\w.@-]{1,128}) ?\}\}",
    )
)
_SHELL_VARIABLE = re.compile(r"\$([A-Z][A-Z0-9_]{1,63})")
_FLAGS = frozenset((
    "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "required",
    "optional", "basic", "bearer", "digest", "md5", "scram-sha-256", "sha256", "plain",
    "default", "auto", "enabled", "disabled", "trust", "peer", "cert", "kerberos", "ldap",
    "negotiate", "ntlm", "oauth", "oauth2", "sasl", "sha1", "sha512", "aes", "container", "~",
))  # fmt: skip
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_IDENTIFIER = re.compile(r"[\w.,;()$@\\/ :+-]{1,128}")
_ACCESS_KEY_ID = re.compile(r"(?:A3T[A-Z0-9]|AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA)[A-Z0-9]{12,20}")
_MAIL = re.compile(r"[\w.+-]{1,64}@([\w.-]{1,128})")


def kind_of(text: str) -> str | None:
    """Return what kind of public text this is by its shape alone, or `None` for what is opaque."""
    if len(text) > 512:
        return None
    text = text.strip()
    if not text or is_flag(text):
        return "flag"
    if is_placeholder(text):
        return "placeholder"
    if _NUMBER.fullmatch(text):
        digits = sum(map(str.isdigit, text))
        return "number" if digits < SHORTEST_NUMBER else None
    if _ADDRESS.fullmatch(text):
        return "host"
    for kind, shape in _SHAPES:
        if shape.fullmatch(text):
            return kind
    if is_plain_word(text):
        return "word"
    if is_host(text):
        return "host"
    return "address" if is_mail_address(text) else None


def is_flag(text: str) -> bool:
    """Tell whether a text turns something on or off, or says which of some ways it goes."""
    return text.casefold() in _FLAGS


def is_nothing(text: str) -> bool:
    """Tell whether a text says that there is no value."""
    return text.casefold() in ("true", "false", "none", "null", "nil", "undefined")


def is_placeholder(text: str) -> bool:
    """Tell whether a text only stands for a value, without a default: ``${PASSWORD}``, ``****``."""
    if _PLACEHOLDER.fullmatch(text) is not None:
        return not has_default(text)
    return is_reference(text)


def is_reference(text: str) -> bool:
    """Tell whether a text is code that names a variable or a secret: ``os.environ["PASSWORD"]``.

    What stands for the name must be one: words that nothing of chance is in.
    """
    shell = _SHELL_VARIABLE.fullmatch(text)
    if shell:
        return "_" in shell[1] and is_option(shell[1])
    match = next(filter(None, (form.fullmatch(text) for form in _REFERENCES)), None)
    return match is not None and not any(
        _is_random(part) for name in match.groups() for part in _SEPARATORS.split(name)
    )


def is_identifier(text: str) -> bool:
    """Tell whether a text may be the value of an option that is public by its name.

    It is made of letters, digits and what joins them, and none of its words is a random one.
    """
    if is_access_key_id(text) or is_address(text) or kind_of(text):
        return True
    if not _IDENTIFIER.fullmatch(text):
        return False
    return not any(map(_is_random, _SEPARATORS.split(text)))


def is_host(text: str) -> bool:
    """Tell whether a text is a host's name or address, perhaps with its port."""
    host, _, port = text.rpartition(":")
    if not (host and port.isdigit() and len(port) <= 5):
        host = text
    if _ADDRESS.fullmatch(host):
        return True
    labels = host.rstrip(".").split(".")
    return (
        len(labels) > 1
        and labels[-1].lower() in _ENDINGS
        and all(_HOST_LABEL.fullmatch(label) for label in labels)
        and not any(_is_random(part) for label in labels for part in label.split("-"))
    )


def is_plain_word(text: str) -> bool:
    """Tell whether a text is a word, or a few joined by what joins the words of a name."""
    parts = _SEPARATORS.split(text)
    joiners = set(text) - set("".join(parts))
    if joiners - set("_-./,+* ") or len(parts) > 8 or not text.isascii():
        return False
    capitals = [part for part in parts if part[:1].isupper() and not part.isupper()]
    if len(parts) > 1 and capitals and "." not in joiners:
        return False  # Maple-Road may be a password, maple_road is a name
    return all(_is_word(part) for part in parts if part) and any(parts)


def is_user(text: str) -> bool:
    """Tell whether a text is surely the name of a user: of letters, or an address of e-mail."""
    match = _MAIL.fullmatch(text)
    if match:
        return "." in match[1]
    return is_plain_word(text) and len(text) <= 32 and " " not in text


@lru_cache(maxsize=1024)
def _is_word(text: str) -> bool:
    """Tell whether letters and digits make a word, or words run together, and a short number."""
    humps = _HUMPS.findall(text)
    letters = [hump for hump in humps if not hump.isdigit()]
    numbers = [hump for hump in humps if hump.isdigit()]
    if len(text) > LONGEST_WORD + 16 or len(numbers) > 1 or len(numbers[0] if numbers else "") > 4:
        return False
    if numbers and letters and len(text) >= SHORTEST_OPAQUE and text[-1].isdigit() is False:
        return False
    if numbers and len(letters) > 1:
        return False
    # A unit may stand at the end: `maxIdleTimeMS`.
    words = letters[:-1] if len(letters) > 2 and letters[-1].isupper() else letters
    if len(words) > 1 and sum(map(len, words)) < _WORD_RUN_TOGETHER * len(words):
        return False  # chance changes between small and capital letters more often
    return all(map(is_pronounceable, letters))


def is_pronounceable(word: str) -> bool:
    """Tell whether letters may be a word of some language, or a short acronym."""
    word = word.lower()
    if len(word) <= _ACRONYM:
        return True
    if len(word) > LONGEST_WORD or not any(vowel in word for vowel in "aeiouy"):
        return False
    if _RARE_PAIR.search(word):
        return False
    run = 0
    for letter in word:
        run = 0 if letter in "aeiouy" else run + 1
        if run > _MOST_CONSONANTS:
            return False
    return True


def _is_random(text: str) -> bool:
    """Tell whether letters and digits look like chance made them."""
    if len(text) < SHORTEST_OPAQUE or _is_word(text) or text.isdigit():
        return len(text) >= SHORTEST_NUMBER and text.isdigit()
    return _changes(text) >= 3 or len(text) > LONGEST_WORD


def _changes(text: Iterable[str]) -> int:
    kinds = ["0" if c.isdigit() else "A" if c.isupper() else "a" for c in text]
    return sum(
        first != second and (first, second) != ("A", "a") for first, second in pairwise(kinds)
    )


_HOST = re.compile(r"(?:[A-Za-z]{2,8}:)?[\w-]{1,63}(?:\.[\w-]{1,63})+\.?(?:[:,][0-9]{1,5})?/?")


def is_loosely_host(text: str) -> bool:
    """Tell whether what is named a host may be one; clouds put identifiers into the names."""
    host = re.split(r"[:,/]", text)[0]
    return _HOST.fullmatch(text) is not None and host.rpartition(".")[2].isalpha()


def is_address(text: str) -> bool:
    """Tell whether a text is an address of e-mail, or a UUID."""
    return _UUID.fullmatch(text) is not None or is_mail_address(text)


def is_mail_address(text: str) -> bool:
    """Tell whether a text is an address of e-mail."""
    match = _MAIL.fullmatch(text)
    return match is not None and is_host(match[1])


def is_signing_scope(text: str) -> bool:
    """Tell whether a text says what a signature is for, and whose key made it."""
    return _SIGNING_SCOPE.fullmatch(text) is not None


def is_access_key_id(text: str) -> bool:
    """Tell whether a text is the ID of a key of AWS, which is as public as a user's name."""
    return _ACCESS_KEY_ID.fullmatch(text) is not None
