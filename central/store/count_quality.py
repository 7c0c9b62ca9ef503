"""Counts the quality of each unit's data in a month from what was delivered, and freezes it on the 1st of the next."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, literal_column, or_, select

from central.audit.trail import append
from central.plan.calendar import midnight
from central.quality.counting import (
    DAY_MS,
    NOTHING,
    CameraDays,
    Outage,
    Pairs,
    Ranked,
    ReportCount,
    bulletin,
    count_project,
    day_of,
    next_month,
    total_bp,
    total_of,
)
from central.quality.score import Counted
from central.store import tables
from central.store.instants import district_day, from_ms, to_ms
from central.store.read_checked import duty_span, pauses_known
from central.store.save_checked import digest, spelled
from central.store.upsert import insert_new, table_of

_PROJECT, _BUILDING, _FACE = table_of(tables.Project), table_of(tables.Building), table_of(tables.FaceAssignment)
_READING, _RECORD, _EVENT = table_of(tables.FaceReading), table_of(tables.Record), table_of(tables.CameraEvent)
_GATEWAY, _OUTAGE, _REPORT = table_of(tables.Gateway), table_of(tables.OutageNotice), table_of(tables.DailyReport)
_DISPUTE, _MONTH, _CONDITION = (
    table_of(tables.ValueDispute),
    table_of(tables.QualityMonth),
    table_of(tables.CameraCondition),
)
MONTHS_BACK = 12  # how many months are caught up with


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A month and until when what came of it counts (ms UTC)."""

    first: date
    last: date
    cutoff_ms: int


def span_of(month: date, *, now_ms: int) -> Span:
    """What counts of a month at `now_ms`: what came before it ended, and before now."""
    after = next_month(month)
    last = after - timedelta(days=1)
    end_ms = to_ms(midnight(after))
    if now_ms < end_ms:  # the running day is not over: nothing of it is expected yet
        return Span(first=month, last=min(last, day_of(now_ms) - timedelta(days=1)), cutoff_ms=now_ms)
    return Span(first=month, last=last, cutoff_ms=end_ms)


def count_units(connection: Connection, month: date, *, now_ms: int) -> dict[str, dict[str, Counted]]:
    """Counts by unit (its name) and project."""
    span = span_of(month, now_ms=now_ms)
    found: dict[str, dict[str, Counted]] = defaultdict(dict)
    for project in connection.execute(select(_PROJECT).order_by(_PROJECT.c.id)):
        found[project.unit_zh][project.id] = _count(connection, project, span)
    return dict(found)


def ranked(counts: dict[str, dict[str, Counted]]) -> tuple[Ranked, ...]:
    """The bulletin of these counts."""
    return bulletin({unit: total_of(projects.values()) for unit, projects in counts.items()})


def freeze_month(connection: Connection, month: date, *, now_ms: int) -> int:
    """Freeze a month that is over, once; how many units were frozen."""
    if to_ms(midnight(next_month(month))) > now_ms:
        raise ValueError(f"month {month:%Y-%m}: expected one that is over")
    if frozen(connection, month):
        return 0
    counts = count_units(connection, month, now_ms=now_ms)
    rows: list[dict[str, Any]] = []
    for one in ranked(counts):
        projects = spelled({project: asdict(counted) for project, counted in sorted(counts[one.unit].items())})
        rows.append(
            {
                "month": month,
                "unit": one.unit,
                "rank": one.rank,
                "counts": projects,
                "total_bp": total_bp(one.score),
                "grade": one.score.grade,
                "sha256": digest(f"{month}\n{one.unit}\n{projects}"),
                "frozen_at": now_ms,
            }
        )
    insert_new(connection, tables.QualityMonth, rows)
    if rows:
        detail: dict[str, Any] = {str(row["unit"]): row["sha256"] for row in rows}
        append(
            connection, at_ms=now_ms, actor="system:quality", action="quality.freeze", object_=f"month/{month:%Y-%m}",
            detail=detail,
        )  # fmt: skip
    return len(rows)


def freeze_due(connection: Connection, *, now_ms: int) -> str:
    """Freeze every month that is over and is not frozen: the last, and those missed since the last frozen one."""
    this = day_of(now_ms).replace(day=1)
    newest = connection.execute(select(func.max(_MONTH.c.month))).scalar()
    wanted = [(this - timedelta(days=1)).replace(day=1)]
    while newest is not None and wanted[-1] > next_month(newest) and len(wanted) < MONTHS_BACK:
        wanted.append((wanted[-1] - timedelta(days=1)).replace(day=1))
    units = sum(freeze_month(connection, month, now_ms=now_ms) for month in reversed(wanted))
    return f"{units} units frozen"


