"""Tokens and service principals of a server, over its REST API."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from jupyter_secrets.client.answers import known_fields
from jupyter_secrets.model import Permission, Principal, ServicePrincipalInfo, TokenInfo

# Asks a path of the API for an object, and tells one an object.
Call = Callable[..., dict[str, Any]]


class RemoteTokens:
    """What a `TokensClient` does, on a server."""

    def __init__(self, ask: Call, tell: Call) -> None:
        self._ask = ask
        self._tell = tell

    def create(
        self,
        name: str,
        *,
        owner: str | None = None,
        lifetime: int | None = None,
        scopes: Iterable[str] | None = None,
        permission: Permission | None = None,
    ) -> tuple[TokenInfo, str]:
        answer = self._tell(
            "tokens/create",
            name=name,
            owner=owner,
            lifetime_seconds=lifetime,
            scopes=None if scopes is None else list(scopes),
            permission=None if permission is None else permission.name,
        )
        return _info(answer["token_info"]), str(answer["token_value"])

    def list(self) -> list[TokenInfo]:
        return [_info(item) for item in self._ask("tokens/list")["tokens"]]

    def revoke(self, token_id: str) -> None:
        self._tell("tokens/revoke", token_id=token_id)


class RemoteServicePrincipals:
    """What a `ServicePrincipalsClient` does, on a server."""

    def __init__(self, ask: Call, tell: Call) -> None:
        self._ask = ask
        self._tell = tell

    def create(
        self, name: str, comment: str | None = None, *, candidates: Collection[Principal] = ()
    ) -> None:
        """Make one; the server knows by itself who else may have the name."""
        self._tell("principals/create", name=name, comment=comment)

    def list(self) -> list[ServicePrincipalInfo]:
        listed = self._ask("principals/list")["principals"]
        return [known_fields(ServicePrincipalInfo, item) for item in listed]

    def delete(self, name: str) -> None:
        self._tell("principals/delete", name=name)


def _info(item: dict[str, Any]) -> TokenInfo:
    scopes = item["scopes"]
    return known_fields(
        TokenInfo,
        item,
        scopes=None if scopes is None else tuple(scopes),
        permission=Permission.parse(item["permission"]),
    )
