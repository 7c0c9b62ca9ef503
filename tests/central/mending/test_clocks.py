"""Clocks and calls as functions of a case's times and the wall."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from central.mending.clocks import clocks, end_of, running
from central.mending.reminders import case_calls, measure_calls, overdue_days, reminder_ms
from tests.central.mending.build import DAY_MS, HOUR_MS, NOW_MS, a_case, a_measure

DUE_MS = end_of(date(2026, 6, 10))


@pytest.mark.parametrize(("level", "hours"), [("blue", 72), ("yellow", 24), ("red", 4)])
def test_acknowledging_has_its_hours_and_the_last_millisecond_is_in_time(level: Any, hours: int) -> None:
    clock = running(a_case(level=level))
    assert clock is not None
    assert (clock.kind, clock.due_ms) == ("ack", NOW_MS + hours * HOUR_MS)
    assert not clock.late(clock.due_ms)
    assert clock.late(clock.due_ms + 1)


@pytest.mark.parametrize(
    ("case", "kind", "due_ms"),
    [
        (a_case(state="acknowledged", acknowledged_ms=NOW_MS), "measure", NOW_MS + 5 * DAY_MS),
        (a_case(level="red", state="acknowledged", acknowledged_ms=NOW_MS), "measure", NOW_MS + 2 * DAY_MS),
        (a_case(level="blue", state="acknowledged", acknowledged_ms=NOW_MS), None, None),
        (a_case(state="assigned", acknowledged_ms=1, assigned_ms=1, measure=a_measure()), "due", DUE_MS),
        (
            a_case(
                state="evidence", acknowledged_ms=1, assigned_ms=1, ready_ms=NOW_MS,
                measure=a_measure(state="evidence", submitted_ms=NOW_MS),
            ),
            "verify",
            NOW_MS + 5 * DAY_MS,
        ),
        (a_case(state="recovered", ready_ms=NOW_MS, facts="cleared"), "verify", NOW_MS + 5 * DAY_MS),
        (a_case(state="verified", acknowledged_ms=1, assigned_ms=1, ready_ms=NOW_MS), None, None),
        (a_case(state="closed", ended_ms=NOW_MS), None, None),
    ],
)  # fmt: skip
def test_the_clock_that_runs_out_first(case: Any, kind: str | None, due_ms: int | None) -> None:
    clock = running(case)
    assert (clock.kind if clock else None, clock.due_ms if clock else None) == (kind, due_ms)


def test_a_due_day_ends_at_its_midnight_in_the_district() -> None:
    assert reminder_ms(date(2026, 6, 11)) - 9 * HOUR_MS == DUE_MS


def test_a_return_starts_the_due_clock_again() -> None:
    for state, done in (("assigned", None), ("evidence", NOW_MS), ("rectifying", None)):
        measure = a_measure(state=state, submitted_ms=NOW_MS if state == "evidence" else None)  # type: ignore[arg-type]
        (clock,) = [one for one in clocks(a_case(state=state, assigned_ms=1, measure=measure)) if one.kind == "due"]
        assert clock.done_ms == done


@pytest.mark.parametrize(
    ("day", "hour", "made", "tags"),
    [
        (date(2026, 6, 2), 23, (), []),
        (date(2026, 6, 3), 8, (), []),
        (date(2026, 6, 3), 9, (), ["T-7/2026-06-10"]),
        (date(2026, 6, 5), 9, (), ["T-7/2026-06-10"]),  # the job stood still: late, but not lost
        (date(2026, 6, 5), 9, ("T-7/2026-06-10",), []),
        (date(2026, 6, 9), 9, (), ["T-1/2026-06-10"]),  # only the newest of those missed
        (date(2026, 6, 10), 9, ("T-1/2026-06-10",), ["T-0/2026-06-10"]),
        (date(2026, 6, 11), 8, ("T-0/2026-06-10",), []),
        (date(2026, 6, 11), 9, ("T-0/2026-06-10",), ["overdue/2026-06-11"]),
        (date(2026, 6, 20), 9, ("overdue/2026-06-11",), ["overdue/2026-06-20"]),
    ],
)
def test_reminders_by_the_hour(day: date, hour: int, made: tuple[str, ...], tags: list[str]) -> None:
    now_ms = reminder_ms(day) + (hour - 9) * HOUR_MS
    assert [call.tag for call in measure_calls(a_measure(), made=made, now_ms=now_ms)] == tags


def test_no_reminder_of_a_day_before_the_order_nor_of_what_is_done() -> None:
    now_ms = reminder_ms(date(2026, 6, 8))
    assert measure_calls(a_measure(assigned_ms=now_ms), made=(), now_ms=now_ms) == ()
    for state in ("draft", "evidence", "verified", "cancelled"):
        assert measure_calls(a_measure(state=state), made=(), now_ms=DUE_MS + DAY_MS) == ()


def test_red_is_reviewed_every_week() -> None:
    case = a_case(level="red", state="rectifying", acknowledged_ms=1, assigned_ms=1)
    found = [call.tag for day in range(22) for call in case_calls(case, made=(), now_ms=NOW_MS + day * DAY_MS)]
    assert list(dict.fromkeys(found)) == ["review/0/1", "review/0/2", "review/0/3"]


def test_days_overdue_begin_after_midnight() -> None:
    assert [overdue_days(a_measure(), now_ms=DUE_MS + late) for late in (0, 1, DAY_MS, DAY_MS + 1)] == [0, 1, 1, 2]
