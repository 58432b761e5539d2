"""One redactor of all sample secrets, with everything on."""

from __future__ import annotations

import pytest

from jupyter_secrets.redaction import Redactor, SecretValue
from tests.redaction.samples import SECRETS


@pytest.fixture(scope="session")
def redactor() -> Redactor:
    """A redactor of all sample secrets."""
    return Redactor([SecretValue(value, f"test/{name}") for name, value in SECRETS.items()])
