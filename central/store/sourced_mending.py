"""Facts about warnings, calls and measures of a period, by project, by unit and by person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Row, and_, or_, select

from central.mending.clocks import ACK_MS, end_of
from central.scoring.facts import Acks, Mending, Reds
from central.store import tables
from central.store.read_transfers import warnings_by_unit
from central.store.upsert import table_of

_MEASURE, _EVENT = table_of(tables.Rectification), table_of(tables.RectificationEvent)
_CASE, _TOLD = table_of(tables.MendingCase), table_of(tables.CaseTold)
_WARNING, _CHANGE = table_of(tables.PlanWarning), table_of(tables.WarningEvent)
_SAID = ("evidence", "returned", "verified", "cancelled")
_EVER = date(1, 1, 1)
_LONGEST_MS = max(ACK_MS.values())
Fact = TypeVar("Fact", Mending, Acks)


@dataclass(frozen=True, slots=True, kw_only=True)
class By(Generic[Fact]):
    """The same facts by project, by unit (orders to it as a whole) and by person."""

    project: Mapping[str, Fact]
    unit: Mapping[str, Fact]
    person: Mapping[str, Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From 00:00 of the period's first day until the end of its last day that is over: ms UTC, and the days."""

    first: date
    through: date
    begin_ms: int
    end_ms: int


@dataclass(slots=True, kw_only=True)
class _Course:
    """How far a measure had come by the end of the window."""

    shown_ms: int | None = None
    verified_ms: int | None = None
    cancelled: bool = False


def mending_of(connection: Connection, window: Window) -> By[Mending]:
    """Every measure that was ordered by the end of the window and not verified before it."""
    still = or_(_MEASURE.c.verified_at.is_(None), _MEASURE.c.verified_at >= window.begin_ms)
    due = _MEASURE.c.due.between(window.first, window.through)
    ordered = and_(_MEASURE.c.assigned_at.is_not(None), _MEASURE.c.assigned_at < window.end_ms)
    rows = connection.execute(select(_MEASURE).where(ordered, or_(still, due)).order_by(_MEASURE.c.id)).all()
    courses = _courses(connection, rows, window)
    known = [(row, courses[row.id]) for row in rows if not courses[row.id].cancelled]
    return By(
        project=_grouped((row.project, row, course, window) for row, course in known if row.project),
        unit=_grouped((row.unit, row, course, window) for row, course in known if not row.project),
        person=_grouped((row.person, row, course, window) for row, course in known),
    )


def _courses(connection: Connection, rows: Iterable[Row[Any]], window: Window) -> dict[int, _Course]:
    """By what was noted of them; a measure of which nothing was noted has what its row says."""
    found = {row.id: _Course() for row in rows}
    noted: set[int] = set()
    wanted = select(_EVENT.c.rectification, _EVENT.c.event, _EVENT.c.at).where(
        _EVENT.c.rectification.in_(list(found)), _EVENT.c.event.in_((*_SAID, "assigned"))
    )
    for measure, event, at in connection.execute(wanted.order_by(_EVENT.c.id)):
        noted.add(measure)
        if at < window.end_ms:
            _follow(found[measure], event, at)
    for row in rows:
        if row.id not in noted:
            course = found[row.id]
            course.shown_ms = _before(row.submitted_at, window.end_ms)
            course.verified_ms = _before(row.verified_at, window.end_ms)
            course.cancelled = row.state == "cancelled"
    return found


def _follow(course: _Course, event: str, at: int) -> None:
    match event:
        case "evidence":
            course.shown_ms = at
        case "returned":
            course.shown_ms = None
        case "verified":
            course.verified_ms = at
        case "cancelled":
            course.cancelled = True


def _before(at: int | None, end_ms: int) -> int | None:
    return at if at is not None and at < end_ms else None


@dataclass(slots=True, kw_only=True)
class _Count:
    due: int = 0
    in_time: int = 0
    verified: int = 0
    taken_ms: int = 0
    refs: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)


def _grouped(given: Iterable[tuple[str, Row[Any], _Course, Window]]) -> dict[str, Mending]:
    counts: dict[str, _Count] = defaultdict(_Count)
    for key, row, course, window in given:
        _count(counts[key], row, course, window)
    return {
        key: Mending(
            due=one.due,
            in_time=one.in_time,
            verified=one.verified,
            taken_ms=one.taken_ms,
            overdue=len(one.late),
            refs=tuple(one.refs),
            overdue_refs=tuple(one.late),
        )
        for key, one in counts.items()
    }


def _count(count: _Count, row: Row[Any], course: _Course, window: Window) -> None:
    ref = f"rectification/{row.id}"
    if row.due is not None and window.first <= row.due <= window.through:
        count.due += 1
        count.in_time += course.shown_ms is not None and course.shown_ms <= end_of(row.due)
        count.refs.append(ref)
    if course.verified_ms is not None and course.verified_ms >= window.begin_ms:
        count.verified += 1
        count.taken_ms += course.verified_ms - row.assigned_at
        if ref not in count.refs[-1:]:
            count.refs.append(ref)
    if row.due is not None and row.due <= window.through and course.shown_ms is None and course.verified_ms is None:
        count.late.append(ref)


