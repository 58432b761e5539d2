"""The scopes of a server, over Databricks' REST API."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from jupyter_secrets.client.answers import known_fields
from jupyter_secrets.client.http import Endpoint
from jupyter_secrets.client.remote_tokens import RemoteServicePrincipals, RemoteTokens
from jupyter_secrets.model import (
    AclItem,
    AuditFilter,
    Marks,
    Permission,
    ScopeInfo,
    ScopeOverview,
    SecretDetails,
    SecretInfo,
    SecretUpdate,
    SecretVersion,
    Verdicts,
    VersionInfo,
    as_verdicts,
)

_API = "api/2.0/secrets"
_OURS = "jupyter-secrets"


class RemoteClient:
    """A `SecretsClient` for a Jupyter server, a hub-wide service, or a Databricks workspace."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def _get(self, path: str, **query: object) -> dict[str, object]:
        return self._endpoint.request("GET", f"{_API}/{path}", query)

    def _post(self, path: str, **body: object) -> dict[str, Any]:
        return self._endpoint.request("POST", f"{_API}/{path}", body)

    def create_scope(self, scope: str, *, initial_manage_principal: str | None = None) -> None:
        extra = (
            {"initial_manage_principal": initial_manage_principal}
            if initial_manage_principal
            else {}
        )
        self._post("scopes/create", scope=scope, **extra)

    def delete_scope(self, scope: str) -> None:
        self._post("scopes/delete", scope=scope)

    def list_scopes(self) -> list[ScopeInfo]:
        return [
            ScopeInfo(item["name"], item.get("backend_type", "DATABRICKS"))
            for item in _items(self._get("scopes/list"), "scopes")
        ]

    def put(self, scope: str, key: str, value: bytes, *, if_version: int | None = None) -> None:
        encoded = base64.b64encode(value).decode()
        if if_version is None:
            self._post("put", scope=scope, key=key, bytes_value=encoded)
        else:  # which Databricks' API does not know, and would leave out of account
            self._tell("put", scope=scope, key=key, bytes_value=encoded, if_version=if_version)

    def delete(self, scope: str, key: str) -> None:
        self._post("delete", scope=scope, key=key)

    def list_secrets(self, scope: str) -> list[SecretInfo]:
        return [
            SecretInfo(item["key"], int(item.get("last_updated_timestamp", 0)))
            for item in _items(self._get("list", scope=scope), "secrets")
        ]

    def get(self, scope: str, key: str) -> SecretVersion:
        answer = self._get("get", scope=scope, key=key)
        value = base64.b64decode(str(answer["value"]))
        expires_at: Any = answer.get("expires_at")
        return SecretVersion(
            scope, str(answer["key"]), 0, value, *redaction_of(answer), expires_at=expires_at
        )

    def put_acl(self, scope: str, principal: str, permission: Permission) -> AclItem:
        entry = {"principal": principal, "permission": permission.name}
        return _acl_item(entry | self._post("acls/put", scope=scope, **entry))

    def delete_acl(self, scope: str, principal: str) -> None:
        self._post("acls/delete", scope=scope, principal=principal)

    def list_acls(self, scope: str) -> list[AclItem]:
        return [_acl_item(item) for item in _items(self._get("acls/list", scope=scope), "items")]

    def get_acl(self, scope: str, principal: str) -> AclItem:
        return _acl_item(self._get("acls/get", scope=scope, principal=principal))

    # What only a Jupyter server knows

    def _ask(self, path: str, **query: object) -> dict[str, Any]:
        fields = {name: value for name, value in query.items() if value is not None}
        return self._endpoint.request("GET", f"{_OURS}/{path}", fields)

    def _tell(self, path: str, **body: object) -> dict[str, Any]:
        fields = {name: value for name, value in body.items() if value is not None}
        return self._endpoint.request("POST", f"{_OURS}/{path}", fields)

    def overview(self, *, secrets: bool = False) -> list[ScopeOverview]:
        answer = self._ask("overview", secrets="true" if secrets else None)
        return [_overview(item) for item in answer["scopes"]]

    def describe_secrets(self, scope: str, *, deleted: bool = False) -> list[SecretDetails]:
        answer = self._ask("describe-secrets", scope=scope, deleted="true" if deleted else None)
        return [known_fields(SecretDetails, item) for item in answer["secrets"]]

    def versions(self, scope: str, key: str) -> list[VersionInfo]:
        answer = self._ask("versions", scope=scope, key=key)
        return [known_fields(VersionInfo, item) for item in answer["versions"]]

    def update(self, scope: str, key: str, update: SecretUpdate) -> None:
        self._tell("update", scope=scope, key=key, **asdict(update))

    def marks(self) -> Marks:
        answer = self._ask("marks")
        verdicts = {label: as_verdicts(each) for label, each in answer["verdicts"].items()}
        return Marks(frozenset(answer["not_sensitive"]), verdicts)

    def restore(self, scope: str, key: str, *, version: int | None = None) -> None:
        self._tell("restore", scope=scope, key=key, version=version)

    def purge(self, scope: str, key: str | None = None) -> int:
        return int(self._tell("purge", scope=scope, key=key)["purged"])

    def audit_tail(self, wanted: AuditFilter, *, limit: int) -> list[dict[str, object]]:
        answer = self._ask("audit", limit=limit, **asdict(wanted))
        return list(answer["records"])

    @property
    def tokens(self) -> RemoteTokens:
        return RemoteTokens(self._ask, self._tell)

    @property
    def service_principals(self) -> RemoteServicePrincipals:
        return RemoteServicePrincipals(self._ask, self._tell)

    def lock(self) -> None:
        self._tell("lock")

    def unlock(self, passphrase: str | None = None) -> None:
        self._tell("unlock", passphrase=passphrase)


def redaction_of(answer: Mapping[str, Any]) -> tuple[bool, Verdicts]:
    """Return whether the value in an answer is sensitive, and the verdicts on its components.

    A workspace knows neither.
    """
    return answer.get("sensitive") is not False, as_verdicts(answer.get("verdicts"))


def _overview(item: dict[str, Any]) -> ScopeOverview:
    permission, secrets = item["permission"], item["secrets"]
    return ScopeOverview(
        item["name"],
        None if permission is None else Permission.parse(permission),
        item["count"],
        None if secrets is None else tuple(SecretDetails(**each) for each in secrets),
    )


def _items(answer: dict[str, object], field: str) -> list[dict[str, str]]:
    # A workspace leaves the field out where there is nothing to list.
    items = answer.get(field, [])
    return items if isinstance(items, list) else []


def _acl_item(item: dict[str, object] | dict[str, str]) -> AclItem:
    kind = item.get("kind")
    return AclItem(
        str(item["principal"]),
        Permission.parse(item["permission"]),
        None if kind is None else str(kind),
    )
