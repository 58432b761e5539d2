"""What a person does in JupyterLab and its secrets sidebar."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import nbformat
from playwright.sync_api import Locator, Page, expect

from jupyter_secrets.scopes import Scopes
from jupyter_secrets.store import StorePaths
from tests.callers import ADMIN
from tests.jupyter import HttpError, Server

KERNEL_TIMEOUT = 60_000
# The execution indicator says "idle" before there is a kernel, so ask the session.
KERNEL_IS_IDLE = """() => {
  const kernel = jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
}"""
# No "Would you like to get notified about official Jupyter news?" over the page.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {
        "checkForUpdates": False,
        "fetchNews": "false",
    }
}

# Whoever has the files may do everything.
OWNER_TOKEN = "token-of-alice"
PASSPHRASE = "correct horse battery staple"

# In pixels; JupyterLab's own themes say 250.
LEAST_WIDTH = 200

expect.set_options(timeout=15_000)


def lab_config(home: Path) -> str:
    """Return the configuration of a JupyterLab whose page can be asked for its state."""
    settings = home / "app-settings"
    settings.mkdir()
    (settings / "overrides.json").write_text(json.dumps(OVERRIDES))
    return (
        "\nc.LabApp.expose_app_in_browser = True"
        "\nc.JupyterNotebookApp.expose_app_in_browser = True"
        f"\nc.LabApp.app_settings_dir = {str(settings)!r}\n"
    )


class LabServer(Server):
    """A server for JupyterLab, with settings and workspaces of its own."""

    def launch(self) -> None:
        self.config += lab_config(self.home)
        self.environment = {
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            **self.environment,
        }
        super().launch()

    def reset(self) -> None:
        """Stop the kernels, forget the settings (the theme!) and delete the scopes."""
        for session in self.request("GET", "api/sessions"):
            self.request("DELETE", f"api/sessions/{session['id']}")
        shutil.rmtree(self.home / "settings", ignore_errors=True)
        try:
            for scope in self.secrets("GET", "scopes/list").get("scopes", []):
                self.secrets("POST", "scopes/delete", scope=scope["name"])
        except HttpError as error:
            if error.status not in (404, 423):
                raise

    def files_with(self, text: str) -> list[Path]:
        """Return the files in the home folder that hold a text: logs, settings, notebooks."""
        files = (path for path in self.home.rglob("*") if path.is_file())
        return [path for path in files if text.encode() in path.read_bytes()]


class Lab:
    """JupyterLab in a page."""

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self.server = server
        self.sidebar = Sidebar(self)

    def open(self, path: str = "") -> None:
        self._load(f"lab/tree/{path}?reset" if path else "lab?reset")
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)
        if not path:
            # It comes late, and takes the keyboard.
            expect(self.page.locator(".jp-Launcher")).to_be_visible()

    def _load(self, where: str) -> None:
        separator = "&" if "?" in where else "?"
        self.page.goto(f"{self.server.url}{where}{separator}token={self.server.token}")
        self.page.wait_for_function("window.jupyterapp !== undefined", timeout=KERNEL_TIMEOUT)
        self.page.evaluate("jupyterapp.restored.then(() => { window.restored = true }); null")
        self.page.wait_for_function("window.restored === true")

    def open_notebook(self, *sources: str, kernel: str = "python3") -> Path:
        """Open a new notebook with these cells and wait for its kernel."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in sources],
            metadata={"kernelspec": {"name": kernel, "display_name": "Python 3"}},
        )
        path = self.server.root / f"{secrets.token_hex(4)}.ipynb"
        nbformat.write(notebook, path)
        self.open(path.name)
        self.wait_for_kernel()
        return path

    def wait_for_kernel(self) -> None:
        self.page.wait_for_function(KERNEL_IS_IDLE, timeout=KERNEL_TIMEOUT)

    def outputs(self, cell: int) -> Locator:
        return self.page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")

    def save(self) -> None:
        """Save the notebook and wait until it is."""
        self.command("docmanager:save")
        self.page.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")

    def command(self, name: str, args: dict[str, object] | None = None) -> None:
        """Start a command; wait for what it does, for `evaluate` itself has no timeout."""
        self.page.evaluate(
            "([name, args]) => { void jupyterapp.commands.execute(name, args) }",
            [name, args or {}],
        )

    def use_theme(self, name: str) -> None:
        self.command("apputils:change-theme", {"theme": name})
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", name)
        # The old theme's styles leave after the attribute changes.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def allow_narrow_sidebars(self) -> None:
        """Do what a theme may: set the least width, before a sidebar opens for the first time."""
        least = f":root {{ --jp-sidebar-min-width: {LEAST_WIDTH}px !important }}"
        self.page.add_style_tag(content=least)

    def resize_sidebar(self, width: int) -> None:
        """Drag the sidebar's edge."""
        panel = self.sidebar.node.bounding_box()
        edge = self.page.locator(".lm-SplitPanel > .lm-SplitPanel-handle:visible").first
        handle = edge.bounding_box()
        assert panel
        assert handle
        middle = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, middle)
        self.page.mouse.down()
        self.page.mouse.move(panel["x"] + width, middle, steps=4)
        self.page.mouse.up()

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    def picture(self, name: str) -> None:
        """Take a screenshot into ``$SCREENSHOTS``, if anyone wants to look at it."""
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            # Nothing half faded in, and no blinking cursor.
            self.page.screenshot(path=Path(folder, f"{name}.png"), animations="disabled")


