"""Many gateways in one process: each with the product's outbox, connection and publisher, stepped in turn.

`python -m bench.rivals.gateways JOB.json`. A process of its own each would need hundreds of interpreters; what is
simulated is only that they share a thread and a folder. Where that folder is in memory, each has a disk of its own.
"""

from __future__ import annotations

import heapq
import json
import logging
import select
import shutil
import sqlite3
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from edge_agent import clock
from edge_agent.buffer.opening import STORE, new_epoch, open_outbox
from edge_agent.buffer.outbox import NewRecord, Outbox
from edge_agent.connection import Connection, Will, connect
from edge_agent.errors import BrokerError
from edge_agent.publisher import Identity, Publisher, Vitals
from edge_agent.settings import Broker
from wire import topics
from wire.codec import encode
from wire.messages import Presence

LOOK_S = 0.005
TURN_S = 0.05  # a gateway of which nothing is heard is stepped so often
AGAIN_S = (0.5, 3.0)
LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetJob:
    """Gateways with a backlog from a template store; each then makes one `live` record a second."""

    folder: Path
    template: Path
    backlog: int
    gateways: tuple[str, ...]
    passwords: dict[str, str]
    port: int
    seed: int

    def save(self) -> Path:
        """As a file for the command line."""
        path = self.folder / f"fleet-{self.gateways[0]}.json"
        path.write_text(json.dumps(asdict(self), default=str))
        return path


@dataclass(slots=True, kw_only=True)
class _Gateway:
    name: str
    outbox: Outbox
    publisher: Publisher
    broker: Broker
    link: Connection | None = None
    session: int = 0
    due_s: float = 0.0
    busy: bool = False
    seconds: float = field(default=0.0)

    def step(self, now: float, random: Random) -> None:
        """One round; a link that is gone is made anew after a while."""
        try:
            if self.link is None:
                self._open(now)
            elif self.link is not None:
                self.link.turn(0.0)
                self.busy = self.publisher.turn(self.link, now)
            self.due_s = now + TURN_S
        except BrokerError as gone:
            logging.info("gateway=%s %s", self.name, gone)
            self.publisher.died()
            self.link, self.busy, self.due_s = None, False, now + random.uniform(*AGAIN_S)

    def _open(self, now: float) -> None:
        self.session = self.outbox.next_session()
        said = encode(Presence(gw=self.name, online=False, session=self.session))
        will = Will(topic=topics.up(self.name, "state"), payload=said)
        link = connect(self.broker, client_id=self.name, will=will, protocol="5")
        link.subscribe([topics.all_down(self.name), topics.HOST_STATE], timeout_s=self.broker.connect_timeout_s)
        self.publisher.begin(link, now, session=self.session)
        self.link = link


def make_template(folder: Path, *, records: int, newest_ms: int) -> Path:
    """A store with one record a second up to now, made by the product's own append."""
    outbox = open_outbox(folder, gateway="template", now_ms=clock.wall_ms, cap_bytes=8 << 30)
    first_ms = newest_ms - records * 1000
    for start in range(0, records, 5000):
        batch = range(start, min(start + 5000, records))
        outbox.append([NewRecord(kind="bench", at=first_ms + n * 1000, clock="synced", body=body_of(n)) for n in batch])
    outbox.close()
    return folder / STORE


def body_of(n: int) -> dict[str, object]:
    """About 80 bytes."""
    return {"camera": "c1", "building": "qp-b1", "n": n, "value_bp": n % 10_000, "stage": "structure"}


def _made(job: FleetJob, name: str, random: Random) -> _Gateway:
    own = job.folder / name
    own.mkdir()
    shutil.copyfile(job.template, own / STORE)
    with sqlite3.connect(own / STORE) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'gateway'", (name,))
        db.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (new_epoch(clock.wall_ms()),))
    db.close()
    outbox = open_outbox(own, gateway=name, now_ms=clock.wall_ms, cap_bytes=max(1 << 26, 2 * _size(own)))
    secret = own / "secret"
    secret.write_text(job.passwords[name])
    secret.chmod(0o600)
    broker = Broker(url=f"mqtt://127.0.0.1:{job.port}", username=name, password_file=secret, protocol="5")
    publisher = Publisher(
        outbox,
        broker,
        Identity(gateway=name, boot="b", software="bench", model_sha256="", cameras=()),
        vitals=lambda: Vitals(clock="synced", disk_free_bytes=0, cameras=()),
        wall=clock.wall,
        random=random,
    )
    return _Gateway(name=name, outbox=outbox, publisher=publisher, broker=broker)


def _size(folder: Path) -> int:
    return (folder / STORE).stat().st_size


def run(job: FleetJob) -> None:
    """Until the folder holds `stop`; then say how much was produced, and go on until `end`."""
    random = Random(job.seed)
    gateways = [_made(job, name, random) for name in job.gateways]
    (job.folder / f"ready-{job.gateways[0]}").touch()
    while not (job.folder / "go").exists():
        time.sleep(0.01)
    began = time.monotonic()
    lives = [(began + index / len(gateways), index) for index in range(len(gateways))]
    stopped = False
    looked = began
    while True:
        now = time.monotonic()
        if now - looked > 0.2:
            looked = now
            if not stopped and (job.folder / "stop").exists():
                stopped = True
                produced = {one.name: one.outbox.newest for one in gateways}
                (job.folder / f"produced-{job.gateways[0]}").write_text(json.dumps(produced))
            if (job.folder / "end").exists():
                return
        while not stopped and lives[0][0] <= now:
            due, index = heapq.heappop(lives)
            live = NewRecord(kind=LIVE, at=clock.wall_ms(), clock="synced", body=body_of(int(due)))
            gateways[index].outbox.append([live])
            gateways[index].due_s = 0.0
            heapq.heappush(lives, (due + 1.0, index))
        _round(gateways, now, random)


def _round(gateways: list[_Gateway], now: float, random: Random) -> None:
    """Step those that have something to hear, something to send, or whose time has come."""
    heard = _readable(gateways)
    stepped = False
    for one in gateways:
        if one.busy or one.due_s <= now or one.name in heard:
            one.step(time.monotonic(), random)
            stepped = True
    if not stepped:
        time.sleep(LOOK_S)


def _readable(gateways: list[_Gateway]) -> set[str]:
    poll = select.poll()
    names: dict[int, str] = {}
    for one in gateways:
        socket = one.link._client.socket() if one.link is not None else None  # the seam has none for so many at once
        if socket is not None and socket.fileno() >= 0:
            names[socket.fileno()] = one.name
            poll.register(socket.fileno(), select.POLLIN)
    return {names[fd] for fd, _ in poll.poll(0)}


def main() -> None:
    """The job named on the command line."""
    plain = json.loads(Path(sys.argv[1]).read_text())
    paths = {name: Path(plain[name]) for name in ("folder", "template")}
    run(FleetJob(**plain | paths | {"gateways": tuple(plain["gateways"])}))


if __name__ == "__main__":
    main()
