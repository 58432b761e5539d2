"""A user and a password, in lines, tables and headers."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, b64, stored

SHAPES: Shapes = {
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
}
