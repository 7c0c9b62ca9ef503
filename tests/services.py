"""Real services for tests, each on a free loopback port: mosquitto, amqtt, a private PostgreSQL cluster."""

from __future__ import annotations

import asyncio
import getpass
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from argon2 import PasswordHasher

USERS = {"centre": "centre-pw", "gw-1": "gw-1-pw", "gw-2": "gw-2-pw", "gw-3": "gw-3-pw"}
"""Accounts of the test brokers; a gateway's user name is its id."""

MEMORY_BYTES_MIN = 2 << 30


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


T = TypeVar("T")


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine comes to, in a thread of its own: where Playwright's browser is open this one has a loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def wait_until(happened: Callable[[], Any], *, what: str, timeout_s: float = 120.0) -> Any:
    """The first true value of `happened()`; AssertionError naming `what` when it stays false."""
    begun = time.monotonic()
    while (waited_s := time.monotonic() - begun) < timeout_s:
        value = happened()
        if value:
            return value
        time.sleep(min(0.1, 0.01 + waited_s / 20))  # who asks all the time takes the processor from whom he waits for
    raise AssertionError(f"not within {timeout_s} s: {what}")


def listens(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def is_well(port: int) -> bool:
    """Whether the centre on the loopback port says that it is well. A client of httpx would read all root certificates
    for each question: asked while the centre starts, that took as much processor as the start."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/api/v1/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass(slots=True, kw_only=True)
class Broker:
    """A broker process. `stop` is SIGTERM, `kill` SIGKILL; `start` starts it again on the same port and folder."""

    command: list[str]
    port: int
    log: Path
    users: dict[str, str] = field(default_factory=lambda: dict(USERS))
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Broker:
        """Start and wait until it listens."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log)
        wait_until(lambda: listens(self.port) or self._died(), what=f"broker on {self.port}")
        if self._died():
            raise AssertionError(f"broker ended: {self.log.read_text()[-2000:]}")
        return self

    def stop(self) -> None:
        """SIGTERM and wait."""
        self._end(lambda process: process.terminate())

    def kill(self) -> None:
        """SIGKILL and wait."""
        self._end(lambda process: process.kill())

    def url(self, user: str) -> str:
        """mqtt://user:password@127.0.0.1:port."""
        return f"mqtt://{user}:{self.users[user]}@127.0.0.1:{self.port}"

    def _died(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def _end(self, signal: Callable[[subprocess.Popen[bytes]], None]) -> None:
        if self.process is None:
            return
        signal(self.process)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.process = None


def mosquitto_in(folder: Path, *, users: dict[str, str] | None = None, persistence: bool = False) -> Broker:
    """A mosquitto (not yet started) with a password file and the access rules of the deployment."""
    users = dict(users or USERS)
    port = free_port()
    passwords = folder / "passwords"
    passwords.write_text("".join(f"{name}:{password}\n" for name, password in users.items()))
    passwords.chmod(0o600)
    subprocess.run(["mosquitto_passwd", "-U", str(passwords)], check=True)
    acl = folder / "acl"
    acl.write_text((Path(__file__).parents[1] / "deploy/central/acl").read_text())
    acl.chmod(0o600)
    config = folder / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nuser {getpass.getuser()}\nallow_anonymous false\npassword_file {passwords}\n"
        f"acl_file {acl}\nmax_packet_size 1048576\npersistence {str(persistence).lower()}\n"
        f"persistence_location {folder}/\nmax_inflight_messages 100\nmax_queued_messages 0\n"
    )
    return Broker(
        command=[_found("mosquitto"), "-c", str(config)], port=port, log=folder / "mosquitto.log", users=users
    )


def amqtt_in(folder: Path) -> Broker:
    """An amqtt broker (MQTT 3.1.1 only, pure Python; not yet started) with a password file."""
    port = free_port()
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    passwords = folder / "amqtt-passwords"
    passwords.write_text("".join(f"{name}:{hasher.hash(password)}\n" for name, password in USERS.items()))
    config = folder / "amqtt.yaml"
    plugins = {"amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(passwords)}}
    listener = {"type": "tcp", "bind": f"127.0.0.1:{port}"}
    config.write_text(json.dumps({"listeners": {"default": listener}, "plugins": plugins}))
    command = [sys.executable, "-m", "amqtt.scripts.broker_script", "-c", str(config)]
    return Broker(command=command, port=port, log=folder / "amqtt.log")


@dataclass(slots=True, kw_only=True)
class Postgres:
    """A private cluster; `create` makes a database and returns its URL."""

    port: int
    folder: Path
    binaries: Path
    made: int = 0

    def create(self, *, template: str = "template1") -> str:
        """A new database from a template; its SQLAlchemy URL."""
        self.made += 1
        name = f"t{self.made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Away with a database that `create` made: a thousand of them fill a disk."""
        self.sql(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[-1]} WITH (FORCE)")

    def url(self, name: str) -> str:
        """postgresql://siteprogress@127.0.0.1:port/name."""
        return f"postgresql://siteprogress@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str) -> None:
        """Run one statement in the maintenance database."""
        where = f"host=127.0.0.1 port={self.port} user=siteprogress dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)


def postgres_binaries() -> Path | None:
    """Folder of the newest PostgreSQL server found on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres_cluster(binaries: Path, *, fsync: bool = False) -> Iterator[Postgres]:
    """A cluster in a folder of its own, gone afterwards. Root runs it as the user postgres, which refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="siteprogress-pg-", dir=None if fsync else _memory()))
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres", "postgres")
    data, port = folder / "data", free_port()
    ctl = [*as_user, str(binaries / "pg_ctl"), "-D", str(data)]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    options += "" if fsync else " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    make = [*as_user, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "siteprogress", "-E", "UTF8"]
    try:
        _quietly([*make, "--locale=C.UTF-8", *([] if fsync else ["-N"])], cwd=folder)
        _quietly([*ctl, "-o", options, "-l", str(folder / "log"), "-w", "start"], cwd=folder)
        yield Postgres(port=port, folder=folder, binaries=binaries)
    finally:
        subprocess.run([*ctl, "-m", "immediate", "-w", "stop"], cwd="/", capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """A folder in memory where the machine has one with room: a database is made there in a fifth of the time."""
    shared = Path("/dev/shm")
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free >= MEMORY_BYTES_MIN
    return shared if roomy else None


def _quietly(command: list[str], *, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise AssertionError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")


def _found(program: str) -> str:
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/local/sbin")
    assert path, f"{program} is not installed: see scripts/system-packages.sh"
    return path
