"""The text in pieces: any cutting gives what the whole text would, and nothing waits too long."""

from __future__ import annotations

import base64
import os
import re
import threading
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import Redactor, SecretValue
from tests.redaction.samples import KEY, LETTERS, MARKER, TOKEN, exact, reference

IN_BASE64 = base64.b64encode(b"Tr0ub4dor%26three").decode()
# Five tests take a third as many: 40,000 are 107,000 altogether.
EXAMPLES = int(os.environ.get("REDACTION_EXAMPLES", "1500"))
SMALL = st.text("ab", max_size=8)
SMALL_VALUES = st.lists(SMALL, min_size=1, max_size=4)
CUTS = st.lists(st.integers(0, 60), max_size=12)
ALPHABETS = st.sampled_from(["ab", "abc", "aé", "a\0", "a\ud800", "a\U0001f600"])


def cut(text: str, places: list[int]) -> list[str]:
    bounds = [0, *sorted(place for place in places if place < len(text)), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def stream(redactor: Redactor, chunks: list[str]) -> str:
    running = redactor.stream()
    return "".join(map(running.feed, chunks)) + running.flush()


@settings(max_examples=EXAMPLES, deadline=None)
@given(SMALL_VALUES, st.text("abc", max_size=24), CUTS)
@example(["bb", "aaba"], "caabb", [2, 4])  # the carried run where nothing new is printed
@example(["aab"], "aaab", [2])
@example(["abcd", "cdefgh"], "abcdefgh", [4])
def test_any_cutting_gives_what_the_definition_says(
    values: list[str], text: str, places: list[int]
) -> None:
    redactor = exact(values)

    expected = reference(text, values)

    assert redactor.redact(text) == expected
    assert stream(redactor, cut(text, places)) == expected


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.data(), ALPHABETS, CUTS)
def test_any_cutting_of_any_characters_gives_what_the_definition_says(
    data: st.DataObject, alphabet: str, places: list[int]
) -> None:
    values = data.draw(st.lists(st.text(alphabet, max_size=5), max_size=4))
    text = data.draw(st.text(alphabet + "x", max_size=24))

    expected = reference(text, values)

    assert stream(exact(values), cut(text, places)) == expected


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(SMALL_VALUES, st.text("abc", max_size=24))
def test_what_is_printed_around_markers_holds_no_value(values: list[str], text: str) -> None:
    pieces = exact(values).redact(text).split(MARKER)

    assert not [value for value in values if value and any(value in piece for piece in pieces)]


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(SMALL_VALUES, st.text("abc", max_size=16))
def test_only_what_may_become_a_value_is_held_back(values: list[str], text: str) -> None:
    running = exact(values).stream()
    for character in text:
        running.feed(character)

    suffixes = [text[start:] for start in range(len(text))]
    begins = [s for s in suffixes if any(v != s and v.startswith(s) for v in values)]

    assert running.pending == len(max(begins, key=len, default=""))


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.data(), CUTS)
def test_pieces_are_found_however_the_text_is_cut(data: st.DataObject, places: list[int]) -> None:
    value = data.draw(st.text("aB1cD2_-/é", min_size=12, max_size=24))
    redactor = Redactor([value], projections=False)
    text = ""
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(value)))
        end = data.draw(st.integers(start, len(value)))
        text += value[start:end] + data.draw(st.sampled_from(["", " ", "x", "aB"]))

    assert stream(redactor, cut(text, places)) == redactor.redact(text)


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.lists(st.integers(0, len(TOKEN)), max_size=6), CUTS, st.sampled_from("\x1b\u200b"))
def test_colour_within_a_value_hides_nothing_from_the_stream(
    places: list[int], cuts: list[int], kind: str
) -> None:
    colour = "\x1b[1;31m" if kind == "\x1b" else kind
    text = "x " + colour.join(cut(TOKEN, places)) + " y"
    redactor = Redactor([TOKEN])

    out = stream(redactor, cut(text, cuts))

    assert re.sub(re.escape(colour), "", out) == f"x {MARKER} y"
    assert out.count(colour) == text.count(colour)


def test_a_value_that_arrives_byte_by_byte_is_hidden_with_one_marker() -> None:
    running = Redactor([TOKEN, "pässwörd-ünd-Mehr1"]).stream()

    data = f"a {TOKEN} b pässwörd-ünd-Mehr1 c".encode()
    out = b"".join(running.feed_bytes(data[i : i + 1]) for i in range(len(data)))

    assert (out + running.flush_bytes()).decode() == f"a {MARKER} b {MARKER} c"


def test_bytes_that_are_no_text_pass_unchanged() -> None:
    running = Redactor([TOKEN]).stream()

    out = running.feed_bytes(b"\xff\xfe\x80 \xc3") + running.flush_bytes()

    assert out == b"\xff\xfe\x80 \xc3"


