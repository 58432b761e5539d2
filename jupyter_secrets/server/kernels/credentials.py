"""What one kernel is given: whom it acts for, its token, and the values in its environment."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from jupyter_server.base.call_context import CallContext

from jupyter_secrets.environment import CERTIFICATE_VARIABLE, CODE_VARIABLE, URL_VARIABLE
from jupyter_secrets.errors import PermissionDeniedError, SecretsError
from jupyter_secrets.model import Caller, Permission, SecretVersion
from jupyter_secrets.names import Reference
from jupyter_secrets.server.context import AppContext
from jupyter_secrets.server.kernel_tokens import KernelGrant
from jupyter_secrets.variables import Origins, text_of, unresolved

OWN_VARIABLES = (URL_VARIABLE, CODE_VARIABLE, CERTIFICATE_VARIABLE)
# The URL at which kernels reach the server, and the file of its certificate.
Address = Callable[[], tuple[str, str]]
Versions = tuple[SecretVersion, ...]


class KernelCredentials:
    """The credentials of one kernel, which acts for whoever started it first."""

    def __init__(
        self, context: AppContext, address: Address, is_alive: Callable[[], Awaitable[bool]]
    ) -> None:
        self._context = context
        self._address = address
        self._is_alive = is_alive
        self._starter: Caller | None = None
        self.kernel_id = ""
        self.notebook: str | None = None

    def caller(self) -> Caller | None:
        """Return who the kernel acts for, if that is known."""
        if self._starter is None:
            handler = CallContext.get(CallContext.JUPYTER_HANDLER)
            self._starter = self._context.identities.of(handler)
        if self._starter is None:
            return None
        return replace(
            self._starter,
            via="kernel",
            limit=Permission[self._context.settings.kernel_permission],
            kernel_id=self.kernel_id,
            notebook=self.notebook,
        )

    async def resolve(
        self,
        requested: Mapping[str, str],
        inherited: Mapping[str, str],
        kernelspec: Mapping[str, str],
        configured: Mapping[str, str],
    ) -> tuple[dict[str, str], Versions]:
        """Return an environment with what is configured, and the values put in it.

        Raises `SecretsError` for what cannot be resolved.
        """
        origins = Origins(os.environ, requested, kernelspec, configured)
        versions: dict[Reference, SecretVersion] = {}
        environment = {}
        for name, template in origins.templates(inherited).items():
            for reference in template.references:
                versions[reference] = versions.get(reference) or await self._fetch(name, reference)
            if name not in OWN_VARIABLES:
                environment[name] = template.resolve(lambda each: versions[each].value.decode())
        return environment, tuple(versions.values())

    async def _fetch(self, name: str, reference: Reference) -> SecretVersion:
        caller = self.caller()
        try:
            if caller is None:
                raise PermissionDeniedError("The user who starts the kernel is unknown.")
            caller = await self._context.identities.look_up(caller)
            await asyncio.to_thread(self._context.redactors.redactor, caller)
            session = self._context.scopes.session(caller)
            version = await asyncio.to_thread(session.get, reference.scope, reference.key)
        except SecretsError as error:
            raise unresolved(name, reference, str(error)) from None
        text_of(name, reference, version.value)  # or the kernel is not started
        await asyncio.to_thread(self._context.redactors.disclose, caller, version)
        return version

    async def token_variables(self, versions: Versions) -> dict[str, str]:
        """Return the variables by which the kernel gets its token; an older token ends."""
        tokens, caller = self._context.tokens, self.caller()
        tokens.revoke(self.kernel_id)
        if caller is None:
            return {}
        grant = KernelGrant(self.kernel_id, caller, self._is_alive, versions)
        url, certificate = self._address()
        variables = {URL_VARIABLE: url, CODE_VARIABLE: tokens.mint(grant)}
        if certificate:
            variables[CERTIFICATE_VARIABLE] = certificate
        if self._context.settings.databricks_env == "on":
            token = tokens.mint_exported(grant)
            exported = SecretVersion("kernel", "token", 1, token.encode())
            await asyncio.to_thread(self._context.redactors.disclose, caller, exported)
            variables |= {"DATABRICKS_HOST": url, "DATABRICKS_TOKEN": token}
        return variables

    def rename(self, kernel_id: str) -> None:
        """Make what was given under one id that of a kernel which has got another one since."""
        earlier, self.kernel_id = self.kernel_id, kernel_id
        self._context.redactors.rename_kernel(earlier, kernel_id)
        grant, caller = self._context.tokens.grant(earlier), self.caller()
        if grant is not None and caller is not None:
            grant = replace(grant, kernel_id=kernel_id, caller=caller)
            self._context.tokens.replace_grant(earlier, grant)

    def forget(self, *, restart: bool = False) -> None:
        """End the kernel's token; forget what it was given, or before a restart what is weak."""
        self._context.tokens.revoke(self.kernel_id)
        self.forget_values(restart=restart)

    def forget_values(self, *, restart: bool) -> None:
        """Forget what the kernel was given; before a restart what is weak only."""
        redactors = self._context.redactors
        forget = redactors.forget_weak if restart else redactors.forget_kernel
        forget(self.kernel_id)
