"""The REST API for tokens and service principals: Databricks' for one's own tokens, and ours."""

from __future__ import annotations

from dataclasses import asdict

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import Permission, TokenInfo
from jupyter_secrets.rest.base import (
    SecretsHandler,
    WritingHandler,
    optional,
    require_unicode,
)

_UNNAMED = "unnamed"


class CreateTokenHandler(WritingHandler):
    """Takes ``name``, and optionally ``owner``, ``lifetime_seconds``, ``scopes``, ``permission``.

    Answers ``{"token_value", "token_info"}``; the value is kept nowhere.
    """

    async def post(self) -> None:
        name, body = self.field("name"), self.body()
        permission = optional(body.get("permission"), str, "permission")
        session = await self.session()
        info, token = await self.run(
            session.tokens.create,
            name,
            owner=optional(body.get("owner"), str, "owner"),
            lifetime=optional(body.get("lifetime_seconds"), int, "lifetime_seconds"),
            scopes=_scopes(body.get("scopes")),
            permission=None if permission is None else Permission.parse(permission),
        )
        self.answer(token_value=token, token_info=_fields_of(info))


class ListTokensHandler(SecretsHandler):
    """The caller's tokens without their values; an administrator's are all."""

    async def get(self) -> None:
        session = await self.session()
        tokens = await self.run(session.tokens.list)
        self.answer(tokens=[_fields_of(info) for info in tokens])


class RevokeTokenHandler(WritingHandler):
    async def post(self) -> None:
        token_id, session = self.field("token_id"), await self.session()
        await self.run(session.tokens.revoke, token_id)
        self.answer()


class CreatePrincipalHandler(WritingHandler):
    """Takes ``name``, and optionally ``comment``."""

    async def post(self) -> None:
        name, caller = self.field("name"), await self.caller()
        comment = optional(self.body().get("comment"), str, "comment")
        candidates = await self.backend.known_as(name, caller)
        principals = self.backend.session(caller).service_principals
        await self.run(principals.create, name, comment, candidates=candidates)
        self.answer()


class ListPrincipalsHandler(SecretsHandler):
    async def get(self) -> None:
        session = await self.session()
        principals = await self.run(session.service_principals.list)
        self.answer(principals=[asdict(info) for info in principals])


class DeletePrincipalHandler(WritingHandler):
    async def post(self) -> None:
        name, session = self.field("name"), await self.session()
        await self.run(session.service_principals.delete, name)
        self.answer()


# Databricks' API, for one's own tokens


class DatabricksCreateHandler(WritingHandler):
    """Takes ``comment``, which is the token's name, and ``lifetime_seconds``."""

    async def post(self) -> None:
        body = self.body()
        comment = optional(body.get("comment"), str, "comment") or _UNNAMED
        lifetime = optional(body.get("lifetime_seconds"), int, "lifetime_seconds")
        session = await self.session()
        info, token = await self.run(session.tokens.create, comment, lifetime=lifetime)
        self.answer(token_value=token, token_info=_databricks_fields_of(info))


class DatabricksListHandler(SecretsHandler):
    async def get(self) -> None:
        caller = await self.caller()
        own = [
            info
            for info in await self.run(self.backend.session(caller).tokens.list)
            if info.owner == caller.title and info.revoked_at is None
        ]
        self.answer(token_infos=[_databricks_fields_of(info) for info in own])


def _fields_of(info: TokenInfo) -> dict[str, object]:
    return {**asdict(info), "permission": info.permission.name}


def _databricks_fields_of(info: TokenInfo) -> dict[str, object]:
    return {
        "token_id": info.token_id,
        "creation_time": info.created_at,
        "expiry_time": info.expires_at,
        "comment": info.name,
    }


def _scopes(value: object) -> list[str] | None:
    names = optional(value, list, "scopes")
    for name in names or ():
        if not isinstance(name, str):
            raise InvalidParameterError('"scopes" must be an array of strings.')
        require_unicode(name, "scopes")
    return names


ROUTES: dict[str, type[SecretsHandler]] = {
    "jupyter-secrets/tokens/create": CreateTokenHandler,
    "jupyter-secrets/tokens/list": ListTokensHandler,
    "jupyter-secrets/tokens/revoke": RevokeTokenHandler,
    "jupyter-secrets/principals/create": CreatePrincipalHandler,
    "jupyter-secrets/principals/list": ListPrincipalsHandler,
    "jupyter-secrets/principals/delete": DeletePrincipalHandler,
    "api/2.0/token/create": DatabricksCreateHandler,
    "api/2.0/token/list": DatabricksListHandler,
    "api/2.0/token/delete": RevokeTokenHandler,
}
