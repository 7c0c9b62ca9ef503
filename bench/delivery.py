"""Claim: durable records per second from the edge's disk to the centre's commit, and none lost when things break.

`python -m bench.delivery [--records N] [--kind small|face] [--database URL] [--json FILE]`: two gateways, our outbox
and publisher, mosquitto, the centre's ingest on SQLite (WAL, FULL at both ends). In the same run the peer: the same
outbox, broker and centre, but paho deleting on PUBACK, as most agents do; then both through one fault: the centre is
killed for a while and the broker is killed within it. Records count when the centre's database has them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from central import clock
from central.store.engine import open_engine, reading
from central.store.migrate import migrate
from central.store.save_people import add_gateway
from edge_agent.buffer.opening import open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker as BrokerSettings
from tests.services import Broker, free_port, mosquitto_in, wait_until
from tests.wire.build import a_reading
from wire import topics
from wire.codec import encode_body, encode_sealed, split_sealed
from wire.messages import Frame

GATEWAYS = ("gw-1", "gw-2")
APPEND_BATCH = 200
FAULT_S = 4.0
QUIET_S = 15.0  # nothing new for so long and no edge left: what lacks is lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What an edge process is to do."""

    folder: Path
    gateway: str
    port: int
    password: str
    records: int
    kind: str
    mode: str


def body_of(kind: str, seq: int) -> dict[str, Any]:
    """About 130 bytes, or a whole face reading of 10 x 8 cells (about 2.5 kB)."""
    if kind == "small":
        return {"camera": "c1", "building": "qp-b1", "n": seq, "value_bp": seq % 10_000, "note": "x" * 60}
    cells = tuple(tuple((seq + r + c) % 6 for c in range(8)) for r in range(10))
    face = a_reading(
        stage=cells,
        stage_bp=tuple(tuple(9000 for _ in row) for row in cells),
        occluded=tuple(tuple(0 for _ in row) for row in cells),
        cover=tuple(tuple("" for _ in row) for row in cells),
    )
    return encode_body(face)


def fill(outbox: Outbox, *, first: int, count: int, kind: str) -> None:
    """Append as the agent does: batches of 200, each durable when it returns."""
    name = "face_reading" if kind == "face" else "bench"
    for start in range(first, first + count, APPEND_BATCH):
        batch = range(start, min(start + APPEND_BATCH, first + count))
        at = 1_788_228_000_000
        outbox.append(
            [NewRecord(kind=name, at=at + seq * 1000, clock="synced", body=body_of(kind, seq)) for seq in batch]
        )


def edge(job: Job, filled: Any, go: Any) -> None:
    """A gateway process: fill the outbox, wait for the start, send until nothing waits."""
    outbox = open_outbox(job.folder, gateway=job.gateway, now_ms=clock.system_ms)
    fill(outbox, first=1, count=job.records, kind=job.kind)
    filled.set()
    go.wait()
    if job.mode == "puback":
        delete_on_puback(outbox, job)
        return
    secret = job.folder / "secret"
    secret.write_text(job.password)
    secret.chmod(0o600)
    settings = BrokerSettings(
        url=f"mqtt://127.0.0.1:{job.port}", username=job.gateway, password_file=secret, retry_min_s=0.2, retry_max_s=1.0
    )
    publisher = Publisher(
        outbox,
        settings,
        Identity(gateway=job.gateway, boot="b", software="bench", model_sha256="", cameras=()),
        vitals=lambda: Vitals(clock="synced", disk_free_bytes=0, cameras=()),
        wall=clock.system,
        random=Random(1),
    )
    stop = Event()
    Thread(target=publisher.run, args=(stop,), daemon=True).start()
    while outbox.counters().pending:
        time.sleep(0.05)
    stop.set()


def delete_on_puback(outbox: Outbox, job: Job) -> None:
    """The peer: paho with a persistent session, records deleted when the broker says that it has them."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=job.gateway, clean_session=False)
    client.username_pw_set(job.gateway, job.password)
    client.max_inflight_messages_set(60)
    sent: dict[int, int] = {}
    deleted = [0]

    def gone(_client: Any, _data: Any, mid: int, *_: Any) -> None:
        if mid in sent:
            deleted[0] = max(deleted[0], sent.pop(mid))

    client.on_publish = gone
    client.reconnect_delay_set(1, 1)
    client.connect("127.0.0.1", job.port)
    client.loop_start()
    cursor = 0
    while outbox.counters().pending:
        if len(sent) < 60 and client.is_connected():
            for records in split_sealed(outbox.pending(cursor, 3000)):
                lo, hi = records[0].seq, records[-1].seq
                head = Frame(gw=job.gateway, epoch=outbox.epoch, lo=lo, hi=hi, boot="b", sent_at=1, recs=())
                info = client.publish(topics.up(job.gateway, "data"), encode_sealed(head, records), qos=1)
                sent[info.mid] = cursor = hi
        if deleted[0]:
            outbox.acked(deleted[0])
        time.sleep(0.005)
    client.disconnect()


class Centre:
    """`siteprogress-central serve` as a process that can be killed and started again."""

    def __init__(self, folder: Path, broker: Broker, database: str) -> None:
        self.folder, self.engine = folder, open_engine(database)
        settings = folder / "centre.toml"
        settings.write_text(
            f'data_dir = "{folder}"\nport = {free_port()}\ndatabase = "{database}"\n\n'
            f'[broker]\nurl = "{broker.url("centre")}"\n'
        )
        self.env = {**os.environ, "SITEPROGRESS_CENTRAL_SETTINGS": str(settings)}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start; it connects when it is ready."""
        with (self.folder / "centre.log").open("ab") as log:
            command = [sys.executable, "-m", "central.cli", "serve"]
            self.process = subprocess.Popen(command, env=self.env, stdout=log, stderr=log)
        wait_until(lambda: b"listening:" in (self.folder / "centre.log").read_bytes(), what="centre listening")

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        (self.folder / "centre.log").write_bytes(b"")

    def stored(self) -> int:
        """Records committed."""
        with reading(self.engine) as connection:
            return int(connection.execute(text("SELECT coalesce(sum(stored), 0) FROM stream")).scalar_one())

    def keys(self) -> tuple[int, int]:
        """Rows and distinct keys in the table of records."""
        with reading(self.engine) as connection:
            rows = connection.execute(text("SELECT count(*) FROM record")).scalar_one()
            keys = "SELECT count(*) FROM (SELECT DISTINCT gateway, epoch, seq FROM record) AS k"
            return int(rows), int(connection.execute(text(keys)).scalar_one())


