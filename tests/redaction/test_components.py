"""What in a value is secret: by its name, by its place, by its shape, and nested in other forms."""

from __future__ import annotations

import base64
import json

import pytest

from jupyter_secrets.redaction.components.names import Verdict, verdict
from jupyter_secrets.redaction.components.recognise import components_of
from jupyter_secrets.redaction.components.shapes import is_user, kind_of

TOKEN = "Zk9x+Qm4Lw7Rt2Yv8Bn3Hj6Dp1"


def secrets_of(value: str) -> list[str]:
    return [each.text for each in components_of(value) if each.secret]


def publics_of(value: str) -> list[str]:
    return [each.text for each in components_of(value) if not each.secret]


@pytest.mark.parametrize(
    "name",
    [
        "password", "PGPASSWORD", "DB_PW", "Pwd", "passphrase", "x-api-key", "AccountKey",
        "SharedAccessKey", "aws_secret_access_key", "clientSecret", "_authToken", "MYSQL_PASS",
        "dbpass", "API_KEY_PROD", "password_value", "sig", "X-Amz-Signature", "pin", "apikey",
        "spring.datasource.password", "password2", "secretString", "ldap_default_authtok",
        "requirepass", "masterauth", "token",
    ],
)  # fmt: skip
def test_the_last_word_of_a_name_says_that_it_is_secret(name: str) -> None:
    assert verdict([name]) is Verdict.SECRET


@pytest.mark.parametrize(
    "name",
    [
        "key_id", "aws_access_key_id", "token_uri", "auth_uri", "authSource", "public_key",
        "SharedAccessKeyName", "primary_key", "primaryKey", "token_type", "password_file",
        "secret_name", "private_key_id", "username", "EndpointSuffix", "retryWrites",
        "password_policy", "cookie_samesite", "key_vault", "session_duration", "key-alias",
    ],
)  # fmt: skip
def test_the_last_word_of_a_name_says_that_it_is_public(name: str) -> None:
    assert verdict([name]) is Verdict.PUBLIC


@pytest.mark.parametrize(
    "name",
    ["monkey", "compass", "bypass", "kennel", "x", "", "42", "max_tokens", "promptTokens"],
)
def test_a_name_that_only_ends_like_a_secret_one_says_nothing_secret(name: str) -> None:
    assert verdict([name]) is not Verdict.SECRET


