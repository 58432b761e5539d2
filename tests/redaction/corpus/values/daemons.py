"""Files of daemons and devices, and commands, that tell a secret by its place alone."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

KEY = "uY7/zQ1Lm+9fWpXv4Kt8RnB3cD5eGh2Jk6Ls0Mnb"

SHAPES: Shapes = {
    "chap-secrets": [
        stored(
            '# client server secret IP\nbob * Lindenbaum *\nalice pppd "Ahorn blatt" 10.0.0.5\n',
            hide=["Lindenbaum", "Ahorn blatt"],
            keep=["10.0.0.5", "client server secret"],
        ),
        stored("bob * Lindenbaum *", hide=["Lindenbaum"], keep=["bob *"]),
        stored(
            '"bob" l2tpd "Lindenbaum" *\n"eve" l2tpd "Ahornblatt" *\n',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["l2tpd"],
        ),
        stored("bob\t*\tqZ4!vTq2#mWz7\t10.0.0.7", hide=["qZ4!vTq2#mWz7"], keep=["10.0.0.7"]),
    ],
    "SNMP": [
        stored(
            "createUser bob SHA Lindenbaum AES Ahornblatt\nrouser bob\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["rouser bob", "createUser bob SHA"],
        ),
        stored(
            'createUser -e 0x8000000001020304 bob SHA-256 "Lindenbaum" AES',
            hide=["Lindenbaum"],
            keep=["createUser", "SHA-256"],
        ),
        stored("createUser bob MD5 Lindenbaum DES", hide=["Lindenbaum"], keep=["createUser bob"]),
        stored(
            "snmpwalk -v3 -l authPriv -u bob -a SHA -A Lindenbaum -x AES -X Ahornblatt 10.0.0.1",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["snmpwalk -v3 -l authPriv", "10.0.0.1"],
        ),
        stored(
            "snmp-server user bob grp v3 auth sha Lindenbaum priv aes 128 Ahornblatt",
            hide=["Lindenbaum", "Ahornblatt"],
        ),
    ],
    "router": [
        stored(
            "enable secret 5 $1$Zk9x$Qm4Lw7Rt2Yv8Bn3Hj6Dp1.\n"
            "username bob privilege 15 password 0 Lindenbaum\nsnmp-server community Ahornblatt RO\n",
            hide=["Qm4Lw7Rt2Yv8Bn3Hj6Dp1.", "Lindenbaum", "Ahornblatt"],
        ),
        stored(
            "set snmp community Lindenbaum authorization read-only\n",
            hide=["Lindenbaum"],
            keep=["authorization"],
        ),
        stored("username bob password 7 0822455D0A16", hide=["0822455D0A16"]),
        stored(
            "/ppp secret add name=bob password=Lindenbaum service=l2tp",
            hide=["Lindenbaum"],
            keep=["service=l2tp"],
        ),
    ],
    "login by its place": [
        stored("bob:{PLAIN}Lindenbaum:1000:1000::/home/bob\n", hide=["Lindenbaum"]),
        stored("*.acme.test:bob:Lindenbaum\n", hide=["Lindenbaum"], keep=["acme.test"]),
        stored(
            "https://dav.acme.test bob Lindenbaum",
            hide=["Lindenbaum"],
            keep=["https://dav.acme.test"],
        ),
        stored("bob (Lindenbaum)", hide=["Lindenbaum"], keep=["bob"]),
        stored(
            "cache_peer p.acme.test parent 3128 0 login=bob:Lindenbaum",
            hide=["Lindenbaum"],
            keep=["p.acme.test"],
        ),
        stored(
            "client\ndev tun\nremote vpn.acme.test 1194\n<auth-user-pass>\nbob\nLindenbaum\n"
            "</auth-user-pass>\n<tls-auth>\n-----BEGIN OpenVPN Static key V1-----\n"
            "5c07e1b94f2ad8633b9e70d41f8a2c6e\nd81f4b6c0e95a72738c1fd604ae9b352\n"
            "-----END OpenVPN Static key V1-----\n</tls-auth>\n",
            hide=["Lindenbaum", "5c07e1b94f2ad8633b9e70d41f8a2c6e"],
            keep=["vpn.acme.test 1194", "OpenVPN"],
        ),
    ],
    "command with a password by its place": [
        stored("htpasswd -bc /etc/x bob Lindenbaum", hide=["Lindenbaum"], keep=["/etc/x"]),
        stored("rabbitmqctl add_user bob Lindenbaum", hide=["Lindenbaum"], keep=["rabbitmqctl"]),
        stored("net user bob Lindenbaum /add", hide=["Lindenbaum"], keep=["net user bob"]),
        stored("kinit bob <<< Lindenbaum", hide=["Lindenbaum"], keep=["kinit bob"]),
        stored("mysqladmin -u root -pLindenbaum status", hide=["Lindenbaum"], keep=["status"]),
        stored("zip -P Lindenbaum x.zip a b", hide=["Lindenbaum"], keep=["x.zip"]),
        stored("sshpass -p Lindenbaum ssh root@db1", hide=["Lindenbaum"], keep=["ssh root@db1"]),
        stored(
            f"aws configure set aws_secret_access_key {KEY}",
            hide=[KEY],
            keep=["aws configure set", "aws_secret_access_key"],
        ),
        stored(
            "helm install x acme/x --set auth.password=Lindenbaum,auth.user=app",
            hide=["Lindenbaum"],
            keep=["auth.user=app", "helm install x"],
        ),
        stored(
            '{"env":{"DB_PASSWORD":"Lindenbaum"},"args":["--token","Ahornblatt","--port","80"]}',
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["--token", "--port"],
        ),
    ],
    "signed header": [
        stored(
            'OAuth oauth_callback="http%3A%2F%2Fmyapp.com%3A3005%2Fback", '
            'oauth_signature_method="HMAC-SHA1", oauth_consumer_key="PrFrKfbgSTG22kCNTusAa", '
            'oauth_signature="Qd%2BNMew139gyDFsGzj9LYGN%2BeeV%3D", oauth_version="1.0"',
            hide=["Qd%2BNMew139gyDFsGzj9LYGN%2BeeV%3D", "Qd+NMew139gyDFsGzj9LYGN+eeV="],
            keep=["http://myapp.com:3005/back", "HMAC-SHA1"],
        ),
        stored(
            'Authorization: OAuth realm="Acme",oauth_token="bf291kke844lmsv8",'
            'oauth_signature="xPKJP0B3X6nGxEhjEwAcUTNL%2FPY%3D"',
            hide=["xPKJP0B3X6nGxEhjEwAcUTNL%2FPY%3D", "xPKJP0B3X6nGxEhjEwAcUTNL/PY="],
            keep=["oauth_signature"],
        ),
        stored(
            "AWS4-HMAC-SHA256 Credential=AKIAQ7ZX3LM9PLK2TTQB/20260101/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;x-amz-date, Signature=fe5f80f77d5fa3beca038a248ff027d0445342fe28",
            hide=["fe5f80f77d5fa3beca038a248ff027d0445342fe28"],
            keep=["SignedHeaders=host", "us-east-1/s3/aws4_request"],
        ),
        stored(
            'Digest username="bob", realm="acme", nonce="ede09c8213ee3a1f9c22e1a711caa1d1a4", '
            'uri="/x", response="7730abf50404b16408561089618d5fa2", qop=auth',
            hide=["7730abf50404b16408561089618d5fa2"],
            keep=['realm="acme"'],
        ),
    ],
    "name of another kind": [
        stored(
            "GITHUB_PAT=Lindenbaum\nVAULT_SECRET_ID=Ahornblatt\nWIFI_PASSKEY=Birkenwald\n",
            hide=["Lindenbaum", "Ahornblatt", "Birkenwald"],
            keep=["GITHUB_PAT"],
        ),
        stored(
            "production:\n  devise:\n    pepper: Lindenbaum\n  remotepass: Ahornblatt\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["production:"],
        ),
        stored(
            "Kennwort: Lindenbaum\nSchlüssel: Ahornblatt\nBenutzer: bob\n",
            hide=["Lindenbaum", "Ahornblatt"],
        ),
        stored(
            "Unseal Key 1: Zk9xQm4Lw7Rt2Yv8Bn3Hj6DpZk9xQm4L\n\n"
            "Initial Root Token: hvs.Zk9xQm4Lw7Rt2Yv8Bn3H\n",
            hide=["Zk9xQm4Lw7Rt2Yv8Bn3Hj6DpZk9xQm4L", "hvs.Zk9xQm4Lw7Rt2Yv8Bn3H"],
            keep=["Unseal Key 1:"],
        ),
        stored(
            "apiVersion: v1\nkind: Secret\nstringData:\n  api: Lindenbaum\n"
            "  url: postgres://a:Ahornblatt@h/d\n",
            hide=["Lindenbaum", "Ahornblatt"],
            keep=["apiVersion: v1"],
        ),
        stored(
            'network={\n    ssid="home"\n    psk="Lindenbaum"\n    key_mgmt=WPA-PSK\n}\n',
            hide=["Lindenbaum"],
            keep=["key_mgmt=WPA-PSK"],
        ),
        stored(
            "db.password=Linden\\:baum\ndb.user=app\n",
            hide=["Linden\\:baum", "Linden:baum"],
            keep=["db.user=app"],
        ),
        stored("1. 4f7a-91bc\n2. 77de-02aa\n", hide=["4f7a-91bc", "77de-02aa"]),
        stored(
            "jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=acme;"
            "OAuthServiceAcctEmail=a@b.iam.gserviceaccount.com;"
            "OAuthRefreshToken=1//0gZk9xQm4Lw7Rt2Yv8Bn3H",
            hide=["1//0gZk9xQm4Lw7Rt2Yv8Bn3H"],
            keep=["ProjectId=acme"],
        ),
    ],
}
