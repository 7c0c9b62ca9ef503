"""Signed, agreed, begun: the days on which the flag goes up and comes down (A37, domain.md §5.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.domain import Level, LifeEvent
from central.plan.calendar import midnight
from central.rules.facts import RuleInput
from tests.central.rules.build import a_deviation, at_midnight, event, found, level

SIGNED = event("signed", date(2024, 1, 31), ref="contract-1")


def on(day: date, *events: LifeEvent, **more: object) -> RuleInput:
    """The project at 00:00 of a day, nothing built."""
    facts = {"as_of": midnight(day), "events": events, "deviation": a_deviation(plan=0, actual=0)}
    return at_midnight(**facts | more)


@pytest.mark.requirement("A37")
@pytest.mark.parametrize(
    ("day", "events", "expected"),
    [
        (date(2024, 7, 31), (SIGNED,), "blue"),
        (date(2024, 8, 1), (SIGNED,), "red"),  # from 2024-08-01 00:00, not on 07-31
        (date(2024, 2, 29), (event("signed", date(2023, 8, 31)),), "blue"),
        (date(2024, 3, 1), (event("signed", date(2023, 8, 31)),), "red"),
        (date(2024, 8, 1), (SIGNED, event("started", date(2024, 7, 31))), None),  # on the due day
        (date(2024, 6, 30), (SIGNED,), None),
        (date(2024, 7, 1), (SIGNED,), "blue"),  # 30 days before
        (date(2024, 3, 2), (SIGNED, event("agreed_start", date(2024, 3, 1))), "yellow"),  # as agreed was missed
        (date(2024, 3, 1), (SIGNED, event("agreed_start", date(2024, 3, 1))), "blue"),
        (date(2024, 8, 1), (SIGNED, event("agreed_start", date(2024, 3, 1))), "red"),
        (date(2024, 8, 1), (SIGNED, event("agreed_start", date(2024, 9, 1))), None),  # agreed for later
        (date(2024, 9, 2), (SIGNED, event("agreed_start", date(2024, 9, 1))), "red"),
        (date(2024, 8, 1), (SIGNED, event("production", date(2024, 7, 1))), None),
    ],
)
def test_not_started(day: date, events: tuple[LifeEvent, ...], expected: Level | None) -> None:
    assert level("not_started", on(day, *events)) == expected


def test_the_basis_and_the_days_are_said() -> None:
    agreed = found("not_started", on(date(2024, 3, 11), SIGNED, event("agreed_start", date(2024, 3, 1))))
    flagged = found("not_started", on(date(2024, 8, 10), SIGNED, event("agreed_start", date(2024, 3, 1))))
    assert agreed is not None
    assert flagged is not None
    assert (agreed.value, agreed.threshold, agreed.basis, agreed.refs) == (10, 1, "agreed_start", ("contract-1",))
    assert (flagged.value, flagged.threshold, flagged.basis) == (10, 1, "six_months")


def test_where_nothing_was_agreed_there_is_nothing_to_miss() -> None:
    assert found("not_started", on(date(2024, 8, 1))) is None
    assert found("not_started", on(date(2024, 1, 31), SIGNED)) is None  # the day of signing has not ended
    assert found("not_started", on(date(2024, 8, 1), SIGNED, tick=False)) is None


@pytest.mark.parametrize(
    ("actual", "insufficient_h", "expected"), [(499, None, "red"), (500, None, None), (500, 3, "red")]
)
def test_work_that_is_plainly_seen_has_begun(actual: int, insufficient_h: int | None, expected: Level | None) -> None:
    seen = a_deviation(plan=0, actual=actual)
    facts = on(date(2024, 8, 1), SIGNED, deviation=seen, insufficient_h=insufficient_h)
    assert level("not_started", facts) == expected


@pytest.mark.parametrize(
    ("pause", "flag"),
    [
        ((date(2024, 5, 1), date(2024, 5, 10)), date(2024, 8, 11)),
        ((date(2023, 12, 1), date(2024, 2, 1)), date(2024, 8, 2)),  # only the day after signing was paused
        ((date(2024, 9, 1), date(2024, 9, 10)), date(2024, 8, 1)),
    ],
)
def test_an_approved_pause_stops_the_clock(pause: tuple[date, date], flag: date) -> None:
    eve = flag - timedelta(days=1)
    assert level("not_started", on(flag, SIGNED, pauses=(pause,))) == "red"
    assert level("not_started", on(eve, SIGNED, pauses=(pause,))) != "red"
