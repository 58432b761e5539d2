"""Those who call, in the tests of scopes, store and server."""

from __future__ import annotations

from dataclasses import replace

from jupyter_secrets.model import ADMINS, Caller
from jupyter_secrets.scopes import Session

ALICE, BOB, CAROL = Caller("alice"), Caller("bob"), Caller("carol")
# May do everything, and from a notebook everything but what concerns the whole store.
ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
KERNEL = replace(ADMIN, via="kernel")


def exported(session: Session, scope: str) -> dict[str, bytes]:
    """Return all values of a scope by their keys."""
    return {secret.key: secret.value for secret in session.export_scope(scope)}
