"""Integers as people read them: hundredths, tenths and percent, without a float on the way. Pure."""

from __future__ import annotations


def hundredths(value: int) -> str:
    """Basis points as percent (or any hundredths) with both places: -1205 is -12.05."""
    return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"


def tenths(value: int) -> str:
    """The same with one place, rounded half away from zero as the pages round: 5525 is 55.3, -4 is 0.0."""
    size = (abs(value) + 5) // 10
    return f"{'-' if value < 0 < size else ''}{size // 10}.{size % 10}"


def percent(share_bp: int) -> str:
    """A share with no more places than it has: 1250 is 12.5%, 300 is 3%."""
    return f"{hundredths(share_bp).rstrip('0').rstrip('.')}%"
