"""A plan made ready for judging: its calendar and every curve, reckoned once for each version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

import msgspec

from central.domain import Project
from central.plan.calendar import SiteCalendar, calendar_of
from central.plan.planned import Curve, item_curve, weighted
from central.progress.fuse import Setting, setting_of
from central.progress.profile import FusionProfile

T = TypeVar("T")
_KEPT = 64  # plans kept ready; one of 160 items takes some 100 kB


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """A plan with its calendar, the curves of items, buildings and the whole, how each item may move, and a digest of
    all it says."""

    project: Project
    calendar: SiteCalendar
    items: Mapping[str, Curve]
    buildings: Mapping[str, Curve]
    whole: Curve
    building_of: Mapping[str, str]
    digest: str

    def settings(self, profile: FusionProfile) -> Mapping[str, Setting]:
        """What the fold of each item needs, in the plan's order; reckoned once for a profile."""
        return _settings(_Same(self.project), _Same(profile))


def site_plan(project: Project) -> SitePlan:
    """The plan made ready; the same object is made ready once while it is among the newest asked for."""
    return _ready(_Same(project))


class _Same(Generic[T]):
    """A thing by identity: to compare plans of some thousand points costs as much as what a cache saves."""

    __slots__ = ("thing",)

    def __init__(self, thing: T) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.thing is self.thing


@lru_cache(maxsize=_KEPT)
def _ready(same: _Same[Project]) -> SitePlan:
    return _make(same.thing)


@lru_cache(maxsize=_KEPT)
def _settings(same: _Same[Project], profile: _Same[FusionProfile]) -> Mapping[str, Setting]:
    plan = _ready(same)
    return {
        item.id: setting_of(item, plan.items[item.id], plan.calendar, profile=profile.thing)
        for building in plan.project.buildings
        for item in building.items
    }


def _make(project: Project) -> SitePlan:
    calendar = calendar_of(project)
    items = {i.id: item_curve(i, project, calendar) for b in project.buildings for i in b.items}
    buildings = {
        b.id: weighted([items[i.id] for i in b.items], [i.weight_bp for i in b.items]) for b in project.buildings
    }
    return SitePlan(
        project=project,
        calendar=calendar,
        items=items,
        buildings=buildings,
        whole=weighted([buildings[b.id] for b in project.buildings], [b.weight_bp for b in project.buildings]),
        building_of={i.id: b.id for b in project.buildings for i in b.items},
        digest=hashlib.sha256(msgspec.json.encode(project)).hexdigest(),
    )
