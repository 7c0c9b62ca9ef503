"""Warnings of the caller's scope, and what people do to them until they are mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.case_brief import CaseState
from central.api.errors import absent
from central.api.kept import answered, kept
from central.api.mending_refusals import RESPONSES, refusals
from central.api.mending_schemas import (
    Acknowledged,
    AcknowledgedList,
    Acknowledgement,
    Acknowledgements,
    CaseDetail,
    CauseGiven,
    CauseList,
    Inbox,
    InboxCounts,
    Mine,
    OrderGiven,
    Reason,
    Remark,
    Verification,
)
from central.api.schemas import Level
from central.api.services import Db, Given, Services
from central.api.views.cases import causes_shown, detail_shown
from central.api.views.seats import actor_on, reach
from central.api.views.timeline import text_of
from central.api.views.warnings import Page, counts_of, inbox_of, warning_of, warnings_of
from central.api.warning_schemas import PlanWarning, WarningList
from central.mending.order import Order
from central.mending.refused import MendingRefused
from central.mending.who import MAY, Actor
from central.store import act_mended
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.read_inbox import InboxFilter
from central.store.read_mended import case_of_warning, load_case
from central.store.read_places import locate
from central.store.tables import Project

router = APIRouter(prefix="/warnings", tags=["warnings"])
Reader = Annotated[Access, allow("read_projects")]
Mender = Annotated[Access, allow("mend")]
Short = Annotated[str | None, Query(max_length=128, pattern=r"^[^\x00]*$")]
PAGE_MAX = 1000
LIST_MAX = 1000
OFFSET_MAX = 1_000_000


@router.get("", operation_id="listWarnings", response_model=WarningList)
def warnings(
    request: Request,
    access: Reader,
    services: Given,
    session: Db,
    *,
    project: Annotated[str | None, Query(max_length=128)] = None,
    state: Literal["open", "closed", "all"] = "open",
    level: Annotated[list[Level] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = LIST_MAX,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> Response:
    """Open (or closed) warnings, heaviest first, then newest; `total` counts all that pass."""
    page, levels = Page(now_ms=to_ms(services.wall()), limit=limit, offset=offset), tuple(level or ())
    found = warnings_of(session, access=access, project=project, state=state, levels=levels, page=page)
    return answered(request, kept(found))


def _inbox_filter(
    *,
    group: Literal["active", "ended", "all"] = "active",
    state: Annotated[list[CaseState] | None, Query()] = None,
    level: Annotated[list[Level] | None, Query()] = None,
    rule: Annotated[list[Annotated[str, Query(max_length=64)]] | None, Query()] = None,
    project: Short = None,
    unit: Short = None,
    street: Short = None,
    cause: Short = None,
    mine: Mine | None = None,
    overdue: bool = False,
) -> dict[str, Any]:
    return {
        "group": group, "states": tuple(state or ()), "levels": tuple(level or ()), "rules": tuple(rule or ()),
        "project": project, "unit": unit, "street": street, "cause": cause, "mine": mine, "overdue": overdue,
    }  # fmt: skip


@router.get("/inbox", operation_id="listInbox", response_model=Inbox)
def inbox(
    request: Request,
    access: Reader,
    services: Given,
    session: Db,
    wanted: Annotated[dict[str, Any], Depends(_inbox_filter)],
    *,
    sort: Literal["level", "due", "newest"] = "level",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=OFFSET_MAX)] = 0,
) -> Response:
    """Cases by their newest warning: what waits for me, what is late, what ended. Sorted by level then due time."""
    found = _filter(access, services, **wanted)
    return answered(request, kept(inbox_of(session, found, access=access, sort=sort, limit=limit, offset=offset)))


@router.get("/counts", operation_id="countInbox", response_model=InboxCounts)
def counts(access: Reader, services: Given, session: Db) -> InboxCounts:
    """How many cases wait for the caller, and in his scope."""
    return counts_of(session, _filter(access, services))


@router.get("/causes", operation_id="listCauses", response_model=CauseList)
def causes(access: Reader, session: Db, rule: Short = None) -> CauseList:
    """The taxonomy of causes with what usually helps, for a rule the likely ones first."""
    return CauseList(causes=causes_shown(session.connection(), rule))


@router.post("/acknowledge", operation_id="acknowledgeWarnings", response_model=AcknowledgedList, responses=RESPONSES)
def acknowledge_many(given: Acknowledgements, access: Mender, services: Given) -> AcknowledgedList:
    """Acknowledge several; each by itself, one that is refused stops no other."""
    wanted = list(dict.fromkeys(given.warnings))
    with reading(services.engine) as connection:
        for one in wanted:  # all of them first: what is absent is told before anything is done
            _case_within(connection, access, one)
    results = [_acknowledged(one, access, services) for one in wanted]
    return AcknowledgedList(done=sum(one.refused is None for one in results), results=results)


@router.get("/{warning_id}", operation_id="getWarning", response_model=PlanWarning)
def warning(warning_id: str, access: Reader, services: Given, session: Db) -> PlanWarning:
    """One warning with its history."""
    return warning_of(session, int(warning_id), access=access, now_ms=to_ms(services.wall()))


@router.get("/{warning_id}/case", operation_id="getCase", response_model=CaseDetail)
def case(warning_id: str, access: Reader, services: Given, session: Db) -> CaseDetail:
    """How far people are with it: who was told, what happened, what runs out when, what usually helps."""
    connection = session.connection()
    number = case_of_warning(connection, int(warning_id))
    found = None if number is None else load_case(connection, number)
    if found is None:
        raise absent("case of warning", warning_id)
    project = session.get_one(Project, found.project)
    return detail_shown(connection, found, access=access, project=project, now_ms=to_ms(services.wall()))


@router.post("/{warning_id}/acknowledge", operation_id="acknowledge", response_model=PlanWarning, responses=RESPONSES)
def acknowledge(warning_id: str, given: Acknowledgement, access: Mender, services: Given) -> PlanWarning:
    """It was read and is taken care of: the clock stops."""
    return _do(warning_id, access, services, act_mended.acknowledge, version=given.version)


@router.post("/{warning_id}/assign", operation_id="assign", response_model=PlanWarning, responses=RESPONSES)
def assign(warning_id: str, given: OrderGiven, access: Mender, services: Given) -> PlanWarning:
    """Order a measure with person, day and acceptance standard; who orders has acknowledged."""
    order = Order(
        person=given.person, measure=given.measure, due=given.due, acceptance_standard=given.acceptance_standard,
        unit=given.unit,
    )  # fmt: skip

    def do(connection: Connection, case_id: int, actor: Actor, *, wall_ms: int) -> None:
        also = [_case_within(connection, access, other) for other in given.also]
        act_mended.assign(
            connection, [case_id, *also], order, actor, cause=given.cause, department=given.department,
            wall_ms=wall_ms, today=district_day(services.wall()), version=given.version if not also else None,
        )  # fmt: skip

    return _do(warning_id, access, services, do)


@router.post("/{warning_id}/verify", operation_id="verify", response_model=PlanWarning, responses=RESPONSES)
def verify(warning_id: str, given: Verification, access: Mender, services: Given) -> PlanWarning:
    """It is mended: said by somebody other than the responsible, with the cause on record."""
    more = {"note": given.note, "cause": given.cause, "department": given.department, "version": given.version}
    return _do(warning_id, access, services, act_mended.verify_case, **more)


@router.post("/{warning_id}/waive", operation_id="waive", response_model=PlanWarning, responses=RESPONSES)
def waive(warning_id: str, given: Reason, access: Mender, services: Given) -> PlanWarning:
    """It stays as it is, and why; the approver goes by colour."""
    return _do(warning_id, access, services, act_mended.waive, reason=given.reason, version=given.version)


@router.post(
    "/{warning_id}/false-alarm", operation_id="markFalseAlarm", response_model=PlanWarning, responses=RESPONSES
)
def false_alarm(warning_id: str, given: Reason, access: Mender, services: Given) -> PlanWarning:
    """The rule was wrong, and why; counts against its precision."""
    return _do(warning_id, access, services, act_mended.deny, reason=given.reason, version=given.version)


@router.post("/{warning_id}/cause", operation_id="setCause", response_model=PlanWarning, responses=RESPONSES)
def cause(warning_id: str, given: CauseGiven, access: Mender, services: Given) -> PlanWarning:
    """Record why; a department that must coordinate is asked."""
    more = {"cause": given.cause, "department": given.department, "note": given.note}
    return _do(warning_id, access, services, act_mended.set_cause, **more)


@router.post("/{warning_id}/press", operation_id="press", response_model=PlanWarning, responses=RESPONSES)
def press(warning_id: str, given: Remark, access: Mender, services: Given) -> PlanWarning:
    """A leader presses for action: the responsible person is told."""
    return _do(warning_id, access, services, act_mended.press, note=given.note)


@router.post("/{warning_id}/note", operation_id="addNote", response_model=PlanWarning, responses=RESPONSES)
def note(warning_id: str, given: Remark, access: Mender, services: Given) -> PlanWarning:
    """Words for the timeline."""
    return _do(warning_id, access, services, act_mended.note, words=given.note)


def _do(warning_id: str, access: Access, services: Services, act: Callable[..., Any], **more: Any) -> PlanWarning:
    """One act in one transaction, then the warning as it stands; pages that are open are told."""
    wall_ms = to_ms(services.wall())
    with refusals(), writing(services.engine) as connection:
        case_id, project = _case_of(connection, warning_id)
        act(connection, case_id, actor_on(access, project), wall_ms=wall_ms, **more)
        name = project.id
    services.changes.publish([name], at=services.clock())
    with reading(services.engine) as connection, Session(connection) as session:
        return warning_of(session, int(warning_id), access=access, now_ms=wall_ms)


def _case_of(connection: Connection, warning_id: str) -> tuple[int, Project]:
    with Session(connection) as session:
        located = locate(session, "warning", warning_id)
        number = None if located is None else case_of_warning(connection, int(warning_id))
        if located is None or number is None:
            raise absent("case of warning", warning_id)
        return number, located.projects[0]


def _case_within(connection: Connection, access: Access, warning_id: str) -> int:
    number, project = _case_of(connection, warning_id)
    if not access.sees(project):
        raise absent("case of warning", warning_id)
    return number


def _acknowledged(warning_id: str, access: Access, services: Services) -> Acknowledged:
    try:
        with writing(services.engine) as connection:
            case_id, project = _case_of(connection, warning_id)
            act_mended.acknowledge(connection, case_id, actor_on(access, project), wall_ms=to_ms(services.wall()))
            name = project.id
    except MendingRefused as refused:
        return Acknowledged(warning=warning_id, refused=text_of(refused.text))
    services.changes.publish([name], at=services.clock())
    return Acknowledged(warning=warning_id, refused=None)


def _filter(access: Access, services: Services, **more: Any) -> InboxFilter:
    return InboxFilter(
        person=access.username,
        now_ms=to_ms(services.wall()),
        projects=reach(access),
        verify_in=reach(access, roles=MAY["verify"]),
        **more,
    )
