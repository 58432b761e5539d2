"""Values whose secrets were called public once: found by looking for them."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
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
    "login on a line": [
        stored(
            "bob,Lindenbaum\nalice,Ahornblatt\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["bob", "alice"],
        ),
        stored(
            "bob\tLindenbaum\tadmin\nalice\tAhornblatt\tuser\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["bob"],
        ),
        stored(
            "bob;Lindenbaum",
            hide=["Lindenbaum"],
            keep=["bob"],
        ),
        stored(
            "db1.acme.test, bob, Lindenbaum",
            hide=["Lindenbaum"],
            keep=["db1.acme.test"],
        ),
        stored(
            "db1.acme.test bob Lindenbaum",
            hide=["Lindenbaum"],
            keep=["db1.acme.test"],
        ),
        stored(
            "app\\bob Lindenbaum",
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "bob\nLindenbaum\n",
            hide=["Lindenbaum"],
            keep=["bob"],
        ),
        stored(
            "vpnuser\nsperlingruf\n",
            hide=["sperlingruf"],
            keep=["vpnuser"],
        ),
        stored(
            "10.0.0.1:3128:bob:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["10.0.0.1:3128"],
        ),
        stored(
            "sftp.acme.test:22:bob:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["sftp.acme.test:22"],
        ),
        stored(
            "cn=admin,dc=acme,dc=test:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["dc=acme,dc=test"],
        ),
        stored(
            "[smtp.acme.test]:587 bob@acme.test:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["[smtp.acme.test]:587"],
        ),
        stored(
            '"app" "Lindenbaum"\n"ro" "md59f2c4e7a1b8d3f6055aa91c7e3d2b468"\n',
            hide=["Lindenbaum", "md59f2c4e7a1b8d3f6055aa91c7e3d2b468"],
            keep=['"app"'],
        ),
        stored(
            "addauth digest super:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["addauth digest"],
        ),
        stored(
            "user worker on >Lindenbaum ~jobs:* +@all -@dangerous",
            hide=["Lindenbaum"],
            keep=["+@all -@dangerous"],
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
    "Oracle login": [
        stored(
            'jdbc:oracle:thin:scott/"Tiger@Ente"@db.acme.test:1521:ORCL',
            hide=["Tiger@Ente"],
            keep=["db.acme.test:1521:ORCL"],
        ),
        stored(
            "scott/Tigerente@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db.acme.test)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=orcl)))",
            hide=["Tigerente"],
            keep=["(PROTOCOL=TCP)(HOST=db.acme.test)"],
        ),
        stored(
            "(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=db)(PORT=1522))(SECURITY=(WALLET_PASSWORD=Tigerente)(MY_WALLET_DIRECTORY=/w))(CONNECT_DATA=(SERVICE_NAME=orcl)))",
            hide=["Tigerente"],
            keep=["(SERVICE_NAME=orcl)"],
        ),
        stored(
            "sqlplus -S scott/Tigerente@orcl",
            hide=["Tigerente"],
            keep=["sqlplus -S"],
        ),
        stored(
            "sys/Tigerente@//h:1521/svc as sysdba",
            hide=["Tigerente"],
            keep=["as sysdba"],
        ),
    ],
    "JDBC in other forms": [
        stored(
            "jdbc:sqlserver://db1;databaseName=x;user=sa;password={Win;ter};encrypt=true;trustStorePassword=Krokus;",
            hide=["Win;ter", "Krokus"],
            keep=["encrypt=true"],
        ),
        stored(
            "jdbc:teradata://td.acme.test/DATABASE=x,USER=dbc,PASSWORD=Lindenbaum,TMODE=ANSI",
            hide=["Lindenbaum"],
            keep=["TMODE=ANSI"],
        ),
        stored(
            "jdbc:sybase:Tds:h:5000?user=sa&password=Lindenbaum",
            hide=["Lindenbaum"],
            keep=[],
        ),
        stored(
            "jdbc:mysql://(host=h1,port=3306,user=root,password=Lindenbaum)/db",
            hide=["Lindenbaum"],
            keep=["host=h1,port=3306"],
        ),
        stored(
            "jdbc:mysql://address=(host=h1)(port=3306)(user=root)(password=Lindenbaum)/db",
            hide=["Lindenbaum"],
            keep=[],
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
    "table": [
        stored(
            "| user | password |\n|---|---|\n| bob | Lindenbaum |\n| alice | Ahornblatt |\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["| user | password |\n|---|---|"],
        ),
        stored(
            "url,username,password,notes\nhttps://acme.test,bob,Lindenbaum,main account\n",
            hide=["Lindenbaum"],
            keep=["https://acme.test", "main account"],
        ),
        stored(
            "name;login;passwort\nx;bob;Lindenbaum\n",
            hide=["Lindenbaum"],
            keep=["name;login;passwort"],
        ),
        stored(
            "id,email,pw\n1,bob@acme.test,Lindenbaum\n2,al@acme.test,Birkenwald\n",
            hide=["Lindenbaum", "Birkenwald"],
            keep=["bob@acme.test"],
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
