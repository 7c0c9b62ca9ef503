"""The codec: what goes in comes out, and each kind of damage is told by its place."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.wire.build import AT, a_birth, a_frame, a_reading, a_record
from wire.codec import (
    FRAME_BYTES_MAX,
    FRAME_RECORDS_MAX,
    INFLATED_BYTES_MAX,
    MESSAGE_BYTES_MAX,
    canonical,
    content_hash,
    decode,
    decode_body,
    decode_frame,
    encode,
    encode_frame,
    inflate,
    split,
)
from wire.errors import MalformedError, TooLargeError, UnknownVersionError, WireError
from wire.messages import Ack, Beat, Birth, CameraHealth, HostState, Presence, Record

SMALL = [
    a_birth(),
    Beat(
        gw="gw-1",
        epoch="e1",
        sent_at=AT,
        produced=12,
        acked=9,
        oldest_age_ms=3000,
        disk_free_bytes=10**12,
        cameras=(CameraHealth(camera="c1", frame_age_ms=-1, inference_age_ms=-1),),
    ),
    Presence(gw="gw-1", online=True, session=7),
    Ack(epoch="e1", hi=12, recv=((14, 20), (25, 25)), need=13, pace=500),
    Ack(epoch="e1", hi=0),
    HostState(online=False, session=3),
]


@pytest.mark.parametrize("message", SMALL, ids=lambda m: type(m).__name__)
def test_small_messages_come_back(message: Any) -> None:
    assert decode(type(message), encode(message)) == message


def test_frame_comes_back() -> None:
    frame = a_frame()
    assert decode_frame(encode_frame(frame)) == frame
    assert [type(decode_body(r)).__name__ for r in frame.recs] == ["FaceReading", "CameraEvent"]
    assert decode_body(frame.recs[0]) == a_reading()


def test_unknown_keys_are_ignored() -> None:
    """Agents are upgraded one by one: an older side ignores what a newer one adds."""
    plain = json.loads(encode(a_birth())) | {"altitude": 4}
    assert decode(Birth, canonical(plain)) == a_birth()
    frame = a_frame()
    inflated = json.loads(inflate(encode_frame(frame))) | {"lane": "backlog"}
    assert decode_frame(zlib.compress(canonical(inflated))) == frame


def test_unknown_kind_keeps_its_plain_body() -> None:
    assert decode_body(a_record(kind="soil_sample", body={"wet": 3})) == {"wet": 3}


@pytest.mark.parametrize(
    ("value", "spelt"),
    [
        ({"b": 1, "a": [True, None, "南"]}, '{"a":[true,null,"南"],"b":1}'),
        ((1, 2), "[1,2]"),
        ({}, "{}"),
        (10**30, "1" + "0" * 30),
    ],
)
def test_one_spelling(value: Any, spelt: str) -> None:
    assert canonical(value) == spelt.encode()


@pytest.mark.parametrize("value", [1.0, {"a": [0, {"b": 0.5}]}, [float("nan")], {"a": float("inf")}])
def test_floats_are_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="float"):
        canonical(value)


def test_hash_covers_kind_time_and_body() -> None:
    hashes = {
        content_hash(kind=kind, at=at, body=body)
        for kind in ("a", "b")
        for at in (1, 2)
        for body in ({"x": 1}, {"x": 2}, {"x": True})
    }
    assert len(hashes) == 12
    assert content_hash(kind="k", at=1, body={"a": 1, "b": 2}) == content_hash(kind="k", at=1, body={"b": 2, "a": 1})


# --- damage ----------------------------------------------------------------------------------------------------------


def _frame(change: Callable[[dict[str, Any]], Any], *, mend: bool) -> bytes:
    """A frame's bytes after a change of its JSON; `mend` sets n and crc right again, as a liar would."""
    plain = json.loads(inflate(encode_frame(a_frame())))
    change(plain)
    if mend:
        plain |= {"n": len(plain["recs"]), "crc": zlib.crc32(canonical(plain["recs"]))}
    return zlib.compress(json.dumps(plain).encode())


