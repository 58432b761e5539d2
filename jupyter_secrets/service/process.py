"""The service's process: it listens, answers, and ends when it is told to."""

from __future__ import annotations

import asyncio
import gc
import signal
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.scopes import NameRedaction, Scopes
from jupyter_secrets.service import logs
from jupyter_secrets.service.application import make_application
from jupyter_secrets.service.connections import ConnectionServer, make_server
from jupyter_secrets.service.context import ServiceContext
from jupyter_secrets.service.settings import JupyterSecretsService
from jupyter_secrets.settings import JupyterSecrets

# Calls that wait for the disk together share a commit: there is room for more than are waited for.
THREADS = 128
# Room for JSON around a value, and for names.
_ROOM = 64 * 1024
_STOPS = (signal.SIGTERM, signal.SIGINT)
_LOOK_SECONDS = 0.05


def serve(
    scopes: Scopes,
    settings: JupyterSecrets,
    service: JupyterSecretsService,
    is_listening: Callable[[str], None],
) -> None:
    """Serve a store until SIGTERM or SIGINT; calls under way are answered first.

    `is_listening` is called with the address. Raises `SecretsError` for a store that cannot be
    opened, and for settings that cannot be.
    """
    scopes.audit_redaction.redact = NameRedaction().redact
    scopes.store()  # what is wrong with it is said at once
    try:
        asyncio.run(_serve(scopes, settings, service, is_listening))
    finally:
        scopes.close()


async def _serve(
    scopes: Scopes,
    settings: JupyterSecrets,
    service: JupyterSecretsService,
    is_listening: Callable[[str], None],
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, "secrets"))
    application, context = make_application(scopes, settings, service)
    tls = _tls(service)
    size = 2 * settings.max_value_size + _ROOM
    server = make_server(application, tls, size)
    stop = asyncio.Event()
    for each in _STOPS:
        loop.add_signal_handler(each, stop.set)
    port = _listen(server, service)
    logs.configure()
    gc.collect()
    gc.freeze()  # what was imported stays; to search it for garbage would hold up all calls
    host = f"[{service.ip}]" if ":" in service.ip else service.ip
    is_listening(f"{'https' if tls else 'http'}://{host}:{port}")
    await stop.wait()
    server.stop()
    await _finish(context, service.grace_seconds)
    await asyncio.sleep(_LOOK_SECONDS)  # the last answers are on their way
    await server.close_all_connections()


def _listen(server: ConnectionServer, service: JupyterSecretsService) -> int:
    from tornado.netutil import bind_sockets

    try:
        sockets = bind_sockets(service.port, service.ip)
    except OSError as error:
        raise InvalidParameterError(
            f"The service cannot listen on {service.ip}, port {service.port}: {error.strerror}. "
            "Choose others with --ip and --port."
        ) from None
    server.add_sockets(sockets)
    return int(sockets[0].getsockname()[1])


async def _finish(context: ServiceContext, seconds: float) -> None:
    """Wait for the calls under way, but not for servers that wait for a change."""
    await context.changes.close()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while context.calls.count and loop.time() < deadline:
        await asyncio.sleep(_LOOK_SECONDS)
    if context.calls.count:
        logs.LOGGER.warning("stopped before all calls were answered")


def _tls(service: JupyterSecretsService) -> ssl.SSLContext | None:
    if not service.certfile and service.keyfile:
        raise InvalidParameterError(
            "There is a keyfile and no certfile: TLS takes both (--certfile, --keyfile)."
        )
    if not service.certfile:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate = _readable("certfile", service.certfile)
    key = _readable("keyfile", service.keyfile) if service.keyfile else None
    try:
        context.load_cert_chain(certificate, key, password=_refuse)
    except (OSError, ssl.SSLError):
        raise InvalidParameterError(
            f"The certificate {certificate} and its key {key or 'in the same file'} cannot be used "
            "together: both must be PEM, the key the certificate's and not encrypted."
        ) from None
    return context


def _readable(option: str, name: str) -> Path:
    """Return the path of a file that can be read; OpenSSL would not say which one cannot."""
    path = Path(name).expanduser()
    try:
        path.open("rb").close()
    except OSError as error:
        raise InvalidParameterError(
            f"The {option} {path} cannot be read: {error.strerror}."
        ) from None
    return path


def _refuse() -> str:
    """Give no passphrase: OpenSSL would ask for one on the terminal."""
    return ""
