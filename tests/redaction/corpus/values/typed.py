"""What people make up and remember: passwords, passphrases, numbers."""

from __future__ import annotations

from tests.redaction.corpus.stored import Shapes, stored

SHAPES: Shapes = {
    "password": [
        stored("Kx9!vTq2#mWz7", hide=["Kx9!vTq2#mWz7"], keep=["Kx9", "password policy: 13"]),
        stored("tr0ub4dor&3x", hide=["tr0ub4dor&3x"], keep=["tr0ub", "dor"]),
        stored("p@S5/w+rd&<\"q'>%\\9 7Z", hide=["p@S5/w+rd&<\"q'>%\\9 7Z"], keep=["p@S5", "7Z"]),
        stored("Vq7$Lk2%", hide=["Vq7$Lk2%"], keep=["Vq7", "Lk2"]),
    ],
    "password made of words": [
        stored("Zebrafell-Tulpenrot", hide=["Zebrafell-Tulpenrot"], keep=["Zebrafell", "Tulpe"]),
        stored("quokkabiscuit", hide=["quokkabiscuit"], keep=["quokka", "a biscuit"]),
        stored("Wintermoor!1987", hide=["Wintermoor!1987"], keep=["Wintermoor", "in 1987"]),
        stored("MausFalterDorn", hide=["MausFalterDorn"], keep=["Maus", "Dorn"]),
    ],
    "short password": [
        stored("hunt3r7", hide=["hunt3r7"], keep=["hunt3r75", "xhunt3r7"]),
        stored("qZ4!", hide=["qZ4!"], keep=["aqZ4!", "qZ4"]),
        stored("Lm29x", hide=["Lm29x"], keep=["Lm29x_id", "Lm29xy"]),
        stored("zwölf7", hide=["zwölf7"], keep=["zwölf", "zwölf78"]),
    ],
    "passphrase": [
        stored(
            "gravel otter lantern quilt mango",
            hide=["gravel otter lantern quilt mango", "gravel otter lantern"],
            keep=["gravel otter", "a lantern and a quilt", "mango"],
        ),
        stored(
            "velvet-harbour-thimble-orchid",
            hide=["velvet-harbour-thimble-orchid", "velvet harbour thimble orchid"],
            keep=["velvet-harbour", "the thimble", "orchid"],
        ),
        stored(
            "Seven Copper Ravens Juggle Turnips",
            hide=["Seven Copper Ravens Juggle Turnips", "Ravens Juggle Turnips"],
            keep=["Seven Copper", "the ravens"],
        ),
        stored(
            "nebel ampel kürbis ofenrohr",
            hide=["nebel ampel kürbis ofenrohr", "ampel kürbis ofenrohr"],
            keep=["nebel ampel", "kürbis"],
        ),
    ],
    "letters of one case": [
        stored("tctkidasqntwiuzp", hide=["tctkidasqntwiuzp"], keep=["lowercase"]),
        stored(
            "ymiklfjhfqoosjldlnwtadar",
            hide=["ymiklfjhfqoosjldlnwtadar"],
            keep=["a lowercase string of letters"],
        ),
        stored("MWTNQLGEZEILRSOATIMA", hide=["MWTNQLGEZEILRSOATIMA"], keep=["UPPERCASE"]),
        stored("lvrznrtwbl", hide=["lvrznrtwbl"], keep=["ten letters"]),
    ],
    "card or account number": [
        stored(
            "4929178301285571",
            hide=["4929178301285571"],
            keep=["order 4929 of 1783", "49291783012855710000", "4929 1783"],
        ),
        stored(
            "5283-9017-4466-2098",
            hide=["5283-9017-4466-2098", "5283901744662098"],
            keep=["5283-9017", "call 4466 2098"],
        ),
        stored(
            "371449 635398 43172",
            hide=["37144963539843172", "371449 635398 43172"],
            keep=["371449", "635398"],
        ),
        stored("830174925561", hide=["830174925561"], keep=["8301749255610", "830174"]),
    ],
    "IBAN": [
        stored(
            "DE89370400440532013977",
            hide=["DE89370400440532013977", "DE89 3704 0044 0532 0139 77"],
            keep=["IBAN: DE00 0000 0000 0000 0000 00"],
        ),
        stored(
            "GB33 BUKB 2020 1555 5764 81",
            hide=["GB33 BUKB 2020 1555 5764 81", "GB33BUKB20201555576481"],
            keep=["GB33", "BUKB"],
        ),
        stored(
            "CH9300762011623852957",
            hide=["CH9300762011623852957", "CH93 0076 2011 6238 5295 7"],
            keep=["CH93", "in 2011"],
        ),
        stored(
            "FR1420041010050500013M02606",
            hide=["FR1420041010050500013M02606", "FR14 2004 1010 0505 0001 3M02 606"],
            keep=["FR14", "2004-10-10"],
        ),
    ],
    "PIN": [
        stored("7319", hide=["7319"], keep=["17319", "73190", "7319_a"]),
        stored("640273", hide=["640273"], keep=["1640273", "6402731"]),
        stored("8302", hide=["8302"], keep=["83020 rows", "x8302"]),
        stored("90416652", hide=["90416652"], keep=["1904166527", "904166521"]),
    ],
    "not Latin": [
        stored(
            "Zürich9xQ→påss",
            hide=["Zürich9xQ→påss"],
            keep=["Zürich", "påss"],
        ),
        stored(
            "Жёлтый7Кот-Ночь42",
            hide=["Жёлтый7Кот-Ночь42"],
            keep=["Жёлтый", "Ночь"],
        ),
        stored(
            "暗号鍵は猫9桜_Zx4富士山", hide=["暗号鍵は猫9桜_Zx4富士山"], keep=["暗号鍵は", "富士山"]
        ),
        stored("Ωμέγα88ψ♞λύκος", hide=["Ωμέγα88ψ♞λύκος"], keep=["Ωμέγα", "λύκος"]),
    ],
}
