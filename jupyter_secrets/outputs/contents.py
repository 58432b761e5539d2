"""What is hidden where in a message: people read some of it, programs use the rest.

- In streams, displays, results, errors and prompts, which people read, everything is hidden.
- Elsewhere weak values, which are hidden as whole words only (short ones, common words), stay as
  they are; a marker stands for the others.
- What goes into code is real or is not there: a completion, an entry of the history or a next
  input that holds a value is left out whole.
- Keys, constants and numbers of the protocol are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from jupyter_secrets.redaction import Redactor, redact_json, same_objects, same_or_new

T = TypeVar("T")
Content = Mapping[str, Any]

NOT_INSERTED = (
    "jupyter_secrets: what was to be inserted holds the value of a secret and was left out."
)
_ENTRIES = "_jupyter_types_experimental"
_NOTHING: frozenset[str] = frozenset()
_ERROR = frozenset({"ename", "evalue", "traceback"})
# The fields that people read, by the type of the message. The text of a stream is not among them:
# it is searched in the order in which it comes.
_DISPLAYED = {
    "display_data": frozenset({"data"}),
    "update_display_data": frozenset({"data"}),
    "execute_result": frozenset({"data"}),
    "error": _ERROR,
    "execute_reply": _ERROR,
    "input_request": frozenset({"prompt"}),
}
# Those that hold MIME bundles, in which a number may give way to a marker.
_BUNDLES = {
    "execute_reply": frozenset({"user_expressions", "payload"}),
    "inspect_reply": frozenset({"data"}),
}
# Types with a schema of their own besides requests and replies; in all others JSON is free.
_SCHEMAS = frozenset(
    {"clear_output", "debug_event", "execute_input", "status", "stream", *_DISPLAYED}
)


def redact_content(redactor: Redactor, message_type: str, content: Any) -> Any:
    """Return a message's content redacted, the very same object if there is nothing to hide."""
    if not isinstance(content, Mapping):
        return redact_json(redactor, content)
    contents = _ContentRedactor(redactor)
    if message_type == "complete_reply":
        content = contents.completions(content)
    elif message_type == "history_reply":
        content = contents.history(content)
    elif message_type == "execute_reply":
        content = contents.payloads(content)
    return contents.fields(message_type, content)


def redact_metadata(redactor: Redactor, metadata: T) -> T:
    """Return a message's metadata redacted, the very same object if there is nothing to hide."""
    return redact_json(redactor, metadata, words=False, numbers=False)


def redact_payload(redactor: Redactor, payload: Any) -> Any:
    """Return a payload of a reply redacted.

    What the pager shows has a marker. What goes into a cell or an editor does not go there if it
    holds a value: the pager says so in its place.
    """
    redacted = redact_json(redactor, payload, words=False)
    is_page = isinstance(payload, Mapping) and payload.get("source") == "page"
    if redacted is payload or is_page:
        return redacted
    return {"source": "page", "data": {"text/plain": NOT_INSERTED}, "start": 0}


class _ContentRedactor:
    """Redacts the parts of a content; each method returns the same object if nothing is hidden."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def fields(self, message_type: str, content: Content) -> Content:
        """Redact each field, as who reads it asks for."""
        has_schema = message_type in _SCHEMAS or message_type.endswith(("_reply", "_request"))
        displayed = _DISPLAYED.get(message_type, _NOTHING)
        bundles = _BUNDLES.get(message_type, _NOTHING)
        groups: tuple[dict[str, Any], ...] = ({}, {}, {})
        for key, item in content.items():
            groups[0 if key in displayed else 1 if key in bundles else 2][key] = item
        redacted = (
            redact_json(self._redactor, groups[0]),
            redact_json(self._redactor, groups[1], words=False),
            redact_json(self._redactor, groups[2], words=False, numbers=not has_schema),
        )
        if same_objects(groups, redacted):
            return content
        return {key: item for group in redacted for key, item in group.items()}

    def completions(self, content: Content) -> Content:
        """Leave out the completions with a value; the entries that describe them go with them."""
        matches, metadata = content.get("matches"), content.get("metadata")
        entries = metadata.get(_ENTRIES) if isinstance(metadata, Mapping) else None
        if not isinstance(matches, list):
            return content
        if not isinstance(metadata, Mapping) or not isinstance(entries, list):
            return self._replacing(content, matches=self._without_values(matches))
        if len(entries) == len(matches):  # a front end takes one with the other
            matches, entries = self._clean_pairs(matches, entries)
        else:
            matches, entries = self._without_values(matches), self._without_values(entries)
        return self._replacing(
            content, matches=matches, metadata=self._replacing(metadata, **{_ENTRIES: entries})
        )

    def _clean_pairs(self, matches: list[Any], entries: list[Any]) -> tuple[list[Any], list[Any]]:
        """Return the completions without a value, and the entries that describe them."""
        pairs = [
            (match, self._clean_entry(entry))
            for match, entry in zip(matches, entries, strict=True)
            if not self._has_value([match, _text_of(entry)])
        ]
        if self._has_value([match for match, _ in pairs]):
            pairs = []
        return (
            same_or_new(matches, [match for match, _ in pairs]),
            same_or_new(entries, [entry for _, entry in pairs]),
        )

    def history(self, content: Content) -> Content:
        """Leave out the entries of the history with a value."""
        entries = content.get("history")
        if not isinstance(entries, list):
            return content
        return self._replacing(content, history=self._without_values(entries))

    def payloads(self, content: Content) -> Content:
        """Have nothing inserted into cells that has a value."""
        payloads = content.get("payload")
        if not isinstance(payloads, list):
            return content
        redacted = [redact_payload(self._redactor, payload) for payload in payloads]
        return self._replacing(content, payload=same_or_new(payloads, redacted))

    def _has_value(self, item: Any) -> bool:
        return redact_json(self._redactor, item, words=False) is not item

    def _without_values(self, items: list[Any]) -> list[Any]:
        """Return the items that hold no value, the same object if that is all of them."""
        clean = [item for item in items if not self._has_value(item)]
        # A value that several items have among them is left out with all of them.
        return same_or_new(items, [] if self._has_value(clean) else clean)

    def _clean_entry(self, entry: Any) -> Any:
        """Return an entry without the fields that hold a value, such as a signature."""
        if not isinstance(entry, Mapping) or not self._has_value(entry):
            return entry
        return {key: item for key, item in entry.items() if not self._has_value({key: item})}

    def _replacing(self, content: Content, **fields: Any) -> Content:
        """Return a content with other fields, the same object if they are the same objects."""
        is_same = all(content[name] is item for name, item in fields.items())
        return content if is_same else {**content, **fields}


def _text_of(entry: Any) -> Any:
    return entry.get("text") if isinstance(entry, Mapping) else entry
