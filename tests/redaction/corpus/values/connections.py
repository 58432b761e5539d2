"""Connection strings of drivers and cloud services."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "ODBC": [
        stored(
            "Driver={ODBC Driver 18 for SQL Server};Server=tcp:sql01.database.windows.net,1433;Database=erp;Uid=etl;Pwd=QivbSEh0E5pZFA;Encrypt=yes;TrustServerCertificate=no;",
            hide=["QivbSEh0E5pZFA"],
            keep=[
                "ODBC Driver 18 for SQL Server",
                "Encrypt=yes;TrustServerCertificate=no;",
                "tcp:other.database.windows.net,1433",
                "pyodbc.connect(driver='{ODBC Driver 18 for SQL Server}')",
            ],
        ),
        stored(
            "DSN=warehouse;UID=reader;PWD=Blaubeere",
            hide=["Blaubeere"],
            keep=["DSN=warehouse;UID=reader", "the warehouse"],
        ),
        stored(
            "Driver=Snowflake;Server=acme.eu-central-1.snowflakecomputing.com;uid=loader;pwd=x4Tz;Warehouse=COMPUTE_WH",
            hide=["x4Tz"],
            keep=["acme.eu-central-1.snowflakecomputing.com", "Warehouse=COMPUTE_WH"],
        ),
        stored(
            "DRIVER=/opt/simba/spark/lib/64/libsparkodbc_sb64.so;HOST=adb-123456.7.azuredatabricks.net;PORT=443;HTTPPath=/sql/1.0/warehouses/abc;SSL=1;ThriftTransport=2;AuthMech=3;UID=token;PWD=dapi770417d29de30af5289718ca68ec7a6f",
            hide=["dapi770417d29de30af5289718ca68ec7a6f", "770417d29de30af5289718ca68ec7a6f"],
            keep=[
                "/opt/simba/spark/lib/64/libsparkodbc_sb64.so",
                "adb-123456.7.azuredatabricks.net",
                "SSL=1;ThriftTransport=2;AuthMech=3",
            ],
        ),
    ],
    "ODBC with braces": [
        stored(
            "Driver={X};Server=db1;Uid=app;Pwd={aB3x!9Qz};Encrypt=yes;",
            hide=["aB3x!9Qz"],
            keep=["Driver={X};Server=db1", "Encrypt=yes;"],
        ),
        stored(
            "Driver={PostgreSQL Unicode};Server=db2;Port=5432;Uid=app;Pwd={Ub6k5;nc9kM8Sh};",
            hide=["Ub6k5;nc9kM8Sh"],
            keep=["{PostgreSQL Unicode}", "Server=db2;Port=5432"],
        ),
        stored(
            "Driver={MySQL ODBC 8.0 Unicode Driver};Server=db3;Database=crm;User=app;Password={uzD0y4}}9qHQVOj};Option=3",
            hide=["uzD0y4}9qHQVOj", "uzD0y4}}9qHQVOj"],
            keep=["MySQL ODBC 8.0 Unicode Driver", "Database=crm;User=app"],
        ),
        stored(
            "SERVER=db4;UID=svc;PWD={Fenster Kreuz};APP={Nightly Load}",
            hide=["Fenster Kreuz"],
            keep=["APP={Nightly Load}", "SERVER=db4;UID=svc", "Fenster"],
        ),
    ],
    "ADO.NET": [
        stored(
            "Server=tcp:acme-sql.database.windows.net,1433;Initial Catalog=sales;Persist Security Info=False;User ID=app;Password=5gfAhtxDmYrxe81O;MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False;Connection Timeout=30;",
            hide=["5gfAhtxDmYrxe81O"],
            keep=[
                "Persist Security Info=False",
                "MultipleActiveResultSets=False;Encrypt=True;TrustServerCertificate=False",
                "Connection Timeout=30",
                "tcp:acme-sql.database.windows.net,1433",
            ],
        ),
        stored(
            'Data Source=ora-prod;User Id=scott;Password="Uhu;Qd5NVKPZ3";Pooling=true',
            hide=["Uhu;Qd5NVKPZ3"],
            keep=["Data Source=ora-prod", "Pooling=true", "scott"],
        ),
        stored(
            "Host=pg.acme.test;Port=5432;Username=web;Password='Kater''Karlo7';Database=web;SSL Mode=Require",
            hide=["Kater''Karlo7", "Kater'Karlo7"],
            keep=["pg.acme.test", "Database=web;SSL Mode=Require"],
        ),
        stored(
            "AccountEndpoint=https://acme-cosmos.documents.azure.com:443/;AccountKey=DLLC9bvmjumevUpSFHVkTDdO5Q5033USWC8oTUZAbhHJvcyD2c/VoXYGf3ao6A9JQYE0qFL1OsdYP6+aQfP4mb==;",
            hide=[
                "DLLC9bvmjumevUpSFHVkTDdO5Q5033USWC8oTUZAbhHJvcyD2c/VoXYGf3ao6A9JQYE0qFL1OsdYP6+aQfP4mb=="
            ],
            keep=["https://acme-cosmos.documents.azure.com:443/dbs", "AccountEndpoint="],
        ),
    ],
    "JDBC": [
        stored(
            "jdbc:postgresql://db.acme.test:5432/dwh?user=loader&password=xmSoIY1BjgEUhkm&ssl=true",
            hide=["xmSoIY1BjgEUhkm"],
            keep=["jdbc:postgresql://db.acme.test:5432/dwh?user=loader", "ssl=true"],
        ),
        stored(
            "jdbc:sqlserver://sql02.acme.test:1433;databaseName=erp;user=sa;password=7r7IY&Crrfmt;encrypt=true;trustServerCertificate=true",
            hide=["7r7IY&Crrfmt"],
            keep=["jdbc:sqlserver://sql02.acme.test:1433;databaseName=erp", "encrypt=true"],
        ),
        stored(
            "jdbc:oracle:thin:scott/Tigerlilie9@//ora.acme.test:1521/ORCLPDB1",
            hide=["Tigerlilie9"],
            keep=["jdbc:oracle:thin:@//ora.acme.test:1521/ORCLPDB1", "ORCLPDB1"],
        ),
        stored(
            "jdbc:databricks://adb-98765.4.azuredatabricks.net:443/default;transportMode=http;ssl=1;httpPath=sql/protocolv1/o/0/0123;AuthMech=3;UID=token;PWD=dapi1f6d97bdf5daedc27d5a0c058b5480db",
            hide=["dapi1f6d97bdf5daedc27d5a0c058b5480db"],
            keep=["adb-98765.4.azuredatabricks.net:443/default", "transportMode=http;ssl=1"],
        ),
        stored(
            "jdbc:sqlserver://sql3.acme.test:1433;databaseName=dw;user=app;password={kD7}};xR2}}w};encrypt=true",
            hide=["kD7};xR2}w", "kD7}};xR2}}w"],
            keep=["sql3.acme.test:1433", "encrypt=true"],
        ),
    ],
    "libpq": [
        stored(
            "host=db.acme.test port=5432 dbname=app user=svc password=5vGQlMKoMFurhC sslmode=verify-full",
            hide=["5vGQlMKoMFurhC"],
            keep=["host=db.acme.test port=5432 dbname=app", "sslmode=verify-full"],
        ),
        stored(
            r"host=/var/run/postgresql dbname=app password='it\'s 6pyg6CYE' connect_timeout=10",
            hide=[r"it\'s 6pyg6CYE", "it's 6pyg6CYE"],
            keep=["/var/run/postgresql", "connect_timeout=10"],
        ),
        stored(
            "user=app password=Drossel hostaddr=10.1.2.3 application_name=notebook",
            hide=["Drossel"],
            keep=["hostaddr=10.1.2.3", "application_name=notebook", "user=app"],
        ),
        stored(
            "dbname = ledger user = book password = 'Zaun König 5' target_session_attrs = read-write",
            hide=["Zaun König 5"],
            keep=["dbname = ledger", "target_session_attrs = read-write", "König"],
        ),
    ],
    "Azure storage": [
        stored(
            "DefaultEndpointsProtocol=https;AccountName=acmelake;AccountKey=bcH6QMdGBFHO9VXjtdWgG0c5B52wrVGzOu8dRD94chO36mmJ9nj6b8jD8TYvGmPls/h9Tk5e6sePqqXmhYtL+h==;EndpointSuffix=core.windows.net",
            hide=[
                "bcH6QMdGBFHO9VXjtdWgG0c5B52wrVGzOu8dRD94chO36mmJ9nj6b8jD8TYvGmPls/h9Tk5e6sePqqXmhYtL+h=="
            ],
            keep=[
                "abfss://raw@other.dfs.core.windows.net/x",
                "DefaultEndpointsProtocol=https;AccountName=other",
                "set EndpointSuffix=core.windows.net",
            ],
        ),
        stored(
            "BlobEndpoint=https://acme.blob.core.windows.net/;QueueEndpoint=https://acme.queue.core.windows.net/;SharedAccessSignature=sv=2024-11-04&ss=bq&sp=rl&sig=n5Fn3Dpau55GpfwhQ5IgiuuzfejuDrZqW3cVroRD7wW%3D",
            hide=[
                "n5Fn3Dpau55GpfwhQ5IgiuuzfejuDrZqW3cVroRD7wW%3D",
                "n5Fn3Dpau55GpfwhQ5IgiuuzfejuDrZqW3cVroRD7wW",
            ],
            keep=["BlobEndpoint=https://acme.blob.core.windows.net/", "sv=2024-11-04&ss=bq&sp=rl"],
        ),
        stored(
            "AccountName=acmefiles;AccountKey=H8nVnsxfeYf9GKyGKBihOSjL1COOnOC0nWEoWMXCcDcoZjbHN2ZC+4e+U/FGcSj68u5DYxTNiLe5m1R2O1Mzmb==",
            hide=[
                "H8nVnsxfeYf9GKyGKBihOSjL1COOnOC0nWEoWMXCcDcoZjbHN2ZC+4e+U/FGcSj68u5DYxTNiLe5m1R2O1Mzmb=="
            ],
            keep=["AccountName=acmefiles", "acmefiles.file.core.windows.net"],
        ),
        stored(
            "DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=TAp8N1xxkAHqlSkMJyJBMU21WWCCyrNfXaANa24M5fsddqJRF65ckBTlG0LOxAVI5Xcz4CvRj2DYpDOitFXlep==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1;",
            hide=[
                "TAp8N1xxkAHqlSkMJyJBMU21WWCCyrNfXaANa24M5fsddqJRF65ckBTlG0LOxAVI5Xcz4CvRj2DYpDOitFXlep=="
            ],
            keep=["http://127.0.0.1:10000/devstoreaccount1", "AccountName=devstoreaccount1"],
        ),
    ],
    "Azure service bus": [
        stored(
            "Endpoint=sb://acme-bus.servicebus.windows.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=eFzC533gVJOB9EChNnyKpq8wY9/ZELMJ/zH9sy7Fw8I=",
            hide=["eFzC533gVJOB9EChNnyKpq8wY9/ZELMJ/zH9sy7Fw8I="],
            keep=[
                "SharedAccessKeyName=RootManageSharedAccessKey",
                "sb://acme-bus.servicebus.windows.net/",
            ],
        ),
        stored(
            "Endpoint=sb://acme-eh.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=EiPqqciStU2RoLzBTfVAQ//DtsJGDhIMQe2MM/pz8kr=;EntityPath=clicks",
            hide=["EiPqqciStU2RoLzBTfVAQ//DtsJGDhIMQe2MM/pz8kr="],
            keep=["EntityPath=clicks", "SharedAccessKeyName=send"],
        ),
        stored(
            "HostName=acme-hub.azure-devices.net;DeviceId=press-07;SharedAccessKey=ZzzdiHBAVjfoXL4oo1AkKtPxG+r1uUCMJoHiQMf8mh7=",
            hide=["ZzzdiHBAVjfoXL4oo1AkKtPxG+r1uUCMJoHiQMf8mh7="],
            keep=["HostName=acme-hub.azure-devices.net;DeviceId=press-07"],
        ),
        stored(
            "SharedAccessSignature sr=acme-hub.azure-devices.net&sig=1cYxD6su9S9rn6FKGz9BDu722CWJk1OkU0Rd8zgR%3D&se=1799999999&skn=service",
            hide=["1cYxD6su9S9rn6FKGz9BDu722CWJk1OkU0Rd8zgR%3D"],
            keep=["sr=acme-hub.azure-devices.net", "skn=service"],
        ),
    ],
    "Kafka JAAS": [
        stored(
            "org.apache.kafka.common.security.plain.PlainLoginModule required username='u' password='hbDuDrFcNtv7LYQ54SOu';",
            hide=["hbDuDrFcNtv7LYQ54SOu"],
            keep=["org.apache.kafka.common.security.plain.PlainLoginModule required"],
        ),
        stored(
            'org.apache.kafka.common.security.scram.ScramLoginModule required username="etl" password="Mooskissen";',
            hide=["Mooskissen"],
            keep=["org.apache.kafka.common.security.scram.ScramLoginModule", 'username="etl"'],
        ),
        stored(
            'KafkaClient {\n  org.apache.kafka.common.security.plain.PlainLoginModule required\n  username="svc"\n  password="CDFKGwA9oTG8Og5tk78eMXs71PH2RmvD";\n};\n',
            hide=["CDFKGwA9oTG8Og5tk78eMXs71PH2RmvD"],
            keep=["KafkaClient {", "PlainLoginModule required\n  username"],
        ),
        stored(
            'security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="$ConnectionString" password="Endpoint=sb://acme-eh.servicebus.windows.net/;SharedAccessKeyName=send;SharedAccessKey=UawCDmaCa0hCPN2TDW/gm7cUweLufJCVW/swp/8s77H=";\n',
            hide=["UawCDmaCa0hCPN2TDW/gm7cUweLufJCVW/swp/8s77H="],
            keep=[
                "security.protocol=SASL_SSL\nsasl.mechanism=PLAIN",
                'username="$ConnectionString"',
            ],
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
}
