"""Values in a form of their own, found by looking for secrets that recognisers call public."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, b64, stored

SHAPES: Shapes = {
    "note": [
        stored("user bob password Nachtigall", hide=["Nachtigall"], keep=["user bob"]),
        stored("login bob\npassword Sperlingruf\n", hide=["Sperlingruf"], keep=["login: bob"]),
        stored("bob / Rotkehlchen", hide=["Rotkehlchen"], keep=["bob"]),
        stored("bob\nZaunkönig\n", hide=["Zaunkönig"], keep=["bob"]),
        stored("Passwort: Goldammer7", hide=["Goldammer7"], keep=["Passwort"]),
        stored("пароль: Соловей7", hide=["Соловей7"], keep=["пароль"]),
        stored("bob\tKernbeißer", hide=["Kernbeißer"], keep=["bob"]),
        stored("API_KEY := 'Steinkauz9'", hide=["Steinkauz9"], keep=["API_KEY"]),
    ],
    "reference beside a secret": [
        stored(
            "token = s3cr3tTok3nXYZ99\npassword = os.environ['DB_PASSWORD']\n",
            hide=["s3cr3tTok3nXYZ99"],
            keep=["os.environ['DB_PASSWORD']", "password = os.environ['DB_PASSWORD']"],
        ),
        stored(
            '{"password": "os.environ[\'DB_PASSWORD\']", "api_key": "Kq8vLm2ZpQ7w"}',
            hide=["Kq8vLm2ZpQ7w"],
            keep=["os.environ['DB_PASSWORD']", "os.environ.get('DB_PASSWORD')"],
        ),
        stored(
            'DB_PASSWORD=${DB_PASSWORD}\nPGPASSWORD="$DB_PASSWORD"\nAPI_KEY=Steinkauz9\n',
            hide=["Steinkauz9"],
            keep=["$DB_PASSWORD", "${DB_PASSWORD}", 'echo "$PGPASSWORD"'],
        ),
        stored(
            "password: process.env.DB_PASSWORD\npassphrase: Nachtigall7\n",
            hide=["Nachtigall7"],
            keep=["process.env.DB_PASSWORD", "password: process.env.DB_PASSWORD"],
        ),
        stored(
            "Server=db.acme.test;Uid=svc;Pwd={{secrets/prod/db}};Secret=Kq8vLm2ZpQ7w",
            hide=["Kq8vLm2ZpQ7w"],
            keep=["{{secrets/prod/db}}", 'dbutils.secrets.get("prod", "db")'],
        ),
    ],
    "name like a reference": [
        stored("password=$ECRET7", hide=["$ECRET7"], keep=["$DB_PASSWORD"]),
        stored("password=${hunter2hunter2}x", hide=["${hunter2hunter2}x"], keep=["${PASSWORD}"]),
        stored(
            "password=env('Nachtigall7')",
            hide=["env('Nachtigall7')"],
            keep=["import os"],
        ),
        stored(
            "https://svc:$9fA7xQ2LmZ@db.acme.test/",
            hide=["$9fA7xQ2LmZ"],
            keep=["https://svc:$DB_PASSWORD@db.acme.test/"],
        ),
    ],
    "quoted value": [
        stored('"Nachtigall"', hide=["Nachtigall"], keep=['"quoted"']),
        stored("'Kq8vLm2ZpQ7w'", hide=["Kq8vLm2ZpQ7w"], keep=["'quoted'"]),
        stored('"Feldlerche 41"', hide=["Feldlerche 41"], keep=["in 41 days"]),
        stored("`mB4xT9wZ`", hide=["mB4xT9wZ"], keep=["`code`"]),
    ],
    "names and values": [
        stored(
            '[{"name": "DB_HOST", "value": "db.internal"}, {"name": "DB_PASSWORD", "value": "Nachtigall"}]',
            hide=["Nachtigall"],
            keep=['{"name": "DB_HOST", "value": "db.internal"}', "DB_PASSWORD"],
        ),
        stored(
            '{"Tags": [{"Key": "password", "Value": "Turmfalke"}, {"Key": "stage", "Value": "production"}]}',
            hide=["Turmfalke"],
            keep=['{"Key": "stage", "Value": "production"}', '{"Key": "password"}'],
        ),
        stored(
            "env:\n- name: DB_HOST\n  value: db.internal\n- name: DB_PASSWORD\n  value: Wiedehopf\n",
            hide=["Wiedehopf"],
            keep=["env:\n- name: DB_HOST\n  value: db.internal", "- name: DB_PASSWORD"],
        ),
        stored(
            '{"value": "Bachstelze", "name": "API_TOKEN", "type": "string"}',
            hide=["Bachstelze"],
            keep=['"name": "API_TOKEN"', '"type": "string"'],
        ),
    ],
    "several under one name": [
        stored(
            "host: db.internal\npassword: |\n  Nachtigall\n  Sperlingruf\n",
            hide=["Nachtigall", "Sperlingruf"],
            keep=["host: db.internal", "password: |"],
        ),
        stored(
            "passwords:\n- Steinkauz\n- Turmfalke\nregion: eu-west-1\n",
            hide=["Steinkauz", "Turmfalke"],
            keep=["region: eu-west-1", "passwords:"],
        ),
        stored(
            '{"issuer": "acme", "recovery_codes": ["4821-9937", "7710-5528"]}',
            hide=["4821-9937", "7710-5528"],
            keep=['"issuer": "acme"', "recovery_codes"],
        ),
        stored(
            '{"secrets": {"a": "Feldlerche", "b": "Goldammer"}, "version": 2}',
            hide=["Feldlerche", "Goldammer"],
            keep=['"version": 2', '{"secrets": {"a"'],
        ),
    ],
    "user:password@host": [
        stored("scott:Tigerlily@db:1521/x", hide=["Tigerlily"], keep=["scott", "db:1521/x"]),
        stored("deploy:Kq8vLm2Zp@build.acme.test:22", hide=["Kq8vLm2Zp"], keep=["deploy"]),
        stored("ACME\\svc:Rohrdommel", hide=["Rohrdommel"], keep=["ACME\\svc"]),
        stored(
            'user = "bob:Waldohreule"\nurl = "https://api.acme.test"\n',
            hide=["Waldohreule"],
            keep=['url = "https://api.acme.test"'],
        ),
    ],
    "nothing named a secret": [
        stored('{"bob": "Nachtigall"}', hide=["Nachtigall"], keep=["bob"]),
        stored(
            '{"users": {"bob": "Turmfalke", "eve": "Wiedehopf"}}',
            hide=["Turmfalke", "Wiedehopf"],
            keep=['{"users": {"bob": "'],
        ),
        stored(
            "bob: Steinkauz\neve: Goldammer\n",
            hide=["Steinkauz", "Goldammer"],
            keep=["bob and eve"],
        ),
        stored(
            "https://acme.test/join/gravel-otter-lantern-quilt",
            hide=["gravel-otter-lantern-quilt"],
            keep=["https://acme.test/join/"],
        ),
    ],
    "base64 of words": [
        stored(b64("diesisteinsatz"), hide=["diesisteinsatz"], keep=["ein Satz"]),
        stored(b64("Nachtigall-Lied"), hide=["Nachtigall-Lied"], keep=["Lied"]),
        stored(b64("Uhu Kauz Eule Falke"), hide=["Uhu Kauz Eule Falke"], keep=["Uhu Kauz"]),
        stored(b64("Kq8vLm2ZpQ7w"), hide=["Kq8vLm2ZpQ7w"], keep=["Kq8v"]),
    ],
}
