"""The planned curve of a work item, and what the stages that cameras see prove of it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from central.domain import PlanPoint
from central.plan.fault import Path, Reader
from central.plan.weights import FULL_BP


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Between which days a plan lies, and the stages its work type has; None where the plan has them wrong."""

    start: date | None
    finish: date | None
    stages: tuple[str, ...]

    def check(self, reader: Reader, path: Path, day: date) -> None:
        """Note a day outside the plan."""
        if self.start and day < self.start:
            reader.faults.add(path, str(day), f"no day before the start {self.start}")
        elif self.finish and day > self.finish:
            reader.faults.add(path, str(day), f"no day after the finish {self.finish}")


def read_credits(reader: Reader, path: Path, frame: Frame) -> tuple[tuple[str, int], ...]:
    """Share of the item that each stage proves, from the first stage named on."""
    value = reader.at(path)
    if value is None or (value == {} and not frame.stages):
        return ()
    if not isinstance(value, dict):
        reader.faults.add(path, type(value).__name__, "an object of stage: basis points")
        return ()
    for stage in value:
        if frame.stages and stage not in frame.stages:
            reader.faults.add((*path, stage), f"stage {stage!r}", f"one of {', '.join(frame.stages)}")
    found = [(s, reader.whole((*path, s), low=0, high=FULL_BP)) for s in frame.stages if s in value]
    shares = [(stage, share) for stage, share in found if share is not None]
    for (before, low), (stage, high) in itertools.pairwise(shares):
        if high < low:
            reader.faults.add((*path, stage), f"{high} after {before} {low}", "no less than the stage before it")
    return _filled(shares, frame.stages)


def _filled(shares: Sequence[tuple[str, int]], stages: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Stages after the first that is named prove no less than the one before: work goes on, the proof stays."""
    named, found = dict(shares), list[tuple[str, int]]()
    for stage in stages:
        if stage in named or found:
            found.append((stage, named.get(stage, found[-1][1] if found else 0)))
    return tuple(found)


def read_points(reader: Reader, path: Path, frame: Frame, *, item: str) -> tuple[PlanPoint, ...]:
    """Points by day; a day or a share that goes back names both rows. An empty curve stands for the default."""
    found: list[tuple[PlanPoint, Path]] = []
    for row in reader.rows(path, required=False):
        day, cum = reader.day((*row, "day")), reader.whole((*row, "cum_bp"), low=0, high=FULL_BP)
        if day is None or cum is None:
            continue
        frame.check(reader, (*row, "day"), day)
        found.append((PlanPoint(day=day, cum_bp=cum), row))
    found.sort(key=lambda pair: pair[0].day)
    _check_rise(reader, found)
    if found and found[-1][0].cum_bp != FULL_BP:
        what = f"item {item} ends at {found[-1][0].cum_bp}"
        reader.faults.add((*found[-1][1], "cum_bp"), what, f"{FULL_BP} at its last day")
    return tuple(point for point, _ in found)


def _check_rise(reader: Reader, found: Sequence[tuple[PlanPoint, Path]]) -> None:
    for (before, earlier), (point, row) in itertools.pairwise(found):
        if point.day == before.day:
            what = f"{point.day} again ({reader.faults.name(earlier)})"
            reader.faults.add((*row, "day"), what, "each day once an item")
        elif point.cum_bp < before.cum_bp:
            what = f"{point.cum_bp} after {before.cum_bp} ({reader.faults.name(earlier)})"
            reader.faults.add((*row, "cum_bp"), what, "a curve that does not fall")


def milestone_points(day: date, frame: Frame) -> tuple[PlanPoint, ...]:
    """The curve of what is reached on one day: nothing until the eve, all of it at the end of the day."""
    done = PlanPoint(day=day, cum_bp=FULL_BP)
    eve = day - timedelta(days=1)
    return (done,) if frame.start is None or eve < frame.start else (PlanPoint(day=eve, cum_bp=0), done)
