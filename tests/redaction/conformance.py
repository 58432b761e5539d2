"""What every `Engine` has to do: a new one's tests subclass this and name its factory."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_secrets.redaction import Redactor
from jupyter_secrets.redaction.search.engines import EngineFactory
from tests.redaction.samples import SECRETS, exact, reference

PATTERNS = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=8), st.text("ab\0", min_size=1, max_size=8).map(str.encode)
    ),
    min_size=1,
    max_size=8,
    unique=True,
)


def naive(patterns: list[bytes], data: bytes) -> list[tuple[int, int, int]]:
    return [
        (index, start, start + len(pattern))
        for index, pattern in enumerate(patterns)
        for start in range(len(data))
        if data.startswith(pattern, start)
    ]


# A test that several classes inherit is one test to hypothesis.
INHERITED = [HealthCheck.differing_executors]


class EngineSuite:
    """Subclassed by the tests of an engine."""

    name: str
    factory: EngineFactory

    @settings(max_examples=500, deadline=None, suppress_health_check=INHERITED)
    @given(patterns=PATTERNS, data=st.data())
    def test_its_spans_overlap_all_that_a_loop_finds(
        self, patterns: list[bytes], data: st.DataObject
    ) -> None:
        pieces = data.draw(st.lists(st.one_of(st.sampled_from(patterns), st.binary(max_size=3))))
        text = b"".join(pieces)

        spans, expected = self.factory(patterns).find(text), naive(patterns, text)

        places = {(start, end) for _, start, end in expected}
        assert {(start, end) for _, start, end in spans} <= places
        assert not [
            (start, end)
            for start, end in places
            if not any(low < end and start < high for _, low, high in spans)
        ]

    @settings(max_examples=100, deadline=None, suppress_health_check=INHERITED)
    @given(
        values=st.lists(st.text("ab\0é", max_size=5), max_size=4),
        text=st.text("ab\0éx", max_size=24),
    )
    def test_a_redactor_gives_the_text_of_the_definition(
        self, values: list[str], text: str
    ) -> None:
        assert exact(values, engine=self.name).redact(text) == reference(text, values)

    def test_encodings_and_pieces_are_found(self) -> None:
        everything = "\n".join(f"{value} {value!r} {value[3:17]}" for value in SECRETS.values())

        out = Redactor(SECRETS.values(), engine=self.name).redact(everything)

        assert out == Redactor(SECRETS.values(), engine="python").redact(everything)

    def test_a_short_pattern_at_the_very_end_is_found_among_longer_ones(self) -> None:
        # hyperscan alone misses it.
        engine = self.factory([b"ab", b"a[baaa", b"\x1ba[[[[", b"baaabb"])

        assert engine.find(b"x[xb[bb[\x1b[xbxaxx\x1b\x1bxxxab")

    def test_among_many_patterns_each_is_found(self) -> None:
        patterns = [f"{number:08d}".encode() for number in range(5000)]

        engine = self.factory(patterns)

        assert engine.find(b"x00001234x") == [(1234, 1, 9)]
        assert not engine.find(b"x0000x1234x" * 50)
