"""Files that a disk, a copy or a stranger damaged: the right answer, or an error that says so."""

from __future__ import annotations

import os
import random
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from jupyter_secrets.errors import IntegrityError, SecretsError, StoreError
from jupyter_secrets.model import Permission
from jupyter_secrets.scopes import Scopes, Session
from jupyter_secrets.store import StorePaths
from tests.callers import ADMIN, exported

# A run by hand takes 2,000 of them, some minutes.
CORRUPTIONS = int(os.environ.get("CORRUPTIONS", "100"))
SEED = int(os.environ.get("CORRUPTIONS_SEED", "1"))
PAGE = 4096
NAMES_DAMAGE = re.compile(
    r"damaged|changed|missing|put back|older than the store was|not a key file|"
    r"belongs to (another|a key of this) store|does not open this store|restore a backup"
)
SECRETS = ("Api", *(f"key{number}" for number in range(20)))


@pytest.fixture
def filled(session: Session, scopes: Scopes, paths: StorePaths) -> Iterator[dict[Path, bytes]]:
    """A store with something in each table; its three files as they are."""
    for name in SECRETS:
        session.put("prod", name, f"first-canary-{name}".encode())
    session.put("prod", "db", b"second-canary-value")
    session.put("prod", "gone", b"third-canary-value")
    session.delete("prod", "gone")
    session.put_acl("prod", "bob", Permission.READ)
    session.create_scope("Dev")
    session.put("Dev", "db", b"fourth-canary-value")
    scopes.close()
    files = {path: path.read_bytes() for path in (paths.database, paths.key, paths.anchor)}
    yield files
    put_back(files)


