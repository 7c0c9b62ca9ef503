"""Claim: durable records per second from append to the centre's commit, how late, and how many are lost.

`python -m bench.delivery [--seconds S] [--kind small|face] [--only NAME…] [--no-fault] [--json FILE]`: in one run, with
the same payload, broker (mosquitto, its persistence on) and machine, two gateways each (ThingsBoard's topics name no
gateway, a plain broker can carry one):

- ours: outbox and publisher (SQLite WAL, FULL), the centre's ingest (the same), deletion on the centre's word
- ours-signed: the same as an enrolled gateway: every frame signed, every signature and link checked before the commit
- puback: the same outbox and centre, but records are deleted when the broker has them, as most agents do
- persist-queue: SQLiteAckQueue and paho, into a careful consumer (SQLite WAL, FULL, acknowledges after its commit)
- thingsboard: thingsboard-gateway with its SQLite storage, into the same consumer
- copy: no store, mosquitto_sub | psql COPY in one transaction: what is possible when nothing need be safe

Cases: as fast as it goes (records/s from the first append to the last commit), 2 000 records/s (p50 and p99 of append
to commit), and a fault at full speed: the consumer is killed for four seconds and the broker within them (lost).
Peers are installed from PyPI into environments of their own, `var/bench-peers`; one that will not is told and left.
"""

from __future__ import annotations

