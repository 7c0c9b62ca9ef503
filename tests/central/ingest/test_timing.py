"""Clocks that were wrong: what is derived moves to its true time whenever the map comes; the raw record stays."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from central.ingest.commit import Committed, commit
from central.ingest.timing import FUTURE_MS, LATE_MS, Mapped, Maps, Stamp
from central.store.engine import reading
from tests.central.edge import AT, frame_of
from tests.central.plans import plan, register
from tests.wire.build import a_reading, a_record, an_event
from wire.messages import ClockMap, Frame, Record, StoreLost

SLOW_MS = 1_000_000_000  # the gateway's clock stood so far back


def unsynced(seq: int, *, body: Any, kind: str = "face_reading", at: int = AT - SLOW_MS) -> Record:
    return replace(a_record(seq=seq, at=at, kind=kind, body=body), clock="unknown")


def look(seq: int, *, at: int = AT - SLOW_MS) -> Record:
    return unsynced(seq, body=a_reading(camera="c1", face="south", building="b1"), at=at)


def a_map(seq: int, *, lo: int, hi: int, add_ms: int = SLOW_MS) -> Record:
    return a_record(seq=seq, kind="clock_map", body=ClockMap(boot="b1", lo=lo, hi=hi, add_ms=add_ms))


def take(engine: Engine, *frames: Frame, now_ms: int = AT) -> Committed:
    return commit(engine, frames=frames, letters=[], now_ms=now_ms, live=True)


def one_frame(*records: Record) -> Frame:
    return frame_of(list(records), gateway="gw-1")


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]


STATE = (
    "SELECT seq, observed_at, timing FROM face_reading ORDER BY seq",
    "SELECT seq, at, timing FROM camera_event ORDER BY seq",
    "SELECT item, source, observed_at, value_bp, refs FROM observation ORDER BY item, observed_at",
    "SELECT camera, code, since_at, until_at FROM camera_condition ORDER BY since_at",
    "SELECT id, last_observed_at, registration FROM camera ORDER BY id",
)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_map_may_come_before_or_after_what_it_moves(any_store: Engine, order: tuple[int, ...]) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    event = unsynced(3, kind="camera_event", body=an_event(camera="c1", code="moved"), at=AT - SLOW_MS + 9)
    frames = [
        one_frame(look(1), look(2, at=AT - SLOW_MS + 5), event),
        one_frame(a_map(4, lo=1, hi=3)),
        one_frame(look(5)),
    ]
    for number in order:
        take(any_store, frames[number])
    assert rows(any_store, STATE[0]) == [(1, AT, ""), (2, AT + 5, ""), (5, AT - SLOW_MS, "historical")]
    assert rows(any_store, STATE[1]) == [(3, AT + 9, "")]
    assert {at for _, _, at, _, _ in rows(any_store, STATE[2])} == {AT, AT + 5, AT - SLOW_MS}
    assert rows(any_store, STATE[3]) == [("c1", "moved", AT + 9, None)]
    assert rows(any_store, STATE[4]) == [("c1", AT + 5, "VERIFIED")]
    assert rows(any_store, "SELECT at FROM record WHERE seq = 1") == [(AT - SLOW_MS,)]


def test_a_map_that_comes_late_calls_for_a_judgement(any_store: Engine) -> None:
    register(any_store, "gw-1")
    plan(any_store)
    take(any_store, one_frame(look(1)))
    assert take(any_store, one_frame(a_map(2, lo=1, hi=1))).projects == {"p1"}


def test_what_lies_ahead_is_stored_flagged_and_not_the_newest(any_store: Engine) -> None:
    register(any_store, "gw-1")
    seen = [a_record(seq=seq, at=at, body=a_reading(camera="c1")) for seq, at in ((1, AT), (2, AT + FUTURE_MS + 1))]
    take(any_store, one_frame(*seen))
    assert rows(any_store, STATE[0]) == [(1, AT, ""), (2, AT + FUTURE_MS + 1, "future")]
    assert rows(any_store, "SELECT last_observed_at FROM camera") == [(AT,)]


def test_what_a_lost_store_took_with_it_is_known_loss(any_store: Engine) -> None:
    register(any_store, "gw-1")
    lost = StoreLost(epoch="e0", lo=41, hi=None, reason="the file was gone")
    take(any_store, one_frame(a_record(seq=1, kind="store_lost", body=lost)))
    take(any_store, one_frame(a_record(seq=1, kind="store_lost", body=lost)))
    assert rows(any_store, "SELECT gateway, epoch, lo, hi, reason, ref, told_at FROM known_loss") == [
        ("gw-1", "e0", 41, None, "the file was gone", "gw-1/e1/1", AT)
    ]


@pytest.mark.parametrize(
    ("clock", "maps", "expected"),
    [
        ("synced", [Mapped(seq=9, lo=1, hi=9, add_ms=50)], 100),
        ("free", [], 100),
        ("free", [Mapped(seq=9, lo=1, hi=9, add_ms=50)], 150),
        ("unknown", [Mapped(seq=9, lo=6, hi=9, add_ms=50)], 100),
        ("unknown", [Mapped(seq=9, lo=1, hi=9, add_ms=50), Mapped(seq=8, lo=1, hi=9, add_ms=7)], 150),
        ("unknown", [Mapped(seq=9, lo=1, hi=9, add_ms=-101)], 100),
        ("unknown", [Mapped(seq=9, lo=1, hi=9, add_ms=2**53)], 100),
    ],
)
def test_true_time(clock: str, maps: list[Mapped], expected: int) -> None:
    assert Stamp(seq=5, at_ms=100, clock=clock, received_ms=0, live=True).true_ms(Maps(maps)) == expected


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(-2, 12), st.integers(-9, 9)), max_size=8))
def test_the_newest_map_that_covers_a_record_counts(drawn: list[tuple[int, int, int]]) -> None:
    maps = [Mapped(seq=40 + n, lo=lo, hi=lo + more, add_ms=add_ms) for n, (lo, more, add_ms) in enumerate(drawn)]
    clocks = Maps(reversed(maps))
    for seq in range(45):
        covering = [one for one in maps if one.lo <= seq <= one.hi]
        assert clocks.add_ms(seq) == (covering[-1].add_ms if covering else None)


def test_a_record_is_not_compared_with_every_map() -> None:
    """Ten thousand spans of a clock that drifted, ten thousand records: each asks a few places, not all."""
    looked: list[int] = []

    class Counted(int):
        def __lt__(self, other: int) -> bool:
            looked.append(1)
            return int(self) < int(other)

    maps = Maps(Mapped(seq=50_000 + n, lo=5 * n + 1, hi=5 * n + 3, add_ms=n) for n in range(10_000))
    assert maps.add_ms(Counted(5 * 7777 + 2)) == 7777
    assert len(looked) <= 16


@pytest.mark.parametrize(
    ("ahead_ms", "live", "expected"),
    [
        (FUTURE_MS, True, ""),
        (FUTURE_MS + 1, True, "future"),
        (-LATE_MS, True, ""),
        (-LATE_MS - 1, True, "historical"),
        (-LATE_MS - 1, False, ""),
        (FUTURE_MS + 1, False, ""),
    ],
)
def test_timing(ahead_ms: int, live: bool, expected: str) -> None:
    assert Stamp(seq=1, at_ms=0, clock="synced", received_ms=AT, live=live).timing(AT + ahead_ms) == expected
