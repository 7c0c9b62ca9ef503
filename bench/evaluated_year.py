"""A simulated year of evaluating a district of 12 units: the whole calendar by the scheduler under a moved clock.

    python -m bench.evaluated_year --projects 40

The scheduler's own beats, at midnight and at eight of each day, run the jobs of evaluating and of what follows from it,
two schedulers competing; people (`bench.evaluated_people`) do what waits for them. For three weeks the centre is off.
Replayed twice, every score and digest is the same; and every sheet of the year is made again from its facts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine, event, select
from sqlalchemy.sql import Select

from bench.evaluated_district import YEAR, Work, a_district, put_district, tell_day
from bench.evaluated_people import People
from bench.evaluated_site import Sites
from central.audit.chain import first_fault
from central.evaluate.calendar import at_hour
from central.jobs import JOBS, Scheduler
from central.plan.calendar import midnight
from central.recompute import sheets_after
from central.rejudging import Rejudging
from central.store import tables
from central.store.engine import open_engine, reading, writing
from central.store.migrate import migrate
from central.store.save_audit import entries
from central.store.upsert import table_of

FIRST, LAST = date(YEAR, 1, 1), date(YEAR + 1, 2, 27)
OFF_FROM, OFF_UNTIL = (
    date(YEAR, 9, 22),
    date(YEAR, 10, 12),
)  # the centre is off on these days, the first quarter's among
NAMES = ("evaluating", "results")
KEPT: dict[str, tuple[type, tuple[str, ...]]] = {
    "sheets": (tables.ScoreSheet, ("id", "total", "grade")),
    "results": (tables.EvaluationResult, ("evaluation", "round", "total", "grade", "sha256")),
    "rankings": (tables.RankingRow, ("group_id", "period", "sha256")),
    "suggestions": (tables.SuggestionRow, ("origin", "kind", "subject", "cut_bp", "amount_fen")),
    "acts": (tables.SuggestionActRow, ("suggestion", "act", "actor", "at")),
    "tasks": (tables.TaskRow, ("month", "source", "person", "state", "progress_bp")),
    "snapshots": (tables.TaskSnapshot, ("task", "week", "state", "progress_bp", "level")),
    "artefacts": (tables.YearArtefact, ("project", "year", "kind", "sha256")),
}


@dataclass(slots=True)
class Year:
    """A store, its clock, and two schedulers that both believe it is theirs to run the jobs."""

    engine: Engine
    works: Sequence[Work]
    now: datetime = field(default_factory=lambda: midnight(FIRST))
    schedulers: list[Scheduler] = field(default_factory=list)

    def run(self, *, until: date = LAST, told: Callable[[date], None] = lambda _: None) -> None:
        """Day by day up to and with a day; `told` hears of each day that is over."""
        with writing(self.engine) as connection:
            put_district(connection, self.works)
        jobs = [job for job in JOBS if job.name in NAMES]
        self.schedulers = [
            Scheduler(engine=self.engine, holder=name, ran=lambda: None, jobs=jobs, now=lambda: self.now)
            for name in ("one", "other")
        ]
        people, sites = (
            People(self.engine, self.works),
            Sites(self.engine, self.works, looked=FIRST - timedelta(days=1)),
        )
        for offset in range((until - FIRST).days + 1):
            self._live(FIRST + timedelta(days=offset), people, sites)
            told(FIRST + timedelta(days=offset))

    def _live(self, day: date, people: People, sites: Sites) -> None:
        with writing(self.engine) as connection:
            tell_day(connection, self.works, day)
        if OFF_FROM <= day <= OFF_UNTIL:
            return
        sites.tell(day)
        for at, schedulers in ((midnight(day), self.schedulers[:1]), (at_hour(day), self.schedulers)):
            self.now = at
            for one in schedulers:
                one.beat()
        self.schedulers.reverse()  # each day the other one is first, the lease of yesterday's holder being over
        people.live(day)


def digests(engine: Engine) -> dict[str, str]:
    """What every replay must come to: a digest of each kind of thing that was made, and of the audit trail."""
    with reading(engine) as connection:
        found = {name: _digest(connection.execute(_wanted(*of)).all()) for name, of in KEPT.items()}
        trail = list(entries(connection))
        if (fault := first_fault(trail)) is not None:
            raise ValueError(f"audit trail: {fault}")
        return {**found, "trail": trail[-1].hash}


def _wanted(model: type, columns: tuple[str, ...]) -> Select[tuple[object, ...]]:
    table = table_of(model)
    wanted = [table.c[name] for name in columns]
    return select(*wanted).order_by(*wanted)


def _digest(rows: Sequence[Sequence[object]]) -> str:
    spelled = json.dumps([[repr(value) for value in row] for row in rows], ensure_ascii=False)
    return f"{len(rows)}:{hashlib.sha256(spelled.encode()).hexdigest()}"


def open_store(path: Path) -> Engine:
    """A store that is thrown away: nothing in it waits for the disk."""
    engine = open_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", lambda driver, _record: driver.execute("PRAGMA synchronous=OFF"))
    return engine


def replay(path: Path, works: Sequence[Work]) -> tuple[dict[str, str], float]:
    """The year in a store of its own: its digests, and the processor seconds it took."""
    engine, began = open_store(path), time.process_time()
    migrate(engine)
    Year(engine, works).run()
    found = digests(engine)
    engine.dispose()
    return found, time.process_time() - began


def recomputed(path: Path, *periods: str) -> list[Counter[str]]:
    """How the sheets of each period ('' = all) come out when they are made again; a project is judged once for all."""
    engine = open_store(path)
    rejudging = Rejudging(engine)
    found = [_made_again(engine, rejudging, period) for period in periods]
    engine.dispose()
    return found


def _made_again(engine: Engine, rejudging: Rejudging, period: str) -> Counter[str]:
    after, outcomes = "", Counter[str]()
    while True:
        with reading(engine) as connection:
            page = sheets_after(connection, period, after)
        if not page:
            return outcomes
        for after in page:
            made = rejudging.again(after)
            outcomes["lost" if made is None else made.outcome] += 1


def main() -> None:
    """Replay twice, compare, show."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=40, help="projects of each of the 12 units")
    parser.add_argument("--once", action="store_true", help="one replay, nothing compared")
    given = parser.parse_args()
    console, works = Console(), a_district(given.projects)
    with tempfile.TemporaryDirectory() as folder:
        runs = [replay(Path(folder) / f"{nth}.db", works) for nth in range(1 if given.once else 2)]
        began = time.process_time()
        (outcomes,) = recomputed(Path(folder) / "0.db", "")
        again_s = time.process_time() - began
    for name, digest in runs[0][0].items():
        console.print(f"{name}: {digest}")
    for found, took_s in runs:
        same = "the same" if found == runs[0][0] else "DIFFERENT"
        console.print(f"{len(works)} projects of 12 units, {FIRST} to {LAST}: {took_s:.1f} s of one processor, {same}")
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    console.print(f"{outcomes.total()} sheets made again: {said}; {again_s:.1f} s of one processor")
    if any(found != runs[0][0] for found, _ in runs) or set(outcomes) != {"same"}:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
