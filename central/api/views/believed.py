"""Which observations of an item were believed, and what share of the present estimate each still carries. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from central.domain import Observation
from central.progress.belief import predict
from central.progress.fuse import Fold, Setting
from central.progress.hourly import order


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`accepted` = not set aside. `weight` (0-1) is its own gain times all later (1 - gain), None without one."""

    accepted: bool
    weight: float | None


def standings_of(observations: Sequence[Observation], setting: Setting) -> dict[str, Standing]:
    """By `ref`. The gain of an observation is 1 - V'/V, the variance it took away; the pace's part is not counted.

    Where a word overturned the estimate (the variance grew), everything before it weighs nothing any more.
    """
    fold = Fold(setting)
    weights: dict[str, float] = {}
    aside: frozenset[str] = frozenset()
    for seen in sorted(set(observations), key=order):
        at_s = setting.calendar.effective_s(seen.observed_at)
        before = predict(fold.belief.motion, setting.drift, to_s=at_s).variance
        fold.take((seen,))
        after = fold.belief.motion.variance
        aside = frozenset(fold.progress(seen.observed_at, due=True).quarantined)
        if seen.ref in aside:
            continue
        gain = 1 - after / before if 0 < after <= before else 1.0
        weights = {ref: weight * (1 - gain) for ref, weight in weights.items()} | {seen.ref: gain}
    return {
        o.ref: Standing(accepted=o.ref not in aside, weight=None if o.ref in aside else weights.get(o.ref))
        for o in observations
    }
