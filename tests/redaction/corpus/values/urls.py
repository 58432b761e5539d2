"""URLs with a password or a token in them, and webhooks, of which the path is the secret."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "URL with a password": [
        stored(
            "postgresql://app:bhEUaxIqKYI9qb6U@db.example.com:5432/app",
            hide=["bhEUaxIqKYI9qb6U"],
            keep=["https://db.example.com:5432/app/docs", "postgresql://db.example.com:5432/app"],
        ),
        stored(
            "postgresql+psycopg2://svc_user:S3cr3tPw@warehouse.internal:5432/prod?sslmode=require",
            hide=["S3cr3tPw"],
            keep=["ping warehouse.internal", "?sslmode=require", "svc_user logged in to prod"],
        ),
        stored(
            "mysql://reader:Rotweinkeller@mysql.acme.test/shop?charset=utf8mb4",
            hide=["Rotweinkeller"],
            keep=["mysql.acme.test/shop", "charset=utf8mb4", "mysql://other@mysql.acme.test/"],
        ),
        stored(
            "clickhouse+native://etl:k7Wq@ch-01.analytics.internal:9440/events?secure=true",
            hide=["k7Wq"],
            keep=["ch-01.analytics.internal:9440", "/events?secure=true", "the etl job"],
        ),
    ],
    "URL beside other text": [
        stored(
            "AIRFLOW__CORE__SQL_ALCHEMY_CONN=postgresql+psycopg2://af:axolotl@pg.acme.test/af",
            hide=["axolotl"],
            keep=["pg.acme.test/af", "AIRFLOW__CORE__SQL_ALCHEMY_CONN", "postgresql+psycopg2://"],
        ),
        stored(
            "celery --broker=amqp://ax:Ginster@mq.acme.test/jobs",
            hide=["Ginster"],
            keep=["amqp://mq.acme.test/jobs", "celery --broker"],
        ),
        stored(
            "zeder(amqp://ax:Ginster7@birke.test:5671/kanal)",
            hide=["Ginster7"],
        ),
        stored(
            "amqp://ax:Ginster@mq1.acme.test/jobs,amqp://ax:Schlehe7@mq2.acme.test/jobs",
            hide=["Ginster", "Schlehe7"],
            keep=["amqp://mq2.acme.test/jobs", "mq1.acme.test/jobs"],
        ),
    ],
    "URL with a percent-encoded password": [
        stored(
            "postgresql://app:p%40ss%2FgII0QPzG@db.example.com/app",
            hide=["p%40ss%2FgII0QPzG", "p@ss/gII0QPzG"],
            keep=["postgresql://db.example.com/app", "a%40b%2Fc"],
        ),
        stored(
            "https://deploy:V34hhg%23%26iHII7h@artifacts.acme.test/simple/",
            hide=["V34hhg%23%26iHII7h", "V34hhg#&iHII7h"],
            keep=["https://artifacts.acme.test/simple/numpy/", "%23%26"],
        ),
        stored(
            "mssql+pyodbc://sa:W%21nter%20moor%2087@sql01:1433/erp?driver=ODBC+Driver+18+for+SQL+Server",
            hide=["W%21nter%20moor%2087", "W!nter moor 87"],
            keep=["ODBC Driver 18 for SQL Server", "driver=ODBC+Driver+18+for+SQL+Server"],
        ),
        stored(
            "ftp://backup:%D0%BF%D0%B0%D1%80%D0%BE%D0%BB%D1%8C9xQz@ftp.acme.test/daily",
            hide=["пароль9xQz"],
            keep=["ftp.acme.test/daily", "%D0%BF%D0%B0", "пароль"],
        ),
    ],
    "URL with a token as its user": [
        stored(
            "https://ghp_exXsfyZIkGge8jJfrObfLG5UwBCvdbKp9sky@github.com/acme/app.git",
            hide=[
                "ghp_exXsfyZIkGge8jJfrObfLG5UwBCvdbKp9sky",
                "exXsfyZIkGge8jJfrObfLG5UwBCvdbKp9sky",
            ],
            keep=["git clone https://github.com/acme/app.git", "git@github.com:acme/app.git"],
        ),
        stored(
            "https://ded4f241f1ee85e0151a80c01a082d60@o4504.ingest.sentry.io/4505991",
            hide=["ded4f241f1ee85e0151a80c01a082d60"],
            keep=["https://o4504.ingest.sentry.io/api/", "sentry.io/4505991"],
        ),
        stored(
            "https://oauth2:glpat-DTi8DeeUR5EsypGxcigh@gitlab.acme.test/data/pipelines.git",
            hide=["glpat-DTi8DeeUR5EsypGxcigh", "DTi8DeeUR5EsypGxcigh"],
            keep=["https://gitlab.acme.test/data/pipelines.git", "oauth2"],
        ),
        stored(
            "https://ae5vLGIyOBCJVt1pe9Fx8cMY:@api.acme.test/v1/charges",
            hide=["ae5vLGIyOBCJVt1pe9Fx8cMY"],
            keep=["curl https://api.acme.test/v1/charges"],
        ),
    ],
    "URL with a token in its query": [
        stored(
            "https://api.acme.test/v2/weather?units=metric&appid=632e3e898cf1e79672b6b2e75fa96f65",
            hide=["632e3e898cf1e79672b6b2e75fa96f65"],
            keep=["https://api.acme.test/v2/weather?units=metric", "units=metric&appid="],
        ),
        stored(
            "https://maps.acme.test/api/js?key=AIzaSyZr4lpwVIvACX4DXjceZWZCn-h3DOH8DpH&libraries=places",
            hide=["AIzaSyZr4lpwVIvACX4DXjceZWZCn-h3DOH8DpH"],
            keep=["https://maps.acme.test/api/js?key=", "&libraries=places"],
        ),
        stored(
            "wss://stream.acme.test/socket?access_token=Jbojji05anDwgrbgVVEmBMdvwM5rD7&encoding=json",
            hide=["Jbojji05anDwgrbgVVEmBMdvwM5rD7"],
            keep=["wss://stream.acme.test/socket", "encoding=json"],
        ),
        stored(
            "https://acme.test/invite?code=fm1Z5qyEehDhz5h9Ocaozm#welcome",
            hide=["fm1Z5qyEehDhz5h9Ocaozm"],
            keep=["https://acme.test/invite", "#welcome"],
        ),
    ],
    "Redis URL": [
        stored(
            "redis://:MaPga7NedGW0gPMJF2iwCaps@redis.acme.test:6379/0",
            hide=["MaPga7NedGW0gPMJF2iwCaps"],
            keep=["redis://redis.acme.test:6379/0", "redis-cli -h redis.acme.test -p 6379"],
        ),
        stored(
            "rediss://default:15PsINZty0hrzTQrRUTe@eu1-calm-otter-31337.upstash.test:31337",
            hide=["15PsINZty0hrzTQrRUTe"],
            keep=["eu1-calm-otter-31337.upstash.test", "port 31337"],
        ),
        stored(
            "redis://cache:Nussknacker7@10.0.4.17:6379/2",
            hide=["Nussknacker7"],
            keep=["10.0.4.17:6379", "redis://10.0.4.17:6379/2", "cache"],
        ),
        stored(
            "cache.redis.windows.test:6380,password=22vn1mubM9F8UwHvLxzu8F9Mj4w13hczZVtr3Wha41Z=,ssl=True,abortConnect=False",
            hide=["22vn1mubM9F8UwHvLxzu8F9Mj4w13hczZVtr3Wha41Z="],
            keep=["cache.redis.windows.test:6380,ssl=True", "abortConnect=False"],
        ),
    ],
    "AMQP URL": [
        stored(
            "amqp://worker:ITZzAI4G3Pja0inScX@rabbit.acme.test:5672/%2F",
            hide=["ITZzAI4G3Pja0inScX"],
            keep=["amqp://guest:guest@localhost:5672/%2F", "rabbit.acme.test:5672"],
        ),
        stored(
            "amqps://jbqtxkzw:au5QDK06USzwhKLNFvht01xvrnvA1bR3@rat.rmq2.cloudamqp.test/jbqtxkzw",
            hide=["au5QDK06USzwhKLNFvht01xvrnvA1bR3"],
            keep=["rat.rmq2.cloudamqp.test", "amqps://"],
        ),
        stored(
            "amqp://celery:Laubfrosch-12@mq-1.internal,mq-2.internal/jobs?heartbeat=30",
            hide=["Laubfrosch-12"],
            keep=["mq-1.internal,mq-2.internal", "jobs?heartbeat=30", "celery worker"],
        ),
        stored(
            "pyamqp://svc:N*6bj6DCp99qGj@broker//",
            hide=["N*6bj6DCp99qGj"],
            keep=["pyamqp://broker//", "the broker is up"],
        ),
    ],
    "MongoDB URL": [
        stored(
            "mongodb+srv://app:IXYhvodXy5grm4mg@cluster0.ab1cd.mongodb.net/shop?retryWrites=true&w=majority",
            hide=["IXYhvodXy5grm4mg"],
            keep=[
                "retryWrites=true&w=majority",
                "mongodb+srv://cluster1.zz9yx.mongodb.net/?retryWrites=true&w=majority",
                "cluster0.ab1cd.mongodb.net",
            ],
        ),
        stored(
            "mongodb://admin:Haselnuss@m1.acme.test:27017,m2.acme.test:27017/?replicaSet=rs0&authSource=admin",
            hide=["Haselnuss"],
            keep=["m1.acme.test:27017,m2.acme.test:27017", "replicaSet=rs0&authSource=admin"],
        ),
        stored(
            "mongodb://cosmos-acme:v/BGRusbfyxt6TsMxgEvEpr8ZZjd4yRCd6BoDEzgfhYWnXPBuMLGZDsRpLLhFmhJHt8hvWuu/5qzBWpoXMcJJJ==@cosmos-acme.mongo.cosmos.azure.com:10255/?ssl=true&retrywrites=false&maxIdleTimeMS=120000",
            hide=[
                "v/BGRusbfyxt6TsMxgEvEpr8ZZjd4yRCd6BoDEzgfhYWnXPBuMLGZDsRpLLhFmhJHt8hvWuu/5qzBWpoXMcJJJ=="
            ],
            keep=["cosmos-acme.mongo.cosmos.azure.com:10255", "maxIdleTimeMS=120000"],
        ),
        stored(
            "mongodb://u:AMJ1AaB%3AQyxzy4Q@mongo/db?tls=true",
            hide=["AMJ1AaB%3AQyxzy4Q", "AMJ1AaB:Qyxzy4Q"],
            keep=["mongodb://mongo/db?tls=true"],
        ),
    ],
    "webhook": [
        stored(
            "https://hooks.slack.com/services/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",
            hide=["aRr2FqQp9G2CsazRwZeYNZpG"],
            keep=["https://hooks.slack.com/services/", "POST hooks.slack.com 200"],
        ),
        stored(
            "https://discord.com/api/webhooks/1104829301745558312/4zx4jS_znl4YVddjzFYl2sPrP6gA2dc3w0EQFxXEvClrjoiMOu0KXfQWo5jStTutEgGi",
            hide=["4zx4jS_znl4YVddjzFYl2sPrP6gA2dc3w0EQFxXEvClrjoiMOu0KXfQWo5jStTutEgGi"],
            keep=["https://discord.com/api/webhooks/", "discord.com/api/v10/users"],
        ),
        stored(
            "https://acme.webhook.office.com/webhookb2/25cd9fb6-4ab2-4c9f-8d17-f55028068273@eb38a4b8-77de-4b02-9e3c-006c043bbcf7/IncomingWebhook/3727e0e98a6145f2e9c09f61394119b4/00b5ba41-1f5a-4d0b-b6a8-84dfa99077ec",
            hide=["3727e0e98a6145f2e9c09f61394119b4", "25cd9fb6-4ab2-4c9f-8d17-f55028068273"],
            keep=["https://acme.webhook.office.com/webhookb2/", "/IncomingWebhook/"],
        ),
        stored(
            "https://api.telegram.org/bot7255479206:AAdmAdBRPL25ExAWjadRFt0lFrA9yIRQuAB/sendMessage",
            hide=["AAdmAdBRPL25ExAWjadRFt0lFrA9yIRQuAB"],
            keep=["https://api.telegram.org/", "bot.sendMessage(chat_id=7)"],
        ),
    ],
    "SAS URL": [
        stored(
            "https://acmelake.blob.core.windows.net/raw?sv=2024-11-04&ss=bfqt&srt=sco&sp=rl&se=2027-01-01T00:00:00Z&spr=https&sig=LubnHZrGkHbp9UzK9t/tXnhZKCIowBRDbL03MkTkEY%3D",
            hide=[
                "LubnHZrGkHbp9UzK9t/tXnhZKCIowBRDbL03MkTkEY%3D",
                "LubnHZrGkHbp9UzK9t/tXnhZKCIowBRDbL03MkTkEY",
            ],
            keep=[
                "https://acmelake.blob.core.windows.net/raw/2024/part-0.parquet",
                "sv=2024-11-04&ss=bfqt&srt=sco&sp=rl",
                "se=2027-01-01T00:00:00Z",
            ],
        ),
        stored(
            "sp=racwdl&st=2026-01-01T08:00:00Z&se=2027-06-30T16:00:00Z&spr=https&sv=2022-11-02&sr=c&sig=6ua6om5JiALuIi%2BgyFO9AXc0KFP8D4YOxe6%2FQMLdJ4q%3D",
            hide=[
                "6ua6om5JiALuIi%2BgyFO9AXc0KFP8D4YOxe6%2FQMLdJ4q%3D",
                "6ua6om5JiALuIi+gyFO9AXc0KFP8D4YOxe6/QMLdJ4q=",
            ],
            keep=["sp=racwdl&st=2026-01-01T08:00:00Z", "spr=https&sv=2022-11-02&sr=c"],
        ),
        stored(
            "?sv=2023-01-03&si=reader&sr=c&sig=FiSJyFcd5e5S73nIqL1zTQqx6DWs14CV1roxoaViVpE%3D",
            hide=["FiSJyFcd5e5S73nIqL1zTQqx6DWs14CV1roxoaViVpE"],
            keep=["?sv=2023-01-03&si=reader&sr=c", "the policy reader"],
        ),
        stored(
            "https://acme-models.s3.eu-central-1.amazonaws.com/m.bin?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAD149ZB47PIYMGJQE%2F20261101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20261101T101500Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=2e6d5bc5e23fa41fee221515bf4eacd13e6406b05e9b871a45f593b4d57f87e5",
            hide=["2e6d5bc5e23fa41fee221515bf4eacd13e6406b05e9b871a45f593b4d57f87e5"],
            keep=[
                "X-Amz-Algorithm=AWS4-HMAC-SHA256",
                "acme-models.s3.eu-central-1.amazonaws.com",
                "X-Amz-Expires=3600&X-Amz-SignedHeaders=host",
            ],
        ),
    ],
    "short path of a webhook": [
        stored(
            "https://hooks.zapier.com/hooks/catch/1234567/abx9q2k/",
            hide=["abx9q2k"],
            keep=["hooks.zapier.com"],
        ),
        stored(
            "https://maker.ifttt.com/trigger/door_open/with/key/dZk9xQm4Lw7Rt2Yv8Bn3Hj",
            hide=["dZk9xQm4Lw7Rt2Yv8Bn3Hj"],
            keep=["maker.ifttt.com/trigger/"],
        ),
        stored(
            "https://mm.acme.test/hooks/xq8ztvbnkmplwrydxq8ztvbn1c",
            hide=["xq8ztvbnkmplwrydxq8ztvbn1c"],
            keep=["mm.acme.test"],
        ),
        stored(
            "https://chat.googleapis.com/v1/spaces/AAAAabcdefg/messages?key=AIzaSyD9kq3LmZk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1A&token=Zk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1AzCaEb%3D",
            hide=["AIzaSyD9kq3LmZk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1A", "Zk9xQm4Lw7Rt2Yv8Bn3Hj6Dp1AzCaEb="],
            keep=["https://chat.googleapis.com/v1/spaces/"],
        ),
    ],
}
