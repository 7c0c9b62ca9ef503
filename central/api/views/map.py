"""The map as of a day: sites and buildings from stored judgements, placed by fence or laid out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Row
from sqlmodel import Session

from central import domain
from central.api.access import Access, place_of
from central.api.map_schemas import MapBuilding, MapMark, MapProject, MapState
from central.api.policy import covers, usable
from central.api.schemas import Level, Sign, Text
from central.api.views.nouns import deviation_of
from central.api.views.siting import Ring, footprints, outline_of, plot_of
from central.api.views.wall_places import Sites, sites_of
from central.api.views.words import name_of
from central.domain import Subject, SubjectKind
from central.plan.calendar import local_day, midnight
from central.rules.in_force import LaddersInForce
from central.rules.sign import OpenWarning, sign
from central.store.instants import from_ms, to_ms
from central.store.read_ladders import ladders_of_each
from central.store.read_map import (
    judged_by,
    paid_by,
    projects_shown,
    raised_days,
    seen_by,
    sizes,
    stages_by,
    warnings_by,
)
from central.store.read_standing import buildings_of
from central.store.read_wall import pauses_of_each
from central.store.tables import Building, DeviationRow, Project

BUILDINGS_MAX = 3_000
STOREY_M = 3
ROAD_M = 4
_UNBUILT = frozenset({"void", "old", "existing"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What was known at an instant, by project or (kind, subject)."""

    at: datetime
    judged: Mapping[tuple[str, str], DeviationRow]
    warnings: Mapping[str, Sequence[OpenWarning]]
    stages: Mapping[str, Row[Any]]
    paid: Mapping[str, int]
    pauses: Mapping[str, Sequence[tuple[date, date]]]
    ladders: Mapping[str, LaddersInForce]

    def sign_of(self, project: Project, kind: SubjectKind, subject: str) -> Sign:
        """The sign a project or one of its buildings wore."""
        row, day = self.judged.get((kind, subject)), local_day(self.at)
        return sign(
            [w for w in self.warnings.get(project.id, ()) if kind == "project" or w.subject.id == subject],
            deviation=deviation_of(row) if row else None,
            on_pause=any(first <= day <= last for first, last in self.pauses.get(project.id, ())),
            begun=day >= project.start,
            profile=self.ladders[project.id].at(self.at),
        )


def map_of(
    session: Session,
    *,
    access: Access,
    name: domain.Text,
    now: datetime,
    day: date | None,
    street: str | None,
    buildings_max: int = BUILDINGS_MAX,
) -> MapState:
    """The caller's scope at the end of a day, or now; a day outside what there is becomes the nearest one within.

    A scope of more buildings than `buildings_max` is answered by projects.
    """
    projects = [one for one in projects_shown(session, street=street) if access.sees(one)]
    ids = [one.id for one in projects]
    last = local_day(now)
    first = min([one.start for one in projects if one.start <= last], default=last)
    shown = last if day is None else min(max(day, first), last)
    live = shown == last
    at = now if live else from_ms(to_ms(midnight(shown + timedelta(days=1))) - 1)
    size = sizes(session.connection(), ids)
    total = sum(row.buildings for row in size.values())
    detailed = total <= buildings_max
    buildings: dict[str, list[Building]] = defaultdict(list)
    for building in buildings_of(session, ids) if detailed else ():
        buildings[building.project].append(building)
    then = _then(session, ids, at=at, day=shown, buildings=detailed)
    sites = sites_of(session.connection(), projects)
    return MapState(
        name=Text(zh=name.zh, en=name.en),
        day=shown,
        first=first,
        last=last,
        live=live,
        as_of=at,
        detail="buildings" if detailed else "projects",
        total_buildings=total,
        projects=[
            _project(one, buildings[one.id], then, sites, access, storeys=size[one.id].storeys if one.id in size else 1)
            for one in projects
        ],
        marks=_marks(raised_days(session.connection(), ids)),
    )


