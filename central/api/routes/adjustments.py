"""Applications for other targets: entered, reviewed and endorsed in the unit, decided by the district (E30, C06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from central.api.access import Access, allow
from central.api.acting import Number
from central.api.errors import absent
from central.api.mending_refusals import RESPONSES
from central.api.ranking_schemas import (
    AdjustmentDecided,
    AdjustmentGiven,
    AdjustmentList,
    AdjustmentShown,
    AdjustmentState,
    RemarkGiven,
)
from central.api.refused_acts import recorded
from central.api.services import Db, Given, Services
from central.api.views.rankings import adjustment_shown
from central.domain import Subject
from central.evaluate.adjustment import Asked
from central.store import save_adjustments as acts
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.read_adjustments import StoredAdjustment, adjustment_of, adjustments_of
from central.store.read_ranked_people import all_persons_seat
from central.store.read_ranked_policy import policy_on
from central.store.read_seats import seat_of

router = APIRouter(prefix="/adjustments", tags=["adjustments"])
Reader = Annotated[Access, allow("read_rankings")]
Applicant = Annotated[Access, allow("adjust_targets")]
Decider = Annotated[Access, allow("decide_results")]
Application = Annotated[Number, Path()]
PAGE_MAX = 200
_CHIEFS = frozenset({"section", "dept_head"})


@router.get("", operation_id="listAdjustments", response_model=AdjustmentList)
def get_adjustments(
    access: Reader,
    services: Given,
    session: Db,
    state: AdjustmentState | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    *,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> AdjustmentList:
    """Applications of the caller's units, of all where he reads the whole district; the newest first."""
    connection = session.connection()
    sees = _sees(connection, access, services)
    found = [
        one
        for one in reversed(adjustments_of(connection))
        if (state is None or one.adjustment.state == state) and sees(one)
    ]
    page = [adjustment_shown(one) for one in found[offset : offset + limit]]
    return AdjustmentList(total=len(found), adjustments=page)


@router.get("/{adjustment}", operation_id="getAdjustment", response_model=AdjustmentShown)
def get_adjustment(adjustment: Application, access: Reader, services: Given, session: Db) -> AdjustmentShown:
    """One application with what was done to it."""
    return adjustment_shown(_readable(session.connection(), adjustment, access, services))


@router.post("", operation_id="enterAdjustment", status_code=201, response_model=AdjustmentShown, responses=RESPONSES)
def post_adjustment(given: AdjustmentGiven, access: Applicant, services: Given) -> AdjustmentShown:
    """Ask for another target of one's own unit, with reason and evidence; it changes nothing until it is approved."""
    asked = Asked(
        subject=Subject(kind=given.subject.kind, id=given.subject.id),
        indicator=given.indicator,
        old=given.old,
        new=given.new,
        reason=given.reason,
        evidence=tuple(given.evidence),
    )
    object_ = f"{given.subject.kind}/{given.subject.id}/{given.indicator}"
    with (
        recorded(services, access, action="adjustment.enter", object_=object_),
        writing(services.engine) as connection,
    ):
        found = acts.enter_adjustment(connection, asked, by=access.username, now_ms=to_ms(services.wall()))
        return adjustment_shown(found)


@router.post(
    "/{adjustment}/review", operation_id="reviewAdjustment", response_model=AdjustmentShown, responses=RESPONSES
)
def post_review(adjustment: Application, given: RemarkGiven, access: Applicant, services: Given) -> AdjustmentShown:
    """A section chief of the unit, other than the applicant, has looked at it."""
    with _on(services, access, adjustment, "review") as connection:
        now_ms = to_ms(services.wall())
        more = {"by": access.username, "remark": given.remark}
        return adjustment_shown(acts.pass_on(connection, adjustment, "review", **more, now_ms=now_ms))


@router.post(
    "/{adjustment}/endorsement", operation_id="endorseAdjustment", response_model=AdjustmentShown, responses=RESPONSES
)
def post_endorsement(
    adjustment: Application, given: RemarkGiven, access: Applicant, services: Given
) -> AdjustmentShown:
    """The head of the unit stands by it: now the district decides."""
    with _on(services, access, adjustment, "endorse") as connection:
        now_ms = to_ms(services.wall())
        more = {"by": access.username, "remark": given.remark}
        return adjustment_shown(acts.pass_on(connection, adjustment, "endorse", **more, now_ms=now_ms))


@router.post(
    "/{adjustment}/decision", operation_id="decideAdjustment", response_model=AdjustmentShown, responses=RESPONSES
)
def post_decision(
    adjustment: Application, given: AdjustmentDecided, access: Decider, services: Given
) -> AdjustmentShown:
    """Decide for the district, from today or a later day on; never backward, never by who is assessed."""
    with _on(services, access, adjustment, "decide") as connection:
        found = acts.decide_adjustment(
            connection, adjustment, by=access.username, now_ms=to_ms(services.wall()), **given.model_dump()
        )
        return adjustment_shown(found)


@router.delete("/{adjustment}", operation_id="withdrawAdjustment", response_model=AdjustmentShown, responses=RESPONSES)
def delete_adjustment(adjustment: Application, access: Applicant, services: Given) -> AdjustmentShown:
    """Take one's own application back while nobody has decided."""
    with _on(services, access, adjustment, "withdraw") as connection:
        now_ms = to_ms(services.wall())
        return adjustment_shown(acts.withdraw_adjustment(connection, adjustment, by=access.username, now_ms=now_ms))


@contextmanager
def _on(services: Services, access: Access, adjustment: int, act: str) -> Iterator[Connection]:
    """A transaction on an application that the caller may read; a refusal is recorded."""
    object_ = f"adjustment/{adjustment}"
    with (
        recorded(services, access, action=f"adjustment.{act}", object_=object_),
        writing(services.engine) as connection,
    ):
        _readable(connection, adjustment, access, services)
        yield connection


def _readable(connection: Connection, adjustment: int, access: Access, services: Services) -> StoredAdjustment:
    found = adjustment_of(connection, adjustment)
    if found is None or not _sees(connection, access, services)(found):
        raise absent("adjustment", str(adjustment))
    return found


def _sees(connection: Connection, access: Access, services: Services) -> Callable[[StoredAdjustment], bool]:
    """What the caller may read: his units', all where he reads the whole district; of a person the person, the chiefs
    of the unit, personnel and leaders."""
    now_ms = to_ms(services.wall())
    seat = seat_of(connection, access.username, at_ms=now_ms)
    policy = policy_on(connection, district_day(services.wall()))
    persons = all_persons_seat(connection, access.username, policy=policy, at_ms=now_ms) is not None
    chief_of = {grant.scope for grant in access.grants if grant.kind == "unit" and grant.role in _CHIEFS}

    def sees(one: StoredAdjustment) -> bool:
        found = one.adjustment
        if found.asked.subject.kind == "person":
            return persons or access.username == found.asked.subject.id or found.unit in chief_of
        return access.everywhere or found.unit in seat.speaks

    return sees
