"""Which environment variables may refer to secrets.

Whoever writes the server's environment, its configuration or a kernelspec may. Whoever asks for a
kernel may not: a notebook's path is in its environment, and so is all that a client gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from string import Template

from jupyter_secrets.environment import names_to_resolve
from jupyter_secrets.errors import SecretsError, UnresolvedReferenceError
from jupyter_secrets.names import Reference, find_meant_references, find_references, resolve

NOTEBOOK_VARIABLE = "JPY_SESSION_NAME"

# Names of users, servers, kernels and notebooks, as those chose them who may choose.
_NAMING_PREFIXES = ("JPY_", "KERNEL_", "JUPYTERHUB_")

# Variables that decide what code a program loads take no references: whoever may write a secret
# could otherwise run code as whoever starts a kernel.
_LOADER_PREFIXES = (
    "BASH_FUNC_", "DYLD_", "GIT_CONFIG", "IPYTHON", "JUPYTER_CONFIG", "JUPYTER_SECRETS_", "LD_",
    "PYTHON", "R_ENVIRON", "R_LIBS", "R_PROFILE",
)  # fmt: skip
_LOADER_SUFFIXES = ("PATH", "_JAVA_OPTIONS", "_PRELOAD", "_STARTUP_HOOKS", "_SUBMIT_ARGS")
_LOADER_VARIABLES = frozenset(
    {
        "BASH_ENV", "BROWSER", "CATALINA_OPTS", "COMSPEC", "CONDA_PREFIX", "EDITOR", "ENV",
        "GIT_ASKPASS", "GIT_EDITOR", "GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_PROXY_COMMAND",
        "GIT_SSH", "GIT_SSH_COMMAND", "GIT_TEMPLATE_DIR", "GLIBC_TUNABLES", "HOME", "IFS",
        "JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR",
        "MATPLOTLIBRC", "MAVEN_OPTS", "MPLBACKEND", "NODE_OPTIONS", "OPENSSL_CONF",
        "OPENSSL_ENGINES", "OPENSSL_MODULES", "PAGER", "PATHEXT", "PERL5DB", "PERL5LIB",
        "PERL5OPT", "PROMPT_COMMAND", "PS4", "PYSPARK_DRIVER_PYTHON", "PYSPARK_PYTHON", "R_HOME",
        "RUBYLIB", "RUBYOPT", "SHELL", "SHELLOPTS", "SPARK_HOME", "SPARK_SUBMIT_OPTS",
        "SSH_ASKPASS", "SYSTEMROOT", "VIRTUAL_ENV", "VISUAL", "WINDIR", "XDG_CONFIG_DIRS",
        "XDG_CONFIG_HOME", "XDG_DATA_DIRS", "XDG_DATA_HOME",
    }
)  # fmt: skip

# Stands for a brace that is no reference's; no environment variable can hold it.
MASK = "\0"


@dataclass(frozen=True, slots=True)
class Origins:
    """Where a kernel's variables come from.

    `requested` is what the kernel is to be started with: the `server`'s own environment, with what
    the client says in it.
    """

    server: Mapping[str, str]
    requested: Mapping[str, str]
    kernelspec: Mapping[str, str]
    configured: Mapping[str, str]

    def templates(self, environment: Mapping[str, str]) -> dict[str, VariableTemplate]:
        """Return the variables of an environment, and of the configuration, by name.

        Raises `UnresolvedReferenceError` for a reference that is malformed, or in a variable that
        takes none.
        """
        masked = {name: self._masked(name, text) for name, text in self.requested.items()}
        return {
            name: self._template(name, text, masked)
            for name, text in {**environment, **self.configured}.items()
        }

    def _template(self, name: str, text: str, masked: Mapping[str, str]) -> VariableTemplate:
        if name in self.configured:
            return VariableTemplate.of_named(name, text)
        written = self.kernelspec.get(name)
        if written is not None and expand(written, self.requested) == text:
            return VariableTemplate.of_owner(name, expand(written, masked))
        if self._is_the_servers(name, text):
            is_named = name in names_to_resolve(self.server)
            of_server = VariableTemplate.of_named if is_named else VariableTemplate.of_owner
            return of_server(name, text)
        return VariableTemplate.of_client(name, text)

    def _masked(self, name: str, text: str) -> str:
        return text if self._is_the_servers(name, text) else text.replace("{", MASK)

    def _is_the_servers(self, name: str, text: str) -> bool:
        return self.server.get(name) == text and not _is_naming(name)


@dataclass(frozen=True, slots=True)
class VariableTemplate:
    """A variable's text, and the references in it that are to be resolved."""

    name: str
    references: tuple[Reference, ...]
    _text: str

    @classmethod
    def of_owner(cls, name: str, text: str) -> VariableTemplate:
        """Return the template of a variable that whoever runs the server wrote."""
        return cls._checked(name, text, _references(name, text))

    @classmethod
    def of_named(cls, name: str, text: str) -> VariableTemplate:
        """Return that of a variable which somebody named, for it to be resolved.

        What only resembles a reference is refused in it.
        """
        return cls._checked(name, text, _references(name, text, find_meant_references))

    @classmethod
    def _checked(cls, name: str, text: str, references: tuple[Reference, ...]) -> VariableTemplate:
        if references and (reason := why_refused(name)):
            raise unresolved(name, references[0], reason)
        return cls(name, references, text)

    @classmethod
    def of_client(cls, name: str, text: str) -> VariableTemplate:
        """Return the template of a variable that whoever asked for the kernel gave.

        Names stay as they are, for a notebook may be called what it likes.
        """
        if not _is_naming(name) and (references := _references(name, text)):
            reason = (
                "Only the server's environment, its configuration and kernelspecs may refer to "
                "secrets."
            )
            raise unresolved(name, references[0], reason)
        return cls(name, (), text.replace("{", MASK))

    def resolve(self, lookup: Callable[[Reference], str]) -> str:
        """Return the text with each reference replaced by what `lookup` returns."""
        return resolve(self._text, lookup).replace(MASK, "{")


