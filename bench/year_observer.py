"""An ideal observer of the replayed year: it knows the plan, the shape of the story and how its looks err, and nothing
of the centre. What it cannot know of a day, nobody who sees the same looks can.

Exact Bayes over the hour at which work stood still and over how late the building was before (the same all the time),
every hour alike before anything was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from bench.year_district import (
    FULL_BP,
    NOISE_BP,
    STALL_DAYS,
    WARNED_AFTER_DAYS,
    Planted,
    Work,
    linear_bp,
    looks,
    planted,
)
from central.domain import Building, Observation
from central.plan.calendar import local_day, midnight

Floats = NDArray[np.float64]

_BEFORE_DAYS, _AFTER_DAYS = 25, 16  # around the story's day: what an hour further off says of the looks is nothing
_KEPT_DAYS = 3  # a site that works may always have been so much ahead or behind
_PACE_H = 6  # the steps in which that is weighed
_HOUR_S = 3600
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(31)  # over the error that all items of a look share
_ITEM_NOISE_BP = NOISE_BP / 2
DOUBT = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """How sure the observer is after a look that the building has stood still for a week of effective time."""

    at: datetime
    week_late: float

    @property
    def day(self) -> date:
        """The district's day of the look."""
        return local_day(self.at)


def doubts(work: Work) -> Iterator[Doubt]:
    """After each look around the story of a building that stands still, in order of time."""
    building = next(one for one in work.project.buildings if one.id == work.late)
    calendar = work.calendar
    first, last = (work.on + timedelta(days=days) for days in (-_BEFORE_DAYS, _AFTER_DAYS))
    kept_h = np.arange(-24 * _KEPT_DAYS, 24 * _KEPT_DAYS + 1, _PACE_H)[:, None]
    stops_h = np.arange(calendar.effective_s(midnight(first)), calendar.effective_s(midnight(last)), _HOUR_S) / _HOUR_S
    said = np.zeros((len(kept_h), len(stops_h)))
    for at, found in looks(work, building, since=midnight(first), until=midnight(last)):
        now_s = calendar.effective_s(at)
        idle_h = np.clip(np.round(now_s / _HOUR_S - stops_h), 0, 24 * STALL_DAYS).astype(int)[None, :]
        late_h = kept_h + idle_h
        said += _likelihood(work, building, found, now_s)[late_h + 24 * _KEPT_DAYS]
        belief = np.exp(said - said.max())
        yield Doubt(at=at, week_late=float(belief[late_h >= 24 * WARNED_AFTER_DAYS].sum() / belief.sum()))


def asked_of(work: Work) -> tuple[Planted, ...]:
    """The warnings that a project's story must raise, with the days on which each is right."""
    asked = planted(work)
    if work.story != "materials":
        return asked
    first, last = right_days(work)
    return tuple(replace(one, first=first, last=last) for one in asked)


def right_days(work: Work) -> tuple[date, date]:
    """The days from the first on which an ideal observer does not rule a week's lag out (one in a hundred) to the first
    on which it rules anything else out."""
    found = list(doubts(work))
    first = next(one.day for one in found if one.week_late >= DOUBT)
    return first, next(one.day for one in found if one.week_late >= 1 - DOUBT)


def _likelihood(work: Work, building: Building, found: Sequence[Observation], now_s: int) -> Floats:
    """Logarithm of how likely a look at the building is for each hour that it may be late, the earliest first."""
    items = {item.id: item for item in building.items}
    hours = range(-24 * _KEPT_DAYS, 24 * (_KEPT_DAYS + STALL_DAYS) + 1)
    shares = np.zeros((len(hours), len(_NODES)))
    for one in found:
        item = items[one.item]
        done = np.array([linear_bp(item, work.calendar, now_s - hour * _HOUR_S) for hour in hours], dtype=float)
        shares += _log_density(one.value_bp, done[:, None] + NOISE_BP * _NODES[None, :])
    top = shares.max(axis=1, keepdims=True)
    return np.asarray(top[:, 0] + np.log((np.exp(shares - top) * _WEIGHTS).sum(axis=1)))


def _log_density(value_bp: int, middle: Floats) -> Floats:
    """Of a value with the error of one item; at 0 and at all that can be, of anything beyond."""
    off = (value_bp - middle) / _ITEM_NOISE_BP
    if value_bp <= 0:
        return _log_tail(off)
    if value_bp >= FULL_BP:
        return _log_tail(-off)
    return np.asarray(-off * off / 2 - np.log(_ITEM_NOISE_BP * np.sqrt(2 * np.pi)))


def _log_tail(off: Floats) -> Floats:
    """Logarithm of the normal distribution function, by Zelen and Severo (26.2.17 in Abramowitz and Stegun)."""
    t = 1 / (1 + 0.2316419 * np.abs(off))
    sides = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = sides * np.exp(-off * off / 2) / np.sqrt(2 * np.pi)
    return np.asarray(np.log(np.maximum(np.where(off < 0, tail, 1 - tail), 1e-300)))
