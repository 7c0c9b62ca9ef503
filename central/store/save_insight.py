"""Stores what insight needs besides what is there: classes of projects, practices of places, benefits, pages seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from central.audit.trail import append
from central.domain import Text
from central.errors import UnknownThing
from central.plan.calendar import midnight
from central.scoring.refused import ScoringRefused
from central.store import tables
from central.store.instants import to_ms
from central.store.read_indicators import sectors
from central.store.read_insight import classes_of, practices
from central.store.read_mended import holders_near, site_of
from central.store.save_audit import lock_head
from central.store.upsert import insert_new, table_of

_PROJECT = table_of(tables.Project)
_CLASS, _TAG, _BENEFIT = table_of(tables.ProjectClass), table_of(tables.ProcessTag), table_of(tables.BenefitRecord)
PlaceKind = Literal["unit", "street"]
_OWN = ("project_owner", "contractor")


def set_class(connection: Connection, project: str, *, kind: str, sector: str, by: str, now_ms: int) -> bool:
    """Say what a project is in particular; False when that was said already. '' takes it back."""
    lock_head(connection)
    _place(connection, project)
    known = sectors(connection)
    if sector and sector not in known:
        raise ScoringRefused(
            "unknown",
            Text(zh=f"没有领域 {sector}", en=f"no sector {sector}"),
            where="sector",
            expected=Text(zh="、".join(known), en=", ".join(known)),
        )
    said = classes_of(connection, [project]).get(project)
    if (kind, sector) == ((said.kind, said.sector) if said else ("", "")):
        return False
    row = {"project": project, "kind": kind, "sector": sector}
    connection.execute(insert(_CLASS).values(**row, set_by=by, set_at=now_ms))
    _trail(connection, "project.class", f"project/{project}", {"kind": kind, "sector": sector}, by=by, now_ms=now_ms)
    return True


def set_practice(
    connection: Connection,
    *,
    place_kind: PlaceKind,
    place: str,
    kind: str,
    name: Text,
    evidence: str,
    by: str,
    now_ms: int,
) -> bool:
    """Say how a place goes about projects of a kind ('' = all); empty names end it. False when it is so already."""
    lock_head(connection)
    column = _PROJECT.c.unit_zh if place_kind == "unit" else _PROJECT.c.street_zh
    if connection.execute(select(_PROJECT.c.id).where(column == place).limit(1)).first() is None:
        raise UnknownThing(f"{place_kind} {place!r}", where="place", expected="one that has a project")
    if bool(name.zh) != bool(name.en):
        raise ScoringRefused(
            "missing",
            Text(zh="做法只有一种语言", en="a practice in one language only"),
            where="name",
            expected=Text(zh="中英文都填写, 或都留空以结束", en="both languages, or neither, which ends it"),
        )
    if practices(connection, place_kind=place_kind).get((place, kind), Text(zh="", en="")) == name:
        return False
    row = {"place_kind": place_kind, "place": place, "kind": kind, "name_zh": name.zh, "name_en": name.en}
    connection.execute(insert(_TAG).values(**row, evidence=evidence, set_by=by, set_at=now_ms))
    detail = {"kind": kind, "name": name.zh, "evidence": evidence}
    _trail(connection, "practice.set", f"{place_kind}/{place}", detail, by=by, now_ms=now_ms)
    return True


def note_benefit(
    connection: Connection,
    project: str,
    *,
    year: int,
    benefit_fen: int,
    method: str,
    evidence: str,
    by: str,
    now_ms: int,
) -> int:
    """What a project brought in a year as somebody assessed it who neither owns nor builds it; the row's number.

    The newest of a year is in force; years after the present one, and before the plan began, are refused."""
    lock_head(connection)
    start = _place(connection, project)
    near = holders_near(connection, site_of(connection, project), at_ms=now_ms)
    if any(holder.person == by and holder.role in _OWN for holder in near):
        raise ScoringRefused(
            "own_work",
            Text(zh=f"{by} 是该项目的建设或施工方", en=f"{by} owns or builds this project"),
            where="project",
            expected=Text(zh="由财政、绩效或第三方人员评估效益", en="finance, a section or a third party to assess it"),
        )
    if not start.year <= year or now_ms < to_ms(midnight(date(year, 1, 1))):
        raise ScoringRefused(
            "wrong_state",
            Text(zh=f"{year} 年不能登记效益", en=f"no benefit can be noted for {year}"),
            where="year",
            expected=Text(zh=f"{start.year} 年至今年", en=f"{start.year} to this year"),
        )
    row = {"project": project, "year": year, "benefit_fen": benefit_fen, "method": method, "evidence": evidence}
    made = insert(_BENEFIT).values(**row, noted_by=by, noted_at=now_ms)
    number = int(connection.execute(made.returning(_BENEFIT.c.id)).scalar_one())
    detail = {"benefit": number, "year": year, "benefit_fen": benefit_fen, "method": method, "evidence": evidence}
    _trail(connection, "benefit.note", f"project/{project}", detail, by=by, now_ms=now_ms)
    return number


def note_view(connection: Connection, *, person: str, page: str, day: date) -> None:
    """A person looked at a page; again on the same day changes nothing."""
    insert_new(connection, tables.PageView, [{"day": day, "person": person, "page": page}])


def _place(connection: Connection, project: str) -> date:
    """The day the project's plan begins."""
    found: date | None = connection.execute(select(_PROJECT.c.start).where(_PROJECT.c.id == project)).scalar()
    if found is None:
        raise UnknownThing(f"project {project!r}", where="project", expected="one that has a plan")
    return found


def _trail(
    connection: Connection, action: str, object_: str, detail: Mapping[str, Any], *, by: str, now_ms: int
) -> None:
    append(connection, at_ms=now_ms, actor=by, action=action, object_=object_, detail=dict(detail))
