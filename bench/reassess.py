"""Judging: one building's reading with two years of history, every project at midnight, and cost against size.

Ours only: no peer does the same. Real SQLite files (or `--database`, an empty PostgreSQL), the one door
(`central.reassess`), facts as the centre stores them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Event

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine

from central.domain import Building, PlanPoint, Project, Text, WorkItem
from central.plan.calendar import midnight
from central.reassess import reassess
from central.side_judges import judge_beside
from central.store.engine import open_engine, writing
from central.store.instants import to_ms
from central.store.migrate import migrate
from central.store.save_plan import save_plan
from central.store.save_seen import TIME_ALONE_MS, mark_dirty
from central.store.tables import Observation
from central.store.upsert import bulk_insert_new

START = date(2024, 5, 6)
ITEMS, LOOKS = 8, 12  # work items a building, looks a day
COLUMNS = ("item", "kind", "source", "observed_at", "project", "building", "seq", "value_bp", "conf_bp", "refs")
HISTORY_DAYS = 730
NIGHT_DAYS = 1  # of history before the measured midnight: what a night costs does not depend on it


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the bench keeps its databases: files in a folder, or one server's database for all."""

    folder: Path
    database: str | None

    def engine(self, name: str) -> Engine:
        """A migrated database."""
        engine = open_engine(self.database or f"sqlite:///{self.folder / f'{name}.db'}")
        migrate(engine)
        return engine


def a_project(name: str, *, buildings: int, days: int = 900) -> Project:
    """Items one after the other, overlapping, with a point a month."""
    weights = _shares(buildings)
    return Project(
        id=name,
        code=name,
        name=_text(name),
        street=_text("s"),
        unit=_text("u"),
        work_type="new_build",
        contract_fen=80_000_000_00,
        budget_fen=85_000_000_00,
        start=START,
        finish=START + timedelta(days=days - 1),
        pauses=(),
        plan_version=1,
        buildings=tuple(_building(f"{name}-b{n}", name, weights[n], days) for n in range(buildings)),
    )


def _building(name: str, project: str, weight_bp: int, days: int) -> Building:
    weights = _shares(ITEMS)
    items = tuple(
        WorkItem(
            id=f"{name}-i{n}",
            building=name,
            name=_text(name),
            weight_bp=weights[n],
            credits=(("finished", 10_000),),
            points=_points(n, days),
        )
        for n in range(ITEMS)
    )
    return Building(id=name, project=project, name=_text(name), storeys=18, weight_bp=weight_bp, items=items)


