"""Make the golden store of the current format anew: ``python -m tests.store.make_golden``.

Until a format has been released, it may be changed in place; from then on its golden store stays.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from jupyter_secrets.model import Permission, SecretUpdate
from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths
from jupyter_secrets.store.migrations import SCHEMA_FORMAT
from tests.callers import ADMIN, ALICE

GOLDEN = Path(__file__).parent / "golden"


def fill(service: Scopes) -> None:
    """Have something in every table, and two kinds of principals of one name."""
    service.session(ALICE).create_scope("prod")
    service.session(ALICE).put("prod", "db", b"golden value 1")
    service.session(ALICE).put("prod", "db", b"golden value 2")
    service.session(ALICE).update("prod", "db", SecretUpdate(comment="the main database"))
    service.session(ALICE).put("prod", "url", b"https://golden:golden-Password@db.acme.test/")
    service.session(ALICE).update("prod", "url", SecretUpdate(verdicts={"user": "secret"}))
    service.session(ALICE).put_acl("prod", "users", Permission.READ)
    service.session(ALICE).put_acl("prod", "group:alice", Permission.WRITE)
    service.session(ADMIN).service_principals.create("etl", "the nightly job")
    service.session(ALICE).put_acl("prod", "etl", Permission.READ)
    service.session(ADMIN).tokens.create("nightly", owner="etl", scopes=["prod"])
    revoked, _ = service.session(ALICE).tokens.create("ci", permission=Permission.READ)
    service.session(ALICE).tokens.revoke(revoked.token_id)
    service.session(ADMIN).admin.add_key("passphrase", passphrase="correct horse battery staple")
    service.session(ADMIN).admin.make_recovery_key()
    if service.session(ADMIN).admin.check():
        raise SystemExit("The store is not sound: nothing was written.")


def main() -> None:
    """Write the store, its key and its anchor."""
    with tempfile.TemporaryDirectory() as folder:
        paths = StorePaths(Path(folder) / "data/store.db", Path(folder) / "config/master.key")
        service = Scopes(paths)
        fill(service)
        service.close()
        target = GOLDEN / f"format-{SCHEMA_FORMAT}"
        target.mkdir(exist_ok=True)
        for path in (paths.database, paths.key, paths.anchor):
            shutil.copyfile(path, target / path.name)


if __name__ == "__main__":
    main()