class Notebook(Lab):
    """Jupyter Notebook in a page: JupyterLab's parts in a frame of its own."""

    def open(self, path: str = "") -> None:
        self._load(f"notebooks/{path}" if path else "tree")


class Sidebar:
    """The secrets sidebar."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._page = lab.page
        self.node = lab.page.locator("#jupyter-secrets")

    def open(self) -> None:
        self._lab.command("jupyter-secrets:show-panel")
        expect(self.node).to_be_visible()

    def button(self, name: str) -> Locator:
        return self.node.get_by_role("button", name=name, exact=True)

    def row(self, name: str) -> Locator:
        """Return the row with the name of a scope or a key, if it is in view or nearly so."""
        return self.node.get_by_role("treeitem", name=name, exact=True)

    def action(self, label: str) -> Locator:
        """Return a row's icon button; it shows only while the row is in use."""
        return self.node.get_by_label(label, exact=True)

    def act(self, row: str, label: str) -> None:
        self.row(row).hover()
        self.action(label).click()

    def choose_for(self, row: str, item: str, picture: str = "") -> None:
        """Choose from the menu of a row, and maybe take its picture."""
        self.act(row, f"More for {row}")
        if picture:
            self._lab.picture(picture)
        self._page.get_by_role("menuitem", name=item).click()

    def choose(self, item: str, picture: str = "") -> None:
        """Choose from the toolbar's menu, and maybe take its picture."""
        self.node.get_by_title("More", exact=True).click()
        if picture:
            self._lab.picture(picture)
        self._page.get_by_role("menuitem", name=item).click()

    def create_scope(self, name: str) -> None:
        self.button("Create scope").click()
        self._lab.dialog.get_by_label("Name").fill(name)
        self.accept("Create")

    def add_secret(self, scope: str, key: str, value: str) -> None:
        self.act(scope, f"Add a secret to {scope}")
        expect(self._lab.dialog.get_by_label("Scope")).to_have_value(scope)
        self._lab.dialog.get_by_label("Key").fill(key)
        self._lab.dialog.get_by_label("Value").fill(value)
        self.accept("Add")

    def accept(self, label: str) -> None:
        """Press a dialog's button and wait until it is gone."""
        self.press(label)
        expect(self._lab.dialog).to_have_count(0)

    def press(self, label: str) -> None:
        self._lab.dialog.get_by_role("button", name=label, exact=True).click()


def store_paths(home: Path) -> StorePaths:
    """Return where a server keeps its store if nobody says otherwise."""
    return StorePaths(
        home / "data/jupyter_secrets/store.db", home / "config/jupyter_secrets/master.key"
    )


def take_key_away(home: Path) -> None:
    """Make a store with the scope prod that only a key file opens, and put that elsewhere."""
    scopes = Scopes(store_paths(home))
    scopes.session(ADMIN).create_scope("prod")
    scopes.close()
    store_paths(home).key.rename(home / "master.key")


def put_key_back(home: Path) -> None:
    """Undo what `take_key_away` did."""
    (home / "master.key").rename(store_paths(home).key)


def seed(server: LabServer, scopes: dict[str, list[str]]) -> Any:
    """Store made-up secrets."""
    for scope, keys in scopes.items():
        server.secrets("POST", "scopes/create", scope=scope)
        for key in keys:
            server.store_secret(key, secrets.token_urlsafe(), scope)