def _points(number: int, days: int) -> tuple[PlanPoint, ...]:
    first, length = number * days // (2 * ITEMS), days // 2
    steps = max(length // 30, 1)
    return tuple(
        PlanPoint(
            day=START + timedelta(days=first + length * step // steps - (step > 0)), cum_bp=10_000 * step // steps
        )
        for step in range(steps + 1)
    )


def done_bp(project: Project, item: WorkItem, day: float) -> int:
    """What is really done: as planned, two days late."""
    first, last = item.points[0].day, item.points[-1].day
    worked = (day - 2 - (first - project.start).days) / max((last - first).days, 1)
    return round(10_000 * min(1.0, max(0.0, worked)))


def looks(
    project: Project, building: Building, *, since: float, until: float, rng: random.Random, per_day: int = LOOKS
) -> Iterator[tuple[str | int, ...]]:
    """Rows of observations of one building, with a point and a half of noise."""
    origin = to_ms(midnight(project.start))
    offset = int(building.id.rsplit("b", 1)[1]) * 37_000
    for look in range(round(since * per_day), round(until * per_day)):
        at, noise = origin + look * 86_400_000 // per_day + offset + 60_000, rng.gauss(0, 150)
        for item in building.items:
            value = min(10_000, max(0, round(done_bp(project, item, look / per_day) + noise)))
            gateway = f"gw-{project.id}"
            yield (item.id, "camera", gateway, at, project.id, building.id, look, value, 9000, f"{gateway}/e1/{look}")


def fill(engine: Engine, project: Project, *, days: float, per_day: int = LOOKS) -> None:
    """Store the plan and the history of a project as ingest leaves them."""
    save_plan(engine, project, faces=[], document={"id": project.id}, by="bench", reason="", now_ms=1)
    rng = random.Random(project.id)
    with writing(engine) as connection:
        for building in project.buildings:
            rows = list(looks(project, building, since=0, until=days, rng=rng, per_day=per_day))
            bulk_insert_new(connection, Observation, COLUMNS, rows)
        mark_dirty(connection, [project.id], since_ms=0)


def readings(engine: Engine, project: Project, *, days: float, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each reassessment after one look at one building, in turn over the buildings, and of processor:
    the latter do not depend on what else the machine does."""
    rng, took, worked = random.Random(1), [], []
    for number in track(range(count), description="readings"):
        building = project.buildings[number % len(project.buildings)]
        look = days + (number // len(project.buildings)) / LOOKS
        rows = list(looks(project, building, since=look, until=look + 1 / LOOKS, rng=rng))
        at_ms = int(rows[0][3])
        with writing(engine) as connection:
            bulk_insert_new(connection, Observation, COLUMNS, rows)
            mark_dirty(connection, [project.id], since_ms=at_ms)
        now = midnight(project.start) + timedelta(days=look, minutes=30)
        began, cpu = time.perf_counter(), time.process_time()
        reassess(engine, project.id, now)
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - cpu) * 1000)
    return sorted(took), sorted(worked)


def one_building(place: Place, *, buildings: int, count: int, days: int) -> dict[str, float]:
    """Two years of history, then reading after reading."""
    engine = place.engine(f"history-{buildings}")
    project = a_project(f"h{buildings}", buildings=buildings)
    fill(engine, project, days=days)
    began = time.perf_counter()
    reassess(engine, project.id, midnight(START) + timedelta(days=days))
    first_s = time.perf_counter() - began
    took, worked = readings(engine, project, days=days, count=count)
    engine.dispose()
    return {
        "buildings": buildings,
        "history_days": days,
        "from_the_start_s": first_s,
        "p50_ms": statistics.median(took),
        "p95_ms": took[int(0.95 * len(took))],
        "max_ms": took[-1],
        "cpu_p50_ms": statistics.median(worked),
        "cpu_p95_ms": worked[int(0.95 * len(worked))],
    }


def nights(place: Place, sizes: Sequence[int], *, buildings: int, processes: int) -> list[dict[str, float]]:
    """Projects at their first midnight, each size other projects; only the judging is timed, as the centre does it: by
    `judge_beside`. (Nights on end without readings would measure the warnings that then are due.)"""
    engine = place.engine("nights")
    now = midnight(START) + timedelta(days=NIGHT_DAYS)
    found = []
    for size in sorted(sizes):
        projects = [a_project(f"p{size}-{n}", buildings=buildings) for n in range(size)]
        for project in track(projects, description=f"filling {size}"):
            fill(engine, project, days=NIGHT_DAYS, per_day=2)
            reassess(engine, project.id, now - timedelta(minutes=5))
        ids = [project.id for project in projects]
        with writing(engine) as connection:
            mark_dirty(connection, ids, since_ms=TIME_ALONE_MS)
        began = time.perf_counter()
        verdicts = [one for v in judge_beside(engine, ids, now, processes=processes, stopping=Event()) for one in v]
        took_s = time.perf_counter() - began
        found.append(
            {
                "projects": len(verdicts),
                "buildings": buildings,
                "processes": processes,
                "seconds": took_s,
                "cpu_s": sum(verdict.cpu_s for verdict in verdicts),
            }
        )
    engine.dispose()
    return found


def plot(found: Sequence[dict[str, float]], path: Path) -> None:
    """Seconds of a night against projects."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 3.6))
    axes = figure.add_subplot()
    for name, label in (("seconds", "as it went"), ("cpu_s", "of processor")):
        axes.plot([n["projects"] for n in found], [n[name] for n in found], marker="o", label=label)
    axes.set(xlabel="projects of 20 buildings", ylabel="seconds of a night", xlim=(0, None), ylim=(0, None))
    axes.legend()
    axes.grid(visible=True, alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _shares(count: int) -> list[int]:
    return [10_000 // count + (n < 10_000 % count) for n in range(count)]


def _text(words: str) -> Text:
    return Text(zh=words, en=words)


def main() -> None:
    """Measure, show, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="picture of a night's cost, .svg or .png")
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="earlier --json whose nights are drawn too")
    parser.add_argument("--folder", type=Path, help="on the disk to be measured")
    parser.add_argument("--database", help="an empty database (postgresql://…); default: SQLite files")
    parser.add_argument("--projects", type=int, nargs="*", default=[100, 250, 500, 1000])
    parser.add_argument("--buildings", type=int, nargs="*", default=[1, 6], help="of the project that is read of")
    parser.add_argument("--days", type=int, default=HISTORY_DAYS)
    parser.add_argument("--readings", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        root = Place(folder=Path(folder), database=given.database)
        read = [one_building(root, buildings=n, count=given.readings, days=given.days) for n in given.buildings]
        judged = nights(root, given.projects, buildings=20, processes=min(os.cpu_count() or 1, 2))
    for title, rows in (("one reading", read), ("one night", judged)):
        table = Table(*(rows[0] if rows else ()), title=title)
        for row in rows:
            table.add_row(*(f"{value:,.1f}" for value in row.values()))
        Console().print(table)
    if given.json:
        given.json.write_text(json.dumps({"readings": read, "nights": judged}, indent=1))
    earlier = [night for path in given.beside for night in json.loads(path.read_text())["nights"]]
    if given.plot and (judged or earlier):
        plot(sorted([*earlier, *judged], key=lambda night: night["projects"]), given.plot)


if __name__ == "__main__":
    main()
