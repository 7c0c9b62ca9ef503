"""All items of a project folded side by side, rolled up to buildings and project at any instant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from central.domain import Building, Observation, Progress
from central.plan.planned import FULL_BP, Curve
from central.progress.fuse import COMPLETE_BP, Fold, ItemMemory
from central.progress.profile import FusionProfile
from central.progress.rollup import roll_up
from central.progress.siteplan import SitePlan

RECENT = timedelta(hours=24)  # older evidence raises no progress warning: silence is not lateness
_EDGE_BP = FULL_BP - COMPLETE_BP
INSPECTED = timedelta(days=7)  # how long a person's record counts as confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A building or project at one instant, with what its evidence is worth.

    `recent_bp` is the weight seen in the last 24 h, complete or not yet due; `inspected_bp` the weight that a person
    recorded in the last 7 days; `camera_seen` the newest accepted camera reading. `short_bp` = what is lacking of items
    that are complete as far as a camera can tell (98 %) and that no person recorded lately: its errors there go one
    way, so nobody is late by that.
    """

    progress: Progress
    recent_bp: int
    inspected_bp: int
    camera_seen: datetime | None
    short_bp: int = 0


class SiteFold:
    """Folds of every item of a project, fed with the observations of one instant after the other."""

    def __init__(
        self, plan: SitePlan, *, profile: FusionProfile, items: Mapping[str, ItemMemory] | None = None
    ) -> None:
        self.plan, self._profile = plan, profile
        known = items or {}
        settings = plan.settings(profile)
        self._folds = {item: Fold(setting, known.get(item)) for item, setting in settings.items()}
        self._places = self._placed()

    def take(self, observations: Iterable[Observation]) -> None:
        """Observations of one instant; those of items the plan does not know are left out."""
        by_item: dict[str, list[Observation]] = {}
        for observation in observations:
            by_item.setdefault(observation.item, []).append(observation)
        for item, found in by_item.items():
            if item in self._folds:
                self._folds[item].take(found)
                self._places[self.plan.building_of[item]].forget()

    def replan(self, plan: SitePlan, at: datetime) -> None:
        """Go on by another plan: items that stay keep what is believed of them, new ones begin, the others leave."""
        shift_s = plan.calendar.effective_s(at) - self.plan.calendar.effective_s(at)
        folds: dict[str, Fold] = {}
        for item, setting in plan.settings(self._profile).items():
            fold = self._folds.get(item)
            if fold is None:
                fold = Fold(setting)
            else:
                fold.replan(setting, shift_s=shift_s)
            folds[item] = fold
        self.plan, self._folds = plan, folds
        self._places = self._placed()

    def memory(self) -> dict[str, ItemMemory]:
        """What the folds go on from, by item."""
        return {item: fold.memory for item, fold in self._folds.items()}

    def items(self, building: Building, as_of: datetime, *, at_s: int) -> tuple[Progress, ...]:
        """The items of a building at an instant, in the plan's order."""
        folds = (self._folds[item.id] for item in building.items)
        return tuple(fold.progress(as_of, due=at_s > fold.setting.begin_s) for fold in folds)

    def building(self, building: str, as_of: datetime, *, at_s: int) -> Standing:
        """A building at an instant; `at_s` is the instant in effective seconds."""
        return self._places[building].standing(as_of, at_s=at_s)

    def whole(self, standings: list[Standing], as_of: datetime) -> Standing:
        """The project from its buildings, in the plan's order.

        Nothing of it counts as recent while a building that should have begun was never seen: its share of the plan is
        known and its actual is not, so the difference would be held against the site.
        """
        weights = [building.weight_bp for building in self.plan.project.buildings]
        total = sum(weights)
        pairs = list(zip(standings, weights, strict=True))
        cameras = [standing.camera_seen for standing in standings if standing.camera_seen is not None]
        progress = roll_up([s.progress for s in standings], weights, subject=self.plan.project.id, as_of=as_of)
        return Standing(
            progress=progress,
            recent_bp=0 if any(map(_unknown, standings)) else sum(s.recent_bp * weight for s, weight in pairs) // total,
            inspected_bp=sum(s.inspected_bp * weight for s, weight in pairs) // total,
            camera_seen=max(cameras, default=None),
            short_bp=sum(s.short_bp * weight for s, weight in pairs) // total,
        )

    def look_bp(self, building: str, found: Iterable[Observation], as_of: datetime) -> int | None:
        """What cameras showed of a building at an instant, not followed by any pace; items they did not show then are
        as they are believed. Within 2 % of either end, where errors go one way, an item counts as complete or not begun
        when the others are past it or not yet at it. None when no camera's word of that instant was believed."""
        words: dict[str, list[int]] = {}
        for one in found:
            if one.kind == "camera" and self.plan.building_of.get(one.item) == building:
                words.setdefault(one.item, []).append(one.value_bp)
        return self._places[building].look_bp(words, as_of)

    def reported_bp(self) -> int | None:
        """The builder's own word rolled up, items without one as they are believed; None when he never gave any."""
        if all(fold.memory.claim is None for fold in self._folds.values()):
            return None
        buildings = self.plan.project.buildings
        total = sum(building.weight_bp for building in buildings)
        share = sum(b.weight_bp * self._places[b.id].reported() for b in buildings) / total
        return int(share * FULL_BP + 0.5)

    def _placed(self) -> dict[str, _Place]:
        return {
            b.id: _Place(b, [self._folds[i.id] for i in b.items], [self.plan.items[i.id] for i in b.items])
            for b in self.plan.project.buildings
        }


