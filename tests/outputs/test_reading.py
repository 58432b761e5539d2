"""Notebooks that were written elsewhere, whatever way they are read."""

from __future__ import annotations

import base64
import io
import json
import urllib.request
import zipfile

import nbformat
import pytest

from tests.jupyter import HttpError, Server
from tests.outputs.leaks import PASSWORD, VALUE, leaks
from tests.outputs.test_saving import NOTEBOOKS, OLD_NOTEBOOK, notebook, stream, with_output

CLEAN = "nothing to see"


@pytest.fixture(scope="module")
def server(layers) -> Server:
    return layers["none"]


@pytest.fixture(scope="module")
def sync_server(start_server) -> Server:
    """A server whose contents manager is the one without coroutines."""
    manager = "jupyter_server.services.contents.largefilemanager.LargeFileManager"
    server = start_server(config=f"c.ServerApp.contents_manager_class = {manager!r}")
    server.store_secret("token", VALUE)
    server.store_secret("password", PASSWORD)
    return server


@pytest.fixture(scope="module")
def generic_server(start_server) -> Server:
    """A server that serves files through its contents manager, as those of object stores do."""
    handler = "jupyter_server.files.handlers.FilesHandler"
    server = start_server(config=f"c.ContentsManager.files_handler_class = {handler!r}")
    server.store_secret("token", VALUE)
    server.store_secret("password", PASSWORD)
    return server


def put(server: Server, name: str, content: object) -> str:
    """Write a notebook past the server."""
    text = content if isinstance(content, str) else nbformat.writes(content)
    (server.root / name).write_text(text)
    return text


def readings(server: Server, name: str) -> dict[str, str]:
    """Return what a notebook is read as, in every way there is."""
    path = f"api/contents/{name}"
    in_base64 = server.request("GET", f"{path}?type=file&format=base64")["content"]
    ways = {
        "contents": json.dumps(server.request("GET", path)),
        "as a notebook": json.dumps(server.request("GET", f"{path}?type=notebook")),
        "as text": server.request("GET", f"{path}?type=file&format=text")["content"],
        "in base64": base64.b64decode(in_base64).decode(),
        "with its hash": json.dumps(server.request("GET", f"{path}?content=1&hash=1")),
    }
    urls = [f"files/{name}", f"files/{name}?download=1", f"nbconvert/script/{name}"]
    urls += [f"nbconvert/html/{name}", f"nbconvert/markdown/{name}"]
    return ways | {url: unpacked(server.respond("GET", url)[1]) for url in urls}


def unpacked(body: bytes) -> str:
    """Return an answer as a text: a conversion with attachments is a ZIP file."""
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b"".join(archive.read(name) for name in archive.namelist())
    return body.decode(errors="replace")


@pytest.mark.parametrize("content", NOTEBOOKS.values(), ids=NOTEBOOKS)
@pytest.mark.parametrize("manager", ["server", "sync_server", "generic_server"])
def test_a_notebook_that_was_written_elsewhere_is_read_without_values(request, manager, content):
    server = request.getfixturevalue(manager)
    text = put(server, "foreign.ipynb", content)

    read = readings(server, "foreign.ipynb")

    assert {way: leaks(found) for way, found in read.items() if leaks(found)} == {}
    assert (server.root / "foreign.ipynb").read_text() == text


def test_a_value_in_pieces_over_several_outputs_is_not_read(server):
    pieces = [stream(VALUE[start : start + 5]) for start in range(0, len(VALUE), 5)]
    put(server, "pieces.ipynb", with_output(pieces))

    cells = server.request("GET", "api/contents/pieces.ipynb")["content"]["cells"]
    text = server.request("GET", "api/contents/pieces.ipynb?type=file")["content"]

    for outputs in (cells[0]["outputs"], json.loads(text)["cells"][0]["outputs"]):
        assert not leaks("".join("".join(output["text"]) for output in outputs))


@pytest.mark.parametrize("content", [with_output(stream(VALUE)), OLD_NOTEBOOK], ids=["v4", "v3"])
def test_a_notebook_by_another_name_is_read_without_values(server, content):
    put(server, "notebook.md", content)

    for path in (
        "api/contents/notebook.md",
        "api/contents/notebook.md?type=notebook",
        "api/contents/notebook.md?format=base64",
        "files/notebook.md",
    ):
        body = server.respond("GET", path)[1].decode()
        assert not leaks(body)
        assert "REDACTED" in body or path.endswith("base64")


def test_sources_and_other_files_are_read_as_they_are(server):
    put(server, "typed.ipynb", notebook(f"token = {VALUE!r}"))
    put(server, "plain.py", f"token = {VALUE!r}\n")
    put(server, "data.json", json.dumps({"cells": 3, "token": VALUE}))

    assert VALUE in server.respond("GET", "files/typed.ipynb")[1].decode()
    model = server.request("GET", "api/contents/typed.ipynb")
    assert model["content"]["cells"][0]["source"] == f"token = {VALUE!r}"
    assert VALUE in server.request("GET", "api/contents/plain.py")["content"]
    assert VALUE in server.request("GET", "api/contents/data.json")["content"]
    assert VALUE in server.respond("GET", "files/data.json")[1].decode()


