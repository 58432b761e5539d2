from __future__ import annotations


def test_a_value_is_fetched_as_text_and_as_bytes(run):
    assert run("print(len(dbutils.secrets.get('prod', 'db')))") == "22\n"
    assert run("print(len(dbutils.secrets.getBytes(scope='prod', key='db')))") == "22\n"


def test_listings_are_named_tuples(run):
    code = """
secrets, scopes = dbutils.secrets.list('prod'), dbutils.secrets.listScopes()
print([s for s in secrets if s.key == 'db'], [s for s in scopes if s[0] == 'prod'])
(key,) = secrets[0]
print(scopes[0] == (scopes[0].name,), scopes[0].getName() == scopes[0].name)
"""
    assert run(code) == ("[SecretMetadata(key='db')] [SecretScope(name='prod')]\nTrue True\n")


def test_a_missing_secret_is_a_lookup_error_with_its_code(run, error):
    assert error("dbutils.secrets.get('prod', 'nope')") == (
        "SecretNotFoundError",
        "Secret does not exist with scope: prod and key: nope "
        '(see which do with "%secret list prod" or "jupyter secrets list-secrets prod"; store it '
        'with "jupyter secrets put-secret prod nope").',
    )
    code = """
try: dbutils.secrets.get('nope', 'x')
except LookupError as caught: print(caught.error_code, caught)
"""
    assert run(code).startswith("RESOURCE_DOES_NOT_EXIST Scope nope does not exist! ")


def test_the_traceback_of_what_is_refused_is_short(server):
    with server.kernel() as kernel:
        (error,) = kernel.execute("dbutils.secrets.get('prod', 'nope')").of("error")

    shown = "\n".join(error["traceback"])
    assert "dbutils.py" in shown
    assert "remote.py" not in shown


def test_a_default_answers_for_what_does_not_exist_only(run, error):
    assert run("print(dbutils.secrets.get('prod', 'nope', default='d'))") == "d\n"
    assert run("print(dbutils.secrets.get('nope', 'nope', default=''))") == "\n"
    assert run("print(dbutils.secrets.get('nope', 'nope', default=None))") == "None\n"
    assert run("import jupyter_secrets as s; print(s.get('nope', 'x', None))") == "None\n"
    assert error("dbutils.secrets.get('prod', 'a/b', default='d')")[0] == "InvalidParameterError"


def test_bytes_that_are_no_text_point_to_get_bytes(server, run, error):
    server.secrets("POST", "put", scope="prod", key="raw", bytes_value="/w==")

    name, text = error("dbutils.secrets.get('prod', 'raw')")

    assert 'dbutils.secrets.getBytes("prod", "raw")' in text
    assert name == "InvalidParameterError"


def test_other_libraries_that_probe_dbutils_find_nothing_more(run):
    assert run("print(hasattr(dbutils, 'notebook'), hasattr(dbutils, 'entry_point'))") == (
        "False False\n"
    )
    assert run("import os; print('DATABRICKS_RUNTIME_VERSION' in os.environ)") == "False\n"


def test_help_is_there(run):
    assert "secrets" in run("dbutils.help()")
    assert "get(scope: str, key: str" in run("dbutils.secrets.help()")
    assert "default=" in run("dbutils.secrets.help('get')")


def test_it_survives_a_reset_and_clutters_nothing(run):
    assert run("%reset -f\nprint(len(dbutils.secrets.get('prod', 'db')))") == "22\n"
    assert run("print(len(dbutils.secrets.get('prod', 'db')))") == "22\n"
    assert "dbutils" not in run("%who")


def test_a_dbutils_of_the_notebooks_own_is_left_alone(server):
    with server.kernel() as kernel:
        kernel.execute("dbutils = 'mine'")
        said = kernel.execute("%reload_ext jupyter_secrets").stream()
        kept = kernel.execute("print(dbutils)").stream()
        kernel.execute("del dbutils")
        ours = kernel.execute("print(dbutils)").stream()

    assert "has a dbutils of its own" in said
    assert kept == "mine\n"
    assert ours.startswith("<dbutils of jupyter_secrets")


def test_unloading_takes_dbutils_away_and_keeps_the_filter(server):
    with server.kernel() as kernel:
        kernel.execute("v = dbutils.secrets.get('prod', 'db')")
        kernel.execute("%unload_ext jupyter_secrets")
        gone = kernel.execute("print('dbutils' in globals())").stream()
        hidden = kernel.execute("print(v)").stream()

    assert (gone, hidden) == ("False\n", "[REDACTED]\n")