def frozen(connection: Connection, month: date) -> tuple[Ranked, ...]:
    """The frozen bulletin of a month, read from what was counted; empty while it is not frozen."""
    rows = connection.execute(select(_MONTH).where(_MONTH.c.month == month)).all()
    return bulletin({row.unit: total_of(Counted(**one) for one in json.loads(row.counts).values()) for row in rows})


def newest_frozen(connection: Connection, unit: str, *, before: date) -> date | None:
    """The last month before a first of a month of which the unit's quality is frozen."""
    mine = select(func.max(_MONTH.c.month)).where(_MONTH.c.unit == unit, _MONTH.c.month < before)
    return connection.execute(mine).scalar()


def quality_rows(connection: Connection, month: date, *, now_ms: int) -> tuple[Ranked, ...]:
    """The bulletin of a month (its first day): the frozen one, else as of now."""
    return frozen(connection, month) or ranked(count_units(connection, month, now_ms=now_ms))


def digests_of(connection: Connection, month: date) -> dict[str, str]:
    """SHA-256 of what was frozen, by unit."""
    rows = connection.execute(select(_MONTH.c.unit, _MONTH.c.sha256).where(_MONTH.c.month == month))
    return {row.unit: row.sha256 for row in rows}


def _count(connection: Connection, project: Row[Any], span: Span) -> Counted:
    if span.last < span.first:
        return NOTHING
    off = _paused_days(connection, project.id, span)
    days = [span.first + timedelta(days=one) for one in range((span.last - span.first).days + 1)]
    duty = duty_span(connection, project.id)
    owed = [day for day in days if duty is not None and duty.owes(day)]
    working = frozenset(day for day in days if day >= project.start and day not in off)
    reports, pairs = _reports(connection, project.id, span)
    cameras = [
        _camera(connection, project.id, gateway, camera, working=working, span=span)
        for gateway, camera in _cameras(connection, project)
    ]
    return count_project(owed=owed, reports=reports, cameras=cameras, pairs=pairs)


def _paused_days(connection: Connection, project: str, span: Span) -> frozenset[date]:
    return frozenset(
        day
        for first, last in pauses_known(connection, project)
        for number in range((last - first).days + 1)
        if span.first <= (day := first + timedelta(days=number)) <= span.last
    )


def _cameras(connection: Connection, project: Row[Any]) -> list[tuple[str, str]]:
    wanted = (
        select(_FACE.c.gateway, _FACE.c.camera)
        .join(_BUILDING, _BUILDING.c.id == _FACE.c.building)
        .where(_BUILDING.c.project == project.id, _FACE.c.plan_version == project.plan_version)
        .distinct()
    )
    return sorted((row.gateway, row.camera) for row in connection.execute(wanted))


def _camera(
    connection: Connection, project: str, gateway: str, camera: str, *, working: frozenset[date], span: Span
) -> CameraDays:
    """Days of one camera; expected from when its gateway was registered, or from its first reading if that is older."""
    mine = (_READING.c.gateway == gateway, _READING.c.camera == camera)
    first_ms = connection.execute(select(func.min(_READING.c.observed_at)).where(*mine)).scalar()
    known_ms = connection.execute(select(_GATEWAY.c.registered_at).where(_GATEWAY.c.id == gateway)).scalar()
    if known_ms is None or known_ms >= span.cutoff_ms:
        known_ms = None
    begun = min((one for one in (first_ms, known_ms) if one is not None), default=None)
    day: ColumnElement[int] = literal_column(
        f"(face_reading.observed_at + {8 * 3_600_000}) / {DAY_MS}"
    )  # no summer time since 1991
    says = and_(_READING.c.completion_bp.is_not(None), _READING.c.timing != "future")
    rows = connection.execute(
        select(
            day.label("day"),
            func.max(case((_READING.c.timing == "", 1), else_=0)).label("in_time"),
            func.max(case((says, 1), else_=0)).label("says"),
        )
        .join(
            _RECORD,
            and_(
                _RECORD.c.gateway == _READING.c.gateway,
                _RECORD.c.epoch == _READING.c.epoch,
                _RECORD.c.seq == _READING.c.seq,
            ),
        )
        .where(
            *mine,
            _READING.c.observed_at >= to_ms(midnight(span.first)),
            _READING.c.observed_at < to_ms(midnight(span.last + timedelta(days=1))),
            _RECORD.c.received_at < span.cutoff_ms,
        )
        .group_by(day)
    ).all()
    excused = _excused(connection, project, gateway, camera, span)
    expected = frozenset(
        one for one in working if begun is not None and one > _day_before(begun) and one not in excused
    )
    by_day = {date.fromordinal(date(1970, 1, 1).toordinal() + int(row.day)): row for row in rows}
    return CameraDays(
        expected=expected,
        received=frozenset(by_day),
        on_time=frozenset(one for one, row in by_day.items() if row.in_time),
        valid=frozenset(one for one, row in by_day.items() if row.says),
    )


