"""Where records end: our centre, a careful consumer for peers that have none, and mosquitto_sub | psql COPY."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from bench.meter import disk_bytes, family
from central.store.engine import open_engine, reading, writing
from central.store.migrate import migrate
from central.store.save_people import add_gateway
from tests.services import Broker, Postgres, free_port, wait_until

ROOT = Path(__file__).parents[2]


class Sink(Protocol):
    """A process that commits, and how to look at what it has committed."""

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def pids(self) -> list[int]: ...
    def highest(self) -> dict[str, int]:
        """By gateway, the number up to which everything is committed; empty where it cannot be seen on the way."""
        ...

    def finish(self) -> None:
        """Nothing more comes: commit what is open."""
        ...

    def counted(self) -> tuple[int, int]:
        """Rows, and distinct (gateway, number) among them."""
        ...

    def disk_bytes(self) -> int: ...


class CentreSink:
    """`siteprogress-central serve` on SQLite, or on the database of the URL; `keys` of gateways that sign."""

    def __init__(
        self,
        folder: Path,
        broker: Broker,
        gateways: list[str],
        *,
        url: str | None = None,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        self._folder = folder
        self._file = folder / "centre.db"
        database = url or f"sqlite:///{self._file}"
        self._engine = open_engine(database)
        migrate(self._engine)
        for gateway in gateways:
            add_gateway(self._engine, gateway, by="bench", now_ms=1)
        with writing(self._engine) as connection:
            for gateway, key in (keys or {}).items():
                enrolled = text("UPDATE gateway SET public_key = :key WHERE id = :gateway")
                connection.execute(enrolled, {"gateway": gateway, "key": key})
        settings = folder / "centre.toml"
        settings.write_text(
            f'data_dir = "{folder}"\nport = {free_port()}\ndatabase = "{database}"\n\n'
            f'[broker]\nurl = "{broker.url("centre")}"\n'
        )
        self._env = {**os.environ, "SITEPROGRESS_CENTRAL_SETTINGS": str(settings)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It subscribes before it says that it listens."""
        log = self._folder / "centre.log"
        with log.open("wb") as out:
            command = [sys.executable, "-m", "central.cli", "serve"]
            self._process = subprocess.Popen(command, env=self._env, stdout=out, stderr=out, cwd=ROOT)
        wait_until(lambda: b"listening:" in log.read_bytes(), what="centre listening")

    def kill(self) -> None:
        _killed(self._process)

    def pids(self) -> list[int]:
        return [self._process.pid] if self._process else []

    def highest(self) -> dict[str, int]:
        with reading(self._engine) as connection:
            rows = connection.execute(text("SELECT gateway, max(watermark) FROM stream GROUP BY gateway"))
            return {str(gateway): int(watermark) for gateway, watermark in rows}

    def finish(self) -> None:
        self._engine.dispose()

    def counted(self) -> tuple[int, int]:
        with reading(self._engine) as connection:
            rows = connection.execute(text("SELECT count(*) FROM record")).scalar_one()
            keys = "SELECT count(*) FROM (SELECT DISTINCT gateway, epoch, seq FROM record) AS k"
            return int(rows), int(connection.execute(text(keys)).scalar_one())

    def disk_bytes(self) -> int:
        return sum(map(disk_bytes, self._folder.glob(f"{self._file.name}*")))


class PlainSink:
    """`bench.rivals.sink`: paho, manual acknowledgement after the commit, SQLite WAL with synchronous=FULL."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self._folder, self._file = folder, folder / "sink.db"
        self._port, self._password = broker.port, broker.users["centre"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        ready = Path(f"{self._file}.ready")
        ready.unlink(missing_ok=True)
        arguments = [str(self._port), self._password, str(self._file)]
        with (self._folder / "sink.log").open("ab") as log:
            command = [sys.executable, "-m", "bench.rivals.sink", *arguments]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        wait_until(ready.exists, what="sink subscribed")

    def kill(self) -> None:
        _killed(self._process)

    def pids(self) -> list[int]:
        return [self._process.pid] if self._process else []

    def highest(self) -> dict[str, int]:
        db = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
        try:
            return dict(db.execute("SELECT gateway, max(n) FROM record GROUP BY gateway").fetchall())
        finally:
            db.close()

    def finish(self) -> None:
        pass

    def counted(self) -> tuple[int, int]:
        db = sqlite3.connect(f"file:{self._file}?mode=ro", uri=True)
        try:
            rows = int(db.execute("SELECT count(*) FROM record").fetchone()[0])
        finally:
            db.close()
        return rows, rows

    def disk_bytes(self) -> int:
        return sum(map(disk_bytes, self._folder.glob(f"{self._file.name}*")))


class CopySink:
    """`mosquitto_sub | psql COPY`: one transaction that ends when the subscriber does."""

    def __init__(self, folder: Path, broker: Broker, postgres: Postgres) -> None:
        self._folder, self._broker, self._postgres = folder, broker, postgres
        self._url = postgres.create().replace("+psycopg", "")
        self._psql("CREATE TABLE record (gateway text, n bigint, body text)")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        user, password = "centre", self._broker.users["centre"]
        subscribe = (
            f"mosquitto_sub -h 127.0.0.1 -p {self._broker.port} -u {user} -P {password} -i copy -c -q 1 -F %p"
            " -t siteprogress/v1/+/up/data"
        )
        copy = f"psql -q '{self._url}' -c 'COPY record FROM STDIN'"
        with (self._folder / "copy.log").open("ab") as log:
            command = ["bash", "-c", f"{subscribe} | {copy}"]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        wait_until(lambda: "copy" in self._broker.log.read_text(errors="replace"), what="mosquitto_sub connected")

    def kill(self) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def pids(self) -> list[int]:
        return [self._process.pid, *self._postgres_pids()] if self._process else []

    def _postgres_pids(self) -> list[int]:
        return [int((self._postgres.folder / "data/postmaster.pid").read_text().split()[0])]

    def highest(self) -> dict[str, int]:
        return {}

    def finish(self) -> None:
        """End the subscriber; psql reads to the end of its input and commits."""
        if self._process is not None and self._process.poll() is None:
            for pid in family([self._process.pid]):
                if Path(f"/proc/{pid}/comm").read_text().strip() == "mosquitto_sub":
                    os.kill(pid, signal.SIGTERM)
            self._process.wait(60)

    def counted(self) -> tuple[int, int]:
        rows, keys = self._psql("SELECT count(*), count(DISTINCT (gateway, n)) FROM record").split("|")
        return int(rows), int(keys)

    def disk_bytes(self) -> int:
        return int(self._psql("SELECT pg_total_relation_size('record')"))

    def _psql(self, sql: str) -> str:
        command = ["psql", "-qAt", self._url, "-c", sql]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _killed(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGKILL)
        process.wait()