import argparse
import bisect
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.meter import Meter, disk_bytes
from bench.rivals.job import Job
from bench.rivals.sinks import CentreSink, CopySink, PlainSink, Sink
from tests.services import Broker, mosquitto_in, postgres_binaries, postgres_cluster
from wire.signing import new_signer, save_signer

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "var/bench-peers"
WANTED = {  # an environment each: the ThingsBoard gateway brings a paho of its own
    "thingsboard": ("thingsboard-gateway==3.8.5",),
    "persist-queue": ("persist-queue==1.1.0", "paho-mqtt==2.1.0"),
}
GATEWAYS = ("gw-1", "gw-2")
PACED_RATE = 2000
FAULT_S = 4.0
QUIET_S = 15.0  # nothing new for so long and nobody sends: what lacks is lost
PATIENCE_S = 180.0  # for a slow one to empty its store
LOOK_S = 0.005
NAMES = ("ours", "ours-signed", "puback", "persist-queue", "thingsboard", "copy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`rate` records a second over all gateways, 0 = as fast as it goes."""

    name: str
    rate: int
    fault: bool


CASES = (
    Case(name="full speed", rate=0, fault=False),
    Case(name=f"{PACED_RATE}/s", rate=PACED_RATE, fault=False),
    Case(name="fault", rate=0, fault=True),
)


@dataclass(slots=True, kw_only=True)
class Result:
    """One rival in one case. CPU seconds are per million stored records, memory in MiB, latencies in ms."""

    rival: str
    case: str
    kind: str
    records: int = 0
    stored: int = 0
    lost: int = 0
    doubled: int = 0
    seconds: float = 0.0
    records_per_s: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    cpu_s_per_million: dict[str, float] = field(default_factory=dict)
    rss_mib: dict[str, int] = field(default_factory=dict)
    edge_bytes_per_record: int = 0
    sink_bytes_per_record: int = 0
    ended: str = ""


@dataclass(slots=True, kw_only=True)
class Run:
    """A rival at work in a folder of its own."""

    rival: str
    case: Case
    kind: str
    seconds: float
    folder: Path
    broker: Broker
    sink: Sink
    edges: list[subprocess.Popen[bytes]] = field(default_factory=list)
    seen: list[tuple[float, dict[str, int]]] = field(default_factory=list)
    edge_bytes: int = 0

    @property
    def gateways(self) -> tuple[str, ...]:
        """Who sends."""
        return GATEWAYS[:1] if self.rival == "thingsboard" else GATEWAYS

    def result(self) -> Result:
        """Start everybody, wait for the end, count."""
        self.sink.start()
        try:
            self._start_edges()
            return self._measured()
        finally:
            for process in self.edges:
                process.kill()
                process.wait()
            self.sink.kill()
            self.broker.kill()

    def _start_edges(self) -> None:
        for gateway in self.gateways:
            own = self.folder / gateway
            job = Job(
                folder=own,
                gateway=gateway,
                port=self.broker.port,
                password=self.broker.users[gateway],
                seconds=self.seconds,
                rate=self.case.rate // len(self.gateways),
                kind=self.kind,
                signed=self.rival == "ours-signed",
            )
            with (own / "edge.log").open("wb") as log:
                command = [*_command(self.rival), str(job.save()), *(["puback"] if self.rival == "puback" else [])]
                self.edges.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT))
        self._until(lambda: all((self.folder / gateway / "ready").exists() for gateway in self.gateways), within_s=60.0)

    def _measured(self) -> Result:
        pids = {
            "edge": [process.pid for process in self.edges],
            "broker": [self.broker.process.pid] if self.broker.process else [],
            "sink": self.sink.pids(),
        }
        meter = Meter(pids=pids)
        meter.start()
        began = time.monotonic()
        (self.folder / "go").touch()
        if self.case.fault:
            self._break()
        ended = self._watch(meter)
        self.sink.finish()
        seconds = (self.seen[-1][0] if self.seen else time.monotonic()) - began
        rows, keys = self.sink.counted()
        produced = sum(self._produced().values())
        latencies = [] if self.case.fault else self._latencies_ms()
        return Result(
            rival=self.rival,
            case=self.case.name,
            kind=self.kind,
            records=produced,
            stored=keys,
            lost=produced - keys,
            doubled=rows - keys,
            seconds=round(seconds, 2),
            records_per_s=round(keys / seconds) if seconds else 0,
            p50_ms=round(statistics.median(latencies), 1) if latencies else None,
            p99_ms=round(latencies[int(len(latencies) * 0.99)], 1) if latencies else None,
            cpu_s_per_million={} if self.case.fault else _per_million(meter.cpu_s, keys),
            rss_mib={part: size >> 20 for part, size in meter.rss_bytes.items()},
            edge_bytes_per_record=self.edge_bytes // max(1, produced),
            sink_bytes_per_record=self.sink.disk_bytes() // max(1, keys),
            ended=ended,
        )

    def _break(self) -> None:
        """A third of the way through: the sink dies; while it is away the broker dies and comes back."""
        time.sleep(self.seconds / 3)
        self.sink.kill()
        time.sleep(FAULT_S / 2)
        self.broker.kill()
        self.broker.start()
        time.sleep(FAULT_S / 2)
        self.sink.start()

    def _watch(self, meter: Meter) -> str:
        """Look until all is committed, or nothing comes any more; says which."""
        began = moved = looked = time.monotonic()
        last: dict[str, int] = {}
        while True:
            now, highest = time.monotonic(), self.sink.highest()
            if highest != last:
                last, moved = highest, now
                self.seen.append((now, highest))
            if now - looked > 0.5:
                looked = now
                meter.look()
                self.edge_bytes = max(self.edge_bytes, sum(disk_bytes(self.folder / gw) for gw in self.gateways))
            produced = self._produced()
            if len(produced) == len(self.gateways):
                if all(highest.get(gateway, 0) >= count for gateway, count in produced.items()):
                    meter.look()
                    return "all stored"
                sending = any(process.poll() is None for process in self.edges)
                if now - moved > QUIET_S or (not highest and not sending):
                    return "edges done" if not sending else "nothing comes any more"
            if now - began > self.seconds + PATIENCE_S:
                return f"not done after {PATIENCE_S:.0f} s"
            time.sleep(LOOK_S)

    def _produced(self) -> dict[str, int]:
        paths = {gateway: self.folder / gateway / "produced" for gateway in self.gateways}
        return {gateway: int(path.read_text()) for gateway, path in paths.items() if path.exists() and path.read_text()}

    def _latencies_ms(self) -> list[float]:
        """Of every record: from the begin of its append to the first look that saw it committed; sorted."""
        found: list[float] = []
        for gateway in self.gateways:
            looks = [(highest.get(gateway, 0), at) for at, highest in self.seen]
            for line in (self.folder / gateway / "appended.txt").read_text().splitlines():
                first, last, begun = line.split()
                place = bisect.bisect_left(looks, (int(last), 0.0))
                if place < len(looks):
                    found += [(looks[place][1] - float(begun)) * 1000] * (int(last) - int(first) + 1)
        return sorted(found)

    def _until(self, happened: Callable[[], bool], *, within_s: float) -> None:
        until = time.monotonic() + within_s
        while not happened():
            died = [process for process in self.edges if process.poll() is not None]
            if died or time.monotonic() > until:
                logs = "\n".join(p.read_text(errors="replace")[-2000:] for p in self.folder.glob("*/edge.log"))
                raise RuntimeError(f"{self.rival}: edges not ready within {within_s:.0f} s:\n{logs}")
            time.sleep(0.02)


def _command(rival: str) -> list[str]:
    match rival:
        case "ours" | "ours-signed" | "puback":
            return [sys.executable, "-m", "bench.rivals.ours"]
        case "copy":
            return [sys.executable, "-m", "bench.rivals.copy_edge"]
        case "persist-queue":
            return [str(PEERS / rival / "bin/python"), "-m", "bench.rivals.persistqueue_edge"]
        case "thingsboard":
            return [str(PEERS / rival / "bin/python"), "-m", "bench.rivals.thingsboard_edge"]
    raise ValueError(f"rival {rival!r}, expected one of {', '.join(NAMES)}")


