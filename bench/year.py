"""A replayed year of a district: every planted story is warned of on its day, and nothing else is. The day of a week's
lag is one that an ideal observer of the same looks does not rule out (`bench.year_observer`).

Plans, observations, payments and lives go into a real store month by month, each project is judged at each month's end
through the one door (`central.reassess`), and the warnings are compared with what was planted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, select

from bench.year_district import FIRST, LAST, Planted, Work, a_district, entries, seen
from bench.year_observer import asked_of
from central.domain import FundEntry, Observation
from central.money.posting import Posted, Posting
from central.plan.calendar import local_day, midnight
from central.plan.document import ImportedPlan
from central.reassess import reassess
from central.store import tables
from central.store.engine import open_engine, reading, writing
from central.store.instants import from_ms, to_ms
from central.store.migrate import migrate
from central.store.save_ledger import post
from central.store.save_plan import save_imported
from central.store.save_seen import mark_dirty
from central.store.upsert import bulk_insert_new, table_of

COLUMNS = ("item", "kind", "source", "observed_at", "project", "building", "seq", "value_bp", "conf_bp", "refs")
OFF = {"a day early": -1, "on the day": 0, "a day late": 1, "two days late": 2}
_WARNING, _EVENT = table_of(tables.PlanWarning), table_of(tables.WarningEvent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A warning that the store holds: where it began."""

    project: str
    rule: str
    subject: str
    level: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Planted warnings met on their day, those that never came or on another day, and those nobody planted."""

    met: tuple[tuple[Planted, Raised], ...]
    missed: tuple[Planted, ...]
    false: tuple[Raised, ...]

    @property
    def precision(self) -> float:
        """Share of what was raised that was planted."""
        raised = len(self.met) + len(self.false)
        return len(self.met) / raised if raised else 1.0

    @property
    def recall(self) -> float:
        """Share of what was planted that was raised on its day."""
        asked = len(self.met) + len(self.missed)
        return len(self.met) / asked if asked else 1.0


def replay(engine: Engine, works: Sequence[Work]) -> None:
    """The year of these projects, month by month, as the centre would have lived it."""
    for work in works:
        _plan(engine, work)
    since = midnight(FIRST) - timedelta(seconds=1)
    for until in _month_ends():
        for work in works:
            _tell(engine, work, since=since, until=until)
            reassess(engine, work.id, until)
        since = until


def raised(engine: Engine) -> tuple[Raised, ...]:
    """Every warning that the store holds by its first transition; what was withdrawn was never said."""
    wanted = (
        select(_WARNING.c.project, _WARNING.c.rule, _WARNING.c.subject, _EVENT.c.at, _EVENT.c.level)
        .join(_EVENT, _EVENT.c.warning == _WARNING.c.id)
        .where(_EVENT.c.event == "raised", _WARNING.c.state != "withdrawn")
        .order_by(_EVENT.c.at, _WARNING.c.project, _WARNING.c.rule, _WARNING.c.subject)
    )
    with reading(engine) as connection:
        return tuple(
            Raised(
                project=row.project,
                rule=row.rule,
                subject=row.subject,
                level=row.level,
                day=local_day(from_ms(row.at)),
            )
            for row in connection.execute(wanted)
        )


def verdict(asked: Iterable[Planted], found: Iterable[Raised]) -> Verdict:
    """Each planted warning with the one raised for it: same subject, same rule, same level, on its day."""
    left, met, missed = list(found), [], []
    for one in asked:
        match = next((other for other in left if _is(one, other)), None)
        if match is None:
            missed.append(one)
        else:
            left.remove(match)
            met.append((one, match))
    return Verdict(met=tuple(met), missed=tuple(missed), false=tuple(left))


def _is(asked: Planted, found: Raised) -> bool:
    same = (asked.project, asked.rule, asked.subject, asked.level) == (
        found.project, found.rule, found.subject, found.level,
    )  # fmt: skip
    return same and asked.is_due_on(found.day)


# --- facts into the store --------------------------------------------------------------------------------------------


def _month_ends() -> list[datetime]:
    """Midnights at which a month of the year has ended."""
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 2))
    return [midnight(day) for day in days if day.day == 1 and day > FIRST]


def _plan(engine: Engine, work: Work) -> None:
    document = {"id": work.id, "bench": "year"}
    plan = ImportedPlan(project=work.project, faces=(), document=document, terms=work.terms)
    save_imported(engine, plan, by="bench", reason="", now_ms=1)


def _tell(engine: Engine, work: Work, *, since: datetime, until: datetime) -> None:
    observations = list(seen(work, since=since, until=until))
    posted = [entry for entry in entries(work) if since < midnight(entry.day + timedelta(days=1)) <= until]
    with writing(engine) as connection:
        if observations:
            bulk_insert_new(connection, tables.Observation, COLUMNS, [_row(work, one) for one in observations])
        if posted:
            outcomes = post(
                connection, [_posting(one) for one in posted], projects=[work.id], by="bench", at_ms=to_ms(until)
            )
            if not all(isinstance(one, Posted) for one in outcomes):
                raise ValueError(f"project {work.id}: entries not posted: {outcomes}")
        mark_dirty(connection, [work.id], since_ms=to_ms(since) + 1)


def _row(work: Work, said: Observation) -> tuple[object, ...]:
    building = said.item.rsplit("-", 1)[0]
    at = to_ms(said.observed_at)
    return (said.item, said.kind, said.source, at, work.id, building, said.seq, said.value_bp, said.conf_bp, said.ref)


def _posting(entry: FundEntry) -> Posting:
    return Posting(entry=entry, approver="finance", source="bench")


# --- the run ---------------------------------------------------------------------------------------------------------


def _part(path: Path, projects: int, seed: int, part: int, parts: int) -> tuple[tuple[Raised, ...], float]:
    """One process's share of the district, in a store of its own, and the processor seconds it took."""
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    replay(engine, a_district(projects, seed=seed)[part::parts])
    found = raised(engine)
    engine.dispose()
    return found, time.process_time()


