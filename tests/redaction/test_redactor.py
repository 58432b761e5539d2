"""The redactor as a whole: labels, values that come and go, threads, and what it never shows."""

from __future__ import annotations

import threading
import time

import pytest

import jupyter_secrets.redaction as package
from jupyter_secrets.redaction import Redactor, SecretValue
from tests.redaction.samples import LETTERS, MARKER, PASSWORD, SECRETS, TOKEN, URL, exact, leaks


def many(count: int) -> list[str]:
    return [f"Value-{number:05d}-{number * 7919 % 99991:05d}-xY" for number in range(count)]


def wait_for(redactor: Redactor) -> None:
    """Wait until what is compiled in the background is there."""
    deadline = time.monotonic() + 60
    while (worker := redactor._worker) is not None and time.monotonic() < deadline:
        worker.join(0.01)


def test_what_the_package_exports_is_sorted_and_there() -> None:
    assert package.__all__ == sorted(package.__all__)
    assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.parametrize(
    "value",
    [f"token: {TOKEN}\nuser: bob\n", f"machine a password {TOKEN}\nmachine b password {TOKEN}\n"],
    ids=["entries", "netrc"],
)
def test_what_parts_a_secret_component_from_the_next_text_stays(value: str) -> None:
    redactor = Redactor([value])

    assert redactor.redact(f"got {TOKEN} and\n") == f"got {MARKER} and\n"
    assert redactor.redact(f"{TOKEN}\nnext") == f"{MARKER}\nnext"
    assert redactor.redact(f"{TOKEN}\nus") == f"{MARKER}\nus"


def test_a_name_in_a_note_stays_where_it_stands_alone() -> None:
    redactor = Redactor(["set Authorization and DB_PASSWORD on db1.acme.test to x9Qv7Lm2Zp4w"])

    assert redactor.redact("Authorization, DB_PASSWORD") == "Authorization, DB_PASSWORD"
    assert redactor.redact("ping db1.acme.test") == "ping db1.acme.test"
    assert redactor.redact("x9Qv7Lm2Zp4w") == MARKER


def test_no_repr_shows_a_value() -> None:
    redactor = Redactor([TOKEN])
    stream = redactor.stream()
    stream.feed(TOKEN[:9])

    shown = repr([SecretValue(TOKEN, "a/b"), redactor, stream, redactor.scanner])

    assert TOKEN not in shown
    assert TOKEN[:9] not in shown


def test_a_label_names_the_first_value_of_a_run() -> None:
    redactor = Redactor(
        [SecretValue(TOKEN, "prod/token"), SecretValue(PASSWORD, "prod/pw")], labelled=True
    )

    assert redactor.redact(f"{TOKEN} {PASSWORD}") == "[REDACTED:prod/token] [REDACTED:prod/pw]"


def test_a_value_without_a_label_has_the_plain_marker() -> None:
    assert Redactor([TOKEN], labelled=True).redact(TOKEN) == MARKER


def test_the_same_text_comes_back_where_there_is_nothing_to_hide() -> None:
    text = "nothing here " * 10

    assert Redactor([TOKEN]).redact(text) is text


def test_pieces_and_projections_can_be_switched_off() -> None:
    piece, coloured = TOKEN[:20], TOKEN[:9] + "\x1b[31m" + TOKEN[9:]

    assert Redactor([TOKEN], fragments=False).redact(piece) == piece
    assert Redactor([TOKEN], projections=False, fragments=False).redact(coloured) == coloured
    assert Redactor([TOKEN], fragments=False).redact(coloured) == f"{MARKER}\x1b[31m"


def test_added_values_count_and_replaced_ones_do_not() -> None:
    redactor = Redactor([TOKEN])

    redactor.add(LETTERS)
    both = redactor.redact(f"{TOKEN} {LETTERS}")
    redactor.replace([LETTERS])

    assert both == f"{MARKER} {MARKER}"
    assert redactor.redact(f"{TOKEN} {LETTERS}") == f"{TOKEN} {MARKER}"


def test_among_many_values_each_change_counts_at_once() -> None:
    values = many(200)
    redactor = Redactor(values)

    redactor.add(TOKEN)
    redactor.replace([*values[1:], TOKEN])

    assert redactor.redact(f"{values[0]} {values[1]} {TOKEN}") == f"{values[0]} {MARKER} {MARKER}"
    assert not redactor.prefilter(b"clean")


