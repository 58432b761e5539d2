"""Does a name say that what it names is secret? Its last word decides.

`PGPASSWORD`, `DB_PW` and `x-api-key` are secret; `key_id`, `token_uri` and `primary_key` are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache

LONGEST_NAME = 128


class Verdict(Enum):
    """What a name says of what it names."""

    SECRET = auto()
    PUBLIC = auto()
    UNKNOWN = auto()


# fmt: off
_SECRET = frozenset((
    "password", "passwords", "passwd", "passphrase", "passphrases", "passcode", "pwd", "pass",
    "pw", "pswd", "psw", "pin", "puk", "secret", "secrets", "token", "tokens", "credential",
    "credentials", "cred", "creds", "auth", "authorization", "sig", "signature", "sas", "otp",
    "totp", "cookie", "cookies", "jwt", "bearer", "key", "keys", "private", "apikey", "apikeys",
    "psk", "cvv", "cvc", "mnemonic", "seed", "salt", "nonce", "webhook", "code", "codes",
    "passwort", "kennwort", "contrasena", "senha", "iban", "ssn", "pem",
    "pepper", "pat", "secretid", "passkey",
    "session", "sessionid", "sid", "hmac", "license", "licence", "kdbx", "authtok", "requirepass",
    "masterauth", "rocommunity", "rwcommunity", "mdp", "pword", "pwrd", "passwrt",
))
# Written without a border before them. Those in capitals have no other.
_SECRET_ENDINGS = (
    "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "accountkey",
    "privatekey", "secretkey", "sharedkey", "authkey", "masterkey", "credential", "credentials",
    "pwd", "passcode", "encryptionkey", "signingkey", "subscriptionkey", "storagekey",
)
_SHORT_ENDINGS = ("pass", "pw")
# Words that end so and name no secret.
_OTHER_PASSES = frozenset((
    "compass", "bypass", "encompass", "surpass", "trespass", "overpass", "underpass", "lowpass",
    "highpass", "bandpass", "multipass", "firstpass", "onepass", "twopass", "singlepass",
))
_SHORT_PREFIXES = frozenset((
    "db", "pg", "my", "sql", "mysql", "user", "root", "admin", "ftp", "sftp", "smtp", "mail",
    "ldap", "bind", "http", "proxy", "redis", "key", "store", "keystore", "truststore", "ssl",
    "ssh", "mongo", "rabbitmq", "wifi", "app", "postgres", "oracle", "imap", "rds", "test", "sudo",
))
# Before "key" or "keys": they name no secret.
_PUBLIC_KEYS = frozenset((
    "public", "primary", "foreign", "partition", "sort", "routing", "unique", "range", "hash",
    "object", "cache", "dict", "row", "group", "index", "natural", "surrogate", "candidate",
    "composite", "default", "host", "known", "hot", "registry", "pub", "s3", "bucket", "sorting",
))
# Before "tokens": they count what a model reads.
_COUNTS = frozenset(("max", "min", "num", "total", "prompt", "completion", "input", "output", "new",
                     "context", "n", "cached", "reasoning"))
_KEY_WORDS = frozenset(("monkey", "turkey", "donkey", "hockey", "whiskey", "hotkey", "publickey",
                        "primarykey", "foreignkey", "partitionkey"))
_PUBLIC = frozenset((
    "id", "ids", "uri", "url", "urls", "endpoint", "endpoints", "source", "name", "names", "type",
    "types", "host", "hosts", "hostname", "server", "servers", "address", "addr", "port", "ports",
    "user", "users", "username", "login", "uid", "account", "database", "databases", "db",
    "dbname", "catalog", "schema", "driver", "drivers", "engine", "dialect", "protocol",
    "protocols", "scheme", "method", "mode", "region", "zone", "location", "project", "tenant",
    "subscription", "organization", "organisation", "org", "team", "workspace", "warehouse",
    "cluster", "node", "bucket", "container", "path", "file", "files", "filename", "folder", "dir",
    "directory", "home", "timeout", "ttl", "expiry", "expires", "expiration", "length", "size",
    "count", "limit", "min", "max", "version", "versions", "format", "encoding", "charset",
    "algorithm", "alg", "enc", "typ", "kty", "use", "kid", "crv", "iss", "aud", "email", "mail",
    "domain", "realm", "issuer", "audience", "scope", "scopes", "role", "roles", "policy",
    "provider", "service", "services", "application", "app", "environment", "env", "stage",
    "level", "log", "logging", "debug", "verbose", "enabled", "enable", "disabled", "required",
    "encrypt", "sslmode", "ssl", "tls", "verify", "certificate", "cert", "certs", "ca", "crt",
    "suffix", "prefix", "kind", "apiversion", "metadata", "labels", "namespace", "description",
    "comment", "title", "label", "owner", "created", "updated", "modified", "date", "time",
    "timestamp", "retries", "retry", "retrywrites", "w", "interval", "pool", "output", "input",
    "language", "locale", "timezone", "currency", "arn", "fingerprint", "digest_algorithm",
    "machine", "instance", "resource", "group", "groups", "topic", "queue", "channel", "table",
    "column", "index", "vhost", "sslrootcert", "universe", "multipleactiveresultsets",
    "trustservercertificate", "signedheaders", "pooling", "entitypath", "authsource", "replicaset",
    "appname",
    "defaultendpointsprotocol", "endpointsuffix", "accountname", "sharedaccesskeyname",
    "catalogname", "initialcatalog", "datasource", "networklibrary", "provider_name",
    "trusted", "security",
    "persist", "connection", "image", "tag", "tags", "branch", "ref", "repository", "repo",
    "registry", "package", "module", "class", "sv", "ss", "srt", "sp", "se", "st", "spr", "sr",
    "width", "height", "color", "style", "theme", "kid", "jti", "hint", "policies", "field",
    "fields", "rotation", "manager", "store", "backend", "warning", "prompt", "expired", "algo",
    "status", "state", "action", "event", "default", "proto", "transport", "family", "first",
    "last", "mgmt", "management", "proxy", "dsn", "country", "city", "street", "website",
    "homepage", "company", "department", "alias", "aliases", "channels", "bic", "swift",
    "ring", "derivation", "spec", "vault", "grant", "secure", "samesite", "affinity", "review",
    "mech", "rate", "duration", "memory", "mechanism", "mechanisms", "stdin",
    "authenticator", "lifetime", "usage", "ops", "plugin", "ssid", "essid", "bssid", "ifname",
    "interface",
))
# These say nothing of their own: the word before, or what they lie in, decides.
_TRANSPARENT = frozenset((
    "value", "values", "data", "string", "text", "content", "contents", "plain", "plaintext",
    "base64", "b64", "hex", "raw", "encoded", "encrypted", "hash", "hashed", "bytes", "binary",
    "prod", "production", "dev", "test", "staging", "stg", "qa", "uat", "live", "old", "new",
    "current", "previous", "next", "primary", "secondary", "backup", "main", "master", "temp",
    "tmp", "readonly", "ro", "rw", "json", "v",
))
_FOREIGN = frozenset((
    "пароль", "пин", "секрет", "contraseña", "密码", "密碼", "口令", "暗証番号", "パスワード",
    "암호", "비밀번호", "şifre", "parola", "heslo", "hasło", "lösenord", "mật khẩu", "κωδικός",
    "סיסמה", "كلمة السر", "geheimnis", "wachtwoord", "salasana", "adgangskode",
    "senha", "mot de passe", "passe", "السر", "khẩu", "pass wort",
    "schlüssel", "clé", "clave", "chave", "chiave", "sleutel", "nøkkel", "nyckel", "avain", "klucz",
    "klíč", "ключ", "токен", "密钥", "密鑰", "令牌", "秘密鍵", "トークン", "키", "토큰", "kodeord",
    "passord", "κλειδί", "μυστικό", "مفتاح", "סוד", "पासवर्ड", "कुंजी", "รหัสผ่าน", "mật mã", "anahtar",
    "jelszó", "parolă", "geslo", "lozinka", "slaptažodis", "salasõna", "гасло", "лозинка", "парола",
))
# Words of option names that say nothing.
_OTHER = frozenset((
    "aws", "azure", "gcp", "google", "github", "gitlab", "slack", "api", "access", "client",
    "shared", "oauth", "oauth2", "x", "my", "sql", "postgres", "pg", "mongo", "redis", "kafka",
    "rabbitmq", "smtp", "ftp", "sftp", "ssh", "ldap", "http", "https", "proxy", "root", "admin",
    "refresh", "of", "to", "the", "for", "is", "use", "session", "request", "response", "sign",
    "signing", "encryption", "webhook", "bot", "web", "hook", "databricks", "snowflake", "jdbc",
    "odbc", "spring", "django", "flask", "npm", "pypi", "docker", "kube", "private", "auths",
    "amz", "security", "snmp", "community", "bigquery", "context", "contexts", "config", "configs",
    "settings", "options", "phrase",
))
# fmt: on

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_VALUES_OF_FLAGS = frozenset(("auth", "key", "keys", "private", "session", "code", "cookie"))


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, numbers left out."""
    name = name[-LONGEST_NAME:]
    words = (match[0].lower() for match in _WORDS.finditer(name))
    return tuple(word for word in words if not word.isdigit())