def run(folder: Path, *, projects: int, seed: int, processes: int) -> tuple[Verdict, float]:
    """The whole year and the processor seconds it took: on a shared machine only those compare."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        jobs = [
            pool.submit(_part, folder / f"year-{part}.db", projects, seed, part, processes) for part in range(processes)
        ]
        parts = [job.result() for job in jobs]
    asked = [one for work in a_district(projects, seed=seed) for one in asked_of(work)]
    found = [one for part, _ in parts for one in part]
    return verdict(asked, found), sum(took_s for _, took_s in parts)


def show(judged: Verdict, console: Console) -> None:
    """Met, missed and false by rule, and by how many days."""
    table = Table("rule", "planted", "met", *OFF, "missed", "false")
    odd: list[Planted | Raised] = [*judged.missed, *judged.false]
    rules = sorted({one.rule for one in (*(asked for asked, _ in judged.met), *odd)})
    for rule in rules:
        days = Counter((found.day - asked.day).days for asked, found in judged.met if asked.rule == rule)
        missed = sum(one.rule == rule for one in judged.missed)
        false = sum(one.rule == rule for one in judged.false)
        met = days.total()
        table.add_row(rule, *(str(n) for n in (met + missed, met, *(days[off] for off in OFF.values()), missed, false)))
    console.print(table)
    for one in odd:
        console.print(f"{type(one).__name__.lower()}: {one.project} {one.rule} {one.subject} {one.level} {one.day}")
    console.print(f"precision {judged.precision:.4f}  recall {judged.recall:.4f}")


def main() -> None:
    """Replay, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        judged, took_s = run(Path(folder), projects=given.projects, seed=given.seed, processes=given.processes)
    console = Console()
    show(judged, console)
    elapsed_s = time.perf_counter() - began
    console.print(f"{given.projects} projects x 6 buildings, a year: {elapsed_s:.1f} s, of processors {took_s:.1f} s")
    if given.json:
        figures = {
            "projects": given.projects,
            "seconds": round(elapsed_s, 1),
            "processor_seconds": round(took_s, 1),
            "planted": len(judged.met) + len(judged.missed),
            "raised": len(judged.met) + len(judged.false),
            "precision": judged.precision,
            "recall": judged.recall,
        }
        given.json.write_text(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
