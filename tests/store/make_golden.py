"""Make the golden store of the present format anew: ``python -m tests.store.make_golden``.

For when a format changes before it was ever released; of a released one the store stays as it is.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from jupyter_secrets.model import ADMINS, Caller, Permission, SecretUpdate
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths
from jupyter_secrets.store.migrations import SCHEMA_FORMAT

FOLDER = Path(__file__).parent / "golden" / f"format-{SCHEMA_FORMAT}"
ALICE, ROOT = Caller("alice"), Caller("root", frozenset({ADMINS}), via="cli")


def fill(scopes: Scopes) -> None:
    """Use a part of everything that a store keeps."""
    scopes.create_scope(ALICE, "prod")
    scopes.put(ALICE, "prod", "db", b"golden value 1")
    scopes.put(ALICE, "prod", "db", b"golden value 2")
    scopes.update(ALICE, "prod", "db", SecretUpdate(comment="the main database"))
    scopes.put_acl(ALICE, "prod", "users", Permission.READ)
    scopes.add_key(ROOT, "passphrase", passphrase="a golden passphrase")
    scopes.make_recovery_key(ROOT)
    scopes.get(ALICE, "prod", "db")
    if scopes.check(ROOT):
        raise SystemExit("The store is not sound: nothing was written.")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = StorePaths(Path(folder) / "data/store.db", Path(folder) / "config/master.key")
        with closing(Scopes(paths)) as scopes:
            fill(scopes)
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path in (paths.database, paths.key, paths.anchor):
            shutil.copy(path, FOLDER / path.name)


if __name__ == "__main__":
    main()
