"""What the tests of the service share: real ones, started once for a module at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.service.service import Service

CONFIG = """
c.JupyterSecretsService.redact_unread_with_tokens = True
c.JupyterSecretsService.failure_seconds = 0.2
"""


@pytest.fixture(scope="session")
def start_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Service]]:
    """Start a service of one's own: ``start_service(config="c.… = …")``."""
    started: list[Service] = []

    def start(**options: object) -> Service:
        service = Service(tmp_path_factory.mktemp("service"), **options)
        started.append(service)
        service.start()
        return service

    yield start
    for service in started:
        if service.process.poll() is None:
            service.stop()


@pytest.fixture(scope="session")
def service(start_service: Callable[..., Service]) -> Service:
    """A service whose tokens are good for servers too, shared by all tests."""
    return start_service(config=CONFIG)
