"""Execution deviation (domain.md §4.5, D21): rates of projects, units and the district at the end of a period. Pure.

Progress: (A - P) / P. Money: (spent - planned) / planned, where what is planned to be spent is the budget times the
planned progress, for plans have no payments of their own. Time-ratio execution e = (paid / budget of the year) /
(months elapsed / months of the year in which the project runs; 12 for a whole year), as the underspending rule has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

WHOLE_BP = 10_000
SAID_FROM_BP = 500  # below 5 % planned a rate of progress says nothing (as in `central.plan.compare`)
_YEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From which rate on a row is over the threshold: behind in progress; above or below in money."""

    progress_bp: int = 1_000
    money_bp: int = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """A project at the end of a period. `actual_bp` None = never observed; `spent_fen` None = no entry in the ledger.

    `elapsed` of `months` of the year's months have gone by for it. SPI(t) as stored (None = cannot be said).
    """

    project: str
    zh: str
    en: str
    unit: str
    contract_fen: int
    plan_bp: int | None
    actual_bp: int | None
    budget_fen: int
    spent_fen: int | None
    year_budget_fen: int
    year_paid_fen: int
    elapsed: int
    months: int
    spi_t_bp: int | None = None

    @property
    def planned_fen(self) -> int | None:
        """What was planned to be spent."""
        return None if self.plan_bp is None else self.budget_fen * self.plan_bp // WHOLE_BP

    @property
    def progress_rate_bp(self) -> int | None:
        """(A - P) / P."""
        return rate_bp(self.actual_bp, self.plan_bp)

    @property
    def money_rate_bp(self) -> int | None:
        """(spent - planned) / planned."""
        return rate_bp(self.spent_fen, self.planned_fen)

    @property
    def time_ratio_bp(self) -> int | None:
        """e; None without a budget of the year, or before its first month is over."""
        if self.spent_fen is None or self.year_budget_fen <= 0 or self.elapsed <= 0:
            return None
        return self.year_paid_fen * self.months * WHOLE_BP // (self.year_budget_fen * self.elapsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summed:
    """Projects of a unit ('' = all): progress weighted by contract over those observed, money over those entered."""

    unit: str
    projects: int
    observed: int
    progress_rate_bp: int | None
    planned_fen: int | None
    spent_fen: int | None
    money_rate_bp: int | None


def rate_bp(actual: int | None, planned: int | None) -> int | None:
    """(actual - planned) / planned in basis points, rounded half up; None where either is unknown or planned is 0."""
    if actual is None or planned is None or planned <= 0:
        return None
    return (2 * (actual - planned) * WHOLE_BP + planned) // (2 * planned)


def summed(unit: str, rows: Iterable[Executed]) -> Summed:
    """The rates of several projects together."""
    every = tuple(rows)
    seen = [(one.contract_fen, one.actual_bp, one.plan_bp) for one in every]
    known = [(weight, actual, plan) for weight, actual, plan in seen if actual is not None and plan is not None]
    money = [(one.spent_fen, one.planned_fen) for one in every]
    entered = [(spent, planned) for spent, planned in money if spent is not None and planned is not None]
    spent_fen, planned_fen = sum(spent for spent, _ in entered), sum(planned for _, planned in entered)
    return Summed(
        unit=unit,
        projects=len(every),
        observed=len(known),
        progress_rate_bp=rate_bp(
            sum(weight * actual for weight, actual, _ in known), sum(weight * plan for weight, _, plan in known)
        ),
        planned_fen=planned_fen if entered else None,
        spent_fen=spent_fen if entered else None,
        money_rate_bp=rate_bp(spent_fen, planned_fen) if entered else None,
    )


def by_unit(rows: Sequence[Executed]) -> tuple[Summed, ...]:
    """Each unit, farthest behind first, those of which nothing can be said last."""
    units = sorted({one.unit for one in rows})
    found = [summed(unit, (one for one in rows if one.unit == unit)) for unit in units]
    return tuple(sorted(found, key=lambda one: (one.progress_rate_bp is None, one.progress_rate_bp or 0, one.unit)))


def worst_first(rows: Iterable[Executed]) -> tuple[Executed, ...]:
    """Farthest behind first, then by id; those of which nothing can be said last."""
    return tuple(sorted(rows, key=lambda one: (one.progress_rate_bp is None, one.progress_rate_bp or 0, one.project)))


def over(rows: Iterable[Executed], thresholds: Thresholds) -> tuple[Executed, ...]:
    """Rows of which somebody has to do something; compared without division."""
    return tuple(one for one in rows if behind(one, thresholds) or apart(one, thresholds))


def behind(one: Executed, thresholds: Thresholds) -> bool:
    """Whether its progress is behind by the threshold or more."""
    if one.plan_bp is None or one.actual_bp is None or one.plan_bp < SAID_FROM_BP:
        return False
    return (one.plan_bp - one.actual_bp) * WHOLE_BP >= thresholds.progress_bp * one.plan_bp


def apart(one: Executed, thresholds: Thresholds) -> bool:
    """Whether its spending is off the plan by the threshold or more, either way."""
    planned = one.planned_fen
    if planned is None or planned <= 0 or one.spent_fen is None or (one.plan_bp or 0) < SAID_FROM_BP:
        return False
    return abs(one.spent_fen - planned) * WHOLE_BP >= thresholds.money_bp * planned


def months_of_year(start: date, finish: date, day: date) -> tuple[int, int]:
    """Months of the project's share of the day's year that have gone by (its own included), and how many in all."""
    first = start.month if start.year == day.year else 1
    last = finish.month if finish.year == day.year else _YEAR
    months = max(last - first + 1, 1)
    return min(max(day.month - first + 1, 0), months), months
