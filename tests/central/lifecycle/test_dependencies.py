"""Slips that are passed on (domain.md D27), floats that swallow them, the critical way, circles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.lifecycle.dependencies import Slip, Undertaking, float_days, loop_in, passed_on
from central.plan.structure import Dependency

DAY = date(2026, 6, 1)


def part(name: str, start: int, days: int, *, late: int | None = None, begun: bool = False) -> Undertaking:
    """Starts so many days on, takes so many days; `late` days later than planned as it looks."""
    first = DAY + timedelta(days=start)
    last = first + timedelta(days=days - 1)
    forecast = None if late is None else last + timedelta(days=late)
    return Undertaking(id=name, start=first, finish=last, forecast=forecast, begun=begun)


def link(before: str, after: str, lag: int = 0) -> Dependency:
    """Finish to start."""
    return Dependency(before=before, after=after, lag_days=lag)


def slips(*found: Slip) -> dict[str, int]:
    """Days that each part will be late."""
    return {slip.id: (slip.forecast - slip.finish).days for slip in found}


@pytest.mark.requirement("D27")
def test_the_road_slips_ten_days_and_the_signals_slip_too() -> None:
    road, signal, stop = part("road", 0, 60, late=10), part("signal", 60, 20), part("stop", 0, 100)
    found = passed_on([road, signal, stop], [link("road", "signal")])
    assert slips(*found) == {"road": 10, "signal": 10, "stop": 0}
    by_id = {slip.id: slip for slip in found}
    assert (by_id["road"].own_days, by_id["road"].passed_days) == (10, 0)
    assert (by_id["signal"].own_days, by_id["signal"].passed_days, by_id["signal"].by) == (0, 10, ("road",))
    assert by_id["signal"].forecast_start == DAY + timedelta(days=70)
    assert not any(slip.critical for slip in found)  # the bus stops end the whole, ten days after the signals


def test_the_last_of_a_chain_and_all_that_hold_it_are_critical() -> None:
    found = passed_on(
        [part("road", 0, 60, late=10), part("signal", 60, 20), part("side", 0, 62, late=5)],
        [link("road", "signal"), link("side", "signal")],
    )
    assert {slip.id for slip in found if slip.critical} == {"road", "signal"}


@pytest.mark.parametrize(
    ("gap", "lag", "passed"), [(0, 0, 10), (4, 0, 6), (10, 0, 0), (14, 0, 0), (14, 7, 3), (0, -4, 6)]
)
def test_float_and_lag(gap: int, lag: int, passed: int) -> None:
    road, signal = part("road", 0, 60, late=10), part("signal", 60 + gap, 20)
    assert float_days(road, signal, link("road", "signal", lag)) == gap - lag
    found = passed_on([road, signal], [link("road", "signal", lag)])
    assert slips(*found)["signal"] == passed


def test_a_slip_goes_on_through_a_chain_and_tells_its_way() -> None:
    parts = [part("a", 0, 10, late=9), part("b", 12, 10), part("c", 22, 10), part("d", 40, 5)]
    found = passed_on(parts, [link("a", "b"), link("b", "c"), link("c", "d")])
    assert slips(*found) == {"a": 9, "b": 7, "c": 7, "d": 0}
    assert found[2].by == ("a", "b")


def test_the_later_of_own_and_passed_slip_holds() -> None:
    parts = [part("a", 0, 10, late=5), part("b", 10, 10, late=8), part("c", 10, 10, late=2)]
    found = passed_on(parts, [link("a", "b"), link("a", "c")])
    assert slips(*found) == {"a": 5, "b": 8, "c": 5}
    assert (found[1].own_days, found[1].passed_days, found[1].by) == (8, 0, ())
    assert (found[2].own_days, found[2].passed_days) == (2, 3)


def test_what_has_begun_waits_for_nothing() -> None:
    found = passed_on([part("a", 0, 10, late=5), part("b", 10, 10, begun=True)], [link("a", "b")])
    assert slips(*found) == {"a": 5, "b": 0}


def test_links_to_what_is_not_there_are_left_out() -> None:
    assert slips(*passed_on([part("b", 10, 10)], [link("gone", "b"), link("b", "nowhere")])) == {"b": 0}
    assert passed_on([], []) == ()


@pytest.mark.parametrize(
    ("links", "loop"),
    [
        ((), ()),
        ((link("a", "b"), link("b", "c"), link("a", "c")), ()),
        ((link("a", "b"), link("b", "a")), ("a", "b", "a")),
        ((link("x", "a"), link("a", "b"), link("b", "c"), link("c", "a")), ("a", "b", "c", "a")),
    ],
)
def test_circles(links: tuple[Dependency, ...], loop: tuple[str, ...]) -> None:
    assert loop_in(links) == loop
    if loop:
        with pytest.raises(ValueError, match="a circle a → b"):
            passed_on([part(name, 0, 1) for name in "abcx"], links)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30), st.integers(0, 20)), min_size=1, max_size=8),
    st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=12),
    st.integers(-3, 3),
)
def test_nothing_starts_before_what_it_waits_for_and_no_slip_is_lost(
    sizes: list[tuple[int, int, int]], pairs: set[tuple[int, int]], lag: int
) -> None:
    parts = [part(f"p{n}", start, days, late=late) for n, (start, days, late) in enumerate(sizes)]
    links = [link(f"p{a}", f"p{b}", lag) for a, b in sorted(pairs) if a < b < len(parts)]
    found = {slip.id: slip for slip in passed_on(parts, links)}
    for one in parts:
        assert one.forecast is not None
        assert found[one.id].forecast >= one.forecast
        assert (found[one.id].forecast - one.finish).days == found[one.id].own_days + found[one.id].passed_days
    for tie in links:
        assert found[tie.after].forecast_start > found[tie.before].forecast + timedelta(days=tie.lag_days)
    again = passed_on(list(reversed(parts)), list(reversed(links)))
    assert {slip.id: slip for slip in again} == found


def test_a_whole_is_not_finished_before_its_parts() -> None:
    signal = Undertaking(id="signal", start=DAY, finish=DAY + timedelta(days=79), begun=True, parts=("poles", "cables"))
    parts = [part("road", 0, 60, late=10), part("poles", 60, 20), part("cables", 20, 30), signal]
    found = {slip.id: slip for slip in passed_on(parts, [link("road", "poles")])}
    assert slips(*found.values()) == {"road": 10, "poles": 10, "cables": 0, "signal": 10}
    assert found["signal"].by == ("road", "poles")
    assert {name for name, slip in found.items() if slip.critical} == {"road", "poles", "signal"}
    with pytest.raises(ValueError, match="a circle"):
        passed_on(parts, [link("signal", "poles")])
