"""Configuration files: .env, INI, npmrc, pip.conf."""

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
}
