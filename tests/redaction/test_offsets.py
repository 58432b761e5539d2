"""Offsets and pieces that are alike are shared by all values, and hold nothing of any."""

from __future__ import annotations

import gc
import weakref

from jupyter_secrets.redaction.patterns.encodings import encodings
from jupyter_secrets.redaction.patterns.offsets import Pieces, shared_pieces, single_bytes
from tests.redaction.test_registering import token


def test_values_of_a_length_share_the_offsets_of_each_encoding() -> None:
    first, second = (encodings(token(seed)).values() for seed in (1, 2))

    shared = sum(a.offset_map is b.offset_map for a, b in zip(first, second, strict=True))

    assert shared == len(first)


def test_pieces_that_are_alike_are_the_same() -> None:
    assert shared_pieces([(0, 12), (1, 13)]) is shared_pieces([(0, 12), (1, 13)])


def test_what_is_remembered_of_pieces_goes_with_the_value_that_had_them() -> None:
    pieces = Pieces([(0, 12), (7, 19), (20, 27)])
    reference = weakref.ref(pieces)
    layout = single_bytes(40).layout(pieces)
    assert (list(layout.enough), list(layout.few)) == ([(0, 12), (7, 19)], [(20, 27)])

    del pieces, layout
    gc.collect()

    assert reference() is None
