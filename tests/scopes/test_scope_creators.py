"""Who may create scopes: everyone, or a group."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jupyter_secrets.errors import PermissionDeniedError
from jupyter_secrets.scopes import Limits
from tests.callers import ADMIN, ALICE, BOB

ENGINEER = replace(ALICE, groups=frozenset({"engineers"}))


@pytest.fixture
def limits() -> Limits:
    return Limits(scope_creators="engineers")


@pytest.mark.parametrize("caller", [ENGINEER, ADMIN], ids=["a member", "an administrator"])
def test_members_of_the_group_and_administrators_create_scopes(new_scopes, caller):
    new_scopes.session(caller).create_scope("made")

    assert [scope.name for scope in new_scopes.session(caller).list_scopes()] == ["made"]


def test_nobody_else_does_and_is_told_who_may(new_scopes):
    with pytest.raises(PermissionDeniedError, match="bob may not create scopes: the group eng"):
        new_scopes.session(BOB).create_scope("made")

    assert new_scopes.session(ADMIN).list_scopes() == []


def test_while_groups_are_unknown_the_refusal_says_so(new_scopes):
    unknown = replace(ALICE, groups_unknown="JupyterHub does not answer.")

    with pytest.raises(PermissionDeniedError, match="JupyterHub does not answer"):
        new_scopes.session(unknown).create_scope("made")
