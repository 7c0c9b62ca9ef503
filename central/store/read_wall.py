"""Read queries of the wall: the district as last judged in a fixed number of queries, however many projects.

Only rows of whole projects are read, never those of buildings and items: a district of 20 000 buildings is 1 000 rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from central.mending.clocks import DAY_MS
from central.rules.in_force import LaddersInForce
from central.store import tables
from central.store.read_ladders import ladders_of_each
from central.store.upsert import table_of

_CASE, _EVENT, _WARNING = table_of(tables.MendingCase), table_of(tables.WarningEvent), table_of(tables.PlanWarning)
_STATE, _ACCOUNT, _BUILDING = (
    table_of(tables.AssessmentState),
    table_of(tables.FundAccount),
    table_of(tables.Building),
)
_PAUSE, _ASKED, _PROJECT = table_of(tables.Pause), table_of(tables.PauseRequest), table_of(tables.Project)
_READING, _EVIDENCE = table_of(tables.FaceReading), table_of(tables.Evidence)
_CAMERA, _CONDITION = table_of(tables.Camera), table_of(tables.CameraCondition)
_GATEWAY, _STATUS = table_of(tables.Gateway), table_of(tables.GatewayStatus)
_FACE, _RECORD = table_of(tables.FaceAssignment), table_of(tables.Record)
_CASE_EVENT, _PLACE, _FENCE = table_of(tables.CaseEvent), table_of(tables.SitePlace), table_of(tables.SiteFence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """A project as last judged; `deviation` None = nothing was ever observed of it. Pauses: first and last days."""

    project: tables.Project
    as_of_at: int | None
    deviation: tables.DeviationRow | None
    warnings: tuple[tables.PlanWarning, ...]
    pauses: tuple[tuple[date, date], ...]
    ladders: LaddersInForce
    paid_fen: int


def stamp_of(connection: Connection) -> tuple[int, ...]:
    """Changes when anything changes that the wall shows, but for the gateways' heartbeats."""
    return tuple(int(value) for value in connection.execute(_STAMP).one())


_STAMP = select(
    *(
        figure.scalar_subquery()
        for figure in (
            select(func.coalesce(func.sum(_STATE.c.assessed_revision), 0)),
            select(func.coalesce(func.max(_CASE_EVENT.c.id), 0)),
            select(func.coalesce(func.sum(_ACCOUNT.c.entries), 0)),
            select(func.coalesce(func.max(_EVIDENCE.c.received_at), 0)),
            select(func.coalesce(func.max(_ASKED.c.decided_at), 0)),
            select(func.coalesce(func.max(_PLACE.c.set_at), 0)),
            select(func.coalesce(func.max(_FENCE.c.set_at), 0)),
            select(func.coalesce(func.sum(_PROJECT.c.plan_version), 0)),
        )
    )
)


def stood(session: Session) -> list[Stood]:
    """Every project, by id."""
    connection = session.connection()
    projects = list(session.execute(select(tables.Project).order_by(col(tables.Project.id))).scalars())
    as_of = {row.project: row.as_of_at for row in connection.execute(select(_STATE.c.project, _STATE.c.as_of_at))}
    deviations = _newest_deviations(session)
    unseen = _unseen(session)
    warnings: dict[str, list[tables.PlanWarning]] = defaultdict(list)
    for warning in session.execute(select(tables.PlanWarning).where(col(tables.PlanWarning.state) == "open")).scalars():
        warnings[warning.project].append(warning)
    pauses = pauses_of_each(connection)
    ladders = ladders_of_each(connection, [project.id for project in projects])
    paid = paid_of_each(connection)
    return [
        Stood(
            project=project,
            as_of_at=as_of.get(project.id),
            deviation=None if project.id in unseen else deviations.get(project.id),
            warnings=tuple(warnings[project.id]),
            pauses=tuple(pauses.get(project.id, ())),
            ladders=ladders[project.id],
            paid_fen=paid.get(project.id, 0),
        )
        for project in projects
    ]


def paid_of_each(connection: Connection) -> dict[str, int]:
    """What was paid so far, fen, by project; one without an account has paid nothing."""
    return {row.project: row.paid_fen for row in connection.execute(select(_ACCOUNT.c.project, _ACCOUNT.c.paid_fen))}


def _newest_deviations(session: Session) -> dict[str, tables.DeviationRow]:
    """Of whole projects; one step in the key's index for each, whatever the length of its history."""
    later, row = aliased(tables.DeviationRow), tables.DeviationRow
    newest = (
        select(func.max(later.as_of_at))
        .where(col(later.subject_kind) == "project", col(later.subject) == col(tables.Project.id))
        .scalar_subquery()
    )
    same = and_(
        col(row.subject_kind) == "project",
        col(row.subject) == col(tables.Project.id),
        col(row.as_of_at) == newest,
    )
    return {found.subject: found for found in session.execute(select(row).join(tables.Project, same)).scalars()}


