"""Read queries that say which projects a thing belongs to, so that scope can be asked before anything else is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row
from sqlmodel import Session, col, select

from central.store.tables import (
    Building,
    Evidence,
    FaceAssignment,
    FaceReading,
    Photo,
    PhotoClaim,
    PlanWarning,
    Project,
    Record,
    Rectification,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A thing that exists, with the projects it belongs to (none = not assigned to any plan)."""

    projects: tuple[Project, ...]


def where_are(connection: Connection, projects: Sequence[str]) -> list[Row[Any]]:
    """(id, unit_zh, street_zh) of those of these projects that there are."""
    columns = select(Project.id, Project.unit_zh, Project.street_zh)
    return list(connection.execute(columns.where(col(Project.id).in_(projects))))


def is_number(text: str) -> bool:
    """Whether a text is a plain number that fits the database's."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def locate(session: Session, kind: str, key: str) -> Located | None:
    """Where a project, building, warning, rectification, record, still or photo belongs; None = there is none."""
    finder = _FINDERS.get(kind)
    if finder is None:
        raise ValueError(f"kind {kind!r}: expected {', '.join(_FINDERS)}")
    return finder(session, key)


def _project(session: Session, key: str) -> Located | None:
    return _one(session.get(Project, key))


def _building(session: Session, key: str) -> Located | None:
    building = session.get(Building, key)
    return None if building is None else _one(session.get(Project, building.project))


def _warning(session: Session, key: str) -> Located | None:
    warning = session.get(PlanWarning, int(key)) if is_number(key) else None
    return None if warning is None else _of_ids(session, [warning.project])


def _one(project: Project | None) -> Located | None:
    return None if project is None else Located(projects=(project,))


def _of_ids(session: Session, ids: list[str]) -> Located:
    found = session.exec(select(Project).where(col(Project.id).in_(ids)).order_by(Project.id))
    return Located(projects=tuple(found))


def _record(session: Session, key: str) -> Located | None:
    gateway, epoch, seq = key.split("/")
    if not is_number(seq) or session.get(Record, (gateway, epoch, int(seq))) is None:
        return None
    reading = session.get(FaceReading, (gateway, epoch, int(seq)))
    if reading is not None:
        return _of_buildings(session, [reading.building])
    seen = session.exec(select(FaceAssignment.building).where(FaceAssignment.gateway == gateway).distinct())
    return _of_buildings(session, list(seen))


def _rectification(session: Session, key: str) -> Located | None:
    """An order to a unit as a whole belongs to all of its projects."""
    found = session.get(Rectification, int(key)) if is_number(key) else None
    if found is None:
        return None
    if found.project:
        return _of_ids(session, [found.project])
    return Located(projects=tuple(session.exec(select(Project).where(Project.unit_zh == found.unit))))


def _still(session: Session, sha256: str) -> Located | None:
    if session.get(Evidence, sha256) is None:
        return None
    seen = session.exec(select(FaceReading.building).where(FaceReading.evidence_sha256 == sha256).distinct())
    return _of_buildings(session, list(seen))


def _photo(session: Session, sha256: str) -> Located | None:
    if session.get(Photo, sha256) is None:
        return None
    claimed = session.exec(select(PhotoClaim.project).where(PhotoClaim.sha256 == sha256).distinct())
    return _of_ids(session, list(claimed))


def _of_buildings(session: Session, buildings: list[str]) -> Located:
    ids = session.exec(select(Building.project).where(col(Building.id).in_(buildings)).distinct())
    return _of_ids(session, list(ids))


_FINDERS: Mapping[str, Callable[[Session, str], Located | None]] = {
    "project": _project,
    "building": _building,
    "warning": _warning,
    "rectification": _rectification,
    "record": _record,
    "evidence": _still,
    "photo": _photo,
}
