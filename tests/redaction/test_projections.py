"""What a reader sees decides: colour, tags, entities and separators hide nothing."""

from __future__ import annotations

import pytest

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.redaction.search.projections import AlnumProjection, rendered, visible
from tests.redaction.samples import LETTERS, MARKER, PASSWORD, TOKEN, leaks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{TOKEN[:9]}\x1b[31m{TOKEN[9:20]}\x1b[0m{TOKEN[20:]}", f"{MARKER}\x1b[31m\x1b[0m"),
        (f"{TOKEN[:10]}\xad{TOKEN[10:]}", f"{MARKER}\xad"),
        (f"{TOKEN[:10]}\u200b{TOKEN[10:]}", f"{MARKER}\u200b"),
        (f"{TOKEN[:10]}\x1b]8;;http://x\x1b\\{TOKEN[10:]}", f"{MARKER}\x1b]8;;http://x\x1b\\"),
        ("".join(f"<b>{c}</b>" for c in TOKEN), f"<b>{MARKER}</b>" + "<b></b>" * (len(TOKEN) - 1)),
        ("p@S5/w+rd&amp;&lt;<i>\"q'</i>&gt;%\\&eacute; 7Z<br>", f"{MARKER}<i></i><br>"),
        (f"\x1b]8;;http://x?k={TOKEN}\x1b\\link", f"\x1b]8;;http://x?k={MARKER}\x1b\\link"),
        (f'<a href="?k={TOKEN}">x</a>', f'<a href="?k={MARKER}">x</a>'),
        (f"<!-- {TOKEN} --></svg>", f"<!-- {MARKER} --></svg>"),
    ],
    ids=[
        "colour",
        "soft hyphen",
        "zero width",
        "link",
        "tags",
        "entities",
        "in a link",
        "attribute",
        "comment",
    ],
)
def test_what_splits_a_value_stays_and_the_value_goes(text: str, expected: str) -> None:
    assert Redactor([TOKEN, PASSWORD]).redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        repr(list(TOKEN)),
        "\n".join(TOKEN),
        "│ " + " │\n│ ".join(TOKEN[i : i + 5] for i in range(0, len(TOKEN), 5)) + " │",
        " ".join(f"{byte:02x}" for byte in TOKEN.encode()),
        "\x1b[1m" + "\x1b[0m \x1b[1m".join(TOKEN),
    ],
    ids=["list", "one a line", "box", "hexdump", "coloured and spaced"],
)
def test_separators_hide_no_letters_and_digits(text: str) -> None:
    out = Redactor([TOKEN]).redact(text)

    letters = "".join(filter(str.isalnum, out))
    assert MARKER in out
    assert not any(TOKEN[i : i + 12].replace("_", "") in letters for i in range(len(TOKEN) - 12))


def test_broken_colour_is_left_as_it_is() -> None:
    text = (
        f"x {TOKEN[:12]}\x1b[1;31{TOKEN[11:]} y"  # the m that ends the escape is also the value's
    )

    out = Redactor([TOKEN]).redact(text)

    assert out == f"x {MARKER}\x1b[1;31m y"


def test_a_projection_knows_where_it_comes_from() -> None:
    projection = visible(b"ab\x1b[1mcd\x1b[0m")

    assert projection.text == b"abcd"
    assert projection.raw(1, 3) == ((1, 2), (6, 7))


def test_an_entity_is_one_character() -> None:
    projection = rendered(b"a&lt;<b>c</b>")

    assert projection.text == b"a<c"
    assert projection.raw(1, 3) == ((1, 5), (8, 9))


def test_letters_and_digits_of_a_large_text_are_found_again() -> None:
    data = b"-" * 200_000 + b"a-b" + b"-" * 100_000 + b"c"
    projection = AlnumProjection(data)

    assert projection.text == b"abc"
    assert projection.raw(1, 3) == ((200_002, 200_003), (300_003, 300_004))


def test_plain_words_run_together_are_no_value() -> None:
    redactor = Redactor([LETTERS, "internal-Database-Server-x1"])

    assert redactor.redact("internal database server, The Quick Brown") == (
        "internal database server, The Quick Brown"
    )
    assert not leaks(redactor.redact(" ".join(LETTERS)))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("aB3dE5gHi7K9", "a\nB\n3\nd\nE\n5\ng\nH\ni\n7\nK\n9"),
        ("aB3dE5gHi7K9", repr(list("aB3dE5gHi7K9"))),
        ("mN8bV6cX4zA2", "pw mN8bV\n6cX4zA2"),
        ("4929178301285571", "4929 1783 0128 5571"),
        ("4929178301285571", "4,929,178,301,285,571"),
        ("wxyz abcd qrst lmno", "login wxyzabcdqrstlmno"),
        ("correct horse battery staple", "correct\nhorse  battery-staple"),
    ],
    ids=["one a line", "list", "wrapped", "card", "thousands", "app password", "passphrase"],
)
def test_what_parts_a_value_hides_nothing_of_it(value: str, shown: str) -> None:
    out = Redactor([value]).redact(shown)

    assert MARKER in out
    assert not set(filter(str.isdigit, out)) & set(value)
    assert value.split()[-1] not in out
