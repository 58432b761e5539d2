"""The documentation names everything that can be typed or set."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_secrets.cli import COMMANDS
from jupyter_secrets.kernel.magics import COMMANDS as MAGICS
from jupyter_secrets.service import JupyterSecretsService
from jupyter_secrets.settings import JupyterSecrets

ROOT = Path(__file__).parents[1]
TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
}
ALL = "\n".join(TEXTS.values())


@pytest.mark.parametrize("name", sorted(JupyterSecrets.class_own_traits(config=True)))
def test_every_setting_is_in_the_readme(name):
    assert f"`{name}`" in TEXTS["README.md"]


@pytest.mark.parametrize("name", sorted(JupyterSecretsService.class_own_traits(config=True)))
def test_every_setting_of_the_service_is_in_its_documentation(name):
    assert f"`{name}`" in TEXTS["docs/service.md"]


@pytest.mark.parametrize("name", MAGICS)
def test_every_magic_is_in_the_readme(name):
    assert name in TEXTS["README.md"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_is_in_the_docs(command):
    assert command.name in ALL


@pytest.mark.parametrize("path", TEXTS)
def test_every_link_to_a_file_leads_somewhere(path):
    import re

    targets = re.findall(r"\]\(((?!https?:)[^)#]+)", TEXTS[path])

    missing = [target for target in targets if not (ROOT / path).parent.joinpath(target).exists()]
    assert not missing
