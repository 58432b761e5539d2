"""Ctrl-C is deferred once on the way of each call, not by each layer anew."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_secrets.model import AuditFilter, Permission, SecretUpdate
from jupyter_secrets.scopes import Session
from jupyter_secrets.store.process import signals

PASSPHRASE = "correct horse battery staple"
CALLS: dict[str, Callable[[Session, Path], object]] = {
    "create_scope": lambda s, path: s.create_scope("other"),
    "delete_scope": lambda s, path: s.delete_scope("prod"),
    "list_scopes": lambda s, path: s.list_scopes(),
    "rotate_scope_key": lambda s, path: s.rotate_scope_key("prod"),
    "put": lambda s, path: s.put("prod", "db", b"second"),
    "get": lambda s, path: s.get("prod", "db"),
    "delete": lambda s, path: s.delete("prod", "db"),
    "update": lambda s, path: s.update("prod", "db", SecretUpdate(comment="main")),
    "restore": lambda s, path: s.restore("prod", "db", version=1),
    "purge": lambda s, path: s.purge("prod"),
    "put_acl": lambda s, path: s.put_acl("prod", "bob", Permission.READ),
    "audit_tail": lambda s, path: s.audit_tail(AuditFilter(), limit=9),
    "epoch": lambda s, path: s.shared.epoch(),
    "status": lambda s, path: s.shared.status(),
    "reopen": lambda s, path: (s.shared.close(), s.get("prod", "db")),
    "check": lambda s, path: s.admin.check(),
    "back_up": lambda s, path: s.admin.back_up(path),
    "restore_backup": lambda s, path: (s.admin.back_up(path), s.admin.restore_backup(path)),
    "add_key": lambda s, path: s.admin.add_key("passphrase", passphrase=PASSPHRASE),
    "rotate_root_key": lambda s, path: s.admin.rotate_root_key(),
    "audit_verify": lambda s, path: s.admin.audit_verify(),
    "audit_prune": lambda s, path: s.admin.audit_prune(before=1, archive=path),
    "lock": lambda s, path: (s.lock(), s.unlock()),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_no_call_defers_ctrl_c_while_it_is_deferred(session, tmp_path, monkeypatch, call):
    guards: list[bool] = []
    handler = signals._handler

    def counted() -> object:
        if threading.current_thread() is threading.main_thread():  # Ctrl-C is for no other
            guards.append(isinstance(signal.getsignal(signal.SIGINT), signals._Deferred))
        return handler()

    monkeypatch.setattr(signals, "_handler", counted)

    call(session, tmp_path / "file")

    assert guards
    assert not any(guards)