def _per_million(cpu_s: dict[str, float], records: int) -> dict[str, float]:
    each = {part: round(used * 1e6 / max(1, records), 2) for part, used in cpu_s.items()}
    return each | {"all": round(sum(each.values()), 2)}


def install(peer: str) -> str:
    """A peer's own environment; the error if it cannot be made, empty if it is there."""
    folder = PEERS / peer
    if (folder / "done").exists():
        return ""
    PEERS.mkdir(parents=True, exist_ok=True)
    pip = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", *WANTED[peer]]
    for command in ([sys.executable, "-m", "venv", str(folder)], pip):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip().splitlines()[-1]
    (folder / "done").touch()
    return ""


def run(rival: str, case: Case, *, kind: str, seconds: float) -> Result:
    """One rival in one case, in a folder that is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-delivery-")))
        broker = mosquitto_in(folder, persistence=True)
        with (folder / "acl").open("a") as acl:  # ThingsBoard's own topics
            acl.write("\nuser centre\ntopic readwrite v1/#\n")
            for name in GATEWAYS:
                acl.write(f"\nuser {name}\ntopic write v1/#\ntopic read v1/devices/me/rpc/response/+\n")
        broker.start()
        signers = {name: new_signer() for name in GATEWAYS}
        for name, signer in signers.items():
            (folder / name).mkdir()
            save_signer(signer, folder / name / "key.pem")
        match rival:
            case "ours" | "puback":
                sink: Sink = CentreSink(folder, broker, list(GATEWAYS))
            case "ours-signed":
                keys = {name: signer.public_hex for name, signer in signers.items()}
                sink = CentreSink(folder, broker, list(GATEWAYS), keys=keys)
            case "copy":
                binaries = postgres_binaries()
                if binaries is None:
                    raise RuntimeError("copy: no PostgreSQL server on this machine")
                sink = CopySink(folder, broker, stack.enter_context(postgres_cluster(binaries, fsync=True)))
            case _:
                sink = PlainSink(folder, broker)
        return Run(rival=rival, case=case, kind=kind, seconds=seconds, folder=folder, broker=broker, sink=sink).result()


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8.0, help="of appending")
    parser.add_argument("--kind", choices=["small", "face"], default="small")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--case", nargs="+", choices=[case.name for case in CASES])
    parser.add_argument("--no-fault", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # children and folders go with us
    missing = {peer: install(peer) for peer in WANTED if peer in asked.only}
    console = Console(width=200)
    results: list[Result] = []
    for case in CASES:
        if (asked.case and case.name not in asked.case) or (case.fault and asked.no_fault):
            continue
        for rival in asked.only:
            if missing.get(rival):
                console.print(f"{rival} left out, its environment cannot be made: {missing[rival]}")
                continue
            try:
                results.append(run(rival, case, kind=asked.kind, seconds=asked.seconds))
            except RuntimeError as broken:
                console.print(f"{rival}, {case.name}: {broken}")
                continue
            console.print(f"{rival}, {case.name}: {results[-1].records_per_s} records/s, lost {results[-1].lost}")
    console.print(_table(results))
    if asked.json:
        machine = {"cores": os.cpu_count(), "load_1_min": os.getloadavg()[0], "kernel": os.uname().release}
        told = {"machine": machine, "peers": WANTED, "results": [asdict(result) for result in results]}
        asked.json.write_text(json.dumps(told, indent=2) + "\n")


def _table(results: list[Result]) -> Table:
    ours = {result.case: result.records_per_s for result in results if result.rival == "ours"}
    table = Table("rival", "case", "records", "lost", "doubled", "records/s", "ours is", "p50 ms", "p99 ms")
    for name in ("CPU s per million", "RSS MiB", "edge B/rec", "sink B/rec", "ended"):
        table.add_column(name)
    for one in results:
        ratio = f"{ours[one.case] / one.records_per_s:.1f} x" if one.case in ours and one.records_per_s else ""
        parts = (one.cpu_s_per_million, one.rss_mib)
        told = [" ".join(f"{part} {value:g}" for part, value in each.items()) for each in parts]
        table.add_row(
            *map(str, (one.rival, one.case, one.records, one.lost, one.doubled, one.records_per_s, ratio)),
            *map(str, (one.p50_ms, one.p99_ms, *told)),
            *map(str, (one.edge_bytes_per_record, one.sink_bytes_per_record, one.ended)),
        )
    return table


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    with suppress(KeyboardInterrupt):
        main()
