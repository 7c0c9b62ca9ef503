"""What somebody who goes to the sites should look at today, with all that his phone needs to know without a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row
from sqlmodel import Session

from central import domain
from central.api.access import Access
from central.api.kept import with_part
from central.api.kept_rows import KeptRows
from central.api.policy import Place, covers
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
from central.api.views.words import name_of
from central.figures import tenths
from central.plan.calendar import local_day, midnight
from central.plan.stages import STAGES
from central.plan.structure import Step
from central.quality.claims import DUE_HOUR, ClaimKind, kind_of
from central.quality.duty import duty_state
from central.quality.proof import photos_needed
from central.store.instants import to_ms
from central.store.load_project import load_projects
from central.store.read_checked import clauses_of, duty_span, reported_in_time
from central.store.read_marks import Mark, marks
from central.store.read_proposals import structure_of
from central.store.read_round import EVIDENCE, disputes_that_ask, terms_of_each, warnings_that_ask
from central.store.read_standing import Standing, standings

SITES_MAX = 60
READY_AT_ONCE = 4  # sites made in one go while people ask: 25 ms


def round_of(session: Session, sites: KeptRows[bytes], *, access: Access, now: datetime, wall: datetime) -> bytes:
    """The caller's sites as the JSON of a `Round`, those with something to do first; `now` is what is judged by, `wall`
    what people live by. `sites` keeps what was made before."""
    connection, today = session.connection(), local_day(wall)
    visible = {mark.project: mark for mark in marks(connection, visible_projects(connection, access))}
    speaks = {name: _speaks_as(access, mark) for name, mark in visible.items()}
    tasks = _tasks(session, speaks, wall=wall)
    ordered = sorted(visible, key=lambda name: (name not in tasks, visible[name].finish < today, name))
    taken = ordered[:SITES_MAX]
    found = _sites(session, sites, [visible[name] for name in taken], now=now)
    answer = Round(
        day=today,
        as_of=wall,
        tasks=[task for name in taken for task in tasks.get(name, ())],
        sites=[],
        left_out=len(ordered) - len(taken),
    )
    shown = (b'%b,"speaks_as":"%b"}' % (found[name], (speaks[name] or "self_report").encode()) for name in taken)
    return with_part(answer, "sites", b"[%b]" % b",".join(shown))


def make_ready(session: Session, sites: KeptRows[bytes], *, now: datetime, rest: Callable[[], bool]) -> bool:
    """Make what is stale of the sites of all judged projects, some at a time, so that nobody waits for sixty at once.

    `rest` is called after each share; once it is true, the others are left. Whether all are ready.
    """
    judged = [mark for mark in marks(session.connection()) if mark.judged]  # others change with the clock
    stamps = _stamps(session.connection(), judged, now=now)
    stale = sites.stale(stamps)
    for first in range(0, len(stale), READY_AT_ONCE):
        share = {name: stamps[name] for name in stale[first : first + READY_AT_ONCE]}
        sites.of(share, lambda wanted: _made(session, wanted, now=now))
        if rest():
            return False
    return True


def _speaks_as(access: Access, mark: Mark) -> ClaimKind | None:
    place = Place(project=mark.project, unit=mark.unit, street=mark.street)
    return kind_of({grant.role for grant in access.grants if covers((grant,), place=place)})


def _tasks(session: Session, speaks: Mapping[str, ClaimKind | None], *, wall: datetime) -> dict[str, list[RoundTask]]:
    """By project, of those that have any: thin evidence, then disputes, then the day's report of who builds."""
    connection, projects = session.connection(), list(speaks)
    found: dict[str, list[RoundTask]] = defaultdict(list)
    for row in warnings_that_ask(connection, projects):
        found[row.project].append(_to_see(row))
    for row in disputes_that_ask(connection, projects):
        found[row.project].append(_disputed(row))
    for project, kind in speaks.items():
        if kind == "self_report":
            for task in _daily(session, project, wall=wall):
                found[project].append(task)
    return dict(found)


