"""A small district to break: edges, broker, centre and database in processes of their own, with proxies between."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal

from sqlalchemy import Engine, text

from central import clock
from central.store.engine import open_engine, reading
from central.store.migrate import migrate
from central.store.save_people import add_gateway
from tests.faults.edge_process import QUIET, Job
from tests.faults.ledger import committed
from tests.faults.parties import BrokerParty, Module, Party, PostgresParty
from tests.faults.proxy import Proxy
from tests.services import Broker, amqtt_in, free_port, mosquitto_in, postgres_binaries, postgres_cluster, wait_until

BrokerKind = Literal["mosquitto", "amqtt"]
DatabaseKind = Literal["sqlite", "postgresql"]
Mode = Literal["ours", "puback"]
GATEWAYS = ("gw-1", "gw-2", "gw-3")
STILL_S = 10.0  # nothing moved for so long and no outbox holds anything: what lacks does not come any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What world to build. `rate` is records/s of each edge."""

    broker: BrokerKind = "mosquitto"
    database: DatabaseKind = "sqlite"
    mode: Mode = "ours"
    rate: int = 400
    seed: int = 1
    proxied: bool = False


@dataclass(slots=True, kw_only=True)
class World:
    """Everything of one history. Made by `built`."""

    plan: Plan
    folder: Path
    random: Random
    engine: Engine
    broker: Broker
    edges: dict[str, Module]
    centre: Module
    parties: dict[str, Party]
    edge_proxy: Proxy | None = None
    centre_proxy: Proxy | None = None
    kills: int = 0
    pauses: int = 0
    notes: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Broker, centre, then the edges; returns when the first records of each edge are stored."""
        for name in ("broker", "centre", *GATEWAYS):
            self.parties[name].start()
        wait_until(lambda: self.stored() > 0, what="first records stored")

    def kill(self, *names: str, away_s: float = 0.0) -> None:
        """SIGKILL each at once, then start them again in order after a while."""
        for name in names:
            self.parties[name].kill()
        self.kills += len(names)
        time.sleep(away_s)
        for name in names:
            self.parties[name].start()

    def stop_for(self, name: str, *, pause_s: float) -> None:
        """SIGSTOP, and SIGCONT after a while: what holds a lock or a socket goes on holding it."""
        self.parties[name].pause()
        self.pauses += 1
        time.sleep(pause_s)
        self.parties[name].resume()

    def quiet(self) -> None:
        """The edges produce no more."""
        for gateway in GATEWAYS:
            (self.folder / gateway / QUIET).touch()

    def settled(self, *, timeout_s: float) -> float:
        """Seconds until every edge's outbox is empty; AssertionError when that never comes.

        The edge that believes the broker is waited for until nothing moves: what is on its way may still arrive.
        """
        began = moved = time.monotonic()
        last = (-1, -1)
        while time.monotonic() - began < timeout_s:
            now = (sum(map(self.waiting, GATEWAYS)), self.stored())
            if now != last:
                last, moved = now, time.monotonic()
            if now[0] == 0 and (self.plan.mode == "ours" or time.monotonic() - moved > STILL_S):
                return moved - began
            time.sleep(0.05)
        raise AssertionError(f"not settled in {timeout_s} s: waiting={last[0]} stored={last[1]} in {self.folder}")

    def waiting(self, gateway: str) -> int:
        """Records in an edge's outbox."""
        db = sqlite3.connect(f"file:{self.folder / gateway / 'outbox.db'}?mode=ro", uri=True, timeout=10.0)
        try:
            return int(db.execute("SELECT count(*) FROM outbox").fetchone()[0])
        finally:
            db.close()

    def stored(self) -> int:
        """Records committed at the centre."""
        with reading(self.engine) as connection:
            return int(connection.execute(text("SELECT coalesce(sum(stored), 0) FROM stream")).scalar_one())

    def produced(self) -> int:
        """Records that the edges say they have made durable."""
        return sum(committed(self.folder / gateway) for gateway in GATEWAYS)


@contextmanager
def built(plan: Plan, folder: Path) -> Iterator[World]:
    """A world whose processes are not started yet; all are gone afterwards, and so are its files."""
    random = Random(plan.seed)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.mkdir(parents=True)
        database, postgres = _database(plan, folder, stack)
        engine = open_engine(database)
        stack.callback(engine.dispose)
        migrate(engine)
        for gateway in GATEWAYS:
            add_gateway(engine, gateway, by="lab", now_ms=clock.system_ms())
        broker = mosquitto_in(folder) if plan.broker == "mosquitto" else amqtt_in(folder)
        proxies = [_proxy(broker, random, stack) for _ in range(2)] if plan.proxied else [None, None]
        edges = {name: _edge(plan, folder, name, broker, proxies[0]) for name in GATEWAYS}
        centre = _centre(folder, database, broker, proxies[1])
        parties: dict[str, Party] = {**edges, "centre": centre, "broker": BrokerParty(broker=broker)}
        if postgres is not None:
            parties["database"] = postgres
        for party in parties.values():
            if party is not postgres:
                stack.callback(party.kill)
        yield World(
            plan=plan,
            folder=folder,
            random=random,
            engine=engine,
            broker=broker,
            edges=edges,
            centre=centre,
            parties=parties,
            edge_proxy=proxies[0],
            centre_proxy=proxies[1],
        )


def _database(plan: Plan, folder: Path, stack: ExitStack) -> tuple[str, PostgresParty | None]:
    if plan.database == "sqlite":
        return f"sqlite:///{folder / 'centre.db'}", None
    binaries = postgres_binaries()
    assert binaries is not None, "PostgreSQL server not found: scripts/system-packages.sh installs it"
    cluster = stack.enter_context(postgres_cluster(binaries, fsync=True))
    return cluster.create(), PostgresParty(cluster=cluster)


def _proxy(broker: Broker, random: Random, stack: ExitStack) -> Proxy:
    proxy = Proxy(upstream=broker.port, random=Random(random.random())).start()
    stack.callback(proxy.stop)
    return proxy


def _edge(plan: Plan, folder: Path, gateway: str, broker: Broker, proxy: Proxy | None) -> Module:
    own = folder / gateway
    own.mkdir()
    port = proxy.port if proxy else broker.port
    job = Job(
        folder=str(own),
        gateway=gateway,
        url=f"mqtt://127.0.0.1:{port}",
        password=broker.users[gateway],
        rate=plan.rate,
        mode=plan.mode,
    )
    job.write(own / "job.json")
    return Module(name=gateway, module="tests.faults.edge_process", argument=own / "job.json", log=own / "log")


def _centre(folder: Path, database: str, broker: Broker, proxy: Proxy | None) -> Module:
    own = folder / "centre"
    own.mkdir()
    url = broker.url("centre").replace(str(broker.port), str(proxy.port if proxy else broker.port))
    settings = own / "centre.toml"
    store = f'data_dir = "{own}"\nport = {free_port()}\ndatabase = "{database}"\n'
    settings.write_text(f'{store}\n[broker]\nurl = "{url}"\nkeepalive_s = 5\n')
    return Module(name="centre", module="tests.faults.centre_process", argument=settings, log=own / "log")
