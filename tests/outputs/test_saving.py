"""Saved notebooks, whatever way the values came into them."""

from __future__ import annotations

import base64
import json
from itertools import islice

import nbformat
import pytest

from tests.jupyter import HttpError, Server
from tests.outputs.leaks import PASSWORD, VALUE, leaks

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def server(layers) -> Server:
    """A server whose kernels' outputs were never filtered."""
    return layers["none"]


def notebook(source: str = "", **metadata: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source)], metadata=nbformat.from_dict(metadata)
    )


def with_output(output: object) -> nbformat.NotebookNode:
    content = notebook()
    content.cells[0].outputs = output if isinstance(output, list) else [output]
    return content


def with_attachment() -> nbformat.NotebookNode:
    cell = nbformat.v4.new_markdown_cell("![x](attachment:x.png)")
    picture = base64.b64encode(PNG + f"tEXt{VALUE}".encode()).decode()
    cell.attachments = {"x.png": {"image/png": picture}, "a.txt": {"text/plain": VALUE}}
    return nbformat.v4.new_notebook(cells=[cell])


def stream(text: str) -> object:
    return nbformat.v4.new_output("stream", text=text)


STATE = {"version_major": 2, "version_minor": 0, "state": {"id": {"state": {"value": VALUE}}}}
NOTEBOOKS = {
    "stream": with_output(stream(VALUE)),
    "adjacent pieces of a stream": with_output([stream(VALUE[:9]), stream(VALUE[9:])]),
    "one character a line": with_output(stream("\n".join(VALUE))),
    "html": with_output(
        nbformat.v4.new_output("display_data", {"text/html": f"<i>{VALUE[:8]}</i>{VALUE[8:]}"})
    ),
    "error": with_output(nbformat.v4.new_output("error", evalue=VALUE, traceback=[PASSWORD])),
    "output's metadata": with_output(
        nbformat.v4.new_output("execute_result", {"text/plain": "x"}, metadata={"x": VALUE})
    ),
    "cell's attachments": with_attachment(),
    "notebook's metadata": notebook(note={VALUE: [VALUE]}),
    "widget state": notebook(widgets={"application/vnd.jupyter.widget-state+json": STATE}),
}

# As IPython 3 and those before it wrote them: Jupyter converts them when it reads them.
OLD_NOTEBOOK = nbformat.v3.writes_json(
    nbformat.v3.new_notebook(
        worksheets=[
            nbformat.v3.new_worksheet(
                cells=[
                    nbformat.v3.new_code_cell(
                        outputs=[nbformat.v3.new_output("stream", output_text=VALUE)]
                    )
                ]
            )
        ]
    )
)


@pytest.mark.parametrize("content", NOTEBOOKS.values(), ids=NOTEBOOKS)
@pytest.mark.parametrize("kind", ["notebook", "file", "base64"])
def test_a_notebook_is_saved_without_values(server, content, kind):
    text = nbformat.writes(content)
    models = {
        "notebook": {"type": "notebook", "content": content},
        "file": {"type": "file", "format": "text", "content": text},
        "base64": {
            "type": "file",
            "format": "base64",
            "content": base64.b64encode(text.encode()).decode(),
        },
    }

    server.request("PUT", "api/contents/saved.ipynb", models[kind])

    saved = (server.root / "saved.ipynb").read_text()
    outputs = json.loads(saved)["cells"][0].get("outputs", [])
    assert not leaks(saved)
    assert not leaks("".join("".join(output.get("text", "")) for output in outputs))
    assert len(outputs) == len(content.cells[0].get("outputs", []))


@pytest.mark.parametrize("name", ["readme.md", "no-ending", "script.py", "upper.IPYNB"])
def test_a_notebook_is_saved_without_values_whatever_its_name_is(server, name):
    content = with_output(stream(VALUE))

    server.save(name, content)
    server.request("POST", f"api/contents/{name}/checkpoints")
    first = [path.read_text() for path in server.root.rglob(f"{name.split('.')[0]}*")]
    text = nbformat.writes(content)
    server.request(
        "PUT", f"api/contents/{name}", {"type": "file", "format": "text", "content": text}
    )

    assert len(first) == 2
    assert not leaks("".join(first))
    saved = (server.root / name).read_text()
    assert not leaks(saved)
    assert "REDACTED" in saved


@pytest.mark.parametrize("name", ["old.ipynb", "old.md"])
def test_a_notebook_of_an_old_format_is_saved_without_values(server, name):
    model = {"type": "file", "format": "text", "content": OLD_NOTEBOOK}

    server.request("PUT", f"api/contents/{name}", model)

    saved = (server.root / name).read_text()
    assert not leaks(saved)
    assert "REDACTED" in saved