def test_what_is_compiled_in_the_background_changes_nothing() -> None:
    values = many(120)
    redactor = Redactor(values)

    for value in many(200)[120:]:
        redactor.add(value)
    wait_for(redactor)

    assert redactor.redact(" ".join(many(200))) == " ".join([MARKER] * 200)


def test_adding_a_value_to_a_thousand_takes_less_than_a_message_may_wait() -> None:
    redactor = Redactor(many(1000), engine="ahocorasick_rs")

    times = []
    for number in range(5):
        start = time.perf_counter()
        redactor.add(f"{TOKEN}{number}")
        times.append(time.perf_counter() - start)

    assert min(times) < 0.1


def test_threads_may_redact_while_values_come_and_go() -> None:
    redactor = Redactor([TOKEN])
    failures: list[str] = []

    def redact() -> None:
        for _ in range(300):
            out = redactor.redact(f"a {TOKEN} b")
            if TOKEN in out:
                failures.append(out)

    threads = [threading.Thread(target=redact) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(50):
        redactor.replace([TOKEN, f"other-Value-{number}"])
    for thread in threads:
        thread.join()

    assert not failures


@pytest.mark.parametrize("secret", list(SECRETS.values()), ids=list(SECRETS))
def test_who_may_not_read_a_value_learns_nothing_by_printing_guesses(secret: str) -> None:
    # A principal's redactor holds what it may read; whether another value exists shows nowhere.
    mine = "my-own-Value-4711"
    with_secret = Redactor([mine, SecretValue(secret, disclosed=False)])
    with_secret.replace([mine])
    without = Redactor([mine])

    for size in range(1, min(len(secret), 64) + 1):
        guess = f"guess {secret[:size]} end {mine}\n"
        one, other = with_secret.stream(), without.stream()
        assert with_secret.redact(guess) == without.redact(guess)
        assert (one.feed(guess), one.flush()) == (other.feed(guess), other.flush())
        assert with_secret.prefilter(guess.encode()) == without.prefilter(guess.encode())


@pytest.mark.parametrize("secret", list(SECRETS.values()), ids=list(SECRETS))
def test_whatever_a_packed_message_holds_is_seen_without_parsing_it(secret: str) -> None:
    redactor = Redactor([secret])
    packed = [
        f'{{"a": "{secret[:20]}"}}'.encode(),
        (
            '["' + '", "'.join(character for character in secret if character.isalnum()) + '"]'
        ).encode(),
        ('"' + "\\n".join(c for c in secret if c.isalnum()) + '"').encode(),
        b'{"t": "\\u001b[31m"}',
    ]

    assert [redactor.prefilter(data) for data in packed[:1]] == [
        redactor.redact(secret[:20]) != secret[:20]
    ]
    assert redactor.prefilter(packed[3])
    for data in packed[1:3]:
        assert redactor.prefilter(data) or redactor.redact_bytes(data) is data


def test_clean_messages_need_no_walk() -> None:
    redactor = Redactor(SECRETS.values())

    assert not redactor.prefilter(b'{"name": "stdout", "text": "Epoch 1/10\\n loss: 0.25\\n"}')
    assert not redactor.prefilter(memoryview(b"raw \x00\x01 bytes"))
    assert not Redactor().prefilter(TOKEN.encode())


def test_bytes_that_are_no_text_are_values_too() -> None:
    redactor = Redactor([b"\xff\xfe\x00\x01binary-secret"])

    assert redactor.redact_bytes(b"a \xff\xfe\x00\x01binary-secret b") == b"a [REDACTED] b"
    assert redactor.redact(repr(b"\xff\xfe\x00\x01binary-secret")) == f"b'{MARKER}'"


def test_a_value_that_begins_within_a_character_leaves_text() -> None:
    redactor = exact([b"\xa9abcdef"])

    out = redactor.redact("éabcdef")

    assert "abcdef" not in out


def test_ten_thousand_values_are_all_hidden() -> None:
    values = many(10_000)
    redactor = Redactor(values, fragments=False, projections=False, engine="ahocorasick_rs")

    assert redactor.redact(f"{values[0]} {values[5000]} {values[9999]}") == " ".join([MARKER] * 3)


def test_url_and_everything_else_leaves_no_twelve_characters() -> None:
    redactor = Redactor(SECRETS.values())

    assert not leaks(redactor.redact(repr([URL.split("@"), *SECRETS.values()])))
