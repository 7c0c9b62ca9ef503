"""All items of a project folded side by side, rolled up to buildings and project at any instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from central.domain import Building, Observation, Progress, Project
from central.plan.calendar import SiteCalendar
from central.plan.planned import FULL_BP, item_curve
from central.progress.fuse import COMPLETE_BP, Fold, setting_of
from central.progress.profile import FusionProfile
from central.progress.rollup import roll_up

RECENT = timedelta(hours=24)  # older evidence raises no progress warning: silence is not lateness
INSPECTED = timedelta(days=7)  # how long a person's record counts as confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A building or project at one instant, with what its evidence is worth.

    `recent_bp` is the weight seen in the last 24 h, complete or not yet due; `inspected_bp` the weight that a person
    recorded in the last 7 days; `camera_seen` the newest accepted camera reading.
    """

    progress: Progress
    recent_bp: int
    inspected_bp: int
    camera_seen: datetime | None


class SiteFold:
    """Folds of every item of a project, fed with the observations of one instant after the other."""

    def __init__(self, project: Project, calendar: SiteCalendar, *, profile: FusionProfile) -> None:
        self.project = project
        self._folds = {
            item.id: Fold(setting_of(item, item_curve(item, project, calendar), calendar, profile=profile))
            for building in project.buildings
            for item in building.items
        }

    def take(self, observations: Iterable[Observation]) -> None:
        """Observations of one instant; those of items the plan does not know are left out."""
        by_item: dict[str, list[Observation]] = {}
        for observation in observations:
            by_item.setdefault(observation.item, []).append(observation)
        for item, found in by_item.items():
            if item in self._folds:
                self._folds[item].take(found)

    def items(self, as_of: datetime, *, at_s: int) -> tuple[Progress, ...]:
        """Every item at an instant, in the plan's order."""
        return tuple(fold.progress(as_of, due=at_s > fold.setting.begin_s) for fold in self._folds.values())

    def building(self, building: Building, as_of: datetime, *, at_s: int) -> Standing:
        """A building at an instant; `at_s` is the instant in effective seconds."""
        folds = [self._folds[item.id] for item in building.items]
        weights = [item.weight_bp for item in building.items]
        parts = [fold.progress(as_of, due=at_s > fold.setting.begin_s) for fold in folds]
        recent = [_recent(fold, as_of, at_s) for fold in folds]
        inspected = [_within(fold.belief.inspected, as_of, INSPECTED) for fold in folds]
        cameras = [fold.belief.camera_seen for fold in folds if fold.belief.camera_seen is not None]
        return Standing(
            progress=roll_up(parts, weights, subject=building.id, as_of=as_of),
            recent_bp=_share(recent, weights),
            inspected_bp=_share(inspected, weights),
            camera_seen=max(cameras, default=None),
        )


def whole(project: Project, standings: list[Standing], as_of: datetime) -> Standing:
    """The project from its buildings, in the project's order.

    Nothing of it counts as recent while a building that should have begun was never seen: its share of the plan is
    known and its actual is not, so the difference would be held against the site.
    """
    weights = [building.weight_bp for building in project.buildings]
    total = sum(weights)
    pairs = list(zip(standings, weights, strict=True))
    cameras = [standing.camera_seen for standing in standings if standing.camera_seen is not None]
    return Standing(
        progress=roll_up([s.progress for s in standings], weights, subject=project.id, as_of=as_of),
        recent_bp=0 if any(map(_unknown, standings)) else sum(s.recent_bp * weight for s, weight in pairs) // total,
        inspected_bp=sum(s.inspected_bp * weight for s, weight in pairs) // total,
        camera_seen=max(cameras, default=None),
    )


def _unknown(standing: Standing) -> bool:
    return standing.progress.last_seen is None and standing.recent_bp < FULL_BP


def _recent(fold: Fold, as_of: datetime, at_s: int) -> bool:
    done = fold.belief.value * 10_000 >= COMPLETE_BP
    return done or at_s <= fold.setting.begin_s or _within(fold.belief.seen, as_of, RECENT)


def _within(seen: datetime | None, as_of: datetime, window: timedelta) -> bool:
    return seen is not None and as_of - seen < window


def _share(flags: list[bool], weights: list[int]) -> int:
    return 10_000 * sum(weight for flag, weight in zip(flags, weights, strict=True) if flag) // sum(weights)
