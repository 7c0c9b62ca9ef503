"""Steps of work items and milestones, shown by papers and verified by somebody else."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Day, Id, Line, Number, refusals
from central.api.lives_schemas import Asked, DecisionGiven
from central.api.schemas import Answer, Sha256
from central.api.services import Db, Given
from central.lifecycle.steps import StepRecord
from central.store.engine import writing
from central.store.instants import district_day, to_ms
from central.store.save_steps import decide_step, records_of, submit_step

router = APIRouter(tags=["lifecycle"])


class StepGiven(Asked):
    """A step of an item was done on a day, and the SHA-256 of the paper that shows it.

    The steps of an item are in its plan; one without steps, as milestones are, has the one step `done`.
    """

    item: Id
    step: Line
    done_on: Day
    sha256: Sha256


class StepShown(Answer):
    """A step that was shown, and what was decided of it; `credit_bp` is its share of the item."""

    id: int
    item: str
    step: str
    credit_bp: int
    done_on: date
    sha256: Sha256
    author: str
    state: Literal["submitted", "verified", "returned"]
    decided_by: str | None
    remark: str


class StepList(Answer):
    """Every step of a project that was shown, oldest first."""

    project: str
    steps: list[StepShown]


@router.get("/projects/{project_id}/steps", operation_id="listSteps", response_model=StepList)
def get_steps(project_id: str, access: Annotated[Access, allow("read_projects")], session: Db) -> StepList:
    """Every step and milestone that was shown by a paper."""
    return _shown(session, project_id)


@router.post("/projects/{project_id}/steps", operation_id="submitStep", status_code=201, response_model=StepList)
def post_step(
    project_id: str, given: StepGiven, access: Annotated[Access, allow("submit_step")], services: Given
) -> StepList:
    """Show a step of an item as done; it counts when somebody else has verified it."""
    now = services.wall()
    with refusals(), writing(services.engine) as connection:
        submit_step(
            connection,
            project_id,
            given.item,
            step=given.step,
            done_on=given.done_on,
            sha256=given.sha256,
            by=access.username,
            today=district_day(now),
            now_ms=to_ms(now),
        )
        return _shown(Session(connection), project_id)


@router.post("/projects/{project_id}/steps/{step}/decision", operation_id="decideStep", response_model=StepList)
def post_decision(
    project_id: str,
    step: Annotated[Number, Path()],
    given: DecisionGiven,
    access: Annotated[Access, allow("verify_step")],
    services: Given,
) -> StepList:
    """Verify a step, which is then a fact of its day, or return it with what is missing; never by its author."""
    with refusals(), writing(services.engine) as connection:
        decide_step(
            connection,
            project_id,
            step,
            by=access.username,
            approve=given.approve,
            remark=given.remark,
            now_ms=to_ms(services.wall()),
        )
        return _shown(Session(connection), project_id)


def _shown(session: Session, project_id: str) -> StepList:
    found = records_of(session.connection(), project_id)
    return StepList(project=project_id, steps=[_step(record) for record in found])


def _step(record: StepRecord) -> StepShown:
    return StepShown(
        id=record.id,
        item=record.item,
        step=record.step,
        credit_bp=record.credit_bp,
        done_on=record.done_on,
        sha256=record.sha256,
        author=record.author,
        state=record.state,
        decided_by=record.decided_by or None,
        remark=record.remark,
    )
