"""Inspected lots (检验批) and findings of safety: what is in force of them, and the share that passed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """Lots of a work item ('' = of the project as a whole) inspected on a day; `paper` = SHA-256 of the record."""

    id: int
    project: str
    item: str
    day: date
    inspected: int
    passed: int
    paper: str
    remark: str
    author: str
    replaces: int | None
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyNote:
    """What a look at safety found on a day; `paper` = SHA-256 of the record."""

    id: int
    project: str
    day: date
    serious: bool
    what: str
    paper: str
    author: str
    replaces: int | None
    noted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRate:
    """质量达标率 = passed / inspected lots (domain.md §1 B12): the two numbers it is made of, over `lots` rows."""

    passed: int
    inspected: int
    lots: tuple[int, ...]

    @property
    def rate_bp(self) -> int | None:
        """Basis points, rounded half up; None where nothing was inspected."""
        if self.inspected == 0:
            return None
        return (self.passed * 20_000 + self.inspected) // (2 * self.inspected)


def pass_rate(lots: Iterable[Lots]) -> PassRate:
    """The share of inspected lots that passed, over all of them together."""
    found = tuple(lots)
    return PassRate(
        passed=sum(one.passed for one in found),
        inspected=sum(one.inspected for one in found),
        lots=tuple(one.id for one in found),
    )
