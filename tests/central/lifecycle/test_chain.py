"""The six months, the agreed start and the order of the chain (domain.md A36, A37, §5.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from central.domain import LifeEvent, LifeKind
from central.lifecycle.chain import due_start, high_risk_due, is_high_risk, months_after, order_fault, six_months_after


def event(kind: LifeKind, day: str) -> LifeEvent:
    """An event of p1."""
    return LifeEvent(project="p1", kind=kind, day=date.fromisoformat(day))


@pytest.mark.requirement("A37")
@pytest.mark.parametrize(
    ("signed", "due"),
    [
        ("2024-01-31", "2024-07-31"),
        ("2023-08-31", "2024-02-29"),
        ("2022-08-31", "2023-02-28"),
        ("2024-08-30", "2025-02-28"),
        ("2024-12-31", "2025-06-30"),
        ("2024-06-15", "2024-12-15"),
    ],
)
def test_six_months_are_months_of_the_calendar(signed: str, due: str) -> None:
    assert six_months_after(date.fromisoformat(signed)).isoformat() == due


@pytest.mark.parametrize(
    ("months", "due"), [(0, "2024-01-31"), (1, "2024-02-29"), (12, "2025-01-31"), (11, "2024-12-31")]
)
def test_months_over_the_turn_of_the_year(months: int, due: str) -> None:
    assert months_after(date(2024, 1, 31), months).isoformat() == due


@pytest.mark.requirement("A37")
@pytest.mark.parametrize(
    ("events", "today", "flagged"),
    [
        ([event("signed", "2024-01-31")], "2024-07-31", False),
        ([event("signed", "2024-01-31")], "2024-08-01", True),
        ([event("signed", "2024-01-31"), event("started", "2024-07-31")], "2024-08-01", False),
        ([event("signed", "2024-01-31"), event("started", "2024-08-10")], "2024-08-09", True),
        ([event("signed", "2024-01-31"), event("started", "2024-08-10")], "2024-08-10", False),
        ([event("agreed_start", "2024-01-31")], "2025-08-01", False),
        ([event("signed", "2024-01-31"), event("agreed_start", "2024-03-01")], "2024-07-31", False),
        ([event("signed", "2024-01-31"), event("agreed_start", "2024-09-01")], "2024-09-01", False),
        ([event("signed", "2024-01-31"), event("agreed_start", "2024-09-01")], "2024-09-02", True),
        ([], "2025-08-01", False),
        ([event("signed", "2024-01-31"), event("signed", "2024-03-31")], "2024-08-01", False),
    ],
)
def test_high_risk_is_up_from_the_day_after(events: list[LifeEvent], today: str, flagged: bool) -> None:
    assert is_high_risk(events, date.fromisoformat(today)) is flagged


def test_the_agreed_day_goes_before_the_six_months() -> None:
    signed, agreed = event("signed", "2024-01-31"), event("agreed_start", "2024-04-01")
    assert due_start([signed, agreed]) == agreed.day
    assert due_start([signed]) == date(2024, 7, 31)
    assert due_start([]) is None
    assert high_risk_due([signed, agreed]) == date(2024, 7, 31)


SIGNED, STARTED = event("signed", "2024-02-01"), event("started", "2024-05-01")


@pytest.mark.requirement("A36")
@pytest.mark.parametrize(
    ("events", "new", "what"),
    [
        ([SIGNED], event("production", "2025-01-01"), "production before started"),
        ([], event("started", "2025-01-01"), "started before signed"),
        ([SIGNED, STARTED], event("production", "2024-04-30"), "production 2024-04-30 before started 2024-05-01"),
        ([SIGNED], event("started", "2024-01-31"), "started 2024-01-31 before signed 2024-02-01"),
        ([SIGNED], event("agreed_start", "2024-01-31"), "agreed_start 2024-01-31 before signed 2024-02-01"),
        ([SIGNED, STARTED], event("signed", "2024-05-02"), "signed 2024-05-02 after started 2024-05-01"),
        ([SIGNED], STARTED, None),
        ([SIGNED, STARTED], event("production", "2024-05-01"), None),
        ([SIGNED], event("agreed_start", "2024-02-01"), None),
        ([], event("agreed_start", "2024-02-01"), None),
        ([], SIGNED, None),
        ([], event("completed", "2024-02-01"), None),
    ],
)
def test_the_order_of_the_chain(events: list[LifeEvent], new: LifeEvent, what: str | None) -> None:
    fault = order_fault(events, new)
    assert (fault[0] if fault else None) == what


def test_a_start_on_the_due_day_never_flags() -> None:
    events = [event("signed", "2023-08-31"), event("started", "2024-02-29")]
    days = (date(2024, 2, 25) + timedelta(days=n) for n in range(10))
    assert not any(is_high_risk(events, day) for day in days)