def _unseen(session: Session) -> set[str]:
    """Projects whose newest progress says that nothing was ever observed; one step in the key's index for each.

    Asked of projects, not of progress: SQLite would read all that was ever known of any subject.
    """
    later, row, project = aliased(tables.ProgressState), tables.ProgressState, tables.Project
    newest = select(func.max(later.as_of_at)).where(col(later.subject) == col(project.id)).scalar_subquery()
    known = and_(col(row.subject) == col(project.id), col(row.as_of_at) == newest.correlate(project))
    unseen = select(col(row.subject)).where(known, col(row.last_seen_at).is_(None)).correlate(project).exists()
    return set(session.execute(select(col(project.id)).where(unseen)).scalars())


def pauses_of_each(connection: Connection) -> dict[str, list[tuple[date, date]]]:
    """Those of the newest plans and those approved since."""
    found: dict[str, list[tuple[date, date]]] = defaultdict(list)
    planned = select(_PAUSE.c.project, _PAUSE.c.first, _PAUSE.c.last).join(
        _PROJECT, and_(_PROJECT.c.id == _PAUSE.c.project, _PROJECT.c.plan_version == _PAUSE.c.version)
    )
    approved = select(_ASKED.c.project, _ASKED.c.first, _ASKED.c.last).where(_ASKED.c.state == "approved")
    for wanted in (planned, approved):
        for project, first, last in connection.execute(wanted):
            found[project].append((first, last))
    return found


def running_cases(connection: Connection) -> list[Row[Any]]:
    """Cases that have not ended, heaviest first, then whose clock runs out first: id, project, level, due_at, … ."""
    rank = case({"red": 0, "yellow": 1}, value=_CASE.c.level, else_=2)
    wanted = (
        select(
            *(_CASE.c[name] for name in ("id", "project", "rule", "subject_kind", "subject", "level", "state")),
            *(_CASE.c[name] for name in ("clock", "due_at", "opened_at", "warning")),
            _WARNING.c.value,
            _WARNING.c.unit,
            _BUILDING.c.name_zh,
            _BUILDING.c.name_en,
        )
        .join(_WARNING, _WARNING.c.id == _CASE.c.warning)
        .outerjoin(_BUILDING, and_(_CASE.c.subject_kind == "building", _BUILDING.c.id == _CASE.c.subject))
        .where(_CASE.c.ended_at.is_(None))
    )
    return list(connection.execute(wanted.order_by(rank, _CASE.c.due_at.is_(None), _CASE.c.due_at, _CASE.c.id)))


def moves_since(connection: Connection, since_ms: int, until_ms: int) -> list[Row[Any]]:
    """What became of warnings that may page, newest first: at, event, level, previous, project, rule, historical."""
    wanted = (
        select(
            *(_EVENT.c[name] for name in ("at", "event", "level", "previous")),
            *(_WARNING.c[name] for name in ("project", "rule", "subject_kind", "subject")),
            _BUILDING.c.name_zh,
            _BUILDING.c.name_en,
        )
        .join(_WARNING, _WARNING.c.id == _EVENT.c.warning)
        .outerjoin(_BUILDING, and_(_WARNING.c.subject_kind == "building", _BUILDING.c.id == _WARNING.c.subject))
        .where(*_moved(since_ms, until_ms))
        .order_by(_EVENT.c.at.desc(), _EVENT.c.warning.desc())
    )
    return list(connection.execute(wanted))


