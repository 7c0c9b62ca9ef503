"""Whether work stands still, and how late it then is: from the looks themselves, because a belief that follows a pace
goes on believing in it for some days after the last stone (docs/decisions/0008-lag-within-noise.md).

Each look is a lag: its instant less the moment whose plan it shows. A site that works keeps its lag; one that stands
still falls back by a day a day. So the looks of four weeks say since when it stands, and how late it was before, more
exactly than any single one of them. Integers throughout: the same bits on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from central.plan.calendar import DAY_S

KEPT_DAYS = 28  # effective days of looks that are compared
STOPS_DAYS = 14  # a site that has stood still for longer is late by any measure
_IDLE_S = range(0, STOPS_DAYS * DAY_S + 1, DAY_S // 2)
_SLOW_S = range(0, KEPT_DAYS * DAY_S + 1, DAY_S)
_STOOD_S = range(DAY_S, STOPS_DAYS * DAY_S + 1, DAY_S)
_AGAIN_S = range(2 * DAY_S, 8 * DAY_S, DAY_S)  # a day of work alone cannot be told from noise
_LOOKS_MIN = 8  # days with looks, below which nothing is said
_EVIDENT = 9  # three sigma: how much worse the looks must fit a site that works on
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
    """How late the work is after the last look if it evidently stands still, hundredths of effective days; None when
    the looks fit a site as well that works on, or works again, or goes on at half its pace.

    Least squares over the stop (each half day of the last fourteen) and the lag before it, days weighing alike.
    """
    if len(days) < _LOOKS_MIN:
        return None
    points = [(one.at_s // one.count, one.lag_s // one.count) for one in days]
    best = min((_fit(points, idle_s) for idle_s in _IDLE_S), key=lambda fit: (fit.misfit, fit.idle_s))
    if (_fit(points, 0).misfit - best.misfit) * (len(points) - 2) <= _EVIDENT * best.misfit:
        return None
    slow = (_fit(points, idle_s, slow=2) for idle_s in _SLOW_S)
    again = (_fit(points, since_s + idle_s, worked_s=since_s) for since_s in _AGAIN_S for idle_s in _STOOD_S)
    if best.misfit > min(other.misfit for other in (*slow, *again)):
        return None
    late_s = best.kept_s + best.idle_s
    return (2 * late_s + _CDAY_S) // (2 * _CDAY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """Work stood still for `idle_s` up to now and was `kept_s` late before; `misfit` = n times the sum of squares."""

    idle_s: int
    kept_s: int
    misfit: int


def _fit(points: list[tuple[int, int]], idle_s: int, *, slow: int = 1, worked_s: int = 0) -> _Fit:
    """Work that since `idle_s` ago falls back by a day in `slow` days, until it goes on as before `worked_s` ago."""
    stop_s, most_s = points[-1][0] - idle_s, idle_s - worked_s
    before = [lag_s - min(max(0, at_s - stop_s), most_s) // slow for at_s, lag_s in points]
    total, count = sum(before), len(before)
    misfit = count * sum(one * one for one in before) - total * total
    return _Fit(idle_s=idle_s, kept_s=total // count, misfit=misfit)
