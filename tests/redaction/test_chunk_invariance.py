"""However a text is cut, what is shown is what the whole text would show."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator

import pytest
from chunk_invariance import assert_chunk_invariant, two_part_splits

from jupyter_secrets.redaction import Redactor
from tests.redaction.samples import MARKER, PASSWORD, TOKEN

T, P = TOKEN, PASSWORD
SHORT, PHRASE, WORD = "p@ss w0rd", "correct horse battery", "LIVE"
UMLAUTS, FIRST, SECOND = "pässwörd-ünd-Mehr1", "q7-aBcD3f-Gh12", "f-Gh12-iJ45kLmN"
REDACTOR = Redactor([T, P, SHORT, PHRASE, WORD, UMLAUTS, FIRST, SECOND])

COLOURS = [
    f"a \x1b[31m{T}\x1b[0m b",
    f"{T[:9]}\x1b[1;31m{T[9:20]}\x1b[0m{T[20:]}",
    f"x\x1b[38;5;208m{SHORT[:4]}\x1b[0m{SHORT[4:]}y",
    f"\x1b]8;;http://x?k={T}\x1b\\link\x1b]8;;\x1b\\",
    f"{T[:12]}\x1b[1;31{T[11:]} y",
    f"{PHRASE.replace(' ', '&#32;')}!",
    f"{PHRASE[:7]}\x1b[4m{PHRASE[7:]}\x1b[24m!",
    f"\u009b1m{T[:6]}\u009b0m{T[6:]}",
    f"\x1b[2K\r{T[:15]}",
    "\x1b[31mLIVE\x1b[0m and \x1b[31mDE\x1b[0mLIVERY",
    f"\x1b(B{UMLAUTS[:5]}\x1b(B{UMLAUTS[5:]}\x1b[",
    "progress \x1b[32m====\x1b[0m>   \x1b[3",
]
TAGS = [
    f"<b>{T}</b>",
    f"<b>{SHORT[:5]}</b>{SHORT[5:]} more",
    f"{SHORT[:5]}<i>{SHORT[5:]}",
    f"<span class='k'>{T[:9]}</span><span class='s'>{T[9:]}</span>",
    "".join(f"<b>{c}</b>" for c in T[:16]),
    f'<a href="?k={T}">x</a>',
    f"<!-- {T} --><p>{T[:5]}<!-- no -->{T[5:]}</p>",
    f"if a <b and c> d: {T[:14]}",
    f"a < b {SHORT} c > d <",
    f"</{T[:13]}>",
    f"<br>{PHRASE[:9]}<br/>{PHRASE[9:]}<br>",
    "<td>LI</td>VE <td>LIVE</td> x<i>LI</i>VE",
    f"<svg><text>{UMLAUTS[:3]}</text><text>{UMLAUTS[3:]}</text>",
    f"<class 'x'> {T[:7]}<x y={SHORT}>{T[7:]}",
    f"<b><i>{SHORT[:2]}</i></b>\x1b[1m{SHORT[2:]}\x1b[0m",
]
ENTITIES = [
    "p@S5/w+rd&amp;&lt;\"q'&gt;%\\&eacute; 7Z",
    "p@S5/w+rd&#38;&#x3c;&quot;q&#x27;&gt;%\\&#233; 7Z end",
    f"{T[:2]}&#95;{T[3:]}",
    f"AT&T {SHORT} R&D &",
    f"&lt;{SHORT[:3]}&#115; w0rd&gt;",
    f"&copy {T[:16]} &nosuch; {T[16:]}",
    "&#x4c;IVE &amp;LIVE; x&#76;IVE",
]
PLAIN = [
    T,
    f"{T}\n",
    f"{T}\nnext",
    f"{T}{T}",
    f"{T[:20]}{T[8:]}",
    f"a{T[:13]}b{T[13:]}c",
    f"{FIRST}{SECOND[6:]}",
    f"{FIRST}{SECOND}",
    f"{FIRST[:8]}{SECOND}",
    f"x{SECOND[:6]}{FIRST}x",
    SHORT * 3,
    f"{SHORT[:-1]}{SHORT}",
    f"say {PHRASE} {PHRASE[:12]}{PHRASE}",
    "LIVE DELIVERY LIVE_x xLIVE (LIVE) LIVE",
    "éLIVE LIVEé -LIVE- LIVE",
    repr(P),
    repr(repr(P)),
]
PROMPTS = [
    "Enter text",
    "Password: ",
    f"[y/N] {SHORT[:6]}",
    f">>> {T[:10]}",
    "Name of the token [tk_]: tk_",
    f"(Pdb) {PHRASE[:14]}",
]
PROGRESS = [
    "".join(f"\rloss=0.{number}" for number in range(4209, 4214)),
    "".join(f"\r{n:3d}%|{'█' * n}{' ' * (5 - n)}| {n}/5" for n in range(6)),
    f"\r{T[:10]}\r{T[:12]}\r{T}",
    "." * 30,
]
CHARACTERS = [
    f"a {UMLAUTS} b",
    "naïve 漢字 \U0001f600 é",
    f"\U0001f600{T[:12]}\U0001f600",
    f"{T[:10]}\u200b{T[10:]}",
    f"{T[:4]}\u00ad{T[4:]}\u2060",
    f"\ufeff{SHORT[:3]}\u200d{SHORT[3:]}",
]
SEPARATED = [
    " ".join(T),
    "\n".join(T),
    repr(list(T)),
    "│ " + " │\n│ ".join(T[i : i + 5] for i in range(0, len(T), 5)) + " │",
    " ".join(f"{byte:02x}" for byte in T.encode()),
    "\x1b[1m" + "\x1b[0m \x1b[1m".join(T),
    f"{T[:9]}<{T[9:]}>",
    f"{T[:11]} {T[11:22]} {T[24:]}",
    f"epoch 1\b\b2 {T[:5]}\b{T[5:]}",
    f"{UMLAUTS[:9]}·{UMLAUTS[9:]}",
    PHRASE.replace(" ", "&nbsp;"),
    "".join(f"<td>{c}</td>, " for c in T),
]
TEXTS = [*COLOURS, *TAGS, *ENTITIES, *PLAIN, *PROMPTS, *PROGRESS, *CHARACTERS]


def stream(chunks: Iterable[str]) -> Iterator[str]:
    running = REDACTOR.stream()
    yield from map(running.feed, chunks)
    yield running.flush()


def stream_bytes(chunks: Iterable[bytes]) -> Iterator[bytes]:
    running = REDACTOR.stream()
    yield from map(running.feed_bytes, chunks)
    yield running.flush_bytes()


def random_splits(text: str | bytes, count: int) -> Iterator[list[str | bytes]]:
    """Yield the text in single characters, and cut in some random ways."""
    chance = random.Random(len(text))
    yield [text[at : at + 1] for at in range(len(text))]
    for _ in range(count):
        cuts = sorted(chance.sample(range(len(text) + 1), min(len(text), chance.randint(2, 9))))
        yield [text[low:high] for low, high in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def test_the_corpus_is_large_enough() -> None:
    assert len(TEXTS) >= 60


@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_any_cutting_shows_what_the_whole_text_shows(text: str) -> None:
    splits = [*two_part_splits(text), *random_splits(text, 30)]

    assert_chunk_invariant(stream, REDACTOR.redact, text, splits=splits)


@pytest.mark.parametrize("text", CHARACTERS, ids=ascii)
def test_a_character_may_be_cut_in_half(text: str) -> None:
    data = text.encode()
    splits = [*two_part_splits(data), *random_splits(data, 30)]

    assert_chunk_invariant(stream_bytes, REDACTOR.redact_bytes, data, splits=splits)


@pytest.mark.parametrize("text", SEPARATED, ids=ascii)
def test_through_separators_at_most_the_first_letters_are_seen_more(text: str) -> None:
    for chunks in [*two_part_splits(text), *random_splits(text, 10)]:
        out = "".join(stream(chunks))

        assert MARKER in out
        before = re.sub("\x1b.*?m|&.*?;|<.*?>|epoch", "", out.split(MARKER)[0])
        assert len("".join(filter(str.isalnum, before))) <= 24  # of hex, two make one
