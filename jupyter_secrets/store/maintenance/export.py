"""Copies of the audit log in files: archives of pruned records, exports, shipped records.

Each is in JSON Lines: a record's fields, its number and the chain's MAC, so that whoever has the
store's keys can verify a copy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jupyter_secrets.errors import IntegrityError, InvalidParameterError, SecretsError
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.keys.hierarchy import Keys
from jupyter_secrets.store.store import Store


@dataclass(frozen=True, slots=True)
class CheckedExport:
    """A copy whose records are as they were written, from the first to the last of them."""

    path: Path
    first: int
    last: int


def entry_with_proof(entry: audit_log.Entry) -> dict[str, object]:
    """Return a record with its number and its MAC: what a copy holds of it."""
    return {**entry.record, "mac": entry.mac.hex()}


def encode_entry(entry: audit_log.Entry) -> str:
    """Return a record of the log as a line of a copy, without the line's end."""
    return json.dumps(entry_with_proof(entry), sort_keys=True, ensure_ascii=False)


def decode_entry(line: str) -> audit_log.Entry:
    """Return the record in a line of a copy, not verified; raise `ValueError` if it is none."""
    try:
        fields = json.loads(line)
        seq, mac = fields.pop("seq"), fields.pop("mac")
        if type(seq) is not int:
            raise ValueError
        return audit_log.Entry(seq, audit_log.encode_record(fields), bytes.fromhex(mac))
    except (KeyError, TypeError, AttributeError, RecursionError):
        raise ValueError from None


def check_exports(store: Store, paths: Sequence[Path]) -> list[CheckedExport]:
    """Verify copies of a store's log, the one with the oldest records first.

    A copy that begins neither with the first record nor with a checkpoint must follow another
    one, or what is in the log. Raises `IntegrityError`, with file and line, for a record that was
    changed or does not fit, and `InvalidParameterError` for a file that is not such a copy.
    """
    checked: list[CheckedExport] = []
    previous: audit_log.Position | None = None
    for first, path in sorted((_first_seq(path), path) for path in paths):
        with store.begin() as transaction:
            keys = transaction.keys
            before = audit_log.mac_of(transaction.connection, first - 1)
        if previous is None or previous.seq != first - 1:
            previous = (
                audit_log.Position(first - 1, before) if before is not None else audit_log.BEGINNING
            )
        previous = _check_copy(keys, path, previous)
        _check_against_log(store, path, previous)
        checked.append(CheckedExport(path, first, previous.seq))
    return checked


def _first_seq(path: Path) -> int:
    for _, entry in _entries(path):
        return entry.seq
    raise InvalidParameterError(f"{path} has no records.")


def _entries(path: Path) -> Iterator[tuple[int, audit_log.Entry]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield number, decode_entry(line)
                except ValueError:
                    raise InvalidParameterError(
                        f"{path}, line {number}: this is not an audit record with its MAC."
                    ) from None
    except UnicodeDecodeError:
        raise InvalidParameterError(f"{path} is not encoded as UTF-8.") from None
    except OSError as error:
        raise InvalidParameterError(f"{path} cannot be read: {error.strerror}.") from None


def _check_copy(keys: Keys, path: Path, after: audit_log.Position) -> audit_log.Position:
    """Verify a copy's records, and return where they end."""
    for number, entry in _entries(path):
        if entry.is_checkpoint:  # for records that were pruned before they were copied
            after = audit_log.BEGINNING
        try:
            audit_log.check_entry(keys, entry, after)
        except IntegrityError:
            raise _misfit(path, number, entry, follows=after != audit_log.BEGINNING) from None
        after = entry.position
    return after


def _misfit(path: Path, number: int, entry: audit_log.Entry, *, follows: bool) -> SecretsError:
    if number == 1 and entry.seq > 1 and not entry.is_checkpoint and not follows:
        return InvalidParameterError(
            f"{path} begins with record {entry.seq}, which cannot be verified without the one "
            "before it: add the copy that ends there."
        )
    return IntegrityError(
        f"{path}, line {number}: record {entry.seq} was changed, or does not follow the one "
        "before it."
    )


def _check_against_log(store: Store, path: Path, end: audit_log.Position) -> None:
    """Raise `IntegrityError` if a copy knows more than the log, or something else."""
    with store.begin() as transaction:
        goes_on = audit_log.contains(transaction.connection, transaction.keys, end)
    if not goes_on:
        raise IntegrityError(
            f"{path} is genuine up to its record {end.seq}, which the store's own log does not "
            "contain: the store was rolled back to an older state."
        )
