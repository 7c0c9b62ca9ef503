"""Read queries about cases and measures: rows to nouns, who holds which seat, what was sent already."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from central.domain import Subject
from central.mending import case as nouns
from central.mending.following import Life
from central.mending.order import Piece
from central.mending.routing import Holder, Site
from central.store import tables
from central.store.read_timing import only_historical
from central.store.upsert import table_of

_CASE, _EVENT, _TOLD = table_of(tables.MendingCase), table_of(tables.CaseEvent), table_of(tables.CaseTold)
_OF_WARNING, _WARNING = table_of(tables.CaseWarning), table_of(tables.PlanWarning)
_MEASURE, _MEASURE_EVENT = table_of(tables.Rectification), table_of(tables.RectificationEvent)
_USER, _GRANT, _PROJECT = table_of(tables.User), table_of(tables.Grant), table_of(tables.Project)
_PHOTO, _STILL, _READING = table_of(tables.PhotoClaim), table_of(tables.Evidence), table_of(tables.FaceReading)
_BUILDING, _MESSAGE = table_of(tables.Building), table_of(tables.Notification)
_DELIVERY = table_of(tables.Delivery)
Key = tuple[str, str, str]
_BEGINS = ("raised", "reopened")


def case_of_warning(connection: Connection, warning: int) -> int | None:
    """The case a warning belongs to; None = it has none (historical, or raised before cases were kept)."""
    return connection.execute(select(_OF_WARNING.c.case_id).where(_OF_WARNING.c.warning == warning)).scalar()


def load_case(connection: Connection, case: int) -> nouns.Case | None:
    """One case with its measure."""
    return next(iter(_cases(connection, select(_CASE).where(_CASE.c.id == case))), None)


def load_cases(connection: Connection, ids: Iterable[int]) -> list[nouns.Case]:
    """These cases with their measures, by id."""
    return _cases(connection, select(_CASE).where(_CASE.c.id.in_(list(ids))).order_by(_CASE.c.id))


def newest_cases(connection: Connection, project: str) -> dict[Key, nouns.Case]:
    """The newest case of each (rule, subject kind, subject) of a project."""
    found = _cases(connection, select(_CASE).where(_CASE.c.project == project).order_by(_CASE.c.id))
    return {(one.rule, one.subject.kind, one.subject.id): one for one in found}


def active_cases(connection: Connection) -> list[nouns.Case]:
    """All cases that have not ended, by id."""
    return _cases(connection, select(_CASE).where(_CASE.c.ended_at.is_(None)).order_by(_CASE.c.id))


def cases_of_measure(connection: Connection, measure: int) -> list[nouns.Case]:
    """The cases that a measure mends now, by id; those that ended are left out."""
    wanted = select(_CASE).where(_CASE.c.rectification == measure, _CASE.c.ended_at.is_(None))
    return _cases(connection, wanted.order_by(_CASE.c.id))


def load_measure(connection: Connection, measure: int) -> nouns.Rectification | None:
    """One measure."""
    row = connection.execute(select(_MEASURE).where(_MEASURE.c.id == measure)).first()
    return None if row is None else measure_of(row)


def running_measures(connection: Connection) -> list[nouns.Rectification]:
    """All measures that somebody has to do or to finish, by id."""
    states = ("assigned", "rectifying")
    wanted = select(_MEASURE).where(_MEASURE.c.state.in_(states)).order_by(_MEASURE.c.id)
    return [measure_of(row) for row in connection.execute(wanted)]


def measure_of(row: Row[Any]) -> nouns.Rectification:
    """A row of the table as the noun."""
    return nouns.Rectification(
        id=row.id,
        project=row.project,
        unit=row.unit,
        person=row.person,
        measure=row.measure,
        due=row.due,
        acceptance_standard=row.acceptance_standard,
        state=row.state,
        assigned_ms=row.assigned_at,
        submitted_by=row.submitted_by,
        shown_by=tuple(sorted({piece["by"] for piece in json.loads(row.evidence)})),
        submitted_ms=row.submitted_at,
        verified_ms=row.verified_at,
        created_ms=row.created_at,
    )


def lives_of(connection: Connection, project: str, known: Mapping[Key, nouns.Case]) -> dict[Key, Life]:
    """The warning that each fault of a project is about now: the open one, else that of its case or a later one.

    A fault whose warnings were all withdrawn since is left out.
    """
    wanted = select(_WARNING).where(_WARNING.c.project == project, _WARNING.c.state != "withdrawn")
    found: dict[Key, Row[Any]] = {}
    for row in connection.execute(wanted.order_by(_WARNING.c.id)):
        key = (row.rule, row.subject_kind, row.subject)
        known_to = known.get(key)
        if row.state == "open" or (known_to is not None and row.id >= known_to.warning and not _open(found.get(key))):
            found[key] = row
    return {key: _life(connection, row) for key, row in found.items()}


def _life(connection: Connection, row: Row[Any]) -> Life:
    """What only late facts raised pages nobody, until a fact that came in time moves it."""
    moved = row.historical and row.state == "open" and row.changed_at > row.raised_at
    historical = row.historical and not (moved and not only_historical(connection, json.loads(row.refs)))
    return Life(warning=row.id, level=row.level, open=row.state == "open", historical=historical)


def _open(row: Row[Any] | None) -> bool:
    return row is not None and row.state == "open"


def site_of(connection: Connection, project: str) -> Site:
    """Where a project belongs, as grants name it."""
    row = connection.execute(select(_PROJECT.c.unit_zh, _PROJECT.c.street_zh).where(_PROJECT.c.id == project)).one()
    return Site(project=project, unit=row.unit_zh, street=row.street_zh)


def holders_near(connection: Connection, site: Site, *, at_ms: int) -> list[Holder]:
    """Active persons with a role that reaches the site at that time."""
    reaches = or_(
        _GRANT.c.scope_kind == "district",
        and_(_GRANT.c.scope_kind == "unit", _GRANT.c.scope == site.unit),
        and_(_GRANT.c.scope_kind == "street", _GRANT.c.scope == site.street),
        and_(_GRANT.c.scope_kind == "project", _GRANT.c.scope == site.project),
    )
    return _holders(connection, reaches, at_ms=at_ms)


def holders_of_unit(connection: Connection, unit: str, *, at_ms: int) -> list[Holder]:
    """Active persons with a role in a unit at that time."""
    return _holders(connection, and_(_GRANT.c.scope_kind == "unit", _GRANT.c.scope == unit), at_ms=at_ms)


def _holders(connection: Connection, reaches: Any, *, at_ms: int) -> list[Holder]:
    wanted = (
        select(_USER.c.username, _GRANT.c.role, _GRANT.c.scope_kind, _GRANT.c.scope)
        .join(_GRANT, _GRANT.c.user == _USER.c.id)
        .where(
            _USER.c.active.is_(True),
            _GRANT.c.valid_from_at <= at_ms,
            or_(_GRANT.c.valid_to_at.is_(None), _GRANT.c.valid_to_at > at_ms),
            reaches,
        )
        .order_by(_USER.c.username, _GRANT.c.id)
    )
    return [
        Holder(person=person, role=role, kind=kind, scope=scope)
        for person, role, kind, scope in connection.execute(wanted)
    ]


def told_of(connection: Connection, case: int) -> list[Row[Any]]:
    """Who was told of a case, by round, time and person."""
    order = (_TOLD.c.nth, _TOLD.c.at, _TOLD.c.person, _TOLD.c.level)
    return list(connection.execute(select(_TOLD).where(_TOLD.c.case_id == case).order_by(*order)))


def deliveries(connection: Connection, case: int) -> dict[tuple[str, str], str]:
    """What became of the newest message about a case, by person and level: queued, or the state of its delivery."""
    wanted = (
        select(_MESSAGE.c.person, _MESSAGE.c.level, _DELIVERY.c.state)
        .select_from(_MESSAGE.outerjoin(_DELIVERY, _DELIVERY.c.id == _MESSAGE.c.delivery))
        .where(_MESSAGE.c.about == f"case/{case}")
        .order_by(_MESSAGE.c.id)
    )
    return {(row.person, row.level): row.state or "queued" for row in connection.execute(wanted)}


def told_to(connection: Connection, person: str, cases: Sequence[int]) -> set[int]:
    """Those of the cases that the person was told of in their present round and has not acknowledged."""
    joined = _TOLD.join(_CASE, and_(_CASE.c.id == _TOLD.c.case_id, _CASE.c.reopened == _TOLD.c.nth))
    wanted = select(_TOLD.c.case_id).select_from(joined)
    mine = wanted.where(_TOLD.c.person == person, _TOLD.c.acknowledged_at.is_(None), _TOLD.c.case_id.in_(list(cases)))
    return set(connection.execute(mine).scalars())


def cases_of_warnings(connection: Connection, warnings: Sequence[int]) -> dict[int, int]:
    """The case of each warning that has one."""
    wanted = select(_OF_WARNING.c.warning, _OF_WARNING.c.case_id).where(_OF_WARNING.c.warning.in_(list(warnings)))
    return {row.warning: row.case_id for row in connection.execute(wanted)}


def lives_of_case(connection: Connection, case: int) -> list[int]:
    """All warnings of a case, first to last."""
    wanted = select(_OF_WARNING.c.warning).where(_OF_WARNING.c.case_id == case).order_by(_OF_WARNING.c.warning)
    return list(connection.execute(wanted).scalars())


def case_events(connection: Connection, case: int) -> list[Row[Any]]:
    """The timeline of a case, first to last."""
    return list(connection.execute(select(_EVENT).where(_EVENT.c.case_id == case).order_by(_EVENT.c.id)))


def measure_events(connection: Connection, measure: int) -> list[Row[Any]]:
    """The timeline of a measure, first to last."""
    wanted = select(_MEASURE_EVENT).where(_MEASURE_EVENT.c.rectification == measure)
    return list(connection.execute(wanted.order_by(_MEASURE_EVENT.c.id)))


def case_tags(connection: Connection, cases: Sequence[int]) -> dict[int, set[str]]:
    """The occasions that were called for already, by case."""
    wanted = select(_EVENT.c.case_id, _EVENT.c.tag).where(_EVENT.c.case_id.in_(cases), _EVENT.c.tag != "")
    return _grouped(connection, wanted)


def measure_tags(connection: Connection, measures: Sequence[int]) -> dict[int, set[str]]:
    """The same by measure."""
    named = _MEASURE_EVENT.c
    wanted = select(named.rectification, named.tag).where(named.rectification.in_(measures), named.tag != "")
    return _grouped(connection, wanted)


def _grouped(connection: Connection, wanted: Select[Any]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for owner, tag in connection.execute(wanted):
        found.setdefault(owner, set()).add(tag)
    return found


def unknown_pieces(connection: Connection, pieces: Sequence[Piece], *, project: str, unit: str) -> list[Piece]:
    """The pieces of evidence that are not there, or do not belong to the project (for a unit: one of its projects)."""
    place = _PROJECT.c.id == project if project else _PROJECT.c.unit_zh == unit
    photos = select(_PHOTO.c.sha256).join(_PROJECT, _PROJECT.c.id == _PHOTO.c.project).where(place)
    stills = (
        select(_READING.c.evidence_sha256)
        .join(_STILL, _STILL.c.sha256 == _READING.c.evidence_sha256)
        .join(_BUILDING, _BUILDING.c.id == _READING.c.building)
        .join(_PROJECT, _PROJECT.c.id == _BUILDING.c.project)
        .where(place)
    )
    digests = [piece.sha256 for piece in pieces]
    there = {
        "photo": set(connection.execute(photos.where(_PHOTO.c.sha256.in_(digests))).scalars()),
        "still": set(connection.execute(stills.where(_READING.c.evidence_sha256.in_(digests))).scalars()),
    }
    return [piece for piece in pieces if piece.sha256 not in there[piece.kind]]


def round_began() -> Any:
    """When the present round of a case began: raised, or come back last; an escalation begins none."""
    began = select(func.max(_EVENT.c.at)).where(_EVENT.c.case_id == _CASE.c.id, _EVENT.c.event.in_(_BEGINS))
    return func.coalesce(began.correlate(_CASE).scalar_subquery(), _CASE.c.opened_at).label("began_at")


def precedents(connection: Connection, causes: Sequence[str], *, limit: int = 20) -> dict[str, list[tuple[int, int]]]:
    """Closed cases of each of these causes as (case, whole days of its last round), newest first."""
    order = (_CASE.c.ended_at.desc(), _CASE.c.id.desc())
    nth = func.row_number().over(partition_by=_CASE.c.cause, order_by=order).label("nth")
    closed = (
        select(_CASE.c.cause, _CASE.c.id, _CASE.c.ended_at, nth)
        .where(_CASE.c.cause.in_(causes), _CASE.c.state == "closed")
        .subquery()
    )
    wanted = (
        select(_CASE.c.cause, _CASE.c.id, round_began(), _CASE.c.ended_at)
        .join(closed, closed.c.id == _CASE.c.id)
        .where(closed.c.nth <= limit)
        .order_by(closed.c.nth)
    )
    found: dict[str, list[tuple[int, int]]] = {cause: [] for cause in causes}
    for row in connection.execute(wanted):
        found[row.cause].append((row.id, -(-(row.ended_at - row.began_at) // 86_400_000)))
    return found


def last_event(connection: Connection, case: int) -> Row[Any] | None:
    """The newest event of a case."""
    wanted = select(_EVENT).where(_EVENT.c.case_id == case).order_by(_EVENT.c.id.desc()).limit(1)
    return connection.execute(wanted).first()


def count_events(connection: Connection, case: int, event: str) -> int:
    """How often something happened to a case."""
    wanted = select(func.count()).select_from(_EVENT).where(_EVENT.c.case_id == case, _EVENT.c.event == event)
    return int(connection.execute(wanted).scalar_one())


def _cases(connection: Connection, wanted: Select[Any]) -> list[nouns.Case]:
    rows = connection.execute(wanted).all()
    needed = sorted({row.rectification for row in rows if row.rectification is not None})
    measures: dict[int, nouns.Rectification] = {}
    if needed:
        found = connection.execute(select(_MEASURE).where(_MEASURE.c.id.in_(needed)))
        measures = {row.id: measure_of(row) for row in found}
    return [_case(row, measures.get(row.rectification)) for row in rows]


def _case(row: Row[Any], measure: nouns.Rectification | None) -> nouns.Case:
    return nouns.Case(
        id=row.id,
        project=row.project,
        rule=row.rule,
        subject=Subject(kind=cast(Any, row.subject_kind), id=row.subject),
        warning=row.warning,
        state=row.state,
        facts=row.facts,
        level=row.level,
        peak=row.peak,
        reopened=row.reopened,
        opened_ms=row.opened_at,
        level_ms=row.level_at,
        pushed_ms=row.pushed_at,
        acknowledged_ms=row.acknowledged_at,
        assigned_ms=row.assigned_at,
        ready_ms=row.ready_at,
        ended_ms=row.ended_at,
        cause=row.cause,
        department=row.department,
        coordinated_ms=row.coordinated_at,
        version=row.version,
        rectification=measure,
    )
