"""How far a store has come, remembered outside its database.

A chain of records cannot show that its end was cut off together with everything that knew of it,
nor that the whole file was put back from an older copy. The anchor does: it only moves forward.
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

# Reads move the audit log only; forgetting the last few of them is no rollback of a value.
READ_INTERVAL_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Anchor:
    """The epoch and the end of the audit log at one moment.

    The era changes when a database is accepted as it is, though it was further before.
    """

    store_id: str
    era: str
    epoch: int
    audit_seq: int
    audit_mac: str

    @classmethod
    def of(cls, row: StoreRow, era: str) -> Anchor:
        """Return the anchor of a store as it is."""
        return cls(row.store_id, era, row.epoch, row.audit_seq, row.audit_mac.hex())

    @property
    def audit_end(self) -> Position:
        """Where the audit log ended."""
        return Position(self.audit_seq, bytes.fromhex(self.audit_mac))

    def encode(self, key: bytes) -> bytes:
        """Return the file's content."""
        content = {
            "format": FORMAT,
            "store_id": self.store_id,
            "era": self.era,
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
            f"The store's anchor {path} is missing, so it cannot be told whether the database "
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


def advance(path: Path, row: StoreRow, key: bytes, *, era: str | None = None) -> None:
    """Move the anchor to where the store is, unless another process moved it further.

    The row has to go on from the anchor. Nothing is moved if the anchor is of another era than
    the one that is named.
    """
    with locked(path.with_suffix(".lock")):
        anchor = read(path, key)
        if era in (None, anchor.era) and (anchor.epoch, anchor.audit_seq) < row.position:
            replace_file(path, Anchor.of(row, anchor.era).encode(key))


def set_to(path: Path, row: StoreRow, key: bytes) -> None:
    """Have the anchor say what the database says, wherever it was, and begin another era."""
    with locked(path.with_suffix(".lock")):
        replace_file(path, Anchor.of(row, random_id()).encode(key))


def check(anchor: Anchor, row: StoreRow, *, goes_on: bool) -> None:
    """Raise `IntegrityError` if the store is behind the anchor, or went another way.

    `goes_on` says whether the log holds the record that the anchor names. A store ahead of its
    anchor is fine: a crash may come between a commit and the anchor's move.
    """
    behind = row.epoch < anchor.epoch or row.audit_seq < anchor.audit_seq
    if anchor.store_id != row.store_id or behind or not goes_on:
        raise rolled_back()


def rolled_back() -> IntegrityError:
    """Return the error for a database that is not the newest."""
    return IntegrityError(
        "The database is older than the store was: it was replaced by an earlier copy, or "
        'records were cut off. Put the newest back, or run "jupyter secrets reanchor" to '
        "accept it as it is."
    )
