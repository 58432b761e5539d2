"""Has what is redacted follow the service: it tells when values have changed."""

from __future__ import annotations

import threading
import time

from jupyter_secrets.client import ServiceScopes
from jupyter_secrets.errors import SecretsError
from jupyter_secrets.server.redactors import MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS, RedactorRegistry

# A service whose store never rests is asked no more often than this.
LEAST_SECONDS = 0.1


class ServiceWatch(threading.Thread):
    """Waits for changes at the service, one request at a time, for as long as the server runs."""

    def __init__(self, scopes: ServiceScopes, redactors: RedactorRegistry) -> None:
        super().__init__(name="jupyter-secrets-service", daemon=True)
        self._scopes = scopes
        self._redactors = redactors

    def run(self) -> None:
        """Read the values again after each change; after a failure, less and less often."""
        state, pause = "", 0.0
        while True:
            try:
                state, pause = self._scopes.wait_for_change(state), 0.0
            except SecretsError:  # `refresh` says what is wrong, and once
                state, pause = "", min(max(2 * pause, MIN_PAUSE_SECONDS), MAX_PAUSE_SECONDS)
            self._redactors.refresh()
            time.sleep(max(pause, LEAST_SECONDS))
