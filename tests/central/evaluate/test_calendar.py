"""Working days and what the year of evaluating holds."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from central.evaluate.calendar import (
    Occasion,
    at_hour,
    first_working_day,
    is_working_day,
    occasions,
    working_days_after,
    working_days_between,
    year_forms_due,
)
from central.scoring.period import period_of


@pytest.mark.parametrize(
    ("month", "first"),
    [
        (date(2025, 1, 15), date(2025, 1, 2)),  # New Year's Day is off
        (date(2025, 2, 1), date(2025, 2, 5)),  # Spring Festival until the fourth
        (date(2025, 5, 31), date(2025, 5, 6)),
        (date(2025, 10, 1), date(2025, 10, 9)),
        (date(2025, 6, 1), date(2025, 6, 3)),  # Sunday, and the Dragon Boat Festival on Monday
        (date(2026, 1, 1), date(2026, 1, 4)),  # the fourth is a Sunday that is worked
        (date(2030, 10, 1), date(2030, 10, 8)),  # not announced yet: the week is taken as off
        (date(2030, 2, 1), date(2030, 2, 1)),
    ],
)
def test_the_first_working_day_of_a_month(month: date, first: date) -> None:
    assert first_working_day(month) == first


def test_make_up_weekends_are_worked_and_festivals_are_not() -> None:
    assert is_working_day(date(2025, 1, 26))  # a Sunday before the festival
    assert not is_working_day(date(2025, 1, 28))
    assert not is_working_day(date(2030, 2, 4))  # the lunar year begins on the third
    assert [is_working_day(date(2030, 3, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]


@pytest.mark.parametrize(
    ("day", "count", "after"),
    [
        (date(2025, 4, 30), 0, date(2025, 4, 30)),
        (date(2025, 4, 30), 1, date(2025, 5, 6)),  # the twenty-seventh was worked for it
        (date(2025, 4, 25), 5, date(2025, 5, 6)),
        (date(2025, 3, 3), 5, date(2025, 3, 10)),
    ],
)
def test_working_days_after_a_day(day: date, count: int, after: date) -> None:
    assert working_days_after(day, count) == after
    assert working_days_between(day, after) == count
    assert working_days_between(after, day) == 0


def in_year(year: int) -> tuple[Occasion, ...]:
    """Everything of a year."""
    start = datetime(year - 1, 12, 31, 16, tzinfo=UTC)
    return occasions(start, datetime(year, 12, 31, 15, 59, tzinfo=UTC))


def test_a_year_holds_each_occasion_as_often_as_it_should() -> None:
    found = in_year(2025)
    assert Counter(one.kind for one in found) == {
        "daily": 365, "snapshot": 52, "tasks": 12, "sheets": 12, "quarter": 4, "year": 1, "year_sheets": 1,
        "budget": 1, "monitoring": 1,
    }  # fmt: skip
    keys = [(one.kind, one.key) for one in found]
    assert len(keys) == len(set(keys))
    assert [one.at for one in found] == sorted(one.at for one in found)
    by_kind = {kind: [one for one in found if one.kind == kind] for kind in ("quarter", "year", "monitoring", "budget")}
    assert [one.key for one in by_kind["quarter"]] == ["2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3"]
    assert [(one.key, one.at) for one in by_kind["year"]] == [("2025", at_hour(date(2025, 12, 1)))]
    assert by_kind["monitoring"][0].at == at_hour(date(2025, 8, 1))
    assert by_kind["budget"][0].at == at_hour(date(2025, 1, 2))


def test_snapshots_are_on_mondays_at_eight() -> None:
    found = [one.at for one in in_year(2025) if one.kind == "snapshot"]
    assert found[0] == datetime(2025, 1, 6, 0, tzinfo=UTC)  # 08:00 in the district
    assert {(one - found[0]) % timedelta(days=7) for one in found} == {timedelta(0)}


def test_months_are_named_by_what_they_are_about() -> None:
    day = at_hour(date(2025, 3, 3))
    found = occasions(day - timedelta(seconds=1), day)
    assert [(one.kind, one.key) for one in found] == [
        ("sheets", "2025-02"), ("tasks", "2025-03"), ("snapshot", "2025-03-03"), ("daily", "2025-03-03"),
    ]  # fmt: skip
    assert occasions(day, day) == ()


def test_any_cut_of_the_year_gives_the_same_occasions() -> None:
    whole, at = in_year(2025), datetime(2024, 12, 31, 16, tzinfo=UTC)
    parts: list[Occasion] = []
    while at < datetime(2025, 12, 31, 15, 59, tzinfo=UTC):
        until = min(at + timedelta(days=17, hours=5), datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
        parts.extend(occasions(at, until))
        at = until
    assert tuple(parts) == whole


def test_annual_forms_are_due_ten_working_days_into_the_next_year() -> None:
    assert year_forms_due(period_of("2024")) == date(2025, 1, 16)
