"""What if: more crews, a standstill, an item moved; what becomes of the forecast finish (domain.md D29). Pure.

The forecast is that of earned schedule: what is left of the plan is done at the pace so far, SPI(t) (§2.4). A change
touches the days to come only. Every assumption is said with the answer; the interval is that of the forecast, for one
standard deviation more and less of actual progress.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from central.domain import Project, Text
from central.insight.moving import Move, WhatIfRefused, moved_by, with_moves
from central.plan.calendar import SiteCalendar, calendar_of, local_day, midnight
from central.plan.earned import earned_s, forecast_s
from central.plan.planned import FULL_BP, MICRO, Curve, begin_s, project_curve
from central.plan.structure import Dependency

CREW_WORTH_BP = 8000  # a crew that joins does as much of what a present one does: they share the room to work in
PACE_MAX_BP = 20_000
STOP_DAYS_MAX = 366
_SPEAKS_BP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Crews:
    """So many crews more than there are now, from a day on; until the end when `last` is None."""

    first: date
    now: int
    added: int
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """No work from `first` to `last`, both included."""

    first: date
    last: date


Change = Crews | Stop | Move


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """Forecast day with the earliest and latest for actual + and - sigma; None where that has no pace to go by."""

    day: date | None
    low: date | None
    high: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a project stands: actual progress and its sigma in bp at `now`, and the items that have begun."""

    actual_bp: int
    sigma_bp: int
    now: datetime
    begun: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The forecast without and with the changes. `days` = after - before, negative = earlier; None = no forecast.

    `moved` = days by which each item is planned later, those that had to follow included.
    """

    planned: date
    before: Finish
    after: Finish
    days: int | None
    moved: tuple[tuple[str, int], ...]
    assumptions: tuple[Text, ...]


@dataclass(slots=True)
class _Case:
    """Everything that one forecast with changes needs; seconds are effective ones of the calendar as it is."""

    curve: Curve
    changed: Curve
    calendar: SiteCalendar
    stopped: SiteCalendar
    crews: Sequence[Crews]
    now_s: int
    said: list[Text] = field(default_factory=list)


def what_if(
    project: Project, standing: Standing, changes: Sequence[Change], dependencies: Sequence[Dependency] = ()
) -> WhatIf:
    """The forecast with all changes together; WhatIfRefused names a change that cannot be."""
    today = local_day(standing.now)
    calendar = calendar_of(project)
    stops = [one for one in changes if isinstance(one, Stop)]
    crews = [one for one in changes if isinstance(one, Crews)]
    _check(stops, crews, today)
    moves = [one for one in changes if isinstance(one, Move)]
    moved = moved_by(moves, project, dependencies, begun=standing.begun, today=today)
    curve = project_curve(project, calendar)
    far = replace(project, pauses=tuple(sorted({*project.pauses, *((one.first, one.last) for one in stops)})))
    case = _Case(
        curve=curve,
        changed=project_curve(with_moves(project, moved), calendar) if moved else curve,
        calendar=calendar,
        stopped=calendar_of(far) if stops else calendar,
        crews=crews,
        now_s=calendar.effective_s(standing.now),
    )
    before, after = _finish(case, standing, changed=False), _finish(case, standing, changed=True)
    days = (after.day - before.day).days if before.day and after.day else None
    return WhatIf(
        planned=calendar.day_at(max(curve.at_s[curve.micro.index(curve.micro[-1])] - 1, 0)),
        before=before,
        after=after,
        days=days,
        moved=tuple(sorted(moved.items())),
        assumptions=_assumptions(case, standing, stops=bool(stops), moved=moved),
    )


def _check(stops: Sequence[Stop], crews: Sequence[Crews], today: date) -> None:
    for stop in stops:
        if stop.first <= today:
            raise WhatIfRefused(f"stop from {stop.first}", where="changes", expected=f"a day after {today}")
        if not 0 <= (stop.last - stop.first).days < STOP_DAYS_MAX:
            what = f"stop from {stop.first} to {stop.last}"
            raise WhatIfRefused(what, where="changes", expected=f"1 to {STOP_DAYS_MAX} days")
    for crew in crews:
        if crew.first <= today or (crew.last is not None and crew.last < crew.first):
            what = f"crews from {crew.first} to {crew.last or 'the end'}"
            raise WhatIfRefused(what, where="changes", expected=f"days after {today}, the first one first")
        if crew.now < 1 or crew.added < 1:
            what = f"{crew.added} crews more than {crew.now}"
            raise WhatIfRefused(what, where="changes", expected="at least 1 and 1")


def _finish(case: _Case, standing: Standing, *, changed: bool) -> Finish:
    def day(actual_bp: int) -> date | None:
        if not changed:
            return _as_it_goes(case, actual_bp)
        return _with_changes(case, actual_bp)

    actual, sigma = standing.actual_bp, standing.sigma_bp
    return Finish(day=day(actual), low=day(min(actual + sigma, FULL_BP)), high=day(max(actual - sigma, 0)))


def _as_it_goes(case: _Case, actual_bp: int) -> date | None:
    if case.now_s <= begin_s(case.curve):
        end_s = case.curve.at_s[case.curve.micro.index(case.curve.micro[-1])]
        return case.calendar.day_at(max(end_s - 1, 0))
    if actual_bp < _SPEAKS_BP:
        return None
    found_s = forecast_s(case.curve, actual_bp, now_s=case.now_s)
    return None if found_s is None else case.calendar.day_at(max(found_s - 1, 0))


def _with_changes(case: _Case, actual_bp: int) -> date | None:
    """What is left of the changed plan at the pace so far, through days with more crews and days without work."""
    first_s = begin_s(case.curve)
    last_s = case.changed.at_s[case.changed.micro.index(case.changed.micro[-1])]
    if case.now_s <= first_s:
        start_s = case.stopped.effective_s(midnight(case.calendar.day_at(begin_s(case.changed))))
        return case.stopped.day_at(max(_walk(case, start_s, last_s - begin_s(case.changed), done=1, gone=1) - 1, 0))
    if actual_bp < _SPEAKS_BP or forecast_s(case.curve, actual_bp, now_s=case.now_s) is None:
        return None
    if actual_bp * MICRO >= case.curve.micro[-1]:
        return case.stopped.day_at(max(case.now_s - 1, 0))
    done = earned_s(case.curve, actual_bp, now_s=case.now_s) - first_s
    left = max(last_s - earned_s(case.changed, actual_bp, now_s=case.now_s), 0)
    return case.stopped.day_at(max(_walk(case, case.now_s, left, done=done, gone=case.now_s - first_s) - 1, 0))


def _walk(case: _Case, at_s: int, left_s: int, *, done: int, gone: int) -> int:
    """Effective second at which `left_s` of the plan is done from `at_s` on at done / gone of its pace, floored."""
    left = left_s * gone * FULL_BP
    for until_s, pace_bp in _paces(case, at_s):
        rate = done * pace_bp
        if until_s is None or rate * (until_s - at_s) >= left:
            return at_s + left // rate
        left -= rate * (until_s - at_s)
        at_s = until_s
    return at_s


def _paces(case: _Case, from_s: int) -> list[tuple[int | None, int]]:
    """Spells of one pace each as (until second, pace in bp of the present one); the last has no end."""

    def second(day: date) -> int:
        return case.stopped.effective_s(midnight(day))

    spans = [
        (second(one.first), second(one.last + timedelta(days=1)) if one.last else None, _gain_bp(one))
        for one in case.crews
    ]
    edges = sorted({edge for begin, end, _ in spans for edge in (begin, end) if edge is not None and edge > from_s})
    found: list[tuple[int | None, int]] = []
    begin_at = from_s
    for edge in (*edges, None):
        gain = sum(g for begin, end, g in spans if begin <= begin_at and (end is None or begin_at < end))
        found.append((edge, min(FULL_BP + gain, PACE_MAX_BP)))
        begin_at = edge if edge is not None else begin_at
    return found


def _gain_bp(crews: Crews) -> int:
    return CREW_WORTH_BP * crews.added // crews.now


def _assumptions(case: _Case, standing: Standing, *, stops: bool, moved: Mapping[str, int]) -> tuple[Text, ...]:
    begun = case.now_s > begin_s(case.curve)
    found = [
        Text(
            zh="剩余工作量按计划, 速度按至今的 SPI(t); 区间为实际进度 ± 一个标准差",
            en="what is left is the plan's, the pace is SPI(t) so far; the interval is one sigma of actual progress",
        )
        if begun
        else Text(zh="尚未开工, 按计划速度推算", en="work has not begun: the planned pace is taken")
    ]
    if begun and standing.actual_bp < _SPEAKS_BP:
        found.append(Text(zh="已完成不足 5%, 还不能推算速度", en="under 5 % is done: there is no pace to go by yet"))
    if case.crews:
        found.append(
            Text(
                zh=f"新增班组按现有班组 {CREW_WORTH_BP // 100}% 的效率计, 总速度至多为现在的 "
                f"{PACE_MAX_BP // FULL_BP} 倍; 假定材料和作业面足够",
                en=f"a crew that joins does {CREW_WORTH_BP // 100} % of what a present one does, all of them at most "
                f"{PACE_MAX_BP // FULL_BP} times the present pace; material and room are taken to be there",
            )
        )
    if stops:
        found.append(Text(zh="停工期间不计工作, 复工后速度不变", en="no work in the stop, the same pace after it"))
    if moved:
        found.append(
            Text(
                zh="移动的工作项按计划整体平移, 有先后关系的后续工作随之顺延",
                en="an item moves as a whole, and what depends on it follows",
            )
        )
    return tuple(found)