def test_what_has_nothing_to_hide_is_served_byte_by_byte(server):
    text = put(server, "plain.ipynb", json.dumps(notebook("print('grüße')"), indent=3) + "\n\n")

    headers, body = server.respond("GET", "files/plain.ipynb")

    assert body.decode() == text
    assert headers["Content-Type"].startswith("application/x-ipynb+json")


def test_a_piece_of_a_download_is_a_piece_of_what_is_redacted(server):
    put(server, "ranged.ipynb", with_output(stream(VALUE)))
    whole = server.respond("GET", "files/ranged.ipynb")[1]
    request = urllib.request.Request(
        f"{server.url}files/ranged.ipynb",
        headers={"Authorization": f"token {server.token}", "Range": "bytes=5-40"},
    )

    with urllib.request.urlopen(request) as response:
        assert (response.status, response.read()) == (206, whole[5:41])
    headers, body = server.respond("HEAD", "files/ranged.ipynb")
    assert (int(headers["Content-Length"]), body) == (len(whole), b"")


@pytest.mark.parametrize("token", ["", "wrong"], ids=["none", "wrong"])
@pytest.mark.parametrize("name", ["private.ipynb", "missing.ipynb"])
def test_files_are_served_to_nobody_who_is_not_logged_in(server, name, token):
    put(server, "private.ipynb", notebook())
    request = urllib.request.Request(
        f"{server.url}files/{name}", headers={"Authorization": f"token {token}"}
    )

    with urllib.request.urlopen(request) as response:
        assert "/login" in response.url


def test_what_quotes_an_invalid_output_is_read_without_values(server):
    content = with_output(stream("x"))
    content.cells[0].outputs[0] = {"output_type": "stream", "name": "stdout", "oops": VALUE}
    put(server, "invalid.ipynb", json.dumps(content))

    model = server.request("GET", "api/contents/invalid.ipynb")

    assert "validation failed" in model["message"]
    assert not leaks(json.dumps(model))


def test_hash_size_and_times_are_those_of_the_file(server):
    put(server, "hashed.ipynb", with_output(stream(VALUE)))
    path = "api/contents/hashed.ipynb"

    read = server.request("GET", f"{path}?content=1&hash=1")
    asked = server.request("GET", f"{path}?content=0&hash=1")

    same = ("hash", "hash_algorithm", "size", "last_modified", "created", "writable")
    assert {name: read[name] for name in same} == {name: asked[name] for name in same}


def test_copies_and_new_checkpoints_of_a_foreign_notebook(server):
    put(server, "origin.ipynb", with_output(stream(VALUE)))

    copy = server.request("POST", "api/contents", {"copy_from": "origin.ipynb"})

    assert not leaks((server.root / copy["path"]).read_text())
    server.request("POST", "api/contents/origin.ipynb/checkpoints")
    server.request("POST", "api/contents/origin.ipynb/checkpoints/checkpoint")
    assert not leaks(json.dumps(server.request("GET", "api/contents/origin.ipynb")))


def test_a_foreign_notebook_can_be_trusted(server):
    put(server, "trusted.ipynb", with_output(stream(VALUE)))

    server.respond("POST", "api/contents/trusted.ipynb/trust")

    (cell,) = server.request("GET", "api/contents/trusted.ipynb")["content"]["cells"]
    assert cell["metadata"]["trusted"] is True
    assert not leaks(json.dumps(cell))


def test_a_notebook_that_cannot_be_searched_is_read_without_outputs_and_not_to_be_saved(
    start_server,
):
    server = start_server(
        config=(
            "import jupyter_secrets.server.filters.notebooks as n\n"
            "def fail(redactor, notebook): raise RuntimeError('value in an error')\n"
            "n.redact_notebook = n.scrub_notebook = fail"
        )
    )
    server.store_secret("token", VALUE)
    content = with_output(stream(VALUE))
    content.cells[0].source = "x = 1"
    put(server, "a.ipynb", content)

    with server.events() as events:
        model = server.request("GET", "api/contents/a.ipynb")
        notice = next(event["message"] for event in events if "message" in event)

    (cell,) = model["content"]["cells"]
    assert (cell["source"], model["writable"]) == ("x = 1", False)
    assert "output withheld" in cell["outputs"][0]["text"]
    assert notice == model["message"]
    assert notice == "The outputs of a.ipynb were withheld: they could not be searched for secrets."
    for path in ("files/a.ipynb", "api/contents/a.ipynb?type=file"):
        with pytest.raises(HttpError, match="could not be searched") as caught:
            server.respond("GET", path)
        assert caught.value.status == 500
        assert not leaks(caught.value.body)
    assert not leaks(json.dumps(model))
    assert "value in an error" not in server.log.read_text()


def test_reading_may_be_left_unfiltered(start_server):
    server = start_server(config="c.JupyterSecrets.filter_on_read = False")
    server.store_secret("token", VALUE)
    text = put(server, "a.ipynb", with_output(stream(VALUE)))

    assert VALUE in json.dumps(server.request("GET", "api/contents/a.ipynb"))
    assert server.respond("GET", "files/a.ipynb")[1].decode() == text
