"""Keys and tokens of a known form: PEM, OpenSSH, JWT. Their beginnings are everybody's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes
from jupyter_secrets.redaction.components.code import public_calls, public_lines
from jupyter_secrets.redaction.components.component import Excerpt, Field, Role
from jupyter_secrets.redaction.components.prose import common_words

_BOUNDARY = re.compile(r"-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----")
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Charset|Hash|MessageID)[:].*")
_PUBLIC_LABELS = ("CERTIFICATE", "PUBLIC KEY", "PARAMETERS", "CERTIFICATE REQUEST", "X509 CRL")
_SSH_PUBLIC = re.compile(
    r"(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-[\w-]{1,32}) AAAA[A-Za-z0-9+/]{16,4096}={0,2}"
    r"(?: [\w.@ -]{1,128})?"
)
_JWT = re.compile(r"(eyJ[\w-]{8,4096})\.([\w-]{2,65536})\.([\w-]{0,4096})(?:\.[\w-]+){0,2}")

# In a text of several words, names of options and of hosts.
_WORD = re.compile(r"(?<![\w.-])[A-Za-z][\w.-]{3,63}(?![\w-])")

_MOMENT = re.compile(
    r"(?<!\S)[12][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-9.]{2,12}Z?"
)

# What stands in a secret and in a thousand public places as well; pieces of it prove nothing.
EVERYBODYS = re.compile(
    r"""
      -----(?:BEGIN|END)[ ][A-Za-z0-9 ]{1,64}-----
    | \b[a-z][a-z0-9+.-]{0,30}://(?:www\.)?
    | \b(?:example|googleapis|gserviceaccount|amazonaws|windows|azure|github|gitlab)
      \.(?:com|org|net)
    | \blocalhost\b
    | \beyJ[A-Za-z0-9_-]{8,256}(?=\.eyJ)          # the header of a JWT: the algorithm
    | \bMII[A-Za-z0-9+/]{3}IBADANBgkqhkiG9w0BAQEFAASC   # of any RSA key in PKCS#8
      (?:[A-Za-z0-9+/]{8}AgEAAoI[A-Za-z0-9+/]{3})?
    | \bMII[A-Za-z0-9+/]{3}IBAAKCA[A-Za-z0-9+/]EA    # and in PKCS#1
    | \bM[A-Z0-9a-z]{3}AgEAMBMGByqGSM49AgEGCCqGSM49AwEHB[A-Za-z0-9]{11}   # of P-256
    | \bM[A-Z0-9a-z]CAQAwBQYDK2V[wu]BCIEI            # of Ed25519 and X25519
    | \b(?:MHcCAQEEI|MIGkAgEBBD|MIHcAgEBBEI)          # of EC keys that OpenSSL writes
    | \b(?:IQoJb3JpZ2luX2Vj|F[Qw]oGZXIvYXdz)         # of AWS session tokens
    | \beyJ(?:zdWIiOi|pc3MiOi|leHAiOj|pYXQiOj|hdWQiOi)J?   # of the claims of a JWT
    | aHR0cHM6Ly8?|[A-Za-z0-9+/_-]?h0dHBzOi8v       # of a URL in base64
    | [A-Za-z0-9+/_-]?odHRwczovL[A-Za-z0-9]?
    | \bb3BlbnNzaC1rZXktdjE[A-Za-z0-9+/]{41}     # of any OpenSSH key
    | \$ANSIBLE_VAULT;[0-9.]{1,8};AES256
    | \bAGE-SECRET-KEY-1(?=[0-9A-Z])
    | \bssh-(?:rsa|dss|ed25519)[ ]AAAA[A-Za-z0-9+/]{20}
    """,
    re.VERBOSE,
)


def everybodys(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of each part of an opaque text that stands in public places too."""
    for match in EVERYBODYS.finditer(text):
        yield match.span()
    yield from public_lines(text)
    yield from public_calls(text)
    if " " in text and not all(c.isalpha() or c.isspace() for c in text):
        for match in _WORD.finditer(text):
            if names.is_option(match[0]) or shapes.is_host(match[0]):
                yield match.span()
        for match in _MOMENT.finditer(text):
            yield match.span()
        yield from common_words(text)


def is_boundary(line: str) -> bool:
    """Tell whether a line only says where a key begins or ends."""
    return line.startswith(("-----BEGIN ", "-----END ")) and line.endswith("-----")


def read_pem(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of keys and certificates in PEM, or `None` for what is none."""
    boundaries = list(_BOUNDARY.finditer(excerpt.text))
    if len(boundaries) < 2 or boundaries[0][1] != "BEGIN":
        return None
    before = excerpt.part(0, boundaries[0].start())
    if before.text and not (before.text.endswith("\n") and before.text.startswith("Bag Attr")):
        return None
    fields, following = [Field(before, Role.SETTING, "text beside a key")], [*boundaries[1:], None]
    for boundary, next_one in zip(boundaries, following, strict=True):
        fields.append(Field(excerpt.part(*boundary.span()), Role.PUBLIC, "PEM boundary"))
        end = next_one.start() if next_one else len(excerpt.text)
        between = excerpt.part(boundary.end(), end).stripped()
        if not between.text:
            continue
        if boundary[1] == "BEGIN":
            public = boundary[2].endswith(_PUBLIC_LABELS)
            fields += _body(between, Role.PUBLIC if public else Role.SECRET)
        else:
            fields.append(Field(between, Role.SETTING, "text beside a key", ("comment",)))
    return fields


def _body(excerpt: Excerpt, role: Role) -> Iterator[Field]:
    kind = "key" if role is Role.SECRET else "certificate or public key"
    position = 0
    for line in excerpt.text.splitlines(keepends=True):
        if line.strip() and not _HEADER.match(line):
            break
        if line.strip():
            yield Field(
                excerpt.part(position, position + len(line)).stripped(), Role.PUBLIC, "PEM header"
            )
        position += len(line)
    yield Field(excerpt.part(position, len(excerpt.text)), role, kind)


def read_ssh_public_key(excerpt: Excerpt) -> list[Field] | None:
    """Return the one field of a public key as OpenSSH writes it, or `None`."""
    if _SSH_PUBLIC.fullmatch(excerpt.text) is None:
        return None
    return [Field(excerpt, Role.PUBLIC, "certificate or public key")]


def read_jwt(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a JSON Web Token, or `None` for what is none."""
    match = _JWT.fullmatch(excerpt.text)
    if match is None:
        return None
    return [
        Field(excerpt.part(*match.span(1)), Role.PUBLIC, "header of a JWT"),
        Field(excerpt.part(*match.span(2)), Role.SECRET, "payload of a JWT"),
        Field(excerpt.part(match.start(3), len(excerpt.text)), Role.SECRET, "signature of a JWT"),
    ]
