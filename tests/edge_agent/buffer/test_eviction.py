"""What is given up when the outbox fills, as truth tables."""

from __future__ import annotations

import pytest

from edge_agent.buffer.eviction import HOUR_MS, Span, Stored, drop_at, reserve_bytes, spans_to_drop, spans_to_thin

GIB = 1 << 30


def stored(seq: int, kind: str = "face_reading", *, face: str = "", at: int | None = None) -> Stored:
    return Stored(seq=seq, kind=kind, at=seq * 10 if at is None else at, size_bytes=100, face=face)


def span(lo: int, hi: int) -> Span:
    return Span(lo=lo, hi=hi, count=hi - lo + 1, at_min=lo * 10, at_max=hi * 10)


READINGS = [stored(n) for n in range(1, 11)]
MIXED = [stored(n, "camera_event" if n in (2, 3) else "face_reading") for n in range(1, 11)]


@pytest.mark.parametrize(
    ("records", "used", "cap", "expected"),
    [
        (READINGS, 899, 1000, ()),
        (READINGS, 900, 1000, (span(1, 1),)),
        (READINGS, 1150, 1000, (span(1, 3),)),
        (MIXED, 1150, 1000, (span(1, 1), span(4, 5))),
        ([stored(n, "camera_event") for n in range(1, 5)], 5000, 1000, ()),
        ([stored(1, "tombstone"), stored(2, "config_result"), stored(3)], 5000, 1000, (span(3, 3),)),
        ([stored(n) for n in (3, 4, 9)], 5000, 1000, (span(3, 4), span(9, 9))),
        ([], 5000, 1000, ()),
    ],
    ids=["under", "at", "over", "events stay", "only events", "class A stays", "gaps", "empty"],
)
def test_oldest_readings_first_and_nothing_else(
    records: list[Stored], used: int, cap: int, expected: tuple[Span, ...]
) -> None:
    assert spans_to_drop(records, used_bytes=used, cap_bytes=cap) == expected


@pytest.mark.parametrize(
    ("cap", "reserve", "drop"),
    [(1000, 100, 900), (2 * GIB, 64 << 20, 2 * GIB * 95 // 100), (GIB, 64 << 20, GIB - (64 << 20))],
    ids=["a tenth of a small cap", "64 MiB lie above 95 %", "64 MiB lie below 95 %"],
)
def test_class_a_has_a_reserve(cap: int, reserve: int, drop: int) -> None:
    assert reserve_bytes(cap) == reserve
    assert drop_at(cap) == drop


def of_hour(seq: int, hour: int, face: str) -> Stored:
    return stored(seq, face=face, at=hour * HOUR_MS + seq)


@pytest.mark.parametrize(
    ("records", "gone"),
    [
        ([of_hour(1, 0, "c/A"), of_hour(2, 0, "c/A"), of_hour(3, 0, "c/A")], [(1, 2)]),
        ([of_hour(1, 0, "c/A"), of_hour(2, 0, "c/B"), of_hour(3, 0, "d/A")], []),
        ([of_hour(1, 0, "c/A"), of_hour(2, 1, "c/A"), of_hour(3, 1, "c/A")], [(2, 2)]),
        ([of_hour(n, 0, "c/A" if n % 2 else "c/B") for n in range(1, 9)], [(1, 6)]),
        ([stored(1), stored(2), stored(3, "camera_event", face="c/A"), stored(4, "camera_event", face="c/A")], []),
        ([], []),
    ],
    ids=["the last stays", "each face", "each hour", "interleaved", "what has no face, and events", "empty"],
)
def test_thinning_keeps_the_last_of_each_camera_face_and_hour(
    records: list[Stored], gone: list[tuple[int, int]]
) -> None:
    assert [(one.lo, one.hi) for one in spans_to_thin(records, surplus_bytes=10_000)] == gone


def test_thinning_ends_when_there_is_room_again() -> None:
    records = [of_hour(n, 0, "c/A") for n in range(1, 50)]
    assert [(one.lo, one.hi) for one in spans_to_thin(records, surplus_bytes=250)] == [(1, 3)]
