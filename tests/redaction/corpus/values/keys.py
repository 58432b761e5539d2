"""Private keys."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "PEM key": [
        stored(
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQPr9LXkzyiZ29ma\nMAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKt\nTW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZ\nvll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv\nmop05IZKPYQ94GRgGSInMbdaFa==\n-----END PRIVATE KEY-----\n",
            hide=[
                "MAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKt",
                "TW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZ",
                "vll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv",
                "mop05IZKPYQ94GRgGSInMbdaFa==",
                "MAYB+nc3iairLsmvpsTgEBFUV/VoQnz/nUlvmExB3pdlsPVMRUxdQ2IJ/LAUgtKtTW5NuB9GspsKB34lf84zfXwHSlgzuwM3bhIvEPEoqGBywgVma03QrCe50RNqESaZvll+S4b/qMWNKDl+bYKbSWyPG26j8QDNOA1j+N2p9emFc8ndSDfh52npc9W8iHKv",
            ],
            keep=[
                "-----BEGIN PRIVATE KEY-----",
                "-----END PRIVATE KEY-----",
                "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC",
            ],
        ),
        stored(
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEICoKWGYAW7MrFdqlP8FRjeavn+LRDLxc31wAGpmbNcC5VnXNXPlFR9Qe\nQ4FTNRnT67HqP5gfaeqPJ+4T+QfUMdKiOn6sGUnRUIBFOteDKubib1f9ULs6iJkY\nil53FGtN7NrbeIpG7F5tO2Mm3Ovm/7p6\n-----END EC PRIVATE KEY-----",
            hide=[
                "CoKWGYAW7MrFdqlP8FRjeavn+LRDLxc31wAGpmbNcC5VnXNXPlFR9Qe",
                "Q4FTNRnT67HqP5gfaeqPJ+4T+QfUMdKiOn6sGUnRUIBFOteDKubib1f9ULs6iJkY",
                "il53FGtN7NrbeIpG7F5tO2Mm3Ovm/7p6",
            ],
            keep=["-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----"],
        ),
        stored(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,B67F3C286EC8ABC5F05B72EB8E80CC5B\n\n8nn9y0EVFwb6xFC9Godt10SG2C/3iWujIJ6TZLG5JJ5YG5D558B/TgLwEvWE8oZp\nF2mkgD9j5QAscYTLa0EVWN3vrkczcQcbQFYlbkIy8B/CDbO7JMtrLgTJ/MqpDQOb\n-----END RSA PRIVATE KEY-----\n",
            hide=[
                "8nn9y0EVFwb6xFC9Godt10SG2C/3iWujIJ6TZLG5JJ5YG5D558B/TgLwEvWE8oZp",
                "F2mkgD9j5QAscYTLa0EVWN3vrkczcQcbQFYlbkIy8B/CDbO7JMtrLgTJ/MqpDQOb",
            ],
            keep=["Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,"],
        ),
        stored(
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n8OO5dDeJFFOqQn34vHRbpk4wiQB0LUknkZoisIgvEdnzMKtbx+yij8s7yB0Suzu5\r\noMUQKDNmOAMtT4bKATcDgu3yPcgTwY2lfbroH0TLX+MHQPtiYDXuihTSiVCP298X\r\nQwYKHBNXoL/9fAwQbM\r\n-----END ENCRYPTED PRIVATE KEY-----\r\n",
            hide=[
                "8OO5dDeJFFOqQn34vHRbpk4wiQB0LUknkZoisIgvEdnzMKtbx+yij8s7yB0Suzu5",
                "oMUQKDNmOAMtT4bKATcDgu3yPcgTwY2lfbroH0TLX+MHQPtiYDXuihTSiVCP298X",
                "QwYKHBNXoL/9fAwQbM",
            ],
            keep=["-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n"],
        ),
    ],
    "OpenSSH key": [
        stored(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\nQyNTUxOQAAACB4Rp/fy9xBghGANqz3aoTdNLZk7LYp+b3CoGT2zzC02oUu0Jk2xR4Qzj2o\nN3cw7Bk1scw7Nk/R3qYm22USmY60GiThkPFRrU81E9tSSlxI13m9Z7+uybz7fmae2rtK+d\nNeYHoDzTNyqSuGqUKOli5ESNGCwsgaRGgM74Xa1m27rbyKilmIoTRKsJB4c8\n-----END OPENSSH PRIVATE KEY-----\n",
            hide=[
                "N3cw7Bk1scw7Nk/R3qYm22USmY60GiThkPFRrU81E9tSSlxI13m9Z7+uybz7fmae2rtK+d",
                "NeYHoDzTNyqSuGqUKOli5ESNGCwsgaRGgM74Xa1m27rbyKilmIoTRKsJB4c8",
            ],
            keep=[
                "-----BEGIN OPENSSH PRIVATE KEY-----",
                "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAAB",
            ],
        ),
        stored(
            "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABXy1qR7\nkR2MnAWQDlOlmD1h+JVdz0OmDAZCmN9jbCjeSvV2/WfiC4CrpENNTTIl+hDNSUJpRpngp8\nDFJZ8qRcWsI+YMwOcukyUjODCgCE3XGsf2Q9+D5QnLkpY8gcqq16Zyx2aYlABakFiAAMqu\nIpjPJHexW2h2o7/YdkOjEj==\n-----END OPENSSH PRIVATE KEY-----\n",
            hide=[
                "kR2MnAWQDlOlmD1h+JVdz0OmDAZCmN9jbCjeSvV2/WfiC4CrpENNTTIl+hDNSUJpRpngp8",
                "DFJZ8qRcWsI+YMwOcukyUjODCgCE3XGsf2Q9+D5QnLkpY8gcqq16Zyx2aYlABakFiAAMqu",
                "IpjPJHexW2h2o7/YdkOjEj==",
            ],
            keep=["-----END OPENSSH PRIVATE KEY-----", "aes256-ctr and bcrypt"],
        ),
        stored(
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: deploy\nPrivate-Lines: 1\nteHuOLHeRqVexKOIFKBNC8XFnAKf/3HjBq27PjnxjEM=\nPrivate-MAC: 15290fb9ffdbbb3a1e1673e866780609b464aeea2245b8d86f798d5658199bf0\n",
            hide=["teHuOLHeRqVexKOIFKBNC8XFnAKf/3HjBq27PjnxjEM="],
            keep=["PuTTY-User-Key-File-3: ssh-ed25519", "Encryption: none\nComment: deploy"],
        ),
        stored(
            "AGE-SECRET-KEY-1N5PQGVCJTYKCVPF6ZUO4GIRQEJYDVN8C3V2PY80W9D9RT4TNNZAB93H6SF",
            hide=[
                "N5PQGVCJTYKCVPF6ZUO4GIRQEJYDVN8C3V2PY80W9D9RT4TNNZAB93H6SF",
            ],
            keep=["AGE-SECRET-KEY-1", "age1 public keys"],
        ),
    ],
}
