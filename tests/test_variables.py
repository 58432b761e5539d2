"""Which variables may refer to secrets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_secrets.errors import UnresolvedReferenceError
from jupyter_secrets.variables import Origins

REFERENCE = "{{secrets/prod/db}}"
# What a kernelspec's author may repeat, and clients choose.
FREE_TEXT = st.text(st.sampled_from("{}/$ abdeprst\\\n")) | st.just(REFERENCE)

TAKING_NONE = [
    "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "PYTHONPATH",
    "PYTHONSTARTUP", "PythonHome", "IPYTHONDIR", "JUPYTER_PATH", "JUPYTER_CONFIG_DIR",
    "CLASSPATH", "NODE_PATH", "NODE_OPTIONS", "JULIA_LOAD_PATH", "R_LIBS_USER",
    "R_PROFILE_USER", "PERL5LIB", "PERL5OPT", "RUBYOPT", "LUA_CPATH", "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "PYSPARK_PYTHON", "PYSPARK_SUBMIT_ARGS",
    "GIT_SSH_COMMAND", "GIT_CONFIG_PARAMETERS", "BASH_ENV", "ENV", "PROMPT_COMMAND", "EDITOR",
    "PAGER", "SHELL", "MPLBACKEND", "OPENSSL_CONF", "GLIBC_TUNABLES", "HOME", "KERNEL_ID",
    "JPY_PARENT_PID", "JUPYTER_SECRETS_URL",
]  # fmt: skip
TAKING_SOME = [
    "PGPASSWORD", "DATABASE_URL", "GIT_TOKEN", "GITHUB_TOKEN", "HTTPS_PROXY", "AWS_PROFILE",
    "OPTIONS",
]  # fmt: skip


def resolved(
    *,
    server: dict[str, str] | None = None,
    client: dict[str, str] | None = None,
    kernelspec: dict[str, str] | None = None,
    configured: dict[str, str] | None = None,
    environment: dict[str, str] | None = None,
) -> dict[str, str]:
    """Return the variables of a kernel, in which each secret's value is "VALUE"."""
    requested = {**(server or {}), **(client or {})}
    origins = Origins(server or {}, requested, kernelspec or {}, configured or {})
    templates = origins.templates({**requested, **(environment or {})})
    return {name: template.resolve(lambda _: "VALUE") for name, template in templates.items()}


def test_the_server_its_configuration_and_kernelspecs_may_refer_to_secrets():
    found = resolved(
        server={"A": f"a {REFERENCE}"},
        configured={"B": f"b {REFERENCE}"},
        kernelspec={"C": "c ${A} {{secrets/prod/other}}"},
        environment={"C": f"c a {REFERENCE} {{{{secrets/prod/other}}}}"},
    )

    assert found == {"A": "a VALUE", "B": "b VALUE", "C": "c a VALUE VALUE"}


@pytest.mark.parametrize("name", ["JPY_SESSION_NAME", "KERNEL_USERNAME", "JUPYTERHUB_USER"])
@pytest.mark.parametrize("origin", ["client", "server"])
def test_names_that_others_chose_stay_as_they_are(name, origin):
    assert resolved(**{origin: {name: REFERENCE}}) == {name: REFERENCE}


@given(FREE_TEXT)
def test_no_name_is_a_reference_where_a_kernelspec_repeats_it(name):
    given_text = {"JPY_SESSION_NAME": name}
    found = resolved(
        client=given_text,
        kernelspec={"TITLE": "<${JPY_SESSION_NAME}> {{secrets/prod/db}}"},
        environment={"TITLE": f"<{name}> {REFERENCE}"},
    )

    assert found == {**given_text, "TITLE": f"<{name}> VALUE"}


@pytest.mark.parametrize(
    "variables",
    [
        {"client": {"DB": REFERENCE}},
        {"server": {"DB": "x"}, "client": {"DB": REFERENCE}},
        # A provisioner, or another extension, put it there.
        {"environment": {"DB": REFERENCE}},
        {"kernelspec": {"DB": "x"}, "environment": {"DB": REFERENCE}},
    ],
    ids=["client", "in place of the server's", "somebody", "in place of the kernelspec's"],
)
def test_a_reference_of_anybody_else_stops_the_start(variables):
    with pytest.raises(UnresolvedReferenceError, match=r"DB refers to .*\nOnly the server's"):
        resolved(**variables)


@pytest.mark.parametrize("name", TAKING_NONE)
@pytest.mark.parametrize("origin", ["configured", "kernelspec"])
def test_what_loads_code_or_names_somebody_takes_no_reference(name, origin):
    with pytest.raises(UnresolvedReferenceError, match=f"{name} refers to .*\n.* takes no secrets"):
        resolved(**{origin: {name: REFERENCE}}, environment={name: REFERENCE})


@pytest.mark.parametrize("name", TAKING_SOME)
def test_what_holds_credentials_takes_references(name):
    assert resolved(configured={name: REFERENCE}) == {name: "VALUE"}


LOOKALIKE = "{{ secrets.prod.db }}"


@pytest.mark.parametrize(
    "variables",
    [
        {"configured": {"DB": LOOKALIKE}},
        {"server": {"DB": LOOKALIKE, "JUPYTER_SECRETS_RESOLVE": "DB"}},
        {"server": {"DB": "{{secret/prod/db}}"}},
        {"kernelspec": {"DB": "{secrets/prod/db}"}, "environment": {"DB": "{secrets/prod/db}"}},
    ],
    ids=["configured", "named", "the server's", "the kernelspec's"],
)
def test_what_is_meant_as_a_reference_and_is_none_stops_the_start(variables):
    with pytest.raises(UnresolvedReferenceError, match=r"variable DB\.\nA reference is malformed"):
        resolved(**variables)


@pytest.mark.parametrize("origin", ["server", "client"])
def test_templates_of_others_stay_as_they_are(origin):
    assert resolved(**{origin: {"DB": LOOKALIKE}}) == {"DB": LOOKALIKE}
