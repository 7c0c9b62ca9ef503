"""Stores goals: written by one, proposed, approved by another who does not answer for them. Only ever adds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.scoring.goal import Goal, checked_tree
from central.scoring.goal_document import (
    APPROVED,
    DRAFT,
    PROPOSED,
    RETURNED,
    WITHDRAWN,
    GoalVersion,
    spelled_goal,
    spelled_value,
)
from central.scoring.indicator import Value
from central.scoring.period import period_of
from central.scoring.refused import RefusalCode, ScoringRefused
from central.scoring.smart import failing, smart
from central.scoring.sources import is_measured
from central.store import tables
from central.store.instants import district_day, from_ms
from central.store.read_goals import goal_versions, goals_of, records_of
from central.store.read_indicators import set_in_force
from central.store.save_audit import lock_head
from central.store.save_seen import mark_dirty
from central.store.upsert import table_of

_GOAL, _ACT, _RECORD = table_of(tables.GoalRow), table_of(tables.GoalAct), table_of(tables.GoalRecord)
_PROJECT = table_of(tables.Project)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class GoalKey:
    """A version of a goal."""

    id: str
    version: int


def write_goal(connection: Connection, goal: Goal, *, base_version: int, by: str, now_ms: int) -> GoalVersion:
    """The next version of a goal, as a draft. `base_version` is the newest that the author saw, 0 for a new goal; with
    another one somebody was first, or what is past was to be edited."""
    lock_head(connection)
    versions = goal_versions(connection, goal=goal.id)
    newest = versions[-1] if versions else None
    seen = 0 if newest is None else newest.goal.version
    if base_version != seen:
        what = Text(
            zh=f"基于第 {base_version} 版修改, 最新为第 {seen} 版",
            en=f"based on version {base_version}, the newest is {seen}",
        )
        raise _refused("conflict", what, "base_version", "在最新版之后新增一版", "a new version after the newest")
    if newest is not None and (newest.goal.subject, newest.goal.level, newest.goal.year) != (
        goal.subject,
        goal.level,
        goal.year,
    ):
        what = Text(
            zh=f"目标 {goal.id} 的对象、层级或年度被改变", en=f"goal {goal.id} with another subject, level or year"
        )
        raise _refused("conflict", what, "subject", "另立一个目标", "a goal of its own")
    _check_dates(goal)
    written = replace(goal, version=seen + 1)
    spelled = spelled_goal(written)
    row = {
        "id": goal.id,
        "version": written.version,
        "year": goal.year,
        "level": goal.level,
        "subject_kind": goal.subject.kind,
        "subject_id": goal.subject.id,
        "document": spelled,
        "sha256": hashlib.sha256(spelled.encode()).hexdigest(),
    }
    connection.execute(insert(_GOAL).values(**row, author=by, written_at=now_ms))
    detail = {"version": written.version, "sha256": row["sha256"], "year": goal.year}
    append(connection, at_ms=now_ms, actor=by, action="goal.write", object_=f"goal/{goal.id}", detail=detail)
    return GoalVersion(goal=written, author=by, state=DRAFT)


def propose_goals(connection: Connection, keys: Sequence[GoalKey], *, by: str, now_ms: int) -> tuple[GoalVersion, ...]:
    """Hand drafts in for approval; refused where SMART fails, nobody answers for one, or a justification is lacking."""
    lock_head(connection)
    found = _newest_of(connection, keys)
    for version in found:
        if version.state not in (DRAFT, RETURNED, WITHDRAWN):
            raise _wrong_state(version, "草稿或被退回的版本", "a draft, or one that was returned")
        if not version.goal.ended:
            _check_smart(connection, version.goal)
    _note(connection, found, PROPOSED, by=by, remark="", since=None, now_ms=now_ms)
    return tuple(replace(version, state=PROPOSED, by=by) for version in found)


def decide_goals(
    connection: Connection, keys: Sequence[GoalKey], *, approve: bool, remark: str, by: str, now_ms: int
) -> tuple[GoalVersion, ...]:
    """Approve or return proposals, all or none: with them the goals of their year must be a tree, weights of siblings
    summing to 1. In force from the day of the decision; never by who wrote, proposed or answers for one of them."""
    if approve:
        _judge_anew(connection, [key.id for key in keys], now_ms=now_ms)
    lock_head(connection)
    found = _newest_of(connection, keys)
    for version in found:
        if version.state != PROPOSED:
            raise _wrong_state(version, "待审批的版本", "one that waits for a decision")
        if by in (version.author, version.by, version.goal.owner, version.goal.subject.id):
            what = Text(
                zh=f"审批本人提出或负责的目标 {version.goal.id}", en=f"a decision on one's own goal {version.goal.id}"
            )
            raise _refused(
                "own_work",
                what,
                "decided_by",
                "提出人和责任人以外的审批人",
                "an approver who neither proposed nor answers for it",
            )
    if not approve and not remark.strip():
        what = Text(zh="退回而未说明原因", en="returned without a reason")
        raise _refused("missing", what, "remark", "退回原因", "why")
    if approve:
        _check_tree(connection, found)
    since = district_day(from_ms(now_ms)) if approve else None
    state = APPROVED if approve else RETURNED
    _note(connection, found, state, by=by, remark=remark, since=since, now_ms=now_ms)
    return tuple(replace(version, state=state, by=by, remark=remark, since=since) for version in found)


def withdraw_goals(connection: Connection, keys: Sequence[GoalKey], *, by: str, now_ms: int) -> tuple[GoalVersion, ...]:
    """Take proposals back; only by who proposed them, and only while they wait."""
    lock_head(connection)
    found = _newest_of(connection, keys)
    for version in found:
        if version.state != PROPOSED or version.by != by:
            raise _wrong_state(version, "本人提出且待审批的版本", "one's own proposal that waits")
    _note(connection, found, WITHDRAWN, by=by, remark="", since=None, now_ms=now_ms)
    return tuple(replace(version, state=WITHDRAWN, by=by) for version in found)


def note_record(connection: Connection, goal_id: str, period: str, value: Value, *, by: str, now_ms: int) -> int:
    """What a goal in force has reached in a period (D07), newest in force. Refused for a period that has not begun, and
    where the platform measures the goal's indicator by itself: nobody types what is measured (A40)."""
    _judge_anew(connection, [goal_id], now_ms=now_ms)
    lock_head(connection)
    goal = next((one for one in goals_of(connection) if one.id == goal_id), None)
    if goal is None:
        raise UnknownThing(f"goal {goal_id[:80]}", where="goal", expected="a goal in force")
    try:
        first = period_of(period).first
    except ValueError as wrong:
        what = Text(zh=f"期间 {period[:40]!r}", en=str(wrong)[:200])
        raise _refused(
            "missing", what, "period", "如 2026-03、2026-Q1 或 2026", "like 2026-03, 2026-Q1 or 2026"
        ) from wrong
    if first > district_day(from_ms(now_ms)):
        what = Text(zh=f"{period} 尚未开始", en=f"{period} has not begun")
        raise _refused("wrong_state", what, "period", "已开始的期间", "a period that has begun")
    _check_typed(connection, goal, first)
    spelled = spelled_value(value)
    row = {"goal": goal.id, "version": goal.version, "period": period, "document": spelled}
    stored = insert(_RECORD).values(**row, noted_by=by, noted_at=now_ms).returning(_RECORD.c.id)
    number = int(connection.execute(stored).scalar_one())
    digest = hashlib.sha256(spelled.encode()).hexdigest()
    detail = {"period": period, "record": number, "sha256": digest}
    append(connection, at_ms=now_ms, actor=by, action="goal.record", object_=f"goal/{goal.id}", detail=detail)
    return number


