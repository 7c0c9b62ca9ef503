"""Rectifications: ordered measures until they are verified; coordinations with other departments; indicators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.errors import InvalidError, absent
from central.api.mending_refusals import RESPONSES, refusals
from central.api.mending_schemas import (
    Answered,
    CoordinationList,
    Indicators,
    MendingEvidenceGiven,
    OrderGiven,
    Reason,
    RectificationDetail,
    RectificationList,
    Remark,
)
from central.api.sent_files import XLSX_TYPE
from central.api.services import Db, Given, Services
from central.api.views.mending import coordinations_shown, indicators_shown
from central.api.views.rectifications import measure_detail, measures_sheet, measures_shown, place_of_measure
from central.api.views.seats import actor_at, units_of, visible_projects
from central.mending.case import Rectification
from central.mending.order import Order, Piece
from central.store import order_mended
from central.store.act_mended import coordinate
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.read_measures import MeasureFilter
from central.store.read_mended import load_case, load_measure
from central.store.read_places import is_number

router = APIRouter(tags=["rectifications"])
Reader = Annotated[Access, allow("read_projects")]
Mender = Annotated[Access, allow("mend")]
Short = Annotated[str | None, Query(max_length=128, pattern=r"^[^\x00]*$")]
MeasureState = Literal["draft", "assigned", "rectifying", "evidence", "verified", "cancelled"]
PAGE_MAX = 200
OFFSET_MAX = 1_000_000
PERIOD_DAYS_MAX = 3660
_EARLIEST = date(1971, 1, 1)


def _measure_filter(
    access: Reader,
    services: Given,
    session: Db,
    *,
    group: Literal["active", "ended", "all"] = "all",
    state: Annotated[list[MeasureState] | None, Query()] = None,
    project: Short = None,
    unit: Short = None,
    person: Short = None,
    due_until: date | None = None,
    mine: bool = False,
    overdue: bool = False,
) -> MeasureFilter:
    return MeasureFilter(
        today=district_day(services.wall()),
        projects=visible_projects(session.connection(), access),
        units=units_of(access),
        states=tuple(state or ()),
        project=project,
        unit=unit,
        person=access.username if mine else person,
        overdue=overdue,
        due_until=due_until,
        group=group,
    )


Wanted = Annotated[MeasureFilter, Depends(_measure_filter)]


@router.get("/rectifications", operation_id="listRectifications", response_model=RectificationList)
def rectifications(
    access: Reader,
    services: Given,
    session: Db,
    wanted: Wanted,
    *,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> RectificationList:
    """The ledger of rectifications: what is under way first, by due day."""
    connection, now_ms = session.connection(), to_ms(services.wall())
    return measures_shown(connection, wanted, access=access, limit=limit, offset=offset, now_ms=now_ms)


@router.get(
    "/rectifications/export",
    operation_id="exportRectifications",
    response_class=Response,
    responses={200: {"content": {XLSX_TYPE: {"schema": {"type": "string", "format": "binary"}}}}},
)
def export(access: Reader, services: Given, session: Db, wanted: Wanted, lang: Literal["zh", "en"] = "zh") -> Response:
    """The ledger as xlsx, with the same filters."""
    told = {"Content-Disposition": f'attachment; filename="rectifications-{wanted.today}.xlsx"'}
    content = measures_sheet(session.connection(), wanted, language=lang, now_ms=to_ms(services.wall()))
    return Response(content, media_type=XLSX_TYPE, headers=told)


@router.get("/rectifications/indicators", operation_id="getIndicators", response_model=Indicators)
def indicators(
    access: Reader, services: Given, session: Db, since: date | None = None, until: date | None = None
) -> Indicators:
    """How mending went: mean days to close, overdue and unhandled, precision of rules. A year back unless told."""
    last = until or district_day(services.wall())
    first = since or max(last, _EARLIEST) - timedelta(days=364)
    if not 0 <= (last - first).days <= PERIOD_DAYS_MAX or first.year < 1970 or last.year > 9000:
        raise InvalidError(
            f"period {first} to {last}",
            where="query.since",
            expected=f"0 to {PERIOD_DAYS_MAX} days, since before until",
        )
    return indicators_shown(session.connection(), access, since=first, until=last, now_ms=to_ms(services.wall()))


@router.get("/rectifications/{rectification_id}", operation_id="getRectification", response_model=RectificationDetail)
def rectification(rectification_id: str, access: Reader, services: Given, session: Db) -> RectificationDetail:
    """One measure with its timeline."""
    now_ms = to_ms(services.wall())
    return measure_detail(session.connection(), int(rectification_id), access=access, now_ms=now_ms)


@router.post(
    "/rectifications/{rectification_id}/issue",
    operation_id="issueRectification",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def issue(rectification_id: str, given: OrderGiven, access: Mender, services: Given) -> RectificationDetail:
    """Complete a draft, e.g. of a report, and order it."""
    order = Order(
        person=given.person, measure=given.measure, due=given.due, acceptance_standard=given.acceptance_standard,
        unit=given.unit,
    )  # fmt: skip

    def do(connection: Connection, measure: int, **more: Any) -> Rectification:
        return order_mended.issue(connection, measure, order, today=district_day(services.wall()), **more)

    return _do(rectification_id, access, services, do)


@router.post(
    "/rectifications/{rectification_id}/start",
    operation_id="startRectification",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def start(rectification_id: str, access: Mender, services: Given) -> RectificationDetail:
    """Work on it has begun."""
    return _do(rectification_id, access, services, order_mended.start)


@router.post(
    "/rectifications/{rectification_id}/evidence",
    operation_id="submitEvidence",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def evidence(
    rectification_id: str, given: MendingEvidenceGiven, access: Mender, services: Given
) -> RectificationDetail:
    """Hand in what shows that it is done."""
    pieces = [Piece(kind=piece.kind, sha256=piece.sha256, note=piece.note) for piece in given.evidence]

    def do(connection: Connection, measure: int, **more: Any) -> Rectification:
        return order_mended.submit(connection, measure, pieces, note=given.note, **more)

    return _do(rectification_id, access, services, do)


@router.post(
    "/rectifications/{rectification_id}/verify",
    operation_id="verifyRectification",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def verify(rectification_id: str, given: Remark, access: Mender, services: Given) -> RectificationDetail:
    """It is done as the standard asks: said by somebody other than the responsible."""
    return _do(rectification_id, access, services, order_mended.verify, note=given.note)


@router.post(
    "/rectifications/{rectification_id}/return",
    operation_id="returnRectification",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def give_back(rectification_id: str, given: Reason, access: Mender, services: Given) -> RectificationDetail:
    """The evidence does not show it: back, with the reason."""
    return _do(rectification_id, access, services, order_mended.give_back, reason=given.reason, version=given.version)


@router.post(
    "/rectifications/{rectification_id}/cancel",
    operation_id="cancelRectification",
    response_model=RectificationDetail,
    responses=RESPONSES,
)
def cancel(rectification_id: str, given: Reason, access: Mender, services: Given) -> RectificationDetail:
    """Take back a draft, or an order that mends no warning."""
    return _do(rectification_id, access, services, order_mended.cancel, reason=given.reason, version=given.version)


@router.get("/coordinations", operation_id="listCoordinations", response_model=CoordinationList)
def coordinations(
    access: Annotated[Access, allow("coordinate")],
    session: Db,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
    *,
    waiting: bool = True,
) -> CoordinationList:
    """What the caller's departments were asked to coordinate, and what his projects wait for."""
    return coordinations_shown(session.connection(), access, waiting=waiting, limit=limit, offset=offset)


