"""Claim: after three days without a centre a hundred gateways catch up in minutes, and what happens now is not late.

`python -m bench.fleet [--hours 72] [--gateways 100] [--storm 500] [--database URL] [--edges FOLDER] [--json FILE]`.
First: gateways that each hold one record a second of so many hours connect at once and drain, while each goes on making
one a second: minutes until the last old record is committed, and p50 and p99 of append to the transaction that commits
a live one, as long as that takes. Then the storm: so many gateways with an hour of backlog (`--storm-minutes`) connect
in the same moment. The edges' folder is in memory where there is room: real gateways do not share a disk. Goals: under
20 minutes for 72 h, live p99 under 5 s in both.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import text

from bench.meter import Meter
from bench.rivals.gateways import FleetJob, make_template
from bench.rivals.sinks import CentreSink
from central.store.engine import open_engine, reading
from edge_agent.clock import wall_ms
from tests.services import Broker, mosquitto_in, wait_until

ROOT = Path(__file__).parents[1]
MEMORY = Path("/dev/shm")
ROW_BYTES = 400  # of a backlog record at the edge, roughly
LOOK_S = 0.5
STORM_S = 60.0
SHARED_MOST = 80  # gateways of a process: each has some ten files open, and paho's select() takes none above 1023


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What is to be tried; `seconds` of live records at least, also when the backlog is gone sooner."""

    name: str
    gateways: int
    backlog: int
    seconds: float


@dataclass(slots=True, kw_only=True)
class Result:
    """Latencies in ms; CPU seconds per million records. `repeated`: records that came again and changed nothing."""

    name: str
    gateways: int
    records: int = 0
    stored: int = 0
    lost: int = 0
    repeated: int = 0
    drain_minutes: float = 0.0
    records_per_s: int = 0
    live_records: int = 0
    live_p50_ms: int = 0
    live_p99_ms: int = 0
    live_max_ms: int = 0
    cpu_s_per_million: dict[str, float] = field(default_factory=dict)
    rss_mib: dict[str, int] = field(default_factory=dict)


