"""JSON, YAML, TOML and XML documents."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, b64, json_lines, stored

SHAPES: Shapes = {
    "RDS JSON": [
        stored(
            '{"engine": "postgres", "host": "sales-db.cluster-cx9.eu-central-1.rds.amazonaws.com", "port": 5432, "username": "svc_app", "password": "Sunshine-Lane", "dbname": "sales"}',
            hide=["Sunshine-Lane"],
            keep=[
                "another-db.cluster-cx9.eu-central-1.rds.amazonaws.com",
                '"port": 5432',
                "engine postgres",
                "the sales team",
            ],
        ),
        stored(
            '{"username":"admin","password":"7XnvFriMj?jLrh?f4p&n*s?MtpK6z20n","engine":"mysql","host":"prod.cx7.us-east-1.rds.amazonaws.com","port":3306,"dbInstanceIdentifier":"prod"}',
            hide=["7XnvFriMj?jLrh?f4p&n*s?MtpK6z20n"],
            keep=['"engine":"mysql"', "prod.cx7.us-east-1.rds.amazonaws.com", "port 3306"],
        ),
        stored(
            json_lines(username="root", password='q"6wBcYh\\nuOx3BU', host="db.internal"),
            hide=['q"6wBcYh\\nuOx3BU'],
            keep=["db.internal", '"username": "root"'],
        ),
        stored(
            '{"password":"hW4!","username":"viewer","host":"replica.internal","ssl":true}',
            hide=["hW4!"],
            keep=["replica.internal", '"ssl":true', "viewer"],
        ),
    ],
    "JSON with credentials": [
        stored(
            '{"user": "bob", "password": "hunt3r2"}',
            hide=["hunt3r2"],
            keep=["user bob", "hunt3r25"],
        ),
        stored('{"user": "bob", "pin": 90210455}', hide=["90210455"], keep=["1902104557"]),
        stored(
            json_lines(
                client_id="acme-notebooks",
                client_secret="fxEq5OTjuJ2OUa3bg3TUS3ceRerbwbjOgI",
                refresh_token="1//0gRGk3sp5CsRK_QSCAL9Nu3NnY9dpJPaJgQoDyA0GWzlAtsXFUthjJ2cbD3nWD",
                token_uri="https://oauth2.googleapis.com/token",
            ),
            hide=[
                "fxEq5OTjuJ2OUa3bg3TUS3ceRerbwbjOgI",
                "1//0gRGk3sp5CsRK_QSCAL9Nu3NnY9dpJPaJgQoDyA0GWzlAtsXFUthjJ2cbD3nWD",
            ],
            keep=["acme-notebooks", "https://oauth2.googleapis.com/token", '"token_uri":'],
        ),
        stored(
            '{"api": {"endpoints": ["https://api.acme.test/v1"], "keys": ["nQ3H06H8BVsLrlrx9YEXZMNd", "PCXumg5Iw0TLnik5iR4tH8W7"]}, "retries": 3}',
            hide=["nQ3H06H8BVsLrlrx9YEXZMNd", "PCXumg5Iw0TLnik5iR4tH8W7"],
            keep=["https://api.acme.test/v1/items", '"retries": 3', '{"api": {"endpoints": ['],
        ),
    ],
    "Google service account": [
        stored(
            json_lines(
                type="service_account",
                project_id="acme-analytics",
                private_key_id="8c2005d7bba1c02b234dc3015ef913299ba3c60a",
                private_key="-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQgw9O5zO7XAfSuh\nLhLq+DYBPjVmj7eO1KNLiJIY4LHpAbUZfPd3RlctlyY4OJOsP/G616w/+q4xM5RF\niw3u05AW4LcFEsDfxZjZBPtGNXAUkjxNj08ZmPTiJfxX0gLXEQ4MppejwbZGpFRt\nKyh9ewMgGDB8SVFQ8b+aUP6NigDbwaGZ6v8la6LS2nMd\n-----END PRIVATE KEY-----\n",
                client_email="etl@acme-analytics.iam.gserviceaccount.com",
                client_id="199712205274599190388",
                auth_uri="https://accounts.google.com/o/oauth2/auth",
                token_uri="https://oauth2.googleapis.com/token",
                auth_provider_x509_cert_url="https://www.googleapis.com/oauth2/v1/certs",
                universe_domain="googleapis.com",
            ),
            hide=[
                "LhLq+DYBPjVmj7eO1KNLiJIY4LHpAbUZfPd3RlctlyY4OJOsP/G616w/+q4xM5RF",
                "iw3u05AW4LcFEsDfxZjZBPtGNXAUkjxNj08ZmPTiJfxX0gLXEQ4MppejwbZGpFRt",
                "Kyh9ewMgGDB8SVFQ8b+aUP6NigDbwaGZ6v8la6LS2nMd",
            ],
            keep=[
                "-----BEGIN PRIVATE KEY-----",
                "https://accounts.google.com/o/oauth2/auth",
                "https://www.googleapis.com/oauth2/v1/certs",
                '"type": "service_account"',
                "acme-analytics.iam.gserviceaccount.com",
            ],
        ),
        stored(
            '{"type":"service_account","project_id":"ml-prod","private_key":"-----BEGIN RSA PRIVATE KEY-----\\nHtALcDZ4E783thzoqDlg3o+MEAKATL2MmLGPnLHtLf7HYFSrU0UhYizXEbUQaLGW\\nIlpcNTaTn8Yhg+vCSWsWxxPlP+uzZNUQNVXF4x+WCT7PxR9uAl6KaSIBicyMBFlN\\n-----END RSA PRIVATE KEY-----\\n","client_email":"ml@ml-prod.iam.gserviceaccount.com","token_uri":"https://oauth2.googleapis.com/token"}',
            hide=[
                "HtALcDZ4E783thzoqDlg3o+MEAKATL2MmLGPnLHtLf7HYFSrU0UhYizXEbUQaLGW",
                "IlpcNTaTn8Yhg+vCSWsWxxPlP+uzZNUQNVXF4x+WCT7PxR9uAl6KaSIBicyMBFlN",
            ],
            keep=["ml@ml-prod.iam.gserviceaccount.com", "-----END RSA PRIVATE KEY-----"],
        ),
        stored(
            json_lines(
                type="authorized_user",
                client_id="372593408515-6wolgdggwn4xv8arg51iw4tfwdw8zdy5.apps.googleusercontent.com",
                client_secret="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",
                refresh_token="1//09P2VDV3bVoFJKzXiC8n2kOb21Q9U1C6mt_jGyrdbBsWqFVbB5ZCO0kMvHunHa80FS",
                quota_project_id="acme-analytics",
            ),
            hide=[
                "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",
                "1//09P2VDV3bVoFJKzXiC8n2kOb21Q9U1C6mt_jGyrdbBsWqFVbB5ZCO0kMvHunHa80FS",
            ],
            keep=["apps.googleusercontent.com", '"type": "authorized_user"', "acme-analytics"],
        ),
        stored(
            '{"type":"external_account","audience":"//iam.googleapis.com/projects/1/locations/global","subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"https://sts.googleapis.com/v1/token","credential_source":{"headers":{"Authorization":"Bearer j6DfkR31qw77PbYOSfgaZNAebNlAdB2j5wUBOcpw"},"url":"https://idp.acme.test/t"}}',
            hide=["j6DfkR31qw77PbYOSfgaZNAebNlAdB2j5wUBOcpw"],
            keep=[
                "urn:ietf:params:oauth:token-type:jwt",
                "https://sts.googleapis.com/v1/token",
                "//iam.googleapis.com/projects/1/locations/global",
            ],
        ),
    ],
    "Docker configuration": [
        stored(
            '{\n    "auths": {\n        "registry.example.com": {\n            "auth": "Ym9iOlMzY3IzdA=="\n        }\n    }\n}',
            hide=["Ym9iOlMzY3IzdA==", "S3cr3t"],
            keep=["docker pull registry.example.com/app", '{\n    "auths": {'],
        ),
        stored(
            '{"auths":{"ghcr.io":{"auth":"'
            + b64("acme:ghp_PjNACbvyeGjhjnGrjr06p4Phsohkr20sONUJ")
            + '"}}}',
            hide=[
                "ghp_PjNACbvyeGjhjnGrjr06p4Phsohkr20sONUJ",
                b64("acme:ghp_PjNACbvyeGjhjnGrjr06p4Phsohkr20sONUJ"),
            ],
            keep=["docker pull ghcr.io/acme/app:1.2", '{"auths":{"ghcr.io":'],
        ),
        stored(
            b64(
                '{"auths":{"acme.azurecr.io":{"username":"acme","password":"xEx8DIRSfp1tZ9eXO6jRwM5AVxwwVeGh","auth":"'
                + b64("acme:xEx8DIRSfp1tZ9eXO6jRwM5AVxwwVeGh")
                + '"}}}'
            ),
            hide=["xEx8DIRSfp1tZ9eXO6jRwM5AVxwwVeGh", b64("acme:xEx8DIRSfp1tZ9eXO6jRwM5AVxwwVeGh")],
            keep=["acme.azurecr.io/jobs:latest", '{"auths":{"acme.azurecr.io":{"username":"acme"'],
        ),
        stored(
            json_lines(
                auths={
                    "https://index.docker.io/v1/": {
                        "identitytoken": "LQnfJG0p-tAHe-GDTKWcUpykW60Xr5zaVSJZt12-hzVy"
                    }
                },
                credsStore="desktop",
                HttpHeaders={"User-Agent": "Docker-Client/27.1"},
            ),
            hide=["LQnfJG0p-tAHe-GDTKWcUpykW60Xr5zaVSJZt12-hzVy"],
            keep=["https://index.docker.io/v1/", '"credsStore": "desktop"', "Docker-Client/27.1"],
        ),
    ],
    "kubeconfig": [
        stored(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: prod\n  cluster:\n    server: https://k8s.acme.test:6443\nusers:\n- name: ci\n  user:\n    token: r8v5r2w0kSXCMwwCnND4jbR0byTWjxaIKl89O7TO7OG7cs-U\ncurrent-context: prod\n",
            hide=["r8v5r2w0kSXCMwwCnND4jbR0byTWjxaIKl89O7TO7OG7cs-U"],
            keep=[
                "apiVersion: v1",
                "apiVersion: v1\nkind: Config",
                "https://k8s.acme.test:6443/healthz",
                "current-context: prod",
            ],
        ),
        stored(
            "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    client-key-data: "
            + b64(
                "-----BEGIN EC PRIVATE KEY-----\n07uTV/+V0uWEdNyfVp8Gn0u8WbK6RCYnCcrcCECGyOxaR2LdGeaElrW0AOSHOWU0\nfSSLMTQS5YtdRYQMDgfI0J8xJdU+QEmoWAlOsNhkLhdxil6cdcUECk76bm+F\n-----END EC PRIVATE KEY-----\n"
            )
            + "\npreferences: {}\n",
            hide=[
                "07uTV/+V0uWEdNyfVp8Gn0u8WbK6RCYnCcrcCECGyOxaR2LdGeaElrW0AOSHOWU0",
                "fSSLMTQS5YtdRYQMDgfI0J8xJdU+QEmoWAlOsNhkLhdxil6cdcUECk76bm+F",
                b64(
                    "-----BEGIN EC PRIVATE KEY-----\n07uTV/+V0uWEdNyfVp8Gn0u8WbK6RCYnCcrcCECGyOxaR2LdGeaElrW0AOSHOWU0\nfSSLMTQS5YtdRYQMDgfI0J8xJdU+QEmoWAlOsNhkLhdxil6cdcUECk76bm+F\n"
                )[44:208],
            ],
            keep=["preferences: {}", "kind: Config", "-----BEGIN EC PRIVATE KEY-----"],
        ),
        stored(
            "users:\n- name: legacy\n  user:\n    username: admin\n    password: Seerosenteich\n",
            hide=["Seerosenteich"],
            keep=["users:\n- name: legacy", "username: admin"],
        ),
        stored(
            '{"apiVersion":"v1","kind":"Config","users":[{"name":"eks","user":{"auth-provider":{"name":"oidc","config":{"client-secret":"sqAqQ9NpDmioC9KivXGugRNmA3-kzBQO6qCyRKAI","idp-issuer-url":"https://idp.acme.test","id-token":"j4VSQA3qw3pltPMjgzzRJVHcPOMV0uEtOul7KvcXhAxwUqaMrK6riBES9WXw"}}}}]}',
            hide=[
                "sqAqQ9NpDmioC9KivXGugRNmA3-kzBQO6qCyRKAI",
                "j4VSQA3qw3pltPMjgzzRJVHcPOMV0uEtOul7KvcXhAxwUqaMrK6riBES9WXw",
            ],
            keep=['"apiVersion":"v1","kind":"Config"', "https://idp.acme.test/authorize"],
        ),
    ],
    "Kubernetes secret": [
        stored(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n  namespace: prod\ntype: Opaque\ndata:\n  password: "
            + b64("8H%#uPZyT2BwLV#M")
            + "\n  username: "
            + b64("app")
            + "\n",
            hide=["8H%#uPZyT2BwLV#M", b64("8H%#uPZyT2BwLV#M")],
            keep=["apiVersion: v1\nkind: Secret\nmetadata:", "namespace: prod\ntype: Opaque"],
        ),
        stored(
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: api\nstringData:\n  API_KEY: R2X0VioeZAVKlUfC9CN9LZXNysSs\n",
            hide=["R2X0VioeZAVKlUfC9CN9LZXNysSs"],
            keep=["kind: Secret\nmetadata:", "stringData:", "API_KEY"],
        ),
        stored(
            '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"tls"},"data":{"tls.key":"'
            + b64(
                "-----BEGIN PRIVATE KEY-----\nxb7x//Yqk3cfo9HCI78rKzfdWNtY4t/UDKwakF9fwQeSqWN/2g5udVzwO4B2rWH8\nYQ1hb5wDAl26eiI4XrKtxU1nKGiKjZULL1kKzAhoTlLpx6QLTgsB2O3dq3pRW1+A\n-----END PRIVATE KEY-----\n"
            )
            + '"}}',
            hide=[
                "xb7x//Yqk3cfo9HCI78rKzfdWNtY4t/UDKwakF9fwQeSqWN/2g5udVzwO4B2rWH8",
                "YQ1hb5wDAl26eiI4XrKtxU1nKGiKjZULL1kKzAhoTlLpx6QLTgsB2O3dq3pRW1+A",
            ],
            keep=['"kind":"Secret","metadata":{"name":', "-----BEGIN PRIVATE KEY-----"],
        ),
        stored(
            "kind: Secret\ndata:\n  .dockerconfigjson: "
            + b64(
                '{"auths":{"quay.io":{"auth":"' + b64("acme+ci:WUKC2ZP231TN2X8J5FRAWT2T") + '"}}}'
            )
            + "\n",
            hide=["WUKC2ZP231TN2X8J5FRAWT2T", b64("acme+ci:WUKC2ZP231TN2X8J5FRAWT2T")],
            keep=["docker login quay.io", ".dockerconfigjson: "],
        ),
    ],
    "YAML": [
        stored(
            "db:\n  host: warehouse.internal\n  password: q8W-zz7-Pl2\nlog_level: warning",
            hide=["q8W-zz7-Pl2"],
            keep=["app:\n  log_level: warning", "ping warehouse.internal"],
        ),
        stored(
            "production:\n  adapter: postgresql\n  encoding: unicode\n  pool: 5\n  username: app\n  password: 'Ofen''rohr9'\n",
            hide=["Ofen'rohr9", "Ofen''rohr9"],
            keep=["adapter: postgresql\n  encoding: unicode\n  pool: 5", "username: app"],
        ),
        stored(
            'acme:\n  outputs:\n    dev:\n      type: snowflake\n      account: ab12345.eu-west-1\n      user: DBT\n      password: "k\\u00f6nig\\t6eCaxh"\n      threads: 4\n',
            hide=["k\\u00f6nig\\t6eCaxh", "könig\t6eCaxh"],
            keep=["type: snowflake", "account: ab12345.eu-west-1", "threads: 4"],
        ),
        stored(
            "smtp:\n  server: mail.acme.test\n  port: 587\n  auth:\n    login: robot@acme.test\n    secret: >-\n      AGS9NorUEWrA11VDfJjk9XI57txSuJocUBuz9Oef\n  from: robot@acme.test\n",
            hide=["AGS9NorUEWrA11VDfJjk9XI57txSuJocUBuz9Oef"],
            keep=["server: mail.acme.test\n  port: 587", "robot@acme.test"],
        ),
    ],
    "TOML": [
        stored(
            '[connections.dev]\naccount = "acme-dev"\nuser = "notebook"\npassword = "NPfENUTJ8oa6m!6"\nwarehouse = "COMPUTE_WH"\n',
            hide=["NPfENUTJ8oa6m!6"],
            keep=['[connections.dev]\naccount = "acme-dev"', 'warehouse = "COMPUTE_WH"'],
        ),
        stored(
            "[database]\nhost = 'pg.internal'\nport = 5432\npassphrase = 'Seidenraupe'\n\n[app]\ndebug = false\n",
            hide=["Seidenraupe"],
            keep=["[database]\nhost = 'pg.internal'\nport = 5432", "[app]\ndebug = false"],
        ),
        stored(
            '[server]\nheadless = true\ncookie_secret = "6e1ad0db5290047aa1df1edcd39cfa87eb3a225456fac984bff26d1648f4ea41"\n\n[theme]\nbase = "dark"\n',
            hide=["6e1ad0db5290047aa1df1edcd39cfa87eb3a225456fac984bff26d1648f4ea41"],
            keep=["[server]\nheadless = true", '[theme]\nbase = "dark"'],
        ),
        stored(
            '[[accounts]]\nname = "ops"\npin = 583920\ntokens = ["5762NRZUyTUxOSQS", "UTLAtQ61L0ncox1M"]\nexpires = 2027-01-01\n',
            hide=["583920", "5762NRZUyTUxOSQS", "UTLAtQ61L0ncox1M"],
            keep=['[[accounts]]\nname = "ops"', "expires = 2027-01-01", "1583920"],
        ),
    ],
    "XML": [
        stored(
            '<configuration>\n  <connectionStrings>\n    <add name="Default" connectionString="Server=sql03;Database=crm;User Id=web;Password=BDPzDzeh3u69wu;" providerName="System.Data.SqlClient" />\n  </connectionStrings>\n</configuration>\n',
            hide=["BDPzDzeh3u69wu"],
            keep=[
                "<configuration>\n  <connectionStrings>",
                'providerName="System.Data.SqlClient"',
                "Server=sql03;Database=crm",
            ],
        ),
        stored(
            "<settings>\n  <servers>\n    <server>\n      <id>nexus</id>\n      <username>deploy</username>\n      <password>Fliegenpilz</password>\n    </server>\n  </servers>\n</settings>\n",
            hide=["Fliegenpilz"],
            keep=[
                "<settings>\n  <servers>\n    <server>",
                "<id>nexus</id>",
                "<username>deploy</username>",
            ],
        ),
        stored(
            '<appSettings><add key="StorageKey" value="qpj+s6nO289i0cEC7PdN3JeQBtwmE3yys0YiG9eITAk=" /><add key="Culture" value="de-DE" /></appSettings>',
            hide=["qpj+s6nO289i0cEC7PdN3JeQBtwmE3yys0YiG9eITAk="],
            keep=['<add key="Culture" value="de-DE" />', '<add key="StorageKey"'],
        ),
        stored(
            '<?xml version="1.0" encoding="UTF-8"?>\n<user-mapping>\n  <authorize username="ops" password="a&amp;8MVIJWoV&lt;7">\n    <protocol>rdp</protocol>\n  </authorize>\n</user-mapping>\n',
            hide=["a&amp;8MVIJWoV&lt;7", "a&8MVIJWoV<7"],
            keep=['<?xml version="1.0" encoding="UTF-8"?>', "<protocol>rdp</protocol>"],
        ),
    ],
    "YAML with properties": [
        stored(
            "postgresql:\n  auth:\n    postgresPassword: Lindenbaum\n    database: app\n    replicationPassword: &pw Ahornblatt\n  other: *pw\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["database: app"],
        ),
        stored(
            "x: &defaults\n  adapter: postgresql\n  password: &p Lindenbaum\nprod:\n  <<: *defaults\n  password: !secret Ahornblatt\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["adapter: postgresql"],
        ),
        stored(
            "? password\n: Lindenbaum\n? user\n: bob\n",
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "#cloud-config\nusers:\n  - name: bob\n    passwd: $6$Zk9xQm4L$w7Rt2Yv8Bn3Hj6Dp1AzCaEbcD9e\nchpasswd:\n  list: |\n    root:Lindenbaum\n    bob:Ahornblatt\n  expire: false\n",
            hide=["Lindenbaum", "Ahornblatt", "$6$Zk9xQm4L$w7Rt2Yv8Bn3Hj6Dp1AzCaEbcD9e"],
            keep=["expire: false"],
        ),
    ],
    "XML that names beside": [
        stored(
            "<plist><dict><key>user</key><string>bob</string><key>password</key><string>Lindenbaum</string></dict></plist>",
            hide=["Lindenbaum"],
            keep=["<key>user</key><string>bob</string>"],
        ),
        stored(
            '<Entry><String><Key>Password</Key><Value ProtectInMemory="True">Lindenbaum</Value></String><String><Key>UserName</Key><Value>bob</Value></String></Entry>',
            hide=["Lindenbaum"],
            keep=["bob"],
        ),
        stored(
            "<configuration><property><name>fs.s3a.secret.key</name><value>Lindenbaum</value></property><property><name>fs.s3a.endpoint</name><value>s3.acme.test</value></property></configuration>",
            hide=["Lindenbaum"],
            keep=["s3.acme.test"],
        ),
        stored(
            "<AutoLogon><Password><Value>Lindenbaum</Value><PlainText>true</PlainText></Password><Username>bob</Username></AutoLogon>",
            hide=["Lindenbaum"],
            keep=["<PlainText>true</PlainText>"],
        ),
    ],
}
