"""The library of indicators, the sets that subjects are scored by, frames over them, and carbon by factor tables."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Day, Number
from central.api.errors import absent
from central.api.goal_schemas import SubjectShown
from central.api.indicator_schemas import (
    CarbonFactorShown,
    CarbonGiven,
    CarbonLineShown,
    CarbonShown,
    CloneGiven,
    FactorTableGiven,
    FactorTables,
    FactorTableShown,
    Frame,
    SectorBrief,
    SectorList,
    SectorShown,
    SetBrief,
    SetDecisionGiven,
    SetInFrame,
    SetList,
    SetShown,
    SetSubject,
    SetVersions,
)
from central.api.mending_refusals import RESPONSES
from central.api.refused_acts import recorded
from central.api.services import Db, Given
from central.api.views.goals import decides_set, frame_shown, moves_set, reads_set, sector_shown, set_shown, words
from central.domain import Subject, Text
from central.scoring.carbon import Factor, FactorTable, Quantity, footprint
from central.scoring.library import SectorGiven
from central.scoring.refused import ScoringRefused
from central.scoring.sets import Cloning, cloned, in_force, set_id
from central.scoring.weighing import Judgement
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_indicators import all_set_versions, carbon_tables, sectors, set_versions
from central.store.read_judgements import weights_of
from central.store.save_indicators import decide_set, put_carbon_table, put_sector, put_set, withdraw_set

router = APIRouter(tags=["indicators"])
Reader = Annotated[Access, allow("read_goals")]
Author = Annotated[Access, allow("plan_goals")]
Approver = Annotated[Access, allow("approve_goals")]
Keeper = Annotated[Access, allow("organise")]
SubjectId = Annotated[str, Path(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
SectorId = Annotated[str, Path(max_length=32, pattern=r"^[a-z][a-z0-9_]*$")]
Version = Annotated[Number, Path()]
OnDay = Annotated[Day | None, Query(description="today unless told")]
PAGE_MAX = 200
BODY_BYTES_MAX = 1024 * 1024


@router.get("/indicator-sectors", operation_id="listIndicatorSectors", response_model=SectorList)
def get_sectors(access: Reader, session: Db) -> SectorList:
    """The sectors of the library, each in its newest version."""
    return SectorList(
        sectors=[
            SectorBrief(
                id=sector.id,
                version=sector.version,
                name=words(sector.name),
                work_types=list(sector.work_types),
                indicators=len(sector.indicators),
            )
            for sector in sectors(session.connection()).values()
        ]
    )


@router.get("/indicator-sectors/{sector}", operation_id="getIndicatorSector", response_model=SectorShown)
def get_sector(sector: SectorId, access: Reader, session: Db) -> SectorShown:
    """The indicators of a sector with formula, legal basis, what verifies them, and their places in the frames."""
    found = sectors(session.connection()).get(sector)
    if found is None:
        raise absent("sector", sector)
    return sector_shown(found)


@router.post(
    "/indicator-sectors",
    operation_id="putIndicatorSector",
    status_code=201,
    response_model=SectorShown,
    responses=RESPONSES,
)
def post_sector(given: SectorGiven, access: Keeper, services: Given) -> SectorShown:
    """Store a sector's indicators (siteprogress.indicators/1) as its next version; running sets keep theirs."""
    object_ = f"sector/{given.sector}"
    with (
        recorded(services, access, action="indicators.import", object_=object_),
        writing(services.engine) as connection,
    ):
        return sector_shown(put_sector(connection, given, by=access.username, now_ms=to_ms(services.wall())))


