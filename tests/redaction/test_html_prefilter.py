"""The commonest tags of a large page are cut at once, and hide nothing by being cut."""

from __future__ import annotations

import json

import pytest

from jupyter_secrets.redaction import Redactor, redact_packed
from jupyter_secrets.redaction.documents.html_prefilter import cut_common_tags

TOKEN = "tk_9fA7xQ2LmZ8vKp4WcR6yB1nD5gH0jS3e"
ROW = "<tr>\n      <th>{}</th>\n      <td>{:.6f}</td>\n    </tr>\n"


def page(middle: str = "", rows: int = 4_000) -> bytes:
    cells = [ROW.format(number, number / 7) for number in range(rows)]
    cells.insert(rows // 3, middle)
    html = f"<table>\n<tbody>\n{''.join(cells)}</tbody></table>"
    return json.dumps({"data": {"text/html": html}, "metadata": {}}).encode()


def test_of_a_large_table_the_cells_are_left() -> None:
    cut = cut_common_tags(page())

    assert cut.count(b"<") < 20
    assert b" 570.857143 3997 " in cut
    assert len(cut) < len(page()) // 2


@pytest.mark.parametrize(
    "html",
    [
        f"<td>{TOKEN}</td>",
        "<td>" + "</td>\n      <td>".join(TOKEN) + "</td>",
        "<td>" + "<td>".join(TOKEN) + "</td>",
        "<b>".join((TOKEN[:7], TOKEN[7:20], TOKEN[20:])),
        f"<td title='<td>{TOKEN[:20]}<td>{TOKEN[20:]}'>x</td>",
        f"<td>{TOKEN[:9]}<td\n>{TOKEN[9:]}</td>",
    ],
    ids=["in a cell", "in many cells", "between tags", "by rare tags", "attribute", "odd tag"],
)
@pytest.mark.parametrize("others", [(), ("<password>hunter-two-99</password>",)], ids=["", "XML"])
def test_a_secret_among_common_tags_is_found(html: str, others: tuple[str, ...]) -> None:
    redactor = Redactor([TOKEN, *others])
    data = page(html)

    redacted = redact_packed(redactor, data, is_json=True)

    assert redactor.prefilter(data, is_json=True)
    shown = json.loads(redacted)["data"]["text/html"]
    assert "[REDACTED]" in shown
    assert TOKEN[-12:] not in shown.replace("<td>", "")


@pytest.mark.parametrize("value", ["<td>9fA7xQ2Lm</td>", "a\\ntk_9fA7xQ2LmZ8vKp4"])
def test_values_that_look_like_what_is_cut_are_found(value: str) -> None:
    redactor = Redactor([value])

    redacted = redact_packed(redactor, page(value), is_json=True)

    assert value not in json.loads(redacted)["data"]["text/html"]


def test_small_and_other_documents_are_the_same_object() -> None:
    rows = json.dumps([{"name": f"row {number}"} for number in range(10_000)]).encode()

    for data in (rows, page(rows=20)):
        assert cut_common_tags(data) is data
