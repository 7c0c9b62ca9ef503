"""What can be killed and stopped: edges, the centre, the broker, PostgreSQL. Each is a process of its own."""

from __future__ import annotations

import importlib
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from tests.services import Broker, Postgres, wait_until

PRELOADED = [
    "tests.faults.edge_process",
    "tests.faults.centre_process",
    "sqlalchemy.dialects.sqlite",
    "psycopg",
    "pytest",
    "rich.table",
]
_FORKS = multiprocessing.get_context("forkserver")  # imports once: a start costs milliseconds, a kill is a kill
_FORKS.set_forkserver_preload(PRELOADED)


class Party(Protocol):
    """A process of the world. `kill` is SIGKILL, `pause` SIGSTOP; all return when it is so."""

    name: str

    def start(self) -> None: ...
    def kill(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def ended_by_itself(self) -> bool: ...


def _main_of(module: str, argument: str, log: str) -> None:
    """Runs in the new process, with its output in a file."""
    fd = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    sys.argv = [module, argument]
    logging.captureWarnings(capture=True)
    os._exit(importlib.import_module(module).main())


@dataclass(slots=True, kw_only=True)
class Module:
    """`python -m MODULE ARGUMENT`, from a server that has the imports done. `crashes`: ends that nobody made."""

    name: str
    module: str
    argument: Path
    log: Path
    process: BaseProcess | None = None
    crashes: int = 0

    def start(self) -> None:
        """Start; it is of use when it is connected."""
        self.process = _FORKS.Process(target=_main_of, args=(self.module, str(self.argument), str(self.log)))
        self.process.start()

    def kill(self) -> None:
        """SIGKILL, also while stopped."""
        self.crashes += self.ended_by_itself()
        if self.process is not None:
            self.process.kill()
            self.process.join()
        self.process = None

    def end(self) -> None:
        """SIGTERM and wait: a service that is stopped by its owner."""
        assert self.process is not None
        self.crashes += self.ended_by_itself()
        self.process.terminate()
        self.process.join(30)
        assert not self.process.is_alive(), f"{self.name} does not end on SIGTERM"
        self.process = None

    def pause(self) -> None:
        """SIGSTOP."""
        assert self.process is not None and self.process.pid is not None
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        assert self.process is not None and self.process.pid is not None
        os.kill(self.process.pid, signal.SIGCONT)

    def ended_by_itself(self) -> bool:
        """Whether it is gone though nobody killed it."""
        return self.process is not None and not self.process.is_alive()


@dataclass(slots=True, kw_only=True)
class BrokerParty:
    """mosquitto or amqtt."""

    broker: Broker
    name: str = "broker"

    def start(self) -> None:
        """Until it listens."""
        self.broker.start()

    def kill(self) -> None:
        """SIGKILL: its memory is gone."""
        self.broker.kill()

    def pause(self) -> None:
        """SIGSTOP."""
        assert self.broker.process is not None
        self.broker.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        assert self.broker.process is not None
        self.broker.process.send_signal(signal.SIGCONT)

    def ended_by_itself(self) -> bool:
        """Whether it is gone though nobody killed it."""
        return self.broker.process is not None and self.broker.process.poll() is not None


@dataclass(slots=True, kw_only=True)
class PostgresParty:
    """The whole cluster: the kill takes the postmaster and every backend."""

    cluster: Postgres
    name: str = "database"

    def start(self) -> None:
        """As the cluster was started at first (which was with `fsync`)."""
        folder, ctl = self.cluster.folder, str(self.cluster.binaries / "pg_ctl")
        options = f"-p {self.cluster.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [ctl, "-D", str(folder / "data"), "-o", options, "-l", str(folder / "log"), "-w", "start"]
        wait_until(
            lambda: subprocess.run([*as_user, *command], cwd=folder, check=False, capture_output=True).returncode == 0,
            what=f"PostgreSQL started, see {folder}/log",
        )

    def kill(self) -> None:
        """SIGKILL to all its processes."""
        pids = self._pids()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), what="PostgreSQL gone")

    def pause(self) -> None:
        """SIGSTOP to all its processes."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT to all its processes."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def ended_by_itself(self) -> bool:
        """Not looked at: the centre would say so."""
        return False

    def _pids(self) -> list[int]:
        first = int((self.cluster.folder / "data" / "postmaster.pid").read_text().split()[0])
        found = subprocess.run(["pgrep", "-P", str(first)], capture_output=True, text=True, check=False)
        return [first, *(int(pid) for pid in found.stdout.split())]
