"""Source code with a secret in a call, a class or a name of two words; cookies."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "calls": [
        stored(
            "psycopg2.connect(host='db.example.com', port=5432, dbname='sales', user='app', "
            "password='Wolkenkratzer')",
            hide=["Wolkenkratzer"],
            keep=["db.example.com", "psycopg2.connect", "sales", "5432", "dbname='sales'"],
        ),
        stored(
            "conn = pymysql.connect(\n"
            "    host='mysql-01.prod.example.net',\n"
            "    user='report',\n"
            "    password='Lindenbaum77',\n"
            "    database='orders',\n"
            ")",
            hide=["Lindenbaum77"],
            keep=["mysql-01.prod.example.net", "report", "orders", "conn = pymysql.connect("],
        ),
        stored(
            "define('DB_NAME', 'wordpress');\n"
            "define('DB_USER', 'wp_user');\n"
            "define('DB_PASSWORD', 'sonnenblume');\n"
            "define('DB_HOST', 'db01.example.com');",
            hide=["sonnenblume"],
            keep=[
                "db01.example.com",
                "wordpress",
                "wp_user",
                "define('DB_HOST', 'db01.example.com');",
                "DB_HOST",
            ],
        ),
        stored(
            "config['host'] = 'db.example.com'\nconfig['password'] = 'Lindenbaum'",
            hide=["Lindenbaum"],
            keep=["db.example.com", "config['host']"],
        ),
    ],
    "classes": [
        stored(
            "class Settings(BaseSettings):\n"
            "    host: str = 'db.example.com'\n"
            "    port: int = 5432\n"
            "    user = 'app'\n"
            "    password: str = 'Kornblume'\n",
            hide=["Kornblume"],
            keep=["class Settings(BaseSettings):", "db.example.com", "5432", "BaseSettings"],
        ),
        stored(
            "class Settings(BaseSettings):\n    password = 'Kornblume'",
            hide=["Kornblume"],
            keep=["class Settings(BaseSettings):", "BaseSettings"],
        ),
        stored(
            "class Config:\n"
            "    API_KEY: str = 'q8Yw7Zx2Kp'\n"
            "    TIMEOUT: int = 30\n"
            "    debug = True",
            hide=["q8Yw7Zx2Kp"],
            keep=["class Config:", "TIMEOUT: int = 30"],
        ),
        stored(
            "class Settings(BaseSettings):\n"
            "    db_host: str = 'db.example.com'\n"
            "    db_password: SecretStr = 'Lindenbaum'\n"
            "    api_token: Optional[str] = 'Ahornblatt'",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["db.example.com", "SecretStr"],
        ),
    ],
    "names of two words": [
        stored(
            "pass phrase = Morgenrot",
            hide=["Morgenrot"],
            keep=["pass phrase"],
        ),
        stored(
            "server = vpn.example.com\npass phrase = Morgenrot",
            hide=["Morgenrot"],
            keep=["pass phrase", "vpn.example.com"],
        ),
        stored(
            "user name: alice\npass phrase: Morgenrot im Tal",
            hide=["Morgenrot im Tal"],
            keep=["alice", "user name"],
        ),
        stored(
            "access key = Lindenbaum\nsecret key = q8Yw7Zx2Kp4Lm9Nv",
            hide=["q8Yw7Zx2Kp4Lm9Nv"],
            keep=["secret key", "access key"],
        ),
    ],
    "cookies": [
        stored(
            "Cookie: a=1; theme=dark; session=9f8a7b6c5d4e3f2a; lang=en-US",
            hide=["9f8a7b6c5d4e3f2a"],
            keep=["theme=dark", "lang=en-US", "Cookie"],
        ),
        stored(
            "Cookie: _ga=GA1.2.1234567; sessionid=kxuweflpoivnqq; csrftoken=Q1w2E3r4T5y6",
            hide=["kxuweflpoivnqq", "Q1w2E3r4T5y6"],
            keep=["Cookie", "sessionid", "csrftoken"],
        ),
        stored(
            "Set-Cookie: sid=s%3Aq8Yw7Zx2Kp; Path=/; Expires=Wed, 09 Jun 2027 10:18:14 GMT; "
            "HttpOnly; Secure; SameSite=Lax",
            hide=["q8Yw7Zx2Kp"],
            keep=["Path=/", "HttpOnly", "SameSite=Lax", "Expires=Wed, 09 Jun 2027 10:18:14 GMT"],
        ),
        stored(
            "Cookie: session=Blumenwiese; theme=dark",
            hide=["Blumenwiese"],
            keep=["theme=dark"],
        ),
    ],
}