def moves_by_day(
    connection: Connection, since_ms: int, until_ms: int, *, projects: Sequence[str] | None
) -> dict[tuple[int, str], int]:
    """How many they were, by day and event; days are counted from 0 at `since_ms`. `projects` None = of all."""
    nth = ((_EVENT.c.at - since_ms) // DAY_MS).label("nth")
    wanted = select(nth, _EVENT.c.event, func.count()).join(_WARNING, _WARNING.c.id == _EVENT.c.warning)
    wanted = wanted.where(*_moved(since_ms, until_ms)).group_by(nth, _EVENT.c.event)
    if projects is not None:
        wanted = wanted.where(_WARNING.c.project.in_(projects))
    return {(nth, event): count for nth, event, count in connection.execute(wanted)}


def _moved(since_ms: int, until_ms: int) -> tuple[ColumnElement[bool], ...]:
    return _EVENT.c.at >= since_ms, _EVENT.c.at <= until_ms, _WARNING.c.historical.is_(False)


def newest_stills(
    connection: Connection, *, projects: Sequence[str] | None, since_ms: int, limit: int
) -> list[Row[Any]]:
    """The newest still of each building that had one since then, newest first; `projects` None = of all.

    Read from the newest on until there are enough, each time four times as far: not all that was ever seen.
    """
    asked = 4 * limit
    while True:
        rows = list(connection.execute(_stills(projects=projects, since_ms=since_ms).limit(asked)))
        newest: dict[str, int] = {}
        found = [row for row in rows if newest.setdefault(row.building, row.observed_at) == row.observed_at]
        if len(rows) < asked or len(found) >= limit:
            return found[:limit]
        asked *= 4


def _stills(*, projects: Sequence[str] | None, since_ms: int) -> Select[Any]:
    wanted = (
        select(
            *(_READING.c[name] for name in ("building", "face", "gateway", "camera", "observed_at", "evidence_sha256")),
            _BUILDING.c.project,
            _BUILDING.c.name_zh,
            _BUILDING.c.name_en,
        )
        .join(_EVIDENCE, _EVIDENCE.c.sha256 == _READING.c.evidence_sha256)
        .join(_BUILDING, _BUILDING.c.id == _READING.c.building)
        .where(
            _READING.c.evidence_sha256.is_not(None), _READING.c.observed_at >= since_ms, _READING.c.timing != "future"
        )
        .order_by(_READING.c.observed_at.desc(), _READING.c.building, _READING.c.face)
    )
    return wanted if projects is None else wanted.where(_BUILDING.c.project.in_(projects))


def still_of_face_since(connection: Connection, row: Row[Any], *, since_ms: int) -> Row[Any] | None:
    """The earliest still of the same face by the same camera since an instant and before this one."""
    wanted = (
        select(_READING.c.evidence_sha256, _READING.c.observed_at)
        .join(_EVIDENCE, _EVIDENCE.c.sha256 == _READING.c.evidence_sha256)
        .where(
            *(_READING.c[name] == getattr(row, name) for name in ("building", "face", "gateway", "camera")),
            _READING.c.observed_at >= since_ms,
            _READING.c.observed_at < row.observed_at,
            _READING.c.evidence_sha256 != row.evidence_sha256,
        )
        .order_by(_READING.c.observed_at)
    )
    return connection.execute(wanted.limit(1)).first()


def count_cameras(connection: Connection, *, projects: Sequence[str] | None, silent_ms: int) -> Row[Any]:
    """Cameras that look at one of these projects (None = at any) by the newest plans: how many there are, of gateways
    that are online, and not heard of since `silent_ms`: cameras, online, silent."""
    looking = _looking(projects).distinct().subquery()
    unheard = or_(_CAMERA.c.last_observed_at.is_(None), _CAMERA.c.last_observed_at < silent_ms)
    wanted = (
        select(
            func.count().label("cameras"),
            func.count(case((_STATUS.c.online.is_(True), 1))).label("online"),
            func.count(case((unheard, 1))).label("silent"),
        )
        .select_from(looking)
        .outerjoin(_STATUS, _STATUS.c.gateway == looking.c.gateway)
        .outerjoin(_CAMERA, and_(_CAMERA.c.gateway == looking.c.gateway, _CAMERA.c.id == looking.c.camera))
    )
    return connection.execute(wanted).one()


def ailing_cameras(connection: Connection, *, projects: Sequence[str] | None) -> list[Row[Any]]:
    """Device facts of those cameras, or of their gateways, that have not ended: code, how many (cameras), since_at."""
    looking = _looking(projects).subquery()
    theirs = and_(
        looking.c.gateway == _CONDITION.c.gateway,
        or_(_CONDITION.c.camera == "", looking.c.camera == _CONDITION.c.camera),
    )
    each = (
        select(
            _CONDITION.c.gateway, _CONDITION.c.camera, _CONDITION.c.code, func.min(_CONDITION.c.since_at).label("at")
        )
        .where(_CONDITION.c.until_at.is_(None), select(looking.c.gateway).where(theirs).exists())
        .group_by(_CONDITION.c.gateway, _CONDITION.c.camera, _CONDITION.c.code)
        .subquery()
    )
    cameras, since = func.count().label("cameras"), func.min(each.c.at).label("since_at")
    wanted = select(each.c.code, cameras, since).group_by(each.c.code).order_by(cameras.desc(), each.c.code)
    return list(connection.execute(wanted))


def _looking(projects: Sequence[str] | None) -> Select[Any]:
    """Gateway and camera of each face of the newest plans of these projects; one may come several times."""
    wanted = (
        select(_FACE.c.gateway, _FACE.c.camera)
        .join(_BUILDING, _BUILDING.c.id == _FACE.c.building)
        .join(_PROJECT, and_(_PROJECT.c.id == _BUILDING.c.project, _PROJECT.c.plan_version == _FACE.c.plan_version))
    )
    return wanted if projects is None else wanted.where(_PROJECT.c.id.in_(projects))
