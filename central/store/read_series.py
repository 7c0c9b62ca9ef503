"""Read queries over time: the measured series of a subject."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from central.store.tables import DeviationRow, ProgressState
from central.store.upsert import table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A subject at one instant (ms UTC). `last_seen_at` None = nothing had been observed yet."""

    as_of_at: int
    actual_bp: int
    sigma_bp: int
    coverage_bp: int
    last_seen_at: int | None


def measured_series(session: Session, *, kind: str, subject: str) -> list[Point]:
    """Every assessed instant of a building or project, ascending."""
    found, progress = table_of(DeviationRow).c, table_of(ProgressState).c
    same = (progress.subject == found.subject) & (progress.as_of_at == found.as_of_at)
    statement = (
        select(found.as_of_at, found.actual_bp, found.sigma_bp, found.coverage_bp, progress.last_seen_at)
        .select_from(table_of(DeviationRow).outerjoin(table_of(ProgressState), same))
        .where(found.subject_kind == kind, found.subject == subject)
        .order_by(found.as_of_at)
    )
    return [Point(**row) for row in session.connection().execute(statement).mappings()]