def unresolved(name: str, reference: Reference, reason: str) -> UnresolvedReferenceError:
    """Return the error that names the variable, the reference in it, and what is wrong."""
    # Two lines: JupyterLab's dialog does not wrap them.
    return UnresolvedReferenceError(f"{name} refers to {reference}.\n{reason}")


def fetch_text(name: str, reference: Reference, get: Callable[[str, str], bytes]) -> str:
    """Return the value that a variable refers to; `get` gives that of a scope's key.

    Raises `UnresolvedReferenceError`, which names variable, scope and key.
    """
    try:
        value = get(reference.scope, reference.key)
    except SecretsError as error:
        raise unresolved(name, reference, str(error)) from None
    return text_of(name, reference, value)


def why_refused(name: str) -> str:
    """Return why a variable of this name takes no references, or nothing where it does."""
    if _loads_code(name):
        return "A variable that decides what code is loaded takes no secrets."
    if _is_naming(name):
        return "A variable that names a user, a kernel or a notebook takes no secrets."
    return ""


def text_of(name: str, reference: Reference, value: bytes) -> str:
    """Return a value as text that fits into an environment.

    Raises `UnresolvedReferenceError` for what is no text, or has a NUL character.
    """
    with suppress(UnicodeDecodeError):
        text = value.decode()
        if "\0" not in text:
            return text
    raise unresolved(name, reference, "Its value is not text without NUL characters.")


def expand(written: str, values: Mapping[str, str]) -> str:
    """Do with the text of a kernelspec's variable what jupyter_client does."""
    return Template(written).safe_substitute(values)


def _references(
    name: str, text: str, find: Callable[[str], Iterable[Reference]] = find_references
) -> tuple[Reference, ...]:
    try:
        return tuple(find(text))
    except UnresolvedReferenceError as error:
        raise UnresolvedReferenceError(
            f"A reference is wrong in the environment variable {name}.\n{error}"
        ) from None


def _is_naming(name: str) -> bool:
    return name.upper().startswith(_NAMING_PREFIXES)


def _loads_code(name: str) -> bool:
    upper = name.upper()
    return (
        upper in _LOADER_VARIABLES
        or upper.startswith(_LOADER_PREFIXES)
        or upper.endswith(_LOADER_SUFFIXES)
    )