@pytest.mark.parametrize("value", [TOKEN, LETTERS, LETTERS * 40], ids=["35", "120", "4800"])
def test_with_pieces_no_more_than_eleven_characters_wait(value: str) -> None:
    running = Redactor([value]).stream()

    printed = running.feed("some text " + value[:11])

    assert printed == "some text "
    assert running.flush() == value[:11]


def test_a_long_value_is_hidden_while_it_arrives() -> None:
    running = Redactor([LETTERS]).stream()

    printed = "".join(map(running.feed, LETTERS[:60]))

    assert printed == MARKER
    assert running.flush() == ""


def test_clean_text_does_not_wait() -> None:
    running = Redactor([TOKEN, KEY]).stream()

    assert running.feed("Epoch 1: loss=0.25\n") == "Epoch 1: loss=0.25\n"


def test_an_escape_that_is_not_complete_waits() -> None:
    running = Redactor([TOKEN]).stream()

    assert running.feed("red:\x1b[3") == "red:"
    assert running.feed("1mtext\n") == "\x1b[31mtext\n"


def test_an_escape_that_never_ends_is_printed_at_last() -> None:
    running = Redactor([TOKEN]).stream()

    assert running.feed("\x1b]8;;" + "x" * 5000) != ""


def test_a_held_text_is_hidden_by_a_value_that_is_added_meanwhile() -> None:
    redactor = exact(["hunter2-and-more"])
    running = redactor.stream()
    before = running.feed("pw=hunter2")

    redactor.add(SecretValue("hunter2"))

    assert before + running.feed("!") == f"pw={MARKER}!"


@pytest.mark.parametrize("size", [1, 3, 5, 8, 23, 24])
def test_a_token_of_base64_in_pieces_leaves_a_marker(size: int) -> None:
    redactor = Redactor(["Tr0ub4dor%26three"])
    text = f"{IN_BASE64}\n"

    out = stream(redactor, [text[at : at + size] for at in range(0, len(text), size)])

    assert out.count(MARKER) == 1
    assert redactor.redact(text) == f"{MARKER}\n"
    assert IN_BASE64.startswith(out.split(MARKER)[0])


def test_what_follows_a_flush_is_no_part_of_a_token() -> None:
    running = Redactor(["Tr0ub4dor%26three"]).stream()

    assert running.feed(IN_BASE64.rstrip("=")) + running.flush() == MARKER
    assert running.feed("hello world\n") == "hello world\n"


@pytest.mark.parametrize("padding", ["=", "=="])
def test_a_token_ends_with_its_padding(padding: str) -> None:
    running = Redactor(["Tr0ub4dor%26three"]).stream()

    assert running.feed(IN_BASE64.rstrip("=") + padding) == MARKER
    assert running.feed("hello world\n") == "hello world\n"


def test_the_padding_of_a_token_may_come_later() -> None:
    running = Redactor(["Tr0ub4dor%26three"]).stream()

    assert running.feed(IN_BASE64.rstrip("=")) == MARKER
    assert [running.feed(piece) for piece in ("=", "=", "=")] == ["", "", "="]


def test_a_value_one_character_a_line_shows_no_more_than_eleven() -> None:
    running = Redactor([TOKEN]).stream()

    out = "".join(running.feed(character + "\n") for character in TOKEN) + running.flush()

    shown = out.split(MARKER)[0].replace("\n", "")
    assert TOKEN.startswith(shown)
    assert len(shown) <= 12 + shown.count("_")
    assert out.count(MARKER) == 1


@pytest.mark.parametrize("cuts", [[9], [10], [11], [9, 10, 11, 12]])
def test_a_tag_that_is_cut_hides_nothing(cuts: list[int]) -> None:
    text = "<b>p@ss <i>w0rd-9</i></b> end"

    assert stream(Redactor(["p@ss w0rd-9"]), cut(text, cuts)) == "<b>[REDACTED]<i></i></b> end"


def test_the_beginning_of_a_tag_does_not_wait_where_nothing_comes_before_it() -> None:
    running = Redactor([TOKEN]).stream()

    assert running.feed("(a)<b:") == "(a)<b:"
    assert running.feed(f" c: {TOKEN}\n") == f" c: {MARKER}\n"


def test_what_was_shown_early_is_read_with_what_follows() -> None:
    running = Redactor([TOKEN]).stream()

    out = running.feed(f"key {TOKEN[:9]}") + running.show() + running.show()
    assert out == f"key {TOKEN[:9]}"

    assert running.pending == 0
    assert running.feed(f"{TOKEN[9:]} end") + running.flush() == f"{MARKER} end"


