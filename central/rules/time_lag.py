"""Behind plan by effective days, on a building or project. A week on one building warns though the project is fine."""

from __future__ import annotations

from dataclasses import replace

from central.domain import Finding
from central.rules.facts import RuleInput
from central.rules.judge import cap, judge
from central.rules.ladder import LadderProfile
from central.rules.looked import looked
from central.rules.schedule_gap import sure

NAME = "time_lag"


def time_lag(seen: RuleInput, profile: LadderProfile) -> Finding | None:
    """Finding on the lag in hundredths of effective days.

    Where the plan is nearly flat, a week is less work than can be told from noise. So a gap within its own sigma raises
    nothing (docs/decisions/0008-lag-within-noise.md); it still holds a level that is open, until the work is done
    (`done_bp`: a camera cannot tell the last cells from noise). Of work that is done by a camera's word alone no gap
    can be told: its errors there go one way only, and no lag grows faster than one behind a plan that has ended. So an
    item that is done so counts as done (`short_bp`), and the lag of a site that stands still is that of its looks.
    """
    if seen.deviation is None or not (seen.fresh or seen.tick or seen.month_end):
        return None
    deviation, ladder = seen.deviation, profile.ladder(NAME)
    done = deviation.actual_bp >= ladder.numbers["done_bp"]
    gap_bp = deviation.gap_bp - seen.short_bp if seen.late_bp is None else seen.late_bp
    within_noise = gap_bp < deviation.sigma_bp or (done and not seen.inspected)
    late = deviation.lag_cdays if seen.late_cdays is None else seen.late_cdays
    value = None if within_noise and done else late
    finding = judge(NAME, seen, profile, value=value, confirmed=sure(seen, ladder), refs=deviation.refs)
    if within_noise:
        return looked(replace(finding, level=None, threshold=None), seen)
    return looked(cap(finding, seen, profile), seen)
