"""People see what of a value is hidden, and why, and never any of the value."""

from __future__ import annotations

import pytest

from jupyter_secrets.redaction import explain, put_warning
from tests.redaction.corpus.values import VALUES

RDS = '{"host": "db.acme.test", "port": 5432, "username": "svc", "password": "Sunshine-Lane"}'


def test_the_components_are_listed_by_name_with_what_becomes_of_them() -> None:
    rows = {each.name: each for each in explain(RDS)}

    assert list(rows) == ["whole value", "host", "port", "username", "password"]
    assert [name for name, each in rows.items() if each.hidden] == ["whole value", "password"]
    assert rows["password"].length == len("Sunshine-Lane")
    assert "its name says so" in rows["password"].why
    assert "once a kernel" in rows["password"].why


def test_a_value_of_one_piece_is_one_row() -> None:
    assert [each.name for each in explain("aB3xQ9Lm7Zk2Vp4R")] == ["whole value"]
    assert not explain("abc")[0].hidden
    assert explain(b"\xff\xfe\x00\x01\x02")[0].kind == "bytes"


def test_a_name_that_is_no_usual_one_is_not_shown() -> None:
    rows = explain('{"hunter2correcthorse": "aB3xQ9Lm7Zk2Vp4R", "password": "x9y8z7w6"}')

    assert not [row for row in rows if "hunter" in repr(row)]
    assert [row.name for row in rows][1:] == ["component 1", "password"]


@pytest.mark.parametrize("stored", VALUES.values(), ids=VALUES)
def test_nothing_of_what_is_secret_is_in_an_explanation(stored) -> None:
    shown = repr(explain(stored.value))

    assert not [part for part in stored.hide if len(part) > 5 and part in shown]
    assert put_warning(stored.value) is None or not [
        part for part in stored.hide if len(part) > 5 and part in str(put_warning(stored.value))
    ]


@pytest.mark.parametrize(
    ("value", "warning"),
    [
        ('{"user": "bob", "password": "hunt3r2"}', "(password)"),
        ('{"user": "bob", "password": "abc"}', "under 4"),
        ("https://acme.test/docs/index", "no part that looks secret"),
        ("os.environ['DB_PASSWORD']", "no part that looks secret"),
        ("postgresql://svc:${DB_PASSWORD}@db.acme.test/shop", "no part that looks secret"),
        ("abc", "fewer than 4"),
        ("aB3xQ9Lm7Zk2Vp4R", None),
        (RDS, None),
    ],
)
def test_whoever_stores_a_value_is_told_what_of_it_is_not_hidden(value, warning) -> None:
    told = put_warning(value)

    assert (told is None) == (warning is None)
    assert warning is None or warning in str(told)
