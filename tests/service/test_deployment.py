"""The examples of how the service is run: each is executed as far as that goes without root."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from traitlets.config import Config

from tests.packages import apt_install
from tests.service.service import Service
from tests.service.test_serve import make_certificate

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
UNIT = (EXAMPLES / "jupyter-secrets.service").read_text()
CONTAINER = (EXAMPLES / "Containerfile").read_text().replace("\\\n", " ")
VALUES = yaml.safe_load((EXAMPLES / "helm-values.yaml").read_text())
MANIFESTS = {
    each["kind"]: each for each in yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text())
}
PROGRAM = Path(sys.executable).with_name("jupyter-secrets")
PORT = "8790"


class Deployed(Service):
    """The service, as an example starts it, in a folder of the test's."""

    line: list[str]

    def command(self) -> list[str]:
        return [*self.line, "--port", str(self.port)]


def start(tmp_path: Path, line: list[str], variables: dict[str, str], folder: str) -> Deployed:
    """Start the service by an example's command; what is in `folder` there is in the test's."""
    home = tmp_path / "state"
    home.mkdir()
    environment = {name: value.replace(folder, str(home)) for name, value in variables.items()}
    service = Deployed(home, environment=environment)
    service.line = [str(PROGRAM), *line[1:]]
    service.start()
    return service


def settings_of(unit: str, name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", unit, re.MULTILINE)


def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    said = [] if shutil.which("systemd-analyze") else apt_install("systemd")
    program = shutil.which("systemd-analyze")
    assert program, said
    unit = tmp_path / "jupyter-secrets.service"
    unit.write_text(UNIT.replace("/opt/jupyter-secrets/bin/jupyter-secrets", str(PROGRAM)))

    done = subprocess.run(
        [program, "verify", str(unit)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_units_command_serves_tls_from_its_folder(tmp_path):
    certificate, key = make_certificate(tmp_path)
    for name in ("certificate.pem", "key.pem"):
        assert f"LoadCredential={name}:" in UNIT
    certificate.rename(tmp_path / "certificate.pem")
    key.rename(tmp_path / "key.pem")
    (command,) = settings_of(UNIT, "ExecStart")
    line = [
        part.replace("%d", str(tmp_path)).replace("0.0.0.0", "127.0.0.1")
        for part in command.split()
    ]
    variables = dict(each.split("=", 1) for each in settings_of(UNIT, "Environment"))

    service = start(tmp_path, line, variables, "/var/lib/jupyter-secrets")

    assert service.url.startswith("https://")
    assert (service.home / "data/jupyter_secrets/store.db").exists()
    assert (service.home / "config/jupyter_secrets/master.key").stat().st_mode & 0o077 == 0
    assert service.stop() == 0


def test_the_containers_command_and_its_health_check_work_in_its_folder(tmp_path):
    steps = dict(re.findall(r"^(CMD|ENV|HEALTHCHECK CMD) (.*)$", CONTAINER, re.MULTILINE))
    variables = dict(each.split("=", 1) for each in shlex.split(steps["ENV"]))
    line = [part.replace("0.0.0.0", "127.0.0.1") for part in json.loads(steps["CMD"])]

    service = start(tmp_path, line, variables, "/srv/secrets")
    check = [part.replace(PORT, str(service.port)) for part in json.loads(steps["HEALTHCHECK CMD"])]
    healthy = subprocess.run([sys.executable, *check[1:]], check=False, timeout=60)
    status = service.stop()
    ended = subprocess.run(
        [sys.executable, *check[1:]], check=False, timeout=60, capture_output=True
    )

    assert (healthy.returncode, status) == (0, 0)
    assert ended.returncode != 0


def test_the_container_has_the_folder_user_and_port_that_kubernetes_expects():
    (container,) = pod()["containers"]
    user = pod()["securityContext"]["runAsUser"]

    assert f"USER {user}" in CONTAINER
    assert f"EXPOSE {container['ports'][0]['containerPort']}" in CONTAINER
    assert "VOLUME " + container["volumeMounts"][0]["mountPath"] in CONTAINER


def pod() -> dict[str, Any]:
    return MANIFESTS["Deployment"]["spec"]["template"]["spec"]


def test_kubernetes_settings_are_read_where_they_are_mounted(tmp_path):
    from jupyter_core.paths import SYSTEM_CONFIG_PATH

    mounts = {each["name"]: each["mountPath"] for each in pod()["containers"][0]["volumeMounts"]}
    config = Config()
    (name, text), *others = MANIFESTS["ConfigMap"]["data"].items()
    exec(text, {"c": config})

    assert (name, others) == ("jupyter_config.py", [])
    assert mounts["settings"] in SYSTEM_CONFIG_PATH
    assert config.JupyterSecrets.allow_group_permissions is True


def test_the_helm_values_set_up_what_the_tested_example_does():
    example = Config()
    example.JupyterHub.services = []
    example.JupyterHub.load_roles = []
    example.Spawner.environment = {}
    exec((EXAMPLES / "jupyterhub_config.py").read_text(), {"get_config": lambda: example})
    hub, user = VALUES["hub"], VALUES["singleuser"]
    # As the chart's own jupyterhub_config.py does it.
    roles = [{"name": name, **role} for name, role in hub["loadRoles"].items()]
    services = [{"name": name, **each} for name, each in hub["services"].items()]

    assert roles == example.JupyterHub.load_roles
    assert [each["name"] for each in services] == [example.JupyterHub.services[0]["name"]]
    assert services[0]["url"] == user["extraEnv"]["JUPYTER_SECRETS_SERVICE_URL"]
    assert user["extraEnv"].keys() == example.Spawner.environment.keys()


def test_the_helm_values_and_the_manifests_agree():
    service, deployment = MANIFESTS["Service"], MANIFESTS["Deployment"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    address = f"http://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}"
    variables = {each["name"]: each for each in pod()["containers"][0]["env"]}
    (name,) = VALUES["hub"]["services"]
    token = variables["JUPYTERHUB_API_TOKEN"]["valueFrom"]["secretKeyRef"]

    assert VALUES["hub"]["services"][name]["url"] == address
    assert variables["JUPYTERHUB_SERVICE_NAME"]["value"] == name
    assert variables["JUPYTERHUB_SERVICE_PREFIX"]["value"] == f"/services/{name}/"
    assert token["key"] == f"hub.services.{name}.apiToken"
    for egress in (
        VALUES["singleuser"]["networkPolicy"]["egress"],
        VALUES["proxy"]["chp"]["networkPolicy"]["egress"],
    ):
        assert egress[0]["to"][0]["podSelector"]["matchLabels"].items() <= labels.items()
        assert str(egress[0]["ports"][0]["port"]) == PORT
    assert service["spec"]["selector"].items() <= labels.items()


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir()))
def test_each_example_is_in_the_documentation(name):
    assert f"examples/{name}" in (EXAMPLES.parent / "service.md").read_text()
