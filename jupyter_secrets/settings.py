"""The settings, traits of one class: ``c.JupyterSecrets.…`` in a Jupyter configuration file."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jupyter_core.application import JupyterApp
from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir
from traitlets import Bool, Callable, Dict, Enum, Float, Integer, TraitError, Unicode, default
from traitlets.config import Config, Configurable

from jupyter_secrets.config_files import (
    CONFIG_NAMES,
    find_config_files,
    read_config_file,
    read_config_files,
)
from jupyter_secrets.environment import SERVICE_TOKEN_VARIABLE, SERVICE_URL_VARIABLE
from jupyter_secrets.errors import InvalidParameterError
from jupyter_secrets.model import USERS, RedactionOptions

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_FOLDER = "jupyter_secrets"
_HUB_TOKEN_VARIABLE = "JUPYTERHUB_API_TOKEN"  # noqa: S105 - a variable's name

T = TypeVar("T", bound=Configurable)


class FilePath(Unicode[str, str]):
    """The path of a file; an empty one would be the folder that a process happens to be in."""

    info_text = "a unicode string that is not empty"

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the path; raise `TraitError` for an empty one."""
        path = super().validate(obj, value)
        if not path.strip():
            self.error(obj, value)
        return path


class Count(Integer[int, int]):
    """How many of something; neither a negative number nor a truth value."""

    def info(self) -> str:
        """Say which numbers there are."""
        return f"a whole number {'of 0 or more' if self.max is None else f'from 0 to {self.max}'}"

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the number; raise `TraitError` for a negative one."""
        count = super().validate(obj, value)
        if isinstance(count, bool) or count < 0:
            self.error(obj, value)
        return count


class Seconds(Float[float, int | float]):
    """A duration; what is no number (NaN) would never be over."""

    info_text = "a number of seconds of 0 or more"

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the duration; raise `TraitError` for a negative one and for NaN."""
        seconds = super().validate(obj, value)
        if not seconds >= 0:
            self.error(obj, value)
        return seconds


class Switch(Enum[str]):
    """``auto``, ``on`` or ``off``; True and False stand for the last two."""

    def __init__(self, default_value: str, **options: Any) -> None:
        super().__init__(("auto", "on", "off"), default_value, **options)

    def validate(self, obj: Any, value: Any) -> str:
        """Return the word for a value; raise `TraitError` for another one."""
        name = str(value).lower()
        return str(super().validate(obj, {"true": "on", "false": "off"}.get(name, name)))


