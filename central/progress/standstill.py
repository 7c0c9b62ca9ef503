"""Whether work stands still, and how late it then is: from the looks themselves, because a belief that follows a pace
goes on believing in it for some days after the last stone (docs/decisions/0008-lag-within-noise.md).

Each look is a lag: its instant less the moment whose plan it shows. A site that works keeps its lag; one that stands
still falls back by a day a day. So the looks of four weeks say since when it stands, and how late it was before, more
exactly than any single one of them. What they leave open (does it stand, or did it go on again two days ago?) is
weighed, not decided: the stories that fit nearly as well as the best have their say in how late it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import sqrt

from central.plan.calendar import DAY_S

KEPT_DAYS = 28  # effective days of looks that are compared
STOPS_DAYS = 14  # a site that has stood still for longer is late by any measure
_IDLE_S = range(0, STOPS_DAYS * DAY_S + 1, DAY_S // 2)
_SLOW_S = range(0, KEPT_DAYS * DAY_S + 1, DAY_S)
_STOOD_S = range(DAY_S, STOPS_DAYS * DAY_S + 1, DAY_S)
_LOOKS_MIN = 8  # days with looks, below which nothing is said
_EVIDENT = 9  # three sigma: how much worse the looks must fit a site that works on
# How likely each story is before a look: a stop begins on any day alike (half days are told apart) and ends within a
# day in fourteen; that a pace halves is a twentieth as likely as that it stops.
_STOP, _AGAIN, _SLOW = 70, 10, 7
# Seconds for which work may have gone on again, the longer the wider apart, and the chance. A day alone is noise.
_WORKED = (
    *((days * DAY_S, _AGAIN) for days in range(2, 8)),
    *((days * DAY_S, 2 * _AGAIN) for days in range(8, KEPT_DAYS, 2)),
)
_CDAY_S = DAY_S // 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOfLooks:
    """The looks of one effective day: how many, the sum of their instants and of their lags in effective seconds."""

    day: int
    count: int
    at_s: int
    lag_s: int


def noted(days: tuple[DayOfLooks, ...], *, at_s: int, lag_s: int) -> tuple[DayOfLooks, ...]:
    """With one more look, not earlier than those there; days too old to be compared go."""
    day = at_s // DAY_S
    kept = tuple(one for one in days if day - one.day < KEPT_DAYS)
    if kept and kept[-1].day == day:
        last, kept = kept[-1], kept[:-1]
        at_s, lag_s, count = last.at_s + at_s, last.lag_s + lag_s, last.count + 1
    else:
        count = 1
    return (*kept, DayOfLooks(day=day, count=count, at_s=at_s, lag_s=lag_s))


def standstill_cdays(days: tuple[DayOfLooks, ...]) -> int | None:
    """How late the work is after the last look if it evidently left its pace, hundredths of effective days; None when
    the looks fit a site as well that works on.

    Least squares for each story, with the lag before it free and days weighing alike; each story counts by how likely
    it makes the looks (errors of unknown size), and the lag is the one that is at least so by even chances.
    """
    if len(days) < _LOOKS_MIN:
        return None
    looks = _Looks.of(days)
    fits = [_fit(looks, story) for story in _STORIES]
    best = min(fit.misfit for fit in fits)
    if (_fit(looks, _WORKS).misfit - best) * (len(looks.points) - 2) <= _EVIDENT * best:
        return None
    late_s = _even_s([(fit.late_s, fit.story.chance * _likelihood(best, fit.misfit, len(days) - 1)) for fit in fits])
    return (2 * late_s + _CDAY_S) // (2 * _CDAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Story:
    """Work fell back by a day in `slow` days since `since_s` ago, until it went on as before `worked_s` ago."""

    since_s: int
    worked_s: int = 0
    slow: int = 1
    chance: int = 1


_WORKS = _Story(since_s=0)
_STORIES = (
    *(_Story(since_s=since_s, chance=_STOP) for since_s in _IDLE_S),
    *(
        _Story(since_s=worked_s + stood_s, worked_s=worked_s, chance=chance)
        for worked_s, chance in _WORKED
        for stood_s in _STOOD_S
        if worked_s + stood_s <= KEPT_DAYS * DAY_S
    ),
    *(_Story(since_s=since_s, slow=2, chance=_SLOW) for since_s in _SLOW_S),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looks:
    """Days of looks as (instant, lag) in seconds, oldest first, with the sums of lags and of their squares."""

    points: tuple[tuple[int, int], ...]
    sum_s: int
    squares: int

    @classmethod
    def of(cls, days: tuple[DayOfLooks, ...]) -> _Looks:
        points = tuple((one.at_s // one.count, one.lag_s // one.count) for one in days)
        lags = [lag_s for _, lag_s in points]
        return cls(points=points, sum_s=sum(lags), squares=sum(lag_s * lag_s for lag_s in lags))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A story told of the looks: how late the work then is, and how badly it fits (n times the sum of squares)."""

    story: _Story
    late_s: int
    misfit: int


def _fit(looks: _Looks, story: _Story) -> _Fit:
    """The best lag before the story; only looks after it began need be gone through."""
    count, most_s = len(looks.points), story.since_s - story.worked_s
    stop_s, slow = looks.points[-1][0] - story.since_s, story.slow
    total, squares = looks.sum_s, looks.squares
    for at_s, lag_s in reversed(looks.points):
        if at_s <= stop_s:
            break
        fell_s = min(at_s - stop_s, most_s) // slow
        total -= fell_s
        squares -= fell_s * (2 * lag_s - fell_s)
    return _Fit(story=story, late_s=total // count + most_s // slow, misfit=count * squares - total * total)


def _likelihood(best: int, misfit: int, freedom: int) -> float:
    """Of a story against the best one, with errors of a size that is as little known as the lag: the ratio of misfits
    to the power of half the degrees of freedom. Products and a root only, so any IEEE machine gives the same bits."""
    if misfit == best:
        return 1.0
    ratio = best / misfit
    power = sqrt(ratio) if freedom % 2 else 1.0
    for _ in range(freedom // 2):
        power *= ratio
    return power


def _even_s(lates: list[tuple[int, float]]) -> int:
    """The median of lags in seconds by their weights."""
    lates.sort()
    half = sum(weight for _, weight in lates) / 2
    up_to = accumulate(weight for _, weight in lates)
    return next(late_s for (late_s, _), weight in zip(lates, up_to, strict=True) if weight >= half)
