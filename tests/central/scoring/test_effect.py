"""Which goals are in force on a day, and which record of them counts then."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from central.plan.calendar import midnight
from central.scoring.effect import effects_at
from central.scoring.goal import Goal
from central.scoring.goal_document import GoalRecord, GoalVersion
from central.scoring.indicator import Value
from tests.central.scoring.test_goal import a_goal

GOAL = a_goal("g", 3, "homes", target=100.0)
APRIL = date(2026, 4, 10)


def a_version(goal: Goal = GOAL, *, since: date = date(2026, 2, 2), state: str = "approved") -> GoalVersion:
    return GoalVersion(goal=goal, author="wang", state=state, since=since)


def a_record(number: int, period: str, value: float, *, noted: date = APRIL, goal: str = "g") -> GoalRecord:
    """A record noted at noon."""
    return GoalRecord(
        id=number, goal=goal, version=1, period=period, noted_by="wang", noted_at=midnight(noted) + timedelta(hours=12),
        value=Value(indicator="", value=value, state="entered"),
    )  # fmt: skip


def newest(records: list[GoalRecord], day: date, *versions: GoalVersion) -> dict[str, float | None] | None:
    """What counts of each goal at the midnight that ended a day."""
    found = effects_at(versions or (a_version(),), records, midnight(day + timedelta(days=1)))
    if found is None:
        return None
    return {one.goal.id: None if one.record is None else one.record.value.value for one in found}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 1), None),
        (date(2026, 2, 2), {"g": None}),
        (date(2026, 4, 9), {"g": None}),
        (APRIL, {"g": 30.0}),
        (date(2026, 4, 12), {"g": 40.0}),  # corrected on the 12th; before, the first note stays what was known
        (date(2026, 6, 29), {"g": 40.0}),
        (date(2026, 6, 30), {"g": 50.0}),  # the quarter is over
    ],
)
def test_what_counts_on_a_day(day: date, expected: dict[str, float | None] | None) -> None:
    records = [
        a_record(3, "2026-Q2", 50.0, noted=date(2026, 5, 20)),
        a_record(2, "2026-Q1", 40.0, noted=date(2026, 4, 12)),
        a_record(1, "2026-Q1", 30.0),
    ]
    assert newest(records, day) == expected
    assert newest(records[::-1], day) == expected


def test_versions_hold_from_their_day_and_an_end_takes_the_goal_out() -> None:
    asked = a_version(replace(GOAL, version=2, target=50.0), since=date(2026, 3, 1))
    ended = a_version(replace(GOAL, version=3, ended=True), since=date(2026, 5, 1))
    draft = a_version(replace(GOAL, version=4), since=date(2026, 1, 1), state="proposed")
    versions = (draft, ended, a_version(), asked)
    for day, target in ((date(2026, 2, 28), 100.0), (date(2026, 3, 1), 50.0), (date(2026, 4, 30), 50.0)):
        (found,) = effects_at(versions, [], midnight(day + timedelta(days=1))) or ()
        assert found.goal.target == target
    assert effects_at(versions, [], midnight(date(2026, 5, 2))) == ()
    assert effects_at((draft,), [], midnight(date(2026, 5, 2))) is None


def test_the_goal_of_last_year_is_done_with_once_its_follower_has_a_record() -> None:
    following = a_goal("g27", 3, "homes", follows="g", year=2027, start=date(2027, 1, 1), due=date(2027, 12, 31))
    versions = a_version(), a_version(following, since=date(2026, 12, 1))
    records = [a_record(1, "2026", 60.0, noted=date(2027, 1, 5))]
    assert newest(records, date(2027, 3, 1), *versions) == {"g": 60.0, "g27": None}
    records.append(a_record(2, "2027-Q1", 90.0, noted=date(2027, 4, 5), goal="g27"))
    assert newest(records, date(2027, 4, 6), *versions) == {"g27": 90.0}