def verdict(names: Sequence[str]) -> Verdict:
    """Return what a name says; `names` are those of what it lies in, and its own as the last.

    A name that says nothing is what it lies in if that is secret. One that only says `value` is
    what it lies in.
    """
    own = True
    for name in reversed(names[-5:]):
        judged = _verdict(name)
        if judged is Verdict.SECRET or (judged is Verdict.PUBLIC and own):
            return judged
        own = own and _is_transparent(name)
    return Verdict.UNKNOWN


def is_title(name: str) -> bool:
    """Tell whether a name says that its value is the name of another value: `name`, `key`."""
    return name.lower() in ("name", "key", "id", "variable", "property")


def is_value(name: str) -> bool:
    """Tell whether a name says no more than that its value is one."""
    return name.lower() in ("value", "val", "content", "default", "defaultvalue", "text")


def _is_transparent(name: str) -> bool:
    return all(word in _TRANSPARENT for word in words_of(name))


def is_seed(names: Sequence[str]) -> bool:
    """Tell whether the name is that of a seed, which is secret as a phrase and not as a number."""
    words = words_of(names[-1]) if names else ()
    return bool(words) and words[-1] == "seed"


def is_public_key(names: Sequence[str]) -> bool:
    """Tell whether the name is that of a public key, whose value may be any."""
    words = words_of(names[-1]) if names else ()
    return words[-2:] in (("public", "key"), ("pub", "key")) or words[-1:] == ("publickey",)


