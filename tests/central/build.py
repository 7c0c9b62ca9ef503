"""Builders of projects and observations for the tests of the centre's core. Plain functions with defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from central.assess import PlanInForce, Policy, ProjectFacts, assess
from central.domain import (
    Assessment,
    Building,
    CameraCondition,
    Observation,
    PlanPoint,
    Project,
    SourceKind,
    Text,
    WorkItem,
)
from central.plan.calendar import midnight

START = date(2026, 5, 1)
STAGES = ("void", "formwork", "structure", "infill", "base", "finished")

DEMO_ITEMS = (  # name, weight, credits, first and last working day of the item
    ("structure", 5000, {"formwork": 5000, **dict.fromkeys(STAGES[2:], 10_000)}, 0, 35),
    ("masonry", 1500, dict.fromkeys(STAGES[3:], 10_000), 10, 45),
    ("base", 1500, dict.fromkeys(STAGES[4:], 10_000), 20, 52),
    ("finish", 2000, dict.fromkeys(STAGES[5:], 10_000), 28, 60),
)


def text(words: str) -> Text:
    """The same words in both languages."""
    return Text(zh=words, en=words)


def at(day: float, *, start: date = START) -> datetime:
    """An instant so many days after 00:00 of the start day."""
    return midnight(start) + timedelta(seconds=round(day * 86_400))


def points(*pairs: tuple[int, int], start: date = START) -> tuple[PlanPoint, ...]:
    """Plan points from (days done since the start, cumulative bp): (7, 500) = 5 % at the end of the seventh day."""
    return tuple(PlanPoint(day=start + timedelta(days=day - 1), cum_bp=bp) for day, bp in pairs)


def an_item(
    name: str = "i1",
    *,
    building: str = "b1",
    weight_bp: int = 10_000,
    plan: Sequence[tuple[int, int]] = ((140, 10_000),),
    stages: dict[str, int] | None = None,
    start: date = START,
) -> WorkItem:
    """A work item whose plan is given as (days done, cumulative bp)."""
    return WorkItem(
        id=name,
        building=building,
        name=text(name),
        weight_bp=weight_bp,
        credits=tuple((stages or {"finished": 10_000}).items()),
        points=points(*plan, start=start),
    )


def a_building(name: str = "b1", *, items: tuple[WorkItem, ...] | None = None, weight_bp: int = 10_000) -> Building:
    """A building with one linear item unless told otherwise."""
    found = items if items is not None else (an_item(f"{name}-i1", building=name),)
    return Building(id=name, project="p1", name=text(name), storeys=10, weight_bp=weight_bp, items=found)


def a_project(
    *buildings: Building,
    start: date = START,
    finish: date | None = None,
    pauses: tuple[tuple[date, date], ...] = (),
) -> Project:
    """A project p1 of the given buildings, 140 days long unless told otherwise."""
    return Project(
        id="p1",
        code="2026-320111-47-01-000001",
        name=text("p1"),
        street=text("street"),
        unit=text("unit"),
        work_type="new_build",
        contract_fen=800_000_000,
        budget_fen=820_000_000,
        start=start,
        finish=finish or start + timedelta(days=139),
        pauses=pauses,
        plan_version=1,
        buildings=buildings or (a_building(),),
    )


def a_demo_building(name: str, *, weight_bp: int) -> Building:
    """A building with the four facade items of the demo district over 60 days."""
    items = tuple(
        WorkItem(
            id=f"{name}-{item}",
            building=name,
            name=text(item),
            weight_bp=weight,
            credits=tuple(stages.items()),
            points=points(*(((first, 0),) if first else ()), (last, 10_000)),
        )
        for item, weight, stages, first, last in DEMO_ITEMS
    )
    return Building(id=name, project="p1", name=text(name), storeys=10, weight_bp=weight_bp, items=items)


def an_observation(
    value: float,
    day: float,
    *,
    item: str = "b1-i1",
    kind: SourceKind = "camera",
    source: str = "gw1",
    conf: float = 1.0,
    seq: int | None = None,
    start: date = START,
) -> Observation:
    """A share seen on a (fractional) day; the sequence number follows the time unless given."""
    number = round(day * 1000) + 1 if seq is None else seq
    return Observation(
        item=item,
        kind=kind,
        source=source,
        seq=number,
        observed_at=at(day, start=start),
        value_bp=round(value * 10_000),
        conf_bp=round(conf * 10_000),
        ref=f"{source}/e1/{number}",
    )


def in_force(*revisions: tuple[float, Project]) -> tuple[PlanInForce, ...]:
    """Plans with the day after the start from which each is judged by."""
    return tuple(PlanInForce(since=at(day), project=project) for day, project in revisions)


def judged(
    project: Project,
    *,
    observations: Iterable[Observation] = (),
    conditions: Iterable[CameraCondition] = (),
    now: datetime,
    policy: Policy | None = None,
) -> Assessment:
    """The assessment of a project with one plan, from the start."""
    facts = ProjectFacts(plans=in_force((0, project)), observations=tuple(observations), conditions=tuple(conditions))
    return assess(facts, now=now, policy=policy)
