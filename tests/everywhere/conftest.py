from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.environments import Environments
from tests.everywhere.programs import REQUIREMENTS
from tests.jupyter import command_line, store_secret

VALUE, OTHER = "everywhere-Abc-123456", "not-asked-for-Xyz-98765"


@pytest.fixture(scope="session")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environments]:
    """The programs' own environments, made once a run."""
    environments = Environments(tmp_path_factory.mktemp("programs"), REQUIREMENTS)
    yield environments
    environments.close()


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A home folder with a store in it."""
    home = tmp_path / "home"
    home.mkdir()
    store_secret(home, "db", VALUE)
    command_line("put-secret", "prod", "other", home=home, stdin=OTHER)
    return home
