"""The owner of a value decides what of it is secret: by name, and never more than that."""

from __future__ import annotations

import base64
import json

import pytest

from jupyter_secrets.redaction import Redactor, SecretValue, explain, names_to_judge
from jupyter_secrets.redaction.explanation import refused_verdicts

PASSWORD = "aB3xQ9Lm7Zk2Vp4R"
HOST, USER = "q7x2k9m4w8z3.db.acme.test", "reporting"
BOTH = (("host", "public"), ("user", "secret"))

SHAPES = {
    "url": f"postgresql://{USER}:{PASSWORD}@{HOST}:5432/shop",
    "json": json.dumps({"host": HOST, "user": USER, "password": PASSWORD}),
    "env": f"HOST={HOST}\nUSER={USER}\nPASSWORD={PASSWORD}",
    "libpq": f"host={HOST} port=5432 user={USER} password={PASSWORD}",
    "netrc": f"machine {HOST} login {USER} password {PASSWORD}",
    "a url in json": json.dumps({"dsn": f"mysql://{USER}:{PASSWORD}@{HOST}/shop"}),
}


def redactor(value: str, *verdicts: tuple[str, str], disclosed: bool = True) -> Redactor:
    return Redactor([SecretValue(value, "prod/db", disclosed, verdicts)])


@pytest.mark.parametrize("value", SHAPES.values(), ids=SHAPES)
def test_what_its_owner_calls_public_is_shown_and_what_they_call_secret_is_hidden(value) -> None:
    judged = redactor(value, *BOTH)

    assert judged.redact(f"at {HOST}") == f"at {HOST}"
    assert judged.redact(f"as {USER}.") == "as [REDACTED]."
    assert USER not in judged.redact(repr(USER.encode().hex()))
    assert judged.redact(PASSWORD) == judged.redact(value) == "[REDACTED]"


def test_a_component_that_nothing_calls_public_is_when_its_owner_does() -> None:
    value = json.dumps({"customer_no": "Kd99fA7xQ2Lm", "password": PASSWORD})
    assert redactor(value).redact("Kd99fA7xQ2Lm") == "[REDACTED]"

    judged = redactor(value, ("customer_no", "public"))

    assert judged.redact(f"Kd99fA7xQ2Lm {PASSWORD}") == "Kd99fA7xQ2Lm [REDACTED]"


def test_a_short_or_common_component_is_hidden_only_where_it_was_given() -> None:
    value = f"postgresql://root:{PASSWORD}@{HOST}/shop"

    given = redactor(value, ("user", "secret"))
    other = redactor(value, ("user", "secret"), disclosed=False)

    assert given.redact("root@here rooted") == "[REDACTED]@here rooted"
    assert other.redact("root@here") == "root@here"


def test_a_verdict_counts_for_all_components_of_its_name_in_any_case() -> None:
    value = json.dumps([{"Region-Code": "kX7-bb12-99"}, {"region-code": "zX7-cc34-88"}])

    judged = redactor(value, ("region-code", "public"))

    assert judged.redact("kX7-bb12-99 zX7-cc34-88") == "kX7-bb12-99 zX7-cc34-88"


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        (json.dumps({"server": HOST, "password": PASSWORD}), [PASSWORD]),
        (json.dumps({"host": f"https://x:{PASSWORD}@{HOST}"}), [PASSWORD]),
        (f"{PASSWORD}!{HOST}", [PASSWORD, f"{PASSWORD}!{HOST}"]),
        (PASSWORD, [PASSWORD]),
    ],
    ids=["without it", "another shape", "no shape", "a token"],
)
def test_in_a_value_without_the_component_a_verdict_shows_nothing(value, hidden) -> None:
    judged = redactor(value, ("host", "public"), ("component 1", "public"), ("", "public"))

    assert [judged.redact(each) for each in hidden] == ["[REDACTED]"] * len(hidden)


@pytest.mark.parametrize(
    "value",
    [
        json.dumps({"host": PASSWORD, "password": PASSWORD}),
        json.dumps({"host": PASSWORD.upper() + ".test", "password": PASSWORD}),
        json.dumps({"password": PASSWORD, "host": f"{PASSWORD}.acme.test"}),
        json.dumps({"api_key": f"{PASSWORD}\nsecond line"}),
        json.dumps({"host": base64.b64encode(PASSWORD.encode()).decode()}),
    ],
    ids=["the same", "in capitals", "within it", "its lines", "its base64"],
)
def test_what_has_another_hidden_component_in_it_is_not_public_whoever_says_so(value) -> None:
    name = "api_key" if "api_key" in value else "host"
    judged = SecretValue(value, verdicts=((name, "public"),))

    assert refused_verdicts(judged) == [name]
    assert Redactor([judged]).redact(PASSWORD) == "[REDACTED]"
    (row,) = [each for each in explain(judged) if each.name == name]
    assert "not followed" in row.why


def test_two_components_of_one_text_are_public_when_both_are_called_so() -> None:
    value = json.dumps({"host": "Kd99fA7xQ2Lm", "server": "Kd99fA7xQ2Lm"})

    one = SecretValue(value, verdicts=(("host", "public"), ("server", "secret")))
    both = SecretValue(value, verdicts=(("host", "public"), ("server", "public")))

    assert refused_verdicts(one) == ["host"]
    assert refused_verdicts(both) == []
    assert Redactor([both]).redact("Kd99fA7xQ2Lm") == "Kd99fA7xQ2Lm"


@pytest.mark.parametrize("value", SHAPES.values(), ids=SHAPES)
def test_the_whole_value_stays_hidden_if_all_of_its_components_are_public(value) -> None:
    everything = tuple((name, "public") for name in names_to_judge(value))

    assert redactor(value, *everything).redact(value) == "[REDACTED]"
    assert redactor(value, *everything).redact(repr(value)[1:-1]) == "[REDACTED]"


def test_an_explanation_says_that_the_owner_decided() -> None:
    rows = {each.name: each for each in explain(SecretValue(SHAPES["url"], verdicts=BOTH))}

    assert (rows["host"].hidden, rows["host"].why) == (False, "set by its owner")
    assert rows["user"].hidden
    assert rows["user"].why.startswith("set by its owner; redacted")
    assert rows["password"].why.startswith("its place says so")


def test_a_name_that_the_value_has_is_explained_once_the_owner_has_typed_it() -> None:
    value = json.dumps({"customer_no": "Kd99fA7xQ2Lm", "password": PASSWORD})

    before = [each.name for each in explain(value)]
    after = [
        each.name for each in explain(SecretValue(value, verdicts=(("customer_no", "public"),)))
    ]

    assert before == ["whole value", "component 1", "password"]
    assert after == ["whole value", "customer_no", "password"]
    assert names_to_judge(value) == ["customer_no", "password"]


def test_a_name_that_is_secret_itself_cannot_be_judged_by() -> None:
    value = json.dumps({"hq7Zk2Vp4R": "aB3xQ9Lm7Zk2", "password": PASSWORD})

    assert names_to_judge(value) == ["password"]


def test_of_a_value_of_very_many_components_none_is_public_because_its_owner_says_so() -> None:
    values = [
        {"billing_ref": f"Kd{number}fA7xQ2Lm", "password": PASSWORD} for number in range(2_000)
    ]

    judged = SecretValue(json.dumps(values), verdicts=(("billing_ref", "public"),))

    assert refused_verdicts(judged) == ["billing_ref"]
