"""Configurations of routers, networks, name servers and machines."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "routers": [
        stored(
            "hostname edge-router\n"
            "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0\n"
            "username admin privilege 15 password 7 08314942060D0C1E\n"
            "snmp-server community Tr4p5tr1ng RO\n"
            "interface GigabitEthernet0/1\n"
            " ip address 10.0.0.1 255.255.255.0\n"
            "line vty 0 4\n"
            " password Zauberwald\n"
            " login",
            hide=["$1$mERr$hx5rVt7rPNoS4wqbXKX7m0", "08314942060D0C1E", "Tr4p5tr1ng", "Zauberwald"],
            keep=[
                "hostname edge-router",
                "interface GigabitEthernet0/1",
                "ip address 10.0.0.1 255.255.255.0",
                "line vty 0 4",
                "snmp-server community",
                "privilege 15",
            ],
        ),
        stored(
            "enable secret 5 $1$mERr$hx5rVt7rPNoS4wqbXKX7m0",
            hide=["$1$mERr$hx5rVt7rPNoS4wqbXKX7m0"],
            keep=["enable secret 5"],
        ),
        stored(
            "username netops password 7 08314942060D0C1E",
            hide=["08314942060D0C1E"],
            keep=["username netops password 7"],
        ),
        stored(
            "snmp-server community geheimwort RO",
            hide=["geheimwort"],
            keep=["snmp-server community"],
        ),
        stored(
            "enable password Zauberwald\nservice password-encryption",
            hide=["Zauberwald"],
            keep=["service password-encryption"],
        ),
        stored(
            "tacacs-server host 10.1.1.1 key 7 0822455D0A16\nradius-server key Zauberwald",
            hide=["0822455D0A16", "Zauberwald"],
            keep=["tacacs-server host 10.1.1.1", "radius-server key"],
        ),
        stored(
            "crypto isakmp key Zauberwald address 203.0.113.9\n"
            "crypto isakmp policy 10\n"
            " encr aes 256\n"
            " authentication pre-share",
            hide=["Zauberwald"],
            keep=["203.0.113.9", "authentication pre-share", "crypto isakmp policy 10"],
        ),
        stored(
            "set system host-name edge1\n"
            'set system root-authentication encrypted-password "$6$Ab12Cd34$uT9xKq8Lw7Zp"\n'
            "set snmp community Tr4p5tr1ng authorization read-only\n"
            "set system login user ops authentication plain-text-password-value Zauberwald",
            hide=["$6$Ab12Cd34$uT9xKq8Lw7Zp", "Tr4p5tr1ng", "Zauberwald"],
            keep=["set system host-name edge1", "set snmp community", "authorization read-only"],
        ),
        stored(
            "system {\n"
            "    host-name edge1;\n"
            "    root-authentication {\n"
            '        encrypted-password "$6$Ab12Cd34$uT9xKq8Lw7Zp"; ## SECRET-DATA\n'
            "    }\n"
            "    radius-server {\n"
            '        10.1.2.3 secret "$9$AbCdEfGhIj"; ## SECRET-DATA\n'
            "    }\n"
            "}",
            hide=["$6$Ab12Cd34$uT9xKq8Lw7Zp", "$9$AbCdEfGhIj"],
            keep=[
                "host-name edge1;",
                "root-authentication",
                "radius-server",
                "## SECRET-DATA",
                "10.1.2.3",
            ],
        ),
    ],
    "keys of name servers": [
        stored(
            'key "rndc-key" {\n'
            "\talgorithm hmac-sha256;\n"
            '\tsecret "q8Yw7Zx2Kp4Lm9Nv3Rt6Bs1Hd5Jf0Gc=";\n'
            "};",
            hide=["q8Yw7Zx2Kp4Lm9Nv3Rt6Bs1Hd5Jf0Gc="],
            keep=["rndc-key", "algorithm hmac-sha256;", "hmac-sha256", 'key "rndc-key" {'],
        ),
        stored(
            'key "rndc-key" { algorithm hmac-sha256; secret "q8Yw7Zx2Kp4Lm9Nv3Rt6Bs1Hd5Jf0Gc="; };',
            hide=["q8Yw7Zx2Kp4Lm9Nv3Rt6Bs1Hd5Jf0Gc="],
            keep=["rndc-key", "algorithm hmac-sha256;", "hmac-sha256", 'key "rndc-key" {'],
        ),
        stored(
            "options {\n"
            '\tdefault-key "rndc-key";\n'
            "\tdefault-server 127.0.0.1;\n"
            "\tdefault-port 953;\n"
            "};\n"
            'key "rndc-key" {\n'
            "\talgorithm hmac-md5;\n"
            '\tsecret "c3VwZXJzZWNyZXRrZXk=";\n'
            "};",
            hide=["c3VwZXJzZWNyZXRrZXk="],
            keep=["default-server 127.0.0.1;", 'default-key "rndc-key";', "hmac-md5"],
        ),
        stored(
            "tsig {\n"
            "  name tsig-key;\n"
            '  secret "q8Yw7Zx2Kp4Lm9Nv";\n'
            "}\n"
            'zone "example.com" {\n'
            "  type slave;\n"
            "  masters { 192.0.2.1; };\n"
            "};",
            hide=["q8Yw7Zx2Kp4Lm9Nv"],
            keep=["type slave;", "192.0.2.1", "tsig-key"],
        ),
    ],
    "networks": [
        stored(
            "[connection]\n"
            "id=Office WiFi\n"
            "uuid=3f2504e0-4f89-11d3-9a0c-0305e82c3301\n"
            "type=wifi\n"
            "interface-name=wlan0\n"
            "\n"
            "[wifi]\n"
            "mode=infrastructure\n"
            "ssid=Office WiFi\n"
            "\n"
            "[wifi-security]\n"
            "key-mgmt=wpa-psk\n"
            "psk=blumenwiese\n"
            "\n"
            "[ipv4]\n"
            "method=auto",
            hide=["blumenwiese"],
            keep=[
                "Office WiFi",
                "key-mgmt=wpa-psk",
                "wpa-psk",
                "interface-name=wlan0",
                "method=auto",
            ],
        ),
        stored(
            "nmcli device wifi connect Office-WiFi password blumenwiese ifname wlan0",
            hide=["blumenwiese"],
            keep=["nmcli device wifi connect", "ifname wlan0"],
        ),
        stored(
            "nmcli con modify eth0 802-1x.identity alice 802-1x.password blumenwiese",
            hide=["blumenwiese"],
            keep=["nmcli con modify", "802-1x.identity"],
        ),
        stored(
            'network={\n\tssid="Office"\n\tpsk="blumenwiese"\n\tkey_mgmt=WPA-PSK\n}',
            hide=["blumenwiese"],
            keep=["key_mgmt=WPA-PSK", "Office", 'ssid="Office"'],
        ),
    ],
    "Subversion": [
        stored(
            "K 8\n"
            "passkey\n"
            "V 3\n"
            "abc\n"
            "K 8\n"
            "passtype\n"
            "V 6\n"
            "simple\n"
            "K 8\n"
            "password\n"
            "V 11\n"
            "Wasserfall3\n"
            "K 15\n"
            "svn:realmstring\n"
            "V 45\n"
            "<https://svn.example.com:443> Subversion Repo\n"
            "K 8\n"
            "username\n"
            "V 5\n"
            "alice\n"
            "END",
            hide=["Wasserfall3"],
            keep=["passtype", "simple", "svn:realmstring", "alice", "svn.example.com"],
        ),
        stored(
            "K 8\n"
            "passtype\n"
            "V 6\n"
            "simple\n"
            "K 8\n"
            "password\n"
            "V 10\n"
            "wasserfall\n"
            "K 15\n"
            "svn:realmstring\n"
            "V 45\n"
            "<https://svn.example.com:443> Subversion Repo\n"
            "K 8\n"
            "username\n"
            "V 5\n"
            "alice\n"
            "END",
            hide=["wasserfall"],
            keep=[
                "passtype",
                "simple",
                "svn:realmstring",
                "alice",
                "svn.example.com",
                "<https://svn.example.com:443> Subversion Repo",
            ],
        ),
        stored(
            "K 8\npassword\nV 7\nhunter7\nEND",
            hide=["hunter7"],
            keep=["password", "K 8"],
        ),
        stored(
            "K 8\nusername\nV 5\nalice\nK 8\npassword\nV 14\nq8Yw7Zx2Kp4Lm9\nEND",
            hide=["q8Yw7Zx2Kp4Lm9"],
            keep=["username", "alice"],
        ),
    ],
    "Ansible": [
        stored(
            "web1 ansible_host=10.1.2.3 ansible_port=22 ansible_user=deploy "
            "ansible_password=Nebelkraehe9",
            hide=["Nebelkraehe9"],
            keep=["10.1.2.3", "ansible_host=10.1.2.3", "ansible_port=22", "deploy", "web1"],
        ),
        stored(
            "[web]\n"
            "web1.example.com ansible_host=10.1.2.3 ansible_port=22 ansible_user=deploy "
            "ansible_ssh_pass=Nebelkraehe9\n"
            "web2.example.com ansible_host=10.1.2.4 ansible_port=22\n"
            "\n"
            "[web:vars]\n"
            "ansible_become_pass=Sturmvogel8",
            hide=["Nebelkraehe9", "Sturmvogel8"],
            keep=["10.1.2.3", "ansible_port=22", "web2.example.com", "ansible_host=10.1.2.4"],
        ),
        stored(
            "[db]\n"
            "db1.example.com\n"
            "db2.example.com\n"
            "\n"
            "[db:vars]\n"
            "ansible_user=deploy\n"
            "ansible_password=Lindenbaum",
            hide=["Lindenbaum"],
            keep=["db1.example.com", "ansible_user=deploy", "db2.example.com"],
        ),
        stored(
            "[win]\n"
            "host7 ansible_host=10.0.0.9 ansible_winrm_password='Mai Kaefer7' "
            "ansible_connection=winrm",
            hide=["Mai Kaefer7"],
            keep=["10.0.0.9", "ansible_connection=winrm"],
        ),
    ],
    "PowerShell": [
        stored(
            "$pw = ConvertTo-SecureString 'Gletscher7Spalte!' -AsPlainText -Force\n"
            "$cred = New-Object System.Management.Automation.PSCredential ('svc_backup', $pw)",
            hide=["Gletscher7Spalte!"],
            keep=[
                "ConvertTo-SecureString",
                "New-Object System.Management.Automation.PSCredential",
                "svc_backup",
                "AsPlainText",
            ],
        ),
        stored(
            'ConvertTo-SecureString "Gletscher7Spalte!" -AsPlainText -Force',
            hide=["Gletscher7Spalte!"],
            keep=["ConvertTo-SecureString", "-AsPlainText -Force"],
        ),
        stored(
            "$user = 'svc_backup'\n$password = 'Lindenbaum'\nConnect-Foo -Server db.example.com",
            hide=["Lindenbaum"],
            keep=["svc_backup", "db.example.com", "Connect-Foo -Server"],
        ),
        stored(
            "New-Object System.Net.NetworkCredential('svc_backup', 'Lindenbaum', 'ACME')",
            hide=["Lindenbaum"],
            keep=["New-Object System.Net.NetworkCredential", "svc_backup"],
        ),
    ],
}