@router.get("/indicator-sets", operation_id="listIndicatorSets", response_model=SetList)
def get_sets(
    access: Reader,
    services: Given,
    session: Db,
    *,
    kind: Annotated[SetSubject | None, Query()] = None,
    after: Annotated[str, Query(max_length=160, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> SetList:
    """Subjects in the caller's scope that have a set, by kind and id; `next` goes into `after`."""
    versions, now_ms = all_set_versions(session.connection(), kind=kind or ""), to_ms(services.wall())
    found = [
        (subject, of[-1])
        for subject, of in sorted(versions.items())
        if set_id(subject) > after and reads_set(session, access, subject, now_ms=now_ms)
    ]
    page = found[:limit]
    return SetList(
        sets=[
            SetBrief(
                subject=SubjectShown(kind=subject.kind, id=subject.id),
                name=words(newest.set.name),
                sector=newest.set.sector,
                version=newest.set.version,
                state=newest.state,
                since=newest.since,
                leaves=len(newest.set.leaves),
            )
            for subject, newest in page
        ],
        next=set_id(page[-1][0]) if len(found) > limit else None,
    )


@router.get("/indicator-sets/{kind}/{subject}", operation_id="getIndicatorSet", response_model=SetVersions)
def get_set(
    kind: SetSubject, subject: SubjectId, access: Reader, services: Given, *, session: Db, day: OnDay = None
) -> SetVersions:
    """Every version of a subject's set, the oldest first, and which was in force on a day."""
    about = Subject(kind=kind, id=subject)
    _check_reach(reads_set(session, access, about, now_ms=to_ms(services.wall())), about)
    versions = set_versions(session.connection(), subject=about)
    live = in_force(versions, day or district_day(services.wall()))
    return SetVersions(versions=[set_shown(version, in_force=version is live) for version in versions])


@router.get(
    "/indicator-sets/{kind}/{subject}/frames/{frame}", operation_id="getIndicatorFrame", response_model=SetInFrame
)
def get_frame(
    kind: SetSubject,
    subject: SubjectId,
    frame: Frame,
    access: Reader,
    *,
    services: Given,
    session: Db,
    day: OnDay = None,
) -> SetInFrame:
    """The set in force on a day through a frame: input-output-impact, the four dimensions, or the ministry's."""
    about = Subject(kind=kind, id=subject)
    _check_reach(reads_set(session, access, about, now_ms=to_ms(services.wall())), about)
    versions = set_versions(session.connection(), subject=about)
    live = in_force(versions, day or district_day(services.wall()))
    if live is None:
        raise absent("set", set_id(about))
    return frame_shown(live.set, frame)


@router.post(
    "/indicator-sets/{kind}/{subject}",
    operation_id="proposeIndicatorSet",
    status_code=201,
    response_model=SetShown,
    responses=RESPONSES,
)
def post_set(kind: SetSubject, subject: SubjectId, given: CloneGiven, access: Author, services: Given) -> SetShown:
    """Propose the next version of a subject's set out of the library; another person approves it."""
    about = Subject(kind=kind, id=subject)
    with (
        recorded(services, access, action="indicator_set.propose", object_=f"indicator_set/{set_id(about)}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        _check_reach(moves_set(Session(connection), access, about, now_ms=now_ms), about)
        sector = sectors(connection).get(given.sector)
        if sector is None:
            raise absent("sector", given.sector)
        cloning = _cloning(connection, given)
        version = put_set(
            connection,
            about,
            lambda number: cloned(sector, cloning, subject=about, version=number),
            since=given.since,
            base_version=given.base_version,
            reason=given.reason,
            by=access.username,
            now_ms=now_ms,
        )
        return set_shown(version, in_force=False)


@router.post(
    "/indicator-sets/{kind}/{subject}/versions/{version}/decision",
    operation_id="decideIndicatorSet",
    response_model=SetShown,
    responses=RESPONSES,
)
def post_decision(
    kind: SetSubject,
    subject: SubjectId,
    version: Version,
    given: SetDecisionGiven,
    *,
    access: Approver,
    services: Given,
) -> SetShown:
    """Approve or refuse a proposed version; never by its author, nor by the unit or person that is scored by it."""
    about = Subject(kind=kind, id=subject)
    with (
        recorded(services, access, action="indicator_set.decide", object_=f"indicator_set/{set_id(about)}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        _check_reach(decides_set(Session(connection), access, about, now_ms=now_ms), about)
        decided = decide_set(
            connection,
            about,
            version,
            approve=given.approve,
            remark=given.remark,
            by=access.username,
            now_ms=now_ms,
        )
        live = in_force(set_versions(connection, subject=about), district_day(services.wall()))
        return set_shown(decided, in_force=live is not None and live.set.version == version)


@router.delete(
    "/indicator-sets/{kind}/{subject}/versions/{version}",
    operation_id="withdrawIndicatorSet",
    response_model=SetShown,
    responses=RESPONSES,
)
def delete_version(kind: SetSubject, subject: SubjectId, version: Version, access: Author, services: Given) -> SetShown:
    """Take one's own proposal back; a version that was approved is never taken back, and the try is recorded."""
    about = Subject(kind=kind, id=subject)
    with (
        recorded(services, access, action="indicator_set.withdraw", object_=f"indicator_set/{set_id(about)}"),
        writing(services.engine) as connection,
    ):
        now_ms = to_ms(services.wall())
        _check_reach(moves_set(Session(connection), access, about, now_ms=now_ms), about)
        return set_shown(withdraw_set(connection, about, version, by=access.username, now_ms=now_ms), in_force=False)


@router.get("/carbon/tables", operation_id="listCarbonTables", response_model=FactorTables)
def get_tables(access: Reader, session: Db) -> FactorTables:
    """Tables of carbon factors with their source and version."""
    return FactorTables(tables=[_table_shown(table) for table in carbon_tables(session.connection())])


@router.post(
    "/carbon/tables",
    operation_id="putCarbonTable",
    status_code=201,
    response_model=FactorTableShown,
    responses=RESPONSES,
)
def post_table(given: FactorTableGiven, access: Keeper, services: Given) -> FactorTableShown:
    """Keep a version of a factor table; the same version with other factors is refused."""
    table = FactorTable(
        name=given.name,
        source=given.source.strip(),
        version=given.version,
        factors=tuple(
            Factor(
                code=one.code,
                name=Text(zh=one.name.zh, en=one.name.en or one.name.zh),
                kind=one.kind,
                unit=one.unit,
                tco2e=one.tco2e,
            )
            for one in given.factors
        ),
    )
    with (
        recorded(services, access, action="carbon.import", object_=f"carbon/{given.name}"),
        writing(services.engine) as connection,
    ):
        put_carbon_table(connection, table, by=access.username, now_ms=to_ms(services.wall()))
    return _table_shown(table)


@router.post("/carbon/footprint", operation_id="countCarbon", response_model=CarbonShown, responses=RESPONSES)
def post_footprint(given: CarbonGiven, access: Author, services: Given, session: Db) -> CarbonShown:
    """Σ quantity x factor by a table, to be entered as the value of an indicator; nothing is stored."""
    tables = {(table.name, table.version): table for table in carbon_tables(session.connection())}
    table = tables.get((given.table, given.version))
    if table is None:
        raise absent("factor table", f"{given.table} {given.version}")
    quantities = [
        Quantity(code=one.code, amount=one.amount, unit=one.unit, ref=one.sha256 or "") for one in given.quantities
    ]
    with recorded(services, access, action="carbon.count", object_=f"carbon/{given.table}"):
        found = footprint(quantities, table)
    return CarbonShown(
        tco2e=found.tco2e,
        table=found.table,
        source=found.source,
        version=found.version,
        lines=[
            CarbonLineShown(
                code=line.quantity.code,
                amount=line.quantity.amount,
                unit=line.quantity.unit,
                factor=line.factor.tco2e,
                tco2e=line.tco2e,
            )
            for line in found.lines
        ],
    )


def _cloning(connection: Connection, given: CloneGiven) -> Cloning:
    return Cloning(
        name=Text(zh=given.name.zh, en=given.name.en or given.name.zh),
        frame=given.frame,
        weighing=given.weighing,
        indicators=tuple(given.indicators),
        targets=dict(given.targets),
        weights=dict(given.weights),
        judgement=_judgement(connection, given) if given.weighing == "judged" else None,
        reason=given.reason,
    )


def _judgement(connection: Connection, given: CloneGiven) -> Judgement:
    found = weights_of(connection, node=given.node, version=given.node_version)
    if found is None:
        what = Text(
            zh=f"AHP 节点 {given.node or '-'} 没有冻结的权重", en=f"AHP node {given.node or '-'} has no frozen weights"
        )
        expected = Text(zh="已冻结的判断节点", en="a node whose judgement is frozen")
        raise ScoringRefused("unknown", what, where="node", expected=expected)
    by = {criterion.id: weight for criterion, weight in zip(found.criteria, found.weights, strict=True)}
    return Judgement(label=f"{found.node}/{found.version}", cr=found.cr, weights=by)


def _check_reach(reaches: bool, subject: Subject) -> None:
    if not reaches:
        raise absent("set", set_id(subject))


def _table_shown(table: FactorTable) -> FactorTableShown:
    return FactorTableShown(
        name=table.name,
        source=table.source,
        version=table.version,
        factors=[
            CarbonFactorShown(code=one.code, name=words(one.name), kind=one.kind, unit=one.unit, tco2e=one.tco2e)
            for one in table.factors
        ],
    )