def _to_see(row: Row[Any]) -> RoundTask:
    place = name_of(row) if row.building is not None else Text(zh="整个工地", en="The whole site")
    if row.rule == EVIDENCE:
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
        id=f"warning-{row.id}",
        kind="evidence" if row.rule == EVIDENCE else "capped",
        project=row.project,
        building=row.building,
        item=None,
        level=cast(Literal["blue", "yellow", "red"], row.level),
        title=title,
        text=text,
        due=None,
    )


def _disputed(row: Row[Any]) -> RoundTask:
    place = name_of(row)
    return RoundTask(
        id=f"dispute-{row.id}",
        kind="dispute",
        project=row.project,
        building=row.building,
        item=row.item,
        level=None,
        title=Text(zh=f"{place.zh} 核实{row.item_zh}", en=f"{place.en}: check {row.item_en}"),
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


def _sites(session: Session, sites: KeptRows[bytes], wanted: Sequence[Mark], *, now: datetime) -> dict[str, bytes]:
    """Each site's JSON but for how the caller speaks there; it is open at its end for that."""
    stamps = _stamps(session.connection(), wanted, now=now)
    return sites.of(stamps, lambda stale: _made(session, stale, now=now))


def _stamps(connection: Connection, wanted: Sequence[Mark], *, now: datetime) -> dict[str, Hashable]:
    """Equal stamps, equal sites."""
    terms = terms_of_each(connection, [mark.project for mark in wanted])
    return {mark.project: (mark.stamp(now), terms[mark.project]) for mark in wanted}


def _made(session: Session, projects: Sequence[str], *, now: datetime) -> dict[str, bytes]:
    """One that was judged needs no points of its plan, and the plans of all come at once."""
    found = standings(session, projects)
    ids = [one.project.id for one in found if ("project", one.project.id) in one.deviations]
    plans = load_projects(session.connection(), ids, points=False)
    judged = [(one, Judged(session, one, now=now, brief=True, plan=plans.get(one.project.id))) for one in found]
    return {
        one.project.id: _site(session, one, beside).model_dump_json(exclude={"speaks_as"}).encode()[:-1]
        for one, beside in judged
    }


def _site(session: Session, standing: Standing, judged: Judged) -> RoundSite:
    connection, project = session.connection(), standing.project.id
    summary, steps = judged.summary(), structure_of(connection, project).steps
    planned = {building.id: building for building in judged.plan.buildings}
    return RoundSite(
        id=project,
        name=summary.name,
        street=summary.street,
        sign=summary.sign,
        fence=fence_shown(session, project),
        photos_needed=photos_needed(clauses_of(connection, project)) > 0,
        speaks_as="self_report",
        buildings=[
            RoundBuilding(
                id=row.id,
                name=name_of(row),
                storeys=row.storeys,
                sign=judged.building_sign(row.id),
                items=[_item(item, standing, steps, judged.plan.work_type) for item in planned[row.id].items],
            )
            for row in standing.buildings
        ],
    )


def _item(item: domain.WorkItem, standing: Standing, steps: Iterable[Step], work_type: str) -> RoundItem:
    progress = standing.progress.get(item.id)
    seen = progress if progress and progress.last_seen_at is not None else None
    return RoundItem(
        id=item.id,
        name=Text(zh=item.name.zh, en=item.name.en),
        actual_bp=seen.value_bp if seen else None,
        sigma_bp=seen.sigma_bp if seen else None,
        credits=_stages(dict(item.credits), work_type=work_type),
        steps=[StepCredit(name=step.name, credit_bp=step.credit_bp) for step in steps if step.item == item.id],
    )


def _stages(worth_of: dict[str, int], *, work_type: str) -> list[StageCredit]:
    """In the order of the work, without stages that add nothing to the one before."""
    order = STAGES.get(work_type, tuple(worth_of))
    found: list[StageCredit] = []
    for stage in sorted(worth_of, key=lambda one: (order.index(one) if one in order else len(order), one)):
        if worth_of[stage] > (found[-1].credit_bp if found else 0):
            found.append(StageCredit(stage=stage, credit_bp=worth_of[stage]))
    return found
