"""What is told of units and projects and must be followed up: findings of audit, bulletin items, unit-level orders.

Each has a draft of a rectification with the same origin; completing, ordering, doing and verifying it is mending's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.evaluate.evaluation import Evaluation
from central.evaluate.remedy import FollowUpState, Item, asks_for_remedy, follow_up, remedy_title
from central.scoring.refused import RefusalCode, ScoringRefused
from central.store import tables
from central.store.count_quality import frozen
from central.store.instants import district_day, from_ms
from central.store.move_evaluated import Doing
from central.store.order_mended import draft_measure
from central.store.read_evaluated import policies, results_of
from central.store.save_audit import lock_head
from central.store.upsert import table_of

_ITEM, _MEASURE, _FINDING = table_of(tables.BulletinItem), table_of(tables.Rectification), table_of(tables.AuditFinding)
_QUALITY, _PROJECT = table_of(tables.QualityMonth), table_of(tables.Project)
MONTHS_LOOKED_AT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A bulletin item with what became of it; `measure` is its rectification's number, None = there is none."""

    row: Row[Any]
    state: FollowUpState
    measure: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """Something that a bulletin, report or result tells of a unit; `origin` is that of its rectification."""

    origin: str
    kind: str
    period: str
    unit: str
    title: Text
    project: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What audit found: `severity` minor, serious or grave; `basis` the rule it offends."""

    title: str
    text: str
    severity: str
    basis: str
    found_on: date


def follow_results(connection: Connection, final: Sequence[Evaluation], *, doing: Doing) -> int:
    """Units whose final result asks for it are told to mend within a time (E18): a draft of an order each."""
    known, results = policies(connection), results_of(connection, final)
    count = 0
    for one in final:
        result = results.get(one.id)
        if result is None or not asks_for_remedy(one.subject, result.grade, grades=known[one.policy].remedy_grades):
            continue
        title = remedy_title(one.unit, one.period.name, total=result.total, grade=result.grade)
        origin, period = f"evaluation/{one.id}/{one.round}", one.period.name
        telling = Telling(origin=origin, kind="evaluation", period=period, unit=one.unit, title=title)
        _order(connection, telling, doing=doing)
        count += 1
    return count


def follow_bulletins(connection: Connection, *, doing: Doing) -> int:
    """What reports and the bulletin of data quality said of units and projects becomes items; how many new ones."""
    known = select(_ITEM.c.origin)
    drafted = select(_MEASURE).where(_MEASURE.c.origin.like("report/%"), _MEASURE.c.origin.not_in(known))
    count = 0
    for row in connection.execute(drafted.order_by(_MEASURE.c.id)).all():
        title = Text(zh=row.title, en=row.title)
        period = row.origin.split("/")[1]
        telling = Telling(
            origin=row.origin, kind="report", period=period, unit=row.unit, title=title, project=row.project
        )
        _item(connection, telling, doing=doing)
        count += 1
    told = set(connection.execute(known).scalars())
    months = select(_QUALITY.c.month).distinct().order_by(_QUALITY.c.month.desc()).limit(MONTHS_LOOKED_AT)
    for month in sorted(connection.execute(months).scalars()):
        for one in frozen(connection, month):
            origin = f"quality/{month:%Y-%m}/{one.unit}"
            if one.score.needs_training and origin not in told:
                points = f"{float(one.score.total or 0):.2f}"
                title = Text(
                    zh=f"{one.unit} {month:%Y-%m} 数据质量 {points} 分, 需培训整改",
                    en=f"{one.unit}, {month:%Y-%m}: data quality {points}, to be trained and mended",
                )
                telling = Telling(origin=origin, kind="quality", period=f"{month:%Y-%m}", unit=one.unit, title=title)
                _order(connection, telling, doing=doing)
                count += 1
    return count


def followed(
    connection: Connection, *, units: Sequence[str] | None, today: date, limit: int, offset: int
) -> list[Followed]:
    """A page of items with their follow-up states, newest first; `units` None = of the whole district."""
    wanted = select(_ITEM, _MEASURE.c.id.label("measure"), _MEASURE.c.state.label("measure_state")).select_from(
        _ITEM.outerjoin(_MEASURE, _MEASURE.c.origin == _ITEM.c.origin)
    )
    if units is not None:
        wanted = wanted.where(_ITEM.c.unit.in_(list(units)))
    rows = connection.execute(wanted.order_by(_ITEM.c.id.desc()).limit(limit).offset(offset))
    return [
        Followed(
            row=row,
            measure=row.measure,
            state=follow_up(
                Item(told_on=row.told_on, measure=row.measure_state, waived=row.waived_at is not None), today=today
            ),
        )
        for row in rows
    ]


def item_row(connection: Connection, number: int) -> Row[Any] | None:
    """One item."""
    return connection.execute(select(_ITEM).where(_ITEM.c.id == number)).first()


def waive_item(connection: Connection, number: int, *, reason: str, person: str, now_ms: int) -> None:
    """Say with a reason that an item needs no rectification."""
    lock_head(connection)
    row = item_row(connection, number)
    if row is None:
        raise UnknownThing(f"item {number}", where="item", expected="one that is there")
    if not reason.strip():
        raise _refused("missing", "没有理由", "no reason", "reason", "理由 / a reason")
    under_way = select(_MEASURE.c.id).where(
        _MEASURE.c.origin == row.origin, _MEASURE.c.state.in_(("assigned", "rectifying", "evidence", "verified"))
    )
    if row.waived_at is not None or connection.execute(under_way).first() is not None:
        raise _refused("wrong_state", "已跟进", "it is followed up already", "item.state", "待跟进 / not followed up")
    values = {"waived_by": person, "waived_at": now_ms, "waived_reason": reason.strip()}
    connection.execute(update(_ITEM).where(_ITEM.c.id == number).values(**values))
    doing = Doing(wall_ms=now_ms, actor=person)
    _trail(
        connection, f"bulletin_item/{number}", doing, event="bulletin_item.waived", detail={"reason": reason.strip()}
    )


def note_finding(connection: Connection, project: str, finding: Finding, *, person: str, now_ms: int) -> int:
    """Keep what audit found of a project, with the draft of its rectification; its number."""
    lock_head(connection)
    row = connection.execute(select(_PROJECT).where(_PROJECT.c.id == project)).first()
    if row is None:
        raise UnknownThing(f"project {project}", where="project", expected="one that is there")
    if finding.found_on > district_day(from_ms(now_ms)):
        raise _refused(
            "conflict", f"{finding.found_on}", f"{finding.found_on} is to come", "found_on", "不晚于今天 / today"
        )
    values = {
        "project": project, "unit": row.unit_zh, "title": finding.title, "text": finding.text,
        "severity": finding.severity, "basis": finding.basis, "found_on": finding.found_on, "found_by": person,
        "noted_at": now_ms, "state": "open",
    }  # fmt: skip
    number = int(connection.execute(insert(_FINDING).values(**values).returning(_FINDING.c.id)).scalar_one())
    doing = Doing(wall_ms=now_ms, actor=person)
    detail = {"project": project, "severity": finding.severity}
    _trail(connection, f"finding/{number}", doing, event="finding.noted", detail=detail)
    draft_measure(
        connection, origin=f"finding/{number}", project=project, unit=row.unit_zh, title=f"审计发现: {finding.title}",
        by=person, wall_ms=now_ms,
    )  # fmt: skip
    return number


def close_finding(connection: Connection, number: int, *, remark: str, person: str, now_ms: int) -> None:
    """Audit says that it is mended: once its rectification is verified, or with a reason where none was needed."""
    lock_head(connection)
    row = finding_row(connection, number)
    if row is None:
        raise UnknownThing(f"finding {number}", where="finding", expected="one that is there")
    if row.state == "closed":
        raise _refused("wrong_state", "已销号", "it is closed", "finding.state", "open")
    measure = connection.execute(
        select(_MEASURE.c.state, _MEASURE.c.person, _MEASURE.c.verified_by).where(
            _MEASURE.c.origin == f"finding/{number}"
        )
    ).first()
    if measure is not None and measure.state not in ("verified", "cancelled"):
        raise _refused(
            "wrong_state", "整改尚未核验", "its rectification is not verified", "finding.measure", "verified"
        )
    if measure is not None and person == measure.person:
        raise _refused("own_work", "责任人不能自行销号", "closed by who mended it", "actor", "另一人 / another person")
    values = {"state": "closed", "closed_by": person, "closed_at": now_ms, "remark": remark}
    connection.execute(update(_FINDING).where(_FINDING.c.id == number).values(**values))
    doing = Doing(wall_ms=now_ms, actor=person)
    _trail(connection, f"finding/{number}", doing, event="finding.closed", detail={"remark": remark})


def finding_row(connection: Connection, number: int) -> Row[Any] | None:
    """One finding."""
    return connection.execute(select(_FINDING).where(_FINDING.c.id == number)).first()


def findings_of(connection: Connection, project: str) -> list[Row[Any]]:
    """Findings of a project with the state of their rectification, newest first."""
    origin = "finding/" + _FINDING.c.id.cast(_MEASURE.c.origin.type)
    wanted = select(_FINDING, _MEASURE.c.id.label("measure"), _MEASURE.c.state.label("measure_state")).select_from(
        _FINDING.outerjoin(_MEASURE, _MEASURE.c.origin == origin)
    )
    return list(connection.execute(wanted.where(_FINDING.c.project == project).order_by(_FINDING.c.id.desc())))


def _order(connection: Connection, telling: Telling, *, doing: Doing) -> None:
    """The item, and the draft of an order to the unit as a whole."""
    title, unit = telling.title.zh, telling.unit
    draft_measure(
        connection, origin=telling.origin, project="", unit=unit, title=title, by=doing.actor, wall_ms=doing.wall_ms
    )
    _item(connection, telling, doing=doing)


def _item(connection: Connection, telling: Telling, *, doing: Doing) -> None:
    row = {
        "kind": telling.kind, "period": telling.period, "unit": telling.unit, "project": telling.project,
        "text_zh": telling.title.zh, "text_en": telling.title.en, "origin": telling.origin,
        "told_on": district_day(from_ms(doing.wall_ms)), "told_at": doing.wall_ms,
    }  # fmt: skip
    number = connection.execute(insert(_ITEM).values(**row).returning(_ITEM.c.id)).scalar_one()
    detail = {"origin": telling.origin}
    _trail(connection, f"bulletin_item/{number}", doing, event="bulletin_item.told", detail=detail)


def _trail(connection: Connection, what: str, doing: Doing, *, event: str, detail: dict[str, Any]) -> None:
    append(connection, at_ms=doing.wall_ms, actor=doing.actor, action=event, object_=what, detail=detail)


def _refused(code: RefusalCode, zh: str, en: str, where: str, expected: str) -> ScoringRefused:
    return ScoringRefused(code, Text(zh=zh, en=en), where=where, expected=Text(zh=expected, en=expected))
