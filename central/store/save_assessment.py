"""Saves what an assessment says: only the difference to what is stored, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update
from sqlmodel import SQLModel

from central.domain import Assessment, Deviation, Progress, RuleState, Score
from central.store import tables
from central.store.instants import district_day, to_ms
from central.store.save_warnings import save_warnings
from central.store.upsert import Row, insert_new, table_of, upsert

_STATE, _CONTRIBUTION = table_of(tables.AssessmentState), table_of(tables.ScoreContribution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """How far the facts of a project go: `facts` counts them, `assessed` is the count last judged."""

    project: str
    facts: int
    assessed: int
    as_of_ms: int | None


def revisions(connection: Connection) -> list[Revision]:
    """All projects with their revisions, by project id."""
    return [
        Revision(project=row.project, facts=row.revision, assessed=row.assessed_revision, as_of_ms=row.as_of_at)
        for row in connection.execute(select(_STATE).order_by(_STATE.c.project))
    ]


def revision_of(connection: Connection, project_id: str) -> int:
    """Revision of the facts about to be loaded; 0 when nothing was ever stored for the project."""
    found = connection.execute(select(_STATE.c.revision).where(_STATE.c.project == project_id)).scalar()
    return int(found or 0)


def save_assessment(
    connection: Connection, assessment: Assessment, *, revision: int, now_ms: int, wall_ms: int
) -> bool:
    """Save; False, and nothing saved, when a judgement of newer facts is stored already. `wall_ms` dates the trail."""
    project = assessment.project
    claimed = connection.execute(
        update(_STATE)
        .where(_STATE.c.project == project, _STATE.c.assessed_revision <= revision)
        .values(assessed_revision=revision, as_of_at=now_ms, error=None, failed_at=None)
    )
    if not claimed.rowcount:
        return False
    _replace(connection, tables.ProgressState, [_progress_row(p, project) for p in assessment.progress], project)
    _replace(connection, tables.DeviationRow, [_deviation_row(d, project) for d in assessment.deviations], project)
    _replace(connection, tables.RuleState, [_rule_row(s, project) for s in assessment.states], project)
    save_warnings(connection, assessment, wall_ms=wall_ms)
    _save_score(connection, assessment.score)
    return True


def save_failure(connection: Connection, project_id: str, *, error: str, wall_ms: int) -> None:
    """The judgement failed: a state people can see, not silence."""
    failed = {"error": error[:2000].replace("\0", " "), "failed_at": wall_ms}
    connection.execute(update(_STATE).where(_STATE.c.project == project_id).values(**failed))


def _replace(connection: Connection, model: type[SQLModel], rows: Sequence[Row], project: str) -> None:
    """Make the project's rows of a table equal to `rows`, touching only those that differ."""
    table = table_of(model)
    keys = [column.name for column in table.primary_key]
    wanted = {tuple(row[name] for name in keys): row for row in rows}
    gone: list[Mapping[str, Any]] = []
    for stored in connection.execute(select(table).where(table.c.project == project)).mappings():
        key = tuple(stored[name] for name in keys)
        if key not in wanted:
            gone.append({f"k_{name}": stored[name] for name in keys})
        elif all(stored[name] == value for name, value in wanted[key].items()):
            del wanted[key]
    _delete(connection, table, keys, gone)
    upsert(connection, model, list(wanted.values()))


def _delete(connection: Connection, table: Table, keys: Iterable[str], gone: Sequence[Mapping[str, Any]]) -> None:
    if gone:
        same = and_(*(table.c[name] == bindparam(f"k_{name}") for name in keys))
        connection.execute(delete(table).where(same), list(gone))


def _progress_row(progress: Progress, project: str) -> Row:
    return {
        "subject": progress.subject,
        "as_of_at": to_ms(progress.as_of),
        "project": project,
        "value_bp": progress.value_bp,
        "sigma_bp": progress.sigma_bp,
        "coverage_bp": progress.coverage_bp,
        "last_seen_at": to_ms(progress.last_seen) if progress.last_seen else None,
        "refs": _listed(progress.refs),
        "quarantined": _listed(progress.quarantined),
        "review": _listed(progress.review),
    }


def _deviation_row(deviation: Deviation, project: str) -> Row:
    return {
        "subject_kind": deviation.subject.kind,
        "subject": deviation.subject.id,
        "as_of_at": to_ms(deviation.as_of),
        "project": project,
        "plan_bp": deviation.plan_bp,
        "actual_bp": deviation.actual_bp,
        "gap_bp": deviation.gap_bp,
        "lag_cdays": deviation.lag_cdays,
        "sigma_bp": deviation.sigma_bp,
        "coverage_bp": deviation.coverage_bp,
        "refs": _listed(deviation.refs),
    }


def _rule_row(state: RuleState, project: str) -> Row:
    return {
        "project": project,
        "rule": state.rule,
        "subject_kind": state.subject.kind,
        "subject": state.subject.id,
        "level": state.level,
        "candidate": state.candidate,
        "up": state.up,
        "down": state.down,
        "months": state.months,
        "condition": state.condition,
        "since_at": to_ms(state.since) if state.since else None,
        "detail": state.detail,
    }


def _save_score(connection: Connection, score: Score) -> None:
    key = {
        "subject_kind": score.subject.kind,
        "subject": score.subject.id,
        "day": district_day(score.as_of),
    }
    row = {
        "as_of_at": to_ms(score.as_of),
        "total": score.total,
        "grade": score.grade,
        "rule_version": score.rule_version,
        "consistency_ratio": score.consistency_ratio,
    }
    upsert(connection, tables.Score, [key | row])
    connection.execute(delete(_CONTRIBUTION).where(*(_CONTRIBUTION.c[name] == value for name, value in key.items())))
    leaves = [
        key
        | {
            "position": position,
            "indicator": leaf.indicator,
            "name_zh": leaf.name.zh,
            "name_en": leaf.name.en,
            "weight": leaf.weight,
            "value": leaf.value,
            "leaf_score": leaf.leaf_score,
            "points": leaf.points,
            "formula": leaf.formula,
            "refs": _listed(leaf.refs),
        }
        for position, leaf in enumerate(score.contributions)
    ]
    insert_new(connection, tables.ScoreContribution, leaves)


def _listed(refs: Sequence[str]) -> str:
    return json.dumps(list(refs), ensure_ascii=False, separators=(",", ":"))