def test_of_what_is_hidden_whole_half_is_shown_early() -> None:
    running = Redactor(["p@ss w0rd!"]).stream()

    assert running.feed("pw p@ss w0rd") == "pw "
    assert running.show() == "p@ss "
    assert running.show() == ""
    assert running.feed("!\n") == f"{MARKER}\n"


def test_a_word_that_waits_for_its_end_is_hidden_early() -> None:
    running = Redactor(["hunter2"]).stream()

    assert running.feed("pw hunter2") == "pw "
    assert running.show() == MARKER
    assert running.feed(" and more\n") == " and more\n"


def test_half_of_a_value_that_markup_splits_is_shown_early() -> None:
    running = Redactor(["p@ss w0rd!"]).stream()

    out = running.feed("<b>p@s</b>s w0") + running.show()

    assert out == "<b>p@s</b>s "


@settings(max_examples=EXAMPLES // 3, deadline=None)
@given(st.data(), CUTS)
def test_no_piece_is_seen_whenever_the_rest_is_shown(
    data: st.DataObject, places: list[int]
) -> None:
    value = data.draw(st.text("aB1cD2_-/é", min_size=12, max_size=24))
    redactor, text = Redactor([value], projections=False), ""
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(value)))
        text += value[start : data.draw(st.integers(start, len(value)))] + "x"
    expected, running, out = redactor.redact(text), redactor.stream(), ""

    for chunk in cut(text, places):
        out += running.feed(chunk)
        out += running.show() if data.draw(st.booleans()) else ""
    out += running.flush()

    hidden = {piece for piece in _pieces(value) if piece in text and piece not in expected}
    # Of characters that are nearly all the same a piece counts only beside others.
    counting = {piece for piece in hidden if redactor.redact(piece) != piece}
    assert not [piece for piece in counting if piece in out]
    assert len(out.replace(MARKER, "")) >= len(expected.replace(MARKER, ""))


def _pieces(value: str) -> list[str]:
    return [value[start : start + 12] for start in range(len(value) - 11)]


def test_threads_that_share_a_stream_lose_no_text() -> None:
    running = Redactor([TOKEN]).stream()
    printed: list[str] = []

    def write() -> None:
        for _ in range(200):
            printed.append(running.feed("line\n"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert "".join(printed).count("line\n") == 800


def test_a_value_of_128_kib_written_in_small_pieces_is_hidden() -> None:
    value = "".join(f"{number:05d}-x" for number in range(128 * 1024 // 7))

    out = stream(exact([value]), ["pre ", *re.findall(".{1,997}", value), " post"])

    assert out == f"pre {MARKER} post"


def test_a_character_is_printed_whole_where_a_value_begins_within_it() -> None:
    running = exact([b"\xa9abcdef"]).stream()

    assert running.feed("é") + running.feed("x") == "éx"


ENCODERS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "base64 of a login": lambda value: base64.b64encode(f"bob:{value}".encode()).decode(),
    "hex": lambda value: value.encode().hex(),
    "hex in pairs": lambda value: value.encode().hex(":"),
    "HEX in pairs": lambda value: value.encode().hex(" ").upper(),
    "base32": lambda value: base64.b32encode(value.encode()).decode(),
    "bytes": lambda value: "".join(f"\\x{byte:02x}" for byte in value.encode()),
}


WHOLE_ONLY = ["hunter2!", "Lindenbaum", "4929178301285571"]


@pytest.mark.parametrize(
    ("value", "encoder"),
    [
        *((value, encoder) for value in WHOLE_ONLY for encoder in ENCODERS),
        *((TOKEN, encoder) for encoder in ENCODERS if "pairs" not in encoder),
    ],
)
def test_of_a_value_shown_character_by_character_the_end_is_never_seen(
    value: str, encoder: str
) -> None:
    stream = Redactor([value]).stream()
    encoded = ENCODERS[encoder](value)

    out = "".join(stream.feed(character) + stream.show() for character in f"x {encoded} y")
    out += stream.flush()

    beginning, _, rest = out.partition(MARKER)
    # The last group of base32 has something else in it, too.
    assert rest.removesuffix(" y").rstrip("=") in ("", encoded.rstrip("=")[-1])
    # A login's user, half of what is hidden as a whole, 12 characters of what has pieces.
    assert len(beginning) <= max(len(encoded) // 2 + 5, 12 * len(encoded) / len(value) + 5)


def test_a_number_is_hidden_from_its_first_digit_on_character_by_character() -> None:
    stream = Redactor(["4929178301285571"]).stream()

    out = "".join(map(stream.feed, "x 4 9 2 9 1 7 8 3 0 1 2 8 5 5 7 1 y")) + stream.flush()

    assert out == f"x {MARKER} y"
