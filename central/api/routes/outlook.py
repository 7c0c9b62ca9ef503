"""The outlook: risk of delay and cost, advice, what-if, advisory allocation, estimates of what a policy changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session, col, select

from central.api.access import Access, allow
from central.api.acting import refusals
from central.api.errors import InvalidError, absent
from central.api.outlook_schemas import (
    AllocationGiven,
    AllocationShown,
    Calibration,
    CrewsGiven,
    EffectShown,
    ModelList,
    ModelTarget,
    MovedShown,
    MoveGiven,
    OptionGiven,
    OptionShown,
    OutlookList,
    ProjectOutlook,
    SeriesCode,
    SpanShown,
    StopGiven,
    Target,
    WhatIfGiven,
    WhatIfShown,
)
from central.api.services import Db, Given
from central.api.views.outlook import (
    calibration_shown,
    effect_shown,
    likeliest_shown,
    models_shown,
    newest_judged,
    outlook_shown,
    said,
)
from central.domain import Text
from central.insight.allocation import Allocation, Option, allocate
from central.insight.moving import Move
from central.insight.whatif import Change, Crews, Finish, Standing, Stop, what_if
from central.store.instants import from_ms
from central.store.load_project import load_project
from central.store.read_proposals import structure_of
from central.store.read_standing import standings
from central.store.tables import DeviationRow, Project

router = APIRouter(tags=["outlook"])
Reader = Annotated[Access, allow("read_outlook")]
Adviser = Annotated[Access, allow("advise_allocation")]
Month = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
LIMIT_MAX = 200
_ALLOCATION = Text(
    zh="建议方案, 供有权限的人员决策; 系统不划拨任何资金",
    en="Advice for those who decide; nothing is moved or reserved",
)
_BEHIND = Text(
    zh="所选项目落后于计划的工程量价值之和(分)", en="the value of work behind the plan in the chosen projects, in fen"
)
_GIVEN = Text(zh="所填预期收益之和", en="the sum of the gains that were given")


@router.get("/projects/{project_id}/outlook", operation_id="getOutlook", response_model=ProjectOutlook)
def outlook(project_id: str, access: Reader, services: Given, session: Db) -> ProjectOutlook:
    """Risk of being late and over budget, when it ends, and advice by cause."""
    return outlook_shown(session, project_id, now=services.clock(), wall=services.wall())


@router.post("/projects/{project_id}/outlook/what-if", operation_id="askWhatIf", response_model=WhatIfShown)
def ask(project_id: str, given: WhatIfGiven, access: Reader, services: Given, session: Db) -> WhatIfShown:
    """What becomes of the forecast with more crews, a standstill, items moved. Nothing is stored."""
    judged = newest_judged(session, project_id, now=services.clock())
    project = load_project(session.connection(), project_id)
    if judged is None or project is None:
        raise InvalidError(f"project {project_id} was never judged", where="project_id", expected="one that was judged")
    (standing,) = standings(session, [project_id])
    items = {item.id for building in project.buildings for item in building.items}
    begun = frozenset(one.subject for one in standing.progress.values() if one.subject in items and one.value_bp > 0)
    as_of = from_ms(judged.as_of_at)
    stands = Standing(actual_bp=judged.actual_bp, sigma_bp=judged.sigma_bp, now=as_of, begun=begun)
    with refusals():
        dependencies = structure_of(session.connection(), project_id).dependencies
        found = what_if(project, stands, [_change(one) for one in given.changes], dependencies)
    return WhatIfShown(
        project=project_id,
        as_of=as_of,
        planned=found.planned,
        before=_span(found.before),
        after=_span(found.after),
        days=found.days,
        moved=[MovedShown(item=item, days=days) for item, days in found.moved],
        assumptions=[said(one) for one in found.assumptions],
    )


@router.get("/outlook/projects", operation_id="listOutlook", response_model=OutlookList)
def likely(
    access: Reader,
    services: Given,
    session: Db,
    *,
    target: Target = "late",
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> OutlookList:
    """Running projects by the probability of being late (or over budget), the likeliest first."""
    return likeliest_shown(session, access, target=target, wall=services.wall(), limit=limit, offset=offset)


@router.get("/outlook/models", operation_id="listOutlookModels", response_model=ModelList)
def models(
    access: Reader,
    session: Db,
    *,
    target: ModelTarget = "late",
    before: Annotated[int | None, Query(ge=1, lt=1 << 31)] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 24,
) -> ModelList:
    """Trained models with their tests, the newest first."""
    return models_shown(session, target=target, before=before, limit=limit)


@router.get("/outlook/calibration", operation_id="getCalibration", response_model=Calibration)
def calibration(access: Reader, services: Given, session: Db, target: Target = "late") -> Calibration:
    """Probabilities that were told against what became of the projects: by bins, and over time."""
    return calibration_shown(session, access, target=target, wall=services.wall())


@router.post("/outlook/allocation", operation_id="adviseAllocation", response_model=AllocationShown)
def allocation(given: AllocationGiven, access: Adviser, session: Db) -> AllocationShown:
    """The options with the greatest gain that the budget pays for, at most one a project. Advice; nothing is stored."""
    projects = _projects(session, access, given.options)
    gains = _gains(session, given.options, projects)
    options = [
        Option(project=one.project, id=one.id, cost_fen=one.cost_fen, gain=gain)
        for one, gain in zip(given.options, gains, strict=True)
    ]
    try:
        found = allocate(options, budget_fen=given.budget_fen)
    except ValueError as wrong:
        raise InvalidError(str(wrong), where="options", expected="each option once", code="refused") from wrong
    return _advice(found, behind=given.options[0].gain is None)


@router.get("/outlook/effect", operation_id="getEffect", response_model=EffectShown)
def effect(access: Reader, services: Given, session: Db, series: SeriesCode, since: Month) -> EffectShown:
    """An estimate of what changed in a monthly series from the month of `since` on, with its interval."""
    return effect_shown(session, access, series=series, since=since, now=services.clock())


def _change(given: CrewsGiven | StopGiven | MoveGiven) -> Change:
    match given:
        case CrewsGiven():
            return Crews(first=given.first, last=given.last, now=given.now, added=given.added)
        case StopGiven():
            return Stop(first=given.first, last=given.last)
        case MoveGiven():
            return Move(item=given.item, days=given.days)


def _span(found: Finish) -> SpanShown:
    return SpanShown(day=found.day, low=found.low, high=found.high)


def _projects(session: Session, access: Access, options: list[OptionGiven]) -> dict[str, Project]:
    """The projects of the options; one that the caller does not see is absent."""
    wanted = sorted({one.project for one in options})
    found = {one.id: one for one in session.exec(select(Project).where(col(Project.id).in_(wanted)))}
    for name in wanted:
        if name not in found or not access.sees(found[name]):
            raise absent("project", name)
    return found


def _gains(session: Session, given: Sequence[OptionGiven], projects: Mapping[str, Project]) -> list[int]:
    """The gains as given; where none is, contract x gap of each project: what its work behind is worth, in fen."""
    gains = [one.gain for one in given if one.gain is not None]
    if len(gains) == len(given):
        return gains
    if gains:
        number = next(place for place, one in enumerate(given) if one.gain is None)
        where = f"options.{number}.gain"
        raise InvalidError("a gain is missing", where=where, expected="a gain of every option, or of none")
    judged = {
        one.project.id: one.deviations.get(("project", one.project.id)) for one in standings(session, [*projects])
    }
    return [_behind_fen(projects[one.project], judged.get(one.project), number) for number, one in enumerate(given)]


def _behind_fen(project: Project, judged: DeviationRow | None, number: int) -> int:
    if judged is None:
        what = f"project {project.id} was never judged: what it is behind is not known"
        raise InvalidError(what, where=f"options.{number}.gain", expected="a gain of every option")
    return project.contract_fen * max(judged.gap_bp, 0) // 10_000


def _advice(found: Allocation, *, behind: bool) -> AllocationShown:
    def shown(options: tuple[Option, ...]) -> list[OptionShown]:
        return [OptionShown(project=one.project, id=one.id, cost_fen=one.cost_fen, gain=one.gain) for one in options]

    return AllocationShown(
        label=said(_ALLOCATION),
        objective=said(_BEHIND if behind else _GIVEN),
        budget_fen=found.budget_fen,
        cost_fen=found.cost_fen,
        gain=found.gain,
        bound=found.bound,
        exact=found.exact,
        step_fen=found.step_fen,
        chosen=shown(found.chosen),
        left_out=shown(found.left_out),
    )
