"""The settings, traits of one class: ``c.JupyterSecrets.…`` in a Jupyter configuration file."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import Any

from jupyter_core.application import JupyterApp
from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir
from traitlets import Bool, Dict, Enum, Integer, Unicode, default
from traitlets.config import Application, Configurable

from jupyter_secrets.model import RedactionOptions

_FOLDER = "jupyter_secrets"


class JupyterSecrets(Configurable):
    """What can be set; nothing has to be."""

    store_path = Unicode(
        help="The database file. Default: jupyter_secrets/store.db in Jupyter's data folder."
    ).tag(config=True)
    key_path = Unicode(
        help=(
            "The key file. Keep it in another folder than the database. "
            "Default: jupyter_secrets/master.key in Jupyter's config folder."
        )
    ).tag(config=True)
    anchor_path = Unicode(
        help=(
            "The file that remembers how far the store has come, so that a database put back from "
            "an older copy is noticed. It is written to all the time; keep it in another folder "
            "than the database. Default: anchor.json beside the key file."
        )
    ).tag(config=True)
    allow_group_permissions = Bool(
        False,
        help="Accept files that their group may read, as Kubernetes makes them on volumes.",
    ).tag(config=True)
    owner = Unicode(
        help=(
            "Who a single-user server, the command line and a kernel without a server act for. "
            "Default: the JupyterHub user, or else the user of the operating system."
        )
    ).tag(config=True)
    kernel_env = Dict(
        value_trait=Unicode(),
        key_trait=Unicode(),
        help=(
            "Environment variables for kernels; {{secrets/scope/key}} in a value is replaced "
            'each time a kernel starts: {"DATABASE_URL": "pg://app:{{secrets/prod/db}}@host"}.'
        ),
    ).tag(config=True)
    autoload = Bool(
        True, help="Load the IPython extension in the Python kernels that a server starts."
    ).tag(config=True)
    kernel_permission = Enum(
        ("READ", "WRITE", "MANAGE"),
        "MANAGE",
        help="The most that a kernel may do in a scope, whatever its user may.",
    ).tag(config=True)
    databricks_env = Bool(
        False,
        help=(
            "Put DATABRICKS_HOST and a DATABRICKS_TOKEN that is the kernel's own into its "
            "environment, so that the Databricks SDK in it finds these scopes. Off, for it hides "
            "a real workspace."
        ),
    ).tag(config=True)
    max_known_values = Integer(
        10_000,
        help=(
            "Redact all values that a user may read up to this many; beyond, only those that "
            "were given out."
        ),
    ).tag(config=True)
    filter_on_read = Bool(
        True,
        help=(
            "Redact notebooks that were written elsewhere as the server hands them out. Their "
            "sources stay."
        ),
    ).tag(config=True)
    labelled_markers = Bool(False, help="Write [REDACTED:scope/key] in place of [REDACTED].").tag(
        config=True
    )
    redact_fragments = Bool(
        True, help="Redact pieces of 12 and more characters of a value too."
    ).tag(config=True)
    redact_views = Bool(True, help="See values through colours, HTML tags and spacing too.").tag(
        config=True
    )
    max_scopes = Integer(1_000, help="How many scopes the store takes.").tag(config=True)
    max_secrets_per_scope = Integer(1_000, help="How many secrets a scope takes.").tag(config=True)
    max_value_size = Integer(128 * 1024, help="The size of a value in bytes, at most.").tag(
        config=True
    )
    retention_days = Integer(
        7, min=0, help="For how many days a deleted secret stays in the store; 0 for not at all."
    ).tag(config=True)

    audit_file = Unicode(
        help=(
            "A file that a copy of each audit record is appended to, as a line of JSON. "
            "Default: none; the log is in the store."
        )
    ).tag(config=True)
    audit_events = Bool(
        False,
        help=(
            "Have servers emit a copy of each audit record as a Jupyter event. Whoever may "
            "subscribe to a server's events sees them, of all its users."
        ),
    ).tag(config=True)

    @default("store_path")
    def _default_store_path(self) -> str:
        return str(Path(jupyter_data_dir()) / _FOLDER / "store.db")

    @default("key_path")
    def _default_key_path(self) -> str:
        return str(Path(jupyter_config_dir()) / _FOLDER / "master.key")

    @default("owner")
    def _default_owner(self) -> str:
        return os.environ.get("JUPYTERHUB_USER") or _system_user()

    def redaction_options(self) -> RedactionOptions:
        """Return what a `Redactor` is made with."""
        return {
            "labelled": self.labelled_markers,
            "fragments": self.redact_fragments,
            "views": self.redact_views,
        }


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in /etc/passwd
        return f"uid-{os.getuid()}"


class _ConfigReader(JupyterApp):
    name = "jupyter-secrets"

    def read(self) -> None:
        Application.load_config_file(self, "jupyter_config", path=self.config_file_paths)
        Application.load_config_file(self, "jupyter_server_config", path=self.config_file_paths)


def load_settings(**overrides: Any) -> JupyterSecrets:
    """Read the settings from Jupyter's configuration files; `overrides` win.

    A server's configuration holds for the command line and for kernels without a server too.
    """
    reader = _ConfigReader()
    reader.read()
    return JupyterSecrets(config=reader.config, **overrides)