def run(*, mode: str, records: int, kind: str, fault: bool, database: Callable[[Path], str]) -> dict[str, Any]:
    """One run: both gateways full of records, then the clock until the last commit."""
    with tempfile.TemporaryDirectory(prefix="bench-delivery-") as name:
        folder = Path(name)
        broker = mosquitto_in(folder).start()
        url = database(folder)
        engine = _made(url)
        centre = Centre(folder, broker, url)
        centre.start()
        filled, go, edges = _edges(folder, broker, records=records, kind=kind, mode=mode)
        try:
            for event in filled:
                event.wait()
            began, expected = time.perf_counter(), records * len(GATEWAYS)
            go.set()
            if fault:
                _break(broker, centre, expected)
            stored = _until_all(centre, edges, expected)
            seconds = time.perf_counter() - began
            rows, keys = centre.keys()
            return {
                "mode": mode,
                "kind": kind,
                "fault": fault,
                "records": expected,
                "stored": keys,
                "lost": expected - stored,
                "doubled": rows - keys,
                "seconds": round(seconds, 3),
                "records_per_s": round(stored / seconds),
            }
        finally:
            for process in edges:
                process.kill()
            centre.kill()
            broker.kill()
            engine.dispose()
            centre.engine.dispose()


def _made(url: str) -> Engine:
    engine = open_engine(url)
    migrate(engine)
    for gateway in GATEWAYS:
        add_gateway(engine, gateway, by="bench", now_ms=1)
    return engine


def _edges(folder: Path, broker: Broker, *, records: int, kind: str, mode: str) -> tuple[list[Any], Any, list[Any]]:
    spawn = multiprocessing.get_context("spawn")
    go, filled, edges = spawn.Event(), [], []
    for gateway in GATEWAYS:
        own = folder / gateway
        own.mkdir()
        job = Job(
            folder=own,
            gateway=gateway,
            port=broker.port,
            password=broker.users[gateway],
            records=records,
            kind=kind,
            mode=mode,
        )
        filled.append(spawn.Event())
        edges.append(spawn.Process(target=edge, args=(job, filled[-1], go)))
        edges[-1].start()
    return filled, go, edges


def _break(broker: Broker, centre: Centre, expected: int) -> None:
    """In mid-run: the centre dies; while it is away the broker dies and comes back; then the centre does."""
    wait_until(lambda: centre.stored() > expected // 10, what="a tenth stored")
    centre.kill()
    time.sleep(FAULT_S / 2)
    broker.kill()
    broker.start()
    time.sleep(FAULT_S / 2)
    centre.start()


def _until_all(centre: Centre, edges: list[Any], expected: int) -> int:
    """Everything stored; or the edges have nothing left and no more comes for a while: what lacks then is lost."""
    still, since = -1, time.monotonic()
    while True:
        stored = centre.stored()
        if stored >= expected:
            return stored
        if stored != still:
            still, since = stored, time.monotonic()
        if time.monotonic() - since > QUIET_S and not any(process.is_alive() for process in edges):
            return stored
        time.sleep(0.02)


def main() -> None:
    """Run the cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=50_000, help="per gateway")
    parser.add_argument("--kind", choices=["small", "face", "both"], default="both")
    parser.add_argument("--database", help="postgresql://… instead of SQLite; must be empty; one case only")
    parser.add_argument("--no-fault", action="store_true")
    parser.add_argument("--no-peer", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()

    def database(folder: Path) -> str:
        return asked.database or f"sqlite:///{folder / 'centre.db'}"

    results = []
    for kind in ("small", "face") if asked.kind == "both" else (asked.kind,):
        records = asked.records if kind == "small" else max(APPEND_BATCH, asked.records // 10)
        for fault in (False, True)[: 1 if asked.no_fault else 2]:
            for mode in ("ours", "puback")[: 1 if asked.no_peer else 2]:
                results.append(run(mode=mode, records=records, kind=kind, fault=fault, database=database))
                _print(results)
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2) + "\n")


def _print(results: list[dict[str, Any]]) -> None:
    table = Table(*results[0])
    for result in results:
        table.add_row(*(str(value) for value in result.values()))
    Console(width=150).print(table)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    with suppress(KeyboardInterrupt):
        main()