class JupyterSecrets(Configurable):
    """What can be set; nothing has to be."""

    store_path = FilePath(
        help="The database file. Default: jupyter_secrets/store.db in Jupyter's data folder."
    ).tag(config=True)
    key_path = FilePath(
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
    normalize_name = Callable(
        None,
        allow_none=True,
        help=(
            "A function that is given the name of a user or a group, as the identity provider has "
            "it or as it is typed, and returns the name that permissions are kept under: str.lower."
        ),
    ).tag(config=True)
    groups_max_age = Seconds(
        10.0,
        help=(
            "For how many seconds the groups of a user count after they were looked up in "
            "JupyterHub or in another identity provider; within that time whoever leaves a group "
            "loses what it gave."
        ),
    ).tag(config=True)
    login_groups_max_age = Seconds(
        3600.0,
        help=(
            "For how many seconds the groups of a user count that an identity provider tells at "
            "logins only."
        ),
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
    server_url = Unicode(
        help=(
            "The URL at which kernels on other machines, behind a gateway, reach this server. "
            "Default: the address that it listens on."
        )
    ).tag(config=True)
    service_url = Unicode(
        help=(
            "The URL of a service that holds the store (jupyter secrets serve). Then servers, "
            "kernels and command lines open no store of their own. Default: "
            f"{SERVICE_URL_VARIABLE} in the environment."
        )
    ).tag(config=True)
    service_token = Unicode(
        help=(
            "The token for that service; better in the environment, as "
            f"{SERVICE_TOKEN_VARIABLE}. Default: that variable, or under JupyterHub the token of "
            "the user's server."
        )
    ).tag(config=True)
    service_timeout = Seconds(
        10.0, help="For how many seconds an answer of the service is waited for."
    ).tag(config=True)
    databricks_env = Switch(
        "auto",
        help=(
            "Have the Databricks SDK in Python kernels find these scopes where nobody has "
            "configured Databricks: no DATABRICKS_… variable, no ~/.databrickscfg. With 'on' "
            "kernels in any language get DATABRICKS_HOST and a DATABRICKS_TOKEN of their own in "
            "their environment, which hides a real workspace."
        ),
    ).tag(config=True)
    max_known_values = Count(
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
    redact_projections = Bool(
        True, help="See values through colours, HTML tags and spacing too."
    ).tag(config=True)
    max_scopes = Count(1_000, help="How many scopes the store takes.").tag(config=True)
    scope_creators = Unicode(
        USERS,
        help="The group whose members may create scopes: users (everyone), admins, or another one.",
    ).tag(config=True)
    max_secrets_per_scope = Count(1_000, help="How many secrets a scope takes.").tag(config=True)
    max_value_size = Count(128 * 1024, help="The size of a value in bytes, at most.").tag(
        config=True
    )
    max_token_days = Count(
        365, help="For how many days a token is valid, at most; 90 unless it is made for longer."
    ).tag(config=True)
    expired = Enum(
        ("warn", "refuse"),
        "warn",
        help=(
            "What happens where somebody reads a secret after its expiry: 'warn' gives the value "
            "and notebooks and the command line warn of it, 'refuse' gives none."
        ),
    ).tag(config=True)
    retention_days = Count(
        7, help="For how many days a deleted secret stays in the store; 0 for not at all."
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

    @default("service_url")
    def _default_service_url(self) -> str:
        return os.environ.get(SERVICE_URL_VARIABLE, "")

    @default("service_token")
    def _default_service_token(self) -> str:
        environment = os.environ
        return environment.get(SERVICE_TOKEN_VARIABLE) or environment.get(_HUB_TOKEN_VARIABLE, "")

    def principal_name(self, name: str) -> str:
        """Return the name that the permissions of a user or a group are kept under.

        Raises `InvalidParameterError` if the function that is set returns none.
        """
        if self.normalize_name is None or not name:
            return name
        try:
            normalized = self.normalize_name(name)
        except Exception as error:  # whatever somebody's function raises
            raise _no_name(name, type(error)) from None
        if not (isinstance(normalized, str) and normalized):
            raise _no_name(name, type(normalized))
        return normalized

    def redaction_options(self) -> RedactionOptions:
        """Return what a `Redactor` is made with."""
        return {
            "labelled": self.labelled_markers,
            "fragments": self.redact_fragments,
            "projections": self.redact_projections,
        }


def _no_name(name: str, reason: type) -> InvalidParameterError:
    return InvalidParameterError(
        f"The function c.JupyterSecrets.normalize_name gives no name for {name!r} "
        f"({reason.__name__})."
    )


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without an entry in /etc/passwd
        return f"uid-{os.getuid()}"


def load_settings(**overrides: Any) -> JupyterSecrets:
    """Read the settings from Jupyter's configuration files; `overrides` win.

    A server's configuration holds for the command line and for kernels without a server too.
    Raises `InvalidParameterError`, which names the file and the line, or the setting.
    """
    return load_configurable(JupyterSecrets, **overrides)


def load_configurable(cls: type[T], **overrides: Any) -> T:
    """Read the settings of a class from Jupyter's configuration files, as `load_settings` does."""
    config = read_config_files(JupyterApp().config_file_paths, CONFIG_NAMES)
    _check_section(cls, config)
    config.merge(Config({cls.__name__: Config(overrides)}))
    try:
        return cls(config=config)
    except TraitError:
        raise _invalid(cls, config) from None


def server_settings(server: ServerApp) -> JupyterSecrets:
    """Return the settings of a server; raise as `load_settings` does.

    A server starts without what is in a broken configuration file, its own or an extension's.
    """
    for app in (server, *chain.from_iterable(server.extension_manager.extension_apps.values())):
        loaded = {Path(name) for name in app.loaded_config_files}
        for path in _config_files_of(app):
            if path not in loaded:  # broken, or without a setting
                read_config_file(path)
    _check_section(JupyterSecrets, server.config)
    try:
        return JupyterSecrets(parent=server)
    except TraitError:
        raise _invalid(JupyterSecrets, server.config) from None


def _config_files_of(app: JupyterApp) -> Iterator[Path]:
    yield from find_config_files(app.config_file_paths, ("jupyter_config",))
    if app.config_file:
        folder, name = os.path.split(os.path.abspath(app.config_file))  # noqa: PTH100
        files = [*find_config_files([folder], [os.path.splitext(name)[0]])]  # noqa: PTH122
        if not files:
            raise InvalidParameterError(f"There is no configuration file {folder}/{name}.")
        yield from files
    else:
        yield from find_config_files(app.config_file_paths, [app.config_file_name])


def _check_section(cls: type[Configurable], config: Config) -> None:
    name = cls.__name__
    if not isinstance(config.get(name, Config()), Config):
        raise InvalidParameterError(
            f'The settings of {name} must be an object in JSON: {{"{name}": {{…: …}}}}.'
        )


def _invalid(cls: type[Configurable], config: Config) -> InvalidParameterError:
    """Return the error of a setting that has no possible value; it does not repeat that."""
    section = config.get(cls.__name__, {})
    for name, trait in cls.class_own_traits(config=True).items():
        if name in section:
            try:
                cls(config=Config({cls.__name__: {name: section[name]}}))
            except TraitError:
                return InvalidParameterError(
                    f"The setting c.{cls.__name__}.{name} must be {trait.info()}. {trait.help}"
                )
    return InvalidParameterError(f"A setting of c.{cls.__name__} has a value that it cannot have.")
