"""A real Secret Service: gnome-keyring, on a D-Bus session of its own.

Nothing starts on this bus by itself: no dialog, and no daemon of the machine's user.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import secretstorage
from jeepney import HeaderFields, MessageType
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

from tests.packages import apt_install

PASSWORD = "the keyring's password"
STARTUP_TIMEOUT = 20.0
ADDRESS_VARIABLE = "DBUS_SESSION_BUS_ADDRESS"
_PROGRAMS = ("dbus-daemon", "gnome-keyring-daemon")
_DAEMON = ("gnome-keyring-daemon", "--foreground", "--components=secrets")
_PROMPTER = "org.gnome.keyring.SystemPrompter"
_BUS = """<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def find_programs() -> None:
    """Have a D-Bus and gnome-keyring; fail, and say what to do, if they cannot be had."""
    if not _missing():
        return
    problems = apt_install("dbus-daemon", "gnome-keyring")
    if missing := _missing():
        details = "\n".join(problems)
        pytest.fail(
            "The tests of the keyring need a real Secret Service, and it could not be installed. "
            f"Install what brings {' and '.join(missing)}.\n{details}"
        )


def _missing() -> list[str]:
    return [name for name in _PROGRAMS if not shutil.which(name)]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the keyring, as another program sees it."""

    label: str
    attributes: dict[str, str]
    secret: bytes


class SecretService:
    """The bus and the daemon; everything they keep is in `folder`, a short path.

    This process reaches them once `environment` is in its own.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "XDG_RUNTIME_DIR": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
        }
        self._log = folder / "log"

    def start_bus(self) -> None:
        """Start the bus, and learn its address."""
        configuration = self.folder / "bus.conf"
        configuration.write_text(_BUS.format(folder=self.folder))
        self._bus = self._run(
            "dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"
        )
        self.environment[ADDRESS_VARIABLE] = self._bus.stdout.readline().decode().strip()

    def stop_bus(self) -> None:
        """End the bus."""
        _end(self._bus)

    def start(self) -> None:
        """Start the keyring as a login does, which unlocks it, and wait until it answers."""
        self._daemon = self._run(*_DAEMON, "--unlock")
        self._daemon.stdin.write(PASSWORD.encode())
        self._daemon.stdin.close()
        self._wait_until(lambda: not self.is_locked())

    def start_without_login(self) -> None:
        """Start the keyring with nothing unlocked, and nothing in it to unlock."""
        shutil.rmtree(self.folder / "data", ignore_errors=True)
        self._daemon = self._run(*_DAEMON)
        self._wait_until(self._is_there)

    def stop(self) -> None:
        """End the keyring; what is in it stays on disk."""
        _end(self._daemon)

    def pause(self) -> None:
        """Have the keyring answer nothing, until it is stopped."""
        self._daemon.send_signal(signal.SIGSTOP)

    def lock(self) -> None:
        """Lock the keyring, as a desktop does."""
        with closing(secretstorage.dbus_init()) as connection:
            secretstorage.Collection(connection).lock()

    def is_locked(self) -> bool:
        """Return whether the keyring is locked, or not there yet."""
        try:
            with closing(secretstorage.dbus_init()) as connection:
                return secretstorage.Collection(connection).is_locked()
        except secretstorage.SecretStorageException:
            return True

    def items(self) -> list[Item]:
        """Return everything in the keyring."""
        with closing(secretstorage.dbus_init()) as connection:
            return [
                Item(item.get_label(), item.get_attributes(), item.get_secret())
                for item in secretstorage.Collection(connection).get_all_items()
            ]

    def _is_there(self) -> bool:
        with closing(secretstorage.dbus_init()) as connection:
            return secretstorage.check_service_availability(connection)

    def _wait_until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + STARTUP_TIMEOUT
        while not condition():
            if time.monotonic() > deadline or self._daemon.poll() is not None:
                raise RuntimeError(f"the keyring did not start:\n{self._log.read_text()}")
            time.sleep(0.02)

    def _run(self, *command: str) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        with self._log.open("ab") as log:
            return subprocess.Popen(
                command,
                env=environment | {"HOME": str(self.folder)} | self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.send_signal(signal.SIGCONT)  # it may be paused
    process.wait(10)
    for stream in (process.stdin, process.stdout):
        stream.close()


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """A Secret Service that this process and those it starts find; it ends with the block."""
    find_programs()
    # A socket's path has at most 107 bytes, which the tests' own folders nearly take.
    with tempfile.TemporaryDirectory(prefix="keyring-") as folder, ExitStack() as ending:
        service = SecretService(Path(folder))
        service.start_bus()
        ending.callback(service.stop_bus)
        for name, value in service.environment.items():
            monkeypatch.setenv(name, value)
        service.start()
        ending.callback(service.stop)
        yield service


class Prompter:
    """Stands where the desktop's dialogs come from, and counts those that are asked for."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection

    @classmethod
    @contextmanager
    def waiting(cls) -> Iterator[Prompter]:
        """Be there for the length of a block; nobody ever answers a dialog."""
        with closing(open_dbus_connection()) as connection:
            Proxy(message_bus, connection).RequestName(_PROMPTER)
            yield cls(connection)

    def asked(self) -> list[str]:
        """Return which calls came since the last time."""
        found = []
        with suppress(TimeoutError):
            while True:
                header = self._connection.receive(timeout=0.2).header
                if header.message_type == MessageType.method_call:
                    found.append(header.fields[HeaderFields.member])
        return found
