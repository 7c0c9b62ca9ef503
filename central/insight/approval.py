"""How long approvals take, step by step (C01). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from central.domain import Text
from central.insight.spread import half_up, spread
from central.lifecycle.stages import STAGE_NAMES

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something that waited for somebody's decision: `step` is stage/NAME, plan, pause, step, measure or value.

    `decided_ms` None = it still waits. `ref` finds it again."""

    step: str
    project: str
    unit: str
    asked_ms: int
    decided_ms: int | None
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTime:
    """A step: hours in hundredths from asking to the decision, by the clock on the wall (nights count, for they are
    waited too). None under five decisions. `waiting` = not decided, `oldest_chours` the longest of those so far."""

    step: str
    name: Text
    n: int
    median_chours: int | None
    q1_chours: int | None
    q3_chours: int | None
    longest_chours: int | None
    waiting: int
    oldest_chours: int | None
    refs: tuple[str, ...]


_NAMES = {
    "plan": Text(zh="计划修订审批", en="Approval of a plan"),
    "pause": Text(zh="停工审批", en="Approval of a pause"),
    "step": Text(zh="形象节点核验", en="Verification of a step"),
    "measure": Text(zh="整改验收", en="Verification of a measure"),
}


def step_name(step: str) -> Text:
    """A step by its name: stage/tendered is the approval of the tender."""
    kind, _, stage = step.partition("/")
    if kind == "stage" and stage in STAGE_NAMES:
        name = STAGE_NAMES[stage]
        return Text(zh=f"{name.zh}审批", en=f"Approval: {name.en}")
    return _NAMES.get(step, Text(zh=step, en=step))


def step_times(rows: Sequence[Asked], *, now_ms: int) -> tuple[StepTime, ...]:
    """Every step, the slowest median first, those with too few decisions last."""
    found = [_step(step, [row for row in rows if row.step == step], now_ms) for step in {row.step for row in rows}]
    return tuple(sorted(found, key=lambda one: (one.median_chours is None, -(one.median_chours or 0), one.step)))


def _step(step: str, rows: Sequence[Asked], now_ms: int) -> StepTime:
    took = [row.decided_ms - row.asked_ms for row in rows if row.decided_ms is not None]
    waits = [now_ms - row.asked_ms for row in rows if row.decided_ms is None]
    found = spread(took)
    return StepTime(
        step=step,
        name=step_name(step),
        n=len(took),
        median_chours=_chours(found.median) if found else None,
        q1_chours=_chours(found.q1) if found else None,
        q3_chours=_chours(found.q3) if found else None,
        longest_chours=_chours(Fraction(found.most)) if found else None,
        waiting=len(waits),
        oldest_chours=_chours(Fraction(max(waits))) if waits else None,
        refs=tuple(row.ref for row in sorted(rows, key=lambda row: (row.asked_ms, row.ref))),
    )


def _chours(ms: Fraction) -> int:
    return half_up(ms * 100 / HOUR_MS)
