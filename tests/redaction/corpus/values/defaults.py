"""Code and settings that name a variable, with a value for where it is not set, or without."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "reference with a default": [
        stored(
            "password = os.getenv('DB_PASSWORD', 'Lindenbaum')",
            hide=["Lindenbaum"],
            keep=["os.getenv('DB_PASSWORD'", "DB_PASSWORD"],
        ),
        stored(
            "x = os.environ.get('DB_PASSWORD', default='Lindenbaum')\nprint(x)\n",
            hide=["Lindenbaum"],
            keep=["os.environ.get('DB_PASSWORD'", "print(x)"],
        ),
        stored("x = os.getenv('X', 'Lindenbaum')", hide=["Lindenbaum"]),
        stored(
            'import os\nPASSWORD = os.environ.get("DB_PASSWORD") or "Lindenbaum"\n'
            'HOST = os.getenv("HOST", "db1.acme.test")\n',
            hide=["Lindenbaum"],
            keep=['os.environ.get("DB_PASSWORD")', "db1.acme.test"],
        ),
        stored(
            "const password = process.env.DB_PASSWORD || 'Lindenbaum';\n",
            hide=["Lindenbaum"],
            keep=["process.env.DB_PASSWORD"],
        ),
        stored("$pw = getenv('DB_PASSWORD') ?: 'Lindenbaum';\n$u = 'app';\n", hide=["Lindenbaum"]),
        stored(
            "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: ${PGPASS:-Lindenbaum}\n"
            "      POSTGRES_USER: ${PGUSER:-app}\n",
            hide=["Lindenbaum"],
            keep=["POSTGRES_USER: ${PGUSER:-app}", "${PGPASS:-"],
        ),
        stored('export PW="${PW:-Lindenbaum}"\nexport X=1\n', hide=["Lindenbaum"]),
        stored(
            "spring.datasource.password=${DB_PASSWORD:Lindenbaum}\n"
            "spring.datasource.username=app\n",
            hide=["Lindenbaum"],
            keep=["DB_PASSWORD", "spring.datasource.username=app"],
        ),
        stored(
            "db_password: \"{{ lookup('env','DB_PASSWORD') | default('Lindenbaum', true) }}\"\n"
            "host: db1\n",
            hide=["Lindenbaum"],
            keep=["host: db1"],
        ),
    ],
    "code with references": [
        stored(
            "import os\n\ndef connect():\n    pw = os.environ.get('DB_PASSWORD')\n"
            "    return psycopg2.connect(host='db1', password=pw)\n",
            hide=[],
            keep=[
                "os.environ.get('DB_PASSWORD')",
                "psycopg2.connect(host='db1'",
                "def connect():",
                "import os",
            ],
        ),
        stored(
            "import os\n\nfor k in ('A','B'):\n    print(os.environ['DB_PASSWORD'], k)\n"
            'client = Client(token=os.environ["API_TOKEN"], timeout=30)\n',
            hide=[],
            keep=["os.environ['DB_PASSWORD']", 'client = Client(token=os.environ["API_TOKEN"]'],
        ),
        stored(
            "engine = create_engine(\n    host=os.environ['DB_HOST'],\n"
            "    password=os.environ['DB_PASSWORD'],\n)\n",
            hide=[],
            keep=["password=os.environ['DB_PASSWORD']", "os.environ['DB_HOST']"],
        ),
        stored(
            "import pymysql\nconn = pymysql.connect('db1', 'app', 'Lindenbaum', 'wp')\n",
            hide=["Lindenbaum"],
            keep=["import pymysql"],
        ),
        stored(
            'val password = "Lindenbaum"\nval url = "jdbc:mysql://db1/app"\n',
            hide=["Lindenbaum"],
            keep=["jdbc:mysql://db1/app", "val password ="],
        ),
        stored(
            "define('DB_NAME', 'wp');\ndefine('DB_PASSWORD', 'Lindenbaum');\n"
            "define('AUTH_KEY', 'zk9x qm4l|w7rt2yv8+bn3hj6dp');\n",
            hide=["Lindenbaum", "zk9x qm4l|w7rt2yv8+bn3hj6dp"],
            keep=["define('DB_NAME', 'wp');"],
        ),
        stored(
            "password: ${env:DB_PASSWORD}\nuser: app\ntoken: ${ssm:/prod/db/token}\n",
            hide=[],
            keep=["${ssm:/prod/db/token}", "${env:DB_PASSWORD}"],
        ),
    ],
}
