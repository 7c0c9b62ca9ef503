"""Claim: any pivot by department, time and type over 1,000 projects takes under a second: `python -m bench.pivot`.

`[--projects N] [--json FILE]`: a year of daily deviations and monthly payments in a SQLite file of its own;
every choice of dimensions among unit, period and kind, as one stretch, by quarters and by months, from the database to
the lines and to the file. The file must have the figures of the view, or it fails. Times are this process's own
(`time.process_time`; the database is in it), s; no peer is asked.
"""

from __future__ import annotations

import argparse
import csv
import json
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from io import StringIO
from itertools import combinations
from pathlib import Path
from random import Random

from rich.console import Console
from sqlalchemy import Connection, Engine, insert

from central.domain import Text
from central.insight.pivot import Dimension, csv_of, decimal, pivot
from central.plan.calendar import midnight
from central.store import tables
from central.store.engine import open_engine, reading, writing
from central.store.instants import to_ms
from central.store.migrate import migrate
from central.store.read_insight_pivot import Stretch, pivot_facts, stretches
from central.store.upsert import table_of

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
LIMIT_S = 1.0
BY: tuple[Dimension, ...] = ("unit", "period", "kind")
STRETCHES: tuple[Stretch, ...] = ("", "quarter", "month")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A choice of dimensions and stretch: lines it has, seconds it took."""

    by: str
    stretch: str
    lines: int
    seconds: float


def fill(connection: Connection, projects: int) -> None:
    """Projects of 12 units, 9 streets and 3 types, begun within 400 days."""
    random = Random(1)
    plain = [f"p{n:05}" for n in range(projects)]
    rows = [
        {
            "id": name, "code": name, "name_zh": name, "name_en": name, "street_zh": f"街道{n % 9}", "street_en": "s",
            "unit_zh": f"单位{n % 12}", "unit_en": "u", "work_type": ("renovation", "road", "new_build")[n % 3],
            "contract_fen": random.randrange(10**8, 10**10), "budget_fen": 10**9, "plan_version": 1,
            "start": (start := date(2024, 1, 1) + timedelta(days=random.randrange(400))),
            "finish": start + timedelta(days=500),
        }
        for n, name in enumerate(plain)
    ]  # fmt: skip
    connection.execute(insert(table_of(tables.Project)), rows)
    months = [
        {"project": name, "month": date(2025, month, 1), "dimension": "line", "kind": "pay", "name": "x",
         "amount_fen": random.randrange(10**6), "entries": 1}
        for name in plain
        for month in range(1, 13)
    ]  # fmt: skip
    connection.execute(insert(table_of(tables.FundMonth)), months)
    for day in range(365):
        at_ms = to_ms(midnight(FIRST + timedelta(days=day + 1)))
        connection.execute(insert(table_of(tables.DeviationRow)), [_deviation(name, at_ms, day) for name in plain])


def _deviation(name: str, at_ms: int, day: int) -> dict[str, object]:
    plan = 10_000 * day // 365
    return {
        "subject_kind": "project", "subject": name, "as_of_at": at_ms, "project": name, "plan_bp": plan,
        "actual_bp": plan * 9 // 10, "gap_bp": plan - plan * 9 // 10, "lag_cdays": 0, "sigma_bp": 1, "coverage_bp": 1,
        "refs": "[]",
    }  # fmt: skip


def measure(engine: Engine, by: tuple[Dimension, ...], stretch: Stretch) -> Measured:
    """One choice, from the database to the file."""
    began = time.process_time()
    with reading(engine) as connection:
        times = stretches(FIRST, LAST, stretch)
        found = pivot(pivot_facts(connection, times, now_ms=to_ms(midnight(date(2026, 1, 1)))), by=by)
    content = csv_of(found, "zh", spelled=lambda _, key: Text(zh=key, en=key))
    seconds = time.process_time() - began
    rows = list(csv.reader(StringIO(content)))[1 : len(found.lines) + 1]
    for line, row in zip(found.lines, rows, strict=True):
        told = [decimal(value, one.scale) for value, one in zip(line.figures, found.figures, strict=True)]
        if row[len(by) :] != told:
            raise RuntimeError(f"the file says {row}, the view {told}")
    return Measured(by="+".join(by) or "all", stretch=stretch or "one", lines=len(found.lines), seconds=seconds)


def main() -> None:
    """Measure and tell; exit 1 beyond the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--projects", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/pivot.db")
        migrate(engine)
        with console.status("filling …"), writing(engine) as connection:
            fill(connection, given.projects)
        choices = [by for size in range(len(BY) + 1) for by in combinations(BY, size)]
        found = [measure(engine, by, stretch) for stretch in STRETCHES for by in choices]
        engine.dispose()
    worst = max(found, key=lambda one: one.seconds)
    console.print(
        f"{given.projects} projects, {len(found)} choices: slowest {worst.seconds:.2f} s "
        f"({worst.by} by {worst.stretch}, {worst.lines} lines), limit {LIMIT_S:g} s"
    )
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in found], indent=2))
    if worst.seconds > LIMIT_S:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
