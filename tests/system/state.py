"""What a centre believes, without what differs between two equal runs: epochs, numbers, times of arrival."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from central.store.engine import open_engine, reading

Rows = tuple[tuple[Any, ...], ...]

QUERIES = {
    "records": "SELECT gateway, kind, at, hash FROM record ORDER BY gateway, at, kind, hash",
    "observations": "SELECT item, kind, source, observed_at, value_bp, conf_bp FROM observation ORDER BY 1, 2, 3, 4",
    "deviations": (
        "SELECT subject_kind, subject, as_of_at, plan_bp, actual_bp, gap_bp, lag_cdays, sigma_bp, coverage_bp"
        " FROM deviation ORDER BY 1, 2, 3"
    ),
    "warnings": "SELECT rule, subject_kind, subject, raised_at, level, state FROM warning ORDER BY 1, 2, 3, 4",
    # Of past days each keeps what was last said on that day, which depends on how often it was asked.
    "scores": (
        "SELECT subject, total, grade FROM score s WHERE day = (SELECT max(day) FROM score WHERE subject = s.subject)"
        " ORDER BY 1"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """The rows of each query; equal for runs that must come to the same end."""

    records: Rows
    observations: Rows
    deviations: Rows
    warnings: Rows
    scores: Rows


def belief_of(database_url: str) -> Belief:
    """Read it in one snapshot."""
    engine = open_engine(database_url)
    try:
        with reading(engine) as connection:
            found = {
                name: tuple(tuple(row) for row in connection.execute(text(sql)).all()) for name, sql in QUERIES.items()
            }
    finally:
        engine.dispose()
    return Belief(**found)
