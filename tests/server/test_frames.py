from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import (
    deserialize_binary_message,
    deserialize_msg_from_ws_v1,
    serialize_binary_message,
    serialize_msg_to_ws_v1,
)

from jupyter_secrets.server.filters.frames import Frame, LegacyCodec, MalformedFrameError, V1Codec

BUFFERS = st.lists(st.binary(max_size=20), max_size=3).map(tuple)
FRAME = Frame("iopub", b'{"msg_id":"1"}', b"{}", b"{}", b'{"text":"x"}')


@given(buffers=BUFFERS)
def test_jupyter_servers_own_v1_messages_are_read_and_written_alike(buffers):
    parts = [FRAME.header, FRAME.parent, FRAME.metadata, FRAME.content, *buffers]
    message = serialize_msg_to_ws_v1(parts, "iopub")

    frame = V1Codec().decode(message)

    assert frame == Frame("iopub", *parts[:4], buffers)
    assert V1Codec().encode(frame) == message
    assert deserialize_msg_from_ws_v1(V1Codec().encode(frame)) == ("iopub", parts)


@given(buffers=BUFFERS)
def test_legacy_messages_are_read_and_written_as_jupyter_server_does(buffers):
    header = {"msg_id": "1", "msg_type": "stream", "date": "2026-01-01T00:00:00Z"}
    message = {
        "header": header,
        "msg_id": "1",
        "msg_type": "stream",
        "parent_header": {},
        "metadata": {},
        "content": {"text": "é"},
        "channel": "iopub",
    }
    sent = (
        serialize_binary_message({**message, "buffers": list(buffers)})
        if buffers
        else json.dumps({**message, "buffers": []})
    )

    codec = LegacyCodec()
    frame = codec.decode(sent)
    again = codec.encode(frame)

    assert json.loads(frame.content) == {"text": "é"}
    if buffers:
        read = deserialize_binary_message(again)
        assert (read["content"], read["buffers"]) == ({"text": "é"}, list(buffers))
    else:
        assert json.loads(again) == {**message, "buffers": []}


@pytest.mark.parametrize("codec", [V1Codec(), LegacyCodec()], ids=["v1", "legacy"])
@given(data=st.binary(max_size=64))
def test_garbage_is_malformed_and_nothing_else(codec, data):
    try:
        codec.decode(data)
    except MalformedFrameError:
        pass
    else:
        pytest.fail("garbage was taken for a frame")


def test_a_text_is_no_v1_frame():
    with pytest.raises(MalformedFrameError):
        V1Codec().decode("{}")