def acks_of(connection: Connection, window: Window) -> By[Acks]:
    """Calls whose time to acknowledge ended in the window. Of a project one call is of a case, its level and round: it
    is in time when anybody who was told had acknowledged it by then; a person answers for the own calls."""
    rows = connection.execute(
        select(_TOLD, _CASE.c.project, _CASE.c.ended_at)
        .join(_CASE, _CASE.c.id == _TOLD.c.case_id)
        .where(_TOLD.c.at >= window.begin_ms - _LONGEST_MS, _TOLD.c.at < window.end_ms)
        .order_by(_TOLD.c.case_id, _TOLD.c.nth, _TOLD.c.at, _TOLD.c.person)
    ).all()
    calls: dict[tuple[int, str, int], list[Row[Any]]] = defaultdict(list)
    for row in rows:
        calls[row.case_id, row.level, row.nth].append(row)
    by_project: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    by_person: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for told in calls.values():
        _judge(by_project, told[0].project, told, window)
        for row in told:
            _judge(by_person, row.person, [row], window)
    return By(project=_acks(by_project), unit={}, person=_acks(by_person))


def _judge(found: dict[str, list[tuple[int, bool]]], key: str, told: list[Row[Any]], window: Window) -> None:
    first = told[0]
    due_ms = first.at + ACK_MS[first.level]
    if not window.begin_ms <= due_ms < window.end_ms:
        return
    answered = any(row.acknowledged_at is not None and row.acknowledged_at <= due_ms for row in told)
    over = first.ended_at is not None and first.at <= first.ended_at < due_ms
    if answered or not over:  # a case that ended before its time was up asks for no answer any more
        found[key].append((first.case_id, answered))


def _acks(calls: Mapping[str, list[tuple[int, bool]]]) -> dict[str, Acks]:
    return {
        key: Acks(
            due=len(found),
            in_time=sum(answered for _, answered in found),
            refs=tuple(dict.fromkeys(f"case/{number}" for number, _ in found)),
        )
        for key, found in calls.items()
    }


def reds_of(connection: Connection, window: Window) -> dict[str, Reds]:
    """Warnings that became red in the window, by project; withdrawn ones never were."""
    rows = connection.execute(
        select(_WARNING.c.project, _WARNING.c.id)
        .join(_CHANGE, _CHANGE.c.warning == _WARNING.c.id)
        .where(
            _CHANGE.c.level == "red",
            _CHANGE.c.event.in_(("raised", "escalated")),
            _CHANGE.c.at >= window.begin_ms,
            _CHANGE.c.at < window.end_ms,
            _WARNING.c.state != "withdrawn",
        )
        .distinct()
        .order_by(_WARNING.c.id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for project, warning in rows:
        found[project].append(f"warning/{warning}")
    return {project: Reds(count=len(refs), refs=tuple(refs)) for project, refs in found.items()}


def reds_by_unit(connection: Connection, reds: Mapping[str, Reds], window: Window) -> dict[str, Reds]:
    """The same by the unit that answered for the project on the day a warning was raised: a transfer of the project
    takes none along."""
    wanted = {ref for one in reds.values() for ref in one.refs}
    if not wanted:
        return {}
    found = {}
    for unit, warnings in warnings_by_unit(connection, first=_EVER, last=window.through).items():
        refs = tuple(ref for number in warnings if (ref := f"warning/{number}") in wanted)
        if refs:
            found[unit] = Reds(count=len(refs), refs=refs)
    return found


def warned_days(
    connection: Connection, rules: tuple[str, ...], window: Window
) -> dict[str, tuple[frozenset[date], tuple[str, ...]]]:
    """Days of the window on which a warning of these rules was open, and the warnings, by project."""
    rows = connection.execute(
        select(_WARNING.c.project, _WARNING.c.id, _WARNING.c.raised_at, _WARNING.c.closed_at)
        .where(
            _WARNING.c.rule.in_(rules),
            _WARNING.c.state != "withdrawn",
            _WARNING.c.raised_at < window.end_ms,
            or_(_WARNING.c.closed_at.is_(None), _WARNING.c.closed_at > window.begin_ms),
        )
        .order_by(_WARNING.c.raised_at, _WARNING.c.id)
    )
    days: dict[str, set[date]] = defaultdict(set)
    refs: dict[str, list[str]] = defaultdict(list)
    for project, warning, raised_ms, closed_ms in rows:
        days[project].update(_days(raised_ms, closed_ms, window))
        refs[project].append(f"warning/{warning}")
    return {project: (frozenset(days[project]), tuple(refs[project])) for project in days}


def _days(raised_ms: int, closed_ms: int | None, window: Window) -> Iterable[date]:
    day_ms = 86_400_000
    first = max(0, raised_ms - window.begin_ms) // day_ms
    until_ms = min(window.end_ms, closed_ms if closed_ms is not None else window.end_ms)
    last = (until_ms - window.begin_ms - 1) // day_ms
    return (window.first + timedelta(days=number) for number in range(first, last + 1))
