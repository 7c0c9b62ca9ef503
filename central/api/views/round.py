"""What somebody who goes to the sites should look at today, with all that his phone needs to know without a network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Row
from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.acting import roles_at
from central.api.project_schemas import BuildingState, ProjectSummary
from central.api.round_schemas import (
    Round,
    RoundBuilding,
    RoundItem,
    RoundSite,
    RoundTask,
    StageCredit,
    StepCredit,
)
from central.api.schemas import Text
from central.api.views.quality import fence_shown
from central.api.views.seats import visible_projects
from central.api.views.standing import Judged
from central.figures import tenths
from central.plan.calendar import local_day, midnight
from central.plan.stages import STAGES
from central.plan.structure import Step
from central.quality.claims import DUE_HOUR, ClaimKind, kind_of
from central.quality.duty import duty_state
from central.quality.proof import photos_needed
from central.store import tables
from central.store.instants import to_ms
from central.store.load_project import load_projects
from central.store.read_checked import clauses_of, disputes_of, duty_span, reported_in_time
from central.store.read_proposals import structure_of
from central.store.read_standing import Standing, standings

SITES_MAX = 60
DISPUTES_MAX = 50
_EVIDENCE = "evidence"


def round_of(session: Session, *, access: Access, now: datetime, wall: datetime) -> Round:
    """The caller's sites, those with something to do first; `now` is what is judged by, `wall` what people live by."""
    today = local_day(wall)
    found = _judged(session, standings(session, visible_projects(session.connection(), access)), now=now)
    tasks = {s.project.id: _tasks(session, s, judged, access=access, wall=wall) for s, judged in found}
    found.sort(key=lambda pair: (not tasks[pair[0].project.id], pair[0].project.finish < today, pair[0].project.id))
    taken = found[:SITES_MAX]
    return Round(
        day=today,
        as_of=wall,
        tasks=[task for standing, _ in taken for task in tasks[standing.project.id]],
        sites=[_site(session, standing, judged, access=access) for standing, judged in taken],
        left_out=len(found) - len(taken),
    )


def _judged(session: Session, found: Sequence[Standing], *, now: datetime) -> list[tuple[Standing, Judged]]:
    """Each with its plan; one that was judged needs no points of it, and the plans of all come at once."""
    ids = [one.project.id for one in found if ("project", one.project.id) in one.deviations]
    plans = load_projects(session.connection(), ids, points=False)
    return [(one, Judged(session, one, now=now, brief=True, plan=plans.get(one.project.id))) for one in found]


def _tasks(session: Session, standing: Standing, judged: Judged, *, access: Access, wall: datetime) -> list[RoundTask]:
    project = standing.project.id
    names = {building.id: Text(zh=building.name_zh, en=building.name_en) for building in standing.buildings}
    items = {item.id: (b.id, item.name) for b in judged.plan.buildings for item in b.items}
    found = [_to_see(project, warning, names) for warning in standing.open_warnings if _asks(warning)]
    for row in disputes_of(session.connection(), project, before=None, limit=DISPUTES_MAX):
        if row.state == "open" and row.item in items:
            building, name = items[row.item]
            found.append(_disputed(project, row, building=names.get(building), building_id=building, item=name))
    if kind_of(roles_at(session, access, project)) == "self_report":
        found.extend(_daily(session, project, wall=wall))
    return found


def _asks(warning: tables.PlanWarning) -> bool:
    return warning.rule == _EVIDENCE or warning.capped


def _to_see(project: str, warning: tables.PlanWarning, names: dict[str, Text]) -> RoundTask:
    building = warning.subject if warning.subject in names else None
    place = names.get(warning.subject, Text(zh="整个工地", en="The whole site"))
    if warning.rule == _EVIDENCE:
        title = Text(zh=f"{place.zh} 补拍", en=f"{place.en}: photos are missing")
        text = Text(
            zh="摄像头看到的不够,算不准进度。请拍能看清楼层的照片,并填已做到哪里。",
            en="The cameras saw too little to be sure. Take photos that show the storeys and say how far it is.",
        )
    else:
        title = Text(zh=f"{place.zh} 现场核实", en=f"{place.en}: check on the spot")
        text = Text(
            zh="证据不足,预警暂封顶为蓝色。请到现场核实进度。",
            en="The evidence is thin, so the warning is held at blue. Check the progress on the spot.",
        )
    return RoundTask(
        id=f"warning-{warning.id}",
        kind="evidence" if warning.rule == _EVIDENCE else "capped",
        project=project,
        building=building,
        item=None,
        level=cast(Literal["blue", "yellow", "red"], warning.level),
        title=title,
        text=text,
        due=None,
    )


