"""Configuration files and single lines: .env, INI, pgpass, netrc, npmrc, headers."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, b64, stored

SHAPES: Shapes = {
    ".env file": [
        stored(
            "# ------------------------------------------------------------\n# settings\nDB_HOST=db\nPGPASSWORD=Sunsh-ine\n",
            hide=["Sunsh-ine"],
            keep=["-" * 60, "# settings", "DB_HOST=db", "PGPASSWORD"],
        ),
        stored(
            "export APP_ENV=production\nexport SECRET_KEY='8MkF@5d%3YdVPySwUMzNiXYArjfFK%&UDt6uMA!mxo1xVGKrRE'\nexport LOG_LEVEL=info\n",
            hide=["8MkF@5d%3YdVPySwUMzNiXYArjfFK%&UDt6uMA!mxo1xVGKrRE"],
            keep=["export APP_ENV=production", "LOG_LEVEL=info", "SECRET_KEY"],
        ),
        stored(
            'DATABASE_URL=postgres://app:XPh2st0qFn0Y@db:5432/app\nDB_PW=Tinte7\nAPI_BASE="https://api.acme.test"\nDEBUG=0\n',
            hide=["XPh2st0qFn0Y", "Tinte7"],
            keep=["postgres://db:5432/app", "https://api.acme.test/v2", "DEBUG=0"],
        ),
        stored(
            "TWILIO_ACCOUNT_SID=AC0acea792a4187bb07d8052e633d665c5\nTWILIO_AUTH_TOKEN=4fc69dc63d5a699a702865f067007049\nTZ=Europe/Berlin\nPORT=8080\n",
            hide=["4fc69dc63d5a699a702865f067007049"],
            keep=["TZ=Europe/Berlin", "PORT=8080", "TWILIO_AUTH_TOKEN"],
        ),
    ],
    "AWS credentials": [
        stored(
            "[default]\naws_access_key_id = AKIAQ7ZX3LM9PLK2TTQA\naws_secret_access_key = uY7/zQ1Lm+9fWpXv4Kt8RnB3cD5eGh2Jk6Ls0Mna\nregion = eu-central-1\n",
            hide=["uY7/zQ1Lm+9fWpXv4Kt8RnB3cD5eGh2Jk6Ls0Mna"],
            keep=["set aws_secret_access_key and region = eu-central-1", "AKIAQ7ZX3LM9PLK2TTQA"],
        ),
        stored(
            "AWS_ACCESS_KEY_ID=ASIAU9SV9RYPAASKZJHY\nAWS_SECRET_ACCESS_KEY=spy+q+r2W2t59xkdUte2jchGvzHm3dSjtgbuOdyW\nAWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjExpTXIZ1yhQ3GfLkVSdat7YDkQ58QjtYsDRcP792r231uVnItP0ooJZTEo8jKsJqpGsc5IPwBriXtYu6mj4F+7LtTsQgKkG8N8ee8cOTd+221YOAI3ZniZLek\n",
            hide=[
                "spy+q+r2W2t59xkdUte2jchGvzHm3dSjtgbuOdyW",
                "xpTXIZ1yhQ3GfLkVSdat7YDkQ58QjtYsDRcP792r231uVnItP0ooJZTEo8jKsJqpGsc5IPwBriXtYu6mj4F+7LtTsQgKkG8N8ee8cOTd+221YOAI3ZniZLek",
            ],
            keep=["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID=", "export AWS_SECRET_ACCESS_KEY="],
        ),
        stored(
            '{"AccessKey":{"UserName":"ci","AccessKeyId":"AKIA5MTV9I27L06N1UNF","Status":"Active","SecretAccessKey":"yRSypVhBl2xvRvV1ZnFgEyp+vt5KwiBLC9vxHc5e","CreateDate":"2026-01-02T03:04:05+00:00"}}',
            hide=["yRSypVhBl2xvRvV1ZnFgEyp+vt5KwiBLC9vxHc5e"],
            keep=['"Status":"Active"', '"CreateDate":"2026-01-02T03:04:05+00:00"'],
        ),
        stored(
            "AKIAU8J6UEVFYHCYNOUZ,K5MG5YRRxW8LHMKDWqd6IyxREl8r3eyirPXxB4Cu",
            hide=["K5MG5YRRxW8LHMKDWqd6IyxREl8r3eyirPXxB4Cu"],
            keep=["Access key ID,Secret access key", "AKIA"],
        ),
    ],
    "INI": [
        stored(
            "[mysql]\nhost = mysql.internal\nuser = report\npassword = zeyQt3On^oSAZ\ndefault-character-set = utf8mb4\n",
            hide=["zeyQt3On^oSAZ"],
            keep=[
                "[mysql]\nhost = mysql.internal\nuser = report",
                "default-character-set = utf8mb4",
            ],
        ),
        stored(
            "; generated\n[smtp]\nserver=smtp.acme.test\nport=465\npass=Elster\nssl=on\n",
            hide=["Elster"],
            keep=["; generated", "server=smtp.acme.test\nport=465", "ssl=on"],
        ),
        stored(
            "spring.datasource.url=jdbc:mysql://db1.acme.test:3306/shop\nspring.datasource.username=shop\nspring.datasource.password=e7uuGnQ48nq\nspring.jpa.hibernate.ddl-auto=validate\n",
            hide=["e7uuGnQ48nq"],
            keep=[
                "jdbc:mysql://db1.acme.test:3306/shop",
                "spring.jpa.hibernate.ddl-auto=validate",
                "spring.datasource.password",
            ],
        ),
        stored(
            "[wifi-security]\nkey-mgmt=wpa-psk\npsk=Kaffee-und-Kuchen\n\n[ipv4]\nmethod=auto\n",
            hide=["Kaffee-und-Kuchen"],
            keep=["[wifi-security]\nkey-mgmt=wpa-psk", "[ipv4]\nmethod=auto", "Kaffee"],
        ),
    ],
    "PEM key": [
        stored(
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQPr9LXkzyiZ29ma\nMAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKt\nTW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZ\nvll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv\nmop05IZKPYQ94GRgGSInMbdaFa==\n-----END PRIVATE KEY-----\n",
            hide=[
                "MAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKt",
                "TW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZ",
                "vll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv",
                "mop05IZKPYQ94GRgGSInMbdaFa==",
                "MAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKtTW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZvll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv",
            ],
            keep=[
                "-----BEGIN PRIVATE KEY-----",
                "-----END PRIVATE KEY-----",
                "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
            ],
        ),
        stored(
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEICoKWGYAW7MrFdqlP8FRjeavn+LRDLxc31wAGpmbNcC5VnXNXPlFR9Qe\nQ4FTNRnT67HqP5gfaeqPJ+4T+QfUMdKiOn6sGUnRUIBFOteDKubib1f9ULs6iJkY\nil53FGtN7NrbeIpG7F5tO2Mm3Ovm/7p6\n-----END EC PRIVATE KEY-----",
            hide=[
                "CoKWGYAW7MrFdqlP8FRjeavn+LRDLxc31wAGpmbNcC5VnXNXPlFR9Qe",
                "Q4FTNRnT67HqP5gfaeqPJ+4T+QfUMdKiOn6sGUnRUIBFOteDKubib1f9ULs6iJkY",
                "il53FGtN7NrbeIpG7F5tO2Mm3Ovm/7p6",
            ],
            keep=["-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----"],
        ),
        stored(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,B67F3C286EC8ABC5F05B72EB8E80CC5B\n\n8nn9y0EVFwb6xFC9Godt10SG2C/3iWujIJ6TZLG5JJ5YG5D558B/TgLwEvWE8oZp\nF2mkgD9j5QAscYTLa0EVWN3vrkczcQcbQFYlbkIy8B/CDbO7JMtrLgTJ/MqpDQOb\n-----END RSA PRIVATE KEY-----\n",
            hide=[
                "8nn9y0EVFwb6xFC9Godt10SG2C/3iWujIJ6TZLG5JJ5YG5D558B/TgLwEvWE8oZp",
                "F2mkgD9j5QAscYTLa0EVWN3vrkczcQcbQFYlbkIy8B/CDbO7JMtrLgTJ/MqpDQOb",
            ],
            keep=["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,"],
        ),
        stored(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n8OO5dDeJFFOqQn34vHRbpk4wiQB0LUknkZoisIgvEdnzMKtbx+yij8s7yB0Suzu5\r\noMUQKDNmOAMtT4bKATcDgu3yPcgTwY2lfbroH0TLX+MHQPtiYDXuihTSiVCP298X\r\nQwYKHBNXoL/9fAwQbM\r\n-----END ENCRYPTED PRIVATE KEY-----\r\n",
            hide=[
                "8OO5dDeJFFOqQn34vHRbpk4wiQB0LUknkZoisIgvEdnzMKtbx+yij8s7yB0Suzu5",
                "oMUQKDNmOAMtT4bKATcDgu3yPcgTwY2lfbroH0TLX+MHQPtiYDXuihTSiVCP298X",
                "QwYKHBNXoL/9fAwQbM",
            ],
            keep=["-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n"],
        ),
    ],
    "OpenSSH key": [
        stored(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACB4Rp/fy9xBghGANqz3aoTdNLZk7LYp+b3CoGT2zzC02oUu0Jk2xR4Qzj2o\nN3cw7Bk1scw7Nk/R3qYm22USmY60GiThkPFRrU81E9tSSlxI13m9Z7+uybz7fmae2rtK+d\nNeYHoDzTNyqSuGqUKOli5ESNGCwsgaRGgM74Xa1m27rbyKilmIoTRKsJB4c8\n-----END OPENSSH PRIVATE KEY-----\n",
            hide=[
                "N3cw7Bk1scw7Nk/R3qYm22USmY60GiThkPFRrU81E9tSSlxI13m9Z7+uybz7fmae2rtK+d",
                "NeYHoDzTNyqSuGqUKOli5ESNGCwsgaRGgM74Xa1m27rbyKilmIoTRKsJB4c8",
            ],
            keep=[
                "-----BEGIN OPENSSH PRIVATE KEY-----",
                "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB",
            ],
        ),
        stored(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABXy1qR7\nkR2MnAWQDlOlmD1h+JVdz0OmDAZCmN9jbCjeSvV2/WfiC4CrpENNTTIl+hDNSUJpRpngp8\nDFJZ8qRcWsI+YMwOcukyUjODCgCE3XGsf2Q9+D5QnLkpY8gcqq16Zyx2aYlABakFiAAMqu\nIpjPJHexW2h2o7/YdkOjEj==\n-----END OPENSSH PRIVATE KEY-----\n",
            hide=[
                "kR2MnAWQDlOlmD1h+JVdz0OmDAZCmN9jbCjeSvV2/WfiC4CrpENNTTIl+hDNSUJpRpngp8",
                "DFJZ8qRcWsI+YMwOcukyUjODCgCE3XGsf2Q9+D5QnLkpY8gcqq16Zyx2aYlABakFiAAMqu",
                "IpjPJHexW2h2o7/YdkOjEj==",
            ],
            keep=["-----END OPENSSH PRIVATE KEY-----", "aes256-ctr and bcrypt"],
        ),
        stored(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\nPrivate-Lines: 1\nteHuOLHeRqVexKOIFKBNC8XFnAKf/3HjBq27PjnxjEM=\nPrivate-MAC: 15290fb9ffdbbb3a1e1673e866780609b464aeea2245b8d86f798d5658199bf0\n",
            hide=["teHuOLHeRqVexKOIFKBNC8XFnAKf/3HjBq27PjnxjEM="],
            keep=["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none\nComment: deploy"],
        ),
        stored(
            "AGE-SECRET-KEY-1N5PQGVCJTYKCVPF6ZUO4GIRQEJYDVN8C3V2PY80W9D9RT4TNNZAB93H6SF",
            hide=[
                "N5PQGVCJTYKCVPF6ZUO4GIRQEJYDVN8C3V2PY80W9D9RT4TNNZAB93H6SF",
            ],
            keep=["AGE-SECRET-KEY-1", "age1 public keys"],
        ),
    ],
    "user:password": [
        stored(
            "svc_app:2oIR5S#VCpc0SE",
            hide=["2oIR5S#VCpc0SE"],
            keep=["svc_app", "the service svc_app:"],
        ),
        stored("admin:Lindwurm", hide=["Lindwurm"], keep=["admin:", "admin logged in"]),
        stored(
            "elastic:6J2zDeEP2a30GsVcPObM",
            hide=["6J2zDeEP2a30GsVcPObM"],
            keep=["elastic", "curl -u elastic"],
        ),
        stored(
            "robot@acme.test:Wz4:Kx7",
            hide=["Wz4:Kx7"],
            keep=["robot@acme.test", "mailto:robot@acme.test"],
        ),
    ],
    "htpasswd": [
        stored(
            "alice:$apr1$6LcOCIF6$7BL4pp3WEGgQXXZJyhJ9eh",
            hide=["7BL4pp3WEGgQXXZJyhJ9eh"],
            keep=["alice", "$apr1$"],
        ),
        stored(
            "bob:$2y$10$ARlsoDQF2aeqvtsKfEFyPUlyuXRd5MlRUG1ju9tMtrqGcZVjPo2vw\n",
            hide=["ARlsoDQF2aeqvtsKfEFyPUlyuXRd5MlRUG1ju9tMtrqGcZVjPo2vw"],
            keep=["bob", "$2y$10$"],
        ),
        stored(
            "carol:{SHA}Q+GplNu+XJZJnu3QQt7d5nj6tFf=",
            hide=["Q+GplNu+XJZJnu3QQt7d5nj6tFf="],
            keep=["carol:{SHA}"],
        ),
        stored(
            "alice:$6$QOdzmJaLXocQfof5$hIts50ILTBo7UaXEeY14LJiZm1PezWf9VxnlIT9BdggAD3Ts0GZQHLFuzZRx3nQAFzVoct286itrC251rBv4id\ndave:$5$LT0vwBKtLqSepjyO$WQrA3wZUWytjeR2MjjmVMqlyj4G8ZjOOdV0domSqQa3\n",
            hide=[
                "hIts50ILTBo7UaXEeY14LJiZm1PezWf9VxnlIT9BdggAD3Ts0GZQHLFuzZRx3nQAFzVoct286itrC251rBv4id",
                "WQrA3wZUWytjeR2MjjmVMqlyj4G8ZjOOdV0domSqQa3",
            ],
            keep=["alice", "dave:$5$"],
        ),
    ],
    "pgpass": [
        stored(
            "db1:5432:app:svc:Kx9-Lq22zB",
            hide=["Kx9-Lq22zB"],
            keep=["psql -h db1 -p 5432 -U svc app"],
        ),
        stored("*:*:*:postgres:Holunder", hide=["Holunder"], keep=["*:*:*:postgres:", "postgres"]),
        stored(
            "# replicas\npg-1.acme.test:5432:*:repl:05sP1G6uxJdosz\npg-2.acme.test:5432:*:repl:gbWnQSJ4UKjVHT\n",
            hide=["05sP1G6uxJdosz", "gbWnQSJ4UKjVHT"],
            keep=["# replicas", "pg-1.acme.test:5432:*:repl:", "pg-2.acme.test"],
        ),
        stored(
            r"db2.acme.test:6432:dwh:etl:Js99Q\:ssbaH7",
            hide=[r"Js99Q\:ssbaH7", "Js99Q:ssbaH7"],
            keep=["db2.acme.test:6432:dwh:etl"],
        ),
    ],
    "netrc": [
        stored(
            "machine api.acme.test login ci password w687MGCdfegbV0ktTBSt",
            hide=["w687MGCdfegbV0ktTBSt"],
            keep=["machine api.acme.test login ci"],
        ),
        stored(
            "machine api.wandb.ai\n  login user\n  password 2e9e2aff2abe0bd60e95370c8dbd9ff0779488cd\n",
            hide=["2e9e2aff2abe0bd60e95370c8dbd9ff0779488cd"],
            keep=["machine api.wandb.ai\n  login user", "api.wandb.ai"],
        ),
        stored(
            "default login anonymous password Bärlauch\n",
            hide=["Bärlauch"],
            keep=["default login anonymous"],
        ),
        stored(
            "machine a.acme.test login x password y54g^7ah^2w^A\nmachine b.acme.test login y password Wz7k\n",
            hide=["y54g^7ah^2w^A", "Wz7k"],
            keep=["machine a.acme.test login x", "b.acme.test"],
        ),
    ],
    "Basic header": [
        stored(
            "Basic " + b64("app:yxd0NLJzVLdcd#4K"),
            hide=["yxd0NLJzVLdcd#4K", b64("app:yxd0NLJzVLdcd#4K")],
            keep=["Basic", "Basic auth"],
        ),
        stored(
            "Authorization: Basic " + b64("svc:Eichelhäher"),
            hide=["Eichelhäher", b64("svc:Eichelhäher")],
            keep=["Authorization: Basic", "401 Unauthorized"],
        ),
        stored(
            b64("reader:MCvGC8pqfA78QWBRAu"),
            hide=["MCvGC8pqfA78QWBRAu", b64("reader:MCvGC8pqfA78QWBRAu")],
            keep=["reader"],
        ),
        stored(
            "Proxy-Authorization: Basic " + b64("proxy:P4x9"),
            hide=["P4x9", b64("proxy:P4x9")],
            keep=["Proxy-Authorization: Basic", "proxy"],
        ),
    ],
    "Bearer header": [
        stored(
            "Bearer FNzZgi1UZyKwd9smKfcL976rBU6ZnUI1TGPxdoRM",
            hide=["FNzZgi1UZyKwd9smKfcL976rBU6ZnUI1TGPxdoRM"],
            keep=["Bearer", "a Bearer token"],
        ),
        stored(
            "Authorization: Bearer ewG4jOCMODKEsv6y3giSkrDL3y9BcYQWATSt9WIKGZGe9-ef3rRjsc17TrB0hYNSXzK1VEjoeHUQMVdMS7b8OK",
            hide=[
                "ewG4jOCMODKEsv6y3giSkrDL3y9BcYQWATSt9WIKGZGe9-ef3rRjsc17TrB0hYNSXzK1VEjoeHUQMVdMS7b8OK"
            ],
            keep=["Authorization: Bearer", "Authorization: Bearer <token>"],
        ),
        stored(
            "X-Api-Key: 7982c2b1622ce51523e3db38c9bc1c86",
            hide=["7982c2b1622ce51523e3db38c9bc1c86"],
            keep=["X-Api-Key:", "X-Api-Key: ..."],
        ),
        stored(
            "Authorization: Token 3844e685f3e813fc69e210670a46d58d243cd7f2\nAccept: application/json\n",
            hide=["3844e685f3e813fc69e210670a46d58d243cd7f2"],
            keep=["Accept: application/json", "Authorization: Token"],
        ),
    ],
    "npmrc": [
        stored(
            "//registry.npmjs.org/:_authToken=npm_WXgRC5NFOlz7CHkSjiyBnJ8g3X597WU96UxC\n",
            hide=[
                "npm_WXgRC5NFOlz7CHkSjiyBnJ8g3X597WU96UxC",
                "WXgRC5NFOlz7CHkSjiyBnJ8g3X597WU96UxC",
            ],
            keep=["//registry.npmjs.org/:_authToken=", "https://registry.npmjs.org/react"],
        ),
        stored(
            "@acme:registry=https://npm.acme.test/\n//npm.acme.test/:username=ci\n//npm.acme.test/:_password="
            + b64("CivQXi359yxy6R")
            + "\nalways-auth=true\n",
            hide=["CivQXi359yxy6R", b64("CivQXi359yxy6R")],
            keep=["@acme:registry=https://npm.acme.test/", "always-auth=true"],
        ),
        stored(
            "_auth=" + b64("ci:Murmeltier") + "\nemail=ci@acme.test\n",
            hide=["Murmeltier", b64("ci:Murmeltier")],
            keep=["email=ci@acme.test", "_auth="],
        ),
        stored(
            'npmScopes:\n  acme:\n    npmRegistryServer: "https://npm.acme.test"\n    npmAuthToken: "a313c5b8-1c5e-4b77-8e0f-7229c59dfcb1"\n',
            hide=["a313c5b8-1c5e-4b77-8e0f-7229c59dfcb1"],
            keep=['npmRegistryServer: "https://npm.acme.test"', "npmScopes:\n  acme:"],
        ),
    ],
    "pypirc": [
        stored(
            "[distutils]\nindex-servers =\n    pypi\n\n[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmcMjQ0ZcbQU26UWquoqXwR72_83dlUoiAh9dsNUuxxtQNe0gwy6J7hmrtBc6hcWEPmT0BncaFb7za9WpFSONV4Zewi0mYMdJZ_oVcxwLWmf44C62N2RGRV4XJB\n",
            hide=[
                "MjQ0ZcbQU26UWquoqXwR72_83dlUoiAh9dsNUuxxtQNe0gwy6J7hmrtBc6hcWEPmT0BncaFb7za9WpFSONV4Zewi0mYMdJZ_oVcxwLWmf44C62N2RGRV4XJB"
            ],
            keep=["[distutils]\nindex-servers =\n    pypi", "username = __token__", "pypi-"],
        ),
        stored(
            "[acme]\nrepository = https://pypi.acme.test/legacy/\nusername = ci\npassword = Wacholder\n",
            hide=["Wacholder"],
            keep=["repository = https://pypi.acme.test/legacy/", "[acme]"],
        ),
        stored(
            "[testpypi]\nusername: __token__\npassword: pypi-AgENdGVzdC5weXBpLm9yZwzCpoVsRBW4IEyTcRk3n8gaBuJQg-_QtWviUzGFm6RrKutEv53YusLaSTyEogROHfyJbo9nmwecL7Z5WJmvUJ-11qmA7TUjtmGpGo",
            hide=[
                "zCpoVsRBW4IEyTcRk3n8gaBuJQg-_QtWviUzGFm6RrKutEv53YusLaSTyEogROHfyJbo9nmwecL7Z5WJmvUJ-11qmA7TUjtmGpGo"
            ],
            keep=["[testpypi]\nusername: __token__"],
        ),
        stored(
            "[server-login]\nusername:admin\npassword:XJjw4Adt3\n",
            hide=["XJjw4Adt3"],
            keep=["[server-login]\nusername:admin"],
        ),
    ],
    "pip.conf": [
        stored(
            "[global]\nindex-url = https://ci:A3GDUhxnvm9gVt6JXDLzE0qM@pypi.acme.test/simple/\ntrusted-host = pypi.acme.test\ntimeout = 60\n",
            hide=["A3GDUhxnvm9gVt6JXDLzE0qM"],
            keep=[
                "trusted-host = pypi.acme.test",
                "https://pypi.acme.test/simple/",
                "timeout = 60",
            ],
        ),
        stored(
            "[global]\nextra-index-url =\n    https://N1Zdec0liIHCoPzYJlqdMiB8cWu0AY@dl.acme.test/basic/pkgs/python/simple/\n    https://pypi.org/simple\n",
            hide=["N1Zdec0liIHCoPzYJlqdMiB8cWu0AY"],
            keep=["https://pypi.org/simple", "dl.acme.test/basic/pkgs/python/simple/"],
        ),
        stored(
            "--index-url https://aws:eyJ2ZXIitkKBc8BxIJBS8GzTa77w6wZl_beN4DXkA3nPw9lNerdpiTDNKWLZAfJ7FpSl3mSgU4I_ueQpyebDXpJo@acme-1.d.codeartifact.eu-west-1.amazonaws.com/pypi/py/simple/\nnumpy==2.1.0\n",
            hide=[
                "tkKBc8BxIJBS8GzTa77w6wZl_beN4DXkA3nPw9lNerdpiTDNKWLZAfJ7FpSl3mSgU4I_ueQpyebDXpJo"
            ],
            keep=["numpy==2.1.0", "acme-1.d.codeartifact.eu-west-1.amazonaws.com"],
        ),
        stored(
            "[global]\nproxy = http://winuser:Gl%C3%BChwurm@proxy.acme.test:3128\n",
            hide=["Glühwurm", "Gl%C3%BChwurm"],
            keep=["proxy.acme.test:3128", "[global]\nproxy = http://"],
        ),
    ],
    "Git credentials": [
        stored(
            "https://acme-ci:ghp_x9SFJ7WsqMlbcOtcpomRAejzFzd4szR8RZyQ@github.com\n",
            hide=["ghp_x9SFJ7WsqMlbcOtcpomRAejzFzd4szR8RZyQ"],
            keep=["https://github.com/acme", "acme-ci"],
        ),
        stored(
            "protocol=https\nhost=git.acme.test\nusername=ci\npassword=Rohrspatz\n",
            hide=["Rohrspatz"],
            keep=["protocol=https\nhost=git.acme.test\nusername=ci"],
        ),
        stored(
            '[http "https://dev.azure.com/acme"]\n\textraHeader = Authorization: Basic '
            + b64(":j4cy0me59v3oav21c5x0pca6l1gvamakjz6jqgdn35u6glvb8v6m")
            + "\n",
            hide=[
                "j4cy0me59v3oav21c5x0pca6l1gvamakjz6jqgdn35u6glvb8v6m",
                b64(":j4cy0me59v3oav21c5x0pca6l1gvamakjz6jqgdn35u6glvb8v6m"),
            ],
            keep=['[http "https://dev.azure.com/acme"]', "extraHeader = Authorization: Basic"],
        ),
        stored(
            "github.com:\n    user: acme-ci\n    oauth_token: gho_R7yF8CLr3OqCyGXtMMUwUjzNdLACR8uPV2O9\n    git_protocol: https\n",
            hide=[
                "gho_R7yF8CLr3OqCyGXtMMUwUjzNdLACR8uPV2O9",
                "R7yF8CLr3OqCyGXtMMUwUjzNdLACR8uPV2O9",
            ],
            keep=["git_protocol: https", "github.com:\n    user: acme-ci"],
        ),
    ],
    "command line": [
        stored(
            "curl -sS -u 'ops:k@b3Y#ItI!5!0t' https://jenkins.acme.test/api/json",
            hide=["k@b3Y#ItI!5!0t"],
            keep=["https://jenkins.acme.test/api/json", "curl -sS -u"],
        ),
        stored(
            "mysql -h db.acme.test -u root -pX8rhmXqrGIJl shop",
            hide=["X8rhmXqrGIJl"],
            keep=["mysql -h db.acme.test -u root", "shop"],
        ),
        stored(
            "docker run -e POSTGRES_PASSWORD=Blindschleiche -p 5432:5432 postgres:16",
            hide=["Blindschleiche"],
            keep=["docker run -e", "-p 5432:5432 postgres:16"],
        ),
        stored(
            "az login --service-principal -u 8f1c9c1e-5b27-4c93-9d41-1d2f3a4b5c6d -p 2E6AyX2aFs_rmCyK6wpYHHtBKe0__qKVBEX4heHQ --tenant acme.test",
            hide=["2E6AyX2aFs_rmCyK6wpYHHtBKe0__qKVBEX4heHQ"],
            keep=["az login --service-principal -u", "--tenant acme.test"],
        ),
    ],
}