def put_back(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        path.write_bytes(content)
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def refused(call: Callable[[], object]) -> object:
    """Return the class of what a call is refused with, for what is not there."""
    try:
        return call()
    except LookupError as error:
        return type(error).__name__


def put_and_get(session: Session) -> bytes:
    session.put("prod", "new", b"fifth-canary-value")
    return session.get("prod", "new").value


# Each with what it has to answer, if it answers. The last ones write.
QUESTIONS: dict[str, tuple[Callable[[Session], object], object]] = {
    "get": (lambda s: s.get("prod", "api").value, b"first-canary-Api"),
    "get another": (lambda s: s.get("dev", "db").value, b"fourth-canary-value"),
    "get a version": (
        lambda s: s.get("prod", "db", version=1).value, b"first-canary-value"
    ),
    "get nothing": (
        lambda s: refused(lambda: s.get("prod", "none")), "SecretNotFoundError"
    ),
    "get from nowhere": (
        lambda s: refused(lambda: s.get("none", "db")), "ScopeNotFoundError"
    ),
    "list": (
        lambda s: [one.key for one in s.list_secrets("prod")],
        sorted({*SECRETS, "db"}, key=str.lower),
    ),
    "deleted": (
        lambda s: [one.key for one in s.describe_secrets("prod", deleted=True)], ["gone"]
    ),
    "scopes": (
        lambda s: [(one.name, one.backend_type) for one in s.list_scopes()],
        [("Dev", "DATABRICKS"), ("prod", "DATABRICKS")],
    ),
    "versions": (lambda s: [one.version for one in s.versions("prod", "db")], [1, 2]),
    "acls": (
        lambda s: [(one.principal, one.permission.name) for one in s.list_acls("prod")],
        [("bob", "READ"), ("root", "MANAGE")],
    ),
    "export": (
        lambda s: exported(s, "prod")["db"], b"second-canary-value"
    ),
    "audit": (lambda s: s.audit_tail(limit=100)[0]["action"], "create-store"),
    "epoch": (lambda s: isinstance(s.shared.epoch(), int), True),
    "status": (lambda s: s.shared.status().state in ("ready", "failed", "locked"), True),
    "check": (lambda s: isinstance(s.admin.check(), list), True),
    "create a scope": (
        lambda s: s.create_scope(f"new{random.random()}"), None
    ),
    "put": (put_and_get, b"fifth-canary-value"),
    "update": (lambda s: s.put("prod", "db", b"newer"), None),
    "delete": (lambda s: s.delete("prod", "Api"), None),
    "restore": (lambda s: s.restore("prod", "gone"), None),
}  # fmt: skip


def wrong_answers(paths: StorePaths) -> list[str]:
    """Return what is neither the right answer nor an error that names damage."""
    wrong = []
    with closing(Scopes(paths)) as scopes:
        for name, (ask, expected) in QUESTIONS.items():
            try:
                answer = ask(scopes.session(ADMIN))
                if answer != expected:
                    wrong.append(f"{name}: {answer!r}")
            except StoreError as error:
                if not NAMES_DAMAGE.search(str(error)):
                    wrong.append(f"{name}: {error}")
            except SecretsError as error:
                wrong.append(f"{name}: {type(error).__name__}: {error}")
            except Exception as error:  # it would be an internal error to whoever asked
                wrong.append(f"{name}: {type(error).__name__}: {error}")
    return wrong


def test_a_sound_store_answers_every_question(filled, paths):
    assert wrong_answers(paths) == []


INDEXES = (
    "secrets_by_name",
    "secrets_by_scope",
    "scopes_by_name",
    "sqlite_autoindex_secrets_1",
    "sqlite_autoindex_scopes_1",
    "sqlite_autoindex_acls_1",
    "sqlite_autoindex_versions_1",
    "sqlite_autoindex_scope_keys_1",
)


def index_page(database: Path, index: str) -> int:
    """Return where the root page of an index begins."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
        (number,) = connection.execute(query, (index,)).fetchone()
    return (int(number) - 1) * PAGE


@pytest.mark.parametrize("index", INDEXES)
def test_D1_a_flipped_bit_in_an_index_makes_nothing_unfindable(filled, paths, index):
    start, content = index_page(paths.database, index), filled[paths.database]
    used = [place for place in range(start + 8, start + PAGE) if content[place]]
    wrong = {}

    for place in used[:: max(1, len(used) // 8)]:
        put_back(filled)
        flip(paths.database, place, 1)
        wrong[place - start] = wrong_answers(paths)

    assert {place: found for place, found in wrong.items() if found} == {}


def flip(path: Path, place: int, bit: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= bit
    path.write_bytes(content)


def test_D1_the_names_that_an_index_finds_secrets_by_cannot_be_swapped(filled, paths):
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        for old, new in (("api", "-"), ("db", "api"), ("-", "db")):
            connection.execute("UPDATE secrets SET folded = ? WHERE folded = ?", (new, old))

    assert wrong_answers(paths)[:1] == []


@pytest.mark.parametrize("place", ["schema", "row"])
def test_D1_bytes_that_are_no_utf_8_are_damage_and_no_fault_of_ours(filled, paths, place):
    text = b"CREATE TABLE secrets" if place == "schema" else b"DATABRICKS"
    content = filled[paths.database]
    paths.database.write_bytes(content.replace(text, text[:7] + b"\xff" + text[8:]))

    assert wrong_answers(paths) == []
    with closing(Scopes(paths)) as scopes:
        assert scopes.session(ADMIN).admin.check() != []


@pytest.mark.parametrize("name", ["key", "anchor"])
def test_D1_json_of_any_depth_is_damage_and_no_fault_of_ours(filled, paths, name):
    getattr(paths, name).write_bytes(b"[" * 100_000)

    assert wrong_answers(paths) == []


def test_D1_a_copy_of_the_log_nested_deep_is_refused_by_its_line(filled, paths, tmp_path):
    copy = tmp_path / "copy.jsonl"
    copy.write_text("[" * 100_000)

    with closing(Scopes(paths)) as scopes, pytest.raises(SecretsError, match=r"copy\.jsonl"):
        scopes.session(ADMIN).admin.audit_verify_copies([copy])


def test_D1_a_rotation_drops_no_key_that_a_hidden_value_needs(filled, paths):
    start, content = index_page(paths.database, "sqlite_autoindex_versions_1"), b""
    with closing(sqlite3.connect(paths.database)) as connection:
        query = "SELECT secret_id FROM secrets WHERE name = 'key7'"
        (secret_id,) = connection.execute(query).fetchone()
        content = filled[paths.database][start : start + PAGE]
    place = start + content.index(secret_id.encode()) + 31
    flip(paths.database, place, 1)
    with closing(Scopes(paths)) as scopes, pytest.raises(IntegrityError):
        scopes.session(ADMIN).rotate_scope_key("prod")

    flip(paths.database, place, 1)

    with closing(Scopes(paths)) as scopes:
        assert scopes.session(ADMIN).get("prod", "key7").value == b"first-canary-key7"


def test_D1_a_rotation_of_the_root_key_leaves_no_scope_without_one(filled, paths):
    with closing(sqlite3.connect(paths.database)) as connection, connection:
        connection.execute("DELETE FROM scope_keys WHERE rowid = 1")

    with (
        closing(Scopes(paths)) as scopes,
        pytest.raises(IntegrityError, match="The key of a scope is missing"),
    ):
        scopes.session(ADMIN).admin.rotate_root_key()


# Anywhere


def corrupt(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """Return what was done to a file, and its content then."""
    changed, size = bytearray(content), len(content)
    pages = max(1, size // PAGE)
    page = min(PAGE, size)
    kind = chance.choice(["flip", "flip", "flips", "zeros", "truncated", "swapped", "noise"])
    start = chance.randrange(pages) * PAGE
    if kind in ("flip", "flips"):
        for _ in range(1 if kind == "flip" else chance.randrange(2, 20)):
            changed[chance.randrange(size)] ^= 1 << chance.randrange(8)
    elif kind == "zeros":
        changed[start : start + page] = bytes(page)
    elif kind == "truncated":
        del changed[chance.randrange(size) :]
    elif kind == "swapped":
        other = chance.randrange(pages) * PAGE
        changed[start : start + page], changed[other : other + page] = (
            changed[other : other + page], changed[start : start + page],
        )  # fmt: skip
    else:
        place = chance.randrange(size)
        noise = chance.randbytes(min(chance.randrange(1, 64), size - place))
        changed[place : place + len(noise)] = noise
    return kind, bytes(changed)


@pytest.mark.timeout(300 + CORRUPTIONS)
def test_D1_a_damaged_file_gives_the_right_answer_or_an_error_that_names_it(filled, paths):
    chance, wrong = random.Random(SEED), {}
    for number in range(CORRUPTIONS):
        put_back(filled)
        (path,) = chance.choices([paths.database, paths.key, paths.anchor], [8, 1, 1])
        kind, content = corrupt(filled[path], chance)
        path.write_bytes(content)

        found = wrong_answers(paths)
        if found:
            wrong[f"{number}: {path.name}, {kind}"] = found

    assert wrong == {}