def is_weak(names: Sequence[str]) -> bool:
    """Tell whether what the name names is often no secret but says how there is one."""
    words = words_of(names[-1]) if names else ()
    return bool(words) and words[-1] in _VALUES_OF_FLAGS


def is_option(name: str) -> bool:
    """Tell whether a name is made of nothing but words of option names."""
    words = words_of(name)
    return bool(words) and len(name) <= LONGEST_NAME and all(map(_is_known, words))


def is_known(name: str) -> bool:
    """Tell whether a name says anything, or is made of words of option names."""
    if _verdict(name) is not Verdict.UNKNOWN:
        return True
    return len(words_of(name)) > 1 and is_option(name)


@lru_cache(maxsize=1024)
def _verdict(name: str) -> Verdict:
    """Return what one name says by itself."""
    if name.strip().casefold() in _FOREIGN:
        return Verdict.SECRET
    words = list(words_of(name))
    if not words:
        return Verdict.UNKNOWN
    joined = "".join(words)
    if joined == "stringdata":  # of a Secret of Kubernetes
        return Verdict.SECRET
    if joined in _PUBLIC or joined in _KEY_WORDS:
        return Verdict.PUBLIC
    transparent = False
    while words and words[-1] in _TRANSPARENT:
        transparent = True
        words.pop()
    if not words:
        return Verdict.UNKNOWN
    if is_secret_word(words[-1], words[-2] if len(words) > 1 else "") or _is_secret_joined(words):
        return Verdict.SECRET
    if words[-1] in _PUBLIC or words[-1] in _KEY_WORDS or words[-1] in ("key", "keys"):
        return Verdict.UNKNOWN if transparent else Verdict.PUBLIC
    # In doubt: `api_key_billing`.
    if any(is_secret_word(word, before) for before, word in zip(["", *words], words, strict=False)):
        return Verdict.SECRET
    return Verdict.UNKNOWN


def is_secret_word(word: str, before: str = "") -> bool:
    """Tell whether a word, after another one, says that what it names is secret."""
    if word in ("key", "keys"):
        return before not in _PUBLIC_KEYS
    if word == "tokens" and before in _COUNTS:
        return False
    if word in ("code", "codes"):
        return before in (
            "recovery",
            "backup",
            "access",
            "pass",
            "security",
            "auth",
            "verification",
        )
    if word == "session":
        return before in ("", "user")
    if word in _SECRET or word.endswith(_SECRET_ENDINGS):
        return True
    return word.endswith(_SHORT_ENDINGS) and word not in _OTHER_PASSES


def _is_secret_joined(words: Sequence[str]) -> bool:
    """Tell whether the last two words make one: `pass phrase`, `session id`."""
    return "".join(words[-2:]) in _SECRET


def _is_known(word: str) -> bool:
    return (
        word in _PUBLIC
        or word in _TRANSPARENT
        or word in _OTHER
        or word in _KEY_WORDS
        or word in _PUBLIC_KEYS
        or word in _SECRET
        or (word.endswith(_SECRET_ENDINGS) and _is_known_prefix(word))
        or (is_secret_word(word) and word not in _SECRET and not word.endswith(_SECRET_ENDINGS))
    )


def _is_known_prefix(word: str) -> bool:
    for ending in _SECRET_ENDINGS:
        prefix = word.removesuffix(ending)
        if prefix != word and (not prefix or prefix in _SHORT_PREFIXES or prefix in _OTHER):
            return True
    return False
