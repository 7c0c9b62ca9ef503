"""What is counted of a month, what an outage excuses, and the order of units in the bulletin."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from central.plan.calendar import midnight
from central.quality.claims import counts, kind_of, observed_at
from central.quality.counting import (
    DAY_MS,
    NOTHING,
    CameraDays,
    Outage,
    Pairs,
    ReportCount,
    bulletin,
    count_project,
    next_month,
    share_bp,
    total_bp,
    total_of,
)
from central.quality.duty import DutySpan, duty_state
from tests.central.quality.test_score import MONTH

FIRST = date(2026, 5, 1)


def days(*numbers: int) -> frozenset[date]:
    """Days of May."""
    return frozenset(FIRST + timedelta(days=number - 1) for number in numbers)


def ms(day: int, hour: float = 0) -> int:
    """An instant of May in the district."""
    return int((midnight(FIRST + timedelta(days=day - 1)).timestamp() + hour * 3600) * 1000)


@pytest.mark.requirement("A49")
def test_the_bulletin_ranks_units_and_lists_who_needs_training() -> None:
    low = replace(NOTHING, checked=1000, valid=799)
    units = {"丙": replace(low, valid=800), "乙": low, "甲": replace(low, valid=800), "空": NOTHING, "优": MONTH}
    found = bulletin(units)
    assert [(one.unit, one.rank) for one in found] == [("优", 1), ("丙", 2), ("甲", 2), ("乙", 4), ("空", 5)]
    assert [one.unit for one in found if one.score.needs_training] == ["乙"]
    assert [total_bp(one.score) for one in found] == [8919, 8000, 8000, 7990, None]
    assert share_bp(found[0].score, "timeliness") == 8333
    assert bulletin(dict(reversed(units.items()))) == found


@pytest.mark.parametrize(
    ("told_ms", "excused"), [(ms(3, 12), True), (ms(4, 10), True), (ms(4, 10) + 1, False), (ms(9), False)]
)
def test_an_outage_told_within_a_day_excuses(told_ms: int, excused: bool) -> None:
    assert Outage(since_ms=ms(3, 10), until_ms=None, told_ms=told_ms).excuses is excused


def test_the_days_that_an_outage_touches() -> None:
    assert Outage(since_ms=ms(3, 23), until_ms=ms(4, 1), told_ms=0).days() == days(3, 4)
    assert Outage(since_ms=ms(3), until_ms=ms(3), told_ms=0).days() == days(3)
    endless = Outage(since_ms=ms(3), until_ms=None, told_ms=0)
    assert len(endless.days()) == 8  # seven times 24 hours touch eight days
    assert ms(4) - ms(3) == DAY_MS


def test_only_what_was_expected_is_received() -> None:
    camera = CameraDays(expected=days(1, 2, 3), received=days(2, 3, 4), on_time=days(3, 4), valid=days(2, 4))
    reports = [
        ReportCount(day=FIRST, in_time=False, filled=2, checked=3, valid=2),
        ReportCount(day=FIRST, in_time=True, filled=1, checked=0, valid=0),
        ReportCount(day=FIRST + timedelta(days=8), in_time=True, filled=3, checked=1, valid=1),  # not owed
    ]
    found = count_project(owed=days(1, 2), reports=reports, cameras=[camera], pairs=Pairs(pairs=2, agreeing=1))
    assert (found.expected, found.received, found.on_time) == (5, 3, 2)
    assert (found.required, found.filled) == (9, 6)
    assert (found.checked, found.valid) == (6, 4)
    assert total_of([found, found]).expected == 10
    assert total_of([]) == NOTHING


@pytest.mark.parametrize(
    ("roles", "kind"),
    [({"auditor"}, None), (set(), None), ({"section"}, "inspector"), ({"supervisor", "inspector"}, "supervisor")],
)
def test_as_what_a_person_speaks(roles: set[str], kind: str | None) -> None:
    assert kind_of(roles) == kind


@pytest.mark.parametrize(
    ("kind", "photos", "accepted", "needed", "does"),
    [
        ("self_report", 2, 0, 1, True),
        ("inspector", 0, 0, 0, True),
        ("inspector", 0, 0, 1, False),
        ("inspector", 2, 0, 0, False),
        ("supervisor", 2, 1, 1, True),
    ],
)
def test_which_claims_count(kind: str, photos: int, accepted: int, needed: int, does: bool) -> None:
    assert counts(kind, photos=photos, accepted=accepted, needed=needed) is does  # type: ignore[arg-type]


def test_a_late_claim_holds_at_the_hour_it_was_due() -> None:
    now = datetime(2026, 5, 3, 4, tzinfo=UTC)
    assert observed_at(date(2026, 5, 3), submitted_at=now) == now
    assert observed_at(date(2026, 5, 2), submitted_at=now) == datetime(2026, 5, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hour", "reported", "state"),
    [
        (2, 17.99, False, "open"),
        (2, 18, False, "reminded"),
        (2, 23.99, False, "reminded"),
        (2, 24, False, "missed"),
        (2, 30, True, "done"),
        (4, 30, False, "none"),  # an approved pause
        (9, 30, False, "none"),  # after the last day
    ],
)
def test_the_state_of_a_duty(day: int, hour: float, reported: bool, state: str) -> None:
    span = DutySpan(first=FIRST, last=FIRST + timedelta(days=7), pauses=((date(2026, 5, 4), date(2026, 5, 5)),))
    on = FIRST + timedelta(days=day - 1)
    assert duty_state(span, on, reported=reported, now=midnight(on) + timedelta(hours=hour)) == state


def test_months() -> None:
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_month(date(2027, 1, 1)) == date(2027, 2, 1)