def _judge_anew(connection: Connection, goals: Sequence[str], *, now_ms: int) -> None:
    """The planned projects that these goals are about are judged anew from now on. Before the trail's head is locked:
    who judges holds its project first. A goal never changes its subject, and what is refused takes this back."""
    about = select(_GOAL.c.subject_id).where(_GOAL.c.subject_kind == "project", _GOAL.c.id.in_(sorted(set(goals))))
    planned = select(_PROJECT.c.id).where(_PROJECT.c.id.in_(about))
    mark_dirty(connection, list(connection.execute(planned).scalars()), since_ms=now_ms)


def _newest_of(connection: Connection, keys: Sequence[GoalKey]) -> tuple[GoalVersion, ...]:
    """The versions of these keys; each must be the newest of its goal."""
    found: list[GoalVersion] = []
    for key in sorted(set(keys)):
        versions = goal_versions(connection, goal=key.id)
        if not any(version.goal.version == key.version for version in versions):
            raise UnknownThing(
                f"goal {key.id[:80]} version {key.version}", where="goals", expected="a version that was written"
            )
        if versions[-1].goal.version != key.version:
            what = Text(
                zh=f"目标 {key.id} 第 {key.version} 版已有更新版本",
                en=f"goal {key.id} has a newer version than {key.version}",
            )
            raise _refused("conflict", what, "goals", "最新版本", "the newest version")
        found.append(versions[-1])
    return tuple(found)


