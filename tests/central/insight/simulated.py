"""Simulated districts of completed projects: one in which delay comes of what is measured, one of nothing but noise."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import SQLModel

from central.insight.delay import Example
from central.insight.situation import Situation
from central.store import tables
from central.store.instants import to_ms

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A project of a simulated district that can be stored: works at a pace from `start` until `closed`.

    It costs `cost` times its budget, paid as the work goes; the ledger of `paid` sites is kept.
    """

    id: str
    start: date
    finish: date
    closed: date
    pace: float
    contractor: str
    budget_fen: int = 800_000_000
    cost: float = 1.0
    paid: bool = False

    def gap_on(self, day: date) -> int:
        """Plan less actual in bp, of linear work."""
        return self._plan(day) - self._actual(day)

    def completed_row(self) -> dict[str, Any]:
        """That it was completed, as somebody noted it on that day."""
        return {
            "project": self.id,
            "kind": "completed",
            "day": self.closed,
            "ref": "",
            "noted_by": "test",
            "noted_at": _noon(self.closed),
        }

    def rows(self, *, today: date) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
        """What the tables hold of it up to a day."""
        yield tables.Project, self._project()
        document = {"lots": [{"contract_fen": 1, "contractor": self.contractor, "id": "l1"}]}
        spelled = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        born = _noon(self.start) - 30 * 86_400_000
        version = {"project": self.id, "version": 1}
        yield (
            tables.Plan,
            version | {"imported_at": born, "imported_by": "t", "reason": "", "sha256": self.id, "document": spelled},
        )
        yield (
            tables.PlanDecision,
            version
            | {"finish": self.finish, "delay_days": 0, "reason": "", "approved_by": "t", "decided_at": born}
            | {"removed": "[]", "estimate_fen": 0, "object_code": "", "unit_id": ""},
        )
        day = self.start
        while day <= min(self.closed, today):
            yield tables.DeviationRow, self._judged(day)
            day += timedelta(days=3)
        if self.paid:
            yield tables.FundMonth, self._payments()
        if self.closed <= today:
            yield tables.LifeEventRow, self.completed_row()

    def _plan(self, day: date) -> int:
        return min((day - self.start).days * 10_000 // (self.finish - self.start).days, 10_000)

    def _actual(self, day: date) -> int:
        return min((day - self.start).days * 10_000 // (self.closed - self.start).days, 10_000)

    def _project(self) -> dict[str, Any]:
        names = {f"{key}_{language}": key for key in ("name", "street", "unit") for language in ("zh", "en")}
        return names | {
            "id": self.id,
            "code": self.id,
            "work_type": "new_build",
            "contract_fen": self.budget_fen,
            "budget_fen": self.budget_fen,
            "start": self.start,
            "finish": self.finish,
            "plan_version": 1,
        }

    def _payments(self) -> dict[str, Any]:
        keys = {"project": self.id, "month": self.start.replace(day=1), "dimension": "line", "kind": "pay", "name": ""}
        return keys | {"amount_fen": round(self.budget_fen * self.cost), "entries": 1}

    def _judged(self, day: date) -> dict[str, Any]:
        actual, gone = self._actual(day), max((day - self.start).days, 1)
        left = (10_000 - actual) * gone // max(actual, 1)
        return {
            "subject_kind": "project",
            "subject": self.id,
            "as_of_at": _noon(day),
            "project": self.id,
            "plan_bp": self._plan(day),
            "actual_bp": actual,
            "gap_bp": self.gap_on(day),
            "lag_cdays": 0,
            "sigma_bp": 200,
            "coverage_bp": 9000,
            "refs": "[]",
            "cpi_bp": round(10_000 / self.cost) if self.paid else None,
            "spi_t_bp": round(self.pace * 10_000) if actual >= 500 else None,
            "forecast": day + timedelta(days=min(left, 2000)) if actual >= 500 else None,
        }


def sites(seed: int, *, count: int, today: date, paid: bool = False) -> list[Site]:
    """Projects one a week, the last of them begun half a year before `today`; each contractor has a pace of his own."""
    dice, costs = random.Random(seed), random.Random(seed + 1)
    paces = {f"建设集团{name}": dice.uniform(0.8, 1.15) for name in "甲乙丙丁戊己"}
    found = []
    for number in range(count):
        start = today - timedelta(days=100 + 9 * (count - 1 - number)) if count > 1 else today - timedelta(days=600)
        contractor = dice.choice(sorted(paces))
        pace = min(max(paces[contractor] + dice.gauss(0, 0.06), 0.6), 1.3)
        planned = dice.randint(150, 300)
        took = round(planned / pace)
        found.append(
            Site(
                id=f"s{number:03}",
                start=start,
                finish=start + timedelta(days=planned),
                closed=start + timedelta(days=took),
                pace=pace,
                contractor=contractor,
                cost=costs.uniform(0.8, 1.2),
                paid=paid,
            )
        )
    return found


def _noon(day: date) -> int:
    return to_ms(datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
