"""What if: crews, stops, moved items against forecasts computed by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.domain import Project
from central.insight.moving import Move, WhatIfRefused
from central.insight.whatif import Change, Crews, Standing, Stop, what_if
from central.plan.structure import Dependency
from tests.central.build import START, a_building, a_project, an_item, at

TODAY = 50
LENGTH = 100


def day(number: int) -> date:
    """The nth day of the works, the first being 1."""
    return START + timedelta(days=number - 1)


def project() -> Project:
    """A hundred days: structure in the first sixty, then finishing in forty."""
    items = (
        an_item("structure", weight_bp=6000, plan=[(60, 10_000)]),
        an_item("finish", weight_bp=4000, plan=[(60, 0), (LENGTH, 10_000)]),
    )
    return a_project(a_building(items=items), finish=day(LENGTH))


def standing(actual_bp: int, *, sigma_bp: int = 0) -> Standing:
    """A second before the end of day 50, where the plan wants 50 %."""
    return Standing(
        actual_bp=actual_bp, sigma_bp=sigma_bp, now=at(TODAY) - timedelta(seconds=1), begun=frozenset({"structure"})
    )


@pytest.mark.parametrize(
    ("changes", "finish"),
    [
        ((), 125),  # 40 % in 50 days: SPI(t) .8, 100 / .8
        ((Crews(first=day(51), now=4, added=4),), 50 + 42),  # 75 days of work at 1.8 of the pace: 41.67
        ((Crews(first=day(51), now=1, added=9),), 50 + 38),  # never over twice the pace: 37.5
        ((Crews(first=day(51), now=4, added=4, last=day(60)),), 125 - 8),  # ten days at 1.8
        ((Crews(first=day(200), now=4, added=4),), 125),  # they come when it is over
        ((Stop(first=day(61), last=day(70)),), 135),
        ((Stop(first=day(61), last=day(70)), Crews(first=day(51), now=4, added=4)), 102),
        ((Move(item="finish", days=20),), 150),  # 80 days of plan left instead of 60, at .8
    ],
)
def test_the_forecast_with_changes(changes: tuple[Change, ...], finish: int) -> None:
    found = what_if(project(), standing(4000), changes)
    assert found.before.day == day(125)
    assert found.after.day == day(finish)
    assert found.days == finish - 125
    assert found.planned == day(LENGTH)
    assert found.assumptions


def test_the_interval_is_that_of_actual_progress() -> None:
    found = what_if(project(), standing(4000, sigma_bp=200), (Crews(first=day(51), now=4, added=4),))
    assert found.before.low is not None and found.before.high is not None
    assert found.before.low < day(125) < found.before.high
    assert found.after.low is not None and found.after.high is not None and found.after.day is not None
    assert found.after.low < found.after.day < found.after.high
    assert (found.after.high - found.after.low) < (found.before.high - found.before.low)


def test_what_has_no_pace_yet_has_no_forecast_and_says_so() -> None:
    found = what_if(project(), standing(300), (Crews(first=day(51), now=1, added=1),))
    assert (found.before.day, found.after.day, found.days) == (None, None, None)
    assert any("5 %" in text.en for text in found.assumptions)


def test_before_the_plan_begins_the_planned_pace_is_taken() -> None:
    early = Standing(actual_bp=0, sigma_bp=0, now=at(-5))
    found = what_if(project(), early, (Stop(first=day(11), last=day(20)),))
    assert (found.before.day, found.after.day) == (day(LENGTH), day(LENGTH + 10))
    early_stop = what_if(project(), early, (Stop(first=START - timedelta(days=3), last=START - timedelta(days=2)),))
    assert early_stop.after.day == day(LENGTH)


def test_what_depends_on_a_moved_item_follows() -> None:
    items = (
        an_item("a", weight_bp=4000, plan=[(60, 10_000)]),
        an_item("b", weight_bp=3000, plan=[(60, 0), (80, 10_000)]),
        an_item("c", weight_bp=3000, plan=[(80, 0), (LENGTH, 10_000)]),
    )
    chain = a_project(a_building(items=items), finish=day(LENGTH))
    needs = (Dependency(before="a", after="b", lag_days=0), Dependency(before="b", after="c", lag_days=0))
    found = what_if(chain, standing(3333), (Move(item="b", days=10),), needs)
    assert found.moved == (("b", 10), ("c", 10))
    free = what_if(chain, standing(3333), (Move(item="b", days=10),))
    assert free.moved == (("b", 10),) and free.days == 0  # b ends before c does
    with pytest.raises(WhatIfRefused, match="item b would begin 5 days too early after a"):
        what_if(chain, standing(3333), (Move(item="b", days=-5),), needs)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (Stop(first=day(50), last=day(60)), "expected a day after"),
        (Stop(first=day(60), last=day(59)), "1 to 366 days"),
        (Crews(first=day(50), now=1, added=1), "expected days after"),
        (Crews(first=day(60), now=1, added=1, last=day(59)), "the first one first"),
        (Crews(first=day(60), now=0, added=1), "at least 1 and 1"),
        (Move(item="roof", days=1), "an item of the plan in force"),
        (Move(item="structure", days=1), "begins after today"),
        (Move(item="finish", days=-11), "a day after"),
        (Move(item="finish", days=367), "at most 366 days off"),
    ],
)
def test_what_cannot_be_is_refused_in_words(change: Change, told: str) -> None:
    with pytest.raises(WhatIfRefused, match=told):
        what_if(project(), standing(4000), (change,))