def _disputed(project: str, row: Row[Any], *, building: Text | None, building_id: str, item: domain.Text) -> RoundTask:
    place = building or Text(zh=building_id, en=building_id)
    return RoundTask(
        id=f"dispute-{row.id}",
        kind="dispute",
        project=project,
        building=building_id,
        item=row.item,
        level=None,
        title=Text(zh=f"{place.zh} 核实{item.zh}", en=f"{place.en}: check {item.en}"),
        text=Text(
            zh=f"摄像头读数 {tenths(row.auto_bp)}%,有人填报 {tenths(row.human_bp)}%。",
            en=f"The cameras read {tenths(row.auto_bp)}%, somebody reported {tenths(row.human_bp)}%.",
        ),
        due=None,
    )


def _daily(session: Session, project: str, *, wall: datetime) -> Iterable[RoundTask]:
    today = local_day(wall)
    span = duty_span(session.connection(), project)
    if span is None:
        return
    came = reported_in_time(session.connection(), project, first=today, last=today)
    reported = today in came and came[today] < to_ms(midnight(today + timedelta(days=1)))
    if duty_state(span, today, reported=reported, now=wall) not in ("open", "reminded"):
        return
    yield RoundTask(
        id=f"daily-{project}-{today}",
        kind="daily",
        project=project,
        building=None,
        item=None,
        level=None,
        title=Text(zh="今日进度日报", en="Today's report"),
        text=Text(zh="写一句进度说明,附现场照片。", en="A sentence on today's work, with photos."),
        due=midnight(today) + timedelta(hours=DUE_HOUR),
    )


def _site(session: Session, standing: Standing, judged: Judged, *, access: Access) -> RoundSite:
    connection = session.connection()
    summary: ProjectSummary = judged.summary()
    project = standing.project.id
    steps = structure_of(connection, project).steps
    speaks: ClaimKind = kind_of(roles_at(session, access, project)) or "self_report"
    return RoundSite(
        id=project,
        name=summary.name,
        street=summary.street,
        sign=summary.sign,
        fence=fence_shown(session, project),
        photos_needed=photos_needed(clauses_of(connection, project)) > 0,
        speaks_as=speaks,
        buildings=[_building(building, judged.plan, steps) for building in judged.buildings()],
    )


def _building(building: BuildingState, plan: domain.Project, steps: Collection[Step]) -> RoundBuilding:
    credits_of = {item.id: item.credits for b in plan.buildings for item in b.items}
    return RoundBuilding(
        id=building.id,
        name=building.name,
        storeys=building.storeys,
        sign=building.sign,
        items=[
            RoundItem(
                id=item.id,
                name=item.name,
                actual_bp=item.actual_bp,
                sigma_bp=item.sigma_bp,
                credits=_stages(dict(credits_of[item.id]), work_type=plan.work_type),
                steps=[StepCredit(name=s.name, credit_bp=s.credit_bp) for s in steps if s.item == item.id],
            )
            for item in building.items
        ],
    )


def _stages(worth_of: dict[str, int], *, work_type: str) -> list[StageCredit]:
    """In the order of the work, without stages that add nothing to the one before."""
    order = STAGES.get(work_type, tuple(worth_of))
    found: list[StageCredit] = []
    for stage in sorted(worth_of, key=lambda one: (order.index(one) if one in order else len(order), one)):
        if worth_of[stage] > (found[-1].credit_bp if found else 0):
            found.append(StageCredit(stage=stage, credit_bp=worth_of[stage]))
    return found
