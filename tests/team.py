"""A real JupyterHub with the service, as the example in the documentation sets it up."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import httpx

from jupyter_secrets.app import local_session
from jupyter_secrets.client import Endpoint, RemoteClient
from jupyter_secrets.errors import SecretsError
from jupyter_secrets.model import AuditFilter
from jupyter_secrets.settings import JupyterSecrets
from tests.hub import PASSWORD, Hub, free_ports
from tests.jupyter import home_environment

EXAMPLE = Path(__file__).parents[1] / "docs/examples/jupyterhub_config.py"
# For how many seconds the Hub's answers count.
MAX_AGE = 2.0
AUTHORIZE = "hub/api/oauth2/authorize"
FORM_KEY = re.compile('name="form_key" value="([0-9a-f]{64})"')


class Team(Hub):
    """A Hub and its service."""

    def __init__(self, folder: Path, service_folder: Path, **variables: str) -> None:
        self.service_folder = service_folder
        (self.service_folder / "config").mkdir(parents=True)
        (self.service_folder / "config/jupyter_config.py").write_text(
            f"c.JupyterSecretsService.hub_max_age = {MAX_AGE}\n"
            "c.JupyterSecretsService.failure_seconds = 0\n"
        )
        self.service_url = f"http://127.0.0.1:{free_ports(1)[0]}"
        variables |= {
            "SECRETS_SERVICE_URL": self.service_url,
            "SECRETS_FOLDER": str(self.service_folder),
        }
        self._browsers: list[httpx.Client] = []
        super().__init__(folder, example=EXAMPLE, environment=variables)

    def stop(self) -> None:
        for browser in self._browsers:
            browser.close()
        super().stop()

    @property
    def settings(self) -> JupyterSecrets:
        """The settings of the service's store."""
        return JupyterSecrets(
            store_path=str(self.service_folder / "data/jupyter_secrets/store.db"),
            key_path=str(self.service_folder / "config/jupyter_secrets/master.key"),
        )

    def records(self, **wanted: str) -> list[dict[str, object]]:
        """Return the newest records of the service's audit log."""
        return local_session(self.settings, "cli").audit_tail(AuditFilter(**wanted), limit=20)

    @property
    def page(self) -> str:
        """The address of the service's own page."""
        return f"{self.url}services/secrets/"

    def client(self, user: str, **options: object) -> RemoteClient:
        """Return a client of the service with a token of a user's."""
        token = self.api("POST", f"users/{user}/tokens", options)["token"]
        return RemoteClient(Endpoint(self.service_url, token))

    def log_in(self, user: str) -> httpx.Client:
        """Return a browser's stand-in that has logged in at the Hub."""
        browser = httpx.Client(follow_redirects=True, timeout=60)
        self._browsers.append(browser)
        browser.get(f"{self.url}hub/login")
        fields = {"username": user, "password": PASSWORD, "_xsrf": browser.cookies["_xsrf"]}
        browser.post(f"{self.url}hub/login", data=fields)
        return browser

    def visit(self, user: str) -> httpx.Client:
        """Return a browser's stand-in that has logged in on the page, through the Hub."""
        browser = self.log_in(user)
        answer = browser.get(self.page)
        if AUTHORIZE in str(answer.url):  # once for each user
            shown = dict(re.findall('name="(_xsrf)" value="([^"]*)"', answer.text))
            scopes = re.findall('name="scopes" value="([^"]*)"', answer.text)
            answer = browser.post(answer.url, data={**shown, "scopes": scopes})
        assert str(answer.url) == self.page
        return browser

    def finish_by(self, user: str) -> tuple[httpx.Client, str]:
        """Return a browser's stand-in and the URL, with a code, that its login ends with."""
        self.visit(user)
        browser, url = self.log_in(user), self.page
        browser.follow_redirects = False
        while "code=" not in url:
            url = urljoin(url, browser.get(url).headers["location"])
        return browser, url

    def send(self, browser: httpx.Client, action: str, **fields: object) -> httpx.Response:
        """Send a form of the page, as it was shown last."""
        shown = FORM_KEY.search(browser.get(self.page).text)
        assert shown
        data = {"form_key": shown[1], **fields}
        return browser.post(f"{self.page}page/{action}", data=data)


class ExternalTeam(Team):
    """A Hub, and a service that is none of its processes, in a folder of its own."""

    def __init__(self, folder: Path, service_folder: Path) -> None:
        self._api_token = secrets.token_hex(16)
        super().__init__(folder, service_folder, SECRETS_API_TOKEN=self._api_token)

    def start(self) -> None:
        super().start()
        service = self.service_folder
        variables = {
            "JUPYTERHUB_SERVICE_NAME": "secrets",
            "JUPYTERHUB_API_TOKEN": self._api_token,
            "JUPYTERHUB_API_URL": f"{self.url}hub/api",
            "JUPYTERHUB_SERVICE_URL": self.service_url,
        }
        self.service = subprocess.Popen(
            [sys.executable, "-m", "jupyter_secrets.cli", "serve"],
            env=os.environ | home_environment(service) | variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.service.terminate()
        self.service.wait()
        super().stop()


def answers(team: Team) -> bool:
    """Return whether the service answers, and knows the Hub's users."""
    try:
        team.client("alice").list_scopes()
    except SecretsError:
        return False
    return True
