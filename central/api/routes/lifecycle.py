"""Lives of projects: stages with their gates, the chain from signing to tax, permits, standstills, templates."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlmodel import Session

from central.api.access import Access, allow
from central.api.acting import Code, Number, refusals, roles_at
from central.api.envelopes import ErrorEnvelope, PlanRefused
from central.api.errors import PlanInvalidError
from central.api.lives_schemas import (
    ActShown,
    DecisionGiven,
    Lifecycle,
    MilestoneGiven,
    PauseEnd,
    PauseGiven,
    PauseList,
    PermitGiven,
    StageGiven,
    StagePlanned,
    TaxGiven,
    TemplateList,
    TemplateShown,
)
from central.api.plans import plan_fault
from central.api.services import Db, Given, Services
from central.api.views.lives import act_shown, lifecycle_of, pause_list, template_list, template_shown
from central.domain import LifeEvent
from central.lifecycle.gates import Paper, StageAct
from central.lifecycle.permits import PermitEvent
from central.lifecycle.stages import LifecycleTemplate
from central.lifecycle.templates import read_template
from central.store.engine import reading, writing
from central.store.instants import district_day, to_ms
from central.store.save_lifecycle import (
    decide_stage,
    note_milestone,
    note_permit,
    note_tax,
    plan_stage,
    put_template,
    submit_stage,
)
from central.store.save_pauses import ask_pause, decide_pause, end_pause, withdraw_pause

router = APIRouter(tags=["lifecycle"])
Reader = Annotated[Access, allow("read_projects")]
Author = Annotated[Access, allow("propose")]
Approver = Annotated[Access, allow("approve")]
Stage = Annotated[Code, Path()]
Act = Annotated[Number, Path()]


@router.get("/projects/{project_id}/lifecycle", operation_id="getLifecycle", response_model=Lifecycle)
def get_lifecycle(project_id: str, access: Reader, services: Given, session: Db) -> Lifecycle:
    """The stages of a project with dates, papers and people, and the chain from signing to tax."""
    with refusals():
        return lifecycle_of(session, project_id, today=district_day(services.clock()))


@router.put("/projects/{project_id}/stages/{stage}", operation_id="planStage", response_model=Lifecycle)
def put_stage(project_id: str, stage: Stage, planned: StagePlanned, access: Author, services: Given) -> Lifecycle:
    """Say when a stage is to be passed and who answers for it; what was said before stays in the record."""
    with refusals(), writing(services.engine) as connection:
        plan_stage(
            connection,
            project_id,
            stage,
            planned_on=planned.planned_on,
            responsible=planned.responsible,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
    return _shown(services, project_id)


@router.post(
    "/projects/{project_id}/stages/{stage}/acts", operation_id="submitStage", status_code=201, response_model=ActShown
)
def post_act(project_id: str, stage: Stage, given: StageGiven, access: Author, services: Given) -> ActShown:
    """Say that a stage was passed, with its papers; it waits for the approval of somebody else."""
    papers = tuple(Paper(kind=paper.kind, sha256=paper.sha256, name=paper.name) for paper in given.documents)
    act = StageAct(
        id=0,
        stage=stage,
        actual_on=given.actual_on,
        responsible=given.responsible,
        papers=papers,
        author=access.username,
        state="submitted",
    )
    with refusals(), writing(services.engine) as connection:
        number = submit_stage(connection, project_id, act, today=_today(services), now_ms=to_ms(services.wall()))
        return act_shown(Session(connection), project_id, number)


@router.post("/projects/{project_id}/acts/{act}/decision", operation_id="decideStage", response_model=ActShown)
def post_decision(project_id: str, act: Act, given: DecisionGiven, access: Approver, services: Given) -> ActShown:
    """Let a stage pass, or return it with what is missing; never by its own author."""
    with refusals(), writing(services.engine) as connection:
        decide_stage(
            connection,
            project_id,
            act,
            by=access.username,
            roles=roles_at(Session(connection), access, project_id),
            approve=given.approve,
            remark=given.remark,
            now_ms=to_ms(services.wall()),
        )
        return act_shown(Session(connection), project_id, act)


@router.post(
    "/projects/{project_id}/milestones", operation_id="noteMilestone", status_code=201, response_model=Lifecycle
)
def post_milestone(project_id: str, given: MilestoneGiven, access: Author, services: Given) -> Lifecycle:
    """Note a link of the chain signed → agreed start → started → production, in its order."""
    event = LifeEvent(project=project_id, kind=given.kind, day=given.day, ref=given.ref)
    with refusals(), writing(services.engine) as connection:
        note_milestone(connection, event, today=_today(services), by=access.username, now_ms=to_ms(services.wall()))
    return _shown(services, project_id)


@router.post("/projects/{project_id}/permits", operation_id="notePermit", status_code=201, response_model=Lifecycle)
def post_permit(project_id: str, given: PermitGiven, access: Author, services: Given) -> Lifecycle:
    """Note that a permit is required, refused or granted; work does not begin without one that is required."""
    event = PermitEvent(permit=given.permit, state=given.state, day=given.day, ref=given.ref, note=given.note)
    with refusals(), writing(services.engine) as connection:
        note_permit(
            connection, project_id, event, today=_today(services), by=access.username, now_ms=to_ms(services.wall())
        )
    return _shown(services, project_id)


@router.put("/projects/{project_id}/tax/{year}", operation_id="noteTax", response_model=Lifecycle)
def put_tax(
    project_id: str,
    year: Annotated[int, Path(ge=2000, le=2099)],
    given: TaxGiven,
    access: Author,
    services: Given,
) -> Lifecycle:
    """Note what an investment project paid in tax in a year against what was agreed."""
    with refusals(), writing(services.engine) as connection:
        note_tax(
            connection,
            project_id,
            year=year,
            amount_fen=given.amount_fen,
            target_fen=given.target_fen,
            ref=given.ref,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
    return _shown(services, project_id)


@router.get("/projects/{project_id}/pauses", operation_id="listPauses", response_model=PauseList)
def get_pauses(project_id: str, access: Reader, session: Db) -> PauseList:
    """Every standstill that was asked for, and what was decided."""
    return pause_list(session, project_id)


@router.post("/projects/{project_id}/pauses", operation_id="askPause", status_code=201, response_model=PauseList)
def post_pause(project_id: str, given: PauseGiven, access: Author, services: Given) -> PauseList:
    """Ask that the clock of a site stands still for some days; nothing changes until somebody else approves."""
    with refusals(), writing(services.engine) as connection:
        ask_pause(
            connection,
            project_id,
            first=given.first,
            last=given.last,
            cause=given.cause,
            reason=given.reason,
            by=access.username,
            now_ms=to_ms(services.wall()),
        )
        return pause_list(Session(connection), project_id)


@router.post("/projects/{project_id}/pauses/{pause}/decision", operation_id="decidePause", response_model=PauseList)
def post_pause_decision(
    project_id: str,
    pause: Annotated[Number, Path()],
    given: DecisionGiven,
    access: Annotated[Access, allow("approve_plan")],
    services: Given,
) -> PauseList:
    """Approve a standstill: its days do not count, and what was planned after its first day is later by as much."""
    with refusals(), writing(services.engine) as connection:
        decide_pause(
            connection,
            project_id,
            pause,
            by=access.username,
            approve=given.approve,
            remark=given.remark,
            now_ms=to_ms(services.wall()),
        )
        return pause_list(Session(connection), project_id)


@router.post("/projects/{project_id}/pauses/{pause}/end", operation_id="endPause", response_model=PauseList)
def post_pause_end(
    project_id: str,
    pause: Annotated[Number, Path()],
    given: PauseEnd,
    access: Annotated[Access, allow("approve_plan")],
    services: Given,
) -> PauseList:
    """Let an approved standstill end earlier: from the day after `last` on the clock runs again."""
    with refusals(), writing(services.engine) as connection:
        end_pause(
            connection,
            project_id,
            pause,
            last=given.last,
            by=access.username,
            remark=given.remark,
            today=_today(services),
            now_ms=to_ms(services.wall()),
        )
        return pause_list(Session(connection), project_id)


@router.delete("/projects/{project_id}/pauses/{pause}", operation_id="withdrawPause", response_model=PauseList)
def delete_pause(project_id: str, pause: Annotated[Number, Path()], access: Author, services: Given) -> PauseList:
    """Take a question back that one asked oneself and nobody has decided."""
    with refusals(), writing(services.engine) as connection:
        withdraw_pause(connection, project_id, pause, by=access.username, now_ms=to_ms(services.wall()))
        return pause_list(Session(connection), project_id)


@router.get("/lifecycle/templates", operation_id="listTemplates", response_model=TemplateList)
def get_templates(access: Reader, session: Db) -> TemplateList:
    """The stages that projects of each kind go through, with papers and approvers."""
    return template_list(session)


@router.post(
    "/lifecycle/templates",
    operation_id="putTemplate",
    status_code=201,
    response_model=TemplateShown,
    responses={422: {"model": PlanRefused | ErrorEnvelope}},
)
def post_template(
    document: dict[str, Any], access: Annotated[Access, allow("organise")], services: Given
) -> TemplateShown:
    """Store a template (siteprogress.lifecycle/1) as the next version of its name; begun projects keep theirs."""
    read = read_template(document, version=1)
    if not isinstance(read, LifecycleTemplate):
        raise PlanInvalidError([plan_fault(fault) for fault in read])
    with refusals(), writing(services.engine) as connection:
        return template_shown(put_template(connection, read, by=access.username, now_ms=to_ms(services.wall())))


def _shown(services: Services, project_id: str) -> Lifecycle:
    with reading(services.engine) as connection, Session(connection) as session:
        return lifecycle_of(session, project_id, today=district_day(services.clock()))


def _today(services: Services) -> date:
    return district_day(services.wall())
