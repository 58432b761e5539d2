"""Check everything that can be checked: what `jupyter secrets fsck` does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import bindparam, select

from jupyter_secrets.errors import StoreError
from jupyter_secrets.model import Fault
from jupyter_secrets.store import audit_log
from jupyter_secrets.store.db import schema
from jupyter_secrets.store.db.rows import ScopeRow
from jupyter_secrets.store.files import check_private, folder_fault
from jupyter_secrets.store.integrity import anchor
from jupyter_secrets.store.paths import StorePaths
from jupyter_secrets.store.store import Store
from jupyter_secrets.store.transaction import Transaction

_GENERATIONS = select(schema.scope_keys.c.generation).where(
    schema.scope_keys.c.scope_id == bindparam("scope_id")
)


def check_files(paths: StorePaths) -> list[Fault]:
    """Return what is wrong with the permissions of the store's files and folders."""
    faults = _Faults()
    files = [paths.database, paths.key, paths.anchor]
    files += sorted(paths.backups.glob("*")) if paths.backups.is_dir() else []
    for path in files:
        if path.is_symlink() or path.exists():
            with faults.of("permissions"):
                check_private(path, allow_group=paths.allow_group)
    for folder in sorted({path.parent for path in files}):
        fault = folder_fault(folder, allow_group=paths.allow_group)
        if fault:
            faults.found.append(Fault("permissions", fault))
    return faults.found


def check_store(store: Store) -> list[Fault]:
    """Return what is wrong in an open store: the file, every MAC, every value, log and anchor.

    Each scope is checked in a transaction of its own, so that others can write meanwhile.
    """
    faults = _Faults()
    store.invalidate_cache()
    with faults.of("database"):
        faults.found += [Fault("database", text) for text in store.database.faults()]
    names: list[str] = []
    with faults.of("scopes"), store.begin() as transaction:
        names = [scope.name for scope in transaction.scopes()]
    with faults.of("keys"), store.begin() as transaction:
        transaction.slots()
    with faults.of("tokens"), store.begin() as transaction:
        transaction.tokens()
        transaction.service_principals()
    for name in names:
        _check_scope(store, name, faults)
    with faults.of("audit"):
        for _ in store.audit_entries():
            pass
    if store.anchored:
        with faults.of("anchor"), store.begin() as transaction:
            recorded = anchor.read(store.paths.anchor, transaction.keys.rows)
            continues = audit_log.contains(
                transaction.connection, transaction.keys, recorded.audit_end
            )
            anchor.check(recorded, transaction.row, continues=continues)
    return faults.found


def _check_scope(store: Store, name: str, faults: _Faults) -> None:
    with faults.of("scope", name), store.begin() as transaction:
        scope = transaction.scope(name)
        if scope is None:  # deleted since
            return
        with faults.of("keys", name):
            _check_keys(transaction, scope)
        for metadata in [*transaction.secrets(scope), *transaction.deleted(scope)]:
            with faults.of("values", name):
                transaction.versions.all(scope, metadata)


def _check_keys(transaction: Transaction, scope: ScopeRow) -> None:
    generations = transaction.connection.execute(_GENERATIONS, {"scope_id": scope.scope_id})
    for generation in {*generations.scalars(), scope.key_generation}:
        transaction.keys.scope_key(transaction.connection, scope.scope_id, generation)


class _Faults:
    def __init__(self) -> None:
        self.found: list[Fault] = []

    @contextmanager
    def of(self, check: str, scope: str | None = None) -> Iterator[None]:
        """Note the `StoreError` that the block ends with."""
        try:
            yield
        except StoreError as error:
            self.found.append(Fault(check, str(error), scope))
