"""Watermark arithmetic against the obvious model, a set of numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.ranges import Received


@pytest.mark.parametrize(
    ("start", "added", "hi", "beyond", "need"),
    [
        ((0, ()), (1, 5), 5, (), None),
        ((0, ()), (3, 5), 0, ((3, 5),), 1),
        ((2, ((5, 6),)), (3, 4), 6, (), None),
        ((2, ((5, 6),)), (7, 9), 2, ((5, 9),), 3),
        ((2, ((5, 6), (9, 9))), (7, 8), 2, ((5, 9),), 3),
        ((10, ()), (4, 6), 10, (), None),
        ((10, ()), (8, 12), 12, (), None),
        ((2, ((5, 6), (9, 9))), (3, 9), 9, (), None),
    ],
)
def test_add(
    start: tuple[int, tuple[tuple[int, int], ...]],
    added: tuple[int, int],
    hi: int,
    beyond: tuple[tuple[int, int], ...],
    need: int | None,
) -> None:
    received = Received(hi=start[0], beyond=start[1]).add(*added)
    assert (received.hi, received.beyond, received.need) == (hi, beyond, need)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 12))), st.integers(1, 70), st.integers(0, 20))
def test_the_ranges_say_what_the_set_says(spans: list[tuple[int, int]], lo: int, more: int) -> None:
    received, model = Received(), set[int]()
    for start, length in spans:
        received = received.add(start, start + length)
        model |= set(range(start, start + length + 1))
    assert {seq for seq in range(1, 100) if seq in received} == model
    hi = next(seq for seq in range(1, 200) if seq not in model) - 1
    assert received.hi == hi
    assert received == Received().add_all((start, start + length) for start, length in spans)
    assert received.touches(lo, lo + more) == bool(model & set(range(lo, lo + more + 1)))
    gaps = {seq for first, last in received.missing(lo, lo + more) for seq in range(first, last + 1)}
    assert gaps == set(range(lo, lo + more + 1)) - model


@pytest.mark.parametrize(("lo", "hi"), [(0, 1), (3, 2)])
def test_an_impossible_range_is_refused(lo: int, hi: int) -> None:
    with pytest.raises(ValueError, match="expected 1 <= lo <= hi"):
        Received().add(lo, hi)


def test_what_has_just_come_is_said_however_many_ranges_lie_below() -> None:
    received = Received().add_all((seq, seq) for seq in range(3, 1003, 2)).add(5000, 5100)
    assert received.said((), limit=4) == ((3, 3), (5, 5), (7, 7), (9, 9))
    assert received.said((5050, 701, 700, 2), limit=4) == ((3, 3), (5, 5), (701, 701), (5000, 5100))
    assert received.said(range(101, 111), limit=4) == ((101, 101), (103, 103), (105, 105), (107, 107))
    assert Received(hi=2, beyond=((5, 6),)).said((), limit=4) == ((5, 6),)
