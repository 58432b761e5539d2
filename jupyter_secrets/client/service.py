"""The scopes of a service that a team shares (``jupyter secrets serve``)."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from jupyter_secrets.client.http import Endpoint
from jupyter_secrets.client.remote import RemoteClient, redaction_of
from jupyter_secrets.environment import KERNEL_HEADER, LIMIT_HEADER, NOTEBOOK_HEADER
from jupyter_secrets.errors import PermissionDeniedError, SecretsError, UnauthenticatedError
from jupyter_secrets.model import (
    AclItem,
    Caller,
    Permission,
    Principal,
    SecretVersion,
    StoreStatus,
)

_STATUS = ("state", "message", "keys", "on_purpose", "principal", "admin", "revision")
# So long the service has a server wait for a change, at most; it answers by then.
_WAIT_SECONDS = 20.0


class ServiceClient(RemoteClient):
    """A `SecretsClient` for a service, with what only a service offers."""

    def put_acl(
        self,
        scope: str,
        principal: str,
        permission: Permission,
        *,
        candidates: Collection[Principal] = (),
    ) -> AclItem:
        """Do as `RemoteClient.put_acl`: the service knows by itself who a plain name may mean."""
        return super().put_acl(scope, principal, permission)

    def readable(self, *, at_most: int) -> list[SecretVersion] | None:
        """Return every value that the user may READ, or None if there are more than `at_most`.

        The service gives them to a user's own server alone; others get `PermissionDeniedError`.
        """
        values = self._ask("readable", at_most=at_most)["values"]
        return None if values is None else [_version(item) for item in values]

    def status(self) -> dict[str, Any]:
        """Return the state of the service's store, and who the user is to it."""
        answer = self._ask("status")
        return {name: answer[name] for name in _STATUS}

    def record(self, action: str, *, outcome: str) -> None:
        """Add a record of what this server refused to the service's audit log."""
        self._tell("report", action=action, outcome=outcome)


class ServiceScopes:
    """The scopes of a service, as a server or a command line of one user has them.

    Whatever is asked is asked with that user's token: other callers are refused. Nothing is
    opened, and nothing kept that could be read after a revocation.
    """

    opened = None

    def __init__(self, endpoint: Endpoint, user: str) -> None:
        if not endpoint.token:
            raise UnauthenticatedError(
                "c.JupyterSecrets.service_url names a service, but there is no token for it: set "
                "JUPYTER_SECRETS_SERVICE_TOKEN."
            )
        self._endpoint = endpoint
        self._user = user

    @property
    def url(self) -> str:
        """Where the service is."""
        return self._endpoint.url

    def session(self, caller: Caller) -> ServiceClient:
        """Return what a caller can do; of a kernel the service is told which one it is."""
        if caller.name != self._user:
            raise PermissionDeniedError(
                f"This server has {self._user}'s access to the service {self.url}, and none for "
                f"{caller.name}: use a server of your own."
            )
        return ServiceClient(self._endpoint.with_headers(_reported(caller)))

    def epoch(self) -> str:
        """Return the state of the store, and of the user's rights in it; cheap to ask."""
        return self.wait_for_change("")

    def wait_for_change(self, state: str) -> str:
        """Return the state once it is another one, or after a while; this blocks."""
        endpoint = self._endpoint.with_timeout(self._endpoint.timeout + _WAIT_SECONDS)
        answer = endpoint.request("GET", "jupyter-secrets/changes", {"state": state})
        return str(answer["state"])

    def status_of(self, caller: Caller) -> dict[str, object]:
        """Return the state of the service's store; where it does not answer, why."""
        try:
            return self.session(caller).status()
        except SecretsError as error:
            status = asdict(StoreStatus("failed", str(error), ()))
            return {**status, "principal": caller.name, "admin": False, "revision": ""}


def _reported(caller: Caller) -> dict[str, str]:
    """Return what the service is told of a kernel that asks."""
    if caller.kernel_id is None:
        return {}
    headers = {KERNEL_HEADER: quote(caller.kernel_id), LIMIT_HEADER: caller.limit.name}
    return headers | ({NOTEBOOK_HEADER: quote(caller.notebook)} if caller.notebook else {})


def _version(item: Mapping[str, Any]) -> SecretVersion:
    value = base64.b64decode(item["value"])
    return SecretVersion(
        item["scope"], item["key"], int(item["version"]), value, *redaction_of(item)
    )
