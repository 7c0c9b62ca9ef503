"""The daily look at final results: what is new of them is ranked and followed up, ended appeal windows are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection, case, func, select

from central.audit.trail import append
from central.domain import Subject
from central.evaluate.consequence import GoalResult, goal_result
from central.evaluate.ranking import Judged
from central.scoring.period import Period, period_of
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_evaluated import evaluations, final_results
from central.store.read_goals import goals_due
from central.store.save_audit import lock_head
from central.store.save_ranked import follow_up
from central.store.save_ranked_suggestions import settle
from central.store.upsert import table_of, upsert

_EVALUATION, _FOLLOWED = table_of(tables.EvaluationRow), table_of(tables.FollowedPeriod)
_BUDGETED = ("unit", "project")
_KINDS = ("unit", "project", "person")
WAITS_DAYS = 120  # after a period's last day a group is ranked without those that have no final result by then
NAMED_MAX = 50


def follow_due(connection: Connection, *, now_ms: int) -> str:
    """Every period with results that became final since the last look, the oldest first, so that a streak finds the
    quarter before it; the outcome in words."""
    lock_head(connection)
    said = []
    for period, mark in _news(connection, now_ms=now_ms).items():
        said.append(f"{period}: {_follow(connection, period_of(period), now_ms=now_ms)}")
        upsert(connection, tables.FollowedPeriod, [{"period": period, "finals": mark, "at": now_ms}])
    said.append(f"{settle(connection, now_ms=now_ms)} windows ended")
    return "; ".join(said)


def _news(connection: Connection, *, now_ms: int) -> Mapping[str, int]:
    """Periods with something new by a mark of what is known: twice the number of finals, and one more once those that
    lack are waited for no longer."""
    final = func.sum(case((_EVALUATION.c.state == "final", 1), else_=0))
    wanted = select(_EVALUATION.c.period, final.label("finals"), func.count().label("n"))
    marks = {
        row.period: 2 * int(row.finals) + (row.finals < row.n and not _is_waited_for(row.period, now_ms=now_ms))
        for row in connection.execute(wanted.group_by(_EVALUATION.c.period))
        if row.finals
    }
    known = {row.period: row.finals for row in connection.execute(select(_FOLLOWED))}
    return {period: marks[period] for period in sorted(marks, key=_end) if marks[period] != known.get(period)}


def _is_waited_for(period: str, *, now_ms: int) -> bool:
    """Whether those of a period that have no final result yet may still get one in time."""
    return district_day(from_ms(now_ms)) <= period_of(period).last + timedelta(days=WAITS_DAYS)


def _end(period: str) -> tuple[str, str]:
    return period_of(period).last.isoformat(), period


def _follow(connection: Connection, period: Period, *, now_ms: int) -> str:
    results = [one for kind in _KINDS for one in final_results(connection, period=period, group=kind)]
    finals = [Judged(subject=one.subject, total=one.total, refs=one.sheets) for one in results]
    waiting, goals = _waiting(connection, period), _goals(connection, period, finals)
    if waiting and not _is_waited_for(period.name, now_ms=now_ms):
        _note_without(connection, period, waiting, now_ms=now_ms)
        waiting = []
    return follow_up(connection, period, finals, waiting=waiting, goals=goals, now_ms=now_ms)


def _note_without(connection: Connection, period: Period, lacking: Sequence[Subject], *, now_ms: int) -> None:
    """The trail names who is ranked without a result of theirs."""
    named = sorted(f"{one.kind}/{one.id}" for one in lacking)
    append(
        connection, at_ms=now_ms, actor="system:jobs", action="ranking.without", object_=f"results/{period.name}",
        detail={"n": len(named), "subjects": named[:NAMED_MAX], "waited_days": WAITS_DAYS},
    )  # fmt: skip


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
