"""What depends on what, and how a slip is passed on: finish to start, with a lag in calendar days (domain.md D27)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from central.plan.structure import Dependency


@dataclass(frozen=True, slots=True, kw_only=True)
class Undertaking:
    """Something planned from `start` to `finish` (both days included), and when it will be finished as it looks now.

    `forecast` None = as planned; `begun` = it has started and no longer waits for what it depends on. It is not
    finished before each of its `parts` is.
    """

    id: str
    start: date
    finish: date
    forecast: date | None = None
    begun: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """How late one undertaking will be. `own_days` by itself, `passed_days` what others force on it beyond that.

    `by` is the way from where the slip comes, nearest last; empty when nothing is passed on. `critical` = its slip
    moves the end of the whole.
    """

    id: str
    start: date
    finish: date
    forecast_start: date
    forecast: date
    own_days: int
    passed_days: int
    by: tuple[str, ...]
    critical: bool


def loop_in(links: Iterable[Dependency]) -> tuple[str, ...]:
    """The ids of a circle, the first again at its end; empty when there is none."""
    following: dict[str, list[str]] = {}
    for link in links:
        following.setdefault(link.before, []).append(link.after)
    done: set[str] = set()
    for first in sorted(following):
        way: list[str] = []
        walk = [(first, iter(sorted(following[first])))] if first not in done else []
        way.extend(node for node, _ in walk)
        while walk:
            after = next(walk[-1][1], None)
            if after is None:
                done.add(walk.pop()[0])
                way.pop()
            elif after in way:
                return (*way[way.index(after) :], after)
            elif after not in done:
                walk.append((after, iter(sorted(following.get(after, ())))))
                way.append(after)
    return ()


def passed_on(parts: Sequence[Undertaking], links: Sequence[Dependency]) -> tuple[Slip, ...]:
    """The forecast of each part, in the order given; ValueError names a circle.

    A part that has not begun cannot start before each part it depends on is finished, and the lag is over; it then
    takes as long as was planned. What it is late by itself is not made up: the later of the two dates holds.
    """
    inside = [Dependency(before=inner, after=part.id, lag_days=0) for part in parts for inner in part.parts]
    if loop := loop_in([*links, *inside]):
        raise ValueError(f"dependencies: a circle {' → '.join(loop)}: expected none")
    by_id = {part.id: part for part in parts}
    before = _before(by_id, links)
    found: dict[str, Slip] = {}
    for part_id in _in_order(by_id, _before(by_id, [*links, *inside])):
        found[part_id] = _slip(by_id[part_id], before[part_id], found)
    end = max((slip.forecast for slip in found.values()), default=None)
    critical = _critical(found, before, by_id, end)
    return tuple(_marked(found[part.id], part.id in critical) for part in parts)


def _before(parts: Mapping[str, Undertaking], links: Sequence[Dependency]) -> dict[str, list[Dependency]]:
    """Links into each part whose two ends are there, by id."""
    before: dict[str, list[Dependency]] = {part: [] for part in parts}
    for link in links:
        if link.before in parts and link.after in parts:
            before[link.after].append(link)
    return {part: sorted(into, key=lambda link: link.before) for part, into in before.items()}


def _in_order(parts: Iterable[str], before: Mapping[str, Sequence[Dependency]]) -> list[str]:
    """Ids so that each comes after all it depends on; of equals as they come."""
    order: dict[str, None] = {}
    waiting = list(parts)
    while waiting:
        ready = [part for part in waiting if all(link.before in order for link in before[part])]
        order.update(dict.fromkeys(ready))
        waiting = [part for part in waiting if part not in order]
    return list(order)


def _slip(part: Undertaking, into: Sequence[Dependency], found: Mapping[str, Slip]) -> Slip:
    own = max(part.forecast or part.finish, part.start)
    earliest = part.start
    source: Slip | None = None
    for link in () if part.begun else into:
        free = earliest_start(found[link.before].forecast, link)
        if free > earliest:
            earliest, source = free, found[link.before]
    forced = earliest + (part.finish - part.start)
    for inner in (found[one] for one in part.parts if one in found):
        if inner.forecast > forced:
            forced, source = inner.forecast, inner
    forecast = max(own, forced)
    passed = (forecast - own).days
    return Slip(
        id=part.id,
        start=part.start,
        finish=part.finish,
        forecast_start=earliest,
        forecast=forecast,
        own_days=(own - part.finish).days,
        passed_days=passed,
        by=(*source.by, source.id) if source is not None and passed > 0 else (),
        critical=False,
    )


def earliest_start(finish: date, link: Dependency) -> date:
    """The first day the part behind a link may begin: the day after the finish, and the lag."""
    return finish + timedelta(days=1 + link.lag_days)


def float_days(before: Undertaking, after: Undertaking, link: Dependency) -> int:
    """Calendar days that `before` may slip without moving `after`, as planned; negative = the plan is too tight."""
    return (after.start - earliest_start(before.finish, link)).days


def _critical(
    found: Mapping[str, Slip],
    before: Mapping[str, Sequence[Dependency]],
    parts: Mapping[str, Undertaking],
    end: date | None,
) -> set[str]:
    """The late parts that the end of the whole hangs on: the last ones, and whatever holds a critical one back."""
    critical = {slip.id for slip in found.values() if slip.forecast == end and slip.forecast > slip.finish}
    waiting = list(critical)
    while waiting:
        slip = found[waiting.pop()]
        holding = [
            link.before
            for link in before[slip.id]
            if slip.passed_days > 0 and earliest_start(found[link.before].forecast, link) == slip.forecast_start
        ]
        late = [one for one in parts[slip.id].parts if one in found and found[one].forecast == slip.forecast]
        new = [one for one in (*holding, *late) if one not in critical]
        critical.update(new)
        waiting.extend(new)
    return critical


def _marked(slip: Slip, critical: bool) -> Slip:
    return Slip(
        id=slip.id,
        start=slip.start,
        finish=slip.finish,
        forecast_start=slip.forecast_start,
        forecast=slip.forecast,
        own_days=slip.own_days,
        passed_days=slip.passed_days,
        by=slip.by,
        critical=critical,
    )
