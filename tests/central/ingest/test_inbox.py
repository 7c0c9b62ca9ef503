"""Messages that cannot be taken become letters that say why; those that name their range let the stream go on."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.inbox import open_message
from central.ingest.letters import Letter
from tests.central.edge import AT, frame_of, small
from wire import topics
from wire.codec import OpenedFrame, content_hash, encode_frame
from wire.messages import Record

DATA = topics.up("gw-1", "data")
GOOD = encode_frame(frame_of([small(1), small(2)], gateway="gw-1"))


def changed(**fields: Any) -> bytes:
    """The good frame with fields of its envelope changed, packed again."""
    plain = json.loads(zlib.decompress(GOOD)) | fields
    return zlib.compress(json.dumps(plain).encode())


@pytest.mark.parametrize(
    ("topic", "payload", "code", "said", "covers"),
    [
        (DATA, GOOD[:-3], "malformed", "zlib", None),
        (DATA, b"", "malformed", "zlib", None),
        (DATA, GOOD[:20] + bytes([GOOD[20] ^ 1]) + GOOD[21:], "malformed", "", None),
        (DATA, zlib.compress(b"{"), "malformed", "JSON", None),
        (DATA, zlib.compress(b'{"v":1}'), "malformed", "recs", None),
        (DATA, zlib.compress(b" " * 2_000_000), "too_large", "inflated", None),
        (DATA, b"x" * 300_000, "too_large", "at most", None),
        (DATA, changed(v=2), "unknown_version", "expected 1", (1, 2)),
        (DATA, changed(crc=7), "malformed", "crc", (1, 2)),
        (DATA, changed(sent_at=-1), "malformed", "sent_at", (1, 2)),
        (DATA, changed(recs=[{"seq": "x"}] * 2), "malformed", "crc", (1, 2)),
        (DATA, changed(lo=5), "malformed", "contiguous", None),
        (topics.up("gw-2", "data"), GOOD, "topic_mismatch", "'gw-2', as in the topic", None),
        ("siteprogress/v2/gw-1/up/data", GOOD, "unknown_topic", "siteprogress/v1", None),
        (topics.down("gw-1", "ack"), b"{}", "unknown_topic", "up/ branch", None),
        (topics.up("gw-1", "birth"), b"[]", "malformed", "JSON object", None),
        (topics.up("gw-1", "beat"), b"\xff\xfe", "malformed", "", None),
    ],
)
def test_what_cannot_be_taken(topic: str, payload: bytes, code: str, said: str, covers: tuple[int, int] | None) -> None:
    letter = open_message(topic, payload)
    assert isinstance(letter, Letter)
    assert letter.code == code
    assert said in letter.reason
    assert letter.payload == payload
    assert ((letter.lo, letter.hi) if letter.lo is not None else None) == covers


@pytest.mark.parametrize(
    ("channel", "change"),
    [
        ("birth", {"software": "no\0te"}),
        ("birth", {"cameras": ["half\ud800"]}),
        ("birth", {"newest": 1 << 63}),
        ("beat", {"disk_free_bytes": 1 << 63}),
        ("beat", {"oldest_age_ms": -1}),
        ("beat", {"cameras": [{"camera": "c\0", "frame_age_ms": 1, "inference_age_ms": 1}]}),
        ("beat", {"cameras": [{"camera": "c", "frame_age_ms": 1 << 70, "inference_age_ms": 1}]}),
    ],
)
def test_a_hello_that_no_database_keeps_is_a_letter(channel: Any, change: dict[str, Any]) -> None:
    told = {"v": 1, "gw": "gw-1", "epoch": "e", "boot": "b", "oldest": 0, "newest": 0, "clock": "free", "sent_at": 1}
    told |= {"software": "s", "model_sha256": "", "cameras": [], "produced": 0, "acked": 0}
    told |= {"oldest_age_ms": 0, "disk_free_bytes": 0}
    assert not isinstance(open_message(topics.up("gw-1", channel), json.dumps(told).encode()), Letter)
    assert isinstance(open_message(topics.up("gw-1", channel), json.dumps(told | change).encode()), Letter)


def test_a_good_frame_and_a_cleared_state() -> None:
    assert isinstance(open_message(DATA, GOOD), OpenedFrame)
    assert open_message(topics.up("gw-1", "state"), b"") is None


@pytest.mark.parametrize("kind", ["no\0te", "half\ud800"])
def test_text_that_no_database_keeps_is_a_letter(kind: str) -> None:
    try:
        digest = content_hash(kind=kind, at=AT, body={})
    except UnicodeEncodeError:
        digest = "0" * 16
    record = Record(seq=1, kind=kind, at=AT, clock="synced", hash=digest, body={})
    plain = {
        "v": 1, "n": 1, "gw": "gw-1", "epoch": "e1", "lo": 1, "hi": 1, "boot": "b1", "sent_at": AT,
        "recs": [{"seq": 1, "kind": kind, "at": AT, "clock": "synced", "hash": record.hash, "body": {}}],
    }  # fmt: skip
    spelled = json.dumps(plain["recs"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    plain["crc"] = zlib.crc32(spelled.encode("utf-8", "surrogatepass"))
    assert isinstance(open_message(DATA, zlib.compress(json.dumps(plain).encode())), Letter)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_letter_and_no_exception(payload: bytes) -> None:
    assert isinstance(open_message(DATA, payload), Letter)
    assert isinstance(open_message(DATA, zlib.compress(payload)), Letter)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda v: st.lists(v, max_size=3), max_leaves=5
)


@given(st.dictionaries(st.sampled_from(["v", "gw", "epoch", "lo", "hi", "recs", "n", "crc", "boot"]), json_values))
def test_any_envelope_is_a_letter_and_no_exception(fields: dict[str, Any]) -> None:
    opened = open_message(DATA, changed(**fields))
    assert isinstance(opened, Letter | OpenedFrame)