class Run:
    """A fleet, a broker and a centre in folders that are gone afterwards."""

    def __init__(self, fleet: Fleet, *, processes: int, database: str | None, edges: Path) -> None:
        self._fleet, self._processes = fleet, max(processes, -(-fleet.gateways // SHARED_MOST))
        self._folder = Path(tempfile.mkdtemp(prefix="bench-fleet-"))
        self._edges = Path(tempfile.mkdtemp(prefix="bench-fleet-edges-", dir=edges))
        self._names = [f"gw-{number:03d}" for number in range(1, fleet.gateways + 1)]
        self._broker = self._made_broker()
        self._database = database or f"sqlite:///{self._folder / 'centre.db'}"
        self._centre = CentreSink(self._folder, self._broker, self._names, url=self._database)
        self._engine = open_engine(self._database)
        self._children: list[subprocess.Popen[bytes]] = []

    def _made_broker(self) -> Broker:
        users = {"centre": "centre-pw"} | {name: f"{name}-pw" for name in self._names}
        return mosquitto_in(self._folder, users=users)

    def __enter__(self) -> Run:
        self._broker.start()
        self._centre.start()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.kill()
            child.wait()
        self._centre.kill()
        self._broker.kill()
        self._engine.dispose()
        shutil.rmtree(self._folder, ignore_errors=True)
        shutil.rmtree(self._edges, ignore_errors=True)

    def result(self, told: Progress) -> Result:
        """Prepare, let go, watch, count."""
        task = told.add_task(f"{self._fleet.name}: stores", total=None)
        template = make_template(self._edges / "template", records=self._fleet.backlog, newest_ms=wall_ms())
        self._spawn(template)
        broker = [self._broker.process.pid] if self._broker.process else []
        edges = [child.pid for child in self._children]
        meter = Meter(pids={"edges": edges, "broker": broker, "centre": self._centre.pids()})
        meter.start()
        old = self._fleet.backlog * self._fleet.gateways
        told.update(task, description=f"{self._fleet.name}: old records committed", total=old)
        (self._edges / "go").touch()
        began = time.monotonic()
        while sum(min(mark, self._fleet.backlog) for mark in self._centre.highest().values()) < old:
            told.update(task, completed=sum(min(m, self._fleet.backlog) for m in self._centre.highest().values()))
            meter.look()
            time.sleep(LOOK_S)
            self._check()
        took_s = time.monotonic() - began
        meter.look()
        drained_ms = wall_ms()
        told.update(task, completed=old)
        time.sleep(max(0.0, self._fleet.seconds - took_s))
        return self._counted(took_s, old, meter, until_ms=drained_ms if took_s > self._fleet.seconds else wall_ms())

    def _spawn(self, template: Path) -> None:
        for number in range(self._processes):
            own = tuple(self._names[number :: self._processes])
            job = FleetJob(
                folder=self._edges,
                template=template,
                backlog=self._fleet.backlog,
                gateways=own,
                passwords={name: f"{name}-pw" for name in own},
                port=self._broker.port,
                seed=number,
            )
            with (self._folder / f"edges-{number}.log").open("wb") as log:
                command = [sys.executable, "-m", "bench.rivals.gateways", str(job.save())]
                self._children.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT))
        wait_until(lambda: self._all("ready"), what="stores copied", timeout_s=1800.0)

    def _all(self, what: str) -> bool:
        self._check()
        return len(list(self._edges.glob(f"{what}-*"))) == self._processes

    def _check(self) -> None:
        if any(child.poll() is not None for child in self._children):
            logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in self._folder.glob("edges-*.log"))
            raise RuntimeError(f"a process of gateways ended:\n{logs}")

    def _counted(self, took_s: float, old: int, meter: Meter, *, until_ms: int) -> Result:
        (self._edges / "stop").touch()
        wait_until(lambda: self._all("produced"), what="gateways stopped", timeout_s=120.0)
        produced: dict[str, int] = {}
        for path in self._edges.glob("produced-*"):
            produced |= json.loads(path.read_text())
        wait_until(lambda: self._centre.highest() == produced, what="the last records stored", timeout_s=300.0)
        rows, keys = self._centre.counted()
        late = self._live_ms(until_ms)
        total = sum(produced.values())
        return Result(
            name=self._fleet.name,
            gateways=self._fleet.gateways,
            records=total,
            stored=keys,
            lost=total - keys - (rows - keys),
            repeated=self._repeated(),
            drain_minutes=round(took_s / 60, 2),
            records_per_s=round(old / took_s),
            live_records=len(late),
            live_p50_ms=late[len(late) // 2] if late else 0,
            live_p99_ms=late[int(len(late) * 0.99)] if late else 0,
            live_max_ms=late[-1] if late else 0,
            cpu_s_per_million={part: round(used * 1e6 / max(1, keys), 2) for part, used in meter.cpu_s.items()},
            rss_mib={part: size >> 20 for part, size in meter.rss_bytes.items()},
        )

    def _repeated(self) -> int:
        with reading(self._engine) as connection:
            return int(connection.execute(text("SELECT sum(duplicates) FROM stream")).scalar_one())

    def _live_ms(self, until_ms: int) -> list[int]:
        """Age of each live record when the transaction that committed it began; those appended up to then. Sorted."""
        sql = text("SELECT received_at - at FROM record WHERE seq > :old AND kind = 'live' AND at <= :until")
        with reading(self._engine) as connection:
            found = connection.execute(sql, {"old": self._fleet.backlog, "until": until_ms}).scalars()
            return sorted(max(0, int(late)) for late in found)


def folder_for(needed: int, asked: Path | None) -> Path:
    """In memory where that is roomy, else the temporary folder."""
    if asked is not None:
        return asked
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * needed
    return MEMORY if roomy else Path(tempfile.gettempdir())


def main() -> None:
    """Run both and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=72.0)
    parser.add_argument("--gateways", type=int, default=100, help="0 = no drain")
    parser.add_argument("--storm", type=int, default=500, help="gateways reconnecting at once; 0 = no storm")
    parser.add_argument("--storm-minutes", type=float, default=60.0, help="that they were away")
    parser.add_argument("--processes", type=int, default=2, help="that the gateways share, at least")
    parser.add_argument("--database", help="an empty postgresql://… database instead of SQLite; one of the two only")
    parser.add_argument("--edges", type=Path, help="folder for the gateways' stores")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # children and folders go with us
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 16_384)), hard))
    fleets = [
        Fleet(name="drain", gateways=asked.gateways, backlog=int(asked.hours * 3600), seconds=30.0),
        Fleet(name="storm", gateways=asked.storm, backlog=int(asked.storm_minutes * 60), seconds=STORM_S),
    ]
    results = []
    for fleet in fleets:
        if not fleet.gateways:
            continue
        edges = folder_for(fleet.gateways * fleet.backlog * ROW_BYTES, asked.edges)
        with (
            Progress(transient=True) as told,
            Run(fleet, processes=asked.processes, database=asked.database, edges=edges) as run,
        ):
            results.append(run.result(told))
        Console(width=200).print(asdict(results[-1]) | {"edges_in": str(edges)})
    if asked.json:
        machine = {"cores": os.cpu_count(), "load_1_min": os.getloadavg()[0]}
        told_all = {"machine": machine, "hours": asked.hours, "results": [asdict(result) for result in results]}
        asked.json.write_text(json.dumps(told_all, indent=2) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with suppress(KeyboardInterrupt):
        main()
