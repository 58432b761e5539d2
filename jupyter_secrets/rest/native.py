"""The REST API for what Databricks' does not offer: versions, expiry, the audit log, the lock."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import AuditFilter, ScopeOverview, SecretUpdate
from jupyter_secrets.redaction import put_warning
from jupyter_secrets.rest.base import (
    SecretsHandler,
    WritingHandler,
    optional,
    require_unicode,
)
from jupyter_secrets.rest.databricks import PutSecretHandler

DEFAULT_RECORDS, MAX_RECORDS = 50, 1_000
# As many as 64 bits have; Python refuses to read thousands of them.
_MAX_DIGITS = 19


class StatusHandler(SecretsHandler):
    """The state of the store, the kinds of keys that open it, who the caller is, and the version.

    ``admin`` says whether the caller is an administrator, ``version`` is the package's, and
    ``revision`` is another one once anything in the store has changed.
    """

    async def get(self) -> None:
        status = await self.run(self.backend.status, await self.caller())
        self.answer(**status, version=self.backend.version)


class LockHandler(WritingHandler):
    async def post(self) -> None:
        session = await self.session()
        await self.run(session.lock)
        self.answer()


class UnlockHandler(WritingHandler):
    """Takes ``{"passphrase"}``, a recovery key too; without it the key file must be available."""

    async def post(self) -> None:
        passphrase = optional(self.body().get("passphrase"), str, "passphrase")
        session = await self.session()
        await self.run(session.unlock, passphrase)
        await self.run(self.backend.refresh)
        self.answer()


class OverviewHandler(SecretsHandler):
    """All scopes with permission and count; with ``secrets=true`` also what is in them."""

    async def get(self) -> None:
        session = await self.session()
        secrets = self.get_query_argument("secrets", "") == "true"
        scopes = await self.run(session.overview, secrets=secrets)
        self.answer(scopes=[_fields_of(scope) for scope in scopes])


class DescribeSecretsHandler(SecretsHandler):
    """A scope's secrets with comment, expiry and times; with ``deleted=true`` the deleted ones."""

    async def get(self) -> None:
        scope, session = self.field("scope"), await self.session()
        deleted = self.get_query_argument("deleted", "") == "true"
        secrets = await self.run(session.describe_secrets, scope, deleted=deleted)
        self.answer(secrets=[asdict(secret) for secret in secrets])


class PutHandler(PutSecretHandler):
    """Takes what Databricks' put takes, whose answer has no room for more.

    Answers ``{"weakness"}``: what of the value will not be fully redacted, to be shown after the
    secret's name, or null.
    """

    async def post(self) -> None:
        if_version = optional(self.body().get("if_version"), int, "if_version")
        value = await self.store_value(if_version=if_version)
        self.answer(weakness=await self.run(put_warning, value))


class VersionsHandler(SecretsHandler):
    async def get(self) -> None:
        scope, key, session = self.field("scope"), self.field("key"), await self.session()
        versions = await self.run(session.versions, scope, key)
        self.answer(versions=[asdict(version) for version in versions])


class UpdateHandler(WritingHandler):
    """Takes any of ``comment``, ``expires_at`` (milliseconds), ``sensitive`` and ``verdicts``.

    An empty comment and an expiry of 0 remove what is there. ``verdicts`` is an object of
    ``public``, ``secret`` or ``default`` by names of components of the value.
    """

    async def post(self) -> None:
        scope, key, body = self.field("scope"), self.field("key"), self.body()
        update = SecretUpdate(
            optional(body.get("comment"), str, "comment"),
            optional(body.get("expires_at"), int, "expires_at"),
            optional(body.get("sensitive"), bool, "sensitive"),
            _verdicts(body.get("verdicts")),
        )
        session = await self.session()
        await self.run(session.update, scope, key, update)
        await self.run(self.backend.refresh)
        self.answer()


class MarksHandler(SecretsHandler):
    """What was decided about the redaction of secrets that the caller may READ, by their labels.

    Kernels ask while their cells run.
    """

    async def get(self) -> None:
        marks = await self.run(self.backend.marks, await self.caller())
        self.answer(
            not_sensitive=sorted(marks.not_sensitive),
            verdicts={label: dict(each) for label, each in marks.verdicts.items()},
        )


class RestoreHandler(WritingHandler):
    """Undoes a deletion; with ``version`` makes an older value the newest one."""

    async def post(self) -> None:
        scope, key = self.field("scope"), self.field("key")
        version = optional(self.body().get("version"), int, "version")
        session = await self.session()
        await self.run(session.restore, scope, key, version=version)
        await self.run(self.backend.refresh)
        self.answer()


class PurgeHandler(WritingHandler):
    """Erases a scope's deleted secrets for good, or with ``key`` that one."""

    async def post(self) -> None:
        scope = self.field("scope")
        key = optional(self.body().get("key"), str, "key")
        session = await self.session()
        count = await self.run(session.purge, scope, key)
        self.answer(purged=count)


class AuditHandler(SecretsHandler):
    """The newest audit records, filtered by any field of `AuditFilter`, newest last."""

    async def get(self) -> None:
        limit = self._number("limit") or DEFAULT_RECORDS
        if limit > MAX_RECORDS:
            raise InvalidParameterError(f'"limit" is at most {MAX_RECORDS}.')
        wanted = AuditFilter(
            scope=self._text("scope"),
            key=self._text("key"),
            principal=self._text("principal"),
            action=self._text("action"),
            outcome=self._text("outcome"),
            since=self._number("since"),
            until=self._number("until"),
        )
        session = await self.session()
        records = await self.run(session.audit_tail, wanted, limit=limit)
        self.answer(records=records)

    def _text(self, name: str) -> str | None:
        return self.get_query_argument(name, None) or None

    def _number(self, name: str) -> int | None:
        text = self.get_query_argument(name, None)
        if text is None:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS):
            raise InvalidParameterError(f'"{name}" must be a whole number below 10^{_MAX_DIGITS}.')
        return int(text)


def _fields_of(scope: ScopeOverview) -> dict[str, object]:
    permission = scope.permission
    return {**asdict(scope), "permission": None if permission is None else permission.name}


def _verdicts(value: object) -> dict[str, str] | None:
    by_name = optional(value, dict, "verdicts")
    for name, verdict in (by_name or {}).items():
        require_unicode(name, "verdicts")
        if not isinstance(verdict, str):
            raise InvalidParameterError('"verdicts" must be an object of strings.')
    return by_name


ROUTES: dict[str, type[SecretsHandler]] = {
    "jupyter-secrets/status": StatusHandler,
    "jupyter-secrets/lock": LockHandler,
    "jupyter-secrets/unlock": UnlockHandler,
    "jupyter-secrets/overview": OverviewHandler,
    "jupyter-secrets/describe-secrets": DescribeSecretsHandler,
    "jupyter-secrets/put": PutHandler,
    "jupyter-secrets/versions": VersionsHandler,
    "jupyter-secrets/update": UpdateHandler,
    "jupyter-secrets/marks": MarksHandler,
    "jupyter-secrets/restore": RestoreHandler,
    "jupyter-secrets/purge": PurgeHandler,
    "jupyter-secrets/audit": AuditHandler,
}
