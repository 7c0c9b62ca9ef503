"""Simulated districts of completed projects: one in which delay comes of what is measured, one of nothing but noise."""

from __future__ import annotations

import random
from datetime import date, timedelta

from central.insight.delay import Example
from central.insight.situation import Situation

BEGIN = date(2023, 1, 2)


def district(seed: int, *, projects: int = 90, signal: bool = True) -> tuple[Example, ...]:
    """Three looks at each project. With `signal` a slow, ill-supplied site falls behind and ends late, else a coin."""
    dice = random.Random(seed)
    found: list[Example] = []
    for number in range(projects):
        found.extend(_project(dice, f"p{number:03}", BEGIN + timedelta(days=7 * number), signal=signal))
    return tuple(found)


def _project(dice: random.Random, name: str, start: date, *, signal: bool) -> list[Example]:
    planned = dice.randint(150, 400)
    pace = min(max(dice.gauss(0.97, 0.12), 0.6), 1.2)
    took = round(planned / pace * dice.uniform(0.95, 1.08))
    finish, closed = start + timedelta(days=planned), start + timedelta(days=took)
    late = closed > finish if signal else dice.random() < 0.5
    over = dice.random() < (0.9 if pace < 0.95 else 0.1) if signal else dice.random() < 0.4
    return [
        Example(situation=_look(dice, name, start, planned, pace, share), closed_on=closed, late=late, over=over)
        for share in (0.25, 0.5, 0.75)
    ]


def _look(dice: random.Random, name: str, start: date, planned: int, pace: float, share: float) -> Situation:
    plan_bp = round(share * 10_000)
    gaps = []
    for before in (28, 21, 14, 7, 0):
        then = max(share - before / planned, 0.0)
        gaps.append((before, round(10_000 * then * (1 - pace) + dice.gauss(0, 150))))
    spend = dice.gauss(1.0, 0.08)
    return Situation(
        project=name,
        day=start + timedelta(days=round(planned * share)),
        start=start,
        finish=start + timedelta(days=planned),
        plan_bp=plan_bp,
        gap_bp=gaps[-1][1],
        gaps=tuple(gaps),
        spi_t_bp=round(10_000 * pace * dice.uniform(0.95, 1.05)),
        cpi_bp=round(10_000 * pace / spend) if dice.random() < 0.8 else None,
        sigma_bp=round(abs(dice.gauss(250, 80))),
        coverage_bp=round(min(max(dice.gauss(8500, 900), 0), 10_000)),
        quality_bp=round(min(max(dice.gauss(8800, 500), 0), 10_000)),
        pay_gap_bp=round(dice.gauss(0, 900)),
        permits=("eia",) if pace < 0.9 and dice.random() < 0.4 else (),
        contractor=f"c{dice.randint(1, 6)}",
    )
