"""Texts that people write: mails, notes, source code, and what holds a secret among other words."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "sentences": [
        stored(
            "The password for the staging database is Lindenbaum99, please do not share it with "
            "anybody.",
            hide=["Lindenbaum99"],
            keep=[
                "please do not share it with anybody",
                "The password for the staging database is",
            ],
        ),
        stored(
            "Use Zk9xQm4Lw7Rt to log in to the customer portal",
            hide=["Zk9xQm4Lw7Rt"],
            keep=["to log in to the customer portal"],
        ),
        stored(
            "Server: mail.example.com, user: robot, password: Ahornblatt. Ask the infrastructure "
            "team for access.",
            hide=["Ahornblatt"],
            keep=["Ask the infrastructure team for access", "mail.example.com"],
        ),
        stored(
            "The production deployment key was rotated yesterday. The new one is q8Yw7Zx2Kp4L.",
            hide=["q8Yw7Zx2Kp4L"],
            keep=["was rotated yesterday", "The new one is"],
        ),
    ],
    "free text": [
        stored(
            "Hi Bob,\n\nthe password is hunter2, user bob.\n\nCheers,\nAlice\n",
            hide=["hunter2"],
            keep=["Hi Bob,"],
        ),
        stored(
            "user: bob, password: Lindenbaum, server: db1.acme.test",
            hide=["Lindenbaum"],
            keep=["db1.acme.test"],
        ),
        stored(
            "the password for the staging db (user app) is Lindenbaum. Don't share.",
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "mot de passe : Lindenbaum",
            hide=["Lindenbaum"],
            keep=["mot de passe"],
        ),
        stored(
            "bob@acme.test Lindenbaum",
            hide=["Lindenbaum"],
            keep=["bob@acme.test"],
        ),
        stored(
            "bob -> Lindenbaum",
            hide=["Lindenbaum"],
            keep=["bob"],
        ),
        stored(
            "PIN: 4711, PUK: 90210455",
            hide=["4711", "90210455"],
            keep=["PIN"],
        ),
        stored(
            "1. legal\n2. winner\n3. thank\n4. year\n5. wave\n6. sausage\n7. worth\n8. useful\n9. abandon\n10. zebra\n11. thank\n12. yellow\n",
            hide=[
                "legal winner thank year wave sausage worth useful",
                "sausage worth useful abandon zebra thank",
            ],
            keep=["1. one"],
        ),
    ],
    "source code": [
        stored(
            "Credentials(user='bob', password='Lindenbaum', host='db1')",
            hide=["Lindenbaum"],
            keep=["host='db1'"],
        ),
        stored(
            "psycopg2.connect(host='db1', user='app', password='Lindenbaum', port=5432)",
            hide=["Lindenbaum"],
            keep=["psycopg2.connect(host='db1'"],
        ),
        stored(
            "password: str = 'Lindenbaum'\n",
            hide=["Lindenbaum"],
            keep=["str"],
        ),
        stored(
            "('bob', 'Lindenbaum')",
            hide=["Lindenbaum"],
            keep=["'bob'"],
        ),
        stored(
            'Sys.setenv(DB_PASSWORD = "Lindenbaum", DB_USER = "app")\ncon <- dbConnect(Postgres(), password = "Ahornblatt", host = "db1")\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=['host = "db1"'],
        ),
        stored(
            'password <- "Lindenbaum"\nuser <- "bob"\n',
            hide=["Lindenbaum"],
            keep=["user <-"],
        ),
        stored(
            'password := "Lindenbaum"\nhost := "db1"\ncfg := Config{User: "app", Password: "Ahornblatt"}\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=['host := "db1"'],
        ),
        stored(
            '{:user=>"bob", :password=>"Lindenbaum"}',
            hide=["Lindenbaum"],
            keep=["bob"],
        ),
        stored(
            "production:\n  secret_key_base: <%= ENV['X'] || 'Lindenbaum' %>\n  adapter: mysql2\n",
            hide=["Lindenbaum"],
            keep=["adapter: mysql2"],
        ),
        stored(
            '#define WIFI_PASSWORD "Lindenbaum"\n#define WIFI_SSID "Home"\n',
            hide=["Lindenbaum"],
            keep=['#define WIFI_SSID "Home"'],
        ),
        stored(
            "CREATE USER 'app'@'%' IDENTIFIED BY 'Lindenbaum';\nGRANT ALL ON shop.* TO 'app'@'%';",
            hide=["Lindenbaum"],
            keep=["GRANT ALL ON shop.*"],
        ),
        stored(
            "ALTER LOGIN sa WITH PASSWORD = N'Lindenbaum', CHECK_POLICY = OFF",
            hide=["Lindenbaum"],
            keep=["CHECK_POLICY = OFF"],
        ),
        stored(
            "ALTER USER scott IDENTIFIED BY Lindenbaum ACCOUNT UNLOCK;",
            hide=["Lindenbaum"],
            keep=["ACCOUNT UNLOCK"],
        ),
    ],
    "secret within a named value": [
        stored(
            "NEO4J_AUTH=neo4j/Lindenbaum",
            hide=["Lindenbaum"],
            keep=["NEO4J_AUTH"],
        ),
        stored(
            'BUNDLE_GEMS__ACME__TEST: "bob:Lindenbaum"\n',
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "GET /api HTTP/1.1\nHost: acme.test\nAuthorization: Basic Ym9iOkxpbmRlbmJhdW0=\nX-Auth-Token: Ahornblatt\nCookie: sid=Zk9xQm4Lw7\nAccept: */*\n",
            hide=["Ym9iOkxpbmRlbmJhdW0=", "Lindenbaum", "Ahornblatt", "Zk9xQm4Lw7"],
            keep=["Host: acme.test", "Accept: */*"],
        ),
        stored(
            "[http]\n\textraheader = AUTHORIZATION: basic Ym9iOkxpbmRlbmJhdW0=\n[user]\n\tname = Bob\n",
            hide=["Ym9iOkxpbmRlbmJhdW0=", "Lindenbaum"],
            keep=["name = Bob"],
        ),
        stored(
            'proxy_set_header Authorization "Basic Ym9iOkxpbmRlbmJhdW0=";\nssl_password_file /etc/x;\n',
            hide=["Ym9iOkxpbmRlbmJhdW0=", "Lindenbaum"],
            keep=[],
        ),
        stored(
            "dn: uid=bob,dc=acme\nuserPassword:: TGluZGVuYmF1bQ==\nuid: bob\n",
            hide=["TGluZGVuYmF1bQ==", "Lindenbaum"],
            keep=["uid: bob"],
        ),
        stored(
            "[domain/acme]\nldap_default_bind_dn = cn=r,dc=acme\nldap_default_authtok_type = password\nldap_default_authtok = Lindenbaum\n",
            hide=["Lindenbaum"],
            keep=["ldap_default_authtok_type = password"],
        ),
        stored(
            'KafkaServer {\n  org.apache.kafka.common.security.plain.PlainLoginModule required\n  username="admin"\n  password="Lindenbaum"\n  user_admin="Lindenbaum"\n  user_alice="Ahornblatt";\n};\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["KafkaServer {"],
        ),
        stored(
            "http://?__extra__=%7B%22token%22%3A+%22Lindenbaum%22%7D",
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "sessionid=Lindenbaum; csrftoken=Zk9xQm4Lw7Rt2Yv8; Path=/; HttpOnly",
            hide=["Lindenbaum", "Zk9xQm4Lw7Rt2Yv8"],
            keep=["Path=/; HttpOnly"],
        ),
    ],
    "other": [
        stored(
            "WIFI:S:Home;T:WPA;P:Lindenbaum;;",
            hide=["Lindenbaum"],
            keep=["WIFI:S:Home;T:WPA"],
        ),
        stored(
            "[default]\naws_access_key_id=ASIAQ7ZX3LM9PLK2TTQB\naws_secret_access_key=uY7/zQ1Lm+9fWpXv4Kt8RnB3cD5eGh2Jk6Ls0Mnb\naws_session_token=FwoGZXIvYXdzEBYaDJ9kq3LmZk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1A==\nmfa_serial=arn:aws:iam::123456789012:mfa/bob\n",
            hide=[
                "uY7/zQ1Lm+9fWpXv4Kt8RnB3cD5eGh2Jk6Ls0Mnb",
                "EBYaDJ9kq3LmZk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1A==",
            ],
            keep=["arn:aws:iam::123456789012:mfa/bob"],
        ),
        stored(
            "IBAN: DE89 3704 0044 0532 0130 00\nBIC: COBADEFFXXX\n",
            hide=["DE89 3704 0044 0532 0130 00"],
            keep=["BIC: COBADEFFXXX"],
        ),
        stored(
            'spawn ssh root@h\nexpect "password:"\nsend "Lindenbaum\\r"\n',
            hide=["Lindenbaum"],
            keep=[],
        ),
    ],
}
