"""How a kernel reaches its scopes: by its server, or, started without one, by itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_secrets.client import SecretsClient
from jupyter_secrets.environment import (
    CERTIFICATE_VARIABLE,
    CODE_VARIABLE,
    GATEWAY_PREFIX,
    TOKEN_VARIABLE,
    URL_VARIABLE,
    names_token,
)
from jupyter_secrets.errors import LimitExceededError, SecretsError, UnauthenticatedError
from jupyter_secrets.kernel.databricks_sdk import configure_sdk
from jupyter_secrets.model import RedactionOptions, SecretVersion
from jupyter_secrets.redaction import SecretValue

if TYPE_CHECKING:
    from jupyter_secrets.settings import JupyterSecrets

DEFAULT_REDACTION = RedactionOptions(labelled=False, fragments=True, projections=True)


@dataclass(slots=True)
class Connection:
    """A client, or the error that stands in its way; and what to redact, and how.

    `disclosed` are the values in the kernel's environment, `hidden` what is redacted in any case.
    `read_known` reads, where no server filters as well, all values that the user may read; it
    raises `LimitExceededError` if they are too many.
    `databricks_env` is the setting of that name, `databricks_config` the file for the SDK.
    """

    client: SecretsClient | None = None
    error: SecretsError | None = None
    disclosed: list[SecretVersion] = field(default_factory=list)
    hidden: list[SecretValue] = field(default_factory=list)
    redaction: RedactionOptions = field(default_factory=DEFAULT_REDACTION.copy)
    read_known: Callable[[], list[SecretVersion]] | None = None
    databricks_env: str = "auto"
    databricks_config: str | None = None

    def open(self) -> SecretsClient:
        """Return the client, or raise what stands in its way."""
        if self.client is not None:
            return self.client
        raise self.error or UnauthenticatedError("There is no connection to the scopes.")


def connect(environment: MutableMapping[str, str]) -> Connection:
    """Connect as the environment says, and remove from it what it says.

    A kernel that a server started never opens the store by itself: if its server cannot be
    reached, that is the error to show. Where the environment names a server and a token for it,
    these stay, for other processes.
    """
    if names_token(environment) and environment.get(URL_VARIABLE):
        return _connect_with_token(environment)
    names = (URL_VARIABLE, CODE_VARIABLE, CERTIFICATE_VARIABLE)
    behind_gateway = [environment.pop(GATEWAY_PREFIX + name, "") for name in names]
    url, code, certificate = [environment.pop(name, "") for name in names]
    if not url:
        url, code, certificate = behind_gateway
    if not url:
        return _connect_locally()
    try:
        return _connect_to_server(environment, url, code, certificate or None)
    except SecretsError as error:
        return Connection(error=error)


def _connect_with_token(environment: Mapping[str, str]) -> Connection:
    from jupyter_secrets.client import Endpoint, RemoteClient

    token = environment[TOKEN_VARIABLE]
    endpoint = Endpoint(environment[URL_VARIABLE], token)
    return Connection(client=RemoteClient(endpoint), hidden=[SecretValue(token, "server/token")])


def _connect_to_server(
    environment: MutableMapping[str, str], url: str, code: str, certificate: str | None
) -> Connection:
    from jupyter_secrets.client import Endpoint, RemoteClient

    if not code:
        raise UnauthenticatedError.without_token(URL_VARIABLE, TOKEN_VARIABLE)
    answer = Endpoint(url, authority=certificate).request(
        "POST", "jupyter-secrets/kernel-token", {"code": code}
    )
    token = str(answer["token"])
    databricks_env = str(answer.get("databricks_env", "off"))  # an older server says nothing
    databricks_config = None
    # The SDK knows no sockets and no certificate that a server signed itself.
    if databricks_env == "auto" and certificate is None and url.startswith(("http:", "https:")):
        databricks_config = configure_sdk(environment, url, token)
    return Connection(
        client=RemoteClient(Endpoint(url, token, certificate)),
        disclosed=[_version(item) for item in answer["disclosed"]],
        hidden=[SecretValue(token, "kernel/token")],
        redaction={**DEFAULT_REDACTION, **answer["redaction"]},
        databricks_env=databricks_env,
        databricks_config=databricks_config,
    )


def _version(item: dict[str, Any]) -> SecretVersion:
    from jupyter_secrets.client import redaction_of

    scope, _, key = item["label"].partition("/")
    return SecretVersion(scope, key, 0, base64.b64decode(item["value"]), *redaction_of(item))


def _connect_locally() -> Connection:
    from jupyter_secrets.settings import load_settings

    try:
        settings = load_settings()
    except SecretsError as error:
        return Connection(error=error)
    if settings.service_url:
        return _connect_to_service(settings)
    # SQLAlchemy and cryptography are imported only where they are needed.
    from jupyter_secrets.app import local_session

    session = local_session(settings, "kernel")

    def read_known() -> list[SecretVersion]:
        most = settings.max_known_values
        readable = session.readable(at_most=most)
        if readable is None:
            raise LimitExceededError(
                f"you may read more than {most:,} secrets (c.JupyterSecrets.max_known_values): "
                "only values that are used here are redacted."
            )
        return readable

    return Connection(
        session,
        redaction=settings.redaction_options(),
        read_known=read_known,
        databricks_env=settings.databricks_env,
    )


def _connect_to_service(settings: JupyterSecrets) -> Connection:
    """Connect to the service that the settings name, as the user whose token there is."""
    from jupyter_secrets.client import Endpoint, ServiceClient

    token = settings.service_token
    client = ServiceClient(Endpoint(settings.service_url, token, timeout=settings.service_timeout))

    def read_known() -> list[SecretVersion]:
        try:
            return client.readable(at_most=settings.max_known_values) or []
        except SecretsError:  # not with every token; what is read is redacted all the same
            return []

    return Connection(
        client,
        hidden=[SecretValue(token, "service/token")] if token else [],
        redaction=settings.redaction_options(),
        read_known=read_known,
        databricks_env=settings.databricks_env,
    )
