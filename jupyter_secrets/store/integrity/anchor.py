"""The rollback anchor: the store's latest state, recorded outside its database.

A chain of records cannot show that its end was cut off together with the row that names it, nor
that the whole file was replaced by an older copy. The anchor can. Invariants:

- The anchor is never ahead of the database: it moves after a commit, to the row that was committed.
  So a database behind its anchor was rolled back, and a crash raises no false alarm.
- Within a lineage it only moves forward, under a lock of its own that all processes share.
  Accepting an older database, or restoring a backup, starts another lineage; a process that still
  has the former one does not move the anchor.
- A database ahead of its anchor is accepted only if its log contains the record that the anchor
  names: otherwise it is a fork, which went on from an older copy.
- The anchor has a MAC under the row key, so it cannot be forged without the store's keys. It can be
  put back together with the database: whoever may write to both folders goes unnoticed.
- Changes move it at once, mere reads every `READ_INTERVAL_SECONDS`: the records of the last few
  reads may be cut off unnoticed, and a change only if a crash came between its commit and the move.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from pathlib import Path

from jupyter_secrets.errors import IntegrityError, StoreError
from jupyter_secrets.store.audit_log import Position
from jupyter_secrets.store.crypto import FORMAT, TamperedError, authenticate, random_id, same
from jupyter_secrets.store.db.rows import StoreRow
from jupyter_secrets.store.files import locked, replace_file

# Reads move the audit log only; losing the last few of them rolls no value back.
READ_INTERVAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """The epoch and the end of the audit log at one moment.

    The lineage is renewed when a database is accepted as it is, though it was ahead before.
    """

    store_id: str
    lineage: str
    epoch: int
    audit_seq: int
    audit_mac: str

    @classmethod
    def of(cls, row: StoreRow, lineage: str) -> Anchor:
        """Return the anchor of a store as it is."""
        return cls(row.store_id, lineage, row.epoch, row.audit_seq, row.audit_mac.hex())

    @property
    def audit_end(self) -> Position:
        """Where the audit log ended."""
        return Position(self.audit_seq, bytes.fromhex(self.audit_mac))

    def encode(self, key: bytes) -> bytes:
        """Return the file's content."""
        content = {
            "format": FORMAT,
            "store_id": self.store_id,
            "lineage": self.lineage,
            "epoch": self.epoch,
            "audit_seq": self.audit_seq,
            "audit_mac": self.audit_mac,
            "mac": self._mac(key).hex(),
        }
        return json.dumps(content).encode() + b"\n"

    def _mac(self, key: bytes) -> bytes:
        return authenticate(key, "anchor", FORMAT, *astuple(self))


def create(path: Path, row: StoreRow, key: bytes) -> None:
    """Write the first anchor of a store, in one step: a store that has one is finished."""
    replace_file(path, Anchor.of(row, random_id()).encode(key))


def read(path: Path, key: bytes) -> Anchor:
    """Return the anchor, or raise `StoreError` if it is missing, `IntegrityError` if changed."""
    try:
        content = json.loads(path.read_bytes())
        anchor = Anchor(*(content[name] for name in Anchor.__slots__))
        genuine = content["format"] == FORMAT and same(
            anchor._mac(key), bytes.fromhex(content["mac"])
        )
    except FileNotFoundError:
        raise StoreError(
            f"The store's anchor {path} is missing, so it is unknown whether the database "
            'is the newest. Put it back, or run "jupyter secrets reanchor" to accept the '
            "database as it is."
        ) from None
    except OSError as error:
        raise StoreError(f"The store's anchor {path} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, RecursionError, TamperedError):
        genuine = False
    if not genuine:
        raise IntegrityError(
            f"The store's anchor {path} was changed or is of another store. Put it back, or run "
            '"jupyter secrets reanchor" to accept the database as it is.'
        )
    return anchor


def advance(path: Path, row: StoreRow, key: bytes, *, lineage: str | None = None) -> None:
    """Move the anchor to the store's row, unless another process moved it further.

    The row has to follow the anchor's. Nothing is moved if the anchor is of another lineage than
    the one that is named.
    """
    with locked(path.with_suffix(".lock")):
        anchor = read(path, key)
        if lineage in (None, anchor.lineage) and (anchor.epoch, anchor.audit_seq) < row.revision:
            replace_file(path, Anchor.of(row, anchor.lineage).encode(key))


def set_to(path: Path, row: StoreRow, key: bytes) -> None:
    """Set the anchor to the database's row, wherever it was, and start another lineage."""
    with locked(path.with_suffix(".lock")):
        replace_file(path, Anchor.of(row, random_id()).encode(key))


def check(anchor: Anchor, row: StoreRow, *, continues: bool) -> None:
    """Raise `IntegrityError` if the store is behind the anchor, or a fork.

    `continues` says whether the log holds the record that the anchor names. A store ahead of its
    anchor is fine: a crash may come between a commit and the anchor's move.
    """
    behind = row.epoch < anchor.epoch or row.audit_seq < anchor.audit_seq
    if anchor.store_id != row.store_id or behind or not continues:
        raise rolled_back()


def rolled_back() -> IntegrityError:
    """Return the error for a database that is not the newest."""
    return IntegrityError(
        "The database is older than the store was: it was replaced by an earlier copy, or audit "
        'records were removed. Put the newest one back, or run "jupyter secrets reanchor" to '
        "accept this one."
    )
