"""A project beside its own history and beside like ones in other areas (A29, E22). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from central.insight.project import Measure, ProjectRow, band_of
from central.insight.spread import Spread, percentile_bp, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A measure of one project beside others: `among` names every one of the n. Under five: no spread, no percentile.

    `percentile_bp`: share of the others below it; `better_than_bp`: share that it is better than, None when neither way
    is good. `value` None = it cannot be said of the project itself yet.
    """

    measure: Measure
    value: int | None
    n: int
    spread: Spread | None
    percentile_bp: int | None
    better_than_bp: int | None
    among: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthPoint:
    """Where a project stood when a month ended."""

    month: date
    plan_bp: int
    actual_bp: int
    gap_bp: int
    spi_t_bp: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A project's months before the newest, and how the newest lies among them; under five months only the points.

    `change_bp` = the newest gap less the one three months before: positive = it falls behind.
    """

    points: tuple[MonthPoint, ...]
    gaps: Spread | None
    newest_percentile_bp: int | None
    change_bp: int | None


def like(one: ProjectRow, rows: Iterable[ProjectRow]) -> tuple[ProjectRow, ...]:
    """Projects of the same kind and scale band in other areas, by id."""
    band = band_of(one.contract_fen)
    found = [
        row
        for row in rows
        if row.id != one.id and row.kind == one.kind and row.street != one.street and band_of(row.contract_fen) == band
    ]
    return tuple(sorted(found, key=lambda row: row.id))


def compared(one: ProjectRow, others: Sequence[ProjectRow], measure: Measure) -> Compared:
    """One measure of a project among these others; only those of which it can be said count."""
    known = [(row.id, value) for row in others if (value := measure.of(row)) is not None]
    values = [value for _, value in known]
    found, mine = spread(values), measure.of(one)
    below = percentile_bp(mine, values) if found is not None and mine is not None else None
    return Compared(
        measure=measure,
        value=mine,
        n=len(values),
        spread=found,
        percentile_bp=below,
        better_than_bp=_better(below, measure),
        among=tuple(project for project, _ in known),
    )


def own_history(points: Sequence[MonthPoint]) -> History:
    """A project's own months, oldest first."""
    ordered = tuple(sorted(points, key=lambda point: point.month))
    before = [point.gap_bp for point in ordered[:-1]]
    gaps = spread(before)
    return History(
        points=ordered,
        gaps=gaps,
        newest_percentile_bp=percentile_bp(ordered[-1].gap_bp, before) if gaps is not None else None,
        change_bp=ordered[-1].gap_bp - ordered[-4].gap_bp if len(ordered) >= 4 else None,
    )


def _better(below_bp: int | None, measure: Measure) -> int | None:
    if below_bp is None or not measure.better:
        return None
    return below_bp if measure.better == "higher" else 10_000 - below_bp
