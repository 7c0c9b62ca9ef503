"""Counts of a unit's data in a month out of what was delivered, and the bulletin of all units (A48, A49). Pure.

Deliveries are the daily reports that a contract asks for and one day of each camera; what an outage excuses is in none
of the counts. Fields are those of a daily report; checked values are photos, claims and camera days; pairs are claims
beside a camera's value of the same item.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta

from central.quality.score import Counted, QualityScore, quality_score

DAY_MS = 86_400_000
EXCUSED_WITHIN_MS = DAY_MS
FIELDS = ("note", "photos", "claims")  # of a daily report
NOTICE_DAYS = 7  # an outage that nobody said had ended is excused so long; a longer one is noted again
_DISTRICT_MS = 8 * 3_600_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """A device was out from `since_ms` until `until_ms` (None = no end is known); when somebody or itself said so."""

    since_ms: int
    until_ms: int | None
    told_ms: int

    @property
    def excuses(self) -> bool:
        """Whether it was told within 24 h."""
        return self.told_ms - self.since_ms <= EXCUSED_WITHIN_MS

    def days(self) -> frozenset[date]:
        """Calendar days that it touches."""
        until_ms = self.until_ms if self.until_ms is not None else self.since_ms + NOTICE_DAYS * DAY_MS
        first, last = day_of(self.since_ms), day_of(max(self.since_ms, until_ms))
        return frozenset(first + timedelta(days=one) for one in range((last - first).days + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraDays:
    """What came of one camera: days expected, days with a reading, with one in time, with one that says something."""

    expected: frozenset[date]
    received: frozenset[date]
    on_time: frozenset[date]
    valid: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCount:
    """A daily report of the builder: its day, whether it came in time, its filled fields, what was checked of it."""

    day: date
    in_time: bool
    filled: int
    checked: int
    valid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Values of one thing from two sources, and how many of them agree or were settled for the person."""

    pairs: int
    agreeing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A unit in the bulletin; units with the same total have the same rank, those without one come last."""

    unit: str
    rank: int
    counted: Counted
    score: QualityScore


NOTHING = Counted(expected=0, received=0, on_time=0, required=0, filled=0, checked=0, valid=0, pairs=0, agreeing=0)


def day_of(at_ms: int) -> date:
    """Calendar day of the district of an instant in ms UTC."""
    return date.fromordinal(_EPOCH + (at_ms + _DISTRICT_MS) // DAY_MS)


def count_project(
    *, owed: Collection[date], reports: Iterable[ReportCount], cameras: Iterable[CameraDays], pairs: Pairs
) -> Counted:
    """Counts of one project and month."""
    by_day: dict[date, list[ReportCount]] = {}
    every = tuple(reports)
    for report in every:
        by_day.setdefault(report.day, []).append(report)
    reported = [by_day[day] for day in sorted(set(owed)) if day in by_day]
    seen = tuple(cameras)
    return Counted(
        expected=len(set(owed)) + sum(len(one.expected) for one in seen),
        received=len(reported) + sum(len(one.expected & one.received) for one in seen),
        on_time=sum(any(report.in_time for report in day) for day in reported)
        + sum(len(one.expected & one.on_time) for one in seen),
        required=len(FIELDS) * len(every),
        filled=sum(report.filled for report in every),
        checked=sum(report.checked for report in every) + sum(len(one.expected & one.received) for one in seen),
        valid=sum(report.valid for report in every) + sum(len(one.expected & one.received & one.valid) for one in seen),
        pairs=pairs.pairs,
        agreeing=pairs.agreeing,
    )


def total_of(counts: Iterable[Counted]) -> Counted:
    """Counts of a unit from those of its projects."""
    added = {one.name: 0 for one in fields(Counted)}
    for counted in counts:
        for name in added:
            added[name] += getattr(counted, name)
    return Counted(**added)


def bulletin(units: Mapping[str, Counted]) -> tuple[Ranked, ...]:
    """Every unit, best first; by name where totals are the same. Compared before rounding."""
    scored = [(unit, counted, quality_score(counted)) for unit, counted in units.items()]
    scored.sort(key=lambda one: (one[2].total is None, -(one[2].total or 0), one[0]))
    totals = [score.total for _, _, score in scored]
    return tuple(
        Ranked(unit=unit, rank=totals.index(score.total) + 1, counted=counted, score=score)
        for unit, counted, score in scored
    )


def total_bp(score: QualityScore) -> int | None:
    """The total x 100, rounded half up."""
    if score.total is None:
        return None
    return (200 * score.total.numerator + score.total.denominator) // (2 * score.total.denominator)


def share_bp(score: QualityScore, name: str) -> int | None:
    """The share of a dimension in basis points, rounded half up."""
    share = score.shares[name]
    return None if share is None else (20_000 * share.numerator + share.denominator) // (2 * share.denominator)


def next_month(day: date) -> date:
    """First day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