class _Place:
    """The folds of one building; what only a new observation changes is kept until one comes."""

    def __init__(self, building: Building, folds: list[Fold], curves: list[Curve]) -> None:
        self._id, self._folds, self._curves = building.id, folds, curves
        self._weights = [item.weight_bp for item in building.items]
        self._total = sum(self._weights)
        self._said: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def forget(self) -> None:
        self._said = None

    def reported(self) -> float:
        pairs = zip(self._weights, self._folds, strict=True)
        return sum(weight * fold.reported() for weight, fold in pairs) / self._total

    def standing(self, as_of: datetime, *, at_s: int) -> Standing:
        value = variance = 0.0
        short, covered, recent, inspected = 0.0, 0, 0, 0
        review: dict[str, None] = {}
        total = self._total
        for weight, fold in zip(self._weights, self._folds, strict=True):
            belief, due = fold.belief, at_s > fold.setting.begin_s
            own = fold.variance(at_s)
            value += weight * belief.value
            variance += (weight / total) ** 2 * own
            covered += weight if fold.is_covered(as_of, due=due) else 0
            done = not due or belief.value * 10_000 >= COMPLETE_BP
            recent += weight if done or _within(belief.seen, as_of, RECENT) else 0
            by_person = _within(belief.inspected, as_of, INSPECTED)
            inspected += weight if by_person else 0
            if not by_person and belief.value * 10_000 >= COMPLETE_BP:
                short += weight * (1.0 - belief.value)
            review |= dict.fromkeys(fold.review(own))
        refs, quarantined = self._names()
        return Standing(
            progress=Progress(
                subject=self._id,
                as_of=as_of,
                value=value / total,
                variance=variance,
                coverage_bp=FULL_BP * covered // total,
                last_seen=max((fold.belief.seen for fold in self._folds if fold.belief.seen), default=None),
                refs=refs,
                quarantined=quarantined,
                review=tuple(review),
            ),
            recent_bp=FULL_BP * recent // total,
            inspected_bp=FULL_BP * inspected // total,
            camera_seen=max((f.belief.camera_seen for f in self._folds if f.belief.camera_seen), default=None),
            short_bp=int(FULL_BP * short / total),
        )

    def look_bp(self, words: Mapping[str, list[int]], as_of: datetime) -> int | None:
        shown, looked = 0, False
        believed = [int(fold.belief.value * FULL_BP + 0.5) for fold in self._folds]
        begun = max(believed) > _EDGE_BP or max(chain.from_iterable(words.values()), default=0) > _EDGE_BP
        for n, (weight, fold) in enumerate(zip(self._weights, self._folds, strict=True)):
            said = words.get(fold.setting.item) if fold.belief.camera_seen == as_of else None
            settled_bp = self._settled_bp(n, believed) if begun else 0
            looked |= bool(said) and (settled_bp is None or not begun)
            if settled_bp is None:
                settled_bp = sum(said) // len(said) if said else believed[n]
            shown += weight * settled_bp
        return shown // self._total if looked else None

    def _settled_bp(self, n: int, believed: list[int]) -> int | None:
        """Complete or not begun, for an item that is within 2 % of it and that the others are past, or not yet at, by
        the plan. None for one that is worked on, or could be: there a camera's word counts, because a stop just before
        an item's end would else not be seen for as long as 2 % of it takes."""
        if believed[n] >= COMPLETE_BP:
            end_s = self._curves[n].at_s[-1]
            past = (bp > curve.bp_at(end_s) + _EDGE_BP for bp, curve in self._others(n, believed))
            return FULL_BP if any(past) else None
        if believed[n] <= _EDGE_BP:
            at_s = self._folds[n].setting.begin_s
            before = (bp < curve.bp_at(at_s) - _EDGE_BP for bp, curve in self._others(n, believed))
            return 0 if any(before) else None
        return None

    def _others(self, n: int, believed: list[int]) -> Iterator[tuple[int, Curve]]:
        pairs = zip(believed, self._curves, strict=True)
        return (pair for other, pair in enumerate(pairs) if other != n)

    def _names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self._said is None:
            refs = dict.fromkeys(chain.from_iterable(fold.belief.refs for fold in self._folds))
            aside = dict.fromkeys(chain.from_iterable(fold.quarantined for fold in self._folds))
            self._said = tuple(refs), tuple(aside)
        return self._said


def _unknown(standing: Standing) -> bool:
    return standing.progress.last_seen is None and standing.recent_bp < FULL_BP


def _within(seen: datetime | None, as_of: datetime, window: timedelta) -> bool:
    return seen is not None and as_of - seen < window