def _then(session: Session, ids: Sequence[str], *, at: datetime, day: date, buildings: bool) -> Then:
    connection, at_ms = session.connection(), to_ms(at)
    seen = seen_by(connection, ids, at_ms=at_ms, buildings=buildings)
    unseen = {subject for subject, last_seen in seen.items() if last_seen is None}
    rows = {(row.subject_kind, row.subject): row for row in judged_by(session, ids, at_ms=at_ms, buildings=buildings)}
    warnings: dict[str, list[OpenWarning]] = defaultdict(list)
    for row in warnings_by(connection, ids, at_ms=at_ms):
        subject = Subject(kind=cast(SubjectKind, row.subject_kind), id=row.subject)
        warnings[row.project].append(OpenWarning(rule=row.rule, subject=subject, level=cast(Level, row.level)))
    return Then(
        at=at,
        judged={key: row for key, row in rows.items() if key[1] not in unseen},
        warnings=warnings,
        stages=stages_by(connection, ids, at_ms=at_ms) if buildings else {},
        paid=paid_by(connection, ids, day=day),
        pauses=pauses_of_each(connection),
        ladders=ladders_of_each(connection, ids),
    )


def _project(
    one: Project, buildings: Sequence[Building], then: Then, sites: Sites, access: Access, *, storeys: int
) -> MapProject:
    row, spot, fence = then.judged.get(("project", one.id)), sites.spots[one.id], sites.fences.get(one.id)
    road = one.work_type == "road"
    rings = footprints(spot, fence, len(buildings), road=road)
    money = covers(usable(access.grants, action="read_money"), place=place_of(one))
    return MapProject(
        id=one.id,
        name=name_of(one),
        street=Text(zh=one.street_zh, en=one.street_en),
        unit=Text(zh=one.unit_zh, en=one.unit_en),
        work_type=one.work_type,
        sign=then.sign_of(one, "project", one.id),
        plan_bp=row.plan_bp if row else None,
        actual_bp=row.actual_bp if row else None,
        lag_cdays=row.lag_cdays if row else None,
        paid_bp=_share_bp(then.paid.get(one.id, 0), one.contract_fen) if money and one.contract_fen > 0 else None,
        storeys=storeys,
        lon=spot.lon,
        lat=spot.lat,
        schematic=spot.schematic,
        fenced=fence is not None,
        outline=[_points(ring) for ring in (outline_of(fence, coarse=not buildings) if fence else (plot_of(spot),))],
        buildings=[_building(one, building, ring, then) for building, ring in zip(buildings, rings, strict=True)],
    )


def _building(project: Project, building: Building, ring: Ring, then: Then) -> MapBuilding:
    row, reading = then.judged.get(("building", building.id)), then.stages.get(building.id)
    return MapBuilding(
        id=building.id,
        name=name_of(building),
        storeys=building.storeys,
        full_height_m=ROAD_M if project.work_type == "road" else max(1, building.storeys) * STOREY_M,
        sign=then.sign_of(project, "building", building.id),
        plan_bp=row.plan_bp if row else None,
        actual_bp=row.actual_bp if row else None,
        sigma_bp=row.sigma_bp if row else None,
        stage=_stage(reading.shares) if reading is not None else None,
        ring=_points(ring),
    )


def _points(ring: Ring) -> list[list[float]]:
    return [[lon, lat] for lon, lat in ring]


def _stage(shares: str) -> str | None:
    """The stage most of what is built shows, of equals the later of the chain; a chain's first only where all is so."""
    found = [(share, nth, stage) for nth, (stage, share) in enumerate(json.loads(shares).items()) if share > 0]
    built = [one for one in found if one[2] not in _UNBUILT]
    return max(built or found)[2] if found else None


def _marks(rows: Sequence[Row[Any]]) -> list[MapMark]:
    counted: dict[tuple[date, str], int] = defaultdict(int)
    for row in rows:
        counted[local_day(from_ms(row.raised_at)), row.level] += 1
    return [MapMark(day=day, level=cast(Level, level), raised=n) for (day, level), n in sorted(counted.items())]


def _share_bp(part_fen: int, whole_fen: int) -> int:
    return max(0, min(10_000, part_fen * 10_000 // whole_fen))
