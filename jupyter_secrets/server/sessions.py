"""Which kernels run which notebooks: what a save or a read of a notebook is redacted with."""

from __future__ import annotations

import threading
from typing import Any

_QUERY = "SELECT path, kernel_id FROM session"


class NotebookKernels:
    """The kernels of the notebooks that have one, as the server's session manager knows them.

    A variable in a kernel's environment names its notebook too, but is a client's to choose.
    Made in the thread of the server's loop, in which alone the session manager can be asked.
    """

    def __init__(self, session_manager: Any) -> None:
        self._sessions = session_manager
        self._thread = threading.get_ident()
        self._kernels: dict[str, tuple[str, ...]] = {}

    def kernel_ids(self, path: str) -> tuple[str, ...]:
        """Return the kernels of a notebook; in another thread, those of the last `refresh`."""
        self.refresh()
        return self._kernels.get(_normalized(path), ())

    def path(self, kernel_id: str) -> str | None:
        """Return the path of a kernel's notebook, if there is one."""
        self.refresh()
        paths = (path for path, kernels in self._kernels.items() if kernel_id in kernels)
        return next(paths, None)

    def refresh(self) -> None:
        """Look at the sessions again, in the server's thread; in others this does nothing."""
        if threading.get_ident() != self._thread:
            return
        # To list them through the manager asks about each kernel, a gateway's over the network.
        cursor = getattr(self._sessions, "cursor", None)
        if cursor is None:
            return
        kernels: dict[str, tuple[str, ...]] = {}
        for path, kernel_id in cursor.execute(_QUERY).fetchall():
            name = _normalized(path)
            kernels[name] = (*kernels.get(name, ()), kernel_id)
        self._kernels = kernels


def _normalized(path: str) -> str:
    return path.strip("/")
