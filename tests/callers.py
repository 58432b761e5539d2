"""Those who call, in the tests of scopes, store and server."""

from __future__ import annotations

from dataclasses import replace

from jupyter_secrets.model import ADMINS, Caller

ALICE, BOB, CAROL = Caller("alice"), Caller("bob"), Caller("carol")
# May do everything, and from a notebook everything but what concerns the whole store.
ADMIN = Caller("root", frozenset({ADMINS}), via="cli")
KERNEL = replace(ADMIN, via="kernel")
