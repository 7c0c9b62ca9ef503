"""Aware UTC datetimes to the milliseconds of the tables and back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DISTRICT_ZONE = ZoneInfo("Asia/Shanghai")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(at: datetime) -> int:
    """Milliseconds UTC, rounded down; a naive time is refused."""
    if at.tzinfo is None:
        raise ValueError(f"naive time {at!r}: expected an aware datetime")
    return (at - _EPOCH) // timedelta(milliseconds=1)


def from_ms(at_ms: int) -> datetime:
    """Aware UTC datetime."""
    return _EPOCH + timedelta(milliseconds=at_ms)


def district_day(at: datetime) -> date:
    """Calendar day of the district an instant falls on."""
    return at.astimezone(DISTRICT_ZONE).date()
