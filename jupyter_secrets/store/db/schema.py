"""The tables.

Times are milliseconds since the epoch. Every column of `secrets`, `scopes`, `acls`, `key_slots`,
`tokens`, `service_principals` and `store` is covered by a MAC (see `rows`); blobs are AEAD
ciphertexts that open in their own row only.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
)

metadata = MetaData()


class Bytes(LargeBinary):
    """A blob as the file has it: who edits the file may have put something else there.

    SQLAlchemy's own type would turn a number into that many zero bytes.
    """

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> None:
        """Change nothing."""


store = Table(
    "store",
    metadata,
    Column("store_id", String(32), primary_key=True),
    Column("format", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("root_generation", Integer, nullable=False),
    Column("slots_mac", Bytes, nullable=False),
    # Counts changes; a process that reads it learns that another one changed something.
    Column("epoch", BigInteger, nullable=False),
    Column("scopes_mac", Bytes, nullable=False),
    Column("tokens_mac", Bytes, nullable=False),
    Column("principals_mac", Bytes, nullable=False),
    Column("audit_seq", BigInteger, nullable=False),
    Column("audit_mac", Bytes, nullable=False),
    Column("mac", Bytes, nullable=False),
)

key_slots = Table(
    "key_slots",
    metadata,
    Column("slot_id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("parameters", Text, nullable=False),
    Column("root_generation", Integer, nullable=False),
    Column("wrapped", Bytes, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

store_keys = Table(
    "store_keys",
    metadata,
    Column("purpose", String(16), primary_key=True),
    Column("root_generation", Integer, nullable=False),
    Column("wrapped", Bytes, nullable=False),
)

scopes = Table(
    "scopes",
    metadata,
    Column("scope_id", String(32), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("folded", String(128), nullable=False),
    Column("backend_type", String(32), nullable=False),
    Column("key_generation", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("mac", Bytes, nullable=False),
)
Index("scopes_by_name", scopes.c.folded, unique=True)

scope_keys = Table(
    "scope_keys",
    metadata,
    Column("scope_id", ForeignKey("scopes.scope_id", ondelete="CASCADE"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("root_generation", Integer, nullable=False),
    Column("wrapped", Bytes, nullable=False),
)

acls = Table(
    "acls",
    metadata,
    Column("scope_id", ForeignKey("scopes.scope_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", String(8), primary_key=True),
    Column("principal", String(256), primary_key=True),
    Column("permission", String(8), nullable=False),
)

secrets = Table(
    "secrets",
    metadata,
    Column("secret_id", String(32), primary_key=True),
    Column("scope_id", ForeignKey("scopes.scope_id", ondelete="CASCADE"), nullable=False),
    Column("name", String(128), nullable=False),
    Column("folded", String(128), nullable=False),
    Column("version", Integer, nullable=False),
    # The ids of the stored versions, the newest last: no other blob is one of them.
    Column("version_ids", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("updated_by", Text, nullable=False),
    Column("comment", Text),
    Column("expires_at", BigInteger),
    Column("sensitive", Boolean, nullable=False),
    Column("verdicts", Text),
    Column("deleted_at", BigInteger),
    Column("deleted_by", Text),
    Column("mac", Bytes, nullable=False),
)
# A name may be used again while a deleted secret can still be restored.
Index(
    "secrets_by_name",
    secrets.c.scope_id,
    secrets.c.folded,
    unique=True,
    sqlite_where=secrets.c.deleted_at.is_(None),
)
Index("secrets_by_scope", secrets.c.scope_id)

versions = Table(
    "versions",
    metadata,
    Column("secret_id", ForeignKey("secrets.secret_id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("version_id", String(32), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("blob", Bytes, nullable=False),
)

service_principals = Table(
    "service_principals",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("comment", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", Text, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", String(32), primary_key=True),
    Column("name", String(256), nullable=False),
    # Whom the token speaks for. The token itself is not kept, only its hash.
    Column("owner_kind", String(8), nullable=False),
    Column("owner", String(256), nullable=False),
    Column("digest", Bytes, nullable=False),
    # The scopes that it is limited to, as a JSON list; without any, all that its owner has.
    Column("scopes", Text),
    Column("permission", String(8), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("revoked_by", Text),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("record", Text, nullable=False),
    Column("mac", Bytes, nullable=False),
)


def fits(table: Table, row: Row[tuple[object, ...]]) -> bool:
    """Return whether each column of a row has its type; SQLite takes anything in every column."""
    return all(
        isinstance(value, column.type.python_type) or (value is None and bool(column.nullable))
        for column, value in zip(table.columns, row, strict=True)
    )
