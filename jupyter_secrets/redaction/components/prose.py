"""The common words of a sentence that says what a secret is: `The password is x, ask Bob for it.`

They are everybody's, and pieces of them prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jupyter_secrets.redaction.components import names, shapes

# fmt: off
_FUNCTION_WORDS = frozenset((
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "can", "do", "for", "from", "has",
    "have", "if", "in", "is", "it", "not", "of", "on", "or", "please", "so", "that", "the", "then",
    "there", "this", "to", "use", "was", "we", "will", "with", "you", "your", "my", "our", "their",
))
_COMMON = _FUNCTION_WORDS | frozenset((
    "about", "above", "access", "account", "accounts", "admin", "after", "again", "all", "also",
    "always", "any", "anybody", "anyone", "anything", "application", "ask", "backup", "because",
    "been", "before", "below", "best", "both", "call", "called", "change", "changed", "check",
    "client", "cluster", "company", "connect", "connection", "contact", "copy", "created",
    "current", "customer", "customers", "data", "database", "date", "day", "days", "dear",
    "default", "deployment", "details", "dev", "development", "does", "don", "each", "email",
    "environment", "every", "everybody", "everyone", "expired", "expires", "file", "files",
    "first", "following", "get", "give", "given", "group", "had", "hello", "help", "her", "here",
    "his", "how", "https", "information", "infrastructure", "internal", "into", "its", "just",
    "keep", "know", "last", "later", "let", "link", "list", "log", "login", "look", "mail", "make",
    "manager", "may", "message", "month", "more", "must", "name", "need", "needed", "network",
    "never", "new", "next", "note", "now", "number", "office", "old", "once", "one", "only",
    "open", "other", "out", "outside", "over", "owner", "page", "person", "phone", "portal",
    "production", "project", "read", "regards", "request", "reset", "rotated", "same", "see",
    "send", "sent", "server", "servers", "service", "services", "set", "share", "shared", "should",
    "sign", "site", "some", "someone", "staging", "start", "still", "storage", "stored", "system",
    "systems", "team", "test", "testing", "than", "thank", "thanks", "them", "they", "time",
    "today", "tomorrow", "two", "under", "until", "update", "updated", "used", "user", "users",
    "using", "valid", "version", "very", "want", "warehouse", "way", "web", "website", "week",
    "welcome", "well", "what", "when", "where", "which", "who", "why", "wiki", "within", "without",
    "work", "would", "write", "year", "yesterday", "yet",
))
# fmt: on
_WORD = re.compile(r"(?<![\w@.-])[A-Za-z]{1,24}(?![\w@-]|\.\w)")
_FEWEST_WORDS = 5
_FEWEST_FUNCTION_WORDS = 2
SHORTEST_OPAQUE = 8
# What says of a secret no more than what became of it.
_STATES = frozenset((
    "rotated", "changed", "expired", "reset", "revoked", "updated", "needed", "sent", "missing",
))  # fmt: skip


def is_common(word: str) -> bool:
    """Tell whether a word stands in many sentences."""
    return word.casefold() in _COMMON


def is_state(word: str) -> bool:
    """Tell whether a word says what became of a secret: `the key was rotated`."""
    return word.casefold() in _STATES


def common_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield the (start, end) of common words in a sentence with a secret in it.

    There are none where nothing tells which part of a text is secret: it may be a passphrase.
    """
    words = [word.strip(".,;:!?()\"'").casefold() for word in text.split()]
    function_words = sum(word in _FUNCTION_WORDS for word in words)
    if len(words) < _FEWEST_WORDS or function_words < _FEWEST_FUNCTION_WORDS:
        return
    if not any(map(_tells_of_a_secret, words)):
        return
    for match in _WORD.finditer(text):
        if is_common(match[0]):
            yield match.span()


def _tells_of_a_secret(word: str) -> bool:
    """Tell whether a word announces a secret, or is one."""
    if names.verdict([word]) is names.Verdict.SECRET:
        return True
    has_digit = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return has_digit and len(word) >= SHORTEST_OPAQUE and shapes.kind_of(word) is None
