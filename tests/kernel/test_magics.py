from __future__ import annotations

import base64

import pytest


def value_of(server, key: str, scope: str = "prod") -> str:
    answer = server.secrets("GET", "get", scope=scope, key=key)
    return base64.b64decode(answer["value"]).decode()


def test_scopes_lists_scopes(run):
    assert "prod" in run("%secret scopes").splitlines()


def test_create_scope_and_delete_scope(run, error):
    assert run("%secret create-scope made") == "Created scope made.\n"
    assert "made" in run("%secret scopes")
    assert error("%secret create-scope made") == (
        "UsageError",
        "RESOURCE_ALREADY_EXISTS: Scope made already exists!",
    )
    assert run("%secret delete-scope made") == "Deleted scope made.\n"
    assert "made" not in run("%secret scopes")


def test_list_shows_keys_with_their_time(run):
    (line,) = [line for line in run("%secret list prod").splitlines() if line.startswith("db ")]

    assert line.endswith("UTC")


def test_get_shows_a_marker_and_gives_the_value(kernel, run):
    (result,) = kernel.execute("%secret get prod db").of("execute_result")

    assert result["data"]["text/plain"] == "'[REDACTED]'"
    assert run("v = %secret get prod db\nprint(len(v))") == "22\n"


def test_get_puts_the_value_into_a_variable(kernel, run):
    reply = kernel.execute("%secret get prod db -o fetched")

    assert not reply.of("execute_result")
    assert run("print(len(fetched))") == "22\n"


def test_put_asks_for_the_value_in_a_hidden_field(kernel, server):
    reply = kernel.execute("%secret put prod asked", answer="typed-by-a-person-99")

    (prompt,) = reply.of("input_request")
    assert prompt == {"prompt": "Value of prod/asked, in one line: ", "password": True}
    assert reply.stream() == "Stored prod/asked.\n"
    assert value_of(server, "asked") == "typed-by-a-person-99"


@pytest.mark.parametrize("between", ["", " "])
def test_a_key_whose_line_breaks_the_field_dropped_is_not_stored(kernel, run, between):
    lines = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG", "-----END PRIVATE KEY-----"]

    reply = kernel.execute("%secret put prod pem", answer=between.join(lines)).reply

    assert reply["ename"] == "UsageError"
    assert "without its line breaks" in reply["evalue"]
    assert "MIIE" not in str(reply)
    assert "pem" not in run("%secret list prod")


def test_a_key_that_is_one_line_is_stored_as_it_is(kernel, server):
    account = '{"private_key": "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG\\n"}'

    kernel.execute("%secret put prod account", answer=account)

    assert value_of(server, "account") == account


def test_an_empty_answer_replaces_no_value(run, error, server):
    run("fresh = 'kept-Value-123456'\n%secret put prod kept --from fresh")

    name, text = error("%secret put prod kept")

    assert name == "UsageError"
    assert "Nothing was typed, so nothing was stored" in text
    assert value_of(server, "kept") == "kept-Value-123456"


def test_a_name_may_begin_with_a_dash(run):
    run("fresh = 'dash-Value-123456'\n%secret put --from fresh -- prod -k")

    assert run("%secret get -o fetched prod -- -k\nprint(len(fetched))") == "17\n"


def test_put_stores_no_text_that_nothing_could_read_back(run, error):
    name, text = error("half = 'lone-\\ud800-surrogate'\n%secret put prod half --from half")

    assert name == "UsageError"
    assert "half holds lone surrogates" in text
    assert "half" not in run("%secret list prod")


def test_put_takes_the_value_from_a_variable(run, server):
    run(
        "import secrets; fresh = secrets.token_hex(16)\n%secret put prod from-variable --from fresh"
    )

    assert run("print(fresh)") == "[REDACTED]\n"
    assert len(value_of(server, "from-variable")) == 32


def test_put_generates_a_random_value(run, server):
    run("%secret put prod random --generate")

    assert len(value_of(server, "random")) >= 32


def test_put_warns_of_a_value_that_is_too_short_to_redact(run):
    assert "Note: prod/short " in run("x = 'abc'\n%secret put prod short --from x")


def test_a_value_on_the_line_is_refused_and_not_repeated(kernel, error):
    code = "%secret put prod db some-typed-value"
    name, text = error(code)

    assert name == "UsageError"
    assert "A value must not be written on the line" in text
    assert "some-typed-value" not in text


def test_delete_deletes(run, error):
    run("%secret put prod doomed --generate")

    assert run("%secret delete prod doomed") == "Deleted prod/doomed.\n"
    assert error("%secret get prod doomed")[1].startswith("RESOURCE_DOES_NOT_EXIST: Secret does")


def test_redact_hides_a_variables_value_from_now_on(run):
    run("mine = 'made up ' + 'elsewhere 77'\n%secret redact mine")

    assert run("print(mine)") == "[REDACTED]\n"


def test_redact_can_be_called_from_code(run):
    code = "import jupyter_secrets\nother = 'computed ' + 'value 88'\njupyter_secrets.redact(other)"
    run(code)

    assert run("print(other)") == "[REDACTED]\n"


def test_redact_names_a_variable_that_is_not_there(error):
    assert error("%secret redact nothing_here")[1] == (
        "There is no variable nothing_here with a str or bytes in it."
    )


def test_help_lists_every_command(run):
    from jupyter_secrets.kernel.magics import COMMANDS

    shown = run("%secret help")

    assert all(command in shown for command in COMMANDS)
    assert run("%secret") == shown


def test_a_command_that_is_not_there_is_a_usage_error(error):
    assert error("%secret lst")[0] == "UsageError"


def complete(kernel, line: str) -> list[str]:
    content = {"code": line, "cursor_pos": len(line)}
    return kernel.ask("complete_request", content).of("complete_reply")[0]["matches"]


def test_commands_scopes_and_keys_complete(kernel):
    assert "create-scope" in complete(kernel, "%secret cre")
    assert "prod" in complete(kernel, "%secret get p")
    assert "db" in complete(kernel, "%secret get prod d")


def test_completion_says_nothing_where_it_cannot_know(kernel):
    assert "db" not in complete(kernel, "%secret get nope d")
