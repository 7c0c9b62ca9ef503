"""The short way through a frame says what the long way says, or leaves it to the long way."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.build import AT, a_frame, a_record
from wire.codec import canonical, content_hash, encode_frame, inflate, open_frame
from wire.errors import MalformedError, TooLargeError
from wire.slicing import slice_records, spelled_plain

MILLIS_MAX = 253_402_300_799_999
RECORD: dict[str, Any] = {"at": 5, "body": {"a": [1, "楼"]}, "clock": "free", "hash": "", "kind": "note", "seq": 7}
EXACT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


def text_of(**changes: Any) -> str:
    """A list of one record in canonical spelling, its hash right whatever else is changed."""
    plain = RECORD | changes
    plain["hash"] = changes.get("hash") or content_hash(kind=plain["kind"], at=plain["at"], body=plain["body"])
    return canonical([plain]).decode()


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(st.dictionaries(st.text(max_size=6), EXACT, max_size=3), min_size=1, max_size=5), st.integers(1, 2**62))
def test_both_ways_say_the_same(bodies: list[dict[str, Any]], lo: int) -> None:
    records = tuple(a_record(seq=lo + n, kind="note", body=body) for n, body in enumerate(bodies))
    payload = encode_frame(a_frame(records=records))
    spaced = zlib.compress(json.dumps(json.loads(inflate(payload)), ensure_ascii=False).encode())
    assert open_frame(payload) == open_frame(spaced)


def test_records_are_cut_with_their_own_text() -> None:
    records = [json.loads(text_of(seq=seq, body={"n": seq, "t": '"}],{"at":1,"body":{'}))[0] for seq in (9, 10, 11)]
    cut = slice_records(canonical(records))
    assert cut is not None
    assert [record.seq for record in cut.records] == [9, 10, 11]
    assert list(cut.bodies) == [canonical(record["body"]).decode() for record in records]
    assert list(cut.texts) == [canonical(record).decode() for record in records]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[1]",
        text_of(extra=1),
        text_of(hash="0" * 16),
        text_of(clock="sundial"),
        text_of(kind=""),
        text_of(seq=0),
        text_of(at=MILLIS_MAX + 1),
        text_of().replace('"at":5', '"at":4,"at":5'),
        text_of().replace('"kind":"note"', '"kind":"not\\u0065"'),
        text_of().replace('[1,"楼"]', '[1, "楼"]'),
        text_of() + " ",
        text_of()[:-1],
        text_of()[:-1] + ",]",
        text_of().replace(",", ", ", 1),
        text_of().replace('"楼"', "1.5"),
        text_of().replace('"楼"', "NaN"),
        text_of().replace('"楼"', "[" * 100_000),
        text_of().replace('"楼"', '"\\ud800"'),
    ],
)
def test_what_is_not_plainly_right_is_left_to_the_long_way(text: str) -> None:
    assert slice_records(text.encode()) is None


def test_values_that_would_fill_the_memory_are_refused_before_they_are_parsed() -> None:
    many = b'{"v":1,"recs":[' + b'{"":0},' * 100_000 + b"0]}"
    with pytest.raises(TooLargeError, match="parsed values"):
        open_frame(zlib.compress(many))


def test_a_number_beyond_the_calendar_is_told_by_the_long_way() -> None:
    frame = json.loads(inflate(encode_frame(a_frame())))
    frame["recs"] = json.loads(text_of(at=MILLIS_MAX + 1, seq=1))
    frame |= {"lo": 1, "hi": 1, "n": 1, "sent_at": AT, "crc": zlib.crc32(canonical(frame["recs"]))}
    recs = canonical(frame.pop("recs"))
    with pytest.raises(MalformedError) as refused:
        open_frame(zlib.compress(canonical(frame)[:-1] + b',"recs":' + recs + b"}"))
    assert refused.value.where == "frame.recs.0.at"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=500, deadline=None, derandomize=True)
@given(PLAIN)
def test_the_quick_spelling_is_the_one_spelling(value: Any) -> None:
    slow = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert spelled_plain(value) == canonical(value) == slow


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [[1, 2], [3, 1e16]],
        {"a": {"b": float("nan")}},
        {"a": (1, 0.5)},
        {None: 1},
        {2: 1, 10: 2},
        {"a": {True: 1}},
        {1},
        b"x",
        object(),
    ],
)
def test_what_is_not_plain_is_not_spelled_quickly(value: Any) -> None:
    assert spelled_plain(value) is None


def test_half_a_character_is_told() -> None:
    with pytest.raises(MalformedError, match="surrogate"):
        canonical({"a": "\ud800"})