def _check_smart(connection: Connection, goal: Goal) -> None:
    former = records_of(connection, goals=[goal.follows]) if goal.follows else {}
    history = [record.value.value for record in former.get(goal.follows, ()) if record.value.value is not None]
    verdicts = smart(
        goal.text.zh,
        target=goal.target,
        unit=goal.unit,
        baseline=goal.baseline,
        start=goal.start,
        due=goal.due,
        owner=goal.owner,
        parent=goal.parent,
        history=history,
        direction=goal.direction,
        level=goal.level,
        year=goal.year,
        justification=goal.justification,
    )
    wrong = failing(verdicts)
    if wrong:
        zh = "; ".join(f"{one.letter} {one.reason.zh}" for one in wrong)
        en = "; ".join(f"{one.letter} {one.reason.en}" for one in wrong)
        what = Text(zh=f"目标 {goal.id}: {zh}", en=f"goal {goal.id}: {en}")
        raise _refused(
            "missing", what, "goals", "SMART 五项均通过或已说明理由", "all five of SMART, or a justification"
        )


def _check_tree(connection: Connection, found: Sequence[GoalVersion]) -> None:
    for year in sorted({version.goal.year for version in found}):
        standing = {goal.id: goal for goal in goals_of(connection, year=year)}
        standing |= {version.goal.id: version.goal for version in found if version.goal.year == year}
        checked_tree(tuple(standing.values()))


def _check_dates(goal: Goal) -> None:
    if goal.due < goal.start or goal.start.year > goal.year or goal.due.year < goal.year:
        what = Text(
            zh=f"{goal.start} 至 {goal.due}, 年度 {goal.year}", en=f"{goal.start} to {goal.due}, year {goal.year}"
        )
        raise _refused(
            "missing", what, "due", "期限不早于开始, 且跨及该年度", "a due day after the start, both around the year"
        )


def _check_typed(connection: Connection, goal: Goal, day: date) -> None:
    found = set_in_force(connection, subject=goal.subject, day=day) if goal.indicator else None
    leaves = () if found is None else found.leaves
    source = next((leaf.indicator.source for leaf in leaves if leaf.indicator.id == goal.indicator), "")
    if source and is_measured(source, goal.subject.kind):
        what = Text(zh=f"{goal.indicator} 由系统自动采集 ({source})", en=f"{goal.indicator} is measured ({source})")
        raise _refused("conflict", what, "value", "不手工填报已自动采集的数据", "nothing typed that is measured")


def _note(
    connection: Connection,
    found: Sequence[GoalVersion],
    act: str,
    *,
    by: str,
    remark: str,
    since: date | None,
    now_ms: int,
) -> None:
    for version in found:
        goal = version.goal
        row = {"goal": goal.id, "version": goal.version, "act": act, "by": by, "at": now_ms, "since": since}
        connection.execute(insert(_ACT).values(**row, remark=remark))
        detail = {"version": goal.version, "remark": remark}
        append(connection, at_ms=now_ms, actor=by, action=f"goal.{act}", object_=f"goal/{goal.id}", detail=detail)


def _wrong_state(version: GoalVersion, zh: str, en: str) -> ScoringRefused:
    goal = version.goal
    what = Text(
        zh=f"目标 {goal.id} 第 {goal.version} 版为 {version.state}",
        en=f"goal {goal.id} version {goal.version} is {version.state}",
    )
    return _refused("wrong_state", what, "goals", zh, en)


def _refused(code: RefusalCode, what: Text, where: str, zh: str, en: str) -> ScoringRefused:
    return ScoringRefused(code, what, where=where, expected=Text(zh=zh, en=en))
