"""The daily look at final results: what is new of them is ranked and followed up, ended appeal windows are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from central.domain import Subject
from central.evaluate.consequence import GoalResult, goal_result
from central.evaluate.ranking import Judged
from central.scoring.period import Period, period_of
from central.store import tables
from central.store.read_evaluated import evaluations, final_results
from central.store.read_goals import goals_due
from central.store.save_audit import lock_head
from central.store.save_ranked import follow_up
from central.store.save_ranked_suggestions import settle
from central.store.upsert import table_of, upsert

_EVALUATION, _FOLLOWED = table_of(tables.EvaluationRow), table_of(tables.FollowedPeriod)
_BUDGETED = ("unit", "project")
_KINDS = ("unit", "project", "person")


def follow_due(connection: Connection, *, now_ms: int) -> str:
    """Every period with results that became final since the last look, the oldest first, so that a streak finds the
    quarter before it; the outcome in words."""
    lock_head(connection)
    said = []
    for period, finals in _new_finals(connection).items():
        said.append(f"{period}: {_follow(connection, period_of(period), now_ms=now_ms)}")
        upsert(connection, tables.FollowedPeriod, [{"period": period, "finals": finals, "at": now_ms}])
    said.append(f"{settle(connection, now_ms=now_ms)} windows ended")
    return "; ".join(said)


def _new_finals(connection: Connection) -> Mapping[str, int]:
    final = select(_EVALUATION.c.period, func.count().label("n")).where(_EVALUATION.c.state == "final")
    found = {row.period: row.n for row in connection.execute(final.group_by(_EVALUATION.c.period))}
    known = {row.period: row.finals for row in connection.execute(select(_FOLLOWED))}
    return {period: found[period] for period in sorted(found, key=_end) if found[period] != known.get(period)}


def _end(period: str) -> tuple[str, str]:
    return period_of(period).last.isoformat(), period


def _follow(connection: Connection, period: Period, *, now_ms: int) -> str:
    results = [one for kind in _KINDS for one in final_results(connection, period=period, group=kind)]
    finals = [Judged(subject=one.subject, total=one.total, refs=one.sheets) for one in results]
    waiting, goals = _waiting(connection, period), _goals(connection, period, finals)
    return follow_up(connection, period, finals, waiting=waiting, goals=goals, now_ms=now_ms)


def _goals(connection: Connection, period: Period, finals: Sequence[Judged]) -> list[GoalResult]:
    """Goals that were due in a year, of those whose result of it is final, with what was noted of them last."""
    if period.kind != "year":
        return []
    sheets = {one.subject: one.refs for one in finals}
    found = (
        goal_result(
            goal,
            record.value,
            refs=(f"goal/{goal.id}/{goal.version}", f"goal-record/{record.id}", *sheets[goal.subject]),
        )
        for goal, record in goals_due(connection, first=period.first, last=period.last)
        if record is not None and period_of(record.period).last >= goal.due  # what was noted earlier is not its end
        if goal.subject in sheets and goal.subject.kind in _BUDGETED
    )
    return [one for one in found if one is not None]


def _waiting(connection: Connection, period: Period) -> list[Subject]:
    return [one.subject for one in evaluations(connection, period=period.name) if one.state != "final"]
