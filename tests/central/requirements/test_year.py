"""A slice of the replayed year: every planted story is warned of on its day, and nothing else is (bench/year.py)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine

from bench.year import Raised, raised, replay, verdict
from bench.year_district import STALL_DAYS, Planted, a_district
from bench.year_observer import asked_of, doubts

ASKED = Planted(
    project="p1",
    rule="time_lag",
    subject="p1-b1",
    level="blue",
    day=date(2025, 6, 2),
    first=date(2025, 6, 2),
    last=date(2025, 6, 4),
)


def found(**changes: object) -> Raised:
    values = {"project": "p1", "rule": "time_lag", "subject": "p1-b1", "level": "blue", "day": date(2025, 6, 2)}
    return Raised(**values | changes)  # type: ignore[arg-type]


@pytest.mark.requirement("A03")
def test_planted_stories_are_warned_of_on_their_day_and_nothing_else_is(sqlite_store: Engine) -> None:
    works = a_district(8, stories=1)
    replay(sqlite_store, works)
    asked = [one for work in works for one in asked_of(work)]
    judged = verdict(asked, raised(sqlite_store))
    assert {one.rule for one in asked} == {
        "time_lag", "report_vs_seen", "paid_ahead", "not_started", "device_offline",
    }  # fmt: skip
    assert (judged.missed, judged.false) == ((), ())
    assert (judged.precision, judged.recall) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("other", "met"),
    [
        (found(), True),
        (found(day=date(2025, 6, 4)), True),
        (found(day=date(2025, 6, 5)), False),
        (found(day=date(2025, 6, 1)), False),
        (found(level="yellow"), False),
        (found(subject="p1-b2"), False),
        (found(rule="schedule_gap"), False),
        (found(project="p2"), False),
    ],
)
def test_a_warning_is_the_planted_one_only_in_every_respect(other: Raised, met: bool) -> None:
    judged = verdict([ASKED], [other])
    assert (judged.precision, judged.recall) == ((1.0, 1.0) if met else (0.0, 0.0))


def test_a_story_told_twice_is_once_too_often() -> None:
    judged = verdict([ASKED], [found(), found()])
    assert (judged.precision, judged.recall) == (0.5, 1.0)


def test_the_same_seed_makes_the_same_district() -> None:
    assert a_district(8, stories=1) == a_district(8, stories=1)
    assert a_district(8, stories=1, seed=6) != a_district(8, stories=1)


def test_an_ideal_observer_is_surer_day_by_day_and_right_about_the_day() -> None:
    late = [work for work in a_district(40, seed=9) if work.story == "materials"]
    for work in late:
        asked, found = asked_of(work)[0], list(doubts(work))
        assert asked.first is not None
        assert asked.last is not None
        assert asked.first <= asked.day <= asked.last
        assert (asked.last - asked.first).days <= 3
        assert found[0].week_late < 0.001
        standing = [one for one in found if 0 <= (one.day - work.on).days <= STALL_DAYS]
        assert standing[-1].week_late > 0.999
