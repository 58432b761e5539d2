"""Commands, scripts and the files that services read."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
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
    "shell and service": [
        stored(
            "export DB_URL='postgres://app:Lindenbaum@db/app'; export MODE=prod",
            hide=["Lindenbaum"],
            keep=["MODE=prod"],
        ),
        stored(
            "DB_USER=app DB_PASS=Lindenbaum python main.py --port 80",
            hide=["Lindenbaum"],
            keep=["python main.py --port 80"],
        ),
        stored(
            "PGPASSWORD=Lindenbaum psql -h db1 -U app",
            hide=["Lindenbaum"],
            keep=["psql -h db1 -U app"],
        ),
        stored(
            "export PASSWORD=$'Linden\\nbaum'\nUSER=bob\n",
            hide=["Linden\\nbaum"],
            keep=["USER=bob"],
        ),
        stored(
            "KEY='Linden'\"baum\"\nUSER=bob\n",
            hide=["Lindenbaum"],
            keep=["USER=bob"],
        ),
        stored(
            '[Service]\nEnvironment="DB_PASSWORD=Lindenbaum" "DB_USER=app"\nExecStart=/usr/bin/app --token Ahornblatt\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["ExecStart=/usr/bin/app"],
        ),
        stored(
            "FROM x\nENV DB_PASSWORD=Lindenbaum DB_USER=app\nENV API_KEY Ahornblatt\nARG TOKEN=Birkenwald\nRUN pip install x\n",
            hide=["Lindenbaum", "Ahornblatt", "Birkenwald"],
            keep=["RUN pip install x"],
        ),
        stored(
            "services:\n  db:\n    image: postgres:16\n    environment:\n      - POSTGRES_PASSWORD=Lindenbaum\n      - POSTGRES_USER=app\n    command: redis-server --requirepass Ahornblatt\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["image: postgres:16", "POSTGRES_USER=app"],
        ),
        stored(
            "db1 ansible_host=10.0.0.1 ansible_user=root ansible_password=Lindenbaum ansible_become_pass=Ahornblatt",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["ansible_host=10.0.0.1"],
        ),
    ],
    "Terraform": [
        stored(
            'db_password = "Lindenbaum"\nregion = "eu-west-1"\ntags = {\n  env = "prod"\n}\nadmin_passwords = ["Ahornblatt", "Birkenwald"]\n',
            hide=["Lindenbaum", "Ahornblatt", "Birkenwald"],
            keep=['env = "prod"'],
        ),
        stored(
            'provider "postgresql" {\n  host = "db1"\n  username = "app"\n  password = "Lindenbaum"\n}\n\nvariable "db_password" {\n  default = "Ahornblatt"\n  type = string\n}\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=['provider "postgresql"'],
        ),
        stored(
            'password = <<EOF\nLindenbaum\nEOF\nhost = "db1"\n',
            hide=["Lindenbaum"],
            keep=['host = "db2"'],
        ),
        stored(
            'credentials "app.terraform.io" {\n  token = "Lindenbaum"\n}\n',
            hide=["Lindenbaum"],
            keep=["app.terraform.io"],
        ),
    ],
    "directives": [
        stored(
            "bind 127.0.0.1\nrequirepass Lindenbaum\nmasterauth Ahornblatt\nport 6379\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["bind 127.0.0.1", "port 6379"],
        ),
        stored(
            "rootpw --plaintext Lindenbaum\nuser --name=bob --password=Ahornblatt --plaintext\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["--plaintext"],
        ),
        stored(
            "pass\tLindenbaum\nuser\tbob\n",
            hide=["Lindenbaum"],
            keep=["user\tbob"],
        ),
        stored(
            "sentinel auth-pass mymaster Lindenbaum",
            hide=["Lindenbaum"],
            keep=["sentinel auth-pass", "mymaster"],
        ),
        stored(
            "spark.hadoop.fs.s3a.secret.key Lindenbaum\nspark.executor.memory 4g\n",
            hide=["Lindenbaum"],
            keep=["spark.executor.memory 4g"],
        ),
        stored(
            "base dc=acme,dc=test\nuri ldap://ldap.acme.test\nbinddn cn=reader,dc=acme,dc=test\nbindpw Lindenbaum\n",
            hide=["Lindenbaum"],
            keep=["base dc=acme,dc=test"],
        ),
        stored(
            "account default\nhost smtp.acme.test\nport 587\nfrom bob@acme.test\nauth on\nuser bob\npassword Lindenbaum\ntls on\n",
            hide=["Lindenbaum"],
            keep=["tls on", "port 587"],
        ),
    ],
    "command with a login": [
        stored(
            "curl -b 'session=Lindenbaum; lang=de' https://acme.test",
            hide=["Lindenbaum"],
            keep=["https://acme.test"],
        ),
        stored(
            "az login --service-principal -u 11111111-2222-3333-4444-555566667777 -p Lindenbaum --tenant acme.test",
            hide=["Lindenbaum"],
            keep=["az login --service-principal", "3333-4444-5555"],
        ),
        stored(
            "echo Lindenbaum | docker login -u bob --password-stdin r.acme.test",
            hide=["Lindenbaum"],
            keep=["--password-stdin"],
        ),
        stored(
            "openssl enc -aes-256-cbc -pass pass:Lindenbaum -in x",
            hide=["Lindenbaum"],
            keep=["openssl enc -aes-256-cbc"],
        ),
        stored(
            "net use Z: \\\\nas\\share Lindenbaum /user:ACME\\bob",
            hide=["Lindenbaum"],
            keep=["net use Z:"],
        ),
        stored(
            "smbclient //nas/share -U bob%Lindenbaum",
            hide=["Lindenbaum"],
            keep=["smbclient //nas/share"],
        ),
        stored(
            "docker login -u bob -p Lindenbaum r.acme.test",
            hide=["Lindenbaum"],
            keep=["r.acme.test"],
        ),
    ],
}