def _day_before(begun_ms: int) -> date:
    """The first day that counts is the first whole one after a device was there, so the day it came does not."""
    return district_day(from_ms(begun_ms))


def _excused(connection: Connection, project: str, gateway: str, camera: str, span: Span) -> frozenset[date]:
    """Days of outages told within 24 h: by a person, or by the gateway itself as `offline`."""
    until_ms = to_ms(midnight(span.last + timedelta(days=1)))
    rows = connection.execute(
        select(_OUTAGE.c.since_at, _OUTAGE.c.until_at, _OUTAGE.c.reported_at).where(
            _OUTAGE.c.project == project,
            _OUTAGE.c.gateway == gateway,
            or_(_OUTAGE.c.camera == "", _OUTAGE.c.camera == camera),
            _OUTAGE.c.since_at < until_ms,
            _OUTAGE.c.reported_at < span.cutoff_ms,
        )
    )
    told = [Outage(since_ms=row.since_at, until_ms=row.until_at, told_ms=row.reported_at) for row in rows]
    told += _said_by_itself(connection, gateway, camera, until_ms=until_ms, cutoff_ms=span.cutoff_ms)
    return frozenset(day for outage in told if outage.excuses for day in outage.days())


def _said_by_itself(
    connection: Connection, gateway: str, camera: str, *, until_ms: int, cutoff_ms: int
) -> list[Outage]:
    spans = connection.execute(
        select(_CONDITION.c.since_at, _CONDITION.c.until_at, func.min(_RECORD.c.received_at).label("told_at"))
        .join(
            _EVENT,
            and_(
                _EVENT.c.gateway == _CONDITION.c.gateway,
                _EVENT.c.camera == _CONDITION.c.camera,
                _EVENT.c.code == _CONDITION.c.code,
                _EVENT.c.at == _CONDITION.c.since_at,
                _EVENT.c.state == "begin",
            ),
        )
        .join(
            _RECORD,
            and_(
                _RECORD.c.gateway == _EVENT.c.gateway,
                _RECORD.c.epoch == _EVENT.c.epoch,
                _RECORD.c.seq == _EVENT.c.seq,
            ),
        )
        .where(
            _CONDITION.c.gateway == gateway,
            _CONDITION.c.camera == camera,
            _CONDITION.c.code == "offline",
            _CONDITION.c.since_at < until_ms,
        )
        .group_by(_CONDITION.c.since_at, _CONDITION.c.until_at)
    )
    return [
        Outage(since_ms=row.since_at, until_ms=row.until_at, told_ms=row.told_at)
        for row in spans
        if row.told_at < cutoff_ms
    ]


def _reports(connection: Connection, project: str, span: Span) -> tuple[list[ReportCount], Pairs]:
    """The builder's reports of the month, and every report's claims beside the cameras'."""
    mine = (_REPORT.c.project == project, _REPORT.c.day.between(span.first, span.last))
    rows = connection.execute(select(_REPORT).where(*mine, _REPORT.c.submitted_at < span.cutoff_ms)).all()
    upheld = _upheld(connection, project, cutoff_ms=span.cutoff_ms)
    counted, pairs, agreeing = [], 0, 0
    for row in rows:
        verdicts = json.loads(row.verdicts)
        for one in verdicts["compared"]:
            pairs += 1
            differs = abs(one["human_bp"] - one["auto_bp"]) > one["tolerance_bp"]
            agreeing += not differs or (row.id, one["item"]) in upheld
        if row.kind == "self_report":
            counted.append(_report_count(row, verdicts))
    return counted, Pairs(pairs=pairs, agreeing=agreeing)


def _upheld(connection: Connection, project: str, *, cutoff_ms: int) -> set[tuple[int, str]]:
    rows = connection.execute(
        select(_DISPUTE.c.report, _DISPUTE.c.item).where(
            _DISPUTE.c.project == project, _DISPUTE.c.state == "for_person", _DISPUTE.c.settled_at < cutoff_ms
        )
    )
    return {(row.report, row.item) for row in rows}


def _report_count(row: Any, verdicts: dict[str, Any]) -> ReportCount:
    said = json.loads(row.document)
    photos, claims = verdicts["photos"], said["claims"]
    return ReportCount(
        day=row.day,
        in_time=from_ms(row.submitted_at) < midnight(row.day + timedelta(days=1)),
        filled=sum((bool(said["note"].strip()), bool(photos), bool(claims))),
        checked=len(photos) + len(claims),
        valid=sum(photo["accepted"] for photo in photos) + len(claims) - len(verdicts["fell"]),
    )


def first_of_month(now: datetime) -> datetime:
    """The newest 00:00 of a first of the month in the district."""
    return midnight(district_day(now).replace(day=1))