@router.post(
    "/coordinations/{case_id}/answer",
    operation_id="answerCoordination",
    status_code=204,
    responses=RESPONSES,
)
def answer(
    case_id: Annotated[str, Path(max_length=32)],
    given: Answered,
    access: Annotated[Access, allow("coordinate")],
    services: Given,
) -> None:
    """Say what came of it; only for the department that was asked."""
    with refusals(), writing(services.engine) as connection:
        case = load_case(connection, int(case_id)) if is_number(case_id) else None
        if case is None or case.department not in units_of(access):
            raise absent("coordination", case_id)
        wall_ms = to_ms(services.wall())
        coordinate(connection, case.id, access.username, note=given.note, ref=given.ref, wall_ms=wall_ms)
        project = case.project
    services.changes.publish([project], at=services.clock())


def _do(
    rectification_id: str, access: Access, services: Services, act: Callable[..., Rectification], **more: Any
) -> RectificationDetail:
    """One act in one transaction, then the measure as it stands; pages that are open are told."""
    wall_ms, number = to_ms(services.wall()), int(rectification_id)
    with refusals(), writing(services.engine) as connection:
        measure = load_measure(connection, number)
        if measure is None:
            raise absent("rectification", rectification_id)
        actor = actor_at(access.username, access.grants, place_of_measure(connection, measure))
        act(connection, number, actor=actor, wall_ms=wall_ms, **more)
    if measure.project:
        services.changes.publish([measure.project], at=services.clock())
    with reading(services.engine) as connection:
        return measure_detail(connection, number, access=access, now_ms=wall_ms)
