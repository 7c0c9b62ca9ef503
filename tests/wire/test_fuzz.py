"""Whatever bytes come, the decoders answer with a message or with a WireError, never with anything else."""

from __future__ import annotations

import contextlib
import json
import zlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.build import a_frame, a_record
from wire.codec import Sealed, canonical, decode, decode_body, decode_frame, encode_frame, encode_sealed, inflate, seal
from wire.errors import WireError
from wire.messages import Ack, Beat, Birth, HostState, Presence, Record

FRAME = encode_frame(a_frame())
PLAIN: dict[str, Any] = json.loads(inflate(FRAME))
WIDE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
EXACT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
FEW = settings(max_examples=200, deadline=None, derandomize=True)


@FEW
@given(st.binary(max_size=300))
def test_any_bytes(payload: bytes) -> None:
    for raw in (payload, zlib.compress(payload)):
        with contextlib.suppress(WireError):
            decode_frame(raw)
        for kind in (Birth, Beat, Presence, Ack, HostState):
            with contextlib.suppress(WireError):
                decode(kind, raw)


@FEW
@given(st.integers(0, len(FRAME) - 1), st.integers(0, 7))
def test_a_flipped_bit_is_never_taken(place: int, bit: int) -> None:
    """zlib's own checksum, ours, and the record hashes: a changed bit must not pass for the same frame."""
    changed = bytearray(FRAME)
    changed[place] ^= 1 << bit
    try:
        found = decode_frame(bytes(changed))
    except WireError:
        return
    assert found == a_frame()


@FEW
@given(st.sampled_from(sorted(PLAIN)), WIDE)
def test_any_value_in_any_place_of_the_envelope(key: str, value: Any) -> None:
    with contextlib.suppress(WireError):
        decode_frame(zlib.compress(json.dumps(PLAIN | {key: value}).encode()))


@FEW
@given(st.sampled_from(sorted(PLAIN["recs"][0])), EXACT)
def test_any_value_in_any_place_of_a_record(key: str, value: Any) -> None:
    recs = [PLAIN["recs"][0] | {key: value}]
    liar = PLAIN | {"recs": recs, "n": 1, "hi": 1, "crc": zlib.crc32(canonical(recs))}
    with contextlib.suppress(WireError):
        decode_frame(zlib.compress(canonical(liar)))


@FEW
@given(st.sampled_from(sorted(PLAIN["recs"][0]["body"])), EXACT)
def test_any_value_in_any_place_of_a_reading(key: str, value: Any) -> None:
    with contextlib.suppress(WireError):
        decode_body(a_record(body=PLAIN["recs"][0]["body"] | {key: value}))


@FEW
@given(st.lists(st.dictionaries(st.text(max_size=6), EXACT, max_size=3), min_size=1, max_size=5), st.integers(1, 2**62))
def test_any_bodies_come_back(bodies: list[dict[str, Any]], lo: int) -> None:
    records: tuple[Record, ...] = tuple(a_record(seq=lo + n, kind="note", body=b) for n, b in enumerate(bodies))
    frame = a_frame(records=records)
    assert decode_frame(encode_frame(frame)) == frame
    assert encode_sealed(frame, [_sealed(r) for r in records]) == encode_frame(frame)


def _sealed(record: Record) -> Sealed:
    """As the edge stores it: the body spelt once, as text."""
    spelt = seal(record.body, kind=record.kind, at=record.at)
    return Sealed(seq=record.seq, kind=record.kind, at=record.at, clock=record.clock, hash=spelt.hash, body=spelt.text)