def test_what_a_value_lies_in_decides_where_its_own_name_says_nothing() -> None:
    assert secrets_of('{"password": {"value": "hunt3r2"}}') == ["hunt3r2"]
    assert secrets_of("[passwords]\nalice = hunt3r2\n") == ["hunt3r2"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("5432", "number"),
        ("4929178301285571", None),
        ("1.4.2", "version"),
        ("2026-11-26T10:00:00Z", "date"),
        ("eu-central-1", "word"),
        ("db.example.com:5432", "host"),
        ("10.0.0.1", "host"),
        ("robot@acme.test", "address"),
        ("true", "flag"),
        ("${PASSWORD}", "placeholder"),
        ("os.environ['DB_PASSWORD']", "placeholder"),
        ('os.environ.get("DB_PASSWORD")', "placeholder"),
        ('System.getenv("DB_PASSWORD")', "placeholder"),
        ("process.env.DB_PASSWORD", "placeholder"),
        ("$env:DB_PASSWORD", "placeholder"),
        ("$DB_PASSWORD", "placeholder"),
        ("$ECRET", None),
        ("$KQ8V_LM2ZP", None),
        ('os.environ["hunter2hunter2"]', None),
        ('os.environ["KQ8VLM2ZPQ7W"]', None),
        ('os.environ.get("DB_PASSWORD", "Nachtigall7")', None),
        ("org.apache.kafka.PlainLoginModule", "word"),
        ("Europe/Berlin", "time zone"),
        ("Sunshine-Lane", None),
        ("Tr0ub4dor", None),
        ("xkqzwrtplm", None),
        ("aB3dE5gHi7K9", None),
    ],
)
def test_a_shape_is_public_only_where_it_is_known(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize(
    ("value", "secrets"),
    [
        ("postgresql://app:S3cr3tPw@db.example.com:5432/app", ["S3cr3tPw"]),
        ("postgresql://app:p%40ss-9Qz7@db/app", ["p@ss-9Qz7"]),
        ("https://3f8a9c21bd@sentry.acme.test/42", ["3f8a9c21bd"]),
        ("amqp://app:pa/ss?w0rd#1@mq.acme.test/vhost", ["pa/ss?w0rd#1"]),
        ("mongodb://u:p4ssw0rd@h1:27017,h2:27017/db?authSource=admin&w=majority", ["p4ssw0rd"]),
        ("jdbc:sqlserver://db1:1433;databaseName=x;user=sa;password=Wint3r!", ["Wint3r!"]),
        ("jdbc:postgresql://db/app?user=app&password=hunt3r2", ["hunt3r2"]),
        ("scott/t1ger99@db.acme.test:1521/orcl", ["t1ger99"]),
        ("https://hooks.slack.com/services/T01AB/B02CD/x8JkQ2mZ9pLw4R", ["x8JkQ2mZ9pLw4R"]),
        ("https://h.test/cb#access_token=abcd1234&state=x", ["abcd1234"]),
        ("Driver={X};Server=db1;Uid=app;Pwd={a;B3}}x};Encrypt=yes;", ["a;B3}x"]),
        ("Server=tcp:db,1433;User ID=sa;Password='x;y''z';", ["x;y'z"]),
        ("host=db user=app password='it\\'s me' sslmode=require", ["it's me"]),
        ("db:6379,password=hunt3r2,ssl=True", ["hunt3r2"]),
        ("grant_type=client_credentials&client_secret=a%2Bb%2Fc9", ["a+b/c9"]),
        ('{"a": [{"password": "x\\u00e9\\ny9"}]}', ["x\u00e9\ny9"]),
        ("{'user': 'bob', 'password': 'hunt3r2', 'ok': True}", ["hunt3r2"]),
        ("password: 'it''s 9'", ["it's 9"]),
        ("password: |\n  one9\n  two8\nuser: bob\n", ["one9\n  two8", "one9", "two8"]),
        ("export PGPASSWORD=\"a\\\"b9\"\nexport PGUSER=app\n", ['a"b9']),
        ("PASSWORD=hunt3r2", ["hunt3r2"]),
        ('<c><add key="DbPassword" value="a&amp;b9"/><user>bob</user></c>', ["a&b9"]),
        ("db1:5432:app:svc:a\\:b9x", ["a:b9x"]),
        ("machine h.test login bob password hunt3r2", ["hunt3r2"]),
        ("bob:S3cr3t", ["S3cr3t"]),
        ("bob:$2y$05$abcdefghijklmnopqrstuv", ["$2y$05$abcdefghijklmnopqrstuv"]),
        ("Bearer abcdefgh12345678", ["abcdefgh12345678"]),
        ("curl -u 'bob:S3cr3t' https://h.test/x", ["S3cr3t"]),
        ("mysql -h db -u root -pS3cr3t9", ["S3cr3t9"]),
        ('scott/"T@ger9"@db.acme.test:1521/orcl', ["T@ger9"]),
        ("u/T1ger9@(DESCRIPTION=(ADDRESS=(HOST=h.test)(PORT=1521)))", ["T1ger9"]),
        ("jdbc:sqlserver://h;user=sa;password={a;b9};x=1", ["a;b9"]),
        ("jdbc:mysql://(host=h,user=u,password=hunt3r2)/d", ["hunt3r2"]),
        ("PGPASSWORD=hunt3r2 psql -h db", ["hunt3r2"]),
        ("az login -u bob -p hunt3r2 --tenant t", ["hunt3r2"]),
        ("password: &anchor hunt3r2\nuser: bob\n", ["hunt3r2"]),
        ("password = <<EOF\nhunt3r2\nEOF\nhost = db1\n", ["hunt3r2"]),
        ('variable "db_password" {\n  default = "hunt3r2"\n}\n', ["hunt3r2"]),
        ("<d><key>password</key><string>hunt3r2</string></d>", ["hunt3r2"]),
        ("requirepass hunt3r2\nport 6379\n", ["hunt3r2"]),
        ("| user | password |\n|---|---|\n| bob | hunt3r2 |\n", ["hunt3r2"]),
        ("h.test:22:bob:hunt3r2", ["hunt3r2"]),
        ("userPassword:: aHVudDNyMg==\nuid: bob\n", ["aHVudDNyMg==", "hunt3r2"]),
        ('{"max_tokens": 4096, "api_key": "hunt3r2"}', ["hunt3r2"]),
        ("[x]\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\npsk=a9bc\n", ["a9bc"]),
    ],
)  # fmt: skip
def test_a_form_is_read_into_what_is_secret_of_it(value: str, secrets: list[str]) -> None:
    assert secrets_of(value) == secrets


@pytest.mark.parametrize(
    "value",
    ["Tr0ub4d:or", "dGhpc2lzYXNlY3JldA==", "a=b", "correct horse battery staple", "key", "x y: z"],
)
def test_what_only_looks_like_a_form_is_one_secret(value: str) -> None:
    assert value in secrets_of(value)


@pytest.mark.parametrize(
    "value",
    [
        "the password for staging is hunt3r2.", "PIN: 90210, password: hunt3r2", "bob -> hunt3r2",
        "bob,hunt3r2\neve,Sperling\n", "x.connect(user='bob', password='hunt3r2', port=5432)",
        "CREATE USER 'app' IDENTIFIED BY 'hunt3r2';", 'password <- "hunt3r2"',
        '{:user=>"bob", :password=>"hunt3r2"}', "AUTH=bob/hunt3r2", "KEY='hunt'\"3r2\"\nA=b\n",
        "WIFI:S:Home;T:WPA;P:hunt3r2;;", "user w on >hunt3r2 ~jobs:* +@all",
        "cn=admin,dc=acme,dc=test:hunt3r2", "db1.acme.test bob hunt3r2", "bob\nhunt3r2\n",
    ],
)  # fmt: skip
def test_what_a_text_of_no_known_form_announces_is_secret_too(value: str) -> None:
    assert "hunt3r2" in secrets_of(value)


@pytest.mark.parametrize(
    "value",
    [
        "x.connect(user='bob', password='hunt3r2', port=5432)",
        "reset the password: bob will send it",
        '{"description": "Password of production, stored by ops", "password": "hunt3r2"}',
    ],
)
def test_what_only_stands_beside_an_announced_secret_is_not(value: str) -> None:
    assert not {"5432", "port=5432", "bob", "will", "production", "stored"} & set(secrets_of(value))


def test_what_is_nested_is_read_as_well() -> None:
    docker = json.dumps({"auths": {"r.test": {"auth": base64.b64encode(b"bob:S3cr3t").decode()}}})
    account = base64.b64encode(json.dumps({"password": "hunt3r2"}).encode()).decode()

    assert "S3cr3t" in secrets_of(docker)
    assert "S3cr3t" in secrets_of("Basic " + base64.b64encode(b"bob:S3cr3t").decode())
    assert "hunt3r2" in secrets_of(account)
    assert secrets_of("DB_URL=postgres://app:S3cr3t@db/app\nX=1\n") == ["S3cr3t"]


def test_a_component_lies_where_the_value_has_it_whatever_it_is_written_in() -> None:
    value = '{"u": "x", "password": "a\\u00e9\\n9z", "dsn": "pg://u:p%40q@h/d"}'

    places = [value[each.start : each.end] for each in components_of(value) if each.secret]

    assert places == ["a\\u00e9\\n9z", "p%40q"]


def test_the_boundaries_of_a_key_are_public_and_its_body_is_not() -> None:
    key = f"-----BEGIN PRIVATE KEY-----\n{TOKEN}\n{TOKEN[::-1]}\n-----END PRIVATE KEY-----\n"
    certificate = key.replace("PRIVATE KEY", "CERTIFICATE")

    assert secrets_of(key) == [f"{TOKEN}\n{TOKEN[::-1]}"]
    assert secrets_of(certificate) == []


def test_nesting_has_a_bound() -> None:
    value = '{"password": "hunt3r2"}'
    for _ in range(12):
        value = json.dumps({"x": value})

    assert secrets_of(value)


@pytest.mark.parametrize("name", ["bob", "svc_app", "app.user", "bob@acme.test"])
def test_a_plain_name_is_a_user(name: str) -> None:
    assert is_user(name)


def test_the_public_parts_of_a_connection_string_are_public() -> None:
    value = f"DefaultEndpointsProtocol=https;AccountKey={TOKEN};EndpointSuffix=core.windows.net"

    assert secrets_of(value) == [TOKEN]
    assert {"AccountKey", "https", "core.windows.net"} <= set(publics_of(value))
