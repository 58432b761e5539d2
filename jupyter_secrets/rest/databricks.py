"""The REST API: Databricks' secrets API."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from jupyter_secrets.errors import BackendUnavailableError, InvalidParameterError
from jupyter_secrets.model import USERS, AclItem, Caller, Permission, Principal, SecretVersion
from jupyter_secrets.rest.base import SecretsHandler, WritingHandler, require_unicode


class CreateScopeHandler(WritingHandler):
    async def post(self) -> None:
        body, scope = self.body(), self.field("scope")
        backend = body.get("scope_backend_type") or "DATABRICKS"
        if not isinstance(backend, str) or backend.upper() != "DATABRICKS":
            raise InvalidParameterError("Only scopes with scope_backend_type DATABRICKS are kept.")
        session = await self.session()
        await self.run(
            session.create_scope,
            scope,
            initial_manage_principal=body.get("initial_manage_principal"),
        )
        self.answer()


class DeleteScopeHandler(WritingHandler):
    async def post(self) -> None:
        scope = self.field("scope")
        session = await self.session()
        await self.run(session.delete_scope, scope)
        self.answer()


class ListScopesHandler(SecretsHandler):
    async def get(self) -> None:
        session = await self.session()
        scopes = await self.run(session.list_scopes)
        self.answer(
            scopes=[{"name": item.name, "backend_type": item.backend_type} for item in scopes]
        )


class PutSecretHandler(WritingHandler):
    async def post(self) -> None:
        await self.store_value()
        self.answer()

    async def store_value(self, *, if_version: int | None = None) -> bytes:
        """Store the value in the request's body, and return it."""
        value = _value(self.body())
        scope, key = self.field("scope"), self.field("key")
        session = await self.session()
        await self.run(session.put, scope, key, value, if_version=if_version)
        await self.run(self.backend.refresh)
        return value


class DeleteSecretHandler(WritingHandler):
    async def post(self) -> None:
        scope, key = self.field("scope"), self.field("key")
        session = await self.session()
        await self.run(session.delete, scope, key)
        self.answer()


class ListSecretsHandler(SecretsHandler):
    async def get(self) -> None:
        scope = self.field("scope")
        session = await self.session()
        secrets = await self.run(session.list_secrets, scope)
        self.answer(
            secrets=[
                {"key": item.key, "last_updated_timestamp": item.last_updated_timestamp}
                for item in secrets
            ]
        )


class GetSecretHandler(SecretsHandler):
    async def get(self) -> None:
        scope, key, caller = self.field("scope"), self.field("key"), await self.caller()
        version = await self.run(self._disclose, caller, scope, key)
        self.answer(key=version.key, **fields_of_value(version))

    def _disclose(self, caller: Caller, scope: str, key: str) -> SecretVersion:
        version = self.backend.session(caller).get(scope, key)
        # The filters know the value before anyone has it.
        self.backend.disclose(caller, version)
        return version


class PutAclHandler(WritingHandler):
    async def post(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        permission = Permission.parse(self.field("permission"))
        caller = await self.caller()
        candidates = await self._known_as(principal, caller)
        session = self.backend.session(caller)
        item = await self.run(session.put_acl, scope, principal, permission, candidates=candidates)
        self.answer(**_fields_of(item))

    async def _known_as(self, name: str, caller: Caller) -> frozenset[Principal]:
        try:
            return await self.backend.known_as(name, caller)
        except BackendUnavailableError as error:
            raise BackendUnavailableError(
                f"{error} Say what is meant: user:NAME, group:NAME or service:NAME."
            ) from None


class DeleteAclHandler(WritingHandler):
    async def post(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        session = await self.session()
        await self.run(session.delete_acl, scope, principal)
        self.answer()


class ListAclsHandler(SecretsHandler):
    async def get(self) -> None:
        scope = self.field("scope")
        session = await self.session()
        acls = await self.run(session.list_acls, scope)
        self.answer(items=[_fields_of(item) for item in acls])


class GetAclHandler(SecretsHandler):
    async def get(self) -> None:
        scope, principal = self.field("scope"), self.field("principal")
        session = await self.session()
        item = await self.run(session.get_acl, scope, principal)
        self.answer(**_fields_of(item))


def _fields_of(item: AclItem) -> dict[str, object]:
    """Return an entry of an ACL as Databricks has it, and of which kind its principal is."""
    return {
        "principal": item.principal,
        "permission": item.permission.name,
        "kind": item.kind,
    }


class WellKnownHandler(SecretsHandler):
    """Databricks' SDK asks for this before its first call, of which nobody is the caller."""

    def get(self) -> None:
        self.answer()


class MeHandler(SecretsHandler):
    """Who the caller is, as SCIM has it: Databricks' command line asks in ``auth describe``."""

    async def get(self) -> None:
        caller = await self.caller()
        self.answer(
            schemas=["urn:ietf:params:scim:schemas:core:2.0:User"],
            id=caller.title,
            userName=caller.title,
            displayName=caller.name,
            active=True,
            groups=[{"display": name} for name in sorted(caller.groups | {USERS})],
        )


def fields_of_value(version: SecretVersion) -> dict[str, object]:
    """Return a value as Databricks has it, what of it is redacted where that was decided, and when
    it expires, if it does."""
    return {
        "value": base64.b64encode(version.value).decode(),
        **({} if version.sensitive else {"sensitive": False}),
        **({"verdicts": dict(version.verdicts)} if version.verdicts else {}),
        **({"expires_at": version.expires_at} if version.expires_at is not None else {}),
    }


def _value(body: dict[str, Any]) -> bytes:
    """Return the value in a put's body, which has it in exactly one of two fields."""
    fields = [name for name in ("string_value", "bytes_value") if body.get(name) is not None]
    if len(fields) != 1 or not isinstance(body[fields[0]], str):
        raise InvalidParameterError("Give exactly one of string_value and bytes_value.")
    if fields[0] == "string_value":
        return require_unicode(body["string_value"], "string_value").encode()
    try:
        return base64.b64decode(body["bytes_value"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidParameterError("bytes_value must be base64.") from None


_API = "api/2.0/secrets"
WELL_KNOWN = ".well-known/databricks-config"
ROUTES: dict[str, type[SecretsHandler]] = {
    f"{_API}/scopes/create": CreateScopeHandler,
    f"{_API}/scopes/delete": DeleteScopeHandler,
    f"{_API}/scopes/list": ListScopesHandler,
    f"{_API}/put": PutSecretHandler,
    f"{_API}/delete": DeleteSecretHandler,
    f"{_API}/list": ListSecretsHandler,
    f"{_API}/get": GetSecretHandler,
    f"{_API}/acls/put": PutAclHandler,
    f"{_API}/acls/delete": DeleteAclHandler,
    f"{_API}/acls/list": ListAclsHandler,
    f"{_API}/acls/get": GetAclHandler,
    "api/2.0/preview/scim/v2/Me": MeHandler,
    WELL_KNOWN: WellKnownHandler,
}
