"""Saves what an assessment says: only the difference to what is stored, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    Select,
    Table,
    and_,
    bindparam,
    case,
    delete,
    null,
    or_,
    select,
    update,
)

from central.domain import Assessment, Deviation, Progress, RuleState
from central.store import tables
from central.store.instants import to_ms
from central.store.read_said import said_up_to
from central.store.save_checkpoints import save_checkpoints
from central.store.save_scores import save_scores
from central.store.save_warnings import save_warnings
from central.store.upsert import Row, table_of, upsert

_STATE, _PROGRESS = table_of(tables.AssessmentState), table_of(tables.ProgressState)
_DEVIATION, _RULE = table_of(tables.DeviationRow), table_of(tables.RuleState)
_DROP_STATES = delete(_PROGRESS).where(_PROGRESS.c.subject == bindparam("one"))
_CLAIM = (
    update(_STATE)
    .where(_STATE.c.project == bindparam("of"), _STATE.c.assessed_revision <= bindparam("read", type_=BigInteger))
    .values(
        assessed_revision=bindparam("read", type_=BigInteger),
        dirty_from_at=case(
            (_STATE.c.revision == bindparam("read", type_=BigInteger), null()), else_=_STATE.c.dirty_from_at
        ),
        as_of_at=bindparam("now_ms"),
        error=None,
        failed_at=None,
    )
)
_MEASURES = (
    *("rel_bp", "spi_bp", "spi_t_bp", "cpi_bp", "pay_gap_bp", "eac_fen"),
    *("forecast", "forecast_low", "forecast_high"),
)


class Overtaken(Exception):  # noqa: N818 -- reads as what it is
    """Somebody judged this project while it was being judged: to be done again from what is stored now."""

    def __init__(self, project: str) -> None:
        super().__init__(f"project {project}: judged by somebody else meanwhile: expected to be judged again")
        self.project = project


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """How far the facts of a project go: `facts` counts them, `assessed` is the count last judged."""

    project: str
    facts: int
    assessed: int
    as_of_ms: int | None


def revisions(connection: Connection, *, until_ms: int | None = None) -> list[Revision]:
    """Projects with facts that no judgement has taken in, or whose judgement is of before `until_ms`, by project id.

    Asked four times a second: it is the database that passes over the thousand with which nothing is the matter.
    """
    due = _STATE.c.revision > _STATE.c.assessed_revision
    if until_ms is not None:
        due = or_(due, _STATE.c.as_of_at < until_ms)
    return [
        Revision(project=row.project, facts=row.revision, assessed=row.assessed_revision, as_of_ms=row.as_of_at)
        for row in connection.execute(select(_STATE).where(due).order_by(_STATE.c.project))
    ]


def save_assessment(
    connection: Connection, assessment: Assessment, *, revision: int, now_ms: int, wall_ms: int
) -> bool:
    """Save; False, and nothing saved, when a judgement of newer facts is stored already. `wall_ms` dates the trail.

    Only what is later than `assessment.since` is touched. What facts came while it was judged stays dirty. Overtaken
    when something later is stored and the assessment, not knowing of it, is not whole.
    """
    project = assessment.project
    claimed = connection.execute(_CLAIM, {"of": project, "read": revision, "now_ms": now_ms})
    if not claimed.rowcount:
        return False
    since_ms = to_ms(assessment.since) if assessment.since else None
    nothing_later = since_ms is not None and said_up_to(connection, project) <= since_ms
    if not nothing_later and not assessment.whole:
        raise Overtaken(project)
    progress = [_progress_row(p, project) for p in assessment.progress]
    deviations = [_deviation_row(d, project) for d in assessment.deviations]
    if not nothing_later:
        progress = _differing(connection, _PROGRESS, progress, of=project, since_ms=since_ms)
        deviations = _differing(connection, _DEVIATION, deviations, of=project, since_ms=since_ms)
    _save_progress(connection, progress, assessment)
    upsert(connection, tables.DeviationRow, deviations)
    states = [_rule_row(s, project) for s in assessment.states]
    upsert(connection, tables.RuleState, _differing(connection, _RULE, states, of=project, since_ms=None))
    save_warnings(connection, assessment, wall_ms=wall_ms)
    save_scores(connection, assessment, nothing_later=nothing_later)
    save_checkpoints(connection, project, assessment.checkpoints, since_ms=since_ms)
    return True


def save_failure(connection: Connection, project_id: str, *, error: str, wall_ms: int) -> None:
    """The judgement failed: a state people can see, not silence."""
    failed = {"error": error[:2000].replace("\0", " "), "failed_at": wall_ms}
    connection.execute(update(_STATE).where(_STATE.c.project == project_id).values(**failed))


def _save_progress(connection: Connection, rows: Sequence[Row], assessment: Assessment) -> None:
    """The series of the project and its buildings; of an item its newest state only is kept."""
    anew = {row["subject"] for row in rows} & assessment.items
    if anew or assessment.left:
        connection.execute(_DROP_STATES, [{"one": subject} for subject in sorted(anew | assessment.left)])
    upsert(connection, tables.ProgressState, rows)


@cache
def _stored(table: Table, names: tuple[str, ...], later: bool) -> Select[Any]:
    """These columns of a project's rows: all, or those later than `since_ms`."""
    wanted = select(*(table.c[name] for name in names)).where(table.c.project == bindparam("of"))
    return wanted.where(table.c.as_of_at > bindparam("since_ms")) if later else wanted


@cache
def _drop(table: Table) -> Delete:
    return delete(table).where(and_(*(column == bindparam(f"k_{column.name}") for column in table.primary_key)))


@cache
def _keys(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)


def _differing(
    connection: Connection, table: Table, rows: Sequence[Row], *, of: str, since_ms: int | None
) -> list[Row]:
    """Those of `rows` (all of the same columns) that are not stored as they are; what is stored of the project later
    than `since_ms` (None: at all) and not among them goes."""
    keys = _keys(table)
    names = tuple(rows[0]) if rows else keys
    key_of = itemgetter(*(names.index(name) for name in keys))
    wanted = {key_of(tuple(row.values())): row for row in rows}
    gone: list[dict[str, Any]] = []
    for stored in connection.execute(_stored(table, names, since_ms is not None), {"of": of, "since_ms": since_ms}):
        key = key_of(stored)
        if key not in wanted:
            gone.append({f"k_{name}": value for name, value in zip(keys, key, strict=True)})
        elif tuple(stored) == tuple(wanted[key].values()):
            del wanted[key]
    if gone:
        connection.execute(_drop(table), gone)
    return list(wanted.values())


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
        **{name: getattr(deviation, name) for name in _MEASURES},
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


def _listed(refs: Sequence[str]) -> str:
    return json.dumps(list(refs), ensure_ascii=False, separators=(",", ":"))
