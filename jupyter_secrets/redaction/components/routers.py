"""Configurations of routers and switches, one command a line: Cisco's, Arista's, Juniper's."""

from __future__ import annotations

import re

from jupyter_secrets.redaction.components.component import Excerpt, Field, Role, words_of
from jupyter_secrets.redaction.components.urls import split

# Commands that a secret stands in: all of the line, and nothing but the secrets is unknown.
_NAME, _HOST, _KIND = r"[\w.@-]{1,64}", r"[\w.:-]{1,128}", r"(?:[0-9] |encrypted |sha512 )?"
_WORD = r"(?:\"(?P<{0}_quoted>[^\"]{{1,1024}})\"|(?P<{0}>[^\s\"]{{1,1024}}))"
_FIRST, _SECOND = _WORD.format("first"), _WORD.format("second")
_COMMANDS = tuple(
    re.compile(form)
    for form in (
        rf"enable (?:secret|password|algorithm-type \w+ secret) (?:level [0-9]+ )?{_KIND}{_FIRST}",
        rf"username {_NAME} (?:privilege [0-9]+ )?(?:role [\w-]+ )?"
        rf"(?:algorithm-type \w+ )?(?:password|secret) {_KIND}{_FIRST}(?: role [\w-]+| encrypted)?",
        rf"(?:password|secret|key|key-string|pre-shared-key|authentication-key) {_KIND}{_FIRST}"
        r"(?: encrypted)?",
        rf"snmp-server community {_FIRST}(?: view {_NAME})?(?: (?i:ro|rw))?(?: {_NAME})?",
        rf"snmp-server host {_HOST}(?: (?:traps|informs))?(?: version (?:1|2c))? {_FIRST}",
        rf"snmp-server user {_NAME} {_NAME} v3(?: encrypted)? auth (?:md5|sha[0-9-]*) {_FIRST}"
        rf"(?: priv (?:des|3des|aes)(?: ?[0-9]+)? {_SECOND})?",
        rf"(?:tacacs-server|radius-server)(?: host {_HOST})?(?: [\w-]+-port [0-9]+)* "
        rf"key {_KIND}{_FIRST}",
        rf"crypto isakmp key {_KIND}{_FIRST} (?:address|hostname) {_HOST}(?: {_HOST})?"
        r"(?: no-xauth)?",
        rf"(?:ikev[12] )?(?:local-|remote-)?(?:authentication )?pre-shared-key(?: local| remote)? "
        rf"{_KIND}{_FIRST}",
        rf"neighbor {_HOST} password {_KIND}{_FIRST}",
        rf"ppp (?:chap|pap sent-username {_NAME}) password {_KIND}{_FIRST}",
        rf"(?:ip|ipv6) ospf (?:message-digest-key [0-9]+ md5|authentication-key) {_KIND}{_FIRST}",
        rf"(?:standby|vrrp|glbp) [0-9]+ authentication (?:md5 key-string |text )?{_KIND}{_FIRST}",
        rf"ntp authentication-key [0-9]+ (?:md5|sha[0-9]*) {_FIRST}(?: [0-9])?",
        rf"(?:wpa-psk|psk) (?:ascii|hex) {_KIND}{_FIRST}",
        r"set (?:security|system|access|protocols|interfaces|services|groups|routing-options) "
        rf"(?:[\w.-]+ ){{0,8}}(?:encrypted-password|plain-text-password-value|simple-password"
        rf"|secret|authentication-key|key|ascii-text|hexadecimal) {_FIRST}",
        rf"set snmp community {_FIRST}(?: (?:authorization|clients|view) {_HOST}(?:/[0-9]+)?)?",
    )
)
# What other lines begin with.
_OTHERS = re.compile(
    r"(?:no )?(?:aaa|access-list|alias|archive|authentication|auto|bandwidth|banner|boot|class-map"
    r"|clock|control-plane|crypto|description|duplex|enable|encapsulation|encr|encryption|end|exit"
    r"|exec-timeout|feature|group|hash|hostname|interface|ip|ipv6|key|license|lifetime|line|lldp"
    r"|logging|login|mode|mtu|name|neighbor|network|ntp|object|object-group|permit|deny|policy-map"
    r"|port-channel|ppp|privilege|radius|radius-server|redundancy|remark|route-map|router|server"
    r"|service|set|shutdown|snmp-server|spanning-tree|speed|standby|switchport|tacacs|tacacs-server"
    r"|timeout|transport|tunnel|tunnel-group|username|version|vlan|vrf|vrrp|vtp|address|proposal"
    r"|match|integrity|prf|dot1x|cdp|errdisable|platform|ssh|telnet|http|nat|route|security-level"
    r"|nameif|access-group|inspect|default|policy|subject-name|revocation-check|building)\b"
    r"(?! ?[=:])"
)
_COMMENTS = ("!", "#", "Current configuration", "Building configuration")


def read_router(excerpt: Excerpt) -> list[Field] | None:
    """Return the fields of a router's configuration, or `None` for what is none.

    Each line is a command that routers have, and one of them has a secret.
    """
    fields: list[Field] = []
    secrets = 0
    for span in split(excerpt.text, "\n"):
        line = excerpt.part(*span).stripped()
        if not line.text or line.text.startswith(_COMMENTS):
            fields.append(Field(line, Role.SEGMENT, "line"))
            continue
        command = next(filter(None, (form.fullmatch(line.text) for form in _COMMANDS)), None)
        if command is not None:
            secrets += 1
            fields += _fields(line, command)
        elif _OTHERS.match(line.text):
            fields.append(Field(line, Role.SEGMENT, "line"))
        else:
            return None
    return fields if secrets and _is_sure(excerpt.text) else None


def _is_sure(text: str) -> bool:
    """Tell whether more than `password x` or `key x` is there, which all kinds of files have."""
    first = text.split(maxsplit=1)[0]
    return "\n" in text or first not in ("password", "secret", "key", "psk")


def _fields(line: Excerpt, command: re.Match[str]) -> list[Field]:
    """Return the words of a command: its secrets, and what else is there by its shape."""
    spans = [command.span(name) for name in command.groupdict() if command[name]]
    fields, position = [], 0
    for start, end in spans:
        fields += [
            Field(word, Role.SEGMENT, "word") for word in words_of(line.part(position, start))
        ]
        fields.append(Field(line.part(start, end), Role.SECRET, "password"))
        position = end
    rest = words_of(line.part(position, len(line.text)))
    return fields + [Field(word, Role.SEGMENT, "word") for word in rest]
