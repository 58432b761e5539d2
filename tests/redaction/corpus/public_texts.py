"""Public texts that must stay whatever is stored: what stands in everybody's notebooks."""

from __future__ import annotations

PUBLIC_TEXTS: dict[str, str] = {
    # Code.
    "pyodbc": (
        "conn = pyodbc.connect('Driver={ODBC Driver 18 for SQL Server};Server=tcp:' + host\n"
        "    + ',1433;Encrypt=yes;TrustServerCertificate=no;Connection Timeout=30;')"
    ),
    "Azure client": (
        "client = BlobServiceClient.from_connection_string(os.environ['STORAGE'])\n"
        'url = f"https://{account}.blob.core.windows.net/{container}"'
    ),
    "Spark configuration": (
        'spark.conf.set("fs.azure.account.key.lake.dfs.core.windows.net", key)\n'
        'df = spark.read.parquet("abfss://raw@lake.dfs.core.windows.net/2026/01/")'
    ),
    "boto3": (
        "session = boto3.Session(aws_access_key_id=..., aws_secret_access_key=...,\n"
        "                        region_name='eu-central-1')"
    ),
    "SQLAlchemy": (
        'engine = create_engine("postgresql+psycopg2://scott:tiger@localhost/test")\n'
        "url = URL.create('postgresql', username='svc', host='db', database='app')"
    ),
    "Kafka options": (
        "options = {'kafka.security.protocol': 'SASL_SSL', 'kafka.sasl.mechanism': 'PLAIN',\n"
        "  'kafka.sasl.jaas.config': 'org.apache.kafka.common.security.plain.PlainLoginModule'}"
    ),
    "secret call": 'token = dbutils.secrets.get(scope="prod", key="api-token")',
    "getpass": "password = getpass.getpass('Password: ')  # never print(password)",
    "regular expression": r"re.compile(r'(?i)(password|passwd|pwd|secret|token)\s*[:=]\s*(\S+)')",
    "TypeScript": "export const AUTH_HEADER = 'Authorization'; const bearer = `Bearer ${token}`;",
    "C#": '"ConnectionStrings": { "Default": "Server=(localdb)\\\\mssqllocaldb;Database=App" }',
    "Java": 'properties.put("ssl.endpoint.identification.algorithm", "https");',
    "Go": 'dsn := fmt.Sprintf("host=%s port=%d user=%s password=%s sslmode=disable", h, p, u, pw)',
    "shell": "export PGPASSWORD=$(cat /run/secrets/pg) && psql -h db -U app -d app -c 'select 1'",
    "Dockerfile": "FROM python:3.12-slim\nENV PYTHONUNBUFFERED=1 DB_HOST=db\nEXPOSE 8080\n",
    "Terraform": (
        'resource "azurerm_storage_account" "lake" {\n  account_tier = "Standard"\n'
        '  account_replication_type = "LRS"\n}'
    ),
    "SQL": "SELECT user_id, count(*) FROM events WHERE ts >= '2026-01-01' GROUP BY user_id;",
    # Manifests and settings.
    "Kubernetes manifest": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: prod\nspec:\n"
        "  replicas: 3\n  template:\n    spec:\n      containers:\n      - name: web\n"
        "        image: registry.example.com/web:1.4.2\n        env:\n        - name: DB_PASSWORD\n"
        "          valueFrom:\n            secretKeyRef: {name: db, key: password}\n"
    ),
    "empty Kubernetes secret": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\ntype: Opaque\n",
    "kubeconfig without users": (
        "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\npreferences: {}\nusers: []\n"
    ),
    "Compose file": (
        "services:\n  db:\n    image: postgres:16\n    environment:\n"
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n    ports: ['5432:5432']\n"
    ),
    "GitHub workflow": (
        "on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    env:\n"
        "      TOKEN: ${{ secrets.GITHUB_TOKEN }}\n"
    ),
    "AWS profile": "[profile dev]\nregion = eu-central-1\noutput = json\nsso_region = eu-west-1\n",
    "INI without a password": "[mysql]\nhost = localhost\nport = 3306\nuser = root\npassword =\n",
    "web.config": (
        '<configuration>\n  <connectionStrings>\n    <add name="Default" '
        'connectionString="" providerName="System.Data.SqlClient" />\n'
    ),
    "Maven settings": (
        "<settings>\n  <servers>\n    <server>\n      <id>central</id>\n"
        "      <username>${env.USER}</username>\n      <password>${env.PASSWORD}</password>\n"
    ),
    "pip settings": "[global]\nindex-url = https://pypi.org/simple\ntimeout = 60\n",
    "npm settings": "@acme:registry=https://npm.pkg.github.com\n//npm.pkg.github.com/:_authToken=${T}\n",
    "TOML project": '[project]\nname = "app"\nversion = "1.2.3"\ndependencies = ["numpy>=2"]\n',
    "service account without a key": (
        '{\n  "type": "service_account",\n  "project_id": "other-project",\n'
        '  "auth_uri": "https://accounts.google.com/o/oauth2/auth",\n'
        '  "token_uri": "https://oauth2.googleapis.com/token",\n'
        '  "auth_provider_x509_cert_url": "https://www.googleapis.com/oauth2/v1/certs"\n}'
    ),
    "Docker configuration": '{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {}\n\t}\n}',
    "RDS answer": (
        '{"engine": "postgres", "host": "x.cluster-ab12.eu-central-1.rds.amazonaws.com", '
        '"port": 5432, "username": "postgres", "dbname": "postgres"}'
    ),
    # Sentences of documentation.
    "how to store": "Store the password with `%secret put prod/db` and read it in the notebook.",
    "about tokens": "GitHub tokens begin with ghp_, GitLab's with glpat-, Slack's with xoxb-.",
    "about headers": "Send `Authorization: Bearer <token>` or `Basic base64(user:password)`.",
    "about keys": "The file begins with -----BEGIN OPENSSH PRIVATE KEY----- and has 7 lines.",
    "about JWTs": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9 is the header of a token signed by HS256.",
    "about DSNs": "Use postgresql://user:password@host:port/database?sslmode=require.",
    "about Mongo": "Add ?retryWrites=true&w=majority to mongodb+srv://<user>:<password>@<cluster>/.",
    "about SAS": "A SAS has sv=2024-11-04, ss=bfqt, srt=sco, sp=rl, se=2027-01-01T00:00:00Z, sig=...",
    "about service bus": "RootManageSharedAccessKey is the SharedAccessKeyName of a new namespace.",
    "about webhooks": "POST to https://hooks.slack.com/services/T000/B000/XXXX with {'text': ...}.",
    "about htpasswd": "htpasswd writes user:$apr1$salt$hash, with -B user:$2y$05$hash.",
    "German": "Das Kennwort steht im Tresor; die Verbindung zum Server bricht nach 30 Sekunden ab.",
    "Russian": "Пароль хранится в сейфе, соединение с сервером закрыто.",
    "Japanese": "パスワードは金庫に保管され、サーバーへの接続は閉じられました。",
    "a story": "The otter saw a lantern, ate a mango and slept under the quilt. A raven watched.",
    # Logs and outputs.
    "server log": (
        "[I 2026-01-02 03:04:05.678 ServerApp] Serving notebooks from local directory: /home/alice\n"
        "[I 2026-01-02 03:04:05.679 ServerApp] http://localhost:8888/lab\n"
    ),
    "access log": '10.0.4.21 - alice [02/Jan/2026:03:04:05 +0000] "GET /api/kernels HTTP/1.1" 200 12',
    "connection log": "connected to sql01.database.windows.net:1433 as etl (encrypt=yes, timeout=30)",
    "Kafka log": "INFO Kafka version: 3.9.0 (org.apache.kafka.common.utils.AppInfoParser:125)",
    "Spark log": "26/01/02 03:04:05 INFO SparkContext: Running Spark version 3.5.1",
    "traceback": (
        'Traceback (most recent call last):\n  File "/app/db.py", line 42, in connect\n'
        "    raise OperationalError('password authentication failed for user \"app\"')\n"
    ),
    "psql": " host | port | dbname | user\n------+------+--------+------\n db   | 5432 | app    | svc\n",
    "pip": "Looking in indexes: https://pypi.org/simple\nCollecting numpy==2.1.0\n  42.0 MB/s 0:00:01",
    "docker ps": '3f4e1a2b9c8d   postgres:16   "docker-entrypoint.s…"   5432/tcp   db-1',
    "kubectl": "NAME   TYPE     DATA   AGE\ndb     Opaque   2      41d\ntls    kubernetes.io/tls  2  3d\n",
    "git log": "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12\nAuthor: Bob <bob@acme.test>\n",
    "progress": "loss=0.4213 acc=0.9187 lr=3e-04 step=12000/50000 eta=00:12:31",
    "coloured": "\x1b[32mINFO\x1b[0m \x1b[36mdb.internal\x1b[0m:\x1b[34m5432\x1b[0m is \x1b[1mup\x1b[0m",
    # Addresses.
    "addresses": (
        "https://db.example.com/docs http://127.0.0.1:10000/devstoreaccount1 redis://cache:6379/0\n"
        "amqp://guest:guest@localhost:5672/%2F mongodb://localhost:27017/?replicaSet=rs0\n"
        "jdbc:postgresql://pg:5432/dwh s3://acme-models/m.bin sb://other.servicebus.windows.net/"
    ),
    "other hosts": (
        "other.blob.core.windows.net other.documents.azure.com other.azuredatabricks.net\n"
        "x.snowflakecomputing.com y.rds.amazonaws.com z.mongodb.net w.iam.gserviceaccount.com"
    ),
    "other SQL server": "Server=tcp:other.database.windows.net,1433;Initial Catalog=x;User ID=y;",
    "a signed address without a signature": (
        "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=3600"
    ),
    # Data.
    "table": "id,name,city,amount\n1,Anna,Zürich,4929.17\n2,Ben,Bern,1783.01\n3,Cem,Köln,285.57\n",
    "dates": "2026-01-01T00:00:00Z 2027-06-30 20261101T101500Z 01.02.2026 12:30 1716239022",
    "numbers": "0.3333333333333333 1e-08 3.141592653589793 299792458 6.02214076e23 1234567890123",
    "phone numbers": "+49 30 1234567, +1 (555) 010-9999, 0041 44 123 45 67",
    "grouped numbers": "4,929,178 1,000,000,000 12 345 678 9,007,199,254,740,992",
    "UUIDs": (
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8\n123e4567-e89b-12d3-a456-426614174000\n"
        "00000000-0000-0000-0000-000000000000\n7d444840-9dc0-11d1-b245-5ffdce74fad2\n"
    ),
    "lock file": (
        "numpy==2.1.0 \\\n    --hash=sha256:"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
    ),
    "npm lock": (
        '"integrity": "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxv'
        'UdBeoGlODJ6+SfaPg=="'
    ),
    "image": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAAB",
    "hexdump": "00000000  7f 45 4c 46 02 01 01 00  00 00 00 00 00 00 00 00  |.ELF............|\n",
    "certificate": (
        "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQG\n"
    ),
    "public SSH key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI bob@laptop",
    "notebook": (
        '{"cells": [{"cell_type": "code", "execution_count": 1, "id": "a1b2c3d4", "metadata": {},\n'
        ' "outputs": [], "source": ["import os\\n", "os.environ[\'HOME\']"]}],\n'
        ' "metadata": {"kernelspec": {"display_name": "Python 3", "name": "python3"}},\n'
        ' "nbformat": 4, "nbformat_minor": 5}'
    ),
    "HTML table": (
        "<table><tr><th>user</th><th>host</th></tr><tr><td>app</td><td>db.internal</td></tr></table>"
    ),
    "rules": "-" * 60 + "\n" + "=" * 60 + "\n# " + "*" * 40,
    "alphabet": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "padding": "XXXXX-XXXXX-XXXXX 0000-0000-0000-0000 aaaa bbbb cccc dddd ************",
}
