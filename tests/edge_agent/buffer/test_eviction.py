"""What is given up when the outbox is full, as a truth table."""

from __future__ import annotations

import pytest

from edge_agent.buffer.eviction import Span, Stored, spans_to_evict


def stored(seq: int, kind: str = "face_reading") -> Stored:
    return Stored(seq=seq, kind=kind, at=seq * 10, size_bytes=100)


def span(lo: int, hi: int) -> Span:
    return Span(lo=lo, hi=hi, count=hi - lo + 1, at_min=lo * 10, at_max=hi * 10)


READINGS = [stored(n) for n in range(1, 11)]
MIXED = [stored(n, "camera_event" if n in (2, 3) else "face_reading") for n in range(1, 11)]


@pytest.mark.parametrize(
    ("records", "used", "cap", "expected"),
    [
        (READINGS, 999, 1000, ()),
        (READINGS, 1000, 1000, (span(1, 1),)),
        (READINGS, 1250, 1000, (span(1, 4),)),
        (MIXED, 1200, 1000, (span(1, 1), span(4, 5))),
        ([stored(n, "camera_event") for n in range(1, 5)], 5000, 1000, ()),
        ([stored(1, "tombstone"), stored(2)], 5000, 1000, (span(2, 2),)),
        ([stored(n) for n in (3, 4, 9)], 5000, 1000, (span(3, 4), span(9, 9))),
        ([], 5000, 1000, ()),
    ],
    ids=["under", "at", "over", "events stay", "only events", "tombstones stay", "gaps", "empty"],
)
def test_oldest_readings_first_and_nothing_else(
    records: list[Stored], used: int, cap: int, expected: tuple[Span, ...]
) -> None:
    assert spans_to_evict(records, used_bytes=used, cap_bytes=cap) == expected
