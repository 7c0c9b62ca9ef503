"""Reads what is shown of good work: use of the platform, cases, and the year's list of 民生实事."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from sqlalchemy import Connection, and_, func, or_, select

from central.domain import Text
from central.evaluate.recognition import PracticeState, UnitUsage, usage_list
from central.plan.calendar import midnight
from central.scoring.period import period_with
from central.store import tables
from central.store.count_quality import quality_rows
from central.store.instants import to_ms
from central.store.upsert import table_of

_AUDIT, _USER, _GRANT = table_of(tables.AuditEntry), table_of(tables.User), table_of(tables.Grant)
_PRACTICE, _ACT = table_of(tables.BestPractice), table_of(tables.PracticeAct)
_FLAG, _PROJECT = table_of(tables.LivelihoodFlag), table_of(tables.Project)
_SHEET, _STILL, _PHOTO = table_of(tables.ScoreSheet), table_of(tables.Evidence), table_of(tables.Photo)
_REPORT = table_of(tables.Report)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceLink:
    """What shows a case: the SHA-256 of a score sheet, report, still or photo, and what it shows."""

    sha256: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """A case of the library; time in ms UTC."""

    id: int
    unit: str
    project: str
    title: str
    summary: str
    evidence: tuple[EvidenceLink, ...]
    tags: tuple[str, ...]
    author: str
    entered_ms: int
    state: PracticeState
    published_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A project on the list of a year, with what was promised to the people."""

    project: str
    year: int
    promise: Text


def usage_of(connection: Connection, month: date, *, now_ms: int) -> tuple[UnitUsage, ...]:
    """How every unit with people or deliveries used the platform in a month (its first day); see `usage_list`."""
    first_ms = to_ms(midnight(month))
    end_ms = to_ms(midnight(period_with(month, "month").after().first))
    people = _people(connection, at_ms=min(now_ms, end_ms - 1))
    acted = select(_AUDIT.c.actor).where(
        _AUDIT.c.at >= first_ms, _AUDIT.c.at < end_ms, _AUDIT.c.action != "login.failed"
    )
    active = set(connection.execute(acted.distinct()).scalars())
    delivered = {row.unit: row.counted for row in quality_rows(connection, month, now_ms=now_ms)}
    return usage_list(
        UnitUsage(
            unit=unit,
            people=len(people.get(unit, ())),
            active=len(people.get(unit, set()) & active),
            expected=delivered[unit].expected if unit in delivered else 0,
            on_time=delivered[unit].on_time if unit in delivered else 0,
        )
        for unit in sorted({*people, *delivered})
    )


def practices(
    connection: Connection, *, states: Sequence[PracticeState], unit: str = "", tag: str = ""
) -> tuple[Practice, ...]:
    """Cases in these states, the newest first, of a unit or with a tag where told."""
    wanted = select(_PRACTICE).order_by(_PRACTICE.c.id.desc())
    rows = connection.execute(wanted.where(_PRACTICE.c.unit == unit) if unit else wanted).all()
    acts: dict[int, dict[str, Any]] = {}
    for act in connection.execute(select(_ACT)):
        acts.setdefault(act.practice, {})[act.act] = act
    found = (_practice(row, acts.get(row.id, {})) for row in rows)
    return tuple(one for one in found if one.state in states and (not tag or tag in one.tags))


def practice_of(connection: Connection, number: int) -> Practice | None:
    """One of them."""
    row = connection.execute(select(_PRACTICE).where(_PRACTICE.c.id == number)).first()
    if row is None:
        return None
    acts = {act.act: act for act in connection.execute(select(_ACT).where(_ACT.c.practice == number))}
    return _practice(row, acts)


def evidence_kind(connection: Connection, sha256: str) -> str | None:
    """What a digest is of, among what the centre keeps: sheet, report, still or photo; None = nothing."""
    for kind, column in (
        ("sheet", _SHEET.c.id),
        ("report", _REPORT.c.sha256),
        ("still", _STILL.c.sha256),
        ("photo", _PHOTO.c.sha256),
    ):
        if connection.execute(select(column).where(column == sha256).limit(1)).first() is not None:
            return kind
    return None


def livelihood_of(connection: Connection, year: int) -> tuple[Listed, ...]:
    """The projects on the list of a year, by id."""
    newest = select(func.max(_FLAG.c.id)).where(_FLAG.c.year == year).group_by(_FLAG.c.project).scalar_subquery()
    rows = connection.execute(
        select(_FLAG).where(_FLAG.c.id.in_(newest), _FLAG.c.listed.is_(True)).order_by(_FLAG.c.project)
    )
    return tuple(
        Listed(project=row.project, year=row.year, promise=Text(zh=row.promise_zh, en=row.promise_en)) for row in rows
    )


def _people(connection: Connection, *, at_ms: int) -> dict[str, set[str]]:
    rows = connection.execute(
        select(_USER.c.username, _GRANT.c.scope)
        .join(_GRANT, _GRANT.c.user == _USER.c.id)
        .where(
            _USER.c.active.is_(True),
            _GRANT.c.scope_kind == "unit",
            and_(_GRANT.c.valid_from_at <= at_ms, or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > at_ms)),
        )
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row.scope, set()).add(row.username)
    return found


def _practice(row: Any, acts: dict[str, Any]) -> Practice:
    states: tuple[PracticeState, ...] = get_args(PracticeState)
    entered, published, retracted = states
    return Practice(
        id=row.id,
        unit=row.unit,
        project=row.project,
        title=row.title,
        summary=row.summary,
        evidence=tuple(EvidenceLink(**one) for one in json.loads(row.evidence)),
        tags=tuple(json.loads(row.tags)),
        author=row.author,
        entered_ms=row.entered_at,
        state=retracted if "retract" in acts else published if "publish" in acts else entered,
        published_by=acts["publish"].actor if "publish" in acts else "",
    )