def test_a_notebook_that_was_saved_as_a_text_holds_no_value_under_its_new_name(server):
    text = nbformat.writes(with_output(stream(VALUE)))
    server.request(
        "PUT", "api/contents/text.txt", {"type": "file", "format": "text", "content": text}
    )

    server.request("PATCH", "api/contents/text.txt", {"path": "renamed.ipynb"})

    assert not leaks((server.root / "renamed.ipynb").read_text())


@pytest.mark.parametrize("size", [300, 10**6], ids=["several chunks", "one chunk"])
@pytest.mark.parametrize("format", ["text", "base64"])
def test_a_notebook_that_is_uploaded_in_chunks_holds_no_value_in_the_end(server, size, format):
    text = nbformat.writes(with_output(stream(f"{VALUE} ü\n" * 40)))
    pieces = [text[start : start + size] for start in range(0, len(text), size)]

    for number, piece in enumerate(pieces, 1):
        chunk = -1 if number == len(pieces) > 1 else number
        if format == "base64":
            piece = base64.b64encode(piece.encode()).decode()
        model = {"type": "file", "format": format, "content": piece, "chunk": chunk}
        server.request("PUT", "api/contents/uploaded.ipynb", model)

    saved = (server.root / "uploaded.ipynb").read_text()
    assert not leaks(saved)
    assert len(nbformat.reads(saved, 4).cells) == 1


def test_a_chunk_of_nothing_does_not_get_past_the_filter(server):
    text = nbformat.writes(with_output(stream(VALUE)))

    model = {"type": "file", "format": "text", "content": text, "chunk": None}
    server.request("PUT", "api/contents/chunk.ipynb", model)

    assert not leaks((server.root / "chunk.ipynb").read_text())


def test_other_files_are_saved_as_they_are(server):
    for name, content in {
        "settings.json": json.dumps({"cells": [], "token": VALUE}),
        "code.py": f"token = {VALUE!r}",
    }.items():
        server.request(
            "PUT", f"api/contents/{name}", {"type": "file", "format": "text", "content": content}
        )

        assert (server.root / name).read_text() == content


def test_what_has_nothing_to_hide_is_saved_byte_by_byte_as_it_came(server):
    text = json.dumps(notebook("print('grüße')"), indent=3) + "\n\n"

    server.request(
        "PUT", "api/contents/plain.ipynb", {"type": "file", "format": "text", "content": text}
    )

    assert (server.root / "plain.ipynb").read_text() == text


def test_a_value_in_a_source_stays_and_the_person_is_told_once(server):
    source = f"import db\ndb.connect({VALUE!r})"
    with server.events() as events:
        first = server.save("typed.ipynb", notebook(source))
        server.save("typed.ipynb", notebook(source))
        server.save("typed.ipynb", notebook(source + f"\n# {PASSWORD}"))
        notices = list(islice((event for event in events if "message" in event), 2))

    assert nbformat.reads(first, 4).cells[0].source == source
    assert [notice["message"] for notice in notices] == [
        "typed.ipynb has the value of prod/token in cell 1, line 2, and was saved with it: "
        'sources are not redacted. Use dbutils.secrets.get("prod", "token") there.',
        "typed.ipynb has the value of prod/password in cell 1, line 3, and was saved with it: "
        'sources are not redacted. Use dbutils.secrets.get("prod", "password") there.',
    ]
    assert {notice["level"] for notice in notices} == {"warning"}
    assert not leaks(json.dumps(notices))


def test_a_notebook_that_cannot_be_searched_is_not_saved(start_server):
    server = start_server(
        config=(
            "import jupyter_secrets.server.filters.notebooks as n\n"
            "def fail(redactor, notebook): raise RuntimeError('value in an error')\n"
            "n.redact_notebook = fail"
        )
    )
    server.store_secret("token", VALUE)

    with pytest.raises(HttpError, match="could not be searched") as caught:
        server.save("a.ipynb", with_output(stream(VALUE)))

    assert caught.value.status == 500
    assert not (server.root / "a.ipynb").exists()
    assert "value in an error" not in server.log.read_text()


def test_a_copy_a_rename_and_a_checkpoint_hold_no_value_either(server):
    server.save("work.ipynb", with_output(stream(VALUE)))
    server.request("POST", "api/contents/work.ipynb/checkpoints")
    server.request("POST", "api/contents", {"copy_from": "work.ipynb"})

    files = list(server.root.rglob("work*.ipynb"))
    assert len(files) >= 3
    assert not leaks("".join(path.read_text() for path in files))