@pytest.mark.parametrize(
    ("change", "mend", "error", "where"),
    [
        (lambda p: p.update(v=2), False, UnknownVersionError, "v"),
        (lambda p: p.pop("v"), False, UnknownVersionError, "v"),
        (lambda p: p.update(v=True), False, UnknownVersionError, "v"),
        (lambda p: p.update(n=3), False, MalformedError, "n"),
        (lambda p: p.update(crc=0), False, MalformedError, "crc"),
        (lambda p: p["recs"][0]["body"].update(coverage_bp=1), False, MalformedError, "crc"),
        (lambda p: p["recs"][0]["body"].update(coverage_bp=1), True, MalformedError, "recs[seq=1].hash"),
        (lambda p: p["recs"][1].update(at=5), True, MalformedError, "recs[seq=2].hash"),
        (lambda p: p["recs"].pop(), True, MalformedError, "recs[].seq"),
        (lambda p: p["recs"].reverse(), True, MalformedError, "recs[].seq"),
        (lambda p: p["recs"][1].update(seq=9), True, MalformedError, "recs[].seq"),
        (lambda p: p.update(recs=[]), True, MalformedError, "recs"),
        (lambda p: p.update(recs={"0": 1}), False, MalformedError, "recs"),
        (lambda p: p.update(recs=[7]), True, MalformedError, "frame.recs.0"),
        (lambda p: p["recs"][0].update(seq=0), True, MalformedError, "frame.recs.0.seq"),
        (lambda p: p["recs"][0].update(clock="sundial"), True, MalformedError, "frame.recs.0.clock"),
        (lambda p: p["recs"][0].update(body=None), True, MalformedError, "frame.recs.0.body"),
        (lambda p: p.pop("epoch"), False, MalformedError, "frame.epoch"),
        (lambda p: p.update(gw=""), False, MalformedError, "frame.gw"),
        (lambda p: p.update(sent_at=1.5), False, MalformedError, "payload"),
        (lambda p: p.update(sent_at=float("nan")), False, MalformedError, "payload"),
        (lambda p: p["recs"][0]["body"].update(face="\ud800"), False, MalformedError, "$"),
    ],
)
def test_damaged_frames(
    change: Callable[[dict[str, Any]], Any], mend: bool, error: type[WireError], where: str
) -> None:
    with pytest.raises(error) as refused:
        decode_frame(_frame(change, mend=mend))
    assert refused.value.where == where
    assert refused.value.expected


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        (b"", MalformedError),
        (b"not zlib", MalformedError),
        (encode_frame(a_frame())[:-1], MalformedError),
        (encode_frame(a_frame()) + b"x", MalformedError),
        (zlib.compress(b"\xff\xfe{"), MalformedError),
        (zlib.compress(b"[1]"), MalformedError),
        (zlib.compress(b"null"), MalformedError),
        (zlib.compress(b'{"v":1}'), MalformedError),
        (zlib.compress(b'{"v":1e0}'), MalformedError),
        (zlib.compress(b"[" * 2_000), MalformedError),
        (zlib.compress(b"[" * 200_000), TooLargeError),
        (zlib.compress(b'{"v":1,"n":1,"recs":[' + b"[" * 970 + b"]" * 970 + b"]}"), MalformedError),
        (zlib.compress(b'{"v":' + b"9" * 5000 + b"}"), MalformedError),
        (zlib.compress(b" " * (INFLATED_BYTES_MAX + 1)), WireError),
        (zlib.compress(b" " * (64 * INFLATED_BYTES_MAX)), TooLargeError),
        (b"x" * (MESSAGE_BYTES_MAX + 1), TooLargeError),
    ],
    ids=range(16),
)
def test_broken_bytes(payload: bytes, error: type[WireError]) -> None:
    with pytest.raises(error):
        decode_frame(payload)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"gw": None}, "Birth.gw"),
        ({"oldest": -1}, "Birth.oldest"),
        ({"sent_at": 10**18}, "Birth.sent_at"),
        ({"cameras": ["a", ""]}, "Birth.cameras.1"),
        ({"cameras": "c1"}, "Birth.cameras"),
        ({"clock": "wet"}, "Birth.clock"),
        ({"gw": "g" * 129}, "Birth.gw"),
    ],
)
def test_damaged_births(change: dict[str, Any], where: str) -> None:
    with pytest.raises(MalformedError) as refused:
        decode(Birth, canonical(json.loads(encode(a_birth())) | change))
    assert refused.value.where == where


def test_small_messages_have_a_cap() -> None:
    with pytest.raises(TooLargeError):
        decode(Birth, b" " * (MESSAGE_BYTES_MAX + 1))


# --- cutting into frames ---------------------------------------------------------------------------------------------


def _plain(seq: int, size: int = 10) -> Record:
    return a_record(seq=seq, kind="note", body={"t": "x" * size})


@pytest.mark.parametrize(
    ("records", "lengths"),
    [
        ([], []),
        ([_plain(1)], [1]),
        ([_plain(n) for n in range(1, FRAME_RECORDS_MAX + 1)], [FRAME_RECORDS_MAX]),
        ([_plain(n) for n in range(1, FRAME_RECORDS_MAX + 2)], [FRAME_RECORDS_MAX, 1]),
        ([_plain(1), _plain(2), _plain(4)], [2, 1]),
        ([_plain(n, FRAME_BYTES_MAX // 2) for n in (1, 2, 3)], [1, 1, 1]),
        ([_plain(1, 2 * FRAME_BYTES_MAX), _plain(2)], [1, 1]),
    ],
)
def test_split(records: list[Record], lengths: list[int]) -> None:
    cut = split(records)
    assert [len(part) for part in cut] == lengths
    assert [r for part in cut for r in part] == records
    for part in cut:
        assert len(encode_frame(a_frame(records=part))) <= MESSAGE_BYTES_MAX
