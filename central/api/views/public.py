"""Projects as anybody may see them: whole percents, one plain status, the newest picture. Filled field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast, get_args

from sqlalchemy import Connection, Row
from sqlmodel import Session

from central import domain
from central.api.public_schemas import PublicDistrict, PublicProject, PublicStill, Status, StatusCount
from central.api.schemas import Text
from central.api.views.nouns import deviation_of
from central.api.views.words import instant, name_of
from central.domain import Deviation, Level
from central.plan.calendar import local_day
from central.rules.evidence import insufficient
from central.rules.ladder import rank
from central.store.instants import from_ms
from central.store.read_public import promised
from central.store.read_wall import Stood, newest_stills, stood

STATUSES: tuple[Status, ...] = get_args(Status)
_OF_TIME = frozenset({"schedule_gap", "time_lag", "not_started"})  # money and devices are no matter of the fence
_STILLS_MAX = 20_000
_DONE_BP = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A district as it is published; `stills` = digest of the newest still by project, `codes` = project by both."""

    district: PublicDistrict
    stills: Mapping[str, str]
    codes: Mapping[str, PublicProject]


def published(session: Session, *, name: domain.Text, everything: bool, now: datetime) -> Shown:
    """Projects that a person listed as 民生实事; `everything` = the district's setting publishes all of them."""
    connection = session.connection()
    promises = promised(connection)
    found = [one for one in stood(session) if everything or one.project.id in promises]
    stills = _newest_stills(connection, [one.project.id for one in found])
    projects = [_project(one, promises.get(one.project.id), stills.get(one.project.id), now=now) for one in found]
    projects.sort(key=lambda one: (one.name.zh, one.code))
    district = district_of(projects, name=name)
    shown = {one.code: one for one in projects}
    national = {one.project.code: shown[one.project.id] for one in reversed(found)}
    return Shown(
        district=district,
        stills={key: row.evidence_sha256 for key, row in stills.items()},
        codes=national | shown,
    )


def district_of(projects: Sequence[PublicProject], *, name: domain.Text) -> PublicDistrict:
    """A list with its counts."""
    return PublicDistrict(
        name=Text(zh=name.zh, en=name.en),
        as_of=max((one.as_of for one in projects if one.as_of is not None), default=None),
        total=len(projects),
        counts=[
            StatusCount(status=status, projects=sum(one.status == status for one in projects)) for status in STATUSES
        ],
        projects=list(projects),
    )


def _newest_stills(connection: Connection, projects: list[str]) -> dict[str, Row[Any]]:
    if not projects:
        return {}
    rows = newest_stills(connection, projects=projects, since_ms=0, limit=_STILLS_MAX)
    return {row.project: row for row in reversed(rows)}


def _project(one: Stood, promise: domain.Text | None, still: Row[Any] | None, *, now: datetime) -> PublicProject:
    row, at = one.project, now if one.as_of_at is None else from_ms(one.as_of_at)
    deviation = deviation_of(one.deviation) if one.deviation else None
    status = _status(one, deviation, at=at)
    seen = deviation if status not in ("no_data", "not_started") else None
    return PublicProject(
        code=row.id,
        name=name_of(row),
        street=Text(zh=row.street_zh, en=row.street_en),
        unit=Text(zh=row.unit_zh, en=row.unit_en),
        work_type=row.work_type,
        start=row.start,
        finish=row.finish,
        plan_percent=_whole(deviation.plan_bp) if deviation else None,
        actual_percent=_whole(seen.actual_bp) if seen else None,
        margin_percent=_margin(seen.sigma_bp) if seen else None,
        status=status,
        days_late=_days_late(seen, status),
        promise=None if promise is None else Text(zh=promise.zh, en=promise.en),
        still=None
        if still is None
        else PublicStill(
            url=f"/api/v1/public/projects/{row.id}/still?of={still.evidence_sha256[:16]}",
            day=local_day(from_ms(still.observed_at)),
        ),
        as_of=instant(one.as_of_at),
    )


def _status(one: Stood, deviation: Deviation | None, *, at: datetime) -> Status:
    """One word; what cannot be seen well is said to be so before anything is said of it."""
    today, profile = local_day(at), one.ladders.at(at)
    if deviation is not None and deviation.actual_bp >= _DONE_BP:
        return "done"
    if any(first <= today <= last for first, last in one.pauses):
        return "paused"
    if today < one.project.start:
        return "not_started"
    if deviation is None or insufficient(deviation, profile):
        return "no_data"
    levels = [cast(Level, row.level) for row in one.warnings if row.rule in _OF_TIME and row.level]
    if not levels:
        return "on_plan"
    return "slower" if max(levels, key=rank) == "blue" else "behind"


def _days_late(seen: Deviation | None, status: Status) -> int | None:
    if seen is None or seen.lag_cdays is None or status not in ("slower", "behind"):
        return None
    return seen.lag_cdays // 100 if seen.lag_cdays >= 100 else None


def _whole(bp: int) -> int:
    """Basis points as whole percents, half up."""
    return (bp + 50) // 100


def _margin(sigma_bp: int) -> int:
    """Half of the 90 % interval (1.645 sigma) in whole percents, up, so that it is never shown as surer than it is."""
    return min(100, -(-1645 * sigma_bp // 100_000))
