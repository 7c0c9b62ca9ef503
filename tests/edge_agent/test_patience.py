"""The timer of RFC 6298, as a truth table and as what holds for any round trips."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.patience import DOUBLINGS_MAX, LONGEST_S, Patience

TOOK = st.floats(0.0, 100.0)


def patience(*took_s: float, least_s: float = 2.0, first_s: float = 15.0) -> Patience:
    found = Patience(least_s=least_s, first_s=first_s)
    for one in took_s:
        found.measured(one)
    return found


@pytest.mark.parametrize(
    ("took_s", "expected_s"),
    [
        ((), 15.0),
        ((0.1,), 2.0),
        ((4.0,), 4.0 + 4 * 2.0),
        ((4.0, 8.0), 4.5 + 4 * 2.5),
        ((30.0,), LONGEST_S),
    ],
    ids=["nothing measured", "never below the least", "first: half of it varies", "second, by RFC 6298", "at most"],
)
def test_what_was_measured(took_s: tuple[float, ...], expected_s: float) -> None:
    assert patience(*took_s).wait_s() == pytest.approx(expected_s)


@pytest.mark.parametrize(
    ("ran_out", "tries", "expected_s"), [(0, 0, 2.0), (1, 0, 4.0), (3, 1, 16.0), (1, 3, 16.0), (99, 0, LONGEST_S)]
)
def test_it_doubles_by_frame_and_by_lane_whichever_is_more(ran_out: int, tries: int, expected_s: float) -> None:
    found = patience(0.1)
    for _ in range(ran_out):
        found.ran_out()
    assert found.wait_s(tries) == expected_s
    found.measured(0.1)
    assert found.wait_s() == 2.0


@given(st.lists(TOOK, min_size=1, max_size=60), st.integers(0, 99))
def test_for_any_round_trips_it_is_at_least_what_they_are_on_average(took_s: list[float], tries: int) -> None:
    found = patience(*took_s)
    assert min(took_s) - 1e-6 <= found.smoothed_s <= max(took_s) + 1e-6
    assert min(LONGEST_S, max(2.0, found.smoothed_s)) <= found.wait_s() <= LONGEST_S
    assert found.wait_s() <= found.wait_s(tries) <= max(LONGEST_S, found.wait_s() * 2**DOUBLINGS_MAX)


@given(TOOK)
def test_round_trips_that_do_not_vary_are_hardly_waited_for_any_longer(took_s: float) -> None:
    assert patience(*[took_s] * 60).wait_s() == pytest.approx(min(LONGEST_S, max(2.0, took_s)), rel=0.01)


def test_a_configured_wait_above_the_longest_is_kept() -> None:
    assert patience(least_s=60.0, first_s=60.0).wait_s(3) == 60.0
