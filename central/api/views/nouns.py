"""Stored rows as the nouns of the domain, for what the pure core says about them."""

from __future__ import annotations

from typing import cast

from central.api.views.words import refs_of
from central.domain import Deviation, Level, Subject, SubjectKind
from central.rules.sign import OpenWarning
from central.store.instants import from_ms
from central.store.tables import DeviationRow, PlanWarning


def subject_of(row: DeviationRow | PlanWarning) -> Subject:
    """What the row is about."""
    return Subject(kind=cast(SubjectKind, row.subject_kind), id=row.subject)


def deviation_of(row: DeviationRow) -> Deviation:
    """A stored deviation."""
    return Deviation(
        subject=subject_of(row),
        as_of=from_ms(row.as_of_at),
        plan_bp=row.plan_bp,
        actual_bp=row.actual_bp,
        gap_bp=row.gap_bp,
        lag_cdays=row.lag_cdays,
        sigma_bp=row.sigma_bp,
        coverage_bp=row.coverage_bp,
        refs=tuple(refs_of(row.refs)),
    )


def open_warning_of(row: PlanWarning) -> OpenWarning:
    """A stored open warning."""
    return OpenWarning(rule=row.rule, subject=subject_of(row), level=cast(Level, row.level))
