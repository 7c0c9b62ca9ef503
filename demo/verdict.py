"""The demo judges itself: what was estimated against what was there, what was sent against what was stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from demo.oracle import BuildingPlan, first_lag

MAE_MAX_PP = 8.0
LATE_DAYS = 7.0
BEHIND_DAYS = 1.0  # a warning before this is a false one
SCHEDULE_RULES = frozenset({"time_lag", "schedule_gap"})
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Counts of keys (gateway, epoch, seq), each from its own side: the edges' stores and the centre's tables."""

    appended: int
    published: int
    stored: int
    duplicates: int
    lost: int
    doubled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A warning as the API tells it. `project` is its subject's; withdrawn = late facts showed that it never was."""

    subject: str
    rule: str
    level: str
    raised_at: datetime
    project: str
    state: str = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A project's score; both None while there is nothing to score."""

    subject: str
    total: float | None
    grade: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What this district must show. None = not within the days that were played."""

    late_building: str | None
    fine_project: str | None
    knocked_camera: str | None
    knocked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything one run showed. Estimates and truths are bp by building and day; `truth` is by instant."""

    frames: int
    delivery: Delivery
    warnings: tuple[Raised, ...]
    scores: tuple[Scored, ...]
    estimates: Mapping[str, Mapping[date, int]]
    true_by_day: Mapping[str, Mapping[date, int]]
    truth: Mapping[str, Mapping[datetime, int]]
    plans: tuple[BuildingPlan, ...]
    delays: tuple[str, ...] = ()
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildingError:
    """How one building was estimated. `mae_pp` in percentage points over its days, the rest on its last day."""

    id: str
    mae_pp: float | None
    estimated_bp: int | None
    true_bp: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement: `failures` is empty when everything held."""

    mae_pp: float | None
    buildings: tuple[BuildingError, ...]
    behind_at: datetime | None
    late_at: datetime | None
    late_warned_at: datetime | None
    failures: tuple[str, ...]


def judge(seen: Seen, expected: Expected) -> Verdict:
    """Hold a run against what must be; each broken condition is one sentence with its figures."""
    buildings = tuple(_error(b, seen.estimates.get(b, {}), true) for b, true in sorted(seen.true_by_day.items()))
    mae_pp = _overall(seen)
    behind_at, late_at = _lagging(seen, expected, days=BEHIND_DAYS), _lagging(seen, expected, days=LATE_DAYS)
    warned_at = min((w.raised_at for w in seen.warnings if _is_late_warning(w, expected)), default=None)
    failures = [
        *_delivery_failures(seen),
        *_accuracy_failures(buildings, mae_pp),
        *_late_failures(expected.late_building, behind_at, late_at, warned_at),
        *_fine_failures(seen, expected),
        *_knocked_failures(seen, expected),
    ]
    return Verdict(
        mae_pp=mae_pp,
        buildings=buildings,
        behind_at=behind_at,
        late_at=late_at,
        late_warned_at=warned_at,
        failures=tuple(failures),
    )


def as_json(seen: Seen, verdict: Verdict) -> dict[str, Any]:
    """The report of a run as plain JSON types."""
    return {
        "frames": seen.frames,
        "readings": asdict(seen.delivery),
        "warnings": [
            {
                "subject": w.subject,
                "rule": w.rule,
                "level": w.level,
                "raised_at": w.raised_at.isoformat(),
                "state": w.state,
            }
            for w in seen.warnings
        ],
        "buildings": [asdict(b) for b in verdict.buildings],
        "scores": [asdict(s) for s in seen.scores],
        "seconds": round(seen.seconds, 1),
        "mae_pp": verdict.mae_pp,
        "behind_at": verdict.behind_at.isoformat() if verdict.behind_at else None,
        "late_at": verdict.late_at.isoformat() if verdict.late_at else None,
        "late_warned_at": verdict.late_warned_at.isoformat() if verdict.late_warned_at else None,
        "delays": list(seen.delays),
        "failures": list(verdict.failures),
    }


def _error(building: str, estimated: Mapping[date, int], true: Mapping[date, int]) -> BuildingError:
    days = sorted(set(estimated) & set(true))
    last = max(true)
    errors = [abs(estimated[day] - true[day]) for day in days]
    return BuildingError(
        id=building,
        mae_pp=round(sum(errors) / len(errors) / 100, 2) if errors else None,
        estimated_bp=estimated.get(last),
        true_bp=true[last],
        days=len(days),
    )


def _overall(seen: Seen) -> float | None:
    errors = [
        abs(bp - seen.true_by_day[building][day])
        for building, by_day in seen.estimates.items()
        for day, bp in by_day.items()
        if day in seen.true_by_day.get(building, {})
    ]
    return round(sum(errors) / len(errors) / 100, 2) if errors else None


def _lagging(seen: Seen, expected: Expected, *, days: float) -> datetime | None:
    plan = next((p for p in seen.plans if p.building == expected.late_building), None)
    return first_lag(plan, seen.truth[plan.building], days=days) if plan is not None else None


def _delivery_failures(seen: Seen) -> list[str]:
    d = seen.delivery
    wrong = []
    if d.appended == 0:
        wrong.append("no reading was appended at the edge")
    if d.lost or d.stored != d.appended:
        wrong.append(f"{d.lost} of {d.appended} records lost ({d.stored} stored)")
    if d.doubled:
        wrong.append(f"{d.doubled} records counted twice")
    return wrong


def _accuracy_failures(buildings: Sequence[BuildingError], mae_pp: float | None) -> list[str]:
    wrong = [f"{b.id} was never estimated" for b in buildings if b.mae_pp is None]
    if mae_pp is None or mae_pp > MAE_MAX_PP:
        told = "unknown" if mae_pp is None else f"{mae_pp:.2f} points"
        wrong.append(f"mean |estimated - true| is {told}, at most {MAE_MAX_PP:.0f} points are allowed")
    return wrong


def _is_late_warning(warning: Raised, expected: Expected) -> bool:
    on_it = warning.subject == expected.late_building and warning.rule in SCHEDULE_RULES
    return on_it and warning.state != "withdrawn"


def _late_failures(
    building: str | None, behind_at: datetime | None, late_at: datetime | None, warned_at: datetime | None
) -> list[str]:
    """The late building warns, not before it is behind and at the latest a day after it is a week late."""
    if building is None:
        return []
    late = f"{LATE_DAYS:.0f} effective days late by truth"
    if behind_at is None or late_at is None:
        return [f"{building} is never {late}, so the footage cannot show a late building"]
    if warned_at is None:
        return [f"{building} did not warn; it was {late} at {_utc(late_at)}"]
    if warned_at > late_at + ONE_DAY:
        return [f"{building} warned at {_utc(warned_at)}, over a day after it was {late} ({_utc(late_at)})"]
    if warned_at < behind_at:
        return [f"{building} warned at {_utc(warned_at)}, before it was a day behind ({_utc(behind_at)})"]
    return []


def _fine_failures(seen: Seen, expected: Expected) -> list[str]:
    return [
        f"the fine project {w.project} warned: {w.rule} {w.level} on {w.subject} at {_utc(w.raised_at)}"
        for w in seen.warnings
        if expected.fine_project is not None and w.project == expected.fine_project
    ]


def _knocked_failures(seen: Seen, expected: Expected) -> list[str]:
    if expected.knocked_camera is None or expected.knocked_at is None:
        return []
    end = expected.knocked_at + ONE_DAY
    told = [w for w in seen.warnings if w.subject == expected.knocked_camera and w.rule == "device_moved"]
    if any(expected.knocked_at <= w.raised_at <= end for w in told):
        return []
    when = ", ".join(f"{_utc(w.raised_at)}" for w in told) or "never"
    return [f"{expected.knocked_camera} was knocked at {_utc(expected.knocked_at)} and said so: {when}"]


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%m-%d %H:%M} UTC"
