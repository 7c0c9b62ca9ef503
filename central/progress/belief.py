"""What is believed about one work item, and the two steps that change it: time passes, a measurement is taken in.

Only + - x / and sqrt are used, so any IEEE machine gives the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass
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
class Motion:
    """Value (share), pace (share a day) and their covariance at effective second `at_s`."""

    at_s: int
    value: float
    variance: float
    pace: float
    pace_variance: float
    covariance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Where an item stands and what that rests on.

    `corroborated` is the value after the last word that was not a self-report, `peak` the highest value so far,
    `fresh_until` when the newest accepted word grows old, `held` what waits for corroboration, `rejected` the newest
    records that were never corroborated.
    """

    motion: Motion
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

    @property
    def value(self) -> float:
        """Share done, 0-1, as last seen."""
        return self.motion.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How an item may move: `spread` is kappa / D in shares a day, `pace_days` how long a pace lasts (0 = none)."""

    spread: float
    pace_days: float


def begin(drift: Drift, *, at_s: int) -> Motion:
    """Nothing done and certain of it at the item's planned start; the pace unknown."""
    return Motion(at_s=at_s, value=0.0, variance=0.0, pace=0.0, pace_variance=drift.spread**2, covariance=0.0)


def predict(motion: Motion, drift: Drift, *, to_s: int) -> Motion:
    """Let time pass. The value moves on at the pace, which fades; the variance grows by (spread x days)^2 in all.

    With pace_days = 0 this is V += (kappa dt / D)^2 of domain.md §4.3. Rational, not exponential, fading: no libm.
    """
    days = (to_s - motion.at_s) / _DAY_S
    if days <= 0:
        return motion
    kept = drift.pace_days / (drift.pace_days + days)
    reach = days * kept  # days for which the pace of now is worth following; at most pace_days
    unknown = drift.spread**2
    return Motion(
        at_s=to_s,
        value=min(1.0, max(0.0, motion.value + reach * motion.pace)),
        variance=_variance_after(days, motion, drift),
        pace=kept * motion.pace,
        pace_variance=kept**2 * motion.pace_variance + (1 - kept**2) * unknown,
        covariance=kept * (motion.covariance + reach * motion.pace_variance),
    )


def update(motion: Motion, word: Measurement, *, ceiling: float = 1.0) -> Motion:
    """Take a measurement in: K = V / (V + R). At 0 and at the ceiling the value stops, and so does a pace beyond."""
    total = motion.variance + word.noise
    gain, pace_gain = motion.variance / total, motion.covariance / total
    miss = word.value - motion.value
    value = motion.value + gain * miss
    pace = motion.pace + pace_gain * miss
    if value >= ceiling:
        value, pace = ceiling, min(pace, 0.0)
    elif value <= 0.0:
        value, pace = 0.0, max(pace, 0.0)
    return Motion(
        at_s=motion.at_s,
        value=value,
        variance=(1 - gain) * motion.variance,
        pace=pace,
        pace_variance=motion.pace_variance - pace_gain * motion.covariance,
        covariance=(1 - gain) * motion.covariance,
    )


def reopen(motion: Motion, drift: Drift, *, towards: float) -> Motion:
    """Widen what evidence has overturned, so that the new value is taken nearly whole; the pace is unknown."""
    miss = towards - motion.value
    return Motion(
        at_s=motion.at_s,
        value=motion.value,
        variance=max(motion.variance, miss * miss),
        pace=0.0,
        pace_variance=drift.spread**2,
        covariance=0.0,
    )


def variance_at(motion: Motion, drift: Drift, *, at_s: int) -> float:
    """Variance at a later effective second without a new word; what may have been built is at most what is left."""
    if at_s <= motion.at_s:
        return motion.variance
    grown = _variance_after((at_s - motion.at_s) / _DAY_S, motion, drift) - motion.variance
    return motion.variance + min(grown, (1.0 - motion.value) ** 2)


def _variance_after(days: float, motion: Motion, drift: Drift) -> float:
    kept = drift.pace_days / (drift.pace_days + days)
    reach = days * kept
    along = motion.variance + 2 * reach * motion.covariance + reach**2 * motion.pace_variance
    return along + (days**2 - reach**2) * drift.spread**2
