"""What devices, scripts and notes are told is secret, however they are told it."""

from __future__ import annotations

import pytest

from jupyter_secrets.redaction import Redactor

CASES = [
    ("router: enable secret Blumenwiese", "Blumenwiese"),
    ("enable secret level 15 0 Blumenwiese", "Blumenwiese"),
    ("username admin secret Blumenwiese\nusername bob password 0 Kornblume", "Kornblume"),
    ("snmp-server community Blumenwiese rw 10", "Blumenwiese"),
    ("interface Tunnel0\n tunnel key Blumenwiese\nenable secret Kornblume1", "Blumenwiese"),
    ("hostname r1\nkey chain EIGRP\n key 1\n  key-string Blumenwiese\n", "Blumenwiese"),
    ("line vty 0 4\n password 7 Blumenwiese\n login", "Blumenwiese"),
    ("ip ftp password Blumenwiese\nusername a secret Kornblume", "Blumenwiese"),
    ("set security ike policy p pre-shared-key ascii-text Blumenwiese", "Blumenwiese"),
    ('set security ike policy p pre-shared-key ascii-text "Blumen Wiese"', "Blumen Wiese"),
    (
        ("aaa group server radius X\n server 10.0.0.1 key Blumenwiese\nenable secret Kornblume1"),
        "Blumenwiese",
    ),
    ("radius-server host 10.0.0.1 auth-port 1812 acct-port 1813 key Blumenwiese", "Blumenwiese"),
    ("tacacs server T1\n address ipv4 10.0.0.1\n key Blumenwiese", "Blumenwiese"),
    ("wlan secure\n security wpa psk set-key ascii 0 Blumenwiese", "Blumenwiese"),
    ("username admin password Blumen7wiese privilege 15", "Blumen7wiese"),
    ("banner motd ^C Blumenwiese geheim ^C\nenable secret Kornblume1", "Kornblume1"),
    ('key "k" { algorithm hmac-md5; secret Blumenwiese; };', "Blumenwiese"),
    ('user alice { password "Blumenwiese"; };', "Blumenwiese"),
    ('users { alice { uid 5; Blumenwiese; } } key k { secret "Kornblume"; };', "Kornblume"),
    (
        ('zone a { masters { 10.0.0.1 key Blumenwiese; }; };\nkey k { secret "Kornblume1"; };'),
        "Kornblume1",
    ),
    ("snmp { community Blumenwiese { authorization read-only; } }", "Blumenwiese"),
    ('authentication { pre-shared-key ascii-text "$9$Blumenwiese"; }', "$9$Blumenwiese"),
    ("login { user bob { authentication { plain-text-password Blumenwiese; } } }", "Blumenwiese"),
    ('peer { psk "Blumenwiese"; }', "Blumenwiese"),
    ("ConvertTo-SecureString -String Blumenwiese -AsPlainText -Force", "Blumenwiese"),
    ("ConvertTo-SecureString -AsPlainText Blumenwiese -Force", "Blumenwiese"),
    ('ConvertTo-SecureString -AsPlainText -Force -String "Blumen Wiese"', "Blumen Wiese"),
    ('"Blumenwiese" | ConvertTo-SecureString -AsPlainText -Force', "Blumenwiese"),
    (
        (
            '$c = New-Object PSCredential("bob", (ConvertTo-SecureString "Blumenwiese" '
            "-AsPlainText -Force))"
        ),
        "Blumenwiese",
    ),
    ('[System.Net.NetworkCredential]::new("bob","Blumenwiese")', "Blumenwiese"),
    (
        ('$plain = "Blumenwiese"\n$sec = ConvertTo-SecureString $plain -AsPlainText -Force'),
        "Blumenwiese",
    ),
    ("Connect-VIServer -Server vc.example.com -User bob -Password Blumenwiese", "Blumenwiese"),
    (
        (
            "Set-ADAccountPassword -Identity bob -NewPassword (ConvertTo-SecureString "
            '-AsPlainText "Blumenwiese" -Force)'
        ),
        "Blumenwiese",
    ),
    ("net use Z: \\\\srv\\share Blumenwiese /user:bob", "Blumenwiese"),
    ("cmdkey /add:srv /user:bob /pass:Blumenwiese", "Blumenwiese"),
    ("K 8\npassword\nV 11\nBlumen wiese\nEND", "Blumen wiese"),
    ("K 10\npassphrase\nV 11\nBlumenwiese\nEND", "Blumenwiese"),
    (
        ("nmcli con add type wifi ssid Home wifi-sec.key-mgmt wpa-psk wifi-sec.psk Blumenwiese"),
        "Blumenwiese",
    ),
    ('nmcli dev wifi connect Home password "Blumen wiese"', "Blumen wiese"),
    ('class Settings:\n    password = "Blumenwiese"  # the password', "Blumenwiese"),
    (
        ('class Settings(BaseSettings):\n    password: SecretStr = SecretStr("Blumenwiese")'),
        "Blumenwiese",
    ),
    (
        ('class Settings(BaseSettings):\n    password: str = Field(default="Blumenwiese")'),
        "Blumenwiese",
    ),
    ("define('AUTH_KEY', 'Blumen wiese|x');\ndefine('DB_HOST', 'localhost');", "Blumen wiese|x"),
    ("define( 'DB_PASSWORD', 'Blumenwiese' );", "Blumenwiese"),
    ('define("DB_PASSWORD", "Blumenwiese", true);', "Blumenwiese"),
    ("putenv('DB_PASSWORD=Blumenwiese');", "Blumenwiese"),
    ("os.environ['DB_PASSWORD'] = 'Blumenwiese'", "Blumenwiese"),
    ('System.setProperty("db.password", "Blumenwiese");', "Blumenwiese"),
    ("conn = pymysql.connect('db.example.com', 'bob', 'Blumenwiese', 'sales')", "Blumenwiese"),
    ("client = Client('https://x.example.com', token='Blumenwiese')", "Blumenwiese"),
    ("requests.get('https://x.example.com', auth=('bob', 'Blumenwiese'))", "Blumenwiese"),
    ("x.connect(\n  'db.example.com',\n  'bob',\n  'Blumenwiese',\n)", "Blumenwiese"),
    ("[db]\ndb1 ansible_host=10.0.0.1 ansible_ssh_pass=Blumenwiese", "Blumenwiese"),
    ("[db]\ndb1 ansible_password='Blumen wiese' ansible_user=bob", "Blumen wiese"),
    ("[wifi]\nssid=Blumenwiese\npsk=Kornblume1", "Kornblume1"),
    ("user name: bob\npass word: Blumenwiese", "Blumenwiese"),
    ("master key: Blumenwiese", "Blumenwiese"),
    ("my pass phrase is: Blumen Wiese", "Blumen Wiese"),
    ("pass phrase: Blumen wiese im Tal", "Blumen wiese im Tal"),
    ("Cookie: Blumenwiese=1; session=Kornblume1", "Kornblume1"),
    ("Cookie: auth=Blumenwiese", "Blumenwiese"),
    ("Set-Cookie: token=Blumenwiese; HttpOnly", "Blumenwiese"),
    ("The PIN for the door is 4711, ask Bob", "4711"),
    ("Please use the password staging-2024-Blume to log in to the server", "staging-2024-Blume"),
    ("The password for the database: Blumenwiese. Do not share it.", "Blumenwiese"),
    (
        ("You can log in with the password Blumenwiese. Please do not share it with anyone"),
        "Blumenwiese",
    ),
    ("ssh -p 22 bob@h; sudo pw Blumenwiese", "Blumenwiese"),
    ("password: str = Blumenwiese", "Blumenwiese"),
    ("username: bob\npassword: string = Kornblume", "Kornblume"),
    ("secret(GigabitEthernet7)", "GigabitEthernet7"),
    ("password=vlan4711", "vlan4711"),
    ("bob:GigabitEthernet0/1", "GigabitEthernet0/1"),
]


@pytest.mark.parametrize(("value", "secret"), CASES)
def test_a_secret_is_hidden_when_it_is_printed_alone(value: str, secret: str) -> None:
    redactor = Redactor([value])

    assert secret not in redactor.redact(f"it is {secret} !")
    assert value not in redactor.redact(f"it is {value} !")
