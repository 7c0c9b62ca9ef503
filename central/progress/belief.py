"""What is believed about one work item, and the two steps that change it: time passes, a measurement is taken in.

Only + - x / and sqrt are used, so any IEEE machine gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from central.domain import SourceKind

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One independent word on an item: a camera gateway's median of an hour, or one record of a person.

    `value` is a share 0-1, `noise` its variance; `refs` are the records behind it.
    """

    kind: SourceKind
    source: str
    seq: int
    at: datetime
    at_s: int
    value: float
    noise: float
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Value (share), pace (share a day) and their covariance at effective second `at_s`.

    `corroborated` is the value after the last word that was not a self-report, `peak` the highest value so far,
    `fresh_until` when the newest accepted word grows old, `held` what waits for corroboration, `rejected` what was
    never corroborated.
    """

    at_s: int
    value: float = 0.0
    variance: float = 0.0
    pace: float = 0.0
    pace_variance: float = 0.0
    covariance: float = 0.0
    corroborated: float = 0.0
    peak: float = 0.0
    seen: datetime | None = None
    camera_seen: datetime | None = None
    inspected: datetime | None = None
    fresh_until: datetime | None = None
    refs: tuple[str, ...] = ()
    held: tuple[Measurement, ...] = ()
    rejected: tuple[str, ...] = ()
    jumped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How an item may move: `spread` is kappa / D in shares a day, `pace_days` how long a pace lasts (0 = none)."""

    spread: float
    pace_days: float


def begin(drift: Drift, *, at_s: int) -> Belief:
    """Nothing done and certain of it at the item's planned start; the pace unknown."""
    return Belief(at_s=at_s, pace_variance=drift.spread**2)


def predict(belief: Belief, drift: Drift, *, to_s: int) -> Belief:
    """Let time pass. The value moves on at the pace, which fades; the variance grows by (spread x days)^2 in all.

    With pace_days = 0 this is V += (kappa dt / D)^2 of domain.md §4.3. Rational, not exponential, fading: no libm.
    """
    days = (to_s - belief.at_s) / _DAY_S
    if days <= 0:
        return belief
    kept = drift.pace_days / (drift.pace_days + days)
    reach = days * kept  # days for which the pace of now is worth following; at most pace_days
    unknown = drift.spread**2
    along = belief.variance + 2 * reach * belief.covariance + reach**2 * belief.pace_variance
    return replace(
        belief,
        at_s=to_s,
        value=min(1.0, max(0.0, belief.value + reach * belief.pace)),
        variance=along + (days**2 - reach**2) * unknown,
        pace=kept * belief.pace,
        pace_variance=kept**2 * belief.pace_variance + (1 - kept**2) * unknown,
        covariance=kept * (belief.covariance + reach * belief.pace_variance),
    )


def update(belief: Belief, word: Measurement) -> Belief:
    """Take a measurement in: K = V / (V + R). At 0 and 1 the value stops and so does a pace that points outside."""
    total = belief.variance + word.noise
    gain, pace_gain = belief.variance / total, belief.covariance / total
    miss = word.value - belief.value
    value = belief.value + gain * miss
    pace = belief.pace + pace_gain * miss
    if value >= 1.0:
        value, pace = 1.0, min(pace, 0.0)
    elif value <= 0.0:
        value, pace = 0.0, max(pace, 0.0)
    return replace(
        belief,
        value=value,
        pace=pace,
        variance=(1 - gain) * belief.variance,
        covariance=(1 - gain) * belief.covariance,
        pace_variance=belief.pace_variance - pace_gain * belief.covariance,
    )


def reopen(belief: Belief, drift: Drift, *, towards: float) -> Belief:
    """Widen a belief that evidence has overturned, so that the new value is taken nearly whole; the pace is unknown."""
    miss = towards - belief.value
    return replace(
        belief,
        variance=max(belief.variance, miss * miss),
        pace=0.0,
        covariance=0.0,
        pace_variance=drift.spread**2,
    )


def variance_at(belief: Belief, drift: Drift, *, at_s: int) -> float:
    """Variance at a later effective second without a new word; what may have been built is at most what is left."""
    grown = predict(belief, drift, to_s=at_s).variance - belief.variance
    return belief.variance + min(grown, (1.0 - belief.value) ** 2)
